#include "cli/stack.h"

#include <string.h>

#include "tui/names.h"

void json_stack(struct json *j, const char *key, const struct session *s, stack_id id)
{
    if (!id || id >= s->known.stacks) {
        json_null(j, key);
        return;
    }
    const struct stack *st = session_stack(s, id);
    json_array(j, key);
    for (uint32_t i = 0; i < st->n; i++) {
        const struct frame *f = session_frame(s, st->frames[i]);
        struct str func = session_str(s, f->func), file = session_str(s, f->file);
        json_object(j, NULL);
        json_text(j, "function", func.p, func.n);
        json_text(j, "file", file.p, file.n);
        json_uint(j, "line", f->line);
        json_object_end(j);
    }
    json_array_end(j);
}

void page_stack(struct page *p, const struct session *s, stack_id id, int indent, uint32_t most)
{
    if (!id || id >= s->known.stacks)
        return;
    const struct stack *st = session_stack(s, id);
    for (uint32_t i = 0; i < st->n && i < most; i++) {
        const struct frame *f = session_frame(s, st->frames[i]);
        page_to(p, indent);
        page_name(p, session_str(s, f->func), p->width - indent - 26);
        page_put(p, " ");
        page_place(p, session_str(s, f->file), f->line, 25);
        page_end(p);
    }
    if (st->n > most) {
        page_to(p, indent);
        page_printf(p, "%s %u more", p->utf8 ? "…" : "...", st->n - most);
        page_end(p);
    }
}

/* Where the runtime and the standard library do the waiting for others. */
static bool is_plumbing(struct str func)
{
    static const char *const prefixes[] = {"runtime.", "runtime/", "internal/", "sync.", "sync/",  "syscall.",
                                           "time.",    "os.",      "net.",      "io.",   "bufio.", "context."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (func.n >= n && !memcmp(func.p, prefixes[i], n))
            return true;
    }
    return false;
}

frame_id stack_own_frame(const struct session *s, stack_id id)
{
    if (!id || id >= s->known.stacks)
        return 0;
    const struct stack *st = session_stack(s, id);
    for (uint32_t i = 0; i < st->n; i++)
        if (!name_is_std(session_str(s, session_frame(s, st->frames[i])->func)))
            return st->frames[i];
    for (uint32_t i = 0; i < st->n; i++)
        if (!is_plumbing(session_str(s, session_frame(s, st->frames[i])->func)))
            return st->frames[i];
    return st->n ? st->frames[0] : 0;
}

void page_stack_place(struct page *p, const struct session *s, stack_id id, int width)
{
    frame_id id_of_frame = stack_own_frame(s, id);
    int to = p->col + width, place = 22;
    if (id_of_frame && width > place + 8) {
        const struct frame *f = session_frame(s, id_of_frame);
        page_name(p, session_str(s, f->func), width - place - 1);
        page_put(p, " ");
        page_place(p, session_str(s, f->file), f->line, place);
    }
    page_to(p, to);
}
