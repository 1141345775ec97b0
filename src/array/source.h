/* Making a source. A kind of source fills runs of consecutive positions; reading a box is the
 * same for all of them. */
#ifndef QDR_ARRAY_SOURCE_H
#define QDR_ARRAY_SOURCE_H

#include "array/keep.h"
#include "base/map.h"
#include "quadrat/array.h"

struct qdr_source {
    qdr_dtype dtype;
    qdr_shape shape;
    bool reversed;    /* Fortran order: */
    qdr_shape stored; /* the shape in whose C order the elements lie, that one or its reverse */
    const char *memory; /* where they lie, of a mapped file or an array in memory; else NULL */
    /* Puts the elements at positions [position, position + count) into elements; unless they lie in
     * memory. */
    int (*fill)(const qdr_source *source, int64_t position, int64_t count, void *elements,
                qdr_error *err);
    qdr_windows *windows; /* of that memory, where it keeps another source's elements; else NULL */
    char *path; /* owned; NULL for a generator */
    union {
        struct {
            int fd;
            qdr_map *map; /* NULL when it is only read */
            bool ahead;   /* runs are read ahead, rather than used from the map */
            uint64_t offset, trailing;
            bool swapped;
        } file;
        qdr_scalar constant;
        struct {
            qdr_scalar first, second;
        } range;
        struct {
            double start, stop;
            int64_t divisor, last; /* last: the index of stop; -1 when it is no element */
        } line;
        struct {
            qdr_scalar one;
            int64_t offset; /* from row to column */
        } diagonal;
        struct {
            uint64_t seed;
            double loc, scale; /* of normal */
            uint64_t low, span; /* of integers: the first one, and the last less the first */
        } random;
    };
};

/* One row a file format. */
typedef struct qdr_file_format {
    const char *ending; /* of file names: ".npy" */
    /* Reads the header. Fills all of *layout but the format. */
    int (*probe)(int fd, const char *path, uint64_t size, qdr_layout *layout, qdr_error *err);
    int (*fill)(const qdr_source *source, int64_t position, int64_t count, void *elements,
                qdr_error *err);
} qdr_file_format;

extern const qdr_file_format qdr_npy_format;

/* A fill for formats that keep the elements as one run in C order behind a header. */
int qdr_source_fill_plain(const qdr_source *source, int64_t position, int64_t count,
                          void *elements, qdr_error *err);

/* Makes elements of a file this machine's: swapped, if the file's are, and bools 0 or 1. */
void qdr_source_finish(const qdr_source *source, void *elements, int64_t count);

/* A new source of that dtype and shape, in C order, all else zero. */
int qdr_source_new(qdr_dtype dtype, const qdr_shape *shape, qdr_source **source, qdr_error *err);

/* Reads a box of the array that has the shape `stored`. */
int qdr_source_read_stored(const qdr_source *source, const qdr_box *box, void *elements,
                           qdr_error *err);

/* Elements at consecutive positions, which are read together with those behind them when they follow
 * on the last ones. *elements is where they are in ahead->room. */
int qdr_source_read_ahead(const qdr_source *source, int64_t position, int64_t count,
                          qdr_ahead *ahead, const void **elements, qdr_error *err);

/* Reads a box of a view of elements in memory: see qdr_source_elements. */
int qdr_source_pick(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                    qdr_ahead *ahead, void *room, const void **elements, qdr_error *err);

#endif
