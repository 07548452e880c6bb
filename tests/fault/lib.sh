# What the fault tests share. $CTXSCOPE, $TMPDIR come from tests/run.
bad=0
fail() { printf 'FAIL %s\n' "$*" && bad=1; }

# A store that is there must be a whole one; a half-written one must not be there.
sound_store() { # STORE EVENTS WHEN
    if [ -e "$1" ]; then
        events=$("$CTXSCOPE" overview "$1" --json 2>"$TMPDIR/sound" | jq '.events_by_kind | add' 2>/dev/null)
        [ "$events" = "$2" ] || fail "$3 left a store with ${events:-no} events of $2: $(head -c 300 "$TMPDIR/sound")"
    fi
}
nothing_left() { # FOLDER WHEN: no half-written file
    local left
    left=$(find "$1" -name '*.tmp*' -o -name '*-journal' -o -name '*-wal' | head -3)
    [ -z "$left" ] || fail "$2 left $left"
}
one_line() { # FILE WHEN: exactly one line that begins with the program's name, no control characters
    [ "$(wc -l <"$1")" = 1 ] && head -c 10 "$1" | grep -q '^ctxscope: ' && ! LC_ALL=C grep -q '[[:cntrl:]]' "$1" || fail "$2 does not say one line: $(head -c 500 "$1")"
}
