/* Reductions: accumulators that are updated tile by tile and merged in any order.
 *
 * An accumulator kind says how the elements of an array are taken up. Its state is a fixed number
 * of 64-bit words, all zero when nothing was taken up yet; the same elements always end in the same
 * words, however they were cut, ordered and merged, so states of threads, ranks and machines are
 * merged by one function. While a thread updates, part of what it took up may stand in working
 * memory, in whatever form is fast; flushing moves it into the state. (Of a product of floats that
 * needs more than 256 bits, the last bits of the state hang on the order; its value does not.)
 *
 * A reduction finishes a state into its value. Several reductions may share an accumulator: var
 * and std do, and mean takes the sum that they hold.
 *
 * Everything here is local; merging over ranks is the engine's.
 */
#ifndef QUADRAT_REDUCE_H
#define QUADRAT_REDUCE_H

#include "quadrat/array.h"
#include "quadrat/visible.h"

/* A part of an array: the elements of a box of it, in C order; or some of them, where not all
 * count. */
typedef struct qdr_tile {
    qdr_dtype dtype;
    const void *elements;
    const void *second;      /* of pairs: as many elements of another array; else NULL */
    size_t count;            /* elements, at least 1 */
    const qdr_shape *shape;  /* of the array */
    const qdr_box *box;      /* NULL when only some of its elements are here */
    const uint64_t *context; /* what the states of some kinds share; else NULL */
} qdr_tile;

typedef struct qdr_accumulator {
    const char *name;
    size_t words; /* of the state */
    size_t work;  /* bytes of working memory, all zero when empty; 0 when it needs none */
    void (*update)(uint64_t *state, void *work, const qdr_tile *tile);
    void (*flush)(uint64_t *state, void *work); /* NULL when work is 0 */
    void (*merge)(uint64_t *to, const uint64_t *from);
    /* The kind whose state the first words of this one's are; NULL for none. */
    const struct qdr_accumulator *part;
} qdr_accumulator;

typedef struct qdr_reduce_options {
    qdr_dtype dtype; /* of the value, of the kind that the reduction gives elements of that dtype */
    int64_t ddof;    /* var and std divide by n - ddof */
} qdr_reduce_options;

/* Makes the value of a state; dtype is that of the elements. QDR_EUSAGE when there is none: the
 * minimum of nothing, an integer sum that does not fit, the product of complex numbers. */
typedef int qdr_finish(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                       qdr_scalar *value, qdr_error *err);

enum {
    QDR_REDUCTION_POSITION = 1, /* the value is a position, shown with its coordinates */
    QDR_REDUCTION_JUMPS = 2,    /* elements a little off can make a value that is far off */
    QDR_REDUCTION_PAIRS = 4,    /* the elements are pairs, of two arrays of one dtype */
    QDR_REDUCTION_SKIPS = 8     /* elements that are NaN are left out; a pair, when one is */
};

/* One row a reduction (src/reduce/reducers.def). */
typedef struct qdr_reduction {
    const char *name;
    const char *parameters; /* as in a Python signature: "a, *, ddof=0" */
    const char *help;       /* one line */
    const char *example;    /* an expression */
    const char *value;      /* and its value */
    const qdr_accumulator *accumulator[2]; /* for real and for complex elements */
    qdr_dtype (*result)(qdr_dtype dtype); /* the dtype of the value for elements of a dtype */
    int steps;       /* of rounding, from the exact elements: 1, or 0 for an element or a count */
    unsigned traits; /* of QDR_REDUCTION_… */
    qdr_finish *finish;
} qdr_reduction;

extern const qdr_reduction qdr_reductions[]; /* ended by a row without name */

/* The one that takes up elements of that dtype. */
const qdr_accumulator *qdr_reduction_accumulator(const qdr_reduction *reduction, qdr_dtype dtype);

/* The digest of an input. It guards against accident, not malice. An element is one word w, its
 * bits, widened with zeros to 64; a complex128 element is two, first its real part. A NaN counts as
 * the canonical quiet one. Word i of the array, in C order from 0, adds, with
 * k = (i + 1) * 0x9E3779B97F4A7C15,
 *     low32(w ^ k) * high32(w ^ k)  to the first word of the state, and
 *     low32(w + k) * high32(w + k)  to the second, all modulo 2^64.
 * The products are those of NH (Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO '99). */
extern const qdr_accumulator qdr_digest_accumulator;

#define QDR_DIGEST_TEXT 17

/* The state as 16 characters: 80 bits of BLAKE2b-256 of the text
 * "float64 10000x10000 FIRST SECOND", dtype, shape and the two words in 16 upper-case hex digits,
 * in Crockford's base32. */
void qdr_digest_text(const uint64_t *state, qdr_dtype dtype, const qdr_shape *shape,
                     char text[QDR_DIGEST_TEXT]);

#include "quadrat/hidden.h"
#endif
