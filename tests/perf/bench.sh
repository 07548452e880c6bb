#!/bin/bash
# make bench: the figures of docs/performance.md, with Go's own reader beside them. It measures and judges nothing; each part has
# its time (BENCH_SECONDS, 300), and what is left out is named. The last lines are the table, also in $BENCH_DIR/figures.md.
#   BENCH_DIR   where the traces are, or will be recorded (build/bench)
#   BENCH_BIG=1 also a trace of 1 GB (minutes); BENCH_LONG=1 also one of 12 minutes (which take 12 minutes to record)
#   BENCH_RUNS  imports and readings in turn, of which the least counts (3)
set -u
cd "$(dirname "$0")/../.." || exit 3
bin=$PWD/${BUILD:-build/release}
program=$bin/ctxscope
perf=$bin/tests/perf
dir=${BENCH_DIR:-build/bench}
limit=${BENCH_SECONDS:-300}
mkdir -p "$dir" && dir=$(cd "$dir" && pwd) && tmp=$(mktemp -d "$dir/tmp.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME=$tmp/cache LC_ALL=C.UTF-8

peers=1
tests/peers/build.sh || peers=0
declare -A F # figure by "trace/name"; absent: not measured
traces=() # names of what was measured, columns of the table

# A trace is recorded anew where they are not.
recorded() { # NAME FILE TRACEGEN-ARGUMENTS…
    local name=$1 file=$dir/$2
    shift 2
    if [ ! -f "$file" ]; then
        [ $peers = 1 ] || { echo "$name: $file is not there, and without Go >= 1.26 it cannot be recorded: left out" && return; }
        echo "recording $name …"
        (cd "$tmp" && timeout 1000 "$OLDPWD/build/peers/tracegen" "$@" -o "$file.new" >/dev/null 2>&1) && mv "$file.new" "$file" ||
            { rm -f "$file.new" && echo "$name: cannot be recorded: left out" && return; }
    fi
    one "$name" "$file"
}

boxed() { timeout -k 5 "$limit" "$@"; }
measure() { boxed "$perf/measure" "$@"; } # WALL CPU MB STATUS
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(b == "" || a < b) }'; }
least() { # KEY FIGURE
    ! less "$2" "${F[$1]:-}" || F[$1]=$2
}

# What COMMAND prints as "NAME FIGURE", as PREFIX NAME.
take() { # PREFIX COMMAND…
    local prefix=$1 name figure
    shift
    while read -r name figure; do F[$prefix$name]=$figure; done < <(boxed "$@")
}

imports() { # NAME FILE RUNS: ours and Go's reader in turn
    local n=$1 file=$2 wall cpu mem rc i
    for ((i = 0; i < $3; i++)); do
        if [ $peers = 1 ]; then
            read -r wall cpu mem rc < <(measure build/peers/xread "$file") && [ "$rc" = 0 ] && least "$n/peer_cpu" "$cpu" && least "$n/peer_wall" "$wall" && F[$n/peer_mem]=$mem
        fi
        rm -f "$tmp/s.ctxs"
        read -r wall cpu mem rc < <(measure "$program" import --store "$tmp/s.ctxs" "$file") || return 1
        [ "$rc" = 0 ] || { echo "$n: the import ends with $rc" && return 1; }
        least "$n/cpu" "$cpu" && least "$n/wall" "$wall" && F[$n/mem]=$mem
        read -r wall cpu mem rc < <(measure "$perf/read_only" "$file") && [ "$rc" = 0 ] && least "$n/read" "$cpu"
    done
    F[$n/store]=$(stat -c %s "$tmp/s.ctxs")
    F[$n/zstd]=$(zstd -1 -q -c "$file" | wc -c)
}

asks() { # NAME KEY ARGUMENTS…: the whole program, from start to end
    local key=$1/$2 wall cpu mem rc
    shift 2
    read -r wall cpu mem rc < <(measure "$program" "$@") && [ "$rc" = 0 ] && F[$key]=$(awk -v s="$wall" 'BEGIN { print s * 1000 }')
}

one() { # NAME FILE
    local n=$1 file runs=${BENCH_RUNS:-3} first all edges heat tree found
    file=$(readlink -f "$2")
    traces+=("$n")
    F[$n/size]=$(stat -c %s "$file")
    echo "measuring $n …"
    [ "${F[$n/size]}" -lt 500000000 ] || runs=1
    imports "$n" "$file" "$runs" || return
    mv "$tmp/s.ctxs" "$tmp/kept.ctxs"
    asks "$n" overview overview "$tmp/kept.ctxs"
    asks "$n" count query "$tmp/kept.ctxs" "select count(*) from event"
    asks "$n" filter goroutines "$tmp/kept.ctxs" --where 'name ~ "serve" and waiting > 10ms' --format csv
    take "$n/again_" "$perf/ui" "$program" "$tmp/kept.ctxs"
    take "$n/new_" "$perf/ui" "$program" --no-cache "$file"
    take "$n/" "$perf/ui" -s "$program" --no-cache "$file"
    read -r first all < <(boxed "$perf/bench_search" "$file" 'main|serve' | sed -n 's/.* first *\([0-9.]*\) ms.* all *\([0-9.]*\) ms.*/\1 \2/p')
    F[$n/search_first]=${first:-} F[$n/search_all]=${all:-}
    read -r edges heat tree found < <(boxed "$perf/bench_contexts" "$file" |
        sed -n 's/.*: \([0-9]*\) edges: heat map \([0-9.]*\) ms.*tree \([0-9.]*\) ms, findings \([0-9.]*\) ms/\1 \2 \3 \4/p')
    F[$n/edges]=${edges:-} F[$n/heat]=${heat:-} F[$n/tree]=${tree:-} F[$n/found]=${found:-}
    rm -f "$tmp/kept.ctxs"
}

