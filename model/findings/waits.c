#include "model/findings/waits.h"

#include <string.h>

const char *const wait_kind_words[WAIT_KIND_COUNT] = {
#define X(id, words) words,
    WAIT_KINDS(X)
#undef X
};

/* Functions near the leaf of a blocked stack; the outermost that fits says what was called. A name ends in *: so it begins. */
static const struct {
    const char *func;
    enum wait_kind kind;
} calls[] = {
    {"runtime.chansend*", WAIT_SEND},
    {"runtime.chanrecv*", WAIT_RECEIVE},
    {"runtime.selectgo", WAIT_SELECT},
    {"runtime.block", WAIT_FOREVER},
    {"sync.(*WaitGroup).Wait", WAIT_WAITGROUP},
    {"sync.(*Cond).Wait", WAIT_COND},
    {"sync.runtime_notifyListWait", WAIT_COND},
    {"sync.(*Mutex).*", WAIT_LOCK},
    {"internal/sync.(*Mutex).*", WAIT_LOCK},
    {"sync.(*RWMutex).*", WAIT_LOCK},
    {"sync.(*Once).*", WAIT_LOCK},
    {"io.(*pipe).write", WAIT_PIPE_WRITE},
    {"net.(*pipe).write", WAIT_PIPE_WRITE},
};

static bool fits(struct str f, const char *pattern)
{
    size_t n = strlen(pattern);
    if (pattern[n - 1] == '*')
        return f.n >= n - 1 && !memcmp(f.p, pattern, n - 1);
    return f.n == n && !memcmp(f.p, pattern, n);
}

static bool begins(struct str f, const char *with)
{
    size_t n = strlen(with);
    return f.n >= n && !memcmp(f.p, with, n);
}

/* Frames of the runtime and of package sync stand above the caller's own. */
static bool is_below(struct str f)
{
    return begins(f, "runtime.") || begins(f, "sync.") || begins(f, "internal/");
}

enum wait_kind wait_kind_of(const struct session *s, class_id class, stack_id stack)
{
    const struct stack *k = session_stack(s, stack);
    enum wait_kind kind = WAIT_NONE;
    for (uint32_t i = 0; i < k->n; i++) {
        struct str f = session_str(s, session_frame(s, k->frames[i])->func);
        bool known = false;
        for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
            if (fits(f, calls[c].func)) {
                kind = calls[c].kind;
                known = true;
            }
        if (!known && !is_below(f))
            break;
    }
    struct str reason = session_str(s, session_class_name(s, class));
    if (begins(reason, "forever") && (kind == WAIT_SEND || kind == WAIT_RECEIVE))
        return WAIT_NIL_CHAN;
    return kind;
}
