#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "cli/commands.h"
#include "model/ctx/heat.h"

#define ON(id) (1u << COMMAND_##id)
#define ON_ALL (~0u)
#define ON_SOURCES (ON_ALL & ~ON(SCHEMA) & ~ON(CACHE))
#define ON_IMPORTS (ON_SOURCES & ~ON(INFO))
/* Commands that judge, and those that print a view. */
#define ON_JUDGED (ON(FINDINGS) | ON(CHECK))
#define ON_CAUSES (ON(WAKE) | ON(CONTEXTS) | ON(TASKS))
#define ON_VIEWS (ON_JUDGED | ON(OVERVIEW) | ON(GOROUTINES) | ON(GOROUTINE) | ON(LANES) | ON(HEATMAP))
#define ON_TEXT (ON(UI) | ON_VIEWS | ON_CAUSES | ON(QUERY))
#define ON_FORMATS (ON_ALL & ~ON(SCHEMA) & ~ON(EXPORT))
#define ON_TIMES (ON(UI) | ON_VIEWS | ON(EVENTS) | ON(EXPORT))
#define ON_LISTS (ON_VIEWS | ON_CAUSES | ON(EVENTS) | ON(QUERY) | ON(EXPORT))

const struct option_spec option_specs[OPTIONS] = {
#define OPTION(id, name, letter, arg, type, commands, group, sentence)                                                                     \
    [OPT_##id] = {name, arg, sentence, commands, TYPE_##type, GROUP_##group, letter},
#include "cli/options.def"
#undef OPTION
};
const char *const option_group_titles[GROUPS] = {"Choosing", "Output", "Reading", "Screen", "Settings", "General", NULL};

#define BIT(f) (1u << FORMAT_##f)
#define FORMATS_2(first, a) .format = FORMAT_##first, .formats = BIT(a)
#define FORMATS_3(first, a, b) FORMATS_2(first, a) | BIT(b)
#define FORMATS_4(first, a, b, c) FORMATS_3(first, a, b) | BIT(c)
#define FORMATS_5(first, a, b, c, d) FORMATS_4(first, a, b, c) | BIT(d)
#define PICK(a, b, c, d, e, name, ...) name
#define FORMATS(...) PICK(__VA_ARGS__, FORMATS_5, FORMATS_4, FORMATS_3, FORMATS_2, 0)(__VA_ARGS__)
const struct command commands[COMMANDS] = {
#define COMMAND(id, name_, symbol, words_, least_, formats, sentence_, more_)                                                              \
    [COMMAND_##id] = {.name = name_, .words = words_, .sentence = sentence_, .more = more_, .run = symbol, .least = least_, formats},
#include "cli/commands.def"
#undef COMMAND
};

const char *const format_names[FORMATS_N + 1] = {"text", "json", "csv", "tsv", NULL};
static const char *const by_words[] = {"groups", "goroutines", "procs", "threads", NULL};
static const char *const glyph_words[] = {"auto", "utf8", "ascii", NULL};
static const char *const clock_words[] = {"real", "fixed", NULL};
static const char *const severity_list[] = {"info", "warning", "error", NULL}; /* as enum severity */
static const char *const to_words[] = {"sqlite", "csv", "wake", "run", "exit", NULL};
static const char *const cols_words[] = {"latency", "time", NULL};
static const char *const rows_words[] = {
#define X(id, word, sentence) word,
    HEAT_ROWS(X)
#undef X
        NULL};
static const char *const generate_words[] = {"man", "bash", "zsh", "fish", "schema", NULL};

const char *const *option_words(enum option_type type)
{
    static const char *const *const lists[TYPES] = {
        [TYPE_WORD_FORMAT] = format_names,
        [TYPE_WORD_BY] = by_words,
        [TYPE_WORD_GLYPHS] = glyph_words,
        [TYPE_WORD_CLOCK] = clock_words,
        [TYPE_WORD_TO] = to_words,
        [TYPE_WORD_ROWS] = rows_words,
        [TYPE_WORD_COLS] = cols_words,
        [TYPE_WORD_GENERATE] = generate_words,
        [TYPE_WORD_SEVERITY] = severity_list,
    };
    return lists[type];
}

static const char *option_name_at(unsigned i)
{
    return i < OPTIONS ? option_specs[i].name : NULL;
}

static const char *command_name_at(unsigned i)
{
    return i < COMMANDS ? commands[i].name : NULL;
}

/* getopt's own tables, made from ours. */
struct getopt_tables {
    struct option longs[OPTIONS + 1];
    char shorts[2 * OPTIONS + 8];
};

static void getopt_fill(struct getopt_tables *t)
{
    size_t n = 0;
    memset(t, 0, sizeof *t);
    t->shorts[n++] = '-'; /* words come in order, so that -- can part a file's name from a command's */
    t->shorts[n++] = ':';
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_spec *s = &option_specs[i];
        t->longs[i] = (struct option){s->name, s->arg[0] ? required_argument : no_argument, NULL, 256 + i};
        if (!s->letter)
            continue;
        t->shorts[n++] = s->letter;
        if (s->arg[0])
            t->shorts[n++] = ':';
    }
}

static int option_of_letter(int c)
{
    for (int i = 0; i < OPTIONS; i++)
        if (option_specs[i].letter == c)
            return i;
    return -1;
}

static int take_word(const struct option_spec *s, struct option_value *v, const char *text, struct err *e)
{
    const char *const *words = option_words(s->type);
    for (unsigned i = 0; words[i]; i++)
        if (!strcmp(words[i], text)) {
            v->number = i;
            return 0;
        }
    err_set(e, ERR_USAGE, "--%s %s: no such word", s->name, text);
    char list[ERR_TEXT] = "";
    for (unsigned i = 0; words[i]; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i]);
    return err_hint(e, "one of: %s", list);
}

