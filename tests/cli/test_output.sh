#!/bin/bash
# Where answers go: a closed standard output, a full disk, a reader that goes away; --help, --version and generated texts.
. tests/cli/lib.sh
sample=tests/data/real/gotest-context.trace
large=tests/data/real/esbuild-bundle.trace.zst

for arguments in "overview --no-cache $sample" "events $sample" "goroutines --no-cache --json $sample" --version --help "--generate man"; do
    $CTXSCOPE $arguments >/dev/full 2>"$tmp/err" && fail "$arguments: exit 0 on a full disk"
    [ "$(wc -l <"$tmp/err")" = 1 ] || fail "$arguments on a full disk: not one line: $(cat "$tmp/err")"
    grep -q '^ctxscope: standard output: cannot write: No space left' "$tmp/err" || fail "$arguments on a full disk: $(cat "$tmp/err")"
    $CTXSCOPE $arguments >&- 2>"$tmp/err"
    [ $? = 2 ] || fail "$arguments: not exit 2 with standard output closed"
    grep -q '^ctxscope: standard output: ' "$tmp/err" || fail "$arguments with standard output closed: $(cat "$tmp/err")"
done

# A reader that goes away: silence, death by SIGPIPE as of every filter, and no wait for the rest.
$CTXSCOPE events $large 2>"$tmp/err" | head -1 >"$tmp/first"
status=${PIPESTATUS[0]}
[ "$status" = 141 ] || fail "events | head: status $status, not 141"
[ ! -s "$tmp/err" ] || fail "events | head says: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/first")" = 1 ] || fail "events | head gave no line"

# With standard error closed nothing is written into a file that was opened later.
cp $sample "$tmp/kept.trace"
$CTXSCOPE events "$tmp/kept.trace" >/dev/null 2>&-
cmp -s $sample "$tmp/kept.trace" || fail "the input was written to"

# Text for people fits 80 columns, has no blanks at line ends, and is plain ASCII where that is asked for.
for trace in $sample $large tests/data/demo/payd-ctx.trace.zst tests/data/corpus/go1.26/slow-cancel-scheduling.fault.trace.zst; do
    for arguments in overview 'overview --window 1ms..2s' 'goroutines --limit 50' lanes 'lanes --by goroutines' 'lanes --by threads' 'goroutine 1'; do
        LC_ALL=C.UTF-8 "$CTXSCOPE" $arguments --no-cache $trace >"$tmp/text" 2>"$tmp/err" || fail "$arguments $trace: $(cat "$tmp/err")"
        [ "$(LC_ALL=C.UTF-8 wc -L <"$tmp/text")" -le 80 ] || fail "$arguments $trace: $(LC_ALL=C.UTF-8 grep -E '.{81}' "$tmp/text" | head -1)"
        grep -q ' $' "$tmp/text" && fail "$arguments $trace: blanks at a line's end"
        LC_ALL=C "$CTXSCOPE" $arguments --no-cache $trace 2>/dev/null | LC_ALL=C grep -q '[^ -~]' && fail "$arguments $trace: not ASCII under LC_ALL=C"
    done
done

# --log
expect 2 '' "$CTXSCOPE" events --log "$tmp/log" "$tmp/nothere"
grep -q 'nothere' "$tmp/log" || fail "--log: $(cat "$tmp/log")"
[ "$(stat -c %a "$tmp/log")" = 600 ] || fail "the log can be read by others"

# texts
expect 0 '' "$CTXSCOPE" --version
[ "$out" = "ctxscope $(cat VERSION)" ] || fail "--version says $out"
expect 0 '' "$CTXSCOPE" --help
awk 'length > 80 { print "FAIL --help: line of " length; bad = 1 } END { exit bad }' "$tmp/stdout" || bad=1
for command in $(sed -nE 's/^COMMAND\([A-Z]+, "([a-z]+)".*/\1/p' cli/commands.def); do
    grep -q "^  $command " <<<"$out" || fail "--help does not name $command"
    "$CTXSCOPE" $command --help >"$tmp/help" || fail "$command --help fails"
    grep -q "Usage: ctxscope $command" "$tmp/help" || fail "$command --help says $(head -1 "$tmp/help")"
    awk 'length > 80 { print "FAIL help: line of " length ": " $0; bad = 1 } END { exit bad }' "$tmp/help" || bad=1
done
for what in man bash zsh fish; do
    "$CTXSCOPE" --generate $what >"$tmp/$what" || fail "--generate $what fails"
    for option in $(sed -nE 's/^OPTION\([A-Z_]+, "([a-z-]+)".*/\1/p' cli/options.def | grep -v generate); do
        grep -qE -- "(--|-l )$option" "$tmp/$what" || fail "$what does not know --$option"
    done
done
bash -n "$tmp/bash" || fail "the bash completion does not parse"
if command -v scdoc >/dev/null; then
    scdoc <"$tmp/man" >"$tmp/ctxscope.1" || fail "scdoc refuses the manual"
else
    echo "skip-ok: no scdoc"
fi
if command -v zsh >/dev/null; then
    zsh -n "$tmp/zsh" || fail "the zsh completion does not parse"
fi
exit $bad
