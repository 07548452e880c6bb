/* One worker thread for what takes longer than a frame. */
#include "tui/app_parts.h"

#include <pthread.h>
#include <stdio.h>

struct app_job {
    struct job job; /* first: what run sees */
    pthread_t thread;
    char what[32];
    int (*run)(struct job *j, void *arg, struct err *e);
    void (*done)(struct app *app, void *arg, int rc, const struct err *e);
    void *arg;
    struct app *app;
    int rc;
    struct err err;
    int32_t *stop; /* set with job.stop; NULL */
    _Atomic int over;
    bool threaded;
};

void app_wake(struct app *app)
{
    if (app->wake)
        app->wake(app->wake_ctx);
}

static void *work(void *ctx)
{
    struct app_job *j = ctx;
    j->rc = j->run(&j->job, j->arg, &j->err);
    atomic_store(&j->over, 1);
    app_wake(j->app);
    return NULL;
}

static void finish(struct app *app)
{
    struct app_job *j = app->job;
    if (j->threaded)
        pthread_join(j->thread, NULL);
    app->job = NULL; /* done may start another */
    if (atomic_load(&j->job.stop) && j->rc == 0)
        j->rc = err_set(&j->err, ERR_CANCEL, "stopped");
    j->done(app, j->arg, j->rc, &j->err);
    mem_free(j);
}

bool jobs_stop(struct app *app)
{
    if (!app->job)
        return false;
    atomic_store(&app->job->job.stop, 1);
    if (app->job->stop)
        __atomic_store_n(app->job->stop, 1, __ATOMIC_RELAXED);
    finish(app);
    return true;
}

void jobs_stop_by(struct app *app, int32_t *stop)
{
    if (app->job)
        app->job->stop = stop;
}

void jobs_poll(struct app *app)
{
    if (app->job && atomic_load(&app->job->over))
        finish(app);
}

void jobs_wait(struct app *app)
{
    while (app->job)
        finish(app);
}

const char *jobs_what(const struct app *app, double *share)
{
    const struct app_job *j = app->job;
    if (!j)
        return NULL;
    uint64_t done = atomic_load(&j->job.done), total = atomic_load(&j->job.total);
    *share = total ? (double)done / (double)total : -1;
    return j->what;
}

bool app_job_runs(const struct app *app)
{
    return app->job != NULL;
}

bool app_job_replaced(const struct app *app)
{
    return app->job_replaced;
}

void app_stop_job(struct app *app)
{
    app->job_replaced = true;
    jobs_stop(app);
    app->job_replaced = false;
}

void app_job(struct app *app, const char *what, int (*run)(struct job *j, void *arg, struct err *e),
             void (*done)(struct app *app, void *arg, int rc, const struct err *e), void *arg)
{
    app_stop_job(app);
    struct app_job *j = mem_calloc(1, sizeof *j);
    j->run = run;
    j->done = done;
    j->arg = arg;
    j->app = app;
    snprintf(j->what, sizeof j->what, "%s", what);
    app->job = j;
    j->threaded = pthread_create(&j->thread, NULL, work, j) == 0;
    if (!j->threaded) /* no more threads to be had: then here and now */
        work(j);
}
