#include "importers/go_trace/id_table.h"

void id_table_begin(struct id_table *t, uint64_t limit)
{
    t->dense.n = 0;
    t->limit = limit;
    map_clear(&t->sparse);
}

void id_table_put(struct id_table *t, uint64_t id, uint32_t value)
{
    if (id >= t->limit) {
        map_put(&t->sparse, id, value);
        return;
    }
    if (id >= t->dense.n) {
        size_t n = (size_t)id + 1;
        vec_reserve(&t->dense, n);
        memset(t->dense.v + t->dense.n, 0, (n - t->dense.n) * sizeof *t->dense.v);
        t->dense.n = n;
    }
    t->dense.v[id] = value + 1;
}

void id_table_release(struct id_table *t)
{
    vec_free(&t->dense);
    map_release(&t->sparse);
}
