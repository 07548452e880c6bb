#!/bin/bash
# --where, --window, --limit: what is chosen and what is not add up to all, in every view and export.
. tests/cli/lib.sh
export XDG_CACHE_HOME=$tmp/cache
sample=tests/data/demo/payd.trace.zst
filter='name ~ "main" and running > 1ms'
"$CTXSCOPE" import $sample >/dev/null || fail "no store"
[ "$("$CTXSCOPE" lanes -f csv $sample | head -1 | tr , '\n' | grep -c _ns)" = 12 ] || fail "lanes --csv has other columns than this test knows"
sums() { # of each of the ten shares, a line each
    "$CTXSCOPE" lanes -f csv "$@" $sample | tr -d '\r' | awk -F, 'NR > 1 { for (i = 0; i < 10; i++) s[i] += $(NF - i) } END { for (i = 0; i < 10; i++) printf "%.0f\n", s[i] }'
}
for by in groups goroutines procs threads; do
    for window in 0s.. 1s..1.5s; do
        paste <(sums --by $by -w $window) <(sums --by $by -w $window -W "$filter") <(sums --by $by -w $window -W "not ($filter)") |
            awk '$1 != $2 + $3 { print "column " NR ": " $0; bad = 1 } { any += $2 } END { exit bad || !any }' >"$tmp/differs" ||
            fail "lanes --by $by, $window: chosen and others are not all: $(cat "$tmp/differs")"
    done
done
# Groups of chosen goroutines are what those goroutines come to.
cmp -s <(sums --by groups -W "$filter") <(sums --by goroutines -W "$filter") || fail "groups and goroutines of one filter differ"
count() { # WORDS...: lines, without a title
    "$CTXSCOPE" "$@" $sample | wc -l
}
all=$(count events) some=$(count events -W "$filter")
by_kind=$("$CTXSCOPE" overview -j -W "$filter" $sample | grep -o '"events_by_kind":{[^}]*}' | grep -o '[0-9]*' | awk '{ n += $1 } END { print n }')
[ "$some" -gt 100 ] && [ "$some" -lt "$all" ] && [ "$some" = "$by_kind" ] || fail "events: $some of $all, the overview says $by_kind"
[ "$(count goroutines -f csv -W "$filter" -n 2)" = 3 ] || fail "goroutines --limit 2"
[ "$(count lanes --by procs -f csv --cells 1 -n 1)" = 2 ] || fail "lanes --limit 1"
expect 0 '' "$CTXSCOPE" overview -n 1 $sample
[ "$(grep -A2 'most running' <<<"$out" | grep -c '%')" = 1 ] || fail "overview --limit 1: $out"
expect 2 'goroutine 1 does not fit --where system; .+' "$CTXSCOPE" goroutine 1 -W system $sample
expect 0 '' "$CTXSCOPE" goroutine 1 -W 'not system' $sample
# Time by reason is what the spans say.
for reason in select 'chan receive' sleep; do
    "$CTXSCOPE" query -f csv $sample "select sum(dur) from span where state = 'Waiting' and reason = '$reason'" | tr -d '\r' | tail -1 >"$tmp/want"
    "$CTXSCOPE" goroutines -j $sample | grep -o '"wait_by_reason":{[^}]*}' | grep -o "\"$reason\":[0-9]*" |
        awk -F: '{ n += $2 } END { printf "%.0f\n", n }' >"$tmp/got"
    cmp -s "$tmp/want" "$tmp/got" || fail "$reason: $(cat "$tmp/got") in all, not $(cat "$tmp/want")"
done
expect 2 "column" "$CTXSCOPE" lanes -W 'name ~' $sample
expect 2 "column" "$CTXSCOPE" export --to csv -o "$tmp/none" -W 'name ~' $sample
[ ! -e "$tmp/none" ] || fail "an export of a wrong filter left a folder"

# Contexts of chosen goroutines: those that they own or use, with the rest all of them or more (some are of both).
ctx=tests/data/demo/payd-ctx.trace.zst
contexts() {
    "$CTXSCOPE" contexts -f csv "$@" $ctx | tail -n +2 | wc -l
}
all_ctx=$(contexts) some_ctx=$(contexts -W "$filter") rest_ctx=$(contexts -W "not ($filter)")
[ "$some_ctx" -gt 0 ] && [ "$some_ctx" -lt "$all_ctx" ] && [ $((some_ctx + rest_ctx)) -ge "$all_ctx" ] ||
    fail "contexts: $some_ctx and $rest_ctx of $all_ctx"
expect 2 'the tree of their places; add --json' "$CTXSCOPE" contexts -W "$filter" $ctx
expect 2 'wake needs a goroutine.s number and a trace' "$CTXSCOPE" wake $sample
expect 2 'no task 99999; ctxscope tasks lists them' "$CTXSCOPE" wake --task 99999 $sample
expect 2 'fail-share 101: out of range; percent' "$CTXSCOPE" check --fail-share 101 $sample

# Exports of a part: rows in the window, of chosen goroutines.
"$CTXSCOPE" export --to csv -o "$tmp/part" -w 1s..1.5s -W "$filter" $sample >/dev/null || fail "no export of a part"
[ $(($(wc -l <"$tmp/part/event.csv") - 1)) = "$(count events -w 1s..1.5s -W "$filter")" ] ||
    fail "event.csv has $(wc -l <"$tmp/part/event.csv") lines, events $(count events -w 1s..1.5s -W "$filter")"
[ "$(wc -l <"$tmp/part/goroutine.csv")" = "$(count goroutines -f csv -w 1s..1.5s -W "$filter")" ] ||
    fail "goroutine.csv has $(wc -l <"$tmp/part/goroutine.csv") lines"
tr -d '\r' <"$tmp/part/span.csv" | awk -F, 'NR > 1 && ($2 >= 1500000000 || $3 <= 1000000000) { bad = 1 } END { exit bad || NR < 10 }' ||
    fail "span.csv holds what lies outside the window"
"$CTXSCOPE" export --to csv -o "$tmp/few" -n 3 $sample >/dev/null
[ "$(wc -l <"$tmp/few/event.csv")" = 4 ] || fail "export --limit 3 gives $(wc -l <"$tmp/few/event.csv") lines"
"$CTXSCOPE" export --to csv -o "$tmp/whole" -w 0s.. $sample >/dev/null
[ $(($(wc -l <"$tmp/whole/event.csv") - 1)) = "$all" ] || fail "a window of all is not all"
"$CTXSCOPE" export --to sqlite -o "$tmp/part.sqlite" -w 1s..1.5s -W "$filter" $sample >/dev/null
if command -v sqlite3 >/dev/null; then
    for table in event span link goroutine range task log; do
        n=$(sqlite3 "$tmp/part.sqlite" "select count(*) from $table")
        [ "$(sed '$!d;=' "$tmp/part/$table.csv" | head -1)" = $((n + 1)) ] || fail "$table: SQLite has $n rows, CSV other ones"
    done
else
    echo "skip-ok: no sqlite3"
fi
expect 2 'chosen' "$CTXSCOPE" query $sample 'select chosen(1)'
exit $bad
