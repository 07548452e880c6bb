#!/bin/bash
# Writes tests/data/INDEX.tsv anew (path, bytes, SHA-256); tests/arch/data.sh compares it with what lies there.
cd "$(dirname "$0")/../tests/data" || exit 3
find . -type f ! -name INDEX.tsv ! -name README.md -printf '%P\n' | LC_ALL=C sort | while read -r file; do
    printf '%s\t%s\t%s\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done >INDEX.tsv
