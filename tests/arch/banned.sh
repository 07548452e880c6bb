#!/bin/bash
# Functions that are easy to use wrongly or that reach a shell, and allocation outside base/mem.c, do not occur.
bad=0
ban() { # PATTERN WHY [EXCEPT]
    local found
    found=$(find base model importers tui cli -name '*.[ch]' | grep -vxE "${3:-none}" | xargs grep -HnE "(^|[^a-zA-Z0-9_.>])($1)[[:space:]]*\(" | grep -vE ':[0-9]+:[[:space:]]*(/?\*|//)') || return
    printf '%s\n' "$found" | while IFS= read -r line; do echo "FAIL $line ($2)"; done
    bad=1
}
ban 'v?sprintf|strcpy|strcat|stpcpy|gets|strncpy|strncat' 'no bound, or no end'
ban 'strtok|gmtime|localtime|ctime|asctime|strerror_l|rand|srand|readdir_r' 'shared state; take the _r form or our own'
ban 'atoi|atol|atoll|atof' 'cannot tell a mistake; base/parse.h can'
ban 'system|popen|execlp?|execvpe?' 'a shell, or a search along $PATH'
ban 'tmpnam|tempnam|mktemp' 'another may be faster; mkstemp'
ban 'alloca' 'a stack without bound'
ban 'setjmp|longjmp|sigsetjmp|siglongjmp' 'jumps over what must be released'
ban 'malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf' 'memory comes from base/mem.h' 'base/mem\.c|model/store/extension\.c'
exit $bad
