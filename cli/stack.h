/* Stacks as text and JSON. */
#ifndef CLI_STACK_H
#define CLI_STACK_H

#include "cli/json.h"
#include "cli/page.h"
#include "model/session.h"

/* [{"function","file","line"}, ...], leaf first; null when there is none. */
void json_stack(struct json *j, const char *key, const struct session *s, stack_id id);
/* One line a frame, indented; at most `most` frames. */
void page_stack(struct page *p, const struct session *s, stack_id id, int indent, uint32_t most);
/* "main.f file.go:12" of the leaf-most frame in the author's own code, in width columns; blank without a stack. */
void page_stack_place(struct page *p, const struct session *s, stack_id id, int width);
/* Of a stack the frame that its author would look at; 0 without a stack. */
frame_id stack_own_frame(const struct session *s, stack_id id);

#endif
