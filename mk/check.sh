#!/bin/bash
# Everything `make check` does, in one place: each step builds with warnings as errors; the last line is the sum of all tests.
# A step that does not build counts as one failed test. Steps go on after a failure, so that one run shows all of it.
set -u
cd "$(dirname "$0")/.." || exit 3
export CI=${CI:-1}
results=$PWD/build/check-results
mkdir -p build && : >"$results" || exit 3
jobs=$(nproc)
unset MAKEFLAGS MAKELEVEL MFLAGS SANITIZE DEBUG

step() { # NAME MAKE-ARGUMENTS…: its tests add their counts to the results themselves
    local name=$1 lines began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    lines=$(wc -l <"$results")
    if ! make -s -j"$jobs" RESULTS="$results" NAME="$name" "$@"; then
        # A failing run has counted itself; a failing build has not.
        [ "$(wc -l <"$results")" != "$lines" ] || { echo "0 1 0" >>"$results" && echo "✗ $name: make $* failed"; }
    fi
    printf '   %s: %d s\n' "$name" $((SECONDS - began))
}

passes() { # NAME MAKE-TARGET: one test, which passes when make does
    local began=$SECONDS
    printf '\n== %s\n' "$1"
    if make -s "$2"; then echo "1 0 0" >>"$results"; else echo "0 1 0" >>"$results" && echo "✗ $1"; fi
    printf '   %s: %d s\n' "$1" $((SECONDS - began))
}

step arch arch
passes layout format-check
passes clang-tidy tidy
step release test
step asan SANITIZE=address,undefined test
step tsan SANITIZE=thread tsan-run
step valgrind DEBUG=1 valgrind-run
step fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-20}" fuzz-quick

awk '{ p += $1; f += $2; s += $3 }
     END { printf "\n%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; print ""; exit f != 0 || p == 0 }' "$results"
