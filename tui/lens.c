#include "tui/lens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "model/chain.h"
#include "tui/app_parts.h"
#include "tui/grouping.h"
#include "tui/members.h"
#include "tui/parts.h"

enum { PATH_MOST = 20000, MARKS_AT_ONCE = 4096, ONE_BY_ONE = 200, FILTER_BITS = 16 };

const struct kept_lens *app_lens(const struct app *app, const struct nav *nav)
{
    return nav->lens && nav->lens <= app->lenses.n ? app->lenses.v[nav->lens - 1] : NULL;
}

struct member_choice app_choice(const struct app *app, const struct nav *nav)
{
    const struct kept_lens *k = app_lens(app, nav);
    return (struct member_choice){nav->filter | nav->lens << FILTER_BITS, app_text_get(app, nav->filter), k ? k->lens.g : NULL};
}

static void free_lens(struct kept_lens *k)
{
    lens_release(&k->lens);
    vec_free(&k->path);
    mem_free(k);
}

void lenses_release(struct app *app)
{
    for (size_t i = 0; i < app->lenses.n; i++)
        free_lens(app->lenses.v[i]);
    vec_free(&app->lenses);
}

/* Whose */

enum lens_kind { LENS_TASK, LENS_CTX, LENS_VALUE };
struct making {
    struct session *s;
    struct nav nav;
    char *word; /* owned; "" the selection */
    struct kept_lens *lens;
};

static uint32_t task_by_id(const struct session *s, uint64_t id)
{
    for (uint32_t i = 0; i < s->tasks.n; i++)
        if (s->tasks.v[i].id == id)
            return i;
    return IDX_NONE;
}

/* The innermost task of its own that g was in at t. */
static uint32_t own_task(const struct session *s, gidx g, ns_t t)
{
    uint32_t found = IDX_NONE;
    for (uint32_t i = 0; i < s->tasks.n; i++) {
        const struct task *k = &s->tasks.v[i];
        if (k->g == g && k->t0 != NS_NONE && k->t0 <= t && t <= k->t1 && (found == IDX_NONE || k->t0 >= s->tasks.v[found].t0))
            found = i;
    }
    return found;
}

/* The task that g's last log or region before t names, else its first after t. */
static uint32_t task_worked_for(struct session *s, gidx g, ns_t t, struct err *e)
{
    static const uint32_t kinds = 1u << EV_LOG | 1u << EV_REGION_BEGIN | 1u << EV_REGION_END | 1u << EV_TASK_BEGIN;
    const struct goroutine *go = session_g(s, g);
    struct mark *m = mem_alloc(MARKS_AT_ONCE, sizeof *m);
    ns_t from = go->first == NS_NONE ? s->t0 : go->first, end = go->last == NS_NONE ? s->t1 + 1 : go->last + 1;
    uint64_t task = 0;
    for (bool over = false; !over && from < end;) {
        long n = tl_marks(s, kinds, from, end, m, MARKS_AT_ONCE, e);
        for (long i = 0; i < n && !over; i++) {
            over = m[i].t > t && task;
            if (!over && m[i].g == g && m[i].task)
                task = m[i].task;
        }
        over |= n < MARKS_AT_ONCE;
        from = n > 0 ? m[n - 1].t + 1 : end;
    }
    mem_free(m);
    return task ? task_by_id(s, task) : IDX_NONE;
}

static bool covers(const struct ctx *c, ns_t t)
{
    return c->mentioned <= t && (c->cancelled == NS_NONE || c->cancelled >= t);
}

/* The outermost context that g used and that lived at t: the request's, not one of its parts. */
static uint32_t ctx_of_goroutine(const struct session *s, gidx g, ns_t t)
{
    uint32_t found = IDX_NONE;
    for (size_t i = 0; i < s->ctx.users.n; i++) {
        const struct ctx_user *u = &s->ctx.users.v[i];
        const struct ctx *c = u->g == g && u->ctx < s->ctx.contexts.n ? &s->ctx.contexts.v[u->ctx] : NULL;
        if (c && c->parent != IDX_NONE && covers(c, t) && (found == IDX_NONE || c->mentioned < s->ctx.contexts.v[found].mentioned))
            found = u->ctx;
    }
    return found;
}

static int lens_task(struct making *m, uint32_t task, struct err *e)
{
    const struct task *t = &m->s->tasks.v[task];
    struct str name = session_str(m->s, t->name);
    snprintf(m->lens->title, sizeof m->lens->title, "task %" PRIu64 " %.*s", t->id, (int)(name.n < 60 ? name.n : 60), name.p);
    return lens_of_task(m->s, task, &m->lens->lens, e);
}

static int lens_ctx(struct making *m, uint32_t ctx, struct err *e)
{
    const struct ctx *c = &m->s->ctx.contexts.v[ctx];
    struct str func = c->site ? session_str(m->s, session_frame(m->s, c->site)->func) : (struct str){"", 0};
    char name[NAME_MAX_BYTES];
    name_short(name, func, 40, "~");
    snprintf(m->lens->title, sizeof m->lens->title, "context %" PRIu64 " %.60s", c->id, name);
    return lens_of_ctx(m->s, ctx, &m->lens->lens, e);
}

