#!/bin/bash
# Settings: where they come from, in which order, and what a wrong one says. They are the terminal view's: shown there by :set.
. tests/cli/lib.sh
sample=$PWD/tests/data/real/gotest-context.trace
program=$CTXSCOPE
[ "${program#/}" != "$program" ] || program=$PWD/$program
export XDG_CONFIG_HOME=$tmp/config XDG_CACHE_HOME=$tmp/cache
mkdir -p "$tmp/config/ctxscope" "$tmp/repo/.git" "$tmp/repo/deep/er"
own=$tmp/config/ctxscope/config.ini
# The view needs a terminal: script(1) gives one; its output is the screen, where an error stays.
view() { # FOLDER ARGUMENT...
    local folder=$1
    shift
    (cd "$folder" && TERM=xterm-256color timeout 10 script -qec "$(printf '%q ' "$program" "$@" "$sample")" /dev/null </dev/null) >"$tmp/screen" 2>&1
    code=$?
    screen=$(tr -d '\r' <"$tmp/screen")
}
wrong() { # PATTERN FOLDER ARGUMENT...
    local pattern=$1
    shift
    view "$@"
    [ "$code" = 2 ] || fail "$*: exit $code, not 2"
    grep -qE -e "(^|[hlm])ctxscope: $pattern" <<<"$screen" || fail "$*: says '$(tail -c 300 <<<"$screen")', not '$pattern'"
}
command -v script >/dev/null || {
    echo "skip-ok: no script(1)"
    exit 0
}

printf '[nosuch]\na = b\n' >"$own"
wrong '.*config.ini: there is no section \[nosuch\]; line 2; sections: ' "$tmp"
printf '[themes]\na = b\n' >"$own"
wrong '.*did you mean \[theme\]' "$tmp"
printf 'theme = dark\n' >"$own"
wrong '.*config.ini: theme stands before any \[section\]; line 1; ' "$tmp"
printf '[ui]\n; a comment\nwhat is this\n' >"$own"
wrong '.*config.ini: this is no setting; line 3; ' "$tmp"
printf '[ui]\nnosuch = 1\n' >"$own"
wrong 'no setting is named "nosuch"' "$tmp"
printf '[ui]\ntheme = nosuch\n' >"$own"
wrong 'no theme is named "nosuch"' "$tmp"
printf '[ui]\ntheme = light\n' >"$own"
wrong 'no theme is named "other"' "$tmp" --set ui.theme=other
wrong 'no theme is named "third"' "$tmp" --set ui.theme=dark --theme third
printf '[ui]\ntheme = fromfile\n' >"$tmp/more.ini"
wrong 'no theme is named "fromfile"' "$tmp" --config "$tmp/more.ini"
rm "$own"
wrong '.*nothere.ini: cannot read the settings: No such file.*; .+' "$tmp" --config "$tmp/nothere.ini"
wrong '.*no settings file: not a regular file; .+' "$tmp" --config "$tmp"
wrong '.*--set nonsense: that is no setting; .+' "$tmp" --set nonsense

# What the rules are told is checked where it stands.
printf '[rule nosuch]\nover = 1s\n' >"$own"
wrong '.*config.ini: there is no rule nosuch; line 2; ctxscope check --rules lists them' "$tmp"
printf '[rule slow-cancel]\nmin = 1\n' >"$own"
wrong '.*config.ini: rule slow-cancel has no key min; line 2; its keys: over' "$tmp"
printf '[rule slow-cancel]\nover = 50\n' >"$own"
wrong '.*config.ini: over = 50: that is not a duration, as 50ms or 1.5s; line 2; ' "$tmp"
printf '[sla]\napi = soon\n' >"$own"
wrong '.*config.ini: api = soon: that is no service level; line 2; ' "$tmp"
printf '[ignore]\ngoroutine-leak main.f =\n' >"$own"
wrong '.*config.ini: goroutine-leak main.f: an ignore needs a reason; line 2; ' "$tmp"
rm "$own"
wrong '.*rule context-contention: share|share = 2: that is not a part of 1, as 0.05 or 5%; ' "$tmp" --set context-contention.share=2

# A repository's file may say little, and is found from below.
printf '[rule goroutine-leak]\nover = 5s\n[sla]\nlayer = 800ms\n[ignore]\n* = why\n[idle]\nf = 1\n[ui]\ntheme = light\n' >"$tmp/repo/.ctxscope.ini"
wrong ".*repo/.ctxscope.ini: a repository's file may not hold \[ui\]; line 10; put it into your own settings" "$tmp/repo/deep/er"
printf '[keys]\nquit = x\n' >"$tmp/repo/.ctxscope.ini"
wrong ".*may not hold \[keys\]; line 2; " "$tmp/repo/deep/er"
exit $bad