# ---- the table

cell() { # NAME FORMAT KEY…: FORMAT filled with figures, or with quotients for keys "A/B"; – when one is missing
    local n=$1 format=$2 key args=()
    shift 2
    for key in "$@"; do
        case $key in
        */*) [ -n "${F[$n/${key%/*}]:-}" ] && [ -n "${F[$n/${key#*/}]:-}" ] || { echo – && return; }
            args+=("$(awk -v a="${F[$n/${key%/*}]}" -v b="${F[$n/${key#*/}]}" 'BEGIN { print (b > 0 ? a / b : 0) }')") ;;
        *) [ -n "${F[$n/$key]:-}" ] || { echo – && return; }
            args+=("${F[$n/$key]}") ;;
        esac
    done
    # shellcheck disable=SC2059
    printf "$format" "${args[@]}"
}
row() { # WORK AIM FORMAT KEY…
    local work=$1 aim=$2
    shift 2
    printf '| %s |' "$work"
    for n in "${traces[@]}"; do printf ' %s |' "$(cell "$n" "$@")"; done
    printf ' %s |\n' "$aim"
}
table() {
    printf '| work |' && printf ' %s |' "${traces[@]}" && printf ' aim |\n|---|' && printf -- '---|%.0s' "${traces[@]}" && printf -- '---|\n'
    row "trace, MB" "" "%.1f" size/mega
    row "Go's reader merely reads it: CPU, wall, memory" "" "%.2f s, %.2f s, %.0f MiB" peer_cpu peer_wall peer_mem
    row "import into the store: CPU, by Go's reader" "0.5 (0.75)" "%.2f s, **%.2f**" cpu cpu/peer_cpu
    row "wall time, by Go's reader" "0.3" "%.2f s, **%.2f**" wall wall/peer_wall
    row "of that reading and ordering alone: CPU, by Go's reader" "0.25" "%.2f s, %.2f" read read/peer_cpu
    row "peak memory of an import" "256 MiB" "%.0f MiB" mem
    row "store, by the trace's bytes; zstd -1 of it" "0.8" "%.2f; %.2f" store/size zstd/size
    row "importing, on screen: first frame, first rows" "100, 300 ms" "%.0f, %.0f ms" new_first_frame new_first_rows
    row "key to frame meanwhile, median and p99" "50 ms" "%.1f, %.1f ms" new_import_median new_import_p99
    row "Ctrl-C until the import has stopped" "100 ms" "%.0f ms" stop
    row "peak memory, importing and viewing" "256 MiB" "%.0f MiB" new_memory
    row "imported before: first rows on screen" "100 ms" "%.0f ms" again_first_rows
    row "frames of 200×50, zoom and pan, median and p99" "2, 16 ms" "%.1f, %.1f ms" again_frame_median again_frame_p99
    row "cursor move, most bytes" "2,000" "%.0f" again_cursor_bytes_most
    row "peak memory, viewing" "256 MiB" "%.0f MiB" again_memory
    row "\`overview\`" "100 ms" "%.0f ms" overview
    row "regular expression over all events: first hit, all" "0.2, 1.5 s" "%.0f ms, %.0f ms" search_first search_all
    row "\`goroutines\` by a filter with a regular expression" "200 ms" "%.0f ms" filter
    row "heat map and context tree made, CPU; cancel edges" "16 ms at 100,000" "%.1f, %.1f ms; %.0f" heat tree edges
    row "findings, CPU" "a fifth of the import" "%.0f ms" found
    row "\`select count(*) from event\`" "2 s" "%.0f ms" count
    printf '\n`--version`: %.0f ms (aim: 10). %s cores; %s; least of %s runs for times of imports (1 for what is over 500 MB).\n' "${F[program/version]}" "$(nproc)" \
        "$([ $peers = 1 ] && echo "Go's reader is golang.org/x/exp/trace, built by $(go env GOVERSION)" || echo "no Go >= 1.26 to compare with")" "${BENCH_RUNS:-3}"
}

asks program version --version
recorded "server, 100 MB" mixed100.trace -size 104857600
recorded "many goroutines" manyg.trace -mode manyg
[ "${BENCH_BIG:-0}" = 1 ] && recorded "server, 1 GB" mixed1g.trace -size 1073741824 || echo "server, 1 GB: left out without BENCH_BIG=1"
[ "${BENCH_LONG:-0}" = 1 ] && recorded "12 minutes" long12.trace -mode long -dur 12m || echo "12 minutes: left out without BENCH_LONG=1"
zstd -dqf tests/data/real/esbuild-bundle.trace.zst -o "$tmp/esbuild.trace" && one "esbuild" "$tmp/esbuild.trace"
for n in "${traces[@]}"; do F[$n/mega]=1000000; done
echo
table | tee "$dir/figures.md"
