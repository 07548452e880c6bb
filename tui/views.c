/* The program's views and their tabs, from views.def. */
#include "tui/app_parts.h"

#define VIEW(id, symbol, key) extern const struct view symbol;
#include "tui/views.def"
#undef VIEW

const struct view_slot view_slots[] = {
#define VIEW(id, symbol, key) {&symbol, CMD_##key},
#include "tui/views.def"
#undef VIEW
};
const size_t view_slots_n = sizeof view_slots / sizeof *view_slots;
