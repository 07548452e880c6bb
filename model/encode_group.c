/* Who was touched in a block, what they are called, which group they belong to. */
#include "model/encode_private.h"

#include <string.h>

/* The runtime's own goroutines by their start function, as Go's tools tell them (internal/trace, IsSystemGoroutine), and those
 * that write the trace and the profile. */
static bool is_system(struct str f)
{
    static const char *const prefixes[] = {"runtime.", "runtime/trace.", "runtime/pprof.profileWriter"};
    if (f.n == strlen("runtime.main") && !memcmp(f.p, "runtime.main", f.n))
        return false;
    for (unsigned i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (f.n >= n && !memcmp(f.p, prefixes[i], n))
            return true;
    }
    return false;
}

static uint32_t add_group(struct encoder *enc, str_id name, frame_id f)
{
    struct egroup *g = vec_push(&enc->groups);
    *g = (struct egroup){.pub = {.name = name, .frame = f, .first = NS_NONE, .last = NS_NONE}, .changed = true};
    g->pub.system = is_system(dict_str(&enc->s->dict, name));
    return (uint32_t)enc->groups.n - 1;
}

uint32_t encode_group_of(struct encoder *enc, frame_id f)
{
    if (enc->groups.n == 0)
        add_group(enc, 0, 0);
    str_id name = f ? paged_at(&enc->s->dict.frames, f)->func : 0;
    if (!name)
        return 0;
    uint32_t group = map_get(&enc->group_of_name, name);
    if (group == MAP_NONE) {
        group = add_group(enc, name, f);
        map_put(&enc->group_of_name, name, group);
    }
    return group;
}

/* Its time so far goes with it; what is stored of earlier segments does not. */
static void move(struct encoder *enc, struct goroutine *g, struct hot *h, gidx idx, uint32_t to)
{
    struct egroup *a = &enc->groups.v[g->group], *b = &enc->groups.v[to];
    if (h->share != SHARE_DEAD) {
        ns_add(&g->ns[h->share], ns_between(h->settled, enc->seg.t0));
        h->settled = enc->seg.t0;
        a->count[h->share]--;
        b->count[h->share]++;
    }
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        ns_add(&a->pub.ns[i], -g->ns[i]);
        ns_add(&b->pub.ns[i], g->ns[i]);
    }
    a->pub.n--;
    b->pub.n++;
    a->changed = b->changed = true;
    if (enc->segment)
        *vec_push(&enc->regroups) = (struct regroup){.g = idx, .from = g->group, .to = to, .segment = enc->segment};
}

static void set_name(struct encoder *enc, gidx idx, frame_id f)
{
    struct goroutine *g = &enc->fresh.v[enc->hot.v[idx].at];
    uint32_t to = encode_group_of(enc, f);
    if (!to || g->group == to)
        return;
    if (enc->hot.v[idx].flags & HOT_COUNTED)
        move(enc, g, &enc->hot.v[idx], idx, to);
    g->group = to;
    g->name = enc->groups.v[to].pub.name;
    g->system = enc->groups.v[to].pub.system;
}

/* As published so far, or a new one. */
static struct goroutine image_of(struct encoder *enc, gidx g)
{
    if (g < enc->s->goroutines.n)
        return *session_g(enc->s, g);
    return (struct goroutine){.id = *paged_at(&enc->s->dict.g_ids, g),
                              .created = NS_NONE,
                              .ended = NS_OPEN,
                              .first = NS_NONE,
                              .last = NS_NONE,
                              .creator = IDX_NONE,
                              .last_state = G_UNDETERMINED,
                              .last_share = SHARE_UNKNOWN};
}

/* An id that was given but not met in an event yet, below one that was met: it takes its place in the table all the same. */
static void fill_holes(struct encoder *enc)
{
    gidx last = 0;
    for (size_t w = enc->touched_bits.n; w-- > 0 && !last;)
        if (enc->touched_bits.v[w])
            last = (gidx)(w * 64 + 63 - (unsigned)__builtin_clzll(enc->touched_bits.v[w]));
    for (gidx g = enc->s->goroutines.n; g < last; g++)
        encode_touch(enc, g);
}

/* The touched ones in order of index, from the bits; .at of each is its place in the list for now. */
static void list_touched(struct encoder *enc)
{
    enc->touched.n = enc->fresh.n = 0;
    for (size_t w = 0; w < enc->touched_bits.n; w++) {
        for (uint64_t bits = enc->touched_bits.v[w]; bits; bits &= bits - 1) {
            gidx g = (gidx)(w * 64 + (unsigned)__builtin_ctzll(bits));
            enc->hot.v[g].at = (uint32_t)enc->touched.n;
            *vec_push(&enc->touched) = g;
            *vec_push(&enc->fresh) = image_of(enc, g);
        }
        enc->touched_bits.v[w] = 0;
    }
}

void encode_groups(struct encoder *enc)
{
    encode_group_of(enc, 0);
    for (size_t i = 0; i < enc->placed.n; i++)
        encode_touch(enc, enc->placed.v[i]);
    fill_holes(enc);
    list_touched(enc);
    for (size_t i = 0; i < enc->named.n; i += 2)
        set_name(enc, enc->named.v[i], enc->named.v[i + 1]);
}
