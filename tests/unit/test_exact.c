/* Context events, line by line: what the grammar lets in, and what becomes of it. */
#include <string.h>

#include "model/ctx/exact.h"
#include "tests/lib/check.h"

static struct str str_of(const char *s)
{
    return (struct str){.p = s, .n = strlen(s)};
}

static bool is(struct str s, const char *text)
{
    return s.n == strlen(text) && !memcmp(s.p, text, s.n);
}

/* --- the grammar ---------------------------------------------------------------------------------------------------- */

static void good_lines(void)
{
    struct exact_line l;
    CHECK(exact_parse(str_of("+ 12 wx7 d d=-250 x=*main.T[int, string] k=no"), &l));
    CHECK(l.what == '+' && l.id == 12 && l.ref.id == 7 && l.ref.flags == (REF_WITHOUT | REF_FOREIGN) && l.kind == 'd');
    CHECK(l.has_deadline && l.left == -250 && is(l.foreign, "*main.T[int, string]") && is(l.key, "no"));
    CHECK(exact_parse(str_of("= 3 t0 v k=struct { a int }"), &l) && l.ref.flags == REF_TODO && l.ref.id == 0 &&
          is(l.key, "struct { a int }"));
    CHECK(exact_parse(str_of("+ 1 0 a"), &l) && l.kind == 'a' && !l.has_deadline);
    CHECK(exact_parse(str_of("x 9 p n=3 E=100 V=7 c=*errors.errorString:went away n=5"), &l));
    CHECK(l.by == BY_PARENT && l.n == 3 && l.err_calls == 100 && l.value_calls == 7 && is(l.cause, "*errors.errorString:went away n=5"));
    CHECK(exact_parse(str_of("x 9 d n=0"), &l) && l.by == BY_DEADLINE && exact_parse(str_of("x 9 e n=0 V=1"), &l) && l.by == BY_EXPLICIT &&
          l.value_calls == 1);
    CHECK(exact_parse(str_of("d 18446744073709551615"), &l) && l.id == UINT64_MAX);
    CHECK(exact_parse(str_of("e 4 n=8"), &l) && l.n == 8);
    CHECK(exact_parse(str_of("v w4 n=2 h=5 miss k=a b"), &l) && l.id == 4 && l.ref.flags == REF_WITHOUT && l.n == 2 && is(l.key, "a b"));
    CHECK(exact_parse(str_of("s 4 d=9999982627"), &l) && l.left == 9999982627);
    CHECK(exact_parse(str_of("w 0"), &l) && exact_parse(str_of("w x12"), &l) && l.id == 12);
}

static void bad_lines(void)
{
    static const char *const bad[] = {
        "",
        "+",
        "+ ",
        "+ 0 1 c",
        "+ 1 1",
        "+ 1 1 z",
        "+ 1  1 c",
        "+ 01 0 c",
        "+ 1 q0 c",
        "+ 1 0 c ",
        "+ 1 0 c d=",
        "+ 1 0 c d=-",
        "+ 1 0 c d=1x",
        "+ 1 0 c k=",
        "+ 1 0 v x= k=T",
        "+ 1 0 c E=1",
        "x 1 q n=0",
        "x 1 e",
        "x 1 e n=",
        "x 0 e n=1",
        "x 1 e n=1 V=1 E=1",
        "d",
        "d 0",
        "d 1 ",
        "d -1",
        "e 1",
        "e 1 n=1 ",
        "v 1 n=1",
        "v 1 n=1 h=",
        "v 1 n=1 h=1 miss",
        "s 1",
        "s 1 d=",
        "w",
        "w t",
        "q 1",
        "d1",
        "d 18446744073709551616",
        "+ 1 0 d d=9223372036854775808",
        "+1 0 c",
        " + 1 0 c",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct exact_line l;
        CHECK(!exact_parse(str_of(bad[i]), &l), "line \"%s\"", bad[i]);
    }
    char long_line[EXACT_LINE_MAX + 16];
    memset(long_line, 'y', sizeof long_line);
    memcpy(long_line, "+ 1 0 v k=", 10);
    struct exact_line l;
    CHECK(exact_parse((struct str){long_line, EXACT_LINE_MAX}, &l) && !exact_parse((struct str){long_line, EXACT_LINE_MAX + 1}, &l));
    CHECK(!exact_parse((struct str){"d 1\0", 4}, &l));
}

