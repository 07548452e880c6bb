/* Errors: what happened, where, and what to try; each layer may add a cause.
 *
 * Functions that can fail return 0 or -1 and fill a struct err that the caller
 * owns. On the terminal it is one line, "ctxscope: FILE: what; where; what to try";
 * -v prints the causes, innermost first.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdio.h>

enum err_kind {
    ERR_NONE,
    ERR_USAGE,    /* wrong command line: exit 2 */
    ERR_INPUT,    /* unreadable, unknown or damaged input: exit 2 */
    ERR_IO,       /* disk full, no permission on our own files: exit 2 */
    ERR_LIMIT,    /* refused because it would pass a stated bound: exit 2 */
    ERR_CANCEL,   /* the user stopped it: not shown as an error */
    ERR_INTERNAL, /* a defect of ours: exit 3 */
};

enum { ERR_CAUSES = 4, ERR_TEXT = 256 };

struct err {
    enum err_kind kind;
    unsigned ncauses;
    char source[ERR_TEXT]; /* file name as the user gave it, or empty */
    char what[ERR_TEXT];
    char where[ERR_TEXT];
    char hint[ERR_TEXT];
    char cause[ERR_CAUSES][ERR_TEXT];
};

#define ERR_INIT ((struct err){.kind = ERR_NONE})

/* Each returns -1, so that `return err_set(...)` reads well. The first error wins: a set error is not overwritten. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int err_add(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Details of a set error; they return -1 too. Empty fields are filled, set ones kept. */
int err_source(struct err *e, const char *name);
int err_where(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);
/* Writes the one line (and causes when verbose) with control characters made visible. */
void err_print(const struct err *e, FILE *to, int verbose);
/* The exit code of the contract: 2 for input and usage, 3 for internal. */
int err_exit_code(const struct err *e);

#endif
