/* Memory that is freed all at once: what a program's nodes, names and tables live in. Local. */
#ifndef QDR_BASE_ARENA_H
#define QDR_BASE_ARENA_H

#include <stddef.h>

typedef struct qdr_arena {
    struct qdr_arena_chunk *chunk; /* the newest of a list */
} qdr_arena;

/* size zeroed bytes, aligned for any type; NULL when memory runs out. */
void *qdr_arena_take(qdr_arena *arena, size_t size);

/* A copy of the first size bytes of text with a NUL behind them, or NULL. */
char *qdr_arena_text(qdr_arena *arena, const char *text, size_t size);

void qdr_arena_clear(qdr_arena *arena);

#endif