/* --- what becomes of lines ------------------------------------------------------------------------------------------ */

struct world {
    struct session *s;
    struct exact *x;
    ns_t t;
};

static struct world begin(void)
{
    struct world w = {.s = session_new()};
    w.x = exact_new(w.s);
    *vec_push(&w.s->sources) = mem_calloc(1, sizeof(struct source_info));
    return w;
}

static void end(struct world *w)
{
    exact_free(w->x);
    session_free(w->s);
}

/* A stack: functions parted by blanks, leaf first; files are named FUNCTION's package, as with -trimpath. */
static stack_id stack(struct world *w, const char *functions)
{
    frame_id ids[16];
    uint32_t n = 0;
    for (const char *p = functions; *p && n < 16;) {
        size_t len = strcspn(p, " "), package = strcspn(p, "(. ");
        char file[80];
        snprintf(file, sizeof file, "%.*s/f.go", (int)package, p);
        struct frame f = {.func = dict_string(&w->s->dict, p, len), .file = dict_string(&w->s->dict, file, strlen(file)), .line = 7};
        ids[n++] = dict_frame(&w->s->dict, &f);
        p += len + (p[len] == ' ');
    }
    return dict_stack(&w->s->dict, ids, n);
}

static ns_t at(struct world *w, gidx g, const char *functions, const char *text)
{
    struct event e = {.t = w->t += 10, .g = g, .stack = stack(w, functions), .m = EV_NO_MP, .p = EV_NO_MP};
    struct event_ext ext = {.s = {dict_string(&w->s->dict, "ctxscope/1", 10), dict_string(&w->s->dict, text, strlen(text))}};
    exact_log(w->x, &e, &ext);
    return e.t;
}

static const struct ctx *ctx(const struct world *w, uint64_t id)
{
    static const struct ctx none = {0};
    for (size_t i = w->s->ctx.contexts.n; i-- > 0;)
        if (w->s->ctx.contexts.v[i].id == id)
            return &w->s->ctx.contexts.v[i];
    CHECK(0, "no context %llu", (unsigned long long)id);
    return &none;
}

static uint32_t index_of(const struct world *w, uint64_t id)
{
    return (uint32_t)(ctx(w, id) - w->s->ctx.contexts.v);
}

static const struct ctx_user *user(const struct world *w, uint64_t id, gidx g)
{
    for (size_t i = 0; i < w->s->ctx.users.n; i++)
        if (w->s->ctx.users.v[i].g == g && w->s->ctx.users.v[i].ctx == index_of(w, id))
            return &w->s->ctx.users.v[i];
    return NULL;
}

static bool site_is(const struct world *w, frame_id f, const char *function)
{
    return is(session_str(w->s, f ? session_frame(w->s, f)->func : 0), function);
}

#define EMIT "context.(*ctxscopeBuf).emit context.ctxscopeDescribe context.ctxscopeCreate context.(*cancelCtx).propagateCancel "

