#!/bin/bash
# Builds the programs to compare with into build/peers, where Go >= 1.26 is found; says so otherwise and leaves with 1.
# Go fetches golang.org/x/exp itself when it is not in its cache.
cd "$(dirname "$0")" || exit 3
out=$PWD/../../build/peers
version=$(go env GOVERSION 2>/dev/null)
case $version in
go1.2[6-9]* | go1.[3-9][0-9]* | go[2-9]*) ;;
"") echo "Go is not installed: nothing to compare with" && exit 1 ;;
*) echo "$version is older than go1.26: nothing to compare with" && exit 1 ;;
esac
mkdir -p "$out"
export GOTOOLCHAIN=local GOFLAGS="-mod=mod -buildvcs=false"
# In a copy, so that the sums that Go adds do not change what is committed.
rm -rf "$out/src" && mkdir "$out/src" && cp -r . "$out/src/" && cd "$out/src" || exit 3
{ go build -o "$out/xread" ./xread && go build -o "$out/peerdump" ./peerdump && (cd tracegen && go build -o "$out/tracegen" .); } >"$out/log" 2>&1 ||
    { tail -n 3 "$out/log" && echo "the Go programs do not build here (no network for their modules?): nothing to compare with" && exit 1; }
