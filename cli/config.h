/* Settings: INI files and --set, each a (section, key, value) with where it came from; later ones win.
 *
 * Order: /etc/ctxscope/config.ini, $XDG_CONFIG_HOME/ctxscope/config.ini, .ctxscope.ini at the root of the repository around
 * the working folder, --config FILE, --set SECTION.KEY=VALUE. A repository's file is not the user's own, so it may hold
 * only rules, service levels, ignores and idle functions.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/arena.h"
#include "base/vec.h"
#include "cli/options.h"
#include "model/findings/findings.h"
#include "tui/tui.h"

struct config {
    VEC(struct tui_setting) settings; /* texts in the arena */
    struct arena texts;
    const char *ignores;        /* the file that new ignores belong to: the last --config, the repository's, the user's own; NULL none */
    struct rule_settings rules; /* of [rule NAME], [sla], [ignore], [idle] */
};

/* 0, or -1 with *e naming file and line. */
int config_read(struct config *c, const struct opts *o, struct err *e);
void config_release(struct config *c);
/* One more setting, as by --set. */
void config_add(struct config *c, const char *section, const char *key, const char *value);

#endif
