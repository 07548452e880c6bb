#!/bin/bash
# A file has one purpose and a function fits a screen. Tables (.def) may be as long as what they list.
most_lines=700
bad=0
for file in $(find base model importers tui cli tests -name '*.[ch]'); do
    lines=$(wc -l <"$file")
    [ "$lines" -le $most_lines ] || { echo "FAIL $file has $lines lines; at most $most_lines" && bad=1; }
done
# In this layout a function begins with { and ends with } in the first column.
find base model importers tui cli -name '*.c' | xargs awk '
    FNR == 1 { from = 0 }
    /^{/ { from = FNR }
    /^}$/ && from { if (FNR - from - 1 > 90) { print "FAIL " FILENAME ":" from ": a function of " FNR - from - 1 " lines; at most 90"; bad = 1 } from = 0; n++ }
    END { if (n < 100) { print "FAIL too few functions seen: " n + 0; bad = 1 } exit bad }' || bad=1
exit $bad
