#!/bin/bash
# Bad input and bad command lines: the exit code, and one clear line that says what, where and what to try.
. tests/cli/lib.sh
sample=tests/data/real/gotest-context.trace

# files
: >"$tmp/empty.trace"
printf 'hello, world, this is no trace at all\n' >"$tmp/text.txt"
head -c 9 $sample >"$tmp/short.trace"
head -c 16 $sample >"$tmp/header.trace"
printf 'go 1.99 trace\0\0\0' >"$tmp/newer.trace"
tail -c +17 $sample >>"$tmp/newer.trace"
printf 'go 1.99 trace\0\0\0\x01\x01\x00\x00\x04\xee\xee\xee\xee' >"$tmp/newer-bad.trace"
printf '\x1b[31mred\x1b[0m' >"$tmp/"$'red\x1b[31m.trace'
for command in overview goroutines events; do
    expect 2 'empty.trace: .*; .+' "$CTXSCOPE" $command --no-cache "$tmp/empty.trace"
    expect 2 "$tmp: .*(directory|folder).*; .+" "$CTXSCOPE" $command --no-cache "$tmp"
    expect 2 'nothere.trace: .*[Nn]o such file.*; .+' "$CTXSCOPE" $command --no-cache "$tmp/nothere.trace"
    expect 2 'text.txt: not a Go trace.*text.*; .+' "$CTXSCOPE" $command --no-cache "$tmp/text.txt"
    expect 2 'go-build.trace.zst: .*(go build|-debug-trace).*' "$CTXSCOPE" $command --no-cache tests/data/real/go-build.trace.zst
    expect 2 'short.trace: .*; .+' "$CTXSCOPE" $command --no-cache "$tmp/short.trace"
    expect 2 'newer-bad.trace: Go 1.99 .*; .+' "$CTXSCOPE" $command --no-cache "$tmp/newer-bad.trace"
    expect 2 'a trace of the old format.*; .+' "$CTXSCOPE" $command --no-cache tests/data/real/prometheus.trace
    [ -z "$out" ] || [ $command = events ] || fail "$command of a bad file prints: $out"
done
expect 0 '' "$CTXSCOPE" overview --no-cache --json "$tmp/newer.trace"
grep -q newer-version <<<"$out" || fail "the newer header is not noted"
expect 0 '' "$CTXSCOPE" overview --no-cache "$tmp/header.trace"
if [ "$(id -u)" = 0 ]; then
    echo "skip-ok: root may read every file"
else
    cp $sample "$tmp/locked.trace" && chmod 0 "$tmp/locked.trace"
    expect 2 'locked.trace: no permission to read it; .+' "$CTXSCOPE" overview "$tmp/locked.trace"
fi

# control characters of names never come out
expect 2 'red' "$CTXSCOPE" overview --no-cache "$tmp/"$'red\x1b[31m.trace'
grep -q $'\x1b' "$tmp/stderr" && fail "an escape character of a file's name reaches the terminal"

# damage: a note and 0; with --strict 2
head -c 15000 $sample >"$tmp/cut.trace"
several_lines=1 expect 0 'cut.trace: .*byte [0-9]+' "$CTXSCOPE" events "$tmp/cut.trace"
expect 2 'cut.trace: .*; byte [0-9]+; .+' "$CTXSCOPE" events --strict "$tmp/cut.trace"
expect 2 'cut.trace: .*; byte [0-9]+; .+' "$CTXSCOPE" overview --strict --no-cache "$tmp/cut.trace"
expect 0 '' "$CTXSCOPE" overview --json --no-cache "$tmp/cut.trace"
grep -q '"complete":false' <<<"$out" || fail "a cut trace calls itself complete"

# command lines
expect 2 'no-such: no such option' "$CTXSCOPE" --no-such
expect 2 '--limti.*did you mean --limit\?' "$CTXSCOPE" events --limti 3 $sample
expect 2 'overveiw.*did you mean overview\?' "$CTXSCOPE" overveiw $sample
expect 2 'frobnicate: no such command' "$CTXSCOPE" frobnicate $sample
expect 2 '--limit needs an argument' "$CTXSCOPE" events $sample --limit
expect 2 '--limit x: .*number' "$CTXSCOPE" events --limit x $sample
expect 2 '--json takes no argument' "$CTXSCOPE" events --json=3 $sample
expect 2 '--format xml: no such word; .*json' "$CTXSCOPE" events --format xml $sample
expect 2 'cannot be printed as tsv; .*text' "$CTXSCOPE" overview --format tsv $sample
expect 2 '--goto does not belong to events' "$CTXSCOPE" events --goto g=1 $sample
expect 2 '--s: several options begin so' "$CTXSCOPE" events --s $sample
expect 2 'overview needs more words' "$CTXSCOPE" overview
expect 2 'no trace was named' "$CTXSCOPE"
expect 2 '--max-memory much: .*size' "$CTXSCOPE" overview --max-memory much $sample

# times and filters name the column
expect 2 '--window 1x\.\.2s.*; at column 1; .+' "$CTXSCOPE" events --window 1x..2s $sample
expect 2 '--window 1s\.\.2.*; at column 5; .+' "$CTXSCOPE" events --window 1s..2 $sample
expect 2 '--window 5.*\.\.' "$CTXSCOPE" events --window 5 $sample
expect 2 '--window 2s\.\.1s.*ends before' "$CTXSCOPE" events --window 2s..1s $sample
expect 2 '--window -1s\.\.1s.*negative' "$CTXSCOPE" events --window=-1s..1s $sample
expect 2 'column 9' "$CTXSCOPE" goroutines --no-cache --where 'waiting ! 3ms' $sample
expect 2 'missing closing parenthesis; .*(column|character)' "$CTXSCOPE" goroutines --no-cache --where 'name ~ "("' $sample
expect 2 '--sort wating.*did you mean waiting' "$CTXSCOPE" goroutines --no-cache --sort wating $sample

# a file named like a command
cp $sample "$tmp/events"
(cd "$tmp" && bad=0 && expect 0 '' "$(realpath "$OLDPWD/$CTXSCOPE" 2>/dev/null || echo "$CTXSCOPE")" events ./events && exit $bad) || bad=1
(cd "$tmp" && bad=0 && expect 0 '' "$(realpath "$OLDPWD/$CTXSCOPE" 2>/dev/null || echo "$CTXSCOPE")" overview --no-cache -- events && exit $bad) || bad=1
exit $bad
