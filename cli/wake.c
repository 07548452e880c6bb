#include "cli/wake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "cli/life.h"
#include "cli/stack.h"
#include "tui/names.h"

void json_g(struct json *j, const char *key, const struct session *s, gidx g)
{
    if (g < s->goroutines.n)
        json_int(j, key, session_g(s, g)->id);
    else
        json_null(j, key);
}

void json_str_id(struct json *j, const char *key, const struct session *s, str_id id)
{
    struct str text = session_str(s, id);
    if (text.n)
        json_text(j, key, text.p, text.n);
    else
        json_null(j, key);
}

void json_g_name(struct json *j, const char *key, const struct session *s, gidx g)
{
    json_str_id(j, key, s, g < s->goroutines.n ? session_g(s, g)->name : 0);
}

void json_frame(struct json *j, const char *key, const struct session *s, frame_id f)
{
    if (!f || f >= s->known.frames) {
        json_null(j, key);
        return;
    }
    const struct frame *fr = session_frame(s, f);
    json_object(j, key);
    json_str_id(j, "function", s, fr->func);
    json_str_id(j, "file", s, fr->file);
    json_uint(j, "line", fr->line);
    json_object_end(j);
}

void page_g(struct page *p, const struct session *s, gidx g, int width)
{
    char id[32] = "nobody";
    int to = p->col + width;
    if (g < s->goroutines.n)
        snprintf(id, sizeof id, "G%" PRId64 " ", session_g(s, g)->id);
    page_put(p, id);
    if (g < s->goroutines.n && to > p->col)
        page_name(p, session_str(s, session_g(s, g)->name), to - p->col);
    page_to(p, to);
}

void page_frame(struct page *p, const struct session *s, frame_id f, int width)
{
    int to = p->col + width;
    if (f && f < s->known.frames) {
        const struct frame *fr = session_frame(s, f);
        char name[NAME_MAX_BYTES], place[300], file[256];
        struct str base = name_file(session_str(s, fr->file));
        text_visible(file, sizeof file, base.p, base.n);
        snprintf(place, sizeof place, " %s:%" PRIu32, file, fr->line);
        int room = width - (int)strlen(place);
        page_put(p, name_short(name, session_str(s, fr->func), room > 8 ? room : 8, page_ellipsis(p)));
        page_left(p, place, to > p->col ? to - p->col : 1);
    }
    page_to(p, to);
}

void page_site(struct page *p, const struct session *s, frame_id f, int width)
{
    const struct frame *fr = session_frame(s, f);
    char name[NAME_MAX_BYTES], line[16];
    snprintf(line, sizeof line, ":%" PRIu32, fr->line);
    int room = width - (int)strlen(line);
    page_put(p, name_short(name, session_str(s, fr->func), room > 4 ? room : 4, page_ellipsis(p)));
    page_put(p, line);
}

void page_text(struct page *p, struct str text, int width)
{
    char visible[512];
    text_visible(visible, sizeof visible, text.p, text.n);
    page_left(p, visible, width);
}

bool word_is_g(const char *word, int64_t *id)
{
    size_t skip = (word[0] == 'g' || word[0] == 'G') && word[1];
    return word[skip] >= '0' && word[skip] <= '9' && parse_int(word + skip, strlen(word + skip), id) == 0;
}

void wait_words(char out[64], const struct session *s, class_id class, uint8_t share)
{
    struct str reason = class == CLASS_NONE ? (struct str){"", 0} : life_reason(s, class);
    if (reason.n && share != SHARE_RUNNING)
        text_visible(out, 64, reason.p, reason.n);
    else
        snprintf(out, 64, "%s", share < SHARE_COUNT ? share_names[share] : "ended");
}

/* --- a critical path ------------------------------------------------------------------------------------------------ */

