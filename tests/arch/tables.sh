#!/bin/bash
# The .def tables say each thing once: no id, name or key stands in two rows.
bad=0
rows() { sed -E 's,/\*.*\*/,,' "$1" | grep -E '^[A-Z][A-Z0-9_]*\('; }
for table in $(find base model importers tui cli -name '*.def'); do
    rows "$table" | sed -E 's/^([A-Z0-9_]+\([^,)]*).*/\1/' | LC_ALL=C sort | uniq -d | sed "s,.*,FAIL $table: two rows begin with &," | grep . && bad=1
    [ "$(rows "$table" | wc -l)" -gt 0 ] || { echo "FAIL $table: no rows seen" && bad=1; }
done
# Keys and names of commands: column 2 is the name, column 3 the keys.
keys=$(rows tui/commands.def | sed -nE 's/^CMD\([^,]+, "[^"]*", "([^"]*)".*/\1/p' | tr ' ' '\n' | grep .)
printf '%s\n' "$keys" | LC_ALL=C sort | uniq -d | sed 's/.*/FAIL tui\/commands.def: the key & stands twice/' | grep . && bad=1
[ "$(printf '%s\n' "$keys" | wc -l)" -ge 50 ] || { echo "FAIL tui/commands.def: too few keys seen" && bad=1; }
rows tui/commands.def | sed -nE 's/^CMD\([^,]+, "([^"]*)".*/\1/p' | LC_ALL=C sort | uniq -d | sed 's/.*/FAIL tui\/commands.def: the name & stands twice/' | grep . && bad=1
exit $bad
