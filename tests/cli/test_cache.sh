#!/bin/bash
# The cache: a trace is imported once; whatever is wrong with the folder or a store in it, the answer is the same.
. tests/cli/lib.sh
sample=$tmp/sample.trace
cp tests/data/real/gotest-context.trace "$sample"
export XDG_CACHE_HOME=$tmp/cache
says() { # PATTERN COMMAND...: -v on, the answer kept in $tmp/stdout
    local pattern=$1
    shift
    "$CTXSCOPE" -v "$@" >"$tmp/stdout" 2>"$tmp/stderr" || fail "$*: exit $?: $(cat "$tmp/stderr")"
    grep -qE -e "$pattern" "$tmp/stderr" || fail "$*: says '$(cat "$tmp/stderr")', not '$pattern'"
}
answer() {
    "$CTXSCOPE" goroutines --json "$@"
}
answer --no-cache "$sample" >"$tmp/want"
[ ! -e "$tmp/cache" ] || fail "--no-cache left $(find "$tmp/cache")"
[ "$(wc -l <"$tmp/want")" -gt 200 ] || fail "too small an answer to compare"

answer "$sample" >"$tmp/got" 2>"$tmp/stderr" || fail "the first time: $(cat "$tmp/stderr")"
cmp -s "$tmp/want" "$tmp/got" || fail "the importing answer differs"
store=$(find "$tmp/cache" -name '*.ctxs')
[ "$(wc -l <<<"$store")" = 1 ] && [ -f "$store" ] || fail "not one store: $store"
[ "$(stat -c %a "$store")" = 600 ] || fail "the store's permissions are $(stat -c %a "$store")"
[ "$(stat -c %a "$(dirname "$store")")" = 700 ] || fail "the folder's permissions are $(stat -c %a "$(dirname "$store")")"
says "opened $store" goroutines --json "$sample"
cmp -s "$tmp/want" "$tmp/stdout" || fail "the reopened answer differs"

# cache ls, rm
key=$(basename "$store" .ctxs)
expect 0 '' "$CTXSCOPE" cache ls
grep -q "^$key .*sample.trace$" <<<"$out" || fail "cache ls: $out"
expect 0 '' "$CTXSCOPE" cache ls --json
grep -q "\"key\":\"$key\"" <<<"$out" || fail "cache ls --json: $out"
for wrong in ../../etc/passwd "$key/../x" "${key}0" "${key%?}" "*" ""; do
    expect 2 'key' "$CTXSCOPE" cache rm "$wrong"
done
[ -f "$store" ] || fail "cache rm of a wrong key removed something"
expect 0 '' "$CTXSCOPE" cache rm "$key"
[ ! -e "$store" ] || fail "cache rm left the store"
expect 2 '.+; .+' "$CTXSCOPE" cache rm "$key"
expect 2 'cache rm needs keys; .+' "$CTXSCOPE" cache rm
expect 2 'cache frob: no such word; .+' "$CTXSCOPE" cache frob

# a changed file has another store
answer "$sample" >/dev/null
touch -d '2001-02-03' "$sample"
answer "$sample" >/dev/null
[ "$(find "$tmp/cache" -name '*.ctxs' | wc -l)" = 2 ] || fail "a changed file is taken for the old one"
expect 0 '' "$CTXSCOPE" cache rm --all
[ -z "$(find "$tmp/cache" -name '*.ctxs')" ] || fail "cache rm --all left something"

