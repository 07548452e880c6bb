/* What the commands about causes share: goroutines, places and times as they print them. */
#ifndef CLI_WAKE_H
#define CLI_WAKE_H

#include "cli/json.h"
#include "cli/page.h"
#include "model/chain.h"

/* "g104", or null. */
void json_g(struct json *j, const char *key, const struct session *s, gidx g);
/* The start function's name, or null. */
void json_g_name(struct json *j, const char *key, const struct session *s, gidx g);
void json_str_id(struct json *j, const char *key, const struct session *s, str_id id);
/* {"function","file","line"}, or null. */
void json_frame(struct json *j, const char *key, const struct session *s, frame_id f);
/* "G104 main.f" in so many columns. */
void page_g(struct page *p, const struct session *s, gidx g, int width);
/* "main.f file.go:12" in so many columns. */
void page_frame(struct page *p, const struct session *s, frame_id f, int width);
/* "main.f:12" in at most so many columns; f is a frame. */
void page_site(struct page *p, const struct session *s, frame_id f, int width);
/* A text of the input, as it is but for what a terminal would obey, in exactly so many columns. */
void page_text(struct page *p, struct str text, int width);
/* The word "104" or "g104"; false when it is none. */
bool word_is_g(const char *word, int64_t *id);
/* What a span waited for, in the runtime's words; the state's name when there is none. */
void wait_words(char out[64], const struct session *s, class_id class, uint8_t share);

/* A critical path as JSON ("path": {...}) and as text: by goroutine and state, then its pieces. */
struct path_of {
    gidx g;
    ns_t t0, t1;
    const path_pieces *pieces;
};
void path_json(struct json *j, const struct session *s, const struct path_of *p);
void path_text(struct page *p, const struct session *s, const struct path_of *path, uint64_t limit);

#endif
