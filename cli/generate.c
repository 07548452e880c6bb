/* The manual page (as scdoc source) and shell completions, from the same tables as help. Run by the Makefile. */
#include "cli/options.h"
#include "cli/out.h"
#include "model/store/store.h"

#include <stdio.h>
#include <string.h>

/* Text for scdoc: what it would take for markup is escaped, except the emphasis that the tables use. */
static void man_text(struct out *out, const char *s)
{
    for (; *s; s++) {
        if (strchr("_\\<>#[]", *s))
            out_putc(out, '\\');
        out_putc(out, *s);
    }
}

static void man_option(struct out *out, const struct option_spec *s)
{
    if (s->letter)
        out_printf(out, "*-%c*, ", s->letter);
    out_printf(out, "*--%s*", s->name);
    if (s->arg[0]) {
        out_puts(out, " _");
        man_text(out, s->arg);
        out_putc(out, '_');
    }
    out_puts(out, "\n\t");
    man_text(out, s->sentence);
    out_putc(out, '.');
    if (!(s->commands & (1u << COMMAND_UI)) || s->commands != ~0u) {
        const char *sep = "\n\tFor: ";
        for (int i = COMMAND_UI; i < COMMANDS; i++)
            if (s->commands & (1u << i)) {
                out_printf(out, "%s%s", sep, commands[i].name[0] ? commands[i].name : "the terminal view");
                sep = ", ";
            }
        out_putc(out, '.');
    }
    out_puts(out, "\n\n");
}

static void man_commands(struct out *out)
{
    out_puts(out, "# COMMANDS\n\n");
    for (int i = COMMAND_UI; i < COMMANDS; i++) {
        const struct command *c = &commands[i];
        out_printf(out, "*ctxscope*%s%s", c->name[0] ? " *" : "", c->name);
        out_puts(out, c->name[0] ? "* " : " ");
        man_text(out, c->words);
        out_puts(out, "\n\t");
        man_text(out, c->sentence);
        out_puts(out, ". ");
        man_text(out, c->more);
        out_puts(out, "\n\n");
    }
}

static void man(struct out *out)
{
    out_puts(out, "ctxscope(1)\n\n# NAME\n\nctxscope - show what goroutines did, from the execution trace of a Go program\n\n# SYNOPSIS\n\n"
                  "*ctxscope* [_OPTION_...] _SOURCE_...\n\n*ctxscope* _COMMAND_ [_OPTION_...] _SOURCE_...\n\n");
    man_commands(out);
    out_puts(out, "# OPTIONS\n\n");
    for (int g = 0; g < GROUP_HIDDEN; g++) {
        out_printf(out, "## %s\n\n", option_group_titles[g]);
        for (int i = 0; i < OPTIONS; i++)
            if (option_specs[i].group == g)
                man_option(out, &option_specs[i]);
    }
    out_puts(
        out,
        "# EXIT STATUS\n\n*0*\n\tDone; cut or damaged input included, with notes.\n\n*2*\n\tWrong usage, or input that cannot be read; "
        "with --strict also cut or damaged input.\n\n*3*\n\tA defect of ctxscope.\n\n*130*\n\tStopped by Ctrl-C.\n\n"
        "# FILES\n\n/etc/ctxscope/config.ini, $XDG\\_CONFIG\\_HOME/ctxscope/config.ini\n\tSettings, read in this order. "
        ".ctxscope.ini at the root of the repository comes after them; it may hold only rules, service levels, ignores and "
        "idle functions. *--config* and *--set* come last.\n\n$XDG\\_CACHE\\_HOME/ctxscope\n\tStores of imported traces; they can be "
        "removed at any time.\n\n"
        "# ENVIRONMENT\n\n*NO\\_COLOR*\n\tNo colours when set.\n\n*CTXSCOPE\\_SYNC*\n\tWhen 1, the terminal view writes a mark after each "
        "frame; for tests.\n");
}

static void words_of(struct out *out, const struct option_spec *s, const char *sep)
{
    const char *const *words = option_words((enum option_type)s->type);
    for (unsigned i = 0; words[i]; i++)
        out_printf(out, "%s%s", i ? sep : "", words[i]);
}

static bool takes_file(const struct option_spec *s)
{
    return !strcmp(s->arg, "FILE") || !strcmp(s->arg, "PATH");
}

static void bash_commands(struct out *out)
{
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++)
        out_printf(out, "%s%s", i > COMMAND_UI + 1 ? " " : "", commands[i].name);
}

static void bash_options(struct out *out, int command)
{
    const char *sep = "";
    for (int i = 0; i < OPTIONS; i++)
        if (option_specs[i].commands & (1u << command)) {
            out_printf(out, "%s--%s", sep, option_specs[i].name);
            sep = " ";
        }
}

