/* What a store holds beside the chunks: the session's arrays, each described once. The DDL, the writer, the reader and the
 * documentation come from these descriptions.
 *
 * Small arrays are plain STRICT tables. Those that grow with the trace lie in `array` as parts of at most PART_ROWS rows,
 * a zstd frame per column: so 344,000 goroutines are back in some 50 ms, where rows of a table need a second. A part's rows stay
 * in the processor's cache while one column after the other is put into them.
 */
#ifndef MODEL_STORE_TABLES_H
#define MODEL_STORE_TABLES_H

#include "model/store/store_private.h"

enum { PART_ROWS = 1 << 12, PART_BYTES = 1 << 22, BLOB_MAX = 1 << 25 };

enum field_type { FIELD_U8, FIELD_U16, FIELD_U32, FIELD_I64, FIELD_U64, FIELD_BOOL };
#define FIELD_OF(x)                                                                                                                        \
    _Generic((x), bool                                                                                                                     \
             : FIELD_BOOL, uint8_t                                                                                                         \
             : FIELD_U8, uint16_t                                                                                                          \
             : FIELD_U16, uint32_t                                                                                                         \
             : FIELD_U32, int64_t                                                                                                          \
             : FIELD_I64, uint64_t                                                                                                         \
             : FIELD_U64)
struct field {
    const char *name;
    uint8_t type; /* enum field_type */
    uint16_t at;  /* offset in the row's struct */
    const char *sentence;
    /* What a time most probably is, by the row's fields before this one: then what is stored is the difference from that. NULL:
     * from the row before. */
    uint64_t (*guess)(const struct session *s, const void *row);
};

/* Rows in the making: arrays that the session does not hold as such. */
struct shelf {
    struct session *s;
    VEC(uint32_t) stack_frames; /* frames of all stacks, one stack after the other */
};

struct table {
    const char *name;
    const char *sentence;
    const struct field *fields;
    unsigned nfields;
    bool packed;    /* in `array` */
    uint32_t first; /* rows before this one exist in every session */
    uint32_t size;  /* bytes of a row in memory */
    uint32_t (*count)(const struct shelf *sh);
    void *(*row)(const struct shelf *sh, uint32_t i);
    void *(*add)(struct shelf *sh); /* a zeroed row behind the last; NULL: no more fit */
};
/* In the order in which they are written and read. */
extern const struct table store_tables[];
extern const unsigned store_ntables;

/* Numbers of the whole session, one row each in table `meta`. */
struct scalar {
    const char *name;
    uint32_t at; /* offset in struct session of an int64_t or uint64_t */
    const char *sentence;
};
extern const struct scalar store_scalars[];
extern const unsigned store_nscalars;

/* The file's whole schema, statement i, or NULL behind the last; kept for the life of the program. Equal, text for text, to
 * sqlite_schema of every store of this STORE_SCHEMA. */
const char *store_ddl(unsigned i);

/* The field's value, sign-extended; its setting, false when it does not fit. */
uint64_t field_get(const struct field *f, const void *row);
bool field_set(const struct field *f, void *row, uint64_t v);

/* --- columns as bytes (model/store/pack.c) --- */
struct packer;
struct packer *packer_new(void);
void packer_free(struct packer *p);
/* Appends rows [from, from + n) of a table, all columns. */
void pack_rows(struct packer *p, const struct table *t, const struct shelf *sh, uint32_t from, uint32_t n, struct buf *out);
/* Appends bytes as they are, compressed when that pays. */
void pack_bytes(struct packer *p, const void *bytes, size_t n, struct buf *out);
/* Reads n rows into rows[0..n); -1 when damaged. Advances in. */
int unpack_rows(struct packer *p, const struct table *t, const struct session *s, struct bytes *in, void **rows, uint32_t n);
/* The next bytes, at most max, valid until the next call; -1 when damaged. */
int unpack_bytes(struct packer *p, struct bytes *in, size_t max, struct bytes *out);

/* --- the parts of a load --- */
/* Checks every id, count and order of a session that came from a file. 0 or -1 with *e. */
int store_check(const struct session *s, uint32_t chunks, struct err *e);
int store_damaged(const struct store *st, struct err *e, const char *what);

#endif
