#!/bin/bash
# make bench: figures on big traces, with Go's own reader beside. It measures and judges nothing.
#   BENCH_DIR   where the traces are or will be made (build/bench): mixed100.trace, manyg.trace, and with BENCH_BIG=1 mixed1g.trace
set -u
cd "$(dirname "$0")/../.." || exit 3
bin=$PWD/${BUILD:-build/release}
program=$bin/ctxscope
dir=${BENCH_DIR:-build/bench}
mkdir -p "$dir/tmp" || exit 3
dir=$(cd "$dir" && pwd)
tmp=$(mktemp -d "$dir/tmp/XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME=$tmp/cache

peers=1
tests/peers/build.sh || peers=0
trace() { # NAME TRACEGEN-ARGUMENTS…
    [ -f "$dir/$1" ] && return
    [ $peers = 1 ] || { echo "$1 is not in $dir and needs Go to be made: left out" && return 1; }
    echo "recording $1 …"
    (cd "$tmp" && "$OLDPWD/build/peers/tracegen" "${@:2}" -o "$dir/$1" >/dev/null 2>&1) || { rm -f "$dir/$1" && echo "$1 could not be recorded" && return 1; }
}
m() { "$bin/tests/perf/measure" "$@"; }
over() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "?" }'; }
row() { printf '%-44s %s\n' "$1" "$2"; }

one() { # TITLE FILE
    local title=$1 file=$2 size wall cpu mem rc pwall=0 pcpu=0 pmem store
    size=$(stat -c %s "$file")
    printf '\n%s: %d bytes\n' "$title" "$size"
    if [ $peers = 1 ]; then
        read -r pwall pcpu pmem rc < <(m build/peers/xread "$file")
        row "golang.org/x/exp/trace reads it" "$pcpu s CPU, $pwall s wall, $pmem MB"
    fi
    store=$tmp/s.ctxs
    rm -f "$store"
    read -r wall cpu mem rc < <(m "$program" import --store "$store" "$file")
    [ "$rc" = 0 ] || { row "import" "FAILED with $rc" && return; }
    row "import" "$cpu s CPU ($(over "$cpu" "$pcpu") x the reader), $wall s wall ($(over "$wall" "$pwall") x), $mem MB"
    read -r wall cpu mem rc < <(m "$program" import --threads 1 --store "$tmp/t.ctxs" "$file")
    row "import on one thread" "$cpu s CPU, $wall s wall, $mem MB"
    rm -f "$tmp/t.ctxs"
    row "store" "$(stat -c %s "$store") bytes ($(over "$(stat -c %s "$store")" "$size") x the trace; zstd -1: $(over "$(zstd -1 -q -c "$file" | wc -c)" "$size") x)"
    "$program" import "$file" >/dev/null 2>&1 # into the cache
    read -r wall cpu mem rc < <(m "$program" overview "$file")
    row "overview of the imported trace" "$wall s wall, $mem MB"
    read -r wall cpu mem rc < <(m "$program" query "$file" "select count(*) from event")
    row "select count(*) from event" "$wall s wall, $mem MB, exit $rc"
    read -r wall cpu mem rc < <(m "$program" goroutines "$file" --where 'name ~ "http.*serve" and waiting > 10ms' --format csv)
    row "goroutines by a filter with a regex" "$wall s wall, $mem MB"
    read -r wall cpu mem rc < <(m "$program" lanes "$file" --format csv)
    row "lanes of the whole" "$wall s wall, $mem MB"
    row "screen, imported before" ""
    "$bin/tests/perf/ui" "$program" "$file" | sed 's/^/    /'
    row "screen, importing" ""
    "$bin/tests/perf/ui" "$program" --no-cache "$file" | sed 's/^/    /'
}

printf 'ctxscope %s, %s, %s cores\n' "$(cat VERSION)" "$(uname -m)" "$(nproc)"
read -r wall cpu mem rc < <(m "$program" --version)
row "--version" "$wall s wall"
trace mixed100.trace -size 104857600 && one "a server's trace, 100 MB" "$dir/mixed100.trace"
trace manyg.trace -mode manyg && one "many goroutines" "$dir/manyg.trace"
if [ "${BENCH_BIG:-0}" = 1 ]; then
    trace mixed1g.trace -size 1073741824 && one "a server's trace, 1 GB" "$dir/mixed1g.trace"
fi
for file in esbuild-bundle staticcheck; do
    zstd -dqf "tests/data/real/$file.trace.zst" -o "$tmp/$file.trace" && one "$file" "$tmp/$file.trace"
done
exit 0
