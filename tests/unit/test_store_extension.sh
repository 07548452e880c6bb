#!/bin/sh
# The sqlite3 shell reads a store through the extension what ctxscope itself reads, and cannot load it without one.
set -u
build=${BUILD:-build/debug}
case $build in *address* | *thread*) echo "skip-ok: a sanitized extension cannot be loaded into the plain shell"; exit 0 ;; esac
command -v sqlite3 >/dev/null || { echo "FAIL: no sqlite3 shell"; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail=0
check() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || { echo "FAIL: $1: got '$2', wanted '$3'"; fail=1; }
}
"$build/ctxscope" import --store "$dir/a.ctxs" tests/data/real/gotest-context.trace >/dev/null || { echo "FAIL: import"; exit 1; }
shell() { sqlite3 -readonly -cmd ".load $build/ctxscope" "$@" 2>&1; }
want=$(grep -o '"events": *[0-9]*' tests/data/real/gotest-context.trace.expect.json | head -1 | tr -dc 0-9)
check "events" "$(shell "$dir/a.ctxs" 'SELECT count(*) FROM event')" "$want"
check "spans end where others begin" "$(shell "$dir/a.ctxs" 'SELECT count(*) FROM span a JOIN span b ON b.g = a.g AND b.t0 > a.t0 AND b.t0 < a.t1')" 0
check "functions" "$(shell "$dir/a.ctxs" "SELECT 'context.x' REGEXP '^context\\.', median(g) IS NOT NULL FROM goroutine")" "1|1"
check "it cannot be written" "$(shell "$dir/a.ctxs" 'DELETE FROM span' | grep -c 'may not be modified')" 1
check "no store" "$(shell :memory: 'SELECT 1' | grep -c 'open a store')" 1
cp "$dir/a.ctxs" "$dir/b.ctxs" && printf 'xxxx' | dd of="$dir/b.ctxs" bs=1 seek=60 conv=notrunc 2>/dev/null
check "another version" "$(shell "$dir/b.ctxs" 'SELECT 1' | grep -c 'newer')" 1
exit $fail
