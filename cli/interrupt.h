/* Ctrl-C and SIGTERM while something runs: work stops at its next step; a second one ends the process. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

enum { EXIT_STOPPED = 130 };

/* From now on the first signal sets *flag (and what interrupt_seen tells); NULL: signals are as they were at the start. */
void interrupt_catch(int32_t *flag);
bool interrupt_seen(void);

#endif
