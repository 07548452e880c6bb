/* Tables that show arrays of the session: most columns are a member of the row's struct and a way of showing it. */
#ifndef MODEL_STORE_VTAB_LIST_H
#define MODEL_STORE_VTAB_LIST_H

#include "model/store/tables.h"
#include "model/store/vtab.h"

enum list_format {
    L_INT,  /* as it is */
    L_TIME, /* of the trace's clock: shown since the session's start, unknown NULL */
    L_ID,   /* 0 and none: NULL */
    L_STR,  /* string id */
    L_G,    /* gidx */
    L_GSTATE,
    L_PSTATE,
    L_SHARE,
    L_KIND,
    L_STREAM,
    L_FUNC,
    L_FILE,
    L_LINE, /* of a stack's leaf */
    L_FRAME_FUNC,
    L_FRAME_FILE,
    L_FRAME_LINE, /* of a frame */
    L_GRADE,
    L_BY,
    L_EDGE_KIND,
    L_EXIT,
    L_CTX_KIND,
    L_ROW_OF, /* a row of another table; none: NULL */
    L_DUR,    /* ns; unknown: NULL */
    L_CHARS,  /* char[] */
    L_ROW,    /* the row's number; no member */
    L_OWN     /* from here on: the table's own function */
};

struct list_cursor {
    struct vcursor base;
    uint32_t row, end, sub;
    uint8_t *seen; /* for tables that show each of something once */
    size_t nseen;
};

struct list {
    uint32_t first;
    uint32_t (*count)(const struct sight *v);
    const void *(*row)(const struct sight *v, uint32_t i); /* NULL: the table's own function shows all */
    void (*own)(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row); /* what - L_OWN */
    uint32_t (*find)(const struct sight *v, int64_t key); /* the row of a key, IDX_NONE none; NULL: no key */
    bool (*there)(struct list_cursor *c, uint32_t i);     /* NULL: all are */
    uint32_t (*subs)(const struct sight *v, uint32_t i);  /* rows shown for row i; NULL: one */
};
extern const struct vway way_list;

#endif
