/* The engine: which evidence there is, rule after rule, sightings into findings, and the order in which a person reads them. */
#include "model/findings/engine.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/findings/work.h"

/* --- sightings ------------------------------------------------------------------------------------------------------------ */

struct sighting sighting_of(const struct rule_run *r, gidx g, ns_t t0, ns_t t1)
{
    struct sighting x = {
        .severity = rules[r->rule].severity, .confidence = CONF_CERTAIN, .count = 1, .g = g, .ctx = IDX_NONE, .t0 = t0, .t1 = t1};
    for (unsigned i = 0; i < NUMBERS_COUNT; i++)
        x.numbers[i] = NAN;
    return x;
}

void sighting_prove(struct sighting *x, enum proof_table table, int64_t id, ns_t t0, ns_t t1, gidx g)
{
    if (x->nproofs < SIGHTING_PROOFS)
        x->proofs[x->nproofs++] = (struct proof){(uint8_t)table, id, t0, t1, g};
}

void sighting_prove_span(struct sighting *x, const struct session *s, gidx g, ns_t t0, ns_t t1)
{
    sighting_prove(x, PROOF_SPAN, session_g(s, g)->id, t0, t1, g);
}

static struct finding *finding_new(struct rule_run *r, const struct sighting *x)
{
    struct finding *f = vec_push(&r->out->list);
    *f = (struct finding){.rule = r->rule,
                          .severity = x->severity,
                          .confidence = x->confidence,
                          .g = x->g,
                          .ctx = x->ctx,
                          .function = x->function,
                          .frame = x->frame,
                          .t0 = x->t0,
                          .t1 = x->t1,
                          .cause = x->cause};
    memcpy(f->numbers, x->numbers, sizeof f->numbers);
    *vec_push(&r->side) = (struct finding_side){.next = IDX_NONE, .weight = x->weight};
    return f;
}

static uint32_t find_group(struct rule_run *r, const struct sighting *x)
{
    uint64_t key = (uint64_t)x->function << 32 | x->frame;
    uint32_t head = map_get(&r->groups, key), i = head;
    for (; i != IDX_NONE; i = r->side.v[i].next)
        if (r->out->list.v[i].cause == x->cause)
            return i;
    i = (uint32_t)r->out->list.n;
    finding_new(r, x);
    r->side.v[i].next = head;
    map_put(&r->groups, key, i);
    return i;
}

/* Into its place among the worst; what falls off the end is lost. */
static void keep_proof(struct finding *f, struct finding_side *side, const struct proof *p, double weight)
{
    size_t at = f->proof.n;
    if (at == PROOF_KEPT) {
        if (side->proofs[at - 1] >= weight)
            return;
        at--;
    } else {
        vec_push(&f->proof);
    }
    for (; at > 0 && side->proofs[at - 1] < weight; at--) {
        f->proof.v[at] = f->proof.v[at - 1];
        side->proofs[at] = side->proofs[at - 1];
    }
    f->proof.v[at] = *p;
    side->proofs[at] = weight;
}

static void take_worst(struct finding *f, struct finding_side *side, const struct sighting *x)
{
    f->severity = x->severity > f->severity ? x->severity : f->severity;
    f->confidence = x->confidence > f->confidence ? x->confidence : f->confidence;
    f->t0 = x->t0 < f->t0 ? x->t0 : f->t0;
    f->t1 = x->t1 > f->t1 ? x->t1 : f->t1;
    if (f->count && x->weight <= side->weight)
        return;
    side->weight = x->weight;
    f->g = x->g;
    f->ctx = x->ctx;
    memcpy(f->numbers, x->numbers, sizeof f->numbers);
}

/* --- rules that speak of the same goroutine --------------------------------------------------------------------------------- */

static void add_also(struct finding *f, uint16_t rule)
{
    for (size_t i = 0; i < f->also.n; i++)
        if (f->also.v[i] == rule)
            return;
    *vec_push(&f->also) = rule;
}

/* A rule judged before said it already; what is only worth an info takes nothing over. */
static bool said_before(struct rule_run *r, const struct sighting *x)
{
    for (uint32_t i = map_get(&r->claimed, x->g); i != IDX_NONE; i = r->claims.v[i].next) {
        const struct claim *c = &r->claims.v[i];
        struct finding *f = &r->out->list.v[c->finding];
        if (f->rule == r->rule || f->severity < SEV_WARNING || c->t0 > x->t1 || x->t0 > c->t1)
            continue;
        add_also(f, r->rule);
        return true;
    }
    return false;
}

static void claim(struct rule_run *r, const struct sighting *x, uint32_t finding)
{
    uint32_t before = map_get(&r->claimed, x->g);
    map_put(&r->claimed, x->g, (uint32_t)r->claims.n);
    *vec_push(&r->claims) = (struct claim){x->t0, x->t1, finding, before};
}

void rule_report(struct rule_run *r, const struct sighting *seen)
{
    struct sighting copy = *seen, *x = &copy;
    bool also = x->also && x->g != IDX_NONE;
    if (also && said_before(r, x))
        return;
    x->frame = statement(r, x->frame);
    uint32_t i = find_group(r, x);
    struct finding *f = &r->out->list.v[i];
    take_worst(f, &r->side.v[i], x);
    f->count += x->count;
    for (unsigned k = 0; k < x->nproofs; k++)
        keep_proof(f, &r->side.v[i], &x->proofs[k], x->weight);
    if (also)
        claim(r, x, i);
}

