/* schema: the tables that query can ask. */
#include "cli/commands.h"
#include "cli/out.h"
#include "model/store/store.h"

int cmd_schema(struct opts *o, struct err *e)
{
    struct buf ddl = {0};
    (void)o;
    (void)e;
    store_schema(&ddl);
    out_put(out_stdout(), ddl.p, ddl.n);
    buf_release(&ddl);
    return 0;
}
