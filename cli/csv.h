/* CSV by RFC 4180 (lines end with CR LF), or TSV with the escapes of the contract, cell by cell. A text cell of CSV that a
 * spreadsheet would take for a formula gets an apostrophe before it. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/buf.h"
#include "cli/out.h"
#include "model/types.h"

struct csv {
    struct out *out;
    bool tabs;  /* TSV */
    bool begun; /* the line has a cell */
    struct buf text;
};

void csv_init(struct csv *c, struct out *out, bool tabs);
void csv_release(struct csv *c);
/* The header line; names end with NULL. */
void csv_header(struct csv *c, const char *const *names);
void csv_text(struct csv *c, const char *p, size_t n);
void csv_str(struct csv *c, const char *s); /* NULL: an empty cell */
void csv_int(struct csv *c, int64_t v);
void csv_uint(struct csv *c, uint64_t v);
void csv_real(struct csv *c, double v);
void csv_none(struct csv *c);
void csv_time(struct csv *c, ns_t t, ns_t t0); /* as json_time */
void csv_end(struct csv *c);

#endif
