#include "tui/verdicts.h"

#include <pthread.h>
#include <stdatomic.h>

#include "tui/app_parts.h"

struct verdicts {
    struct session *s;
    const struct rule_settings *st;
    struct rule_settings own; /* when none are given */
    struct findings list;
    struct err err;
    pthread_t thread;
    bool started, threaded;
    _Atomic int stop, done; /* done: 1 judged, -1 failed */
    void (*wake)(void *);
    void *wake_ctx;
};

struct verdicts *verdicts_new(struct session *s, const struct rule_settings *st)
{
    struct verdicts *v = mem_calloc(1, sizeof *v);
    v->s = s;
    rule_settings_init(&v->own);
    v->st = st ? st : &v->own;
    return v;
}

static bool stopped(void *ctx)
{
    struct verdicts *v = ctx;
    return atomic_load(&v->stop);
}

static void *judge(void *ctx)
{
    struct verdicts *v = ctx;
    int rc = findings_make(v->s, v->st, stopped, v, &v->list, &v->err);
    atomic_store(&v->done, rc < 0 ? -1 : 1);
    if (v->wake)
        v->wake(v->wake_ctx);
    return NULL;
}

void verdicts_start(struct verdicts *v, void (*wake)(void *), void *ctx)
{
    if (v->started || __atomic_load_n(&v->s->importing, __ATOMIC_ACQUIRE))
        return;
    v->started = true;
    v->wake = wake;
    v->wake_ctx = ctx;
    v->threaded = pthread_create(&v->thread, NULL, judge, v) == 0;
    if (!v->threaded)
        judge(v);
}

const struct findings *verdicts_get(struct verdicts *v, const struct err **failed)
{
    int done = atomic_load(&v->done);
    if (failed)
        *failed = done < 0 ? &v->err : NULL;
    return done > 0 ? &v->list : NULL;
}

void verdicts_ignore(struct verdicts *v, unsigned rule, str_id function, const char *reason)
{
    struct findings *f = &v->list;
    for (size_t i = 0; atomic_load(&v->done) > 0 && i < f->list.n; i++) {
        struct finding *it = &f->list.v[i];
        if (it->rule != rule || it->function != function || it->ignored)
            continue;
        it->ignored = true;
        it->reason = reason;
        f->by_severity[it->severity]--;
    }
}

void verdicts_wait(struct verdicts *v)
{
    if (v->threaded)
        pthread_join(v->thread, NULL);
    v->threaded = false;
}

void verdicts_free(struct verdicts *v)
{
    if (!v)
        return;
    atomic_store(&v->stop, 1);
    verdicts_wait(v);
    if (atomic_load(&v->done) > 0)
        findings_release(&v->list);
    rule_settings_free(&v->own);
    mem_free(v);
}

const struct findings *app_findings(struct app *app, const struct err **failed)
{
    verdicts_start(app->verdicts, app->wake, app->wake_ctx);
    return verdicts_get(app->verdicts, failed);
}
