/* Where the elements of an array go while they are made: into memory, on every rank, when later
 * passes want them; into the report, where a few are shown; into files.
 *
 * Local, all of it.
 */
#ifndef QDR_EXPR_STORE_H
#define QDR_EXPR_STORE_H

#include "quadrat/reduce.h"

/* A file that is being written. */
typedef struct qdr_store_file {
    const char *path; /* for messages */
    int fd;
    uint64_t offset; /* of the first element, bytes */
    const struct qdr_store_file *next;
} qdr_store_file;

typedef struct qdr_store {
    qdr_dtype dtype;
    qdr_shape shape;
    void *kept;             /* all elements; NULL when nobody wants them */
    void *shown;            /* the elements that are shown, likewise */
    qdr_shape shown_shape;  /* of them as an array: see qdr_store_shown */
    const qdr_store_file *file; /* a list */
} qdr_store;

/* The shape of what is shown of an array: its own when it has at most `most` elements. Otherwise, along
 * each axis that is longer, the first and last three indices, or fewer where even that is too much. */
qdr_shape qdr_store_shown(const qdr_shape *shape, int64_t most);

/* Puts the elements of a tile, whose NaNs are canonical, into memory; and into buffer, which holds
 * those of the box `piece`, unless it is NULL. */
void qdr_store_put(const qdr_store *store, const qdr_tile *tile, const qdr_box *piece,
                   void *buffer);

/* Writes the elements of a piece to the files. */
int qdr_store_write(const qdr_store *store, const qdr_box *piece, const void *buffer,
                    qdr_error *err);

#endif
