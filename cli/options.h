/* The command line: commands and options are tables (commands.def, options.def); parsing, help, manual and completions
 * come out of them. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "cli/window.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_TSV, FORMATS_N };
extern const char *const format_names[FORMATS_N + 1]; /* NULL at the end, as all word lists */

enum command_id {
#define COMMAND(id, name, symbol, words, least, formats, sentence, more) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
    COMMANDS
};

enum option_id {
#define OPTION(id, name, letter, arg, type, commands, group, sentence) OPT_##id,
#include "cli/options.def"
#undef OPTION
    OPTIONS
};

enum option_type {
    TYPE_FLAG,
    TYPE_COUNT, /* a flag that may be given again */
    TYPE_TEXT,
    TYPE_LIST,   /* text that may be given again; kept in order */
    TYPE_NUMBER, /* a whole number >= 0 */
    TYPE_SIZE,   /* bytes */
    TYPE_WINDOW,
    TYPE_WORD_FORMAT, /* this and below: one word of a list */
    TYPE_WORD_BY,
    TYPE_WORD_GLYPHS,
    TYPE_WORD_CLOCK,
    TYPE_WORD_TO,
    TYPE_WORD_SEVERITY,
    TYPE_WORD_ROWS,
    TYPE_WORD_COLS,
    TYPE_WORD_GENERATE,
    TYPES
};
enum option_group { GROUP_CHOICE, GROUP_OUTPUT, GROUP_READING, GROUP_SCREEN, GROUP_SETTINGS, GROUP_GENERAL, GROUP_HIDDEN, GROUPS };

/* The words of the list types, in the order of these enums. */
enum by { BY_GROUPS, BY_GOROUTINES, BY_PROCS, BY_THREADS };
enum glyph_choice { CHOICE_AUTO, CHOICE_UTF8, CHOICE_ASCII };
enum clock_choice { CLOCK_REAL, CLOCK_FIXED };
enum to { TO_SQLITE, TO_CSV, TO_WAKE, TO_RUN, TO_EXIT };
enum generate { GENERATE_MAN, GENERATE_BASH, GENERATE_ZSH, GENERATE_FISH, GENERATE_SCHEMA };

struct option_spec {
    const char *name, *arg, *sentence;
    uint32_t commands; /* bit per command_id; 0: before any command */
    uint8_t type, group;
    char letter;
};
extern const struct option_spec option_specs[OPTIONS];
extern const char *const option_group_titles[GROUPS];
/* The words that an option of this type takes, NULL-terminated; NULL when it takes no list. */
const char *const *option_words(enum option_type type);

struct opts;
struct command {
    const char *name, *words, *sentence, *more;
    int (*run)(struct opts *o, struct err *e); /* exit code, or -1 with *e */
    unsigned least;                            /* words it needs */
    uint8_t format;                            /* enum format when none is asked for */
    uint8_t formats;                           /* bit per enum format */
};
extern const struct command commands[COMMANDS];

struct listed {
    enum option_id id;
    const char *text;
};

struct opts {
    enum command_id command;
    struct option_value {
        unsigned count; /* times given */
        const char *text;
        uint64_t number;
        struct window window;
    } value[OPTIONS];
    VEC(const char *) words; /* sources and what else the command takes; borrowed from argv */
    VEC(struct listed) list; /* --config and --set in order */
    enum format format;
};

/* Parses argv. -1 with *e (ERR_USAGE) when it is no command line of ours. */
int opts_parse(struct opts *o, int argc, char **argv, struct err *e);
void opts_release(struct opts *o);
/* Checks what only matters when the command is to run: number of words, format, options that do not belong to it. */
int opts_check(struct opts *o, struct err *e);

static inline bool opt_given(const struct opts *o, enum option_id id)
{
    return o->value[id].count != 0;
}
/* NULL when not given. */
static inline const char *opt_text(const struct opts *o, enum option_id id)
{
    return o->value[id].text;
}
/* Number, bytes, or index in the list of words. */
static inline uint64_t opt_number(const struct opts *o, enum option_id id, uint64_t otherwise)
{
    return o->value[id].count ? o->value[id].number : otherwise;
}
/* The row limit, UINT64_MAX when there is none. */
static inline uint64_t opt_limit(const struct opts *o)
{
    return opt_number(o, OPT_LIMIT, UINT64_MAX);
}

/* The word of `list` that a mistyped word is nearest to, NULL when none is near. */
const char *suggest(const char *word, const char *(*at)(unsigned i));

/* cli/help.c: of one command (COMMAND_UI: of the whole program). */
struct out;
void help_print(struct out *out, enum command_id command);
/* cli/generate.c: man page source (scdoc) and completions. */
void generate_print(struct out *out, enum generate what);

#endif