static int of_selection(struct making *m, struct err *e)
{
    struct session *s = m->s;
    const struct nav *nav = &m->nav;
    if (nav->view == VIEW_ID_CONTEXTS && nav->ctx < s->ctx.contexts.n)
        return lens_ctx(m, nav->ctx, e);
    if (nav->g == IDX_NONE || nav->g >= s->goroutines.n) {
        err_set(e, ERR_USAGE, "nothing that serves a request is selected");
        return err_hint(e, "select a goroutine or a context, or :lens KEY=VALUE");
    }
    ns_t t = nav->cursor != NS_NONE ? nav->cursor : session_g(s, nav->g)->last;
    uint32_t task = own_task(s, nav->g, t);
    if (task == IDX_NONE)
        task = task_worked_for(s, nav->g, t, e);
    if (task != IDX_NONE)
        return lens_task(m, task, e);
    uint32_t ctx = ctx_of_goroutine(s, nav->g, t);
    if (ctx != IDX_NONE)
        return lens_ctx(m, ctx, e);
    err_set(e, ERR_USAGE, "G%" PRId64 " worked for no task and used no context that the trace tells of", session_g(s, nav->g)->id);
    return err_hint(e, ":lens KEY=VALUE takes a request id of the logs");
}

static int of_word(struct making *m, struct err *e)
{
    const char *eq = strchr(m->word, '=');
    int64_t id;
    if (!eq || eq == m->word || !eq[1]) {
        err_set(e, ERR_USAGE, "\"%.60s\" is no request", m->word);
        return err_hint(e, "write :lens task=729, :lens ctx=17, or :lens KEY=VALUE as the logs have it");
    }
    struct str key = {m->word, (size_t)(eq - m->word)}, value = {eq + 1, strlen(eq + 1)};
    bool number = parse_int(value.p, value.n, &id) == 0;
    if (number && key.n == 4 && !memcmp(key.p, "task", 4)) {
        uint32_t task = task_by_id(m->s, (uint64_t)id);
        return task == IDX_NONE ? err_set(e, ERR_USAGE, "there is no task %" PRId64, id) : lens_task(m, task, e);
    }
    if (number && key.n == 3 && !memcmp(key.p, "ctx", 3)) {
        for (uint32_t i = 0; i < m->s->ctx.contexts.n; i++)
            if (m->s->ctx.contexts.v[i].id == (uint64_t)id)
                return lens_ctx(m, i, e);
        return err_set(e, ERR_USAGE, "there is no context %" PRId64, id);
    }
    text_visible(m->lens->title, sizeof m->lens->title, m->word, strlen(m->word));
    return lens_of_value(m->s, key, value, &m->lens->lens, e);
}

/* Making */

static void add_piece(struct making *m, const struct path_piece *p)
{
    struct session *s = m->s;
    struct lens_piece q = {.t0 = p->t0, .t1 = p->t1, .g = -1, .share = p->share, .at = site_frame(s, stack_site(s, p->stack))};
    if (p->g < s->goroutines.n) {
        q.g = session_g(s, p->g)->id;
        q.name = session_str(s, session_g(s, p->g)->name);
    }
    struct lens_piece *last = m->lens->path.n ? &m->lens->path.v[m->lens->path.n - 1] : NULL;
    if (last && last->g == q.g && last->share == q.share && last->at.line == q.at.line && last->at.func.p == q.at.func.p)
        last->t1 = q.t1;
    else
        *vec_push(&m->lens->path) = q;
}

struct ranked {
    ns_t ns;
    uint32_t i;
};

static int longest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->ns != y->ns ? (x->ns < y->ns ? 1 : -1) : (x->i > y->i) - (x->i < y->i);
}

static void rank(struct kept_lens *k)
{
    struct ranked *r = mem_calloc(k->path.n + 1, sizeof *r);
    for (uint32_t i = 0; i < k->path.n; i++)
        r[i] = (struct ranked){k->path.v[i].t1 - k->path.v[i].t0, i};
    qsort(r, k->path.n, sizeof *r, longest_first);
    for (uint32_t i = 0; i < k->path.n; i++)
        k->path.v[r[i].i].rank = i;
    mem_free(r);
}

static int make_path(struct making *m, struct err *e)
{
    const struct lens *l = &m->lens->lens;
    path_pieces path = {0};
    ns_t t0 = l->t0 == NS_NONE || l->t0 < m->s->t0 ? m->s->t0 : l->t0, t1 = l->t1 > m->s->t1 ? m->s->t1 : l->t1;
    int rc = 0;
    if (l->main != IDX_NONE && t1 > t0)
        rc = critical_path(m->s, l->main, t0, t1, PATH_MOST, &path, e);
    for (size_t i = 0; rc == 0 && i < path.n; i++)
        add_piece(m, &path.v[i]);
    vec_free(&path);
    rank(m->lens);
    return rc;
}

