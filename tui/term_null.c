/* The terminal that is none: frames are resolved and compared as for a real one, and go nowhere. */
#include "tui/term.h"

static int null_open(struct terminal *t, struct err *e)
{
    (void)t, (void)e;
    return 0;
}

static void null_do(struct terminal *t)
{
    (void)t;
}

static void null_show(struct terminal *t, bool all)
{
    (void)t, (void)all;
}

static void null_write(struct terminal *t, const void *p, size_t n)
{
    (void)p;
    t->bytes += n;
}

const struct term_ops term_null = {"null", null_open, null_do, null_do, null_show, null_write};
