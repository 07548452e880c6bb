#!/bin/bash
# A store answers as the trace it was made from; stores that are damaged, older or newer, or no stores of ours, are refused.
. tests/cli/lib.sh
sample=tests/data/real/gotest-context.trace
store=$tmp/x.ctxs
patch() { # FILE OFFSET BYTES
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
expect 0 '' "$CTXSCOPE" import --store "$store" $sample
[ "$(stat -c %a "$store")" = 600 ] || fail "the store can be read by others: $(stat -c %a "$store")"
[ "$(find "$tmp" -name 'x.ctxs*' | wc -l)" = 1 ] || fail "something is left beside the store: $(ls "$tmp")"

# The import's own figures are the only difference.
for arguments in 'overview --json' 'goroutines --json' 'goroutines --format csv' 'lanes --json --by goroutines' events 'events --json' 'events --window 10ms..20ms' \
    "goroutine 1 --json"; do
    "$CTXSCOPE" $arguments --no-cache $sample 2>&1 | sed 's/"import":.*//' >"$tmp/a"
    "$CTXSCOPE" $arguments "$store" 2>&1 | sed 's/"import":.*//' >"$tmp/b"
    cmp -s "$tmp/a" "$tmp/b" || fail "$arguments differs: $(diff "$tmp/a" "$tmp/b" | head -5)"
    [ "$(wc -c <"$tmp/a")" -gt 100 ] || fail "$arguments prints next to nothing"
done
"$CTXSCOPE" query --format tsv --no-cache $sample 'select count(*), sum(t), count(distinct g) from event' >"$tmp/a"
"$CTXSCOPE" query --format tsv "$store" 'select count(*), sum(t), count(distinct g) from event' >"$tmp/b"
cmp -s "$tmp/a" "$tmp/b" || fail "query differs"

# Not over what is no store; over a store yes.
cp $sample "$tmp/precious"
expect 2 'precious: it is there already and is no store.*; .+' "$CTXSCOPE" import --store "$tmp/precious" $sample
cmp -s $sample "$tmp/precious" || fail "--store wrote over a file that is no store"
expect 0 '' "$CTXSCOPE" import --store "$store" $sample
expect 2 'x.ctxs: it is a store already; .+' "$CTXSCOPE" import "$store"
expect 2 'x.ctxs: a store cannot be joined.*; .+' "$CTXSCOPE" overview "$store" $sample
expect 2 'no/such(.tmp)?: .*; .+' "$CTXSCOPE" import --store "$tmp/no/such" $sample

# SQLite keeps user_version, our schema's number, at byte 60, and application_id at 68.
cp "$store" "$tmp/older.ctxs" && patch "$tmp/older.ctxs" 60 '\0\0\0\0'
cp "$store" "$tmp/newer.ctxs" && patch "$tmp/newer.ctxs" 60 '\0\0\0\143'
cp "$store" "$tmp/foreign.ctxs" && patch "$tmp/foreign.ctxs" 68 'abcd'
expect 2 'older.ctxs: .*; .*import.* again' "$CTXSCOPE" overview "$tmp/older.ctxs"
expect 2 'newer.ctxs: .*newer.*; .+' "$CTXSCOPE" overview "$tmp/newer.ctxs"
expect 2 'foreign.ctxs: .*not a store.*; .+' "$CTXSCOPE" overview "$tmp/foreign.ctxs"
head -c 50 "$store" >"$tmp/stub.ctxs"
expect 2 'stub.ctxs: .*; .+' "$CTXSCOPE" overview "$tmp/stub.ctxs"
size=$(stat -c %s "$store")
head -c $((size / 2)) "$store" >"$tmp/half.ctxs"
expect 2 'half.ctxs: .*damaged.*; .+' "$CTXSCOPE" overview "$tmp/half.ctxs"
# Wherever a store is damaged: an answer or one clear line, never a crash.
for i in $(seq 1 40); do
    cp "$store" "$tmp/hurt.ctxs"
    patch "$tmp/hurt.ctxs" $((4096 + i * (size - 4200) / 41)) '\377\377\377\377\377\377\377\377'
    for arguments in overview events 'lanes --json'; do
        "$CTXSCOPE" $arguments "$tmp/hurt.ctxs" >"$tmp/a" 2>"$tmp/b"
        code=$?
        case $code in
        0) ;;
        2) grep -q '^ctxscope: ' "$tmp/b" || fail "$arguments of a store hurt at $i: exit 2 and says $(cat "$tmp/b")" ;;
        *) fail "$arguments of a store hurt at $i: exit $code: $(tail -3 "$tmp/b")" ;;
        esac
    done
done

# A full disk while importing leaves nothing behind.
if mkdir "$tmp/small" && mount -t tmpfs -o size=64k tmpfs "$tmp/small" 2>/dev/null; then
    expect 2 'y.ctxs: .*(no space left|free some).*' "$CTXSCOPE" import --store "$tmp/small/y.ctxs" tests/data/real/esbuild-bundle.trace.zst
    [ -z "$(ls -A "$tmp/small")" ] || fail "left behind on a full disk: $(ls -lA "$tmp/small")"
    umount "$tmp/small"
else
    echo "skip-ok: no small file system can be mounted here"
fi
exit $bad