# Moved and copied files are found again by their content; another file of the same size is not.
mkdir "$tmp/elsewhere"
answer "$sample" >/dev/null
mv "$sample" "$tmp/elsewhere/moved.trace"
touch -d '2002-03-04' "$tmp/elsewhere/moved.trace"
says 'found by its content' goroutines --json "$tmp/elsewhere/moved.trace"
cmp -s "$tmp/want" "$tmp/stdout" || fail "the answer of a moved file differs"
says '^ctxscope: opened' goroutines --json "$tmp/elsewhere/moved.trace"
grep -q 'by its content' "$tmp/stderr" && fail "a file that was found is looked for again"
cp "$tmp/elsewhere/moved.trace" "$sample"
says 'found by its content' overview --json "$sample"
grep -q "\"path\":\"$sample\"" "$tmp/stdout" || fail "a copy is told by another name: $(grep path "$tmp/stdout")"
stores() { # of one and the same file on disk
    find "$tmp/cache" -name '*.ctxs' -printf '%i\n' | sort -u | wc -l
}
[ "$(stores)" = 1 ] || fail "$(stores) stores of one content"
cp "$sample" "$tmp/other.trace" && printf 'x' | dd of="$tmp/other.trace" bs=1 seek=$(($(stat -c %s "$sample") - 9)) conv=notrunc status=none
"$CTXSCOPE" -v overview --json "$tmp/other.trace" >"$tmp/stdout" 2>"$tmp/stderr"
grep -qE 'by its content|opened' "$tmp/stderr" && fail "another content is taken for the same: $(cat "$tmp/stderr")"
# The fast path reads no whole file: what only a full hash would see goes unseen.
large=$tmp/large.trace
zstd -qdc tests/data/real/esbuild-bundle.trace.zst >"$large"
"$CTXSCOPE" overview "$large" >"$tmp/a" && touch -r "$large" "$tmp/time"
printf 'x' | dd of="$large" bs=1 seek=70001 conv=notrunc status=none && touch -r "$tmp/time" "$large"
says '^ctxscope: opened' overview "$large"
cp "$large" "$tmp/elsewhere/large.trace"
"$CTXSCOPE" -v overview "$tmp/elsewhere/large.trace" >/dev/null 2>"$tmp/stderr"
grep -q 'by its content' "$tmp/stderr" && fail "a changed copy is taken for what the store is of"
"$CTXSCOPE" cache rm --all
[ -z "$(find "$tmp/cache" -name '*.ctxs')" ] || fail "cache rm --all left something"

# Standard input is kept too, under the key of its content, and named; its content is found again in a file.
answer - <"$sample" >"$tmp/got" 2>"$tmp/stderr" || fail "standard input: $(cat "$tmp/stderr")"
cmp -s "$tmp/want" "$tmp/got" || fail "the answer of standard input differs"
cat "$sample" | answer - >/dev/null
[ "$(find "$tmp/cache" -type f | wc -l)" = 1 ] || fail "standard input twice left $(find "$tmp/cache" -type f)"
expect 0 '' "$CTXSCOPE" cache ls
grep -q 'standard input$' <<<"$out" || fail "cache ls: $out"
says 'found by its content' goroutines --json "$sample"
"$CTXSCOPE" cache rm --all

# a store that is damaged, or of another schema, is made anew
for hurt in 'head -c 3000' 'head -c 0' 'tr a-z b-za'; do
    answer "$sample" >/dev/null
    store=$(find "$tmp/cache" -name '*.ctxs')
    $hurt <"$store" >"$tmp/hurt" && cat "$tmp/hurt" >"$store"
    says 'importing again' goroutines --json "$sample"
    cmp -s "$tmp/want" "$tmp/stdout" || fail "after $hurt the answer differs"
    says 'opened' goroutines --json "$sample"
done

# two at once
"$CTXSCOPE" cache rm --all
for i in 1 2 3; do
    answer "$sample" >"$tmp/got$i" 2>"$tmp/stderr$i" &
done
wait
for i in 1 2 3; do
    cmp -s "$tmp/want" "$tmp/got$i" || fail "of three at once, $i says $(head -c 300 "$tmp/got$i" "$tmp/stderr$i")"
done
[ "$(find "$tmp/cache" -type f -name '*ctxs*' | wc -l)" = 1 ] || fail "three at once left $(find "$tmp/cache" -type f)"

# no folder to keep it in
for cache in /proc/nothere /dev/null/x; do
    XDG_CACHE_HOME=$cache HOME=$cache TMPDIR=$cache says 'no store is kept' goroutines --json "$sample"
    cmp -s "$tmp/want" "$tmp/stdout" || fail "without a cache the answer differs"
    XDG_CACHE_HOME=$cache HOME=$cache TMPDIR=$cache expect 0 '' "$CTXSCOPE" goroutines --json "$sample"
done
XDG_CACHE_HOME=/dev/null/x HOME=/dev/null/x TMPDIR=/dev/null/x expect 2 '.*; .*--store FILE' "$CTXSCOPE" import "$sample"

# import and info
expect 0 '' "$CTXSCOPE" info "$sample"
grep -q 'imported  *yes' <<<"$out" || fail "info: $out"
expect 0 '' "$CTXSCOPE" import --json "$sample"
grep -q '"imported":false' <<<"$out" || fail "import of what is there: $out"
expect 2 'nothing' "$CTXSCOPE" import --no-cache "$sample"
exit $bad
