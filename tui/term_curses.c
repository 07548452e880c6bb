/* The only file that knows ncurses: terminfo for every terminal, our cells as changed spans of its window.
 *
 * ncurses owns the terminal's modes; nobody calls getch. Colours come from alloc_pair on the fixed palette: changing the
 * palette would rewrite the user's own.
 */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "tui/term.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct own {
    SCREEN *screen;
    FILE *in, *out;
};

int term_facts(struct term_facts *f, const char *name, int out, struct err *e)
{
    int status = 0;
    *f = (struct term_facts){0};
    if (!*name || setupterm(name, out, &status) != OK || status != 1) {
        err_set(e, ERR_USAGE, *name ? "TERM=%.80s is not known here" : "TERM is not set%.0s", name);
        return err_hint(e, "TERM=xterm-256color fits most terminals");
    }
    const char *cup = tigetstr("cup"), *setaf = tigetstr("setaf"), *smcup = tigetstr("smcup");
    f->colours = tigetnum("colors");
    f->ansi = cup && cup != (char *)-1 && !strncmp(cup, "\033[%i%p1%d;%p2%dH", 15) && setaf && setaf != (char *)-1 &&
              strstr(setaf, "38;5;") && smcup && smcup != (char *)-1 && strstr(smcup, "1049");
    del_curterm(cur_term);
    return 0;
}

static int curses_open(struct terminal *t, struct err *e)
{
    struct own *own = mem_calloc(1, sizeof *own);
    int in = dup(t->in), out = dup(t->out);
    own->in = in < 0 ? NULL : fdopen(in, "r");
    own->out = out < 0 ? NULL : fdopen(out, "w");
    t->own = own;
    own->screen = own->in && own->out ? newterm(t->name, own->out, own->in) : NULL;
    if (!own->screen)
        return err_set(e, ERR_USAGE, "ncurses cannot drive TERM=%.80s", t->name);
    raw();
    noecho();
    nonl();
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    return 0;
}

static void curses_close(struct terminal *t)
{
    struct own *own = t->own;
    curs_set(1);
    endwin();
    delscreen(own->screen);
    fclose(own->in);
    fclose(own->out);
    mem_free(own);
    t->own = NULL;
}

static void curses_resize(struct terminal *t)
{
    resizeterm(t->h, t->w);
}

static attr_t attrs_of(const struct scell *c)
{
    return (c->attrs & PEN_BOLD ? A_BOLD : A_NORMAL) | (c->attrs & PEN_REVERSE ? A_REVERSE : A_NORMAL);
}

/* A colour that the terminal has. */
static int colour_of(int32_t c)
{
    if (c != COLOUR_DEFAULT && c & COLOUR_RGB)
        c = colour_nearest((uint32_t)c);
    return c < COLORS ? c : c % 8;
}

static int pair_of(const struct scell *c)
{
    if (!has_colors() || (c->fg == COLOUR_DEFAULT && c->bg == COLOUR_DEFAULT))
        return 0;
    int pair = alloc_pair(colour_of(c->fg), colour_of(c->bg));
    return pair < 0 ? 0 : pair;
}

static void put_span(const struct scell *row, int x0, int x1, int y)
{
    while (x0 > 0 && !row[x0].ch)
        x0--;
    int last_pair = -1;
    const struct scell *last = NULL;
    for (int x = x0; x < x1; x++) {
        const struct scell *c = &row[x];
        if (!c->ch)
            continue;
        if (!last || c->fg != last->fg || c->bg != last->bg)
            last_pair = pair_of(c);
        last = c;
        wchar_t text[2] = {(wchar_t)c->ch, 0};
        cchar_t cell;
        setcchar(&cell, text, attrs_of(c), 0, &last_pair);
        mvadd_wchnstr(y, x, &cell, 1);
    }
}

static void show_row(const struct terminal *t, int y, bool all)
{
    const struct scell *old = screen_row(&t->old, y), *new = screen_row(&t->new, y);
    for (int x = 0, x1; x < t->new.w; x = x1) {
        for (x1 = x; x1 < t->new.w && (all || !scell_same(&old[x1], &new[x1])); x1++)
            ;
        if (x1 > x)
            put_span(new, x, x1, y);
        else
            x1++;
    }
}

static void curses_show(struct terminal *t, bool all)
{
    if (all)
        clear();
    for (int y = 0; y < t->new.h; y++)
        show_row(t, y, all);
    refresh();
}

static void curses_write(struct terminal *t, const void *p, size_t n)
{
    term_send(t, p, n);
}

const struct term_ops term_ncurses = {"ncurses", curses_open, curses_close, curses_resize, curses_show, curses_write};
