# For scripts here: expect CODE 'PATTERN' COMMAND... runs it, wants that exit code, one line on stderr that fits the pattern
# (extended regular expression; "" wants silence), and keeps stdout in $out. The script ends with: exit $bad
: "${CTXSCOPE:=${BUILD:-build/debug}/ctxscope}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ctxscope-cli.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
bad=0
fail() {
    printf 'FAIL %s\n' "$*"
    bad=1
}
expect() {
    local want=$1 pattern=$2 got lines
    shift 2
    "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
    got=$?
    out=$(tr -d '\0' <"$tmp/stdout")
    lines=$(wc -l <"$tmp/stderr")
    [ "$got" = "$want" ] || fail "$*: exit $got, not $want: $(cat "$tmp/stderr")"
    if [ -z "$pattern" ]; then
        [ ! -s "$tmp/stderr" ] || fail "$*: says $(cat "$tmp/stderr")"
        return
    fi
    [ "$lines" = 1 ] || [ -n "${several_lines:-}" ] || fail "$*: $lines lines on stderr, not 1: $(cat "$tmp/stderr")"
    grep -qE -e "$pattern" "$tmp/stderr" || fail "$*: says '$(cat "$tmp/stderr")', not '$pattern'"
    grep -qE '^ctxscope: ' "$tmp/stderr" || fail "$*: the line does not begin with the program's name"
}
