#!/bin/bash
# check and findings: exit codes, forms of output (SARIF and JUnit against their schemas), settings of a repository, folders of tests.
. tests/cli/lib.sh
root=$PWD
program=$CTXSCOPE
[ "${program#/}" != "$program" ] || program=$PWD/$program
bad_trace=$root/tests/data/corpus/go1.26/goexit-in-goroutine.fault.trace.zst
good_trace=$root/tests/data/real/gotest-context.trace
schemas=$root/tests/data/schemas
python=/usr/bin/python3 # Debian's own, which has Debian's modules

# --- exit codes ---
expect 0 '' "$CTXSCOPE" check "$good_trace"
expect 1 '' "$CTXSCOPE" check "$bad_trace"
grep -q ':35: error: 4 goroutines at main.collectResult' <<<"$out" || fail "no line for the leak: $out"
expect 1 '' "$CTXSCOPE" check --fail-on info "$bad_trace"
expect 0 '' "$CTXSCOPE" findings "$bad_trace"
grep -q 'wrong if' <<<"$out" || fail "findings does not say what would show a false alarm"
grep -q 'not judged without context events' <<<"$out" || fail "findings does not say what was not judged"
expect 2 'no such word.*one of: info, warning, error' "$CTXSCOPE" check --fail-on bad "$bad_trace"
expect 2 'check needs a trace' "$CTXSCOPE" check
expect 2 'exclude each other' "$CTXSCOPE" check --sarif --junit "$bad_trace"
expect 2 'no rule nosuch; ctxscope check --rules lists them' "$CTXSCOPE" check --set nosuch.over=1s "$bad_trace"
expect 2 'slow-cancel has no key min; its keys: over' "$CTXSCOPE" check --set slow-cancel.min=1 "$bad_trace"
expect 2 'over = 50: that is not a duration' "$CTXSCOPE" check --set slow-cancel.over=50 "$bad_trace"
expect 0 '' "$CTXSCOPE" check --set goroutine-leak.over=1h "$bad_trace"
expect 2 'nothere: no such file' "$CTXSCOPE" check "$tmp/nothere"

# --- rules ---
expect 0 '' "$CTXSCOPE" check --rules
grep -qE '^slow-cancel +warning +trace +over = 50ms$' <<<"$out" || fail "--rules does not list slow-cancel"
expect 0 '' "$CTXSCOPE" check --rules --json --set slow-cancel.over=70ms
jq -e '.schema == 1 and (.rules | length) > 30 and (.rules[] | select(.rule == "slow-cancel").keys.over == "70ms")' <<<"$out" >/dev/null ||
    fail "--rules --json"

# --- JSON ---
expect 1 '' "$CTXSCOPE" check --json "$bad_trace"
jq -e '.schema == 1 and .evidence == ["trace"]
    and (.findings | length) == 2
    and (.findings[0] | .rule == "goroutine-leak" and .severity == "error" and .confidence == "likely" and .function == "main.collectResult"
        and .line == 35 and .count == 4 and (.goroutine | type) == "number" and .t0_ns >= 0 and .t1_ns > .t0_ns
        and (.numbers.blocked_ms > 1000) and (.proof | length) == 4 and .proof[0].table == "span" and (.advice | length) > 0)
    and ([.not_judged[] | select(.rule == "lost-cancel").needs] == ["ctx"])' <<<"$out" >/dev/null || fail "check --json: $out"
expect 0 '' "$CTXSCOPE" findings --format csv "$bad_trace"
[ "$(wc -l <<<"$out")" = 3 ] || fail "findings as CSV: $out"
expect 0 '' "$CTXSCOPE" findings --json --where 'name = "main.runStep"' "$bad_trace"
jq -e '[.findings[].rule] == ["goexit"]' <<<"$out" >/dev/null || fail "--where chooses findings: $out"
expect 0 '' "$CTXSCOPE" findings --json --window 0..1us "$bad_trace"
jq -e '.findings == []' <<<"$out" >/dev/null || fail "--window chooses findings: $out"
expect 0 '' "$CTXSCOPE" overview --json "$bad_trace"
jq -e '.findings == {"error":1,"warning":0,"info":1}' <<<"$out" >/dev/null || fail "the overview counts: $(jq -c .findings <<<"$out")"

