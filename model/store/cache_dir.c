/* Which folder holds the stores: $XDG_CACHE_HOME/ctxscope, $HOME/.cache/ctxscope, else one of our own under $TMPDIR. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/store/store_private.h"

bool own_folder(const char *dir, bool make)
{
    struct stat sb;
    if (make && mkdir(dir, 0700) < 0 && errno != EEXIST)
        return false;
    return lstat(dir, &sb) == 0 && S_ISDIR(sb.st_mode) && sb.st_uid == geteuid() && !(sb.st_mode & 022) && access(dir, W_OK | X_OK) == 0;
}

bool home_is_ours(const char *home)
{
    struct stat sb;
    return home && home[0] == '/' && stat(home, &sb) == 0 && sb.st_uid == geteuid();
}

static bool try_xdg(struct buf *out, bool make)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/') {
        buf_puts(out, xdg);
    } else if (home_is_ours(home)) {
        buf_printf(out, "%s/.cache", home);
    } else {
        return false;
    }
    if (make && mkdir(buf_str(out), 0700) < 0 && errno != EEXIST)
        return false;
    buf_puts(out, "/ctxscope");
    return own_folder(buf_str(out), make);
}

static bool try_tmp(struct buf *out, bool make)
{
    const char *tmp = getenv("TMPDIR");
    buf_printf(out, "%s/ctxscope-%u", tmp && tmp[0] == '/' ? tmp : "/tmp", (unsigned)geteuid());
    return own_folder(buf_str(out), make);
}

static bool choose(struct buf *out, bool make)
{
    if (try_xdg(out, make))
        return true;
    buf_clear(out);
    return try_tmp(out, make);
}

bool cache_dir_there(struct buf *out)
{
    buf_clear(out);
    bool there = choose(out, false);
    if (!there)
        buf_clear(out);
    buf_str(out);
    return there;
}

/* What the answer depends on; asked again only when it changed. */
static void environment(struct buf *out)
{
    static const char *const names[] = {"XDG_CACHE_HOME", "HOME", "TMPDIR"};
    for (unsigned i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);
        buf_printf(out, "%s\n", v ? v : "");
    }
    buf_printf(out, "%u", (unsigned)geteuid());
}

const char *cache_dir(struct err *e)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char *known_env, *dir; /* kept for the life of the program */
    struct buf env = {0}, path = {0};
    pthread_mutex_lock(&lock);
    environment(&env);
    if (!known_env || strcmp(known_env, buf_str(&env))) {
        mem_free(known_env);
        known_env = mem_strdup(buf_str(&env));
        bool found = choose(&path, true);
        mem_free(dir);
        dir = found ? mem_strdup(buf_str(&path)) : NULL;
    }
    const char *answer = dir;
    pthread_mutex_unlock(&lock);
    buf_release(&env);
    buf_release(&path);
    if (!answer) {
        err_set(e, ERR_IO, "no folder for the cache: neither $XDG_CACHE_HOME, $HOME/.cache nor $TMPDIR can be written");
        err_hint(e, "the imported trace is kept in memory only");
    }
    return answer;
}