void finding_say(struct finding *f, const char *format, ...)
{
    struct buf b = {0};
    char text[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    buf_puts(&b, text);
    mem_free(f->message);
    f->message = mem_strdup(buf_str(&b));
    buf_release(&b);
}

int rule_pause(struct rule_run *r, struct err *e)
{
    if ((++r->asked & 255) != 0 || !r->stop || !r->stop(r->stop_ctx))
        return 0;
    return err_set(e, ERR_CANCEL, "stopped");
}

/* --- all rules -------------------------------------------------------------------------------------------------------------- */

static uint32_t evidence_of(const struct session *s, const struct rule_settings *st)
{
    uint32_t have = 0;
    if (s->by_kind[EV_STATE_TRANSITION])
        have |= 1u << EVID_TRACE;
    if (s->by_kind[EV_TASK_BEGIN] + s->by_kind[EV_REGION_BEGIN] + s->by_kind[EV_LOG])
        have |= 1u << EVID_ANNOT;
    if (s->ctx.exact)
        have |= 1u << EVID_CTX;
    if (st->sla.n)
        have |= 1u << EVID_SLA;
    return have;
}

static int judge(struct rule_run *r, struct err *e)
{
    r->first = r->out->list.n;
    r->limits = &r->st->limits.v[r->rule];
    map_clear(&r->groups);
    session_read(r->s);
    int rc = rules[r->rule].judge(r, e);
    session_done(r->s);
    if (rc == 0 && r->out->list.n == r->first)
        *vec_push(&r->out->judged_clean) = r->rule;
    return rc;
}

/* The most telling first, so that it takes over what the others would say of the same goroutine; then the table's order. */
static const char *const telling[] = {"goroutine-leak", "deadline-overrun", "cancel-ignored", "orphan-goroutine", "slow-cancel"};

static void order_of_judging(uint16_t *order)
{
    unsigned n = 0;
    for (unsigned k = 0; k < sizeof telling / sizeof *telling; k++)
        order[n++] = (uint16_t)rule_find(telling[k]);
    for (unsigned i = 0; i < nrules; i++) {
        unsigned k = 0;
        while (k < sizeof telling / sizeof *telling && strcmp(telling[k], rules[i].name) != 0)
            k++;
        if (k == sizeof telling / sizeof *telling)
            order[n++] = (uint16_t)i;
    }
}

static int judge_all(struct rule_run *r, struct err *e)
{
    uint16_t *order = mem_calloc(nrules, sizeof *order);
    int rc = 0;
    order_of_judging(order);
    for (unsigned i = 0; i < nrules && rc == 0; i++) {
        r->rule = order[i];
        if (!rules[r->rule].judge || !(r->out->evidence & (1u << rules[r->rule].needs)))
            *vec_push(&r->out->not_judged) = r->rule;
        else if (r->stop && r->stop(r->stop_ctx))
            rc = err_set(e, ERR_CANCEL, "stopped");
        else
            rc = judge(r, e);
    }
    mem_free(order);
    return rc;
}

/* --- order and sums --------------------------------------------------------------------------------------------------------- */

static int by_weight(const void *pa, const void *pb)
{
    const struct finding *a = pa, *b = pb;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->t0 != b->t0 ? (a->t0 < b->t0 ? -1 : 1) : 0;
}

static int by_index(const void *pa, const void *pb)
{
    return *(const uint16_t *)pa - *(const uint16_t *)pb;
}

static bool fits(const char *pattern, struct str text)
{
    return !strcmp(pattern, "*") || (strlen(pattern) == text.n && !memcmp(pattern, text.p, text.n));
}

static void mark_ignored(struct finding *f, const struct session *s, const struct rule_settings *st)
{
    const char *name = rules[f->rule].name;
    for (size_t i = 0; i < st->ignores.n; i++) {
        const struct ignore *g = &st->ignores.v[i];
        if (!fits(g->rule, (struct str){name, strlen(name)}) || !fits(g->function, session_str(s, f->function)))
            continue;
        f->ignored = true;
        f->reason = g->reason;
        return;
    }
}

static void put_in_order(struct findings *out, struct session *s, const struct rule_settings *st)
{
    session_read(s);
    for (size_t i = 0; i < out->list.n; i++) {
        mark_ignored(&out->list.v[i], s, st);
        out->by_severity[out->list.v[i].severity] += !out->list.v[i].ignored;
    }
    session_done(s);
    if (out->list.n)
        qsort(out->list.v, out->list.n, sizeof *out->list.v, by_weight);
    if (out->not_judged.n)
        qsort(out->not_judged.v, out->not_judged.n, sizeof *out->not_judged.v, by_index);
    if (out->judged_clean.n)
        qsort(out->judged_clean.v, out->judged_clean.n, sizeof *out->judged_clean.v, by_index);
}

static void run_release(struct rule_run *r)
{
    vec_free(&r->side);
    vec_free(&r->claims);
    map_release(&r->groups);
    map_release(&r->claimed);
    map_release(&r->idle);
    map_release(&r->lines);
    work_free(r->work);
}

int findings_make(struct session *s, const struct rule_settings *st, bool (*stop)(void *), void *ctx, struct findings *out, struct err *e)
{
    struct rule_run r = {.s = s, .st = st, .out = out, .stop = stop, .stop_ctx = ctx};
    memset(out, 0, sizeof *out);
    session_read(s);
    out->evidence = evidence_of(s, st);
    session_done(s);
    int rc = judge_all(&r, e);
    run_release(&r);
    if (rc == 0)
        put_in_order(out, s, st);
    else
        findings_release(out);
    return rc;
}

void findings_release(struct findings *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        mem_free(f->list.v[i].message);
        vec_free(&f->list.v[i].proof);
        vec_free(&f->list.v[i].also);
    }
    vec_free(&f->list);
    vec_free(&f->not_judged);
    vec_free(&f->judged_clean);
    memset(f, 0, sizeof *f);
}
