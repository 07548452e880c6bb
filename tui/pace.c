#include "tui/pace.h"

static const int64_t settle_ns = 200000000; /* what comes before says little about what will come */

static uint64_t load(const uint64_t *v)
{
    return __atomic_load_n(v, __ATOMIC_RELAXED);
}

/* Bytes of the file whose events came out. */
static uint64_t reckon(const struct progress *in, uint64_t read)
{
    uint64_t unpacked = load(&in->unpacked), ordered = load(&in->ordered);
    if (!unpacked || ordered >= unpacked)
        return read;
    return (uint64_t)((double)read * ((double)ordered / (double)unpacked));
}

void pace_step(struct pace *p, int64_t now, const struct progress *in)
{
    uint64_t read = load(&in->bytes_done);
    if (!p->began)
        p->began = p->file_began = now;
    if (read < p->read) { /* the next file */
        p->file_began = now;
        p->done = 0;
    }
    uint64_t done = reckon(in, read);
    p->read = read;
    p->done = done > p->done ? done : p->done;
    p->total = load(&in->bytes_total);
    p->events = load(&in->events);
    p->share = p->total ? (double)p->done / (double)p->total : 0;
    p->share = p->share > 1 ? 1 : p->share;
    p->rate = p->left = 0;
    if (now - p->began < settle_ns)
        return;
    p->rate = (double)p->events / ((double)(now - p->began) / 1e9);
    if (p->total > p->done && p->done && now > p->file_began)
        p->left = (double)(now - p->file_began) / 1e9 * (double)(p->total - p->done) / (double)p->done;
}