/* A request: a timeout below a plain context, a child that asked for more, a value between, a cancel that goes down. */
static void a_tree(void)
{
    struct world w = begin();
    at(&w, 1, EMIT "context.withCancel context.WithCancel main.run main.main", "+ 1 0 c");
    ns_t made = at(&w, 2, EMIT "context.WithDeadlineCause context.WithDeadline context.WithTimeout api.serve api.worker", "+ 2 1 d d=1000");
    at(&w, 2, "context.ctxscopeWithValue context.WithValue api.serve", "+ 3 2 v k=api.key");
    ns_t asked = at(&w, 2, "context.WithDeadlineCause context.WithTimeout api.check", "s 3 d=5000");
    at(&w, 2, EMIT "context.WithCancel context.WithDeadlineCause context.WithTimeout api.check", "+ 4 3 c");
    at(&w, 2, EMIT "context.WithDeadlineCause context.WithDeadline api.check", "+ 5 4 d d=10");
    ns_t done = at(&w, 3, "context.(*cancelCtx).Done api.reader", "d 4");
    at(&w, 3, "context.(*cancelCtx).Done api.reader", "d 4");
    at(&w, 3, "context.(*cancelCtx).Err api.reader", "e 4 n=1");
    at(&w, 2, "context.(*cancelCtx).Err api.serve", "e 4 n=8");
    ns_t cancelled =
        at(&w, 1, "context.(*cancelCtx).cancel context.WithCancelCause.func1 main.stop", "x 1 e n=1 c=*errors.errorString:bye");
    at(&w, 1, "context.(*cancelCtx).cancel context.(*cancelCtx).cancel context.WithCancelCause.func1 main.stop", "x 2 p n=1");
    at(&w, 1, "context.(*cancelCtx).cancel context.(*cancelCtx).cancel context.WithCancelCause.func1 main.stop", "x 4 p n=1 E=9 V=2");
    exact_publish(w.x);
    exact_finish(w.x);
    CHECK(w.s->ctx.contexts.n == 5 && w.s->ctx.malformed == 0 && w.s->ctx.exact);
    CHECK(ctx(&w, 1)->kind == CTX_CANCEL && ctx(&w, 1)->parent == IDX_NONE && ctx(&w, 1)->children == 1 && ctx(&w, 1)->deadline == NS_NONE);
    CHECK(ctx(&w, 2)->kind == CTX_TIMEOUT && ctx(&w, 2)->parent == index_of(&w, 1) && ctx(&w, 2)->deadline == made + 1000 &&
          ctx(&w, 2)->created == made);
    CHECK(site_is(&w, ctx(&w, 2)->site, "api.serve") && ctx(&w, 2)->owner == 2 && !ctx(&w, 2)->std);
    CHECK(ctx(&w, 3)->kind == CTX_VALUE && ctx(&w, 3)->depth == 1 && is(session_str(w.s, ctx(&w, 3)->key), "api.key"));
    CHECK(ctx(&w, 4)->kind == CTX_CANCEL && ctx(&w, 4)->asked == asked + 5000 && ctx(&w, 4)->deadline == made + 1000,
          "a later deadline is not given");
    CHECK(ctx(&w, 5)->kind == CTX_DEADLINE && ctx(&w, 5)->asked == NS_NONE && ctx(&w, 5)->cancelled == NS_NONE);
    CHECK(ctx(&w, 1)->cancelled == cancelled && ctx(&w, 1)->by == BY_EXPLICIT && ctx(&w, 1)->root_of_cancel == index_of(&w, 1));
    CHECK(is(session_str(w.s, ctx(&w, 1)->cause), "*errors.errorString:bye") && site_is(&w, ctx(&w, 1)->cancel_site, "main.stop"));
    CHECK(ctx(&w, 4)->by == BY_PARENT && ctx(&w, 4)->root_of_cancel == index_of(&w, 1) && ctx(&w, 4)->children_at_cancel == 1,
          "values between do not hide the root");
    CHECK(ctx(&w, 4)->err_calls == 9 && ctx(&w, 4)->value_calls == 2 && ctx(&w, 4)->canceller == 1);
    const struct ctx_user *u = user(&w, 4, 3);
    CHECK(u && u->first_done == done && u->err_calls == 1);
    u = user(&w, 4, 2);
    CHECK(u && u->first_done == NS_NONE && u->err_calls == 7 && u->derived == 1, "who made it and derived from it is a user");
    for (size_t i = 1; i < w.s->ctx.users.n; i++)
        CHECK(w.s->ctx.users.v[i - 1].ctx <= w.s->ctx.users.v[i].ctx);
    end(&w);
}