static void json_piece(struct json *j, const struct session *s, const struct path_piece *k)
{
    json_line(j);
    json_object(j, NULL);
    json_time(j, "t0_ns", k->t0, s->t0);
    json_time(j, "t1_ns", k->t1, s->t0);
    json_int(j, "ns", k->t1 - k->t0);
    json_g(j, "g", s, k->g);
    json_g_name(j, "name", s, k->g);
    json_str(j, "state", share_names[k->share]);
    if (k->class == CLASS_NONE)
        json_null(j, "reason");
    else
        json_str_id(j, "reason", s, session_class_name(s, k->class));
    json_stack(j, "stack", s, k->stack);
    json_object_end(j);
}

void path_json(struct json *j, const struct session *s, const struct path_of *p)
{
    ns_t by[SHARE_COUNT] = {0};
    for (size_t i = 0; i < p->pieces->n; i++)
        by[p->pieces->v[i].share] += p->pieces->v[i].t1 - p->pieces->v[i].t0;
    json_object(j, "path");
    json_g(j, "g", s, p->g);
    json_time(j, "t0_ns", p->t0, s->t0);
    json_time(j, "t1_ns", p->t1, s->t0);
    json_int(j, "ns", p->t1 - p->t0);
    json_object(j, "by_state");
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        if (by[i])
            json_int(j, share_names[i], by[i]);
    json_object_end(j);
    json_array(j, "pieces");
    for (size_t i = 0; i < p->pieces->n && !out_failed(j->out); i++)
        json_piece(j, s, &p->pieces->v[i]);
    json_array_end(j);
    json_object_end(j);
}

struct part {
    gidx g;
    uint8_t share;
    ns_t ns;
};

static int by_g(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->g != y->g ? (x->g < y->g ? -1 : 1) : x->share - y->share;
}

static int by_ns(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->ns > y->ns ? -1 : x->ns < y->ns;
}

static void text_parts(struct page *p, const struct session *s, const struct path_of *path)
{
    enum { SHOWN = 12 };
    size_t n = 0;
    struct part *v = mem_alloc(path->pieces->n + 1, sizeof *v);
    for (size_t i = 0; i < path->pieces->n; i++) {
        const struct path_piece *k = &path->pieces->v[i];
        v[n++] = (struct part){k->g, k->share, k->t1 - k->t0};
    }
    qsort(v, n, sizeof *v, by_g);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (m && v[m - 1].g == v[i].g && v[m - 1].share == v[i].share)
            v[m - 1].ns += v[i].ns;
        else
            v[m++] = v[i];
    qsort(v, m, sizeof *v, by_ns);
    for (size_t i = 0; i < m && i < SHOWN; i++) {
        page_duration(p, v[i].ns, 9);
        page_percent(p, (double)v[i].ns / (double)(path->t1 - path->t0), 8);
        page_put(p, "  ");
        page_left(p, share_names[v[i].share], 9);
        page_g(p, s, v[i].g, p->width - p->col);
        page_end(p);
    }
    if (m > SHOWN)
        page_printf(p, "          … and %zu more", m - SHOWN), page_end(p);
    mem_free(v);
}

void path_text(struct page *p, const struct session *s, const struct path_of *path, uint64_t limit)
{
    char a[24], b[24], label[160], words[64];
    text_duration(a, path->t1 - path->t0);
    text_duration(b, path->t0 - s->t0);
    snprintf(label, sizeof label, "critical path of %s from %s", a, b);
    page_rule(p, label, "");
    text_parts(p, s, path);
    page_end(p);
    page_rule(p, "pieces, oldest first", "at");
    for (size_t i = 0; i < path->pieces->n && i < limit && !out_failed(p->out); i++) {
        const struct path_piece *k = &path->pieces->v[i];
        text_duration(b, k->t0 - s->t0);
        page_duration(p, k->t1 - k->t0, 9);
        page_put(p, "  ");
        wait_words(words, s, k->class, k->share);
        page_left(p, words, 14);
        page_put(p, " ");
        page_g(p, s, k->g, (p->width - 40) / 2);
        page_put(p, " ");
        page_frame(p, s, stack_own_frame(s, k->stack), p->width - p->col - 12);
        page_right(p, b, 11);
        page_end(p);
    }
    if (path->pieces->n > limit)
        page_printf(p, "  %zu pieces in all; --limit shows more", path->pieces->n), page_end(p);
}
