#!/bin/bash
# make install puts the program and what belongs to it below DESTDIR and PREFIX; what is there works; uninstall takes all away.
# test-timeout: 300
bad=0
fail() { printf 'FAIL %s\n' "$*" && bad=1; }
case $BUILD in
build/release) ;;
*) echo "installed is what release builds" && exit 0 ;;
esac
root=$TMPDIR/root
make -s install DESTDIR="$root" >"$TMPDIR/log" 2>&1 || { cat "$TMPDIR/log" && fail "make install" && exit 1; }
at=$root/usr/local
for file in bin/ctxscope share/ctxscope/themes/dark.theme share/ctxscope/payd-ctx.trace.zst share/bash-completion/completions/ctxscope share/zsh/site-functions/_ctxscope \
    share/fish/vendor_completions.d/ctxscope.fish share/man/man1/ctxscope.1 share/doc/ctxscope/LICENSE; do
    [ -s "$at/$file" ] || fail "$file is not installed"
done
[ ! -e model/store/extension.c ] || [ -s "$at/lib/ctxscope/ctxscope.so" ] || fail "the extension is not installed"
[ -x "$at/bin/ctxscope" ] || fail "the program cannot be run"
[ -z "$(find "$root" -perm /022 -type f)" ] || fail "others may write: $(find "$root" -perm /022 -type f)"
"$at/bin/ctxscope" --version | grep -q "$(cat VERSION)" || fail "it does not say its version"
"$at/bin/ctxscope" overview "$at/share/ctxscope/payd-ctx.trace.zst" >"$TMPDIR/out" 2>&1 || fail "overview of the installed sample: $(cat "$TMPDIR/out")"
bash -n "$at/share/bash-completion/completions/ctxscope" || fail "the completion of bash does not parse"
man -l "$at/share/man/man1/ctxscope.1" 2>"$TMPDIR/err" | grep -q 'goroutines' || fail "the manual page does not show: $(cat "$TMPDIR/err")"
make -s uninstall DESTDIR="$root" || fail "make uninstall"
left=$(find "$root" ! -type d)
[ -z "$left" ] || fail "uninstall leaves $left"
exit $bad
