/* Commands whose parts are still being built. */
#include "cli/commands.h"

#define LATER(symbol)                                                                                                                      \
    int symbol(struct opts *o, struct err *e)                                                                                              \
    {                                                                                                                                      \
        err_set(e, ERR_USAGE, "%s is not built yet", commands[o->command].name);                                                           \
        return err_hint(e, "overview, goroutines, lanes and events are");                                                                  \
    }
LATER(cmd_schema)
LATER(cmd_export)
LATER(cmd_info)
LATER(cmd_cache)
