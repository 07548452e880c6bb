/* Golden screens: what the views draw of real traces after keys, character by character and role by role.
 *
 * Each case is one picture in golden/NAME.screen. UPDATE=1 writes them anew: look at what changed before you commit it.
 * With arguments it prints one picture: test_views TRACE COLSxROWS utf8|console|ascii VIEW [KEYS].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tui/tui.h"

static const struct picture {
    const char *name, *trace;
    int w, h;
    const char *glyphs, *view, *keys;
} pictures[] = {
#define PICTURE(name, trace, w, h, glyphs, view, keys) {name, trace, w, h, glyphs, view, keys},
#include "tests/screen/pictures.def"
#undef PICTURE
};

static const char *const glyph_names[] = {"utf8", "console", "ascii"};

static int glyphs_by_name(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (!strcmp(glyph_names[i], name))
            return i;
    return -1;
}

/* The session of a trace, kept until another one is asked for. */
static struct session *open_trace(const char *path)
{
    static struct session *s;
    static char last[512];
    if (s && path && !strcmp(last, path))
        return s;
    if (s)
        load_free(s);
    s = NULL;
    if (!path)
        return NULL;
    struct err e = ERR_INIT;
    s = load_session(&path, 1, 1, &e);
    if (!s) {
        printf("%s: %s %s\n", path, e.what, e.where);
        exit(1);
    }
    snprintf(last, sizeof last, "%s", path);
    return s;
}

static void draw(const struct picture *p, bool roles, struct buf *out)
{
    struct err e = ERR_INIT;
    struct tui_opts o = {.view = p->view, .clock_fixed = true};
    if (tui_picture(open_trace(p->trace), &o, p->w, p->h, glyphs_by_name(p->glyphs), p->keys, roles, out, &e) < 0) {
        printf("FAIL %s: %s %s\n", p->name, e.what, e.where);
        exit(1);
    }
}

static bool read_golden(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(out, part, n);
    fclose(f);
    return true;
}

static void write_golden(const char *path, const struct buf *now)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(now->p, 1, now->n, f) == now->n && fclose(f) == 0, "%s cannot be written", path);
}

/* The first line that differs, both ways: enough to see what happened; the rest is in the new picture. */
static void say_difference(const char *name, const char *want, const char *now)
{
    for (int line = 1;; line++) {
        size_t a = strcspn(want, "\n"), b = strcspn(now, "\n");
        if (a != b || memcmp(want, now, a) != 0) {
            CHECK(false, "%s line %d:\n want %.*s\n  got %.*s", name, line, (int)a, want, (int)b, now);
            return;
        }
        want += a + (want[a] != 0);
        now += b + (now[b] != 0);
    }
}

static void golden_is(const char *name, const char *path, struct buf *now)
{
    struct buf want = {0};
    if (getenv("UPDATE"))
        write_golden(path, now);
    if (!read_golden(path, &want))
        CHECK(false, "%s: no golden picture; UPDATE=1 makes it", path);
    else if (want.n != now->n || memcmp(want.p, now->p, now->n) != 0)
        say_difference(name, buf_str(&want), buf_str(now));
    buf_release(&want);
}

static void check_picture(const struct picture *p)
{
    struct buf now = {0};
    draw(p, true, &now);
    char path[300];
    snprintf(path, sizeof path, "tests/screen/golden/%s.screen", p->name);
    golden_is(p->name, path, &now);
    buf_release(&now);
}

int main(int argc, char **argv)
{
    if (argc >= 5) {
        struct picture p = {"picture", argv[1], 80, 24, argv[3], argv[4], argc > 5 ? argv[5] : ""};
        struct buf out = {0};
        sscanf(argv[2], "%dx%d", &p.w, &p.h);
        draw(&p, getenv("ROLES") != NULL, &out);
        fwrite(out.p, 1, out.n, stdout);
        buf_release(&out);
        open_trace(NULL);
        return 0;
    }
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        check_picture(&pictures[i]);
    open_trace(NULL);
    return check_done();
}
