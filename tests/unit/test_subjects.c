/* Whose work a goroutine does, where it waits, and which waits are there by design: from stacks of well-known libraries. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/story.h"

static void subjects(void)
{
    static const struct {
        const char *stack, *subject, *site;
        bool idle;
    } cases[] = {
        {"runtime.gopark:1|main.fetch:2|main.run.func1:3", "main.run.func1", "main.fetch", false},
        {"runtime.chanrecv1:1|main.job:2|sync.(*WaitGroup).Go.func1:3", "main.job", "main.job", false},
        {"net.(*conn).Read:1|main.serve:2|golang.org/x/sync/errgroup.(*Group).Go.func1:3", "main.serve", "main.serve", false},
        {"main.query:1|main.handle:2|net/http.HandlerFunc.ServeHTTP:3|net/http.serverHandler.ServeHTTP:4|net/http.(*conn).serve:5",
         "main.handle", "main.query", false},
        {"internal/poll.(*FD).Read:1|net/http.(*connReader).Read:2|net/http.(*conn).serve:5", "net/http.(*conn).serve",
         "net/http.(*connReader).Read", true},
        {"internal/poll.(*FD).Accept:1|net.(*TCPListener).Accept:2|net/http.(*Server).Serve:3|main.main:4", "main.main", "main.main", true},
        {"runtime.selectgo:1|net/http.(*persistConn).writeLoop:2", "net/http.(*persistConn).writeLoop", "net/http.(*persistConn).writeLoop",
         true},
        {"runtime.chanrecv1:1|main.main:9", "main.main", "main.main", false},
        {"sync.(*Cond).Wait:1|main.worker:9", "main.worker", "main.worker", true},
        {"runtime.selectgo:1|os/signal.NotifyContext.func1:2", "os/signal.NotifyContext.func1", "os/signal.NotifyContext.func1", true},
        {"time.Sleep:1|testing.tRunner.func1:2|main.TestX:3|testing.tRunner:4", "main.TestX", "main.TestX", false},
        {"runtime.selectgo:1|google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run:2",
         "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run",
         "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run", true},
        {"runtime.chanrecv1:1|faults/cases/x.TestY:4", "faults/cases/x.TestY", "faults/cases/x.TestY", false},
    };
    enum { N = sizeof cases / sizeof *cases };
    struct story *y = story_new(26);
    at(y, 1000);
    for (int i = 0; i < N; i++)
        starts(y, 2 + i, strrchr(cases[i].stack, '|') + 1, "main.main:30");
    blocks(y, "sleep", "main.main:31");
    for (int i = 0; i < N; i++) {
        runs(y, 2 + i);
        blocks(y, "select", cases[i].stack);
    }
    struct session *s = story_end(y);
    CHECK(s, "read");
    if (!s)
        return;
    for (int i = 0; i < N; i++) {
        gidx g = session_find_g(s, 2 + i);
        struct str subject = session_str(s, session_frame(s, goroutine_subject(s, g))->func);
        CHECK(subject.n == strlen(cases[i].subject) && !memcmp(subject.p, cases[i].subject, subject.n), "%s: subject %.*s", cases[i].stack,
              (int)subject.n, subject.p);
    }
    for (uint32_t id = 1; id < s->dict.stacks.n; id++) {
        const struct stack *st = session_stack(s, id);
        for (int i = 0; i < N; i++) {
            char text[512] = "";
            for (uint32_t k = 0; k < st->n; k++) {
                struct str f = session_str(s, session_frame(s, st->frames[k])->func);
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s:%u", k ? "|" : "", (int)f.n, f.p,
                         session_frame(s, st->frames[k])->line);
            }
            if (strcmp(text, cases[i].stack) != 0)
                continue;
            struct str site = session_str(s, session_frame(s, stack_site(s, id))->func);
            CHECK(site.n == strlen(cases[i].site) && !memcmp(site.p, cases[i].site, site.n), "%s: site %.*s", text, (int)site.n, site.p);
            CHECK(wait_is_idle(s, id) == cases[i].idle, "%s: idle", text);
        }
    }
    load_free(s);
}

int main(void)
{
    subjects();
    return check_done();
}
