#!/bin/bash
# Every recording that tests need is there, unchanged and listed in tests/data/INDEX.tsv.
cd tests/data || exit 1
bad=0
while IFS=$'\t' read -r file size sum; do
    [ -f "$file" ] || { echo "FAIL tests/data/$file is missing" && bad=1 && continue; }
    [ "$(stat -c %s "$file")" = "$size" ] || { echo "FAIL tests/data/$file has another size than INDEX.tsv says" && bad=1; }
done <INDEX.tsv
awk -F'\t' '{ print $3 "  " $1 }' INDEX.tsv | sha256sum --quiet -c || bad=1
diff <(cut -f1 INDEX.tsv) <(find . -type f ! -name INDEX.tsv ! -name README.md -printf '%P\n' | LC_ALL=C sort) |
    sed -n 's/^> \(.*\)/FAIL tests\/data\/\1 is not in INDEX.tsv: mk\/data-index.sh writes it/p' | grep . && bad=1
[ "$(wc -l <INDEX.tsv)" -ge 100 ] || { echo "FAIL INDEX.tsv has shrunk: $(wc -l <INDEX.tsv) files" && bad=1; }
exit $bad
