/* Log-linear histogram: each octave in HIST_STEPS equal steps, so an edge is at most 12.5 % above what it stands for. */
#include "model/session.h"

enum { STEP_BITS = 3 };
_Static_assert(HIST_STEPS == 1 << STEP_BITS, "steps are the bits after the first");

/* Below HIST_STEPS a bucket is 1 ns wide; from there on the octave and the three bits after the first give the bucket. */
static unsigned bucket_of(uint64_t d)
{
    if (d < HIST_STEPS)
        return (unsigned)d;
    unsigned octave = 63 - (unsigned)__builtin_clzll(d);
    unsigned b = (octave - STEP_BITS + 1) * HIST_STEPS + (unsigned)((d >> (octave - STEP_BITS)) & (HIST_STEPS - 1));
    return b < HIST_BUCKETS ? b : HIST_BUCKETS - 1;
}

static ns_t upper_edge(unsigned b)
{
    if (b < HIST_STEPS)
        return (ns_t)b + 1;
    unsigned octave = b / HIST_STEPS - 1 + STEP_BITS;
    uint64_t edge = (uint64_t)(HIST_STEPS + b % HIST_STEPS + 1) << (octave - STEP_BITS);
    return edge > INT64_MAX ? INT64_MAX : (ns_t)edge;
}

void hist_add(struct hist *h, ns_t d)
{
    h->n[bucket_of(d < 0 ? 0 : (uint64_t)d)]++;
    h->count++;
}

ns_t hist_quantile(const struct hist *h, double q)
{
    if (!h->count)
        return NS_NONE;
    double want = q * (double)h->count;
    uint64_t sum = 0;
    unsigned last = 0;
    for (unsigned b = 0; b < HIST_BUCKETS; b++) {
        if (!h->n[b])
            continue;
        sum += h->n[b];
        last = b;
        if ((double)sum >= want)
            break;
    }
    return upper_edge(last);
}
