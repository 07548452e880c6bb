#!/bin/bash
# Memory runs out at every place in turn: exit 3 and one line, no crash, no half-written store.
# test-timeout: 400
. tests/fault/lib.sh
trace=tests/data/corpus/go1.26/budget-layers.fault.trace.zst
events=$(jq .events tests/data/corpus/go1.26/budget-layers.fault.trace.expect.json)

case $BUILD in
*debug* | *address* | *thread*) ;;
*) # A release build has no injection; the address space is made scarce instead, which SQLite and zstd feel too.
    for kb in $(seq 8000 6000 200000); do
        rm -rf "$TMPDIR/s.ctxs"*
        (ulimit -v "$kb" && exec "$CTXSCOPE" import --store "$TMPDIR/s.ctxs" "$trace") >"$TMPDIR/out" 2>"$TMPDIR/err"
        rc=$?
        [ $rc = 0 ] && ran=1
        [ $rc = 0 ] || [ $rc = 2 ] || [ $rc = 3 ] || [ $rc = 127 ] || fail "with $kb kB: exit $rc: $(head -c 500 "$TMPDIR/err")"
        [ $rc = 0 ] || [ $rc = 127 ] || [ -s "$TMPDIR/err" ] || fail "with $kb kB: exit $rc and not a word"
        [ $rc = 0 ] || [ $rc = 127 ] || [ ! -e "$TMPDIR/s.ctxs" ] || sound_store "$TMPDIR/s.ctxs" "$events" "an import with $kb kB"
        nothing_left "$TMPDIR" "an import with $kb kB"
    done
    [ "${ran:-0}" = 1 ] || fail "it never had enough memory"
    exit $bad
    ;;
esac

sweep() { # NAME COMMAND…: fails the 1st, 2nd, … allocation until the command gets through
    local n=1 step=1 rc failures=0
    while :; do
        rm -rf "$TMPDIR"/s.ctxs* "$XDG_CACHE_HOME"
        CTXSCOPE_FAIL_ALLOC=$n "${@:2}" >"$TMPDIR/out" 2>"$TMPDIR/err"
        rc=$?
        [ $rc = 0 ] && break
        failures=$((failures + 1))
        [ $rc = 3 ] || fail "$1, allocation $n: exit $rc: $(head -c 2000 "$TMPDIR/err")"
        one_line "$TMPDIR/err" "$1, allocation $n"
        nothing_left "$TMPDIR" "$1, allocation $n"
        [ ! -e "$TMPDIR/s.ctxs" ] || sound_store "$TMPDIR/s.ctxs" "$events" "$1, allocation $n"
        [ $bad = 0 ] || break
        # Every place at first, then about 150 more on the way.
        [ $n -lt 120 ] || step=$((n / 40))
        n=$((n + step))
        [ $n -lt 10000000 ] || { fail "$1 never gets through" && break; }
    done
    [ $failures -ge 20 ] || fail "$1: only $failures failures were seen"
    echo "$1: $failures allocations failed, up to number $n"
}
sweep import "$CTXSCOPE" import --store "$TMPDIR/s.ctxs" "$trace"
[ $bad = 0 ] && sweep overview "$CTXSCOPE" overview "$trace"
[ $bad = 0 ] && sweep goroutines "$CTXSCOPE" goroutines --no-cache "$trace"
[ $bad = 0 ] && sweep lanes "$CTXSCOPE" lanes --no-cache "$trace"
[ $bad = 0 ] && sweep query "$CTXSCOPE" query --no-cache "$trace" "select count(*) from span"
exit $bad
