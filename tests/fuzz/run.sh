#!/bin/bash
# tests/fuzz/run.sh FOLDER NAME SECONDS: fuzzes FOLDER/fuzz_NAME so long. First come inputs that once failed (tests/fuzz/found/NAME/).
# Seeds: files in tests/fuzz/seeds/NAME, and those named by lines "// fuzz-seeds: GLOB…" in the target's source; unpacked when
# they end in .zst; of at most 64 KiB.
# What is new goes to FOLDER/corpus-NAME and is used again; a finding is written to FOLDER/found-NAME-…
set -u
folder=$1 name=$2 seconds=$3
cd "$(dirname "$0")/../.." || exit 3
seeds=$folder/seeds-$name corpus=$folder/corpus-$name
rm -rf "$seeds" && mkdir -p "$seeds" "$corpus" || exit 3

# Patterns are expanded here, unquoted on purpose.
for seed in $(sed -n 's,^// fuzz-seeds: ,,p' "tests/fuzz/fuzz_$name.c") $(find "tests/fuzz/seeds/$name" -type f 2>/dev/null); do
    [ -f "$seed" ] || { echo "FAIL fuzz_$name.c: no seed $seed" && exit 1; }
    to=$seeds/$(echo "${seed%.zst}" | tr / _)
    case $seed in
    *.zst) zstd -dqc "$seed" >"$to" ;;
    *) cp "$seed" "$to" ;;
    esac
    [ "$(stat -c %s "$to")" -le 65536 ] || rm -f "$to"
done

export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
found=(tests/fuzz/found/"$name"/*)
if [ -e "${found[0]}" ] && ! "$folder/fuzz_$name" -timeout=10 "${found[@]}" >"$folder/log-$name" 2>&1; then
    tail -n 40 "$folder/log-$name"
    echo "FAIL an input of tests/fuzz/found/$name fails again"
    exit 1
fi
if ! "$folder/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -artifact_prefix="$folder/found-$name-" "$corpus" "$seeds" >"$folder/log-$name" 2>&1; then
    grep -vE '^#[0-9]+' "$folder/log-$name" | tail -n 50
    echo "FAIL fuzz_$name found something; the input is $folder/found-$name-…"
    exit 1
fi
runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$folder/log-$name")
echo "fuzz_$name: $runs runs in $seconds s, $(find "$corpus" -type f | wc -l) inputs kept, from $(find "$seeds" -type f | wc -l) seeds"
[ -n "$runs" ] || exit 1