/* Contexts older than the trace: described again in each generation, child first, and named before that. */
static void keyframes(void)
{
    struct world w = begin();
    at(&w, 5, "main.worker", "d 30");
    ns_t t = at(&w, 5, "context.(*cancelCtx).Done main.worker", "= 30 29 d d=500");
    at(&w, 5, "main.worker", "= 29 28 v k=main.key");
    at(&w, 5, "main.worker", "= 28 t0 v k=trace.traceContextKey");
    at(&w, 6, "main.worker", "= 30 29 d d=470");
    at(&w, 6, "main.worker", "= 31 29 v k=a.k");
    at(&w, 6, "main.worker", "= 40 w30 c x=*main.ctx");
    at(&w, 6, "main.worker", "= 41 40 d");
    exact_publish(w.x);
    exact_finish(w.x);
    CHECK(w.s->ctx.contexts.n == 6 && w.s->ctx.malformed == 0);
    CHECK(ctx(&w, 30)->created == NS_NONE && ctx(&w, 30)->deadline == t + 500 && ctx(&w, 30)->site == 0 && ctx(&w, 30)->owner == IDX_NONE);
    CHECK(ctx(&w, 30)->mentioned < t && ctx(&w, 30)->parent == index_of(&w, 29) && ctx(&w, 29)->children == 2);
    CHECK(ctx(&w, 28)->ref == REF_TODO && ctx(&w, 28)->depth == 0, "a task's own value is none");
    CHECK(ctx(&w, 29)->depth == 1 && ctx(&w, 31)->depth == 2);
    CHECK(ctx(&w, 40)->ref == REF_WITHOUT && ctx(&w, 40)->deadline == NS_NONE && is(session_str(w.s, ctx(&w, 40)->foreign), "*main.ctx"),
          "WithoutCancel cuts the deadline");
    CHECK(ctx(&w, 41)->kind == CTX_DEADLINE && ctx(&w, 41)->deadline == NS_NONE, "1.20 does not tell it");
    end(&w);
}

/* Lines that contradict each other are counted; nothing above itself, nothing made twice. */
static void contradictions(void)
{
    struct world w = begin();
    at(&w, 1, "main.f", "= 1 2 c");
    at(&w, 1, "main.f", "= 2 1 c");
    at(&w, 1, "main.f", "= 3 3 c");
    at(&w, 1, "main.f", "+ 4 0 c");
    at(&w, 1, "main.f", "+ 4 0 c");
    at(&w, 1, "main.f", "x 4 e n=0");
    at(&w, 1, "main.f", "x 4 e n=0");
    at(&w, 1, "main.f", "nonsense");
    exact_publish(w.x);
    exact_finish(w.x);
    CHECK(w.s->ctx.malformed == 5 && w.s->ctx.contexts.n == 4, "%u", (unsigned)w.s->ctx.malformed);
    CHECK(ctx(&w, 1)->parent == index_of(&w, 2) && ctx(&w, 2)->parent == IDX_NONE && ctx(&w, 3)->parent == IDX_NONE);
    CHECK(w.s->sources.v[0]->notes[NOTE_CTX_MALFORMED].count == 5 &&
          !strcmp(w.s->sources.v[0]->notes[NOTE_CTX_MALFORMED].first, "nonsense"));
    end(&w);
}

/* A second source whose program numbers anew. */
static void two_processes(void)
{
    struct world w = begin();
    at(&w, 1, "main.f", "+ 1 0 c");
    at(&w, 1, "main.f", "+ 2 1 c");
    exact_break(w.x);
    at(&w, 1, "main.f", "+ 1 0 d d=5");
    at(&w, 1, "main.f", "= 2 1 v k=a.b");
    at(&w, 1, "main.f", "x 1 e n=0");
    exact_publish(w.x);
    exact_finish(w.x);
    CHECK(w.s->ctx.contexts.n == 4 && w.s->ctx.malformed == 0);
    CHECK(w.s->ctx.contexts.v[0].cancelled == NS_NONE && w.s->ctx.contexts.v[2].cancelled != NS_NONE && w.s->ctx.contexts.v[3].parent == 2);
    end(&w);
}

