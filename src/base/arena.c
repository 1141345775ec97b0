#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536 /* bytes; a larger request gets a chunk of its own */

struct qdr_arena_chunk {
    struct qdr_arena_chunk *older;
    size_t used, capacity; /* bytes of data */
    alignas(max_align_t) char data[];
};

void *qdr_arena_take(qdr_arena *arena, size_t size)
{
    size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + unit - 1) / unit * unit;
    struct qdr_arena_chunk *chunk = arena->chunk;
    if (!chunk || chunk->capacity - chunk->used < size) {
        size_t capacity = size > CHUNK ? size : CHUNK;
        chunk = calloc(1, sizeof *chunk + capacity);
        if (!chunk)
            return NULL;
        chunk->older = arena->chunk;
        chunk->capacity = capacity;
        arena->chunk = chunk;
    }
    void *taken = chunk->data + chunk->used;
    chunk->used += size;
    return taken;
}

char *qdr_arena_text(qdr_arena *arena, const char *text, size_t size)
{
    char *copy = qdr_arena_take(arena, size + 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void qdr_arena_clear(qdr_arena *arena)
{
    while (arena->chunk) {
        struct qdr_arena_chunk *older = arena->chunk->older;
        free(arena->chunk);
        arena->chunk = older;
    }
}
