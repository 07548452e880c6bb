/* Ids of one generation to ids of the session: an array where ids are dense, a map for the odd rest. */
#ifndef IMPORTERS_GO_TRACE_ID_TABLE_H
#define IMPORTERS_GO_TRACE_ID_TABLE_H

#include "base/map.h"
#include "base/vec.h"

struct id_table {
    VEC(uint32_t) dense; /* id -> session id + 1; 0 unknown */
    struct map sparse;
    uint64_t limit; /* ids from here on are sparse */
};

/* Empties it. limit: more ids than the generation can define; Go counts them from 1. */
void id_table_begin(struct id_table *t, uint64_t limit);
void id_table_put(struct id_table *t, uint64_t id, uint32_t value);
void id_table_release(struct id_table *t);

/* The session id + 1, or 0 when the generation's tables do not have it. */
static inline uint32_t id_table_get(const struct id_table *t, uint64_t id)
{
    if (id < t->dense.n)
        return t->dense.v[id];
    uint32_t v = map_get(&t->sparse, id);
    return v == MAP_NONE ? 0 : v + 1;
}

#endif
