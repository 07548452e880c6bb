/* Go's names made short: as much of a function's name as fits, the telling part first. Pure. */
#ifndef TUI_NAMES_H
#define TUI_NAMES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 512 };

/* The name in at most `width` columns, as visible UTF-8: the import path goes, then (*T) becomes T, then the package, then
 * the receiver; then the middle is cut (at the ellipsis, a UTF-8 text of one column) with a closure's .funcN kept.
 * An empty name is "(unknown)"; runtime.main is what its author calls main.main. Returns out. */
const char *name_short(char out[NAME_MAX_BYTES], struct str name, int width, const char *ellipsis);
/* The name without its import path, as visible UTF-8. */
const char *name_plain(char out[NAME_MAX_BYTES], struct str name);
/* The file's own name: "/src/app/main.go" -> "main.go". Borrowed from path. */
struct str name_file(struct str path);
/* Whether a function is the standard library's or the runtime's, so not where the program's author would look. */
bool name_is_std(struct str func);

#endif
