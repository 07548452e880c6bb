#!/bin/bash
# export: a new SQLite file of plain tables, or a folder of CSV files; nothing is written over, nothing half-written stays.
. tests/cli/lib.sh
sample=tests/data/real/gotest-context.trace
expect 2 'export needs --to; .+' "$CTXSCOPE" export --no-cache $sample
expect 2 '--to xml: no such word; .+' "$CTXSCOPE" export --no-cache --to xml $sample
expect 0 '' "$CTXSCOPE" export --no-cache --to sqlite -o "$tmp/out.sqlite" $sample
[ "$(head -c 15 "$tmp/out.sqlite")" = 'SQLite format 3' ] || fail "the export is no SQLite file"
[ "$(stat -c %a "$tmp/out.sqlite")" = 600 ] || fail "the export can be read by others"
cp "$tmp/out.sqlite" "$tmp/before"
expect 2 'out.sqlite: it is there already; .+' "$CTXSCOPE" export --no-cache --to sqlite -o "$tmp/out.sqlite" $sample
cmp -s "$tmp/before" "$tmp/out.sqlite" || fail "an export wrote over a file"
expect 2 'no/such.*: .+; .+' "$CTXSCOPE" export --no-cache --to sqlite -o "$tmp/no/such" $sample
if command -v sqlite3 >/dev/null; then
    [ "$(sqlite3 "$tmp/out.sqlite" 'select count(*) from goroutine')" = 254 ] || fail "the export has not 254 goroutines"
    [ "$(sqlite3 "$tmp/out.sqlite" 'pragma integrity_check')" = ok ] || fail "the export is damaged"
else
    echo "skip-ok: no sqlite3"
fi

expect 0 '' "$CTXSCOPE" export --no-cache --to csv -o "$tmp/csv" $sample
for table in goroutine event span link; do
    "$CTXSCOPE" query --no-cache --format csv $sample "select * from $table" >"$tmp/want"
    [ -s "$tmp/csv/$table.csv" ] && cmp -s "$tmp/want" "$tmp/csv/$table.csv" || fail "$table.csv is not what query gives"
done
[ "$(wc -l <"$tmp/csv/goroutine.csv")" = 255 ] || fail "goroutine.csv has $(wc -l <"$tmp/csv/goroutine.csv") lines"
expect 2 'csv: it is there already; .+' "$CTXSCOPE" export --no-cache --to csv -o "$tmp/csv" $sample
exit $bad
