/* The commands' functions: one file each, cmd_NAME.c. Each returns the exit code, or -1 with *e. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

#define COMMAND(id, name, symbol, words, least, formats, sentence, more) int symbol(struct opts *o, struct err *e);
#include "cli/commands.def"
#undef COMMAND

#endif