/* --- cancels -------------------------------------------------------------------------------------------------------- */

static uint32_t edge(struct world *w, uint32_t burst, gidx g, ns_t t, uint8_t kind)
{
    struct cancel *b = &w->s->ctx.cancels.v[burst];
    uint32_t i = (uint32_t)w->s->ctx.edges.n;
    *vec_push(&w->s->ctx.edges) = (struct cancel_edge){.t = t,
                                                       .run = NS_NONE,
                                                       .exit = NS_NONE,
                                                       .cancel = burst,
                                                       .next = b->first,
                                                       .ctx = IDX_NONE,
                                                       .g = g,
                                                       .kind = kind,
                                                       .grade = GRADE_INFERRED};
    b->first = i;
    b->edges++;
    b->t1 = t > b->t1 ? t : b->t1;
    return i;
}

static uint32_t burst(struct world *w, gidx g, ns_t t)
{
    *vec_push(&w->s->ctx.cancels) = (struct cancel){
        .t0 = t, .t1 = t, .g = g, .ctx = IDX_NONE, .first = IDX_NONE, .via = IDX_NONE, .grade = GRADE_INFERRED, .by = BY_EXPLICIT};
    return (uint32_t)w->s->ctx.cancels.n - 1;
}

/* Goroutine 1 cancels a context that nobody waits for, then another whose child has a waiter; a timer cancels a third. */
static void joins(void)
{
    struct world w = begin();
    at(&w, 1, "main.f", "+ 1 0 c");
    at(&w, 1, "main.f", "+ 2 0 c");
    at(&w, 1, "main.f", "+ 3 2 v k=a.b");
    at(&w, 1, "main.f", "+ 4 3 c");
    at(&w, 1, "main.f", "+ 5 4 c");
    at(&w, 1, "main.f", "+ 6 0 d d=100");
    at(&w, 7, "main.wait", "d 4");
    at(&w, 8, "main.wait", "d 6");
    at(&w, 1, "main.f", "x 1 e n=0");
    at(&w, 1, "main.f", "x 2 e n=1");
    ns_t first = at(&w, 1, "main.f", "x 4 p n=1") + 1;
    at(&w, 1, "main.f", "x 5 p n=0");
    ns_t second = at(&w, 20, "", "x 6 d n=0") + 1;
    ns_t third = at(&w, 1, "main.f", "d 6") + 1;
    exact_publish(w.x);
    uint32_t b0 = burst(&w, 1, first), e0 = edge(&w, b0, 7, first, EDGE_WAKE);
    uint32_t b1 = burst(&w, 20, second), e1 = edge(&w, b1, 8, second, EDGE_WAKE), e2 = edge(&w, b1, 9, second + 1, EDGE_WAKE);
    uint32_t b2 = burst(&w, 1, third), e3 = edge(&w, b2, 9, third, EDGE_WAKE);
    exact_finish(w.x);
    const struct ctx_model *m = &w.s->ctx;
    CHECK(m->edges.v[e0].ctx == index_of(&w, 4) && m->edges.v[e0].grade == GRADE_EXACT && m->cancels.v[b0].ctx == index_of(&w, 2),
          "the call was for the context above");
    CHECK(ctx(&w, 2)->cancel == b0 && ctx(&w, 4)->cancel == b0 && ctx(&w, 5)->cancel == b0 && ctx(&w, 1)->cancel == IDX_NONE);
    CHECK(m->cancels.v[b1].by == BY_DEADLINE && m->cancels.v[b1].ctx == index_of(&w, 6) && ctx(&w, 6)->cancel == b1);
    CHECK(user(&w, 4, 7) && user(&w, 4, 7)->edge == e0 && user(&w, 6, 8) && user(&w, 6, 8)->edge == e1);
    CHECK(user(&w, 6, 9) && user(&w, 6, 9)->edge == e2 && user(&w, 6, 9)->first_done == NS_NONE, "who was woken by it had used it");
    CHECK(m->edges.v[e3].ctx == IDX_NONE && m->cancels.v[b2].ctx == IDX_NONE && m->cancels.v[b2].grade == GRADE_INFERRED,
          "a burst with no line of its own stays inferred");
    end(&w);
}