static int take_number(const struct option_spec *s, struct option_value *v, const char *text, struct err *e)
{
    int64_t n;
    if (parse_int(text, strlen(text), &n) < 0 || n < 0) {
        err_set(e, ERR_USAGE, "--%s %s: that is no whole number", s->name, text);
        return err_hint(e, "give a number from 0 on");
    }
    v->number = (uint64_t)n;
    return 0;
}

static int take_size(const struct option_spec *s, struct option_value *v, const char *text, struct err *e)
{
    if (parse_size(text, strlen(text), &v->number) == 0)
        return 0;
    err_set(e, ERR_USAGE, "--%s %s: that is no size", s->name, text);
    return err_hint(e, "write it as 256M or 1.5GiB");
}

static int take(struct opts *o, int id, const char *text, struct err *e)
{
    const struct option_spec *s = &option_specs[id];
    struct option_value *v = &o->value[id];
    v->count++;
    v->text = text;
    if (option_words(s->type))
        return take_word(s, v, text, e);
    switch ((enum option_type)s->type) {
    case TYPE_NUMBER: return take_number(s, v, text, e);
    case TYPE_SIZE: return take_size(s, v, text, e);
    case TYPE_WINDOW: return window_parse(text, &v->window, e);
    case TYPE_LIST: *vec_push(&o->list) = (struct listed){(enum option_id)id, text}; return 0;
    default: return 0;
    }
}

static int unknown_option(const char *text, struct err *e)
{
    err_set(e, ERR_USAGE, "%s: no such option", text);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text + strspn(text, "-"), "="), text + strspn(text, "-"));
    const char *near = !strncmp(text, "--", 2) ? suggest(name, option_name_at) : NULL;
    return near ? err_hint(e, "did you mean --%s?", near) : err_hint(e, "see ctxscope --help");
}

/* A long option that getopt refused: unknown, ambiguous, or a flag with an argument. */
static int bad_option(const struct getopt_tables *t, int letter, char **argv, struct err *e)
{
    char text[4] = {'-', (char)letter, 0, 0};
    if (letter > 0 && letter < 256)
        return unknown_option(text, e);
    const char *arg = argv[optind - 1];
    if (letter >= 256) {
        err_set(e, ERR_USAGE, "--%s takes no argument", t->longs[letter - 256].name);
        return err_hint(e, "leave out what follows =");
    }
    unsigned fit = 0, len = (unsigned)strcspn(arg, "=");
    for (int i = 0; i < OPTIONS; i++)
        fit += len > 2 && !strncmp(option_specs[i].name, arg + 2, len - 2);
    if (fit < 2)
        return unknown_option(arg, e);
    err_set(e, ERR_USAGE, "%s: several options begin so", arg);
    return err_hint(e, "write more of its name");
}

