#!/bin/bash
# contexts, wake, tasks: what they print is what the contract says, and what is asked wrongly is told.
. tests/cli/lib.sh
export XDG_CACHE_HOME=$tmp/cache
exact=tests/data/demo/payd-ctx.trace.zst
plain=tests/data/demo/payd.trace.zst
has() { # PATTERN WHAT
    grep -qE -e "$1" <<<"$out" || fail "$2: nothing fits $1"
}
rows() {
    grep -cE '^,?\{"id":' <<<"$out"
}

expect 0 '' "$CTXSCOPE" contexts --json $exact
[ "$(rows)" = 13501 ] || fail "contexts: $(rows) rows, not 13501"
[ "$("$CTXSCOPE" query --format tsv $exact "select count(*) from log where category = 'ctxscope/1' and message like '+ %'" | tail -1)" = 13501 ] || fail "contexts: the log has other lines"
has '^\{"schema":1,"contexts":\[' contexts
has '"id":[0-9]+,"parent":(null|[0-9]+),"kind":"timeout","evidence":"exact","site":\{"function":"[^"]+","file":"[^"]+","line":[0-9]+\},"created_ns":[0-9]+,"deadline_ns":[0-9]+,"cancelled_ns":[0-9]+,"by":"deadline","cause":null,"canceller_g":[0-9]+,"owner_g":[0-9]+,' contexts
has '"users":\[\{"g":[0-9]+,"first_done_ns":([0-9]+|null),"wake_ns":[0-9]+,"run_ns":[0-9]+,"exit_ns":([0-9]+|null)\}' contexts
for word in value cancel timeout; do
    has "\"kind\":\"$word\"" contexts
done
expect 0 '' "$CTXSCOPE" contexts --format csv $exact
[ "$(wc -l <<<"$out")" = 13502 ] || fail "contexts as CSV: $(wc -l <<<"$out") lines"
expect 0 '' "$CTXSCOPE" contexts $exact
has '= exact' 'the tree'
has 'Service.check:55 +1500 +500 ms' 'the tree'
id=$("$CTXSCOPE" contexts --json $exact | grep '"by":"deadline"' | grep -m1 '"wake_ns":[0-9]' | sed 's/^,*{"id":\([0-9]*\).*/\1/')
expect 0 '' "$CTXSCOPE" contexts --id "$id" --json $exact
for step in made deadline "timer's goroutine created" "timer's goroutine ran" 'cancelled by its deadline' woken ran; do
    has "\"what\":\"$step\"" 'steps of a deadline'
done
has '"what":"cancelled by its deadline","g":[0-9]+,"at":null,"expected_ns":[0-9]+,"late_ns":[0-9]+' 'steps of a deadline'
expect 2 'there is no context 99999999; .+' "$CTXSCOPE" contexts --id 99999999 $exact

expect 0 '' "$CTXSCOPE" contexts --json $plain
has '"kind":null,"evidence":"inferred","site":null,"created_ns":null,"deadline_ns":null' 'a plain trace'
has '"kind":"task","evidence":"inferred"' 'a plain trace'
expect 0 '' "$CTXSCOPE" contexts $plain
has 'what this trace cannot say' 'a plain trace'

expect 0 '' "$CTXSCOPE" wake 43 --json $plain
has '^\{"schema":1,"g":43,"direction":"back","links":\[' wake
has '"root":\{"g":[0-9]+,"name":"[^"]+","cause":"' wake
has '"proof":\[\{"table":"link","t":[0-9]+,"to":43\}\]' wake
expect 0 '' "$CTXSCOPE" wake g43 --forward --json $plain
has '"direction":"forward"' 'wake --forward'
sums() { # the pieces of a path add up to it
    local whole pieces
    whole=$(sed -n 's/.*"path":{"g":[0-9]*,"t0_ns":[0-9]*,"t1_ns":[0-9]*,"ns":\([0-9]*\).*/\1/p' <<<"$out")
    pieces=$(grep -oE '^,?\{"t0_ns":[0-9]+,"t1_ns":[0-9]+,"ns":[0-9]+' <<<"$out" | sed 's/.*://' | awk '{ n += $1 } END { print n }')
    [ -n "$whole" ] && [ "$whole" = "$pieces" ] || fail "$1: the pieces sum to $pieces, not $whole"
}
expect 0 '' "$CTXSCOPE" wake 43 --path 0s..30ms --json $plain
sums 'wake --path'
expect 0 '' "$CTXSCOPE" wake --task 5 --json $plain
sums 'wake --task'
expect 2 'there is no goroutine 999999; .+' "$CTXSCOPE" wake 999999 $plain
expect 2 "wake needs a goroutine.s number and a trace, or --task N; .+" "$CTXSCOPE" wake $plain
expect 2 'there is no task 99999; .+' "$CTXSCOPE" wake --task 99999 $plain

expect 0 '' "$CTXSCOPE" tasks --json $plain
[ "$(rows)" = 2000 ] || fail "tasks: $(rows) rows, not 2000"
has '^,?\{"name":"POST /pay","n":500,"open":0,"p50_ns":[0-9]+,"p95_ns":[0-9]+,"p99_ns":[0-9]+,"max_ns":[0-9]+,"slowest":[0-9]+\}' tasks
expect 0 '' "$CTXSCOPE" tasks $plain
has 'latency by type' tasks
expect 0 '' "$CTXSCOPE" tasks --key layer=db --json --limit 3 $plain
has '"key":"layer","value":"db","goroutines":\[[0-9]' 'tasks --key'
has '"message":"layer=db left_ms=[0-9]+"' 'tasks --key'
expect 2 '--key wants KEY=VALUE, not layer; .+' "$CTXSCOPE" tasks --key layer $plain
exit $bad