/* One statement cancels a context after the other, which the scheduler shows as one burst; another goroutine cancels in between. */
static void a_loop_of_cancels(void)
{
    struct world w = begin();
    at(&w, 1, "main.f", "+ 1 0 c");
    at(&w, 1, "main.f", "+ 2 0 c");
    at(&w, 1, "main.f", "+ 3 0 c");
    ns_t t1 = at(&w, 1, "main.f", "x 1 e n=0") + 1;
    ns_t t3 = at(&w, 2, "main.f", "x 3 e n=0") + 1;
    ns_t t2 = at(&w, 1, "main.f", "x 2 e n=0") + 1;
    exact_publish(w.x);
    uint32_t b = burst(&w, 1, t1), other = burst(&w, 2, t3), e2 = edge(&w, b, 8, t2, EDGE_WAKE), e3 = edge(&w, other, 9, t3, EDGE_WAKE);
    uint32_t e1 = edge(&w, b, 7, t1, EDGE_WAKE);
    w.s->ctx.cancels.v[b].t1 = t2;
    w.s->ctx.cancels.v[other].via = b;
    exact_finish(w.x);
    const struct ctx_model *m = &w.s->ctx;
    CHECK(m->cancels.n == 3 && m->edges.v[e1].cancel == 0 && m->edges.v[e3].cancel == 1 && m->edges.v[e2].cancel == 2,
          "bursts are by t0 again");
    CHECK(m->cancels.v[0].ctx == index_of(&w, 1) && m->cancels.v[1].ctx == index_of(&w, 3) && m->cancels.v[2].ctx == index_of(&w, 2));
    CHECK(m->cancels.v[0].edges == 1 && m->cancels.v[0].t1 == t1 && m->edges.v[e1].next == IDX_NONE && m->cancels.v[2].first == e2 &&
          m->cancels.v[2].t0 == t2);
    CHECK(m->cancels.v[1].via == 0 && ctx(&w, 1)->cancel == 0 && ctx(&w, 2)->cancel == 2 && ctx(&w, 3)->cancel == 1);
    end(&w);
}

static void sites(void)
{
    struct world w = begin();
    CHECK(frame_is_std(w.s, ctx_site(w.s, stack(&w, EMIT "net.(*netFD).connect main.f"))));
    CHECK(!frame_is_std(w.s, ctx_site(w.s, stack(&w, EMIT "api.(*Server).Serve main.f"))));
    CHECK(ctx_site(w.s, stack(&w, EMIT "context.WithDeadlineCause.func2")) == 0, "a timer has no caller");
    CHECK(site_is(&w, ctx_site(w.s, stack(&w, EMIT "sync.(*Once).doSlow sync.(*Once).Do main.g")), "main.g"));
    struct frame f = {.func = dict_string(&w.s->dict, "text/tool.Run", 13), .file = dict_string(&w.s->dict, "/home/a/text/tool/x.go", 22)};
    CHECK(!frame_is_std(w.s, dict_frame(&w.s->dict, &f)), "a module that is named as a package of Go");
    f.file = dict_string(&w.s->dict, "/usr/go/src/text/tool/x.go", 26);
    CHECK(frame_is_std(w.s, dict_frame(&w.s->dict, &f)));
    end(&w);
}

int main(void)
{
    good_lines();
    bad_lines();
    a_tree();
    keyframes();
    contradictions();
    two_processes();
    joins();
    a_loop_of_cancels();
    sites();
    return check_done();
}
