/* Private to the cache and to model/timeline: what hangs on a session's cache besides decoded chunks. */
#ifndef MODEL_CHUNK_CACHE_H
#define MODEL_CHUNK_CACHE_H

#include "model/chunk.h"

/* The timeline's own caches live and die with the chunks' (one lifetime: the session). */
struct cache_extra {
    void *data;
    void (*free)(void *data);
};
struct cache_extra *cache_extra(struct cache *c);
/* Forgets all decoded chunks that nobody holds: what a measurement of cold frames needs. */
void cache_drop(struct cache *c);

#endif
