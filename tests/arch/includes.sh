#!/bin/bash
# Folders include only what stands below them: cli → importers, tui → model → base; importers and tui never see each other.
# Libraries that we might exchange are seen by few files: SQLite by model/store, ncurses and libtermkey by one file of tui each.
bad=0
sources() { find "$@" -name '*.[ch]' -o -name '*.def' 2>/dev/null; }

# FOLDER: the folders that its files may include from.
while read -r folder allowed; do
    [ -d "$folder" ] || continue
    found=$(sources "$folder" | xargs -r grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' | grep -vE "\"($allowed)/[^\"]*\"") || continue
    printf '%s\n' "$found" | sed "s,^,FAIL not below $folder/: ,"
    bad=1
done <<'TABLE'
base base
model base|model
importers base|model|importers
tui base|model|tui
cli base|model|importers|tui|cli
TABLE

# Generated headers would have no folder; a path that climbs leaves its own.
sources base model importers tui cli | xargs grep -Hn '#include "[^"]*\.\./' && echo "FAIL paths of includes start at the root" && bad=1

only() { # HEADER-PATTERN FOLDER-PATTERN HOW-MANY
    local files
    files=$(sources base model importers tui cli | xargs grep -lE "#[[:space:]]*include[[:space:]]+<($1)>")
    printf '%s\n' "$files" | grep -vE "^$2" | grep . && echo "FAIL <$1> is for $2 only" && bad=1
    [ "$(printf '%s\n' "$files" | grep -c .)" -le "$3" ] || { printf '%s\n' "$files" && echo "FAIL <$1> is for $3 file(s) only" && bad=1; }
}
only 'sqlite3(ext)?\.h' 'model/store/' 99
only '(ncursesw/)?(n?curses|term)\.h' 'tui/' 1
only 'termkey\.h' 'tui/' 1

[ "$(sources base model importers tui cli | wc -l)" -ge 50 ] || { echo "FAIL this test saw too few files" && bad=1; }
exit $bad
