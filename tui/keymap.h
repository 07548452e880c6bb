/* Keys by name, and what they do: commands.def with the user's changes from [keys].
 *
 * A key is a number: a code point or a KC_ code, and modifiers above. Names as in commands.def: "j", "C-r", "S-Tab", "PgUp".
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "tui/view.h"

typedef uint32_t keycode;
enum { KC_NONE = 0, KC_FIRST = 0x110000 /* beyond Unicode */ };
enum key_code {
    KC_BASE = KC_FIRST - 1,
#define KEY(id, name) KC_##id,
#include "tui/keys.def"
#undef KEY
    KC_END_OF_LIST
};
enum { KM_CTRL = 1 << 24, KM_META = 1 << 25, KM_SHIFT = 1 << 26, KM_ALL = KM_CTRL | KM_META | KM_SHIFT };

/* KC_NONE when the name is none. */
keycode key_parse(const char *name, size_t n);
/* The name of a key; at most 31 bytes. */
void key_name(char out[32], keycode k);

enum section { SECTION_VIEWS, SECTION_MOVE, SECTION_TIME, SECTION_FIND, SECTION_PLACES, SECTION_COUNT };
extern const char *const section_titles[SECTION_COUNT];

struct command_spec {
    const char *name; /* for ":" and [keys] */
    const char *keys; /* by default */
    enum section section;
    const char *sentence;
};
extern const struct command_spec command_specs[CMD_COUNT];
/* CMD_NONE when there is none. */
enum cmd cmd_find(const char *name, size_t n);

struct keymap {
    VEC(struct binding {
        keycode key;
        enum cmd cmd;
    })
    bindings;
};

/* The default keys. */
void keymap_init(struct keymap *m);
void keymap_release(struct keymap *m);
enum cmd keymap_find(const struct keymap *m, keycode k);
/* Gives a command the keys of the text (parted by blanks; "" none) in place of the ones it had; other commands lose them.
 * 0, or -1 with *e when the command or a key is unknown; then nothing changes. */
int keymap_bind(struct keymap *m, const char *command, const char *keys, struct err *e);
/* Appends the names of a command's keys, parted by blanks. */
void keymap_keys(const struct keymap *m, enum cmd cmd, struct buf *out);
/* The first key of a command, KC_NONE when it has none. */
keycode keymap_first(const struct keymap *m, enum cmd cmd);

#endif
