/* The terminal view; until it is there the overview as text. */
#include "cli/commands.h"

int cmd_ui(struct opts *o, struct err *e)
{
    return cmd_overview(o, e);
}
