/* The Findings view's insides: a list by severity, and below it the proof, the advice and what would falsify it. */
#ifndef TUI_VIEWS_FINDINGS_H
#define TUI_VIEWS_FINDINGS_H

#include "tui/parts.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/table.h"
#include "tui/verdicts.h"

enum findings_pane { FINDINGS_LIST, FINDINGS_PROOF };

STATE_BEGIN
struct findings_state {
    struct table_state table;
    uint32_t pane; /* enum findings_pane */
    uint32_t proof, proof_top;
    uint32_t seen; /* nav.finding that was last brought into view */
};
STATE_END

/* A row as it is drawn. */
struct frow {
    uint32_t finding;
    struct str function;
    struct site_frame at;
};
/* A proof row as it is drawn. */
struct fproof {
    struct proof p;
    int64_t g;    /* -1: none */
    uint64_t ctx; /* 0: none */
    struct site_frame at;
};

struct findings_data {
    const struct findings *f; /* NULL: not judged yet */
    char failed[256];
    bool importing;
    struct table_layout layout;
    struct rect r;
    int body, pane;
    VEC(struct frow) shown;
    const struct finding *sel;
    struct site_frame sel_at;
    VEC(struct fproof) proof; /* of the chosen one, from proof_top on */
    int proof_rows;
    struct ruler_clock clock;
};

enum fcol { FCOL_SEVERITY, FCOL_RULE, FCOL_WHERE, FCOL_N, FCOL_WORST, FCOL_WHEN, FCOL_SURE, FCOLS };
extern const struct table_col findings_cols[FCOLS];

/* How a severity looks. */
struct finding_look {
    uint8_t glyph, role;
};
extern const struct finding_look finding_looks[SEVERITIES];

int findings_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void findings_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
/* The number that a finding is worst by: *ns false: it is a count or a share. False: it has none. */
bool finding_worst(const struct finding *f, double *value, bool *ns);

#endif
