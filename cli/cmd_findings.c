/* findings: what is wrong, with the proof, at length. */
#include "cli/commands.h"
#include "cli/told.h"

static void print(const struct opts *o, const struct tale *t)
{
    struct page p;
    if (o->format == FORMAT_JSON) {
        tale_json(t, out_stdout());
    } else if (o->format == FORMAT_CSV) {
        tale_csv(t, out_stdout());
    } else {
        page_init(&p, o, out_stdout());
        tale_text(t, &p);
    }
}

int cmd_findings(struct opts *o, struct err *e)
{
    struct config c;
    struct tale t = {0};
    int rc = config_read(&c, o, e);
    if (rc == 0)
        rc = told_load(&t, o, &c, o->words.v, o->words.n, NULL, e);
    if (rc == 0)
        print(o, &t);
    tale_release(&t);
    config_release(&c);
    return rc;
}
