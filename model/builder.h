/* The builder: the only door through which importers write.
 *
 * An importer interns names in b->dict, fills 32-byte events into the current block with builder_next, and calls
 * builder_generation at each generation's end. Full blocks go to the sink: the model (store), or a plain printer.
 *
 *     struct event *e = builder_next(b);      // may hand a full block over; NULL only when the import is to stop
 *     *e = (struct event){.t = t, .g = g, ...};
 *
 * With threads, blocks are handed to a consumer thread through a bounded queue; the result is the same bytes.
 */
#ifndef MODEL_BUILDER_H
#define MODEL_BUILDER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/density.h"
#include "model/dict.h"
#include "model/event.h"

enum note_severity { NOTE_INFO, NOTE_LOSS, NOTE_ERROR };
enum note_id {
#define NOTE(id, name, severity, sentence) NOTE_##id,
#include "model/notes.def"
#undef NOTE
    NOTE_COUNT
};
struct note_spec {
    const char *name;
    enum note_severity severity;
    const char *sentence;
};
extern const struct note_spec note_specs[NOTE_COUNT];
extern const char *const note_severity_names[3]; /* info loss error */

struct note {
    uint64_t count;
    char first[320]; /* what the first one was, and where */
};

enum { SOURCE_PATH = 1024 };

/* What is known of one source; filled by the importer, read by overview. */
struct source_info {
    char path[SOURCE_PATH];
    char format[32];  /* "go-trace" */
    char version[16]; /* "1.26" */
    uint64_t events, bytes, wire_events, generations;
    uint64_t file_bytes;   /* as it lies, packed or not; 0 with an unknown hash */
    char content_hash[33]; /* XXH3-128 of all these bytes in hex; "": not all of them were read */
    uint64_t wire_by_type[256];
    bool complete;
    int64_t dropped_from_byte; /* -1: nothing dropped */
    struct note notes[NOTE_COUNT];
};

/* Events of a stretch of time, in order, and what the odd ones carry. Borrowed during sink->block. */
enum { BLOCK_EVENTS = 1 << 17 };
struct event_block {
    struct event *ev;
    size_t n;
    struct event_ext *ext;
    size_t next, ext_cap;
    uint32_t ng, nm, np; /* dict sizes when the block was handed over: ids below are safe to read */
    struct dict_sizes names;
    bool last_of_generation;
    bool first_of_source; /* what was open in the source before is not known from here on */
};

struct event_sink {
    void *ctx;
    /* Takes a block in order; returns -1 with *e set to stop the import. Called on the consumer thread when there is one. */
    int (*block)(void *ctx, const struct event_block *b, struct err *e);
};

struct progress {
    /* written by the importer, read by anyone (relaxed atomics) */
    uint64_t bytes_done, bytes_total; /* of the file as it lies; total 0 = unknown */
    uint64_t events;
    uint64_t unpacked;      /* bytes after unwrapping */
    uint64_t ordered;       /* of these, those whose events came out: a generation is read at once, and then ordered */
    struct density density; /* until the first events: where bytes lie in time */
    int32_t stop;           /* set by the user's side: the importer ends at the next block or batch */
};

struct builder {
    struct dict *dict;          /* borrowed */
    struct source_info *source; /* borrowed: the source being read */
    struct progress *progress;  /* borrowed */
    struct event *at, *end;     /* room in the current block */
    struct event_block *cur;
    struct builder_queue *queue; /* private */
    struct err err;              /* of the sink */
    bool failed;
    ns_t last_t;         /* of the last finished event, NS_NONE before the first */
    uint64_t max_memory; /* bytes the process may have used at most, 0 no bound; set behind builder_init */
};

/* threads: 1 = the sink runs in builder_next's caller, 2 = on a thread of its own. */
void builder_init(struct builder *b, struct dict *d, struct progress *p, struct event_sink sink, int threads);
/* Hands over what is left, waits for the sink, frees. 0, or -1 with *e set by the sink. */
int builder_finish(struct builder *b, struct err *e);

/* Called by import_source once b->source is set: what is left of the source before is handed over, so that no block
 * holds events of two. b->last_t is then that source's last time, NS_NONE for the first one. */
void builder_begin_source(struct builder *b);
/* Name of the source before this one, "" for the first. */
const char *builder_source_before(const struct builder *b);

struct event *builder_next_block(struct builder *b);
/* The next event's slot (uninitialised), or NULL when the import must stop (b->failed, or the user's stop). */
static inline struct event *builder_next(struct builder *b)
{
    if (b->at < b->end)
        return b->at++;
    return builder_next_block(b);
}
/* Takes the last slot back (its event turned out not to exist). */
static inline void builder_unget(struct builder *b)
{
    b->at--;
}
/* An ext record for an event of the current block; call it after builder_next of that event. Returns its index. */
uint32_t builder_ext(struct builder *b, struct event_ext **out);
/* A generation is whole: the block is handed over so that views can show it. */
int builder_generation(struct builder *b);
/* Hands over what there is, however little: nothing more will come for a while. */
int builder_flush(struct builder *b);
/* Whether the process has kept within max_memory. 0, or -1 with *e (ERR_LIMIT), whose place is the caller's to say. */
int builder_check_memory(const struct builder *b, struct err *e);
/* Counts an oddity and keeps the first one's text. */
void builder_note(struct builder *b, enum note_id id, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline bool builder_stopped(const struct builder *b)
{
    return b->failed || __atomic_load_n(&b->progress->stop, __ATOMIC_RELAXED);
}

#endif
