#!/bin/bash
# query: answers as text, JSON, CSV and TSV; what is no query, and what would write or open files, is refused.
. tests/cli/lib.sh
sample=tests/data/real/gotest-context.trace
query() {
    local want=$1 pattern=$2
    shift 2
    expect "$want" "$pattern" "$CTXSCOPE" query --no-cache $sample "$@"
}
query 0 '' --format tsv 'select count(*) n, count(distinct kind) from event'
[ "$(head -1 <<<"$out" | cut -f1)" = n ] || fail "the header is $(head -1 <<<"$out")"
[ "$(tail -1 <<<"$out" | cut -f1)" = 1553 ] || fail "not 1553 events: $out"
query 0 '' --json "select 1 a, 2.5, null, 'x''y', 9223372036854775807"
[ "$out" = '{"schema":1,"columns":["a","2.5","null","'"'x''y'"'","9223372036854775807"],"rows":[
[1,2.5,null,"x'"'"'y",9223372036854775807]]}' ] || fail "JSON: $out"
query 0 '' --format csv "select '=1+1' a, '+1', '-1', '@x', -1, 'a,b', 'say \"hi\"', char(27) || '[31m'"
tail -1 "$tmp/stdout" | grep -qF "'=1+1,'+1,'-1,'@x,-1,\"a,b\",\"say \"\"hi\"\"\"," || fail "CSV: $(tail -1 "$tmp/stdout")"
for format in text csv tsv json; do
    query 0 '' --format $format "select char(27) || ']0;x' || char(7) || char(0x9b) || char(0x202e)"
    grep -qP '\x1b|\x07|\xc2\x9b|\xe2\x80\xae' "$tmp/stdout" && fail "control characters come out as $format"
done
query 0 '' --json "select cast(x'ff41' as text)"
iconv -f UTF-8 -t UTF-8 "$tmp/stdout" >/dev/null || fail "JSON that is no UTF-8"
query 0 '' --limit 3 --format tsv 'select g from goroutine'
[ "$(wc -l <"$tmp/stdout")" = 4 ] || fail "--limit 3 gives $(wc -l <"$tmp/stdout") lines"

query 2 'query: .*syntax.*' 'selec 1'
query 2 'query: .*no such table: nothere' 'select * from nothere'
query 2 'query: ' ''
for sql in "vacuum into '$tmp/out.db'" "attach '$tmp/out.db' as x" 'pragma writable_schema=1' 'create table x(a)' "select load_extension('x')" \
    'delete from goroutine' 'drop table goroutine' "select writefile('$tmp/out.db', 'x')" 'insert into event values(1)' 'begin immediate'; do
    query 2 'query: ' "$sql"
    [ ! -e "$tmp/out.db" ] || fail "$sql wrote a file"
done

# A signal ends a query that would take for ever (the shell sets Ctrl-C aside for what runs behind it).
$CTXSCOPE query --no-cache tests/data/real/esbuild-bundle.trace.zst 'select count(*) from event a, event b, event c' >"$tmp/stdout" 2>"$tmp/stderr" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
code=$?
[ $code = 130 ] || fail "a stopped query: exit $code, says $(cat "$tmp/stderr")"
exit $bad
