#include "model/store/span_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "model/store/vtables.h"

enum { LOOK = 1 << 10 }; /* rows between two looks at the sum of all buffers */
size_t span_groups_budget = 128 << 20;

struct kept {
    uint64_t key;
    struct buf rows;
    ns_t last_t0;
    bool again; /* too large: walked for once more */
};

struct span_groups {
    const struct session *s;
    uint64_t used;
    int by[2];
    struct map at; /* key -> index */
    VEC(struct kept) groups;
    uint64_t added;
    /* giving out */
    size_t now;
    struct bytes in;
    ns_t last_t0;
    bool begun;
    size_t next_again, again; /* again: index of the group being walked for */
};

/* ---- columns and keys ---- */

/* Names are ids here; SQLite compares texts, which are equal for equal ids only where nothing in them has to be replaced. */
static bool plain(const struct session *s, str_id id)
{
    struct str text = session_str(s, id);
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)(text.p[i] - 1) >= 0x7f)
            return false;
    return true;
}

bool span_groups_by(const struct sight *v, unsigned col)
{
    const struct session *s = v->s;
    bool good = true;
    switch ((enum span_column)col) {
    case SPAN_STATE:
    case SPAN_SHARE:
    case SPAN_OPEN:
    case SPAN_SYSTEM: return true;
    case SPAN_REASON:
        for (uint32_t i = 0; i < s->dict.nclasses && good; i++)
            good = plain(s, session_class(s, (class_id)i)->name);
        return good;
    case SPAN_NAME:
        for (size_t i = 0; i < s->groups.n && good; i++)
            good = plain(s, s->groups.v[i].name);
        return good;
    default: return false;
    }
}

static uint32_t key_of(const struct span_cursor *c, int col)
{
    const struct session *s = c->base.v->s;
    const struct event_class *class = c->told ? session_class(s, c->from.class) : NULL;
    switch (col) {
    case SPAN_STATE: return class && class->to < G_STATES ? class->to + 1u : 0;
    case SPAN_SHARE: return class ? class->share : (uint32_t)SHARE_UNKNOWN;
    case SPAN_REASON: return class ? class->name : 0;
    case SPAN_OPEN: return c->open;
    case SPAN_SYSTEM: return session_g(s, c->g)->system;
    case SPAN_NAME: return session_g(s, c->g)->name;
    default: return 0;
    }
}

static uint64_t keys_of(const struct span_groups *x, const struct span_cursor *c)
{
    return (uint64_t)key_of(c, x->by[0]) << 32 | key_of(c, x->by[1]);
}

/* ---- the order of groups: as SQLite would sort them ---- */

static struct str text_of(const struct session *s, int col, uint32_t key)
{
    const char *text = "";
    if (col == SPAN_REASON || col == SPAN_NAME)
        return session_str(s, key);
    if (col == SPAN_STATE && key)
        text = gstate_names[key - 1];
    else if (col == SPAN_SHARE)
        text = share_names[key];
    return (struct str){text, strlen(text)};
}

static int compare_keys(const struct session *s, int col, uint32_t a, uint32_t b)
{
    if (col != SPAN_REASON && col != SPAN_NAME && col != SPAN_STATE && col != SPAN_SHARE)
        return a < b ? -1 : a > b;
    struct str x = text_of(s, col, a), y = text_of(s, col, b);
    int rc = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return rc ? rc : x.n < y.n ? -1 : x.n > y.n;
}

static int compare_groups(const void *pa, const void *pb, void *ctx)
{
    const struct kept *a = pa, *b = pb;
    const struct span_groups *x = ctx;
    int rc = compare_keys(x->s, x->by[0], (uint32_t)(a->key >> 32), (uint32_t)(b->key >> 32));
    return rc ? rc : compare_keys(x->s, x->by[1], (uint32_t)a->key, (uint32_t)b->key);
}

/* ---- rows as bytes ---- */

#define USES(x, a) ((x)->used & (a))
#define COL(a) (UINT64_C(1) << SPAN_##a)
#define WHERE_COLS (COL(STACK) | COL(FUNC) | COL(FILE) | COL(LINE))

static void put_row(const struct span_groups *x, struct kept *k, const struct span_cursor *c)
{
    if (USES(x, COL(T0) | COL(T1))) {
        buf_uleb(&k->rows, zigzag((int64_t)((uint64_t)c->t0 - (uint64_t)k->last_t0)));
        k->last_t0 = c->t0;
    }
    if (USES(x, COL(T1) | COL(DUR)))
        buf_uleb(&k->rows, (uint64_t)c->t1 - (uint64_t)c->t0);
    if (USES(x, COL(G) | COL(NAME) | COL(SYSTEM)))
        buf_uleb(&k->rows, c->g);
    if (USES(x, COL(STATE) | COL(REASON) | COL(SHARE)))
        buf_uleb(&k->rows, c->told ? c->from.class + 1u : 0);
    if (USES(x, COL(OPEN)))
        buf_uleb(&k->rows, c->open);
    if (USES(x, COL(BY)))
        buf_uleb(&k->rows, c->from.by);
    if (USES(x, COL(M) | COL(P)))
        buf_uleb(&k->rows, (uint32_t)c->from.m << 16 | c->from.p);
    if (USES(x, WHERE_COLS))
        buf_uleb(&k->rows, c->from.stack);
    if (USES(x, COL(STACK2)))
        buf_uleb(&k->rows, c->from.stack2);
    if (!x->used)
        buf_putc(&k->rows, 0); /* rows are counted all the same */
}

