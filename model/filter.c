/* A filter is parsed once into a postfix program (at most FILTER_OPS steps) and run per goroutine. Judging a name costs a
 * regular expression only once: traces have few start functions and many goroutines.
 */
#include "model/filter.h"

#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/parse.h"
#include "model/regex.h"

enum { FILTER_OPS = 256, FILTER_DEPTH = 64, FILTER_TEXT = 1024 };

const struct filter_field_spec filter_fields[FF_COUNT] = {
#define X(id, name, type, sentence) {name, type, sentence},
    FILTER_FIELDS(X)
#undef X
};

enum cmp { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE, CMP_RE, CMP_NRE, CMP_NONE };

enum op_kind { OP_TEST, OP_NOT, OP_AND, OP_OR };
struct op {
    enum op_kind kind;
    enum filter_field field;
    enum cmp cmp;
    bool none; /* `= none`: the value is unknown */
    int64_t value;
    struct regex *re; /* owned; names */
};

struct filter {
    struct op ops[FILTER_OPS];
    unsigned n;
    struct map judged; /* op index << 32 | name -> 0 or 1 */
    uint64_t gave_up;
};

enum token { TK_END, TK_WORD, TK_TEXT, TK_CMP, TK_OPEN, TK_CLOSE, TK_BAD };

struct parser {
    struct filter *f;
    const char *text, *p;
    struct err *e;
    enum token tk;
    const char *at; /* where the token begins */
    enum cmp cmp;
    char word[FILTER_TEXT];
    size_t len;
    unsigned depth;
};

static int fail(struct parser *s, const char *what)
{
    err_set(s->e, ERR_USAGE, "filter: %s", what);
    return err_where(s->e, "at column %zu of '%.80s'", (size_t)(s->at - s->text) + 1, s->text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
    return c && !is_space(c) && !strchr("()\"=!<>~", c);
}

static enum token word_put(struct parser *s, char c)
{
    if (s->len + 1 >= sizeof s->word)
        return TK_BAD;
    s->word[s->len++] = c;
    s->word[s->len] = 0;
    return TK_WORD;
}

/* "text": \" and \\ stand for the character, other backslashes stay, for they mean something in regular expressions. */
static enum token read_text(struct parser *s)
{
    for (s->p++; *s->p && *s->p != '"'; s->p++) {
        if (*s->p == '\\' && (s->p[1] == '"' || s->p[1] == '\\')) {
            if (s->p[1] == '\\' && word_put(s, '\\') == TK_BAD)
                return TK_BAD;
            s->p++;
        }
        if (word_put(s, *s->p) == TK_BAD)
            return TK_BAD;
    }
    if (!*s->p)
        return TK_BAD;
    s->p++;
    return TK_TEXT;
}

static enum token read_cmp(struct parser *s)
{
    static const struct {
        const char *text;
        enum cmp cmp;
    } all[] = {{"==", CMP_EQ}, {"!=", CMP_NE}, {"<=", CMP_LE}, {">=", CMP_GE}, {"!~", CMP_NRE},
               {"=~", CMP_RE}, {"=", CMP_EQ},  {"<", CMP_LT},  {">", CMP_GT},  {"~", CMP_RE}};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = strlen(all[i].text);
        if (!strncmp(s->p, all[i].text, n)) {
            s->p += n;
            s->cmp = all[i].cmp;
            return TK_CMP;
        }
    }
    return TK_BAD;
}

static enum token read_token(struct parser *s)
{
    while (is_space(*s->p))
        s->p++;
    s->at = s->p;
    s->len = 0;
    s->word[0] = 0;
    if (!*s->p)
        return TK_END;
    if (*s->p == '(' || *s->p == ')')
        return *s->p++ == '(' ? TK_OPEN : TK_CLOSE;
    if (*s->p == '"')
        return read_text(s);
    if (!is_word(*s->p))
        return read_cmp(s);
    for (; is_word(*s->p); s->p++)
        if (word_put(s, *s->p) == TK_BAD)
            return TK_BAD;
    return TK_WORD;
}

static int next(struct parser *s)
{
    s->tk = read_token(s);
    return s->tk == TK_BAD ? fail(s, "cannot read this") : 0;
}

static bool is(const struct parser *s, const char *word)
{
    return s->tk == TK_WORD && !strcmp(s->word, word);
}

static struct op *push(struct parser *s, enum op_kind kind)
{
    if (s->f->n == FILTER_OPS) {
        fail(s, "too long");
        return NULL;
    }
    struct op *o = &s->f->ops[s->f->n++];
    *o = (struct op){.kind = kind, .cmp = CMP_NONE};
    return o;
}

static int compile(struct parser *s, struct op *o, unsigned flags)
{
    o->re = regex_new(s->word, s->len, flags, s->e);
    return o->re ? 0 : -1;
}