# --- forms of others ---
sarif() { # FILE
    "$python" - "$schemas/sarif-2.1.0-rtm.5.json" "$1" <<'PY' || fail "no SARIF 2.1.0: $1"
import json, sys
import jsonschema
schema, doc = (json.load(open(p)) for p in sys.argv[1:])
jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(doc)
PY
}
if "$python" -c 'import jsonschema' 2>/dev/null; then
    expect 1 '' "$CTXSCOPE" check --sarif "$bad_trace"
    sarif "$tmp/stdout"
    jq -e '.runs[0].results[0] | .ruleId == "goroutine-leak" and .level == "error" and .locations[0].physicalLocation.region.startLine == 35' \
        "$tmp/stdout" >/dev/null || fail "SARIF of the leak"
    expect 0 '' "$CTXSCOPE" check --sarif "$good_trace"
    sarif "$tmp/stdout"
else
    echo "skip: no python3-jsonschema"
fi
junit() { xmllint --noout --schema "$schemas/junit.xsd" "$1" 2>"$tmp/xml" || fail "no JUnit: $(cat "$tmp/xml")"; }
expect 1 '' "$CTXSCOPE" check --github "$bad_trace"
grep -qE '^::error file=[^:,]+main.go,line=35,title=goroutine-leak::4 goroutines [^%]*%0A' <<<"$out" || fail "annotations: $out"

# --- settings of a repository, ignores ---
mkdir -p "$tmp/repo/.git" "$tmp/repo/sub"
printf '[ignore]\ngoroutine-leak main.collectResult = known, see the tracker\n[rule goexit]\n' >"$tmp/repo/.ctxscope.ini"
cd "$tmp/repo/sub" || exit 3
CTXSCOPE=$program
expect 0 '' "$CTXSCOPE" check --json "$bad_trace"
jq -e '[.findings[].rule] == ["goexit"] and .ignored[0].reason == "known, see the tracker"' <<<"$out" >/dev/null || fail "an ignore: $out"
if "$python" -c 'import jsonschema' 2>/dev/null; then
    expect 0 '' "$CTXSCOPE" check --sarif "$bad_trace"
    sarif "$tmp/stdout"
    jq -e '.runs[0].results[] | select(.ruleId == "goroutine-leak").suppressions[0].justification == "known, see the tracker"' "$tmp/stdout" >/dev/null ||
        fail "an ignore is a suppression"
fi
printf '[ignore]\ngoroutine-leak main.collectResult =\n' >"$tmp/repo/.ctxscope.ini"
expect 2 'an ignore needs a reason; line 2; ' "$CTXSCOPE" check "$bad_trace"
printf '[theme]\nx = y\n' >"$tmp/repo/.ctxscope.ini"
expect 2 "may not hold \[theme\]" "$CTXSCOPE" check "$bad_trace"
cd "$root" || exit 3

# --- a folder of tests ---
mkdir -p "$tmp/tests/pkg"
cp "$bad_trace" "$tmp/tests/pkg/TestBad.trace.zst"
cp "$good_trace" "$tmp/tests/TestGood.out"
head -c 20000 "$good_trace" | tail -c 19000 >"$tmp/tests/noise.bin"
expect 1 '' "$CTXSCOPE" check "$tmp/tests"
grep -q '^ok TestGood$' <<<"$out" && grep -q '^FAIL pkg/TestBad$' <<<"$out" || fail "tests by name: $out"
expect 0 '' "$CTXSCOPE" check --fail-share 50 "$tmp/tests"
expect 1 '' "$CTXSCOPE" check --fail-share 49 "$tmp/tests"
expect 1 '' "$CTXSCOPE" check --json "$tmp/tests"
jq -e '[.tests[] | [.name, .failed]] == [["TestGood", false], ["pkg/TestBad", true]] and .findings[0].test == "pkg/TestBad"' <<<"$out" >/dev/null ||
    fail "tests in JSON: $out"
mkdir "$tmp/empty"
expect 2 'the folder holds no trace' "$CTXSCOPE" check "$tmp/empty"
if command -v xmllint >/dev/null; then
    expect 1 '' "$CTXSCOPE" check --junit "$tmp/tests"
    junit "$tmp/stdout"
    grep -q 'tests="2" failures="1" errors="0"' "$tmp/stdout" || fail "JUnit's counts"
    expect 1 '' "$CTXSCOPE" check --junit "$bad_trace"
    junit "$tmp/stdout"
else
    echo "skip: no xmllint"
fi
exit $bad