static void get_row(struct span_groups *x, struct span_cursor *c)
{
    struct bytes *in = &x->in;
    c->t0 = c->t1 = c->base.v->t0;
    if (USES(x, COL(T0) | COL(T1)))
        c->t0 = c->t1 = x->last_t0 = (ns_t)((uint64_t)x->last_t0 + (uint64_t)unzigzag(bytes_uleb(in)));
    if (USES(x, COL(T1) | COL(DUR)))
        c->t1 = (ns_t)((uint64_t)c->t0 + bytes_uleb(in));
    if (USES(x, COL(G) | COL(NAME) | COL(SYSTEM)))
        c->g = (gidx)bytes_uleb(in);
    if (USES(x, COL(STATE) | COL(REASON) | COL(SHARE))) {
        uint64_t class = bytes_uleb(in);
        c->told = class != 0;
        c->from.class = (class_id)(class - 1);
    }
    if (USES(x, COL(OPEN)))
        c->open = bytes_uleb(in) != 0;
    if (USES(x, COL(BY)))
        c->from.by = (gidx)bytes_uleb(in);
    if (USES(x, COL(M) | COL(P))) {
        uint64_t mp = bytes_uleb(in);
        c->from.m = (uint16_t)(mp >> 16);
        c->from.p = (uint16_t)mp;
    }
    if (USES(x, WHERE_COLS))
        c->from.stack = (stack_id)bytes_uleb(in);
    if (USES(x, COL(STACK2)))
        c->from.stack2 = (stack_id)bytes_uleb(in);
    if (!x->used)
        bytes_u8(in);
}

/* ---- keeping ---- */

struct span_groups *span_groups_new(const struct session *s, uint64_t used, const int by[2])
{
    struct span_groups *x = mem_calloc(1, sizeof *x);
    x->s = s;
    x->used = used;
    x->by[0] = by[0];
    x->by[1] = by[1];
    return x;
}

void span_groups_free(struct span_groups *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < x->groups.n; i++)
        buf_release(&x->groups.v[i].rows);
    vec_free(&x->groups);
    map_release(&x->at);
    mem_free(x);
}

static void drop_largest(struct span_groups *x)
{
    uint64_t sum = 0;
    struct kept *most = NULL;
    for (size_t i = 0; i < x->groups.n; i++) {
        struct kept *k = &x->groups.v[i];
        sum += k->rows.cap;
        most = !most || k->rows.cap > most->rows.cap ? k : most;
    }
    if (sum <= span_groups_budget || !most)
        return;
    buf_release(&most->rows);
    most->again = true;
}

void span_groups_add(struct span_groups *x, const struct span_cursor *c)
{
    uint64_t key = keys_of(x, c);
    uint32_t at = map_get(&x->at, key);
    if (at == MAP_NONE) {
        at = (uint32_t)x->groups.n;
        map_put(&x->at, key, at);
        *vec_push(&x->groups) = (struct kept){.key = key};
    }
    struct kept *k = &x->groups.v[at];
    if (!k->again)
        put_row(x, k, c);
    if (++x->added % LOOK == 0)
        drop_largest(x);
}

void span_groups_sort(struct span_groups *x)
{
    if (x->groups.n)
        qsort_r(x->groups.v, x->groups.n, sizeof *x->groups.v, compare_groups, x);
    map_clear(&x->at); /* indexes are others now */
}

int span_groups_next(struct span_groups *x, struct span_cursor *c)
{
    while (!bytes_left(&x->in)) {
        if (x->begun)
            buf_release(&x->groups.v[x->now++].rows); /* given out */
        x->begun = x->now < x->groups.n;
        if (!x->begun)
            return 0;
        x->in = bytes_of(x->groups.v[x->now].rows.p, x->groups.v[x->now].rows.n);
        x->last_t0 = 0;
    }
    get_row(x, c);
    return 1;
}

bool span_groups_again(struct span_groups *x)
{
    while (x->next_again < x->groups.n && !x->groups.v[x->next_again].again)
        x->next_again++;
    x->again = x->next_again++;
    return x->again < x->groups.n;
}

bool span_groups_is(const struct span_groups *x, const struct span_cursor *c)
{
    return keys_of(x, c) == x->groups.v[x->again].key;
}
