/* A part of a session as rows of its tables: those that lie in a window of time and concern chosen goroutines. What a table's
 * columns are called says how it is cut; so tables that come later are cut too.
 */
#include <inttypes.h>
#include <string.h>

#include "model/store/query_private.h"

/* Where the names say too little. who: the rows of chosen goroutines; sure: times are never NULL, so the plain bound helps. */
static const struct special {
    const char *table, *who;
    bool sure;
} specials[] = {
    {"span", "chosen(g)", true},
    {"event", "(chosen(g) OR (kind = 'StateTransition' AND resource = 'goroutine' AND chosen(about)))", true},
    {"link", "(chosen(g) OR chosen(by))", true},
    {"range", "(chosen(g) OR chosen(by))", false},
};

static const struct special *special_of(const struct vtable *t)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (!strcmp(specials[i].table, t->name))
            return &specials[i];
    return NULL;
}

static bool has(const struct vtable *t, const char *name)
{
    for (unsigned i = 0; i < t->ncols; i++)
        if (!strcmp(t->cols[i].name, name))
            return true;
    return false;
}

static void and_also(struct buf *sql, bool *any)
{
    buf_puts(sql, *any ? " AND " : " WHERE ");
    *any = true;
}

/* A row with a begin and an end overlaps the window; NULL: before the trace, or behind its end. */
static void put_window(const struct vtable *t, const struct session *s, const struct store_part *p, bool sure, struct buf *sql, bool *any)
{
    bool point = has(t, "t"), life = has(t, "created") && has(t, "ended");
    const char *begin = point ? "t" : life ? "created" : "t0", *end = point ? "t" : life ? "ended" : "t1";
    if (!point && !life && !(has(t, "t0") && has(t, "t1")))
        return;
    if (p->t0 > s->t0) {
        and_also(sql, any);
        buf_printf(sql, point || sure ? "%s %s %" PRId64 : "(%s %s %" PRId64 " OR %s IS NULL)", end, point ? ">=" : ">", p->t0 - s->t0,
                   end);
    }
    if (p->t1 < s->t1) {
        and_also(sql, any);
        buf_printf(sql, point || sure ? "%s < %" PRId64 : "(%s < %" PRId64 " OR %s IS NULL)", begin, p->t1 - s->t0, begin);
    }
}

void part_select(const struct vtable *t, const char *prefix, const struct session *s, const struct store_part *p, struct buf *sql)
{
    const struct special *special = special_of(t);
    bool any = false;
    buf_printf(sql, "SELECT * FROM %s%s", prefix, t->name);
    if (!p)
        return;
    put_window(t, s, p, special && special->sure, sql, &any);
    if (p->chosen && (special || has(t, "g"))) {
        and_also(sql, &any);
        buf_puts(sql, special ? special->who : "chosen(g)");
    }
    if (p->limit != UINT64_MAX)
        buf_printf(sql, " LIMIT %" PRIu64, p->limit < INT64_MAX ? p->limit : INT64_MAX);
}

/* --- chosen(g) --------------------------------------------------------------------------------------------------------- */

struct choice {
    struct session *s;
    const uint8_t *chosen;
};

static void chosen(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    const struct choice *c = sqlite3_user_data(ctx);
    (void)argc;
    gidx g = sqlite3_value_type(argv[0]) == SQLITE_INTEGER ? session_find_g(c->s, sqlite3_value_int64(argv[0])) : IDX_NONE;
    sqlite3_result_int(ctx, g < c->s->goroutines.n && c->chosen[g]);
}

int part_register(sqlite3 *db, struct session *s, const struct store_part *p)
{
    if (!p || !p->chosen)
        return SQLITE_OK;
    struct choice *c = mem_alloc(1, sizeof *c);
    *c = (struct choice){s, p->chosen};
    return sqlite3_create_function_v2(db, "chosen", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, c, chosen, NULL, NULL, mem_free);
}
