#!/bin/bash
# kill -9 at random moments of an import: the store is not there, or it is whole; the next import succeeds.
# test-timeout: 300
. tests/fault/lib.sh
zstd -dq tests/data/real/staticcheck.trace.zst -o "$TMPDIR/t.trace"
events=$(jq .events tests/data/real/staticcheck.trace.expect.json)
began=$(date +%s%N)
"$CTXSCOPE" import --store "$TMPDIR/whole.ctxs" "$TMPDIR/t.trace" >/dev/null || fail "import: exit $?"
took=$((($(date +%s%N) - began) / 1000))
sound_store "$TMPDIR/whole.ctxs" "$events" "an undisturbed import"
[ -e "$TMPDIR/whole.ctxs" ] || fail "no store"

RANDOM=1 there=0
for i in $(seq 25); do
    wait_us=$((took * (RANDOM % 1200) / 1000))
    rm -rf "$TMPDIR"/k.ctxs*
    "$CTXSCOPE" import --store "$TMPDIR/k.ctxs" "$TMPDIR/t.trace" >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '%d.%06d' $((wait_us / 1000000)) $((wait_us % 1000000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ ! -e "$TMPDIR/k.ctxs" ] || there=$((there + 1))
    sound_store "$TMPDIR/k.ctxs" "$events" "kill -9 after $wait_us us"
done
echo "25 kills within $((took / 1000)) ms, $there stores were whole"
"$CTXSCOPE" import --store "$TMPDIR/k2.ctxs" "$TMPDIR/t.trace" >/dev/null || fail "the import after the kills: exit $?"

# In the cache: what a killed import left behind does not stand in the way, and is gone in the end.
for i in 1 2 3 4 5; do
    "$CTXSCOPE" import "$TMPDIR/t.trace" >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '%d.%06d' 0 $((took / 2 % 1000000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
done
"$CTXSCOPE" import "$TMPDIR/t.trace" >/dev/null 2>"$TMPDIR/err" || fail "import into the cache after kills: exit $?: $(cat "$TMPDIR/err")"
got=$("$CTXSCOPE" overview "$TMPDIR/t.trace" --json | jq '.events_by_kind | add')
[ "$got" = "$events" ] || fail "the cache answers $got events of $events"
"$CTXSCOPE" cache ls >/dev/null || fail "cache ls: exit $?"
nothing_left "$XDG_CACHE_HOME" "five killed imports and a good one"

# SIGTERM and ^C leave nothing behind at once.
for sig in TERM INT; do
    rm -rf "$TMPDIR"/k.ctxs*
    # A background job of a script ignores SIGINT; bash's own `trap - INT` cannot undo that, env can.
    env --default-signal=INT "$CTXSCOPE" import --store "$TMPDIR/k.ctxs" "$TMPDIR/t.trace" >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '0.%06d' $((took / 3 % 1000000)))"
    kill -$sig $pid 2>/dev/null
    wait $pid 2>/dev/null
    nothing_left "$TMPDIR" "SIG$sig"
    sound_store "$TMPDIR/k.ctxs" "$events" "SIG$sig"
done
exit $bad
