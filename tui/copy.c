/* The clipboard of the terminal. */
#include "tui/app_parts.h"

#include "base/text.h"
#include "model/goto.h"

enum { COPY_MAX = 74000 };

/* OSC 52 in base64; what is no text is not sent, so no terminal can be led to believe in keys. */
void app_copy(struct app *app, const char *text, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf safe = {0}, out = {0};
    for (size_t i = 0, len; i < n && safe.n < COPY_MAX * 3 / 4 - 4; i += len) {
        char enc[4];
        uint32_t cp = text_decode(text + i, n - i, &len);
        buf_put(&safe, enc, text_encode(enc, text_is_unsafe(cp) ? ' ' : cp));
    }
    buf_puts(&out, "\033]52;c;");
    for (size_t i = 0; i < safe.n; i += 3) {
        uint32_t v = (uint32_t)safe.p[i] << 16;
        size_t left = safe.n - i;
        v |= left > 1 ? (uint32_t)safe.p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)safe.p[i + 2] : 0;
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], left > 1 ? digits[v >> 6 & 63] : '=', left > 2 ? digits[v & 63] : '='};
        buf_put(&out, four, 4);
    }
    buf_putc(&out, '\a');
    term_raw(app->term, out.p, out.n);
    char size[16];
    text_bytes(size, safe.n);
    app_message(app, ROLE_MESSAGE, "copied %s", size);
    buf_release(&safe);
    buf_release(&out);
}

/* Columns of a row without the glyphs that draw it, blanks squeezed. */
static void put_row(struct grid *g, struct rect r, int y, struct buf *out)
{
    int blanks = 0;
    size_t begin = out->n;
    for (int x = r.x; x < r.x + r.w; x++) {
        uint32_t ch = grid_at(g, x, y)->ch;
        char enc[4];
        if (!ch)
            continue;
        if (ch == ' ' || (ch >= 0x2500 && ch < 0x2600)) {
            blanks++;
            continue;
        }
        if (blanks && out->n > begin)
            buf_puts(out, blanks > 1 ? "  " : " ");
        blanks = 0;
        buf_put(out, enc, text_encode(enc, ch));
    }
}

/* The rows that are lit as selected, and what the selection is called when it is a goroutine. */
void copy_selection(struct app *app)
{
    struct buf text = {0};
    struct rect r = app->view_rect;
    struct goto_place at = {app->nav.cursor, app->nav.g};
    for (int y = r.y; y < r.y + r.h; y++)
        if (grid_at(&app->grid, r.x, y)->tint == TINT_SELECTION) {
            put_row(&app->grid, r, y, &text);
            buf_putc(&text, '\n');
        }
    session_read(app->s);
    goto_text(app->s, &at, &text);
    session_done(app->s);
    while (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    if (text.n)
        app_copy(app, buf_str(&text), text.n);
    else
        app_message(app, ROLE_MESSAGE, "nothing is selected");
    buf_release(&text);
}