/* A text alone: looked for in the name as it stands; capitals count only when there are some. */
static int bare_text(struct parser *s)
{
    struct op *o = push(s, OP_TEST);
    if (!o)
        return -1;
    o->field = FF_NAME;
    o->cmp = CMP_RE;
    if (compile(s, o, REGEX_LITERAL | REGEX_SMART) < 0)
        return -1;
    return next(s);
}

static int value_ns(struct parser *s, struct op *o)
{
    if (parse_duration(s->word, s->len, &o->value) < 0)
        return fail(s, "a time is wanted here, like 10ms or 1.5s");
    return 0;
}

static int value_id(struct parser *s, struct op *o)
{
    bool g = s->len > 1 && (s->word[0] == 'g' || s->word[0] == 'G');
    o->none = !strcmp(s->word, "none");
    if (!o->none && parse_int(s->word + g, s->len - g, &o->value) < 0)
        return fail(s, "a goroutine's number is wanted here, like 104");
    return 0;
}

static int value_count(struct parser *s, struct op *o)
{
    if (parse_int(s->word, s->len, &o->value) < 0)
        return fail(s, "a whole number is wanted here");
    return 0;
}

static int value_state(struct parser *s, struct op *o)
{
    for (int i = 0; i < G_STATES; i++)
        if (!strcasecmp(s->word, gstate_names[i])) {
            o->value = i;
            return o->cmp == CMP_EQ || o->cmp == CMP_NE ? 0 : fail(s, "a state is compared with = or !=");
        }
    return fail(s, "a state is wanted here: running, runnable, waiting, syscall, notexist");
}

static int value_name(struct parser *s, struct op *o)
{
    if (o->cmp == CMP_RE || o->cmp == CMP_NRE)
        return compile(s, o, 0);
    if (o->cmp != CMP_EQ && o->cmp != CMP_NE)
        return fail(s, "a name is compared with =, !=, ~ or !~");
    o->cmp = o->cmp == CMP_EQ ? CMP_RE : CMP_NRE;
    return compile(s, o, REGEX_LITERAL | REGEX_WHOLE);
}

static int value_bool(struct parser *s, struct op *o)
{
    (void)o;
    return fail(s, "this word stands alone, without a comparison");
}

static int (*const value_of[])(struct parser *, struct op *) = {
    [FT_ID] = value_id,     [FT_COUNT] = value_count, [FT_NS] = value_ns,
    [FT_NAME] = value_name, [FT_STATE] = value_state, [FT_BOOL] = value_bool,
};

/* `field OP value`, the field's word is already read. */
static int comparison(struct parser *s, enum filter_field field)
{
    struct op *o = push(s, OP_TEST);
    if (!o)
        return -1;
    o->field = field;
    if (s->tk != TK_CMP) {
        o->cmp = CMP_EQ;
        o->value = 1;
        return filter_fields[field].type == FT_BOOL
                   ? 0
                   : fail(s, "a comparison must follow, like > 10ms; to look for this word in names, quote it");
    }
    o->cmp = s->cmp;
    if (next(s) < 0)
        return -1;
    if (s->tk != TK_WORD && s->tk != TK_TEXT)
        return fail(s, "a value is missing");
    enum filter_type type = filter_fields[field].type;
    if (type != FT_NAME && (o->cmp == CMP_RE || o->cmp == CMP_NRE))
        return fail(s, "~ is for names only");
    return value_of[type](s, o) < 0 ? -1 : next(s);
}

static int parse_or(struct parser *s);

static int primary(struct parser *s)
{
    if (s->tk == TK_OPEN) {
        if (next(s) < 0 || parse_or(s) < 0)
            return -1;
        return s->tk == TK_CLOSE ? next(s) : fail(s, "a ) is missing");
    }
    if (s->tk == TK_TEXT)
        return bare_text(s);
    if (s->tk != TK_WORD)
        return fail(s, s->tk == TK_END ? "something is missing at the end" : "a field or a text is wanted here");
    for (unsigned i = 0; i < FF_COUNT; i++)
        if (!strcmp(s->word, filter_fields[i].name))
            return next(s) < 0 ? -1 : comparison(s, (enum filter_field)i);
    return bare_text(s);
}

static int parse_not(struct parser *s)
{
    bool negate = false;
    while (is(s, "not")) {
        negate = !negate;
        if (next(s) < 0)
            return -1;
    }
    if (++s->depth > FILTER_DEPTH)
        return fail(s, "nested too deeply");
    int rc = primary(s);
    s->depth--;
    return rc < 0 || (negate && !push(s, OP_NOT)) ? -1 : 0;
}

static int parse_and(struct parser *s)
{
    if (parse_not(s) < 0)
        return -1;
    while (is(s, "and"))
        if (next(s) < 0 || parse_not(s) < 0 || !push(s, OP_AND))
            return -1;
    return 0;
}

static int parse_or(struct parser *s)
{
    if (parse_and(s) < 0)
        return -1;
    while (is(s, "or"))
        if (next(s) < 0 || parse_and(s) < 0 || !push(s, OP_OR))
            return -1;
    return 0;
}

