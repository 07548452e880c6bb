#!/bin/bash
# Shell scripts parse, and end lines as Unix does.
bad=0
for script in .ci/run tests/run $(find mk tests -name '*.sh'); do
    bash -n "$script" || bad=1
    ! grep -q $'\r' "$script" || { echo "FAIL $script has carriage returns" && bad=1; }
done
exit $bad
