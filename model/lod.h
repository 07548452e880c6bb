/* The layout of LOD rows: what the encoder writes and the timeline draws from. No code; both sides hold to it.
 *
 * A frame asks for 33 lanes of 200 cells in halves: 400 sums a lane, over anything from a microsecond to the whole trace.
 * Decoding event rows costs about 1.5 ms a segment (131,072 events), so rows serve windows of up to about 8 segments, and
 * sums must serve all wider ones in <= 16 ms cold. Cells are m * 2^j ns wide with m of 16, 20, 24, 28: a half cell is 1, 5, 3
 * or 7 whole buckets. A window over k segments thus needs 400/k .. 2800/k buckets of each segment.
 *
 * Levels. Segment i has sums at the levels segment.level, + 2 and + 4 (a bucket holds 2^level ns, aligned in the trace's
 * clock: bucket = floor(t / 2^level), arithmetic shift). segment.level is the least L >= 1 with
 *     (t1 - t0) >> L  <=  clamp(events / (12 * sets), 16, 512)        sets = sets with rows in this segment
 * so the sums of sets stay below about one row per 12 events, whatever the number of procs and groups. The reader takes the
 * coarsest level that divides its half cells, else event rows. A bucket that a segment's edge cuts has a part in each.
 *
 * Chunks: STREAM_LOD_G and STREAM_LOD_SET, one segment and one level each (chunk_ref.segment, .level), at most CHUNK_ROWS
 * rows, sorted by track and bucket; lo, hi: least and greatest track; t0, t1: the segment's. What is missing is read from event
 * rows: a first segment of fewer than LOD_EVENTS_MIN events has no sums at all, and STREAM_LOD_G is left out at a level at which it
 * would have more rows than an eighth of the segment's STREAM_G rows (then it would cost more than it saves).
 *
 * Spans. Whole views of 1,000 and more segments would decode a chunk of each. So LOD_SPAN^n segments, aligned by index, also
 * have sums over all of them, by the same rules, in chunks with chunk_ref.span > 1, .segment the first one. Their levels fit the
 * span's t1 - t0 and events, but are not finer than those of its parts that were summed (segments, or the spans of the next
 * smaller size); their t0 and t1 are the span's. These chunks lie behind those of the span's last segment and belong to no
 * segment's chunk0/nchunks: a reader takes them instead of the chunks that they cover, or ignores them. session_lod finds them.
 * In a span STREAM_LOD_G has rows of those goroutines only that have transitions in LOD_SPAN_PARTS or more of its parts, and none
 * of those that are created or end in one of its segments in a run of fewer than LOD_SMALL_RUN rows; and none at all in a span
 * within which a further source begins. A goroutine's first row is that of the span's first bucket, whether or not it had a
 * transition there.
 *
 * STREAM_LOD_G: a row for each bucket in which a transition of the goroutine fell. Its sums are the whole of the bucket within
 * the segment: every ns in which it was alive, SHARE_UNKNOWN where its state was not told (from the segment's start to its first
 * transition when that is no creation and none came before). The end share in the mask (SHARE_DEAD: not alive) holds for all
 * buckets up to its next row or the segment's end; before its first row run.class_in holds (CLASS_NONE: dead if the first
 * transition is a creation, else unknown).
 * A run of fewer than 64 rows in which the goroutine is created or ends has no rows here: it is read from the event rows. So a
 * trace of many short goroutines pays nothing, and a goroutine has at most two such runs.
 *
 * STREAM_LOD_SET, track = enum lane_kind << 28 | id, for LANE_GROUP, LANE_P, LANE_M and LANE_ALL (id 0): goroutine-ns of the
 * set. A bucket that would have the same sums as the one before is left out (the reader repeats it); buckets cut by the
 * segment's edges are always written. A set in which nobody lives in the whole segment (P, M: on which nothing ran) has none.
 *   GROUP, ALL  members as the encoder knows them now, from the start of the segment in which they are first seen (session.
 *               regroups says what earlier segments lack). Goroutines without a run count in the state they are in.
 *   M           spans in RUNNING or SYSCALL, by the thread of the transition that began them
 *   P           the same by proc; a SYSCALL span ends at the proc's first own transition after it began (it was taken away;
 *               one that only restates its state takes nothing away)
 *               A goroutine counts from the time it is known to be in that state; nothing is carried over a break (below).
 *               Both in shares RUNNING, SYSTEM (of the runtime's own goroutines, running) and SYSCALL. The goroutine's `system`
 *               is what is known when the segment is written; it may not change later.
 *
 * Groups whose index is LOD_GROUPS or more, procs from LOD_PROCS and threads from LOD_THREADS on have no rows (they are counted
 * in ALL): read them from event rows.
 *
 * Breaks. Where a further source begins, what happened since the end of the one before is not known: at the time of each entry
 * of session.breaks (the last event of a source) whatever is alive becomes SHARE_UNKNOWN until its next transition.
 */
#ifndef MODEL_LOD_H
#define MODEL_LOD_H

enum {
    LOD_LEVELS = 3, /* stored for each segment */
    LOD_LEVEL_STEP = 2,
    LOD_BUCKETS = 512, /* of a segment at its finest level, at most (+ 1 when cut at both edges) */
    LOD_BUCKETS_MIN = 16,
    LOD_EVENTS_ROW = 12, /* events for each row of the sets */
    LOD_SMALL_RUN = 64,  /* rows; see above */
    LOD_EVENTS_MIN = 8192,
    LOD_G_SHARE = 8, /* LOD_G rows are at most an eighth of the rows they sum */
    LOD_SPAN = 16,   /* segments; spans of 16, 256 … */
    LOD_SPAN_PARTS = 2,
    LOD_GROUPS = 512,
    LOD_PROCS = 256,
    LOD_THREADS = 256
};

#endif
