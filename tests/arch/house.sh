#!/bin/bash
# What everything else stands on is there, and make offers it.
bad=0
for file in README.md LICENSE SECURITY.md CONTRIBUTING.md VERSION .ci/run mk/deps.sh mk/check.sh tests/run tests/fuzz/run.sh tests/perf/bench.sh tests/peers/build.sh \
    tests/perf/measure.c tests/perf/ui.c tests/tools/shot.c docs/architecture.md docs/design.md docs/contract.md docs/performance.md docs/timeline.svg; do
    [ -s "$file" ] || { echo "FAIL $file is missing" && bad=1; }
done
for script in .ci/run mk/deps.sh mk/check.sh tests/run tests/fuzz/run.sh tests/perf/bench.sh tests/peers/build.sh; do
    [ -x "$script" ] || { echo "FAIL $script cannot be run" && bad=1; }
done
grep -q '^exec make check$' .ci/run || { echo "FAIL .ci/run does not call make check" && bad=1; }
offered=$(make -s help)
for target in all demo check quick test arch asan tsan valgrind fuzz fuzz-quick bench format format-check tidy analyze install uninstall extension picture clean help; do
    grep -qE "^  $target " <<<"$offered" || { echo "FAIL make help does not offer $target" && bad=1; }
done
exit $bad