static int missing_argument(int letter, struct err *e)
{
    int id = letter >= 256 ? letter - 256 : option_of_letter(letter);
    err_set(e, ERR_USAGE, "--%s needs an argument: %s", option_specs[id].name, option_specs[id].arg);
    return err_hint(e, "see ctxscope --help");
}

/* The first word may be a command's name; later ones, and those after --, are for the command. */
static void take_plain(struct opts *o, const char *word, bool first)
{
    for (int i = COMMAND_UI + 1; first && i < COMMANDS; i++)
        if (!strcmp(commands[i].name, word)) {
            o->command = (enum command_id)i;
            return;
        }
    *vec_push(&o->words) = word;
}

int opts_parse(struct opts *o, int argc, char **argv, struct err *e)
{
    struct getopt_tables t;
    int c;
    bool first = true;
    memset(o, 0, sizeof *o);
    getopt_fill(&t);
    opterr = 0;
    optind = 0; /* forget an earlier parse */
    while ((c = getopt_long(argc, argv, t.shorts, t.longs, NULL)) != -1) {
        if (c == '?')
            return bad_option(&t, optopt, argv, e);
        if (c == ':')
            return missing_argument(optopt, e);
        if (c == 1) {
            take_plain(o, optarg, first);
            first = false;
        } else if (take(o, c >= 256 ? c - 256 : option_of_letter(c), optarg, e) < 0) {
            return -1;
        }
    }
    for (int i = optind; i < argc; i++)
        take_plain(o, argv[i], false);
    return 0;
}

void opts_release(struct opts *o)
{
    vec_free(&o->words);
    vec_free(&o->list);
}

static int check_format(struct opts *o, const struct command *c, struct err *e)
{
    o->format = (enum format)opt_number(o, OPT_FORMAT, opt_given(o, OPT_JSON) ? FORMAT_JSON : c->format);
    if (c->formats & (1u << o->format))
        return 0;
    char list[64] = "";
    for (unsigned i = 0; i < FORMATS_N; i++)
        if (c->formats & (1u << i))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] ? ", " : "", format_names[i]);
    err_set(e, ERR_USAGE, "%s cannot be printed as %s", c->name[0] ? c->name : "the overview", format_names[o->format]);
    return err_hint(e, "it can as: %s", list);
}

static int check_options(const struct opts *o, const struct command *c, struct err *e)
{
    for (int i = 0; i < OPTIONS; i++)
        if (o->value[i].count && !(option_specs[i].commands & (1u << o->command))) {
            err_set(e, ERR_USAGE, "--%s does not belong to %s", option_specs[i].name, c->name[0] ? c->name : "the terminal view");
            return err_hint(e, "see ctxscope %s%s--help", c->name, c->name[0] ? " " : "");
        }
    return 0;
}

/* A single word that is no file may be a command with a slip of the finger. */
static int check_slip(const struct opts *o, struct err *e)
{
    struct stat st;
    const char *word = o->words.n ? o->words.v[0] : NULL;
    if (o->command != COMMAND_UI || !word || !strcmp(word, "-") || strchr(word, '/') || stat(word, &st) == 0)
        return 0;
    const char *near = suggest(word, command_name_at);
    bool command = near || (o->words.n > 1 && !strchr(word, '.'));
    if (!command)
        return 0;
    err_set(e, ERR_USAGE, "%s: no such command, and no such file", word);
    return near ? err_hint(e, "did you mean %s?", near) : err_hint(e, "see ctxscope --help for the commands");
}

int opts_check(struct opts *o, struct err *e)
{
    const struct command *c = &commands[o->command];
    if (check_slip(o, e) < 0 || check_options(o, c, e) < 0 || check_format(o, c, e) < 0)
        return -1;
    if (o->words.n >= c->least)
        return 0;
    if (o->command == COMMAND_UI)
        err_set(e, ERR_USAGE, "no trace was named");
    else
        err_set(e, ERR_USAGE, "%s needs more words: %s %s", c->name, c->name, c->words);
    return err_hint(e, "see ctxscope %s%s--help", c->name, c->name[0] ? " " : "");
}
