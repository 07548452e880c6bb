#!/bin/bash
# make corpus: judges every recording of the labelled corpus and prints precision and recall by rule, for each version of Go.
# corpus.sh CORPUS SCORE [LEVEL]: CORPUS holds cases/, recorded/, perhaps recorded-ctx/; SCORE is the program that compares.
set -u
: "${CTXSCOPE:=${BUILD:-build/release}/ctxscope}"
corpus=$1 score=$2 level=${3:-annot}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ctxscope-corpus.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
export XDG_CONFIG_HOME=$tmp/none HOME=$tmp/none
judge() { # VERSION FOLDER CASE VARIANT
    local trace=$2/trace.out.zst ini=$corpus/cases/$3/check.ini out=$tmp/$1/results/$3
    [ -f "$trace" ] || return
    mkdir -p "$out" "$tmp/$1/cases"
    ln -sfn "$(realpath "$corpus/cases/$3")" "$tmp/$1/cases/$3"
    [ -f "$ini" ] || ini=/dev/null
    "$CTXSCOPE" check --json --no-cache ${ini:+$([ "$ini" = /dev/null ] || echo --config "$ini")} "$trace" >"$out/$4.json" 2>"$tmp/err"
    # 1: there are findings, above 1: it could not be read
    [ $? -le 1 ] && [ -s "$out/$4.json" ] || { rm -f "$out/$4.json" && unread=$((unread + 1)); }
}
unread=0
for set in recorded recorded-ctx; do
    for version in "$corpus/$set"/go*; do
        [ -d "$version" ] || continue
        name=$(basename "$version")$([ $set = recorded ] || echo -ctx)
        for case in "$version"/*; do
            for variant in fault healthy; do judge "$name" "$case/$variant" "$(basename "$case")" "$variant"; done
        done
        [ -n "$(find "$tmp/$name/results" -name '*.json' 2>/dev/null | head -1)" ] || { echo "== $name: not one could be read" && continue; }
        echo "== $name"
        python3 "$score" --evidence "$level" "$tmp/$name/cases" "$tmp/$name/results"
        echo
    done
done
[ "$unread" = 0 ] || echo "$unread recordings could not be read"
[ -z "${KEEP:-}" ] || cp -r "$tmp" "$KEEP"
