/* The clipboard of the terminal. */
#include "tui/app_parts.h"

#include "base/text.h"

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
