#!/bin/bash
# Ways in: standard input, packed files, several sources in a row, a growing file, files named like commands; ways to stop.
. tests/cli/lib.sh
export XDG_CACHE_HOME=$tmp/cache
sample=tests/data/real/gotest-context.trace
large=tests/data/real/esbuild-bundle.trace.zst
"$CTXSCOPE" events $sample >"$tmp/want"
same() { # WHAT: stdin is compared
    cmp -s "$tmp/want" - || fail "$1 gives other events"
}
"$CTXSCOPE" events - <$sample | same 'standard input'
cat $sample | "$CTXSCOPE" events - | same 'a pipe'
gzip -c $sample >"$tmp/a.gz" && "$CTXSCOPE" events "$tmp/a.gz" | same 'gzip'
zstd -qc $sample 2>/dev/null >"$tmp/a.zst" && { "$CTXSCOPE" events "$tmp/a.zst" | same 'zstd'; }
"$CTXSCOPE" events --threads 1 $sample | same '--threads 1'
"$CTXSCOPE" goroutines --json --no-cache - <$sample >"$tmp/a"
"$CTXSCOPE" goroutines --json --no-cache $sample >"$tmp/b"
cmp -s "$tmp/a" "$tmp/b" || fail "goroutines of standard input differ"
"$CTXSCOPE" goroutines --json --no-cache --threads 1 $sample | cmp -s - "$tmp/b" || fail "goroutines with one thread differ"
mkfifo "$tmp/fifo"
cat $sample >"$tmp/fifo" &
"$CTXSCOPE" events "$tmp/fifo" | same 'a named pipe'
wait

# Sources in order of time are one session (these two were recorded one after the other); the other way round they are not.
expect 0 '' "$CTXSCOPE" overview --json --no-cache $large $sample
grep -q "esbuild" <<<"$out" && grep -q "gotest" <<<"$out" || fail "two sources are not both named"
expect 2 'esbuild-bundle.trace.zst: .*; .+' "$CTXSCOPE" overview --json --no-cache $sample $large
expect 2 'nothere: no such file.*; .+' "$CTXSCOPE" overview --no-cache $sample "$tmp/nothere"

# --max-memory refuses rather than use more, and is no hindrance where it is enough.
expect 2 'more memory than --max-memory allows: [0-9.]+ MB used, 1.0 MB allowed; (after [0-9]+ events|generation 1, byte [0-9]+); .+' "$CTXSCOPE" overview --no-cache --max-memory 1M $large
expect 0 '' "$CTXSCOPE" overview --no-cache --max-memory 2G $large

# A growing file: what is appended is read; a signal ends it.
size=$(stat -c %s $sample)
head -c $((size / 2)) $sample >"$tmp/growing"
"$CTXSCOPE" events --follow "$tmp/growing" >"$tmp/a" 2>"$tmp/stderr" &
pid=$!
sleep 0.3
tail -c +$((size / 2 + 1)) $sample >>"$tmp/growing"
for _ in $(seq 50); do
    sleep 0.1
    [ "$(stat -c %s "$tmp/a")" -gt 10000 ] && break
done
kill -TERM $pid
wait $pid
code=$?
[ $code = 130 ] || fail "--follow stopped: exit $code"
[ "$(wc -l <"$tmp/a")" -ge 1500 ] || fail "--follow gave $(wc -l <"$tmp/a") events: $(cat "$tmp/stderr")"

# Before Go 1.26 nothing marks a generation's end; when the file rests its last one comes out too, all but the Sync of the end.
old=tests/data/corpus/go1.22/goexit-in-goroutine.fault.trace.zst
"$CTXSCOPE" events $old | sed '$d' >"$tmp/want_old"
zstd -qdc $old >"$tmp/growing"
"$CTXSCOPE" events --follow "$tmp/growing" >"$tmp/a" 2>"$tmp/stderr" &
pid=$!
for _ in $(seq 50); do
    sleep 0.1
    cmp -s "$tmp/want_old" "$tmp/a" && break
done
cmp -s "$tmp/want_old" "$tmp/a" || fail "--follow gave $(wc -l <"$tmp/a") of $(wc -l <"$tmp/want_old") events while the file rests"
kill -TERM $pid
wait $pid
# Other commands answer when they are stopped.
"$CTXSCOPE" goroutines -j --follow "$tmp/growing" >"$tmp/a" 2>"$tmp/stderr" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
code=$?
"$CTXSCOPE" goroutines -j --no-cache $old >"$tmp/b"
[ $code = 0 ] && [ "$(wc -l <"$tmp/a")" = "$(wc -l <"$tmp/b")" ] || fail "goroutines --follow: exit $code, $(wc -l <"$tmp/a") lines, $(cat "$tmp/stderr")"

# A signal while importing: a note, 130, nothing printed, no store kept.
if mkfifo "$tmp/slow"; then
    (cat $sample && exec sleep 20) >"$tmp/slow" &
    writer=$!
    "$CTXSCOPE" overview "$tmp/slow" >"$tmp/a" 2>"$tmp/stderr" &
    pid=$!
    sleep 0.5
    kill -TERM $pid
    wait $pid
    code=$?
    kill $writer 2>/dev/null
    [ $code = 130 ] || fail "a stopped import: exit $code, $(cat "$tmp/stderr")"
    grep -q '^ctxscope: stopped after [0-9]* events' "$tmp/stderr" || fail "a stopped import says $(cat "$tmp/stderr")"
    [ ! -s "$tmp/a" ] || fail "a stopped import prints $(head -3 "$tmp/a")"
    [ -z "$(find "$tmp/cache" -type f)" ] || fail "a stopped import leaves $(find "$tmp/cache" -type f)"
fi
exit $bad
