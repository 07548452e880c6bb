#!/bin/bash
# A full disk, a bound on file size, a folder that cannot be written: one clear line, nothing half-written; the answer is still
# given where it does not need the disk.
. tests/fault/lib.sh
trace=tests/data/corpus/go1.26/http-fanout-first-wins.fault.trace.zst
events=$(jq .events tests/data/corpus/go1.26/http-fanout-first-wins.fault.trace.expect.json)
run() { "$CTXSCOPE" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err"; }

# Bound on the size of files (in KiB): the write fails as on a full disk, and the program is not killed for it (SIGXFSZ).
for kb in 0 1 8 24 40; do
    rm -rf "$TMPDIR"/s.ctxs*
    (ulimit -f $kb && exec "$CTXSCOPE" import --store "$TMPDIR/s.ctxs" "$trace" 2>&1 >/dev/null) | cat >"$TMPDIR/err"
    [ -s "$TMPDIR/err" ] && one_line "$TMPDIR/err" "an import bounded to $kb KiB"
    nothing_left "$TMPDIR" "an import bounded to $kb KiB"
    sound_store "$TMPDIR/s.ctxs" "$events" "an import bounded to $kb KiB"
done
rm -rf "$TMPDIR"/s.ctxs*
(ulimit -f 8 && exec "$CTXSCOPE" import --store "$TMPDIR/s.ctxs" "$trace" 2>&1 >/dev/null) | cat >"$TMPDIR/err"
[ "${PIPESTATUS[0]}" = 2 ] || fail "an import bounded to 8 KiB must end with 2"
grep -q 'File too large' "$TMPDIR/err" || fail "the bound on file size is not named: $(cat "$TMPDIR/err")"
[ ! -e "$TMPDIR/s.ctxs" ] || fail "a store of at most 8 KiB cannot be whole"

# A file system that is full, where one can be mounted.
if [ "$(id -u)" = 0 ] && mkdir "$TMPDIR/small" && mount -t tmpfs -o size=64k tmpfs "$TMPDIR/small" 2>/dev/null; then
    trap 'umount "$TMPDIR/small"' EXIT
    run import --store "$TMPDIR/small/s.ctxs" tests/data/real/staticcheck.trace.zst
    rc=$?
    [ $rc = 2 ] || fail "a full disk: exit $rc"
    one_line "$TMPDIR/err" "a full disk"
    grep -qiE 'full|space' "$TMPDIR/err" || fail "a full disk is not named: $(cat "$TMPDIR/err")"
    [ -z "$(ls -A "$TMPDIR/small")" ] || fail "a full disk: left $(ls "$TMPDIR/small")"
    # The cache on it: no error, the answer comes without a cache.
    XDG_CACHE_HOME=$TMPDIR/small run overview tests/data/real/staticcheck.trace.zst
    rc=$?
    [ $rc = 0 ] || fail "a full cache must not stop an overview: exit $rc: $(cat "$TMPDIR/err")"
    [ -s "$TMPDIR/out" ] || fail "no overview with a full cache"
else
    echo "skip-ok: no small file system can be mounted here"
fi

# Folders that cannot be made or written.
run import --store "$TMPDIR/none/such/s.ctxs" "$trace"
[ $? = 2 ] || fail "a folder that is not there: not 2"
one_line "$TMPDIR/err" "a folder that is not there"
XDG_CACHE_HOME=/proc/none HOME=/proc/none run overview "$trace"
rc=$?
[ $rc = 0 ] && [ -s "$TMPDIR/out" ] || fail "without a cache folder: exit $rc: $(cat "$TMPDIR/err")"

# Output that goes nowhere.
"$CTXSCOPE" overview "$trace" >/dev/full 2>"$TMPDIR/err"
rc=$?
[ $rc = 2 ] || fail "a full output: exit $rc"
one_line "$TMPDIR/err" "a full output"
"$CTXSCOPE" overview "$trace" >&- 2>"$TMPDIR/err"
rc=$?
[ $rc = 2 ] || fail "a closed output: exit $rc: $(cat "$TMPDIR/err")"
"$CTXSCOPE" events tests/data/real/staticcheck.trace.zst 2>"$TMPDIR/err" | head -3 >"$TMPDIR/out"
rc=${PIPESTATUS[0]}
[ $rc = 0 ] || [ $rc = 2 ] || [ $rc = 141 ] || fail "a reader that leaves: exit $rc"
[ "$(wc -l <"$TMPDIR/out")" = 3 ] || fail "three lines were asked for"
[ ! -s "$TMPDIR/err" ] || one_line "$TMPDIR/err" "a reader that leaves"
"$CTXSCOPE" overview "$trace" <&- >"$TMPDIR/out" 2>"$TMPDIR/err" || fail "a closed input is not needed: exit $?"
"$CTXSCOPE" overview "$trace" >"$TMPDIR/out" 2>&- || fail "a closed stderr is not needed: exit $?"
exit $bad