struct filter *filter_parse(const char *text, struct err *e)
{
    struct filter *f = mem_calloc(1, sizeof *f);
    struct parser s = {.f = f, .text = text, .p = text, .e = e};
    if (next(&s) < 0 || parse_or(&s) < 0 || (s.tk != TK_END && fail(&s, "and or or is wanted here") < 0)) {
        filter_free(f);
        return NULL;
    }
    return f;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < f->n; i++)
        regex_free(f->ops[i].re);
    map_release(&f->judged);
    mem_free(f);
}

uint64_t filter_gave_up(const struct filter *f)
{
    return f->gave_up;
}

static bool name_matches(struct filter *f, unsigned op, const struct session *s, str_id name)
{
    uint64_t key = (uint64_t)op << 32 | name;
    uint32_t known = map_get(&f->judged, key);
    if (known != MAP_NONE)
        return known;
    struct str text = session_str(s, name);
    int rc = regex_match(f->ops[op].re, text.p, text.n);
    f->gave_up += rc < 0;
    map_put(&f->judged, key, rc > 0);
    return rc > 0;
}

ns_t goroutine_waiting(const struct goroutine *g)
{
    ns_t sum = 0;
    for (int i = SHARE_CHAN; i < SHARE_UNKNOWN; i++)
        sum += g->ns[i];
    return sum;
}

ns_t goroutine_life(const struct session *s, const struct goroutine *g)
{
    ns_t t0 = g->created == NS_NONE ? s->t0 : g->created;
    ns_t t1 = g->ended == NS_OPEN ? s->t1 : g->ended;
    return t1 > t0 ? t1 - t0 : 0;
}

/* The field's value; false when it is unknown. */
static bool field_value(const struct session *s, const struct goroutine *g, enum filter_field field, int64_t *v)
{
    static const uint8_t share[FF_COUNT] = {
        [FF_RUNNING] = SHARE_RUNNING, [FF_RUNNABLE] = SHARE_RUNNABLE, [FF_SYSCALL] = SHARE_SYSCALL, [FF_CHAN] = SHARE_CHAN,
        [FF_SYNC] = SHARE_SYNC,       [FF_NETWORK] = SHARE_NETWORK,   [FF_SLEEP] = SHARE_SLEEP,
    };
    switch (field) {
    case FF_G: *v = g->id; return true;
    case FF_CREATOR: *v = g->creator == IDX_NONE ? 0 : session_g(s, g->creator)->id; return g->creator != IDX_NONE;
    case FF_STATE: *v = g->last_state; return true;
    case FF_SYSTEM: *v = g->system; return true;
    case FF_ALIVE: *v = g->ended == NS_OPEN; return true;
    case FF_CREATED: *v = g->created == NS_NONE ? 0 : g->created - s->t0; return g->created != NS_NONE;
    case FF_ENDED: *v = g->ended == NS_OPEN ? 0 : g->ended - s->t0; return g->ended != NS_OPEN;
    case FF_LIFE: *v = goroutine_life(s, g); return true;
    case FF_TRANSITIONS: *v = g->transitions; return true;
    case FF_WAITING: *v = goroutine_waiting(g); return true;
    case FF_UNKNOWN:
        *v = goroutine_life(s, g) - goroutine_waiting(g) - g->ns[SHARE_RUNNING] - g->ns[SHARE_RUNNABLE] - g->ns[SHARE_SYSCALL];
        return true;
    default: *v = g->ns[share[field]]; return true;
    }
}

static bool compares(enum cmp cmp, int64_t a, int64_t b)
{
    switch (cmp) {
    case CMP_EQ: return a == b;
    case CMP_NE: return a != b;
    case CMP_LT: return a < b;
    case CMP_LE: return a <= b;
    case CMP_GT: return a > b;
    case CMP_GE: return a >= b;
    default: return false;
    }
}

static bool test(struct filter *f, unsigned i, const struct session *s, const struct goroutine *g)
{
    const struct op *o = &f->ops[i];
    int64_t v;
    if (o->re)
        return name_matches(f, i, s, g->name) == (o->cmp == CMP_RE);
    bool known = field_value(s, g, o->field, &v);
    if (o->none)
        return known == (o->cmp == CMP_NE);
    return known && compares(o->cmp, v, o->value);
}

bool filter_match(struct filter *f, const struct session *s, gidx gi)
{
    const struct goroutine *g = session_g(s, gi);
    bool stack[FILTER_OPS + 1];
    unsigned n = 0;
    for (unsigned i = 0; i < f->n; i++) {
        switch (f->ops[i].kind) {
        case OP_TEST: stack[n++] = test(f, i, s, g); break;
        case OP_NOT: stack[n - 1] = !stack[n - 1]; break;
        case OP_AND: n--, stack[n - 1] = stack[n - 1] && stack[n]; break;
        case OP_OR: n--, stack[n - 1] = stack[n - 1] || stack[n]; break;
        }
    }
    return n == 0 || stack[n - 1];
}
