/* What is done with findings in all views: ignoring one with a reason, and going through those of the selection. */
#include "tui/app_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/verdicts.h"

static const struct finding *selected(struct app *app)
{
    const struct findings *f = app_findings(app, NULL);
    return f && app->nav.view == VIEW_ID_FINDINGS && app->nav.finding < f->list.n ? &f->list.v[app->nav.finding] : NULL;
}

void ignore_command(struct app *app, const char *reason)
{
    app_frame(app); /* keys may come faster than frames, and the view says which one is selected when it loads */
    const struct finding *f = selected(app);
    if (!f)
        app_message(app, ROLE_MESSAGE, "no finding is selected; 5 lists them");
    else if (f->ignored)
        app_message(app, ROLE_MESSAGE, "ignored already: %s", f->reason ? f->reason : "");
    else if (!f->function)
        app_message(app, ROLE_MESSAGE, "it names no function, so its line would ignore the whole rule: write that by hand under [ignore]");
    else if (!app->ignore_file)
        app_message(app, ROLE_MESSAGE, "there is no settings file to keep it in: neither a repository nor a $HOME");
    else if (!*reason)
        prompt_open(app, PROMPT_REASON, "");
    else
        ignore_entered(app, reason);
}

void ignore_entered(struct app *app, const char *reason)
{
    struct err e = ERR_INIT;
    char function[1024];
    const struct finding *f = selected(app);
    if (!f || !*reason || !app->ignore_file) {
        app_message(app, ROLE_MESSAGE, "not ignored: an ignore has a reason");
        return;
    }
    session_read(app->s);
    struct str name = session_str(app->s, f->function);
    snprintf(function, sizeof function, "%.*s", (int)(name.n < sizeof function ? name.n : 0), name.p);
    session_done(app->s);
    if (rule_ignore_write(app->ignore_file, rules[f->rule].name, function, reason, &e) < 0) {
        app_error(app, &e);
        return;
    }
    verdicts_ignore(app->verdicts, f->rule, f->function, app_text_get(app, app_text(app, reason)));
    app_message(app, ROLE_MESSAGE, "ignored from now on, by a line in %s", app->ignore_file);
}

/* Whether a finding speaks of what is selected: the goroutine or its function, the context, the group. */
static bool speaks_of(const struct finding *f, const struct session *s, const struct nav *nav)
{
    str_id name = 0;
    if (nav->g < s->goroutines.n)
        name = session_g(s, nav->g)->name;
    else if (nav->group < s->groups.n)
        name = s->groups.v[nav->group].name;
    if (name && f->function == name)
        return true;
    if (nav->g == IDX_NONE)
        return nav->group == IDX_NONE && nav->ctx != IDX_NONE && f->ctx == nav->ctx;
    for (size_t i = 0; i < f->proof.n; i++)
        if (f->proof.v[i].g == nav->g)
            return true;
    return f->g == nav->g;
}

/* The next of them when one is shown, else the first. */
void findings_here(struct app *app)
{
    const struct findings *all = app_findings(app, NULL);
    const struct nav *nav = &app->nav;
    uint32_t first = IDX_NONE, next = IDX_NONE, n = 0, number = 0;
    if (!all) {
        app_message(app, ROLE_MESSAGE, app_importing(app) ? "findings come when the import is done" : "still judging");
        return;
    }
    bool there = app->nav.view == VIEW_ID_FINDINGS;
    session_read(app->s);
    for (uint32_t i = 0; i < all->list.n; i++) {
        if (!speaks_of(&all->list.v[i], app->s, nav))
            continue;
        n++;
        first = first == IDX_NONE ? i : first;
        if (there && i > nav->finding && next == IDX_NONE) {
            next = i;
            number = n;
        }
    }
    session_done(app->s);
    if (!n) {
        bool any = nav->g != IDX_NONE || nav->group != IDX_NONE || nav->ctx != IDX_NONE;
        app_message(app, ROLE_MESSAGE,
                    any ? "no finding speaks of the selection; %zu rules were not judged" : "nothing is selected; 5 lists all findings",
                    all->not_judged.n);
        return;
    }
    app->nav.finding = next != IDX_NONE ? next : first;
    if (!there)
        app_show(app, VIEW_ID_FINDINGS, true);
    app_message(app, ROLE_MESSAGE, "%u of %u findings of the selection%s", next != IDX_NONE ? number : 1, n, n > 1 ? "; f: the next" : "");
}