static int run(struct job *j, void *arg, struct err *e)
{
    struct making *m = arg;
    (void)j;
    session_read(m->s);
    int rc = m->word[0] ? of_word(m, e) : of_selection(m, e);
    if (rc == 0 && !m->lens->lens.n)
        rc = err_set(e, ERR_USAGE, "no goroutine served %s", m->lens->title);
    if (rc == 0)
        rc = make_path(m, e);
    session_done(m->s);
    return rc;
}

/* The window that shows it, about: the view lays itself out. */
static void show_time(struct app *app, const struct lens *l)
{
    ns_t t0 = l->t0 < app->s->t0 ? app->s->t0 : l->t0, t1 = l->t1 > app->s->t1 ? app->s->t1 : l->t1;
    int columns = app->term->w * 2 / 3;
    if (t1 <= t0)
        return;
    app->nav.cell = tl_cell_width((t1 - t0) * 5 / 4 / (columns > 8 ? columns : 8) + 1);
    app->nav.t0 = t0 - (t1 - t0) / 8;
}

static void done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct making *m = arg;
    if (rc < 0) {
        app_error(app, e);
        free_lens(m->lens);
    } else {
        const struct place *before = app->before = place_now(app);
        *vec_push(&app->lenses) = m->lens;
        app->nav.lens = (uint32_t)app->lenses.n;
        app->nav.g = app->nav.group = IDX_NONE;
        if (m->lens->lens.n <= ONE_BY_ONE)
            app->nav.by = GROUPING_NONE;
        show_time(app, &m->lens->lens);
        app_show(app, VIEW_ID_TIMELINE, true);
        app->before = NULL;
        place_moved(app, before);
        app_message(app, ROLE_MESSAGE, "%u goroutines served %s; Esc leaves the lens", m->lens->lens.n, m->lens->title);
    }
    mem_free(m->word);
    mem_free(m);
}

bool lens_leave(struct app *app)
{
    if (!app->nav.lens)
        return false;
    app->nav.lens = 0;
    app_message(app, ROLE_MESSAGE, "all goroutines again");
    return true;
}

void lens_command(struct app *app, const char *arg)
{
    if (!strcmp(arg, "off")) {
        if (!lens_leave(app))
            app_message(app, ROLE_MESSAGE, "there is no lens");
        return;
    }
    if (app_importing(app)) {
        app_message(app, ROLE_MESSAGE, "the import still runs; what served a request is known when it is done");
        return;
    }
    struct making *m = mem_calloc(1, sizeof *m);
    m->s = app->s;
    m->nav = app->nav;
    m->word = mem_strdup(arg);
    m->lens = mem_calloc(1, sizeof *m->lens);
    app_job(app, "looking who served it", run, done, m);
}

/* Drawing */

static void draw_piece(const struct lens_piece *p, ns_t base, struct grid *g, int x, int y, int w)
{
    char at[32];
    ns_t since = p->t0 - base;
    text_duration(at, since < 0 ? 0 : since);
    grid_printf(g, x, y, 11, ROLE_DIM, "+%s", at);
    part_duration(g, x + 11, y, 9, ROLE_TEXT, p->t1 - p->t0);
    part_share(g, x + 21, y, 2, (enum share)p->share);
    int from = x + 24, end = x + w;
    if (p->g >= 0)
        from += grid_printf(g, from, y, end - from, ROLE_DIM, "G%" PRId64 " ", p->g);
    if (p->at.func.n)
        part_where(g, from, y, end - from, ROLE_TEXT, p->at.func, p->at.file, p->at.line, false);
    else if (p->g >= 0)
        part_name(g, from, y, end - from, ROLE_TEXT, p->name);
    else
        grid_text(g, from, y, end - from, ROLE_DIM,
                  p->share == SHARE_UNKNOWN ? "not known" : "nobody: a timer, the network or the runtime");
}

void lens_draw_path(const struct kept_lens *k, struct grid *g, struct rect r)
{
    uint32_t room = r.h > 1 ? (uint32_t)r.h - 1 : 0, n = (uint32_t)k->path.n;
    int y = r.y;
    if (!n) {
        grid_text(g, r.x, y, r.w, ROLE_DIM, "no critical path: the request has no beginning and end in the trace");
        return;
    }
    char total[24];
    text_duration(total, k->path.v[n - 1].t1 - k->path.v[0].t0);
    int x = r.x + grid_printf(g, r.x, y, r.w, ROLE_STRONG, "critical path of %s", total);
    if (n > room)
        grid_printf(g, x, y, r.x + r.w - x, ROLE_DIM, ", the longest %u of %u pieces", room, n);
    y++;
    for (uint32_t i = 0; i < n; i++)
        if (k->path.v[i].rank < room)
            draw_piece(&k->path.v[i], k->path.v[0].t0, g, r.x, y++, r.w);
}
