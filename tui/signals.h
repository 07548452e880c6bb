/* Signals while the terminal is ours: as bytes of a pipe for the loop; crashes put the terminal back first. */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

/* Installs the handlers; returns the pipe's readable end, or -1. */
int signals_begin(void);
/* Puts back the handlers that were there before. */
void signals_end(void);
/* The next signal that came, 0 for none. */
int signals_next(void);
/* Stops the job as the shell expects it; returns after fg. */
void signals_stop(void);

#endif
