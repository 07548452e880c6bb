/* docs/schema.md says what the program has. With UPDATE set it is written anew (make schema-doc). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/store/store.h"
#include "tests/lib/check.h"

int main(void)
{
    struct buf doc = {0}, ddl = {0}, have = {0};
    store_schema_doc(&doc);
    store_schema(&ddl);
    if (getenv("UPDATE")) {
        FILE *f = fopen("docs/schema.md", "w");
        CHECK(f && fwrite(doc.p, 1, doc.n, f) == doc.n && fclose(f) == 0, "write");
    }
    FILE *f = fopen("docs/schema.md", "r");
    CHECK(f, "docs/schema.md is there (tests run at the root of the source)");
    if (f) {
        buf_reserve(&have, doc.n + 2);
        have.n = fread(have.p, 1, doc.n + 1, f);
        fclose(f);
        CHECK(have.n == doc.n && !memcmp(have.p, doc.p, doc.n), "docs/schema.md is not what the tables say: make schema-doc");
    }
    CHECK(strstr(buf_str(&ddl), "CREATE TABLE span(") && strstr(buf_str(&ddl), "-- t1 - t0"), "the DDL has tables and comments");
    buf_release(&doc);
    buf_release(&ddl);
    buf_release(&have);
    return check_done();
}
