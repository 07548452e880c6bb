#!/bin/bash
# The program is built so that a defect is hard to use: position-independent, relocations read-only and bound at start, no
# executable stack, stack protector; in release with checked library functions.
bad=0
fail() { echo "FAIL $CTXSCOPE: $1" && bad=1; }
readelf -hW "$CTXSCOPE" | grep -q 'Type:.*DYN' || fail "not position-independent"
readelf -lW "$CTXSCOPE" | grep -q GNU_RELRO || fail "relocations stay writable"
readelf -dW "$CTXSCOPE" | grep -qE 'BIND_NOW|FLAGS.*NOW' || fail "symbols are bound lazily"
readelf -lW "$CTXSCOPE" | awk '/GNU_STACK/ { if ($7 ~ /E/ || $8 ~ /E/) exit 1 }' || fail "executable stack"
! readelf -dW "$CTXSCOPE" | grep -qE 'RPATH|RUNPATH' || fail "a search path for libraries is built in"
symbols=$(readelf -sW "$CTXSCOPE")
grep -q '__stack_chk_fail' <<<"$symbols" || fail "no stack protector"
case $CTXSCOPE in
*/release*/*) grep -qE '__[a-z]+_chk@' <<<"$symbols" || fail "library functions are not checked (_FORTIFY_SOURCE)" ;;
esac
exit $bad
