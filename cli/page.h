/* Text for people: columns, rules, bars, in UTF-8 or ASCII, at the width of the terminal (80 without one). */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "base/bytes.h"
#include "cli/options.h"
#include "cli/out.h"
#include "model/types.h"

struct page {
    struct out *out; /* borrowed */
    bool utf8;
    int width;  /* 60 .. 140 */
    int col;    /* columns used of this line */
    int blanks; /* the last of them, not yet written: lines end without */
};

void page_init(struct page *p, const struct opts *o, struct out *out);
/* Visible text as it comes; what has control characters in it is made safe. */
void page_put(struct page *p, const char *s);
void page_printf(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text in exactly `width` columns, cut with an ellipsis. */
void page_left(struct page *p, const char *s, int width);
void page_right(struct page *p, const char *s, int width);
/* Our own text that is so many columns wide, as it is. */
void page_raw(struct page *p, const char *s, int columns);
void page_end(struct page *p); /* of the line */
/* Blanks up to column `col`. */
void page_to(struct page *p, int col);
/* "── label ───── right ──", a line of its own. */
void page_rule(struct page *p, const char *label, const char *right);
/* A bar of fraction (0..1) of width columns, padded to width. */
void page_bar(struct page *p, double fraction, int width);
/* One column of a curve: level 0..8. */
void page_level(struct page *p, int level);
const char *page_ellipsis(const struct page *p);

/* A function's name and its place in at most so many columns each. */
void page_name(struct page *p, struct str name, int width);
void page_place(struct page *p, struct str file, uint32_t line, int width);
void page_duration(struct page *p, ns_t ns, int width); /* 0: a dash */
void page_count(struct page *p, uint64_t n, int width);
/* "12,345" for sentences. */
const char *page_number(char out[32], uint64_t n);
void page_percent(struct page *p, double share, int width);

#endif
