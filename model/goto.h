/* Places as people name them: "t=1.23s,g=104", "1.23s", "g104", "12:34:56.789". One for --goto, :goto, jumps to a time and
 * bookmarks.
 */
#ifndef MODEL_GOTO_H
#define MODEL_GOTO_H

#include "base/buf.h"
#include "base/err.h"
#include "model/session.h"

struct goto_place {
    ns_t t; /* of the trace's clock; NS_NONE: not said */
    gidx g; /* IDX_NONE: not said */
};
#define GOTO_NOWHERE ((struct goto_place){.t = NS_NONE, .g = IDX_NONE})

/* One word, under session_read: a time since the start ("t=1.23s", "1.23s"), a time of the clock on the wall in this
 * machine's zone ("12:34", "12:34:56.789", also with t=), a goroutine ("g=104", "g104", "104"). Sets the field it is about.
 * 0; GOTO_LATER: an import has not read so far yet; -1 with *e: no such place, or no place at all. */
enum { GOTO_LATER = 1 };
int goto_word(struct session *s, const char *word, size_t n, struct goto_place *out, struct err *e);
/* Words parted by commas or blanks; at least one. */
int goto_parse(struct session *s, const char *text, struct goto_place *out, struct err *e);

/* Appends the place as text that goto_parse reads back exactly: "t=1.23s,g=104". */
void goto_text(const struct session *s, const struct goto_place *place, struct buf *out);

#endif
