/* Commands whose parts are still being built. */
#include "cli/commands.h"

#define LATER(symbol)                                                                                                                      \
    int symbol(struct opts *o, struct err *e)                                                                                              \
    {                                                                                                                                      \
        err_set(e, ERR_USAGE, "%s is not built yet", commands[o->command].name);                                                           \
        return err_hint(e, "events is");                                                                                                   \
    }
LATER(cmd_ui)
LATER(cmd_overview)
LATER(cmd_goroutines)
LATER(cmd_goroutine)
LATER(cmd_lanes)
LATER(cmd_query)
LATER(cmd_schema)
LATER(cmd_import)
LATER(cmd_export)
LATER(cmd_info)
LATER(cmd_cache)
