/* Commands whose parts are still being built. */
#include "cli/commands.h"

int cmd_export(struct opts *o, struct err *e)
{
    (void)o;
    err_set(e, ERR_USAGE, "export is not built yet");
    return err_hint(e, "query gives tables as CSV");
}
