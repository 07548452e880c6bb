#include "cli/told.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "cli/goroutines.h"
#include "cli/interrupt.h"
#include "cli/pump.h"
#include "model/filter.h"

static const char *copy(struct tale *t, const char *text)
{
    return text ? arena_copy(&t->texts, text, strlen(text)) : NULL;
}

static const char *copy_id(struct tale *t, const struct session *s, str_id id)
{
    struct str text = session_str(s, id);
    return text.n ? arena_copy(&t->texts, text.p, text.n) : NULL;
}

static struct told tell(struct tale *t, const struct session *s, const struct finding *f)
{
    struct told out = {.rule = f->rule,
                       .severity = f->severity,
                       .confidence = f->confidence,
                       .ignored = f->ignored,
                       .count = f->count,
                       .t0 = f->t0 - s->t0,
                       .t1 = f->t1 - s->t0,
                       .cause = f->cause,
                       .reason = copy(t, f->reason)};
    out.function = copy_id(t, s, f->function);
    if (f->frame) {
        out.file = copy_id(t, s, session_frame(s, f->frame)->file);
        out.line = session_frame(s, f->frame)->line;
    }
    out.has_g = f->g != IDX_NONE;
    out.g = out.has_g ? session_g(s, f->g)->id : -1;
    out.message = copy(t, f->message ? f->message : rules[f->rule].about);
    memcpy(out.numbers, f->numbers, sizeof out.numbers);
    for (size_t i = 0; i < f->proof.n; i++) {
        const struct proof *p = &f->proof.v[i];
        *vec_push(&out.proof) =
            (struct told_proof){p->table, p->id, p->g == IDX_NONE ? -1 : session_g(s, p->g)->id, p->t0 - s->t0, p->t1 - s->t0};
    }
    for (size_t i = 0; i < f->also.n; i++)
        *vec_push(&out.also) = f->also.v[i];
    return out;
}

/* --- choosing --- */

static bool concerns(struct filter *where, const struct session *s, const struct finding *f)
{
    bool fits = f->g != IDX_NONE && filter_match(where, s, f->g);
    for (size_t i = 0; i < f->proof.n && !fits; i++)
        fits = f->proof.v[i].g != IDX_NONE && filter_match(where, s, f->proof.v[i].g);
    return fits;
}

static int tell_all(struct tale *t, struct told_session *out, struct session *s, const struct findings *found, const struct opts *o,
                    struct err *e)
{
    struct window w = window_of(o, s);
    struct filter *where = opt_given(o, OPT_WHERE) ? filter_parse(opt_text(o, OPT_WHERE), e) : NULL;
    if (e->kind != ERR_NONE)
        return -1;
    for (size_t i = 0; i < found->list.n && out->list.n < opt_limit(o); i++) {
        const struct finding *f = &found->list.v[i];
        if (f->t0 > w.t1 || f->t1 < w.t0 || (where && !concerns(where, s, f)))
            continue;
        *vec_push(&out->list) = tell(t, s, f);
        out->by_severity[f->severity] += !f->ignored;
    }
    filter_free(where);
    return 0;
}

static bool stopped(void *flag)
{
    return __atomic_load_n((int32_t *)flag, __ATOMIC_RELAXED) != 0;
}

int told_add(struct tale *t, struct session *s, const struct opts *o, const struct config *c, const char *name, const char *path,
             struct err *e)
{
    struct findings found;
    struct told_session out = {.name = copy(t, name), .path = copy(t, path)};
    int32_t stop = 0;
    interrupt_catch(&stop);
    int made = findings_make(s, &c->rules, stopped, &stop, &found, e);
    interrupt_catch(NULL);
    if (made < 0)
        return -1;
    session_read(s);
    int rc = tell_all(t, &out, s, &found, o, e);
    out.seconds = (double)(s->t1 - s->t0) / 1e9;
    session_done(s);
    out.evidence = found.evidence;
    for (size_t i = 0; i < found.not_judged.n; i++)
        *vec_push(&out.not_judged) = found.not_judged.v[i];
    for (size_t i = 0; i < found.judged_clean.n; i++)
        *vec_push(&out.clean) = found.judged_clean.v[i];
    *vec_push(&t->sessions) = out;
    findings_release(&found);
    return rc;
}

int told_load(struct tale *t, const struct opts *o, const struct config *c, const char *const *paths, size_t n, const char *name,
              struct err *e)
{
    struct load *l = load_open(o, paths, n, e);
    int rc = l ? load_wait(l, e) : -1;
    if (rc == 0) {
        struct session *s = load_session(l);
        pump_say_notes(s->sources.v, s->sources.n);
        rc = told_add(t, s, o, c, name, paths[0], e);
    } else if (rc > 0) {
        say("stopped; nothing was judged");
        rc = EXIT_STOPPED;
    }
    load_close(l);
    return rc;
}

void told_add_error(struct tale *t, const char *name, const char *path, const struct err *why)
{
    *vec_push(&t->sessions) = (struct told_session){.name = copy(t, name), .path = copy(t, path), .error = copy(t, why->what)};
}

void tale_release(struct tale *t)
{
    for (size_t i = 0; i < t->sessions.n; i++) {
        struct told_session *s = &t->sessions.v[i];
        for (size_t k = 0; k < s->list.n; k++) {
            vec_free(&s->list.v[k].proof);
            vec_free(&s->list.v[k].also);
        }
        vec_free(&s->list);
        vec_free(&s->not_judged);
        vec_free(&s->clean);
    }
    vec_free(&t->sessions);
    arena_release(&t->texts);
}

bool session_fails(const struct tale *t, const struct told_session *s)
{
    for (size_t i = 0; i < s->list.n; i++)
        if (told_fails(t, &s->list.v[i]))
            return true;
    return false;
}

uint32_t tale_count(const struct tale *t, enum severity severity)
{
    uint32_t n = 0;
    for (size_t i = 0; i < t->sessions.n; i++)
        n += t->sessions.v[i].by_severity[severity];
    return n;
}

const char *told_path(const struct told *f, char *buf, size_t size)
{
    size_t n;
    if (!f->file || f->file[0] != '/' || !getcwd(buf, size))
        return f->file;
    n = strlen(buf);
    return n > 1 && !strncmp(buf, f->file, n) && f->file[n] == '/' && f->file[n + 1] ? f->file + n + 1 : f->file;
}