static void bash(struct out *out)
{
    out_puts(out, "# bash completion for ctxscope; generated from the program's tables.\n_ctxscope()\n{\n"
                  "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word options\n    COMPREPLY=()\n"
                  "    case $prev in\n");
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_spec *s = &option_specs[i];
        if (s->group == GROUP_HIDDEN || !s->arg[0])
            continue;
        out_printf(out, "    --%s) ", s->name);
        if (option_words((enum option_type)s->type)) {
            out_puts(out, "COMPREPLY=($(compgen -W '");
            words_of(out, s, " ");
            out_puts(out, "' -- \"$cur\")); return ;;\n");
        } else {
            out_puts(out, takes_file(s) ? "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n" : "return ;;\n");
        }
    }
    out_puts(out, "    esac\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n        case $word in -*) ;; *) command=$word; break "
                  ";; esac\n    done\n"
                  "    case $command in\n");
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++) {
        out_printf(out, "    %s) options='", commands[i].name);
        bash_options(out, i);
        out_puts(out, "' ;;\n");
    }
    out_puts(out, "    *) options='");
    bash_options(out, COMMAND_UI);
    out_puts(out, "' ;;\n    esac\n    case $cur in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n    *)\n        "
                  "compopt -o filenames\n"
                  "        COMPREPLY=($(compgen -f -- \"$cur\"))\n        [ -n \"$command\" ] || COMPREPLY+=($(compgen -W '");
    bash_commands(out);
    out_puts(out, "' -- \"$cur\")) ;;\n    esac\n}\ncomplete -F _ctxscope ctxscope\n");
}

/* Within a zsh spec in single quotes. */
static void zsh_text(struct out *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            out_puts(out, "'\\'");
        else if (strchr("[]:\\", *s))
            out_putc(out, '\\');
        out_putc(out, *s);
    }
}

static void zsh_option(struct out *out, const struct option_spec *s)
{
    bool again = s->type == TYPE_LIST || s->type == TYPE_COUNT;
    if (s->letter)
        out_printf(out, "        %s{-%c,--%s}'[", again ? "\\*" : "", s->letter, s->name);
    else
        out_printf(out, "        '%s--%s[", again ? "*" : "", s->name);
    zsh_text(out, s->sentence);
    out_putc(out, ']');
    if (s->arg[0]) {
        out_puts(out, ":");
        zsh_text(out, s->arg);
        out_puts(out, ":");
        if (option_words((enum option_type)s->type)) {
            out_putc(out, '(');
            words_of(out, s, " ");
            out_putc(out, ')');
        } else if (takes_file(s)) {
            out_puts(out, "_files");
        }
    }
    out_puts(out, "'\n");
}

static void zsh(struct out *out)
{
    out_puts(out,
             "#compdef ctxscope\n# generated from the program's tables.\n_ctxscope() {\n    local -a commands options\n    commands=(\n");
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++) {
        out_printf(out, "        '%s:", commands[i].name);
        zsh_text(out, commands[i].sentence);
        out_puts(out, "'\n");
    }
    out_puts(out, "    )\n    options=(\n");
    for (int i = 0; i < OPTIONS; i++)
        if (option_specs[i].group != GROUP_HIDDEN)
            zsh_option(out, &option_specs[i]);
    out_puts(out, "    )\n    _arguments -s $options '1: :{_describe command commands; _files}' '*:source:_files'\n}\n_ctxscope \"$@\"\n");
}

/* Within single quotes of fish. */
static void fish_text(struct out *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'' || *s == '\\')
            out_putc(out, '\\');
        out_putc(out, *s);
    }
}

static void fish_condition(struct out *out, uint32_t on)
{
    if (on == ~0u)
        return;
    out_puts(out, " -n '");
    if (on & (1u << COMMAND_UI))
        out_puts(out, "__fish_use_subcommand; or ");
    out_puts(out, "__fish_seen_subcommand_from");
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++)
        if (on & (1u << i))
            out_printf(out, " %s", commands[i].name);
    out_puts(out, "'");
}

static void fish(struct out *out)
{
    out_puts(out, "# fish completion for ctxscope; generated from the program's tables.\n");
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++) {
        out_printf(out, "complete -c ctxscope -n __fish_use_subcommand -a %s -d '", commands[i].name);
        fish_text(out, commands[i].sentence);
        out_puts(out, "'\n");
    }
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_spec *s = &option_specs[i];
        if (s->group == GROUP_HIDDEN)
            continue;
        out_puts(out, "complete -c ctxscope");
        fish_condition(out, s->commands);
        out_printf(out, " -l %s", s->name);
        if (s->letter)
            out_printf(out, " -s %c", s->letter);
        if (s->arg[0])
            out_puts(out, takes_file(s) ? " -r -F" : " -x");
        if (option_words((enum option_type)s->type)) {
            out_puts(out, " -a '");
            words_of(out, s, " ");
            out_puts(out, "'");
        }
        out_puts(out, " -d '");
        fish_text(out, s->sentence);
        out_puts(out, "'\n");
    }
}

static void schema(struct out *out)
{
    struct buf doc = {0};
    store_schema_doc(&doc);
    out_put(out, doc.p, doc.n);
    buf_release(&doc);
}

void generate_print(struct out *out, enum generate what)
{
    static void (*const print[])(struct out *) = {
        [GENERATE_MAN] = man, [GENERATE_BASH] = bash, [GENERATE_ZSH] = zsh, [GENERATE_FISH] = fish, [GENERATE_SCHEMA] = schema};
    print[what](out);
}
