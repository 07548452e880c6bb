#include "model/density.h"

enum { FIRST_STEP = 1 << 10 };

static uint64_t get(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static void set(uint64_t *p, uint64_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELAXED);
}

/* Two cells become one. */
static void widen(struct density *d)
{
    for (uint32_t i = 0; i < DENSITY_CELLS; i++)
        set(&d->bytes[i], 2 * i < DENSITY_CELLS ? d->bytes[2 * i] + d->bytes[2 * i + 1] : 0);
    set(&d->step, 2 * d->step);
}

void density_add(struct density *d, uint64_t ticks, uint64_t bytes)
{
    if (!d->step) {
        set(&d->t0, ticks);
        set(&d->step, FIRST_STEP);
    }
    uint64_t since = ticks > d->t0 ? ticks - d->t0 : 0;
    while (since / d->step >= DENSITY_CELLS && d->step < UINT64_MAX / 2)
        widen(d);
    uint64_t at = since / d->step;
    at = at < DENSITY_CELLS ? at : DENSITY_CELLS - 1;
    set(&d->bytes[at], d->bytes[at] + bytes);
}

bool density_parts(const struct density *d, uint64_t *out, uint32_t n)
{
    uint64_t cells[DENSITY_CELLS];
    uint32_t used = 0;
    for (uint32_t i = 0; i < DENSITY_CELLS; i++) {
        cells[i] = get(&d->bytes[i]);
        used = cells[i] ? i + 1 : used;
    }
    /* With more parts than cells, neighbours share one. */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = (uint32_t)((uint64_t)i * used / n), to = (uint32_t)(((uint64_t)i + 1) * used / n);
        out[i] = 0;
        for (uint32_t k = from; k < (to > from ? to : from + 1) && k < used; k++)
            out[i] += cells[k];
    }
    return used > 0 && n > 0;
}
