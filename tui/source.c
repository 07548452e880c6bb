/* The source line of what is selected, in the user's editor. The path comes from the trace, so it is only a hint: a file is opened
 * when it is a regular one below the source roots that the user set, after it was shown and confirmed; without any shell.
 */
#include "tui/app_parts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/timeline/timeline.h"
#include "tui/wake.h"

enum { EDITOR_WORDS = 16 };

/* Where the selection is in code: the frame that its state at the cursor came from, the go statement that made it, or the start
 * of its function. Under session_read. 0: nowhere. */
static frame_id frame_of_selection(struct session *s, const struct nav *nav)
{
    struct span sp;
    struct err e = ERR_INIT;
    if (nav->g == IDX_NONE || nav->g >= s->goroutines.n)
        return nav->group != IDX_NONE && nav->group < s->groups.n ? s->groups.v[nav->group].frame : 0;
    const struct goroutine *g = session_g(s, nav->g);
    ns_t t = nav->cursor != NS_NONE ? nav->cursor : g->last;
    frame_id f = t != NS_NONE && tl_span_at(s, nav->g, t, &sp, &e) > 0 ? frame_of_interest(s, sp.stack) : 0;
    f = f ? f : frame_of_interest(s, g->create_stack);
    return f || g->group >= s->groups.n ? f : s->groups.v[g->group].frame;
}

/* Whether path, with its links followed, is a regular file below root. */
static bool is_below(const char *root, const char *path, char out[PATH_MAX])
{
    char top[PATH_MAX];
    struct stat sb;
    size_t n;
    if (!realpath(root, top) || !realpath(path, out) || stat(out, &sb) < 0 || !S_ISREG(sb.st_mode))
        return false;
    n = strlen(top);
    return !strncmp(out, top, n) && (out[n] == '/' || (n == 1 && *top == '/'));
}

/* The file of a trace's path below one root: as it is, else by ever shorter ends of it, for it was built elsewhere. A name alone
 * says too little. */
static bool find_below(const char *root, const char *path, char out[PATH_MAX])
{
    char try[PATH_MAX];
    if (*root != '/')
        return false;
    if (*path == '/' && is_below(root, path, out))
        return true;
    for (const char *p = *path == '/' ? path : path - 1; p && strchr(p + 1, '/'); p = strchr(p + 1, '/'))
        if ((size_t)snprintf(try, sizeof try, "%s/%s", root, p + 1) < sizeof try && is_below(root, try, out))
            return true;
    return false;
}

static bool find_source(const struct app *app, const char *path, char out[PATH_MAX])
{
    char roots[sizeof app->set.source_roots], *save = NULL;
    memcpy(roots, app->set.source_roots, sizeof roots);
    for (char *root = strtok_r(roots, ":", &save); root; root = strtok_r(NULL, ":", &save))
        if (find_below(root, path, out))
            return true;
    return false;
}

static const char *editor(void)
{
    const char *visual = getenv("VISUAL"), *plain = getenv("EDITOR");
    return visual && *visual ? visual : plain && *plain ? plain : NULL;
}

static void ask(struct app *app, const char *path, uint32_t line)
{
    char shown[PATH_MAX];
    mem_free(app->source.path);
    app->source.path = mem_strdup(path);
    app->source.line = line;
    app->waits = CMD_OPEN_SOURCE;
    text_visible(shown, sizeof shown, path, strlen(path));
    app_message(app, ROLE_MESSAGE, "open %s:%u in %s? y or n", shown, line, editor());
}

void source_command(struct app *app)
{
    char path[PATH_MAX] = "", found[PATH_MAX];
    uint32_t line = 0;
    session_read(app->s);
    frame_id f = frame_of_selection(app->s, &app->nav);
    if (f) {
        struct str file = session_str(app->s, session_frame(app->s, f)->file);
        line = session_frame(app->s, f)->line;
        if (file.n < sizeof path && !memchr(file.p, 0, file.n))
            snprintf(path, sizeof path, "%.*s", (int)file.n, file.p);
    }
    session_done(app->s);
    if (!path[0])
        app_message(app, ROLE_MESSAGE, "nothing that has a source line is selected");
    else if (!app->set.source_roots[0])
        app_message(app, ROLE_MESSAGE, "%s:%u; :set source-roots=/FOLDER says where your sources are", path, line);
    else if (!find_source(app, path, found))
        app_message(app, ROLE_MESSAGE, "%s is not below the source roots, %s", path, app->set.source_roots);
    else if (!editor())
        app_message(app, ROLE_MESSAGE, "%s:%u; no $EDITOR is set", found, line);
    else
        ask(app, found, line);
}

void source_answer(struct app *app, keycode k)
{
    app->waits = CMD_NONE;
    app->message[0] = 0;
    if (k == 'y' && app->source.path)
        app->source.go = true;
    else
        app_message(app, ROLE_MESSAGE, "not opened");
}

/* $EDITOR may have words of its own ("code -w"); they are parted at blanks, and nothing is expanded. */
void source_argv(struct app *app, struct editor_call *call)
{
    size_t n = 0;
    char *save = NULL;
    *call = (struct editor_call){.words = mem_strdup(editor() ? editor() : "")};
    for (char *w = strtok_r(call->words, " \t", &save); w && n < EDITOR_WORDS; w = strtok_r(NULL, " \t", &save))
        call->argv[n++] = w;
    snprintf(call->dashes, sizeof call->dashes, "--");
    snprintf(call->at, sizeof call->at, "+%u", app->source.line);
    call->argv[n++] = call->at;
    call->argv[n++] = call->dashes;
    call->argv[n++] = app->source.path;
    call->argv[n] = NULL;
}
