#include "cli/options.h"
#include "cli/out.h"

#include <string.h>

/* Prints text from column `at` on, broken at blanks so that no line is longer than 80; the cursor stands at `col`. */
static void put_wrapped(struct out *out, const char *text, size_t col, size_t at)
{
    if (col + 2 > at) {
        out_putc(out, '\n');
        col = 0;
    }
    out_printf(out, "%*s", (int)(at - col), "");
    col = at;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (col > at && col + 1 + n > 80) {
            out_printf(out, "\n%*s", (int)at, "");
            col = at;
        } else if (col > at) {
            out_putc(out, ' ');
            col++;
        }
        out_put(out, text, n);
        col += n;
        text += n + (text[n] == ' ');
    }
    out_putc(out, '\n');
}

static void put_option(struct out *out, const struct option_spec *s)
{
    char left[80];
    int n = s->letter ? snprintf(left, sizeof left, "  -%c, --%s", s->letter, s->name) : snprintf(left, sizeof left, "      --%s", s->name);
    if (s->arg[0])
        n += snprintf(left + n, sizeof left - (size_t)n, " %s", s->arg);
    out_puts(out, left);
    put_wrapped(out, s->sentence, (size_t)n, 30);
}

static void put_options(struct out *out, uint32_t commands_wanted)
{
    for (int g = 0; g < GROUP_HIDDEN; g++) {
        bool titled = false;
        for (int i = 0; i < OPTIONS; i++) {
            const struct option_spec *s = &option_specs[i];
            if (s->group != g || !(s->commands & commands_wanted))
                continue;
            if (!titled)
                out_printf(out, "\n%s:\n", option_group_titles[g]);
            titled = true;
            put_option(out, s);
        }
    }
}

static void put_whole(struct out *out)
{
    out_puts(out, "ctxscope shows what goroutines did, from the execution trace of a Go program.\n\nUsage:\n"
                  "  ctxscope SOURCE...            in the terminal; as text when there is none\n"
                  "  ctxscope COMMAND SOURCE...    as text, JSON or CSV\n\nCommands:\n");
    for (int i = COMMAND_UI + 1; i < COMMANDS; i++) {
        out_printf(out, "  %s", commands[i].name);
        put_wrapped(out, commands[i].sentence, strlen(commands[i].name) + 2, 14);
    }
    out_puts(out, "\nA SOURCE is a trace file (plain, gzip or zstd), a store made by import, or -.\n"
                  "ctxscope COMMAND --help tells more of a command. Options of the terminal view:\n");
    put_options(out, 1u << COMMAND_UI);
    out_puts(out, "\nExit codes: 0 done, 2 wrong usage or unreadable input, 3 a defect, 130 stopped.\n");
}

/* The manual's emphasis is left out here. */
static void put_plain(struct out *out, const char *text)
{
    char plain[1024];
    size_t n = 0;
    for (; *text && n + 1 < sizeof plain; text++)
        if (*text != '*')
            plain[n++] = *text;
    plain[n] = 0;
    put_wrapped(out, plain, 0, 2);
}

void help_print(struct out *out, enum command_id command)
{
    const struct command *c = &commands[command];
    if (command == COMMAND_UI) {
        put_whole(out);
        return;
    }
    out_printf(out, "Usage: ctxscope %s %s%s[OPTION...]\n\n", c->name, c->words, c->words[0] ? " " : "");
    put_plain(out, c->sentence);
    if (c->more[0]) {
        out_putc(out, '\n');
        put_plain(out, c->more);
    }
    put_options(out, 1u << command);
}
