/* Reductions: accumulators that are updated tile by tile and merged in any order.
 *
 * An accumulator kind says how the elements of an array are taken up. Its state is a fixed number
 * of 64-bit words, all zero when nothing was taken up yet; the same elements always end in the same
 * words, however they were cut, ordered and merged, so states of threads, ranks and machines are
 * merged by one function. While a thread updates, part of what it took up may stand in working
 * memory, in whatever form is fast; flushing moves it into the state. (Of a product of floats that
 * needs more than 256 bits, the last bits of the state hang on the order; its value does not.)
 *
 * Some kinds have a context as well: words that say what is looked for, const during a pass and
 * equal on all ranks. When a pass is over, it advances by the merged state, and after the last pass
 * it is what is finished instead of the state. So a median narrows down where it lies.
 *
 * A reduction finishes a state into its value. Several reductions may share an accumulator: var
 * and std do, as min, max and ptp; and mean takes the sum that var holds.
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
    const void *elements;    /* a NaN may be any, a bool is 0 or 1 */
    const void *second;      /* of pairs: as many elements of another array, of dtype too; float64
                                weights of a histogram; else NULL */
    size_t count;            /* elements, at least 1 */
    const qdr_shape *shape;  /* of the array */
    const qdr_box *box;      /* NULL when only some of its elements are here */
    const uint64_t *context; /* what the states of some kinds share; else NULL */
} qdr_tile;

typedef struct qdr_reduce_options {
    qdr_dtype dtype; /* of the value, of the kind that the reduction gives elements of that dtype */
    int64_t ddof;    /* var and std divide by n - ddof */
    int64_t length;  /* elements that one value is made of, at most */
    int64_t outputs; /* values, of a reduction along axes */
    const double *numbers; /* of order statistics: which quantiles, each in [0, 1]; see bins */
    size_t count;          /* of numbers */
    int method;            /* of order statistics: qdr_quantile_method */
    int64_t bins;          /* of histograms, see histogram.h; numbers are the range, or none; */
    bool edges;            /* or all edges */
    bool weighted, density;
} qdr_reduce_options;

/* Where words come from that are said to be a state or a context. */
typedef struct qdr_taken {
    qdr_dtype dtype;   /* of the elements */
    uint64_t elements; /* that one value has taken up there, at most; below 2^63 */
    int pass;          /* of a state: the one it is of, from 0; of a context: how many are over */
} qdr_taken;

typedef bool qdr_validator(const uint64_t *words, const qdr_taken *taken,
                           const qdr_reduce_options *options);

typedef struct qdr_accumulator {
    const char *name;
    size_t words; /* of the state, where size is NULL */
    size_t (*size)(const qdr_reduce_options *options);
    size_t work;  /* bytes of working memory, all zero when empty; 0 when it needs none */
    void (*update)(uint64_t *state, void *work, const qdr_tile *tile);
    void (*flush)(uint64_t *state, void *work); /* NULL when work is 0 */
    void (*merge)(uint64_t *to, const uint64_t *from);
    qdr_validator *valid; /* see qdr_accumulator_valid; NULL where any words are a state */
    /* The kind whose state the first words of this one's are; NULL for none. */
    const struct qdr_accumulator *part;
    const struct qdr_abreast *abreast; /* src/reduce/abreast.h; NULL where a kind has no such way */
    /* Of kinds with a context, which is all zero at first: its words, the number of passes, what is
     * written there before the first one, and the step from one to the next. NULL where there is
     * none, and one pass. Beginning may be told the bounds of the elements, of their dtype. */
    size_t (*context)(const qdr_reduce_options *options);
    int (*passes)(qdr_dtype dtype);
    int (*begin)(uint64_t *context, qdr_dtype dtype, const qdr_reduce_options *options,
                 const qdr_scalar *bounds, qdr_error *err);
    void (*advance)(uint64_t *context, const uint64_t *state, qdr_dtype dtype,
                    const qdr_reduce_options *options);
    qdr_validator *valid_context;
} qdr_accumulator;

size_t qdr_accumulator_words(const qdr_accumulator *accumulator, const qdr_reduce_options *options);
size_t qdr_accumulator_context(const qdr_accumulator *accumulator,
                               const qdr_reduce_options *options);
int qdr_accumulator_passes(const qdr_accumulator *accumulator, qdr_dtype dtype);

/* Whether words, which may be anybody's, can be a state of the kind, or a context. One look at the
 * words does not tell whether any data make them, but everything here can be done with valid ones
 * without harm: states may be merged and take up more, as long as all that was taken up is no more
 * than options->length elements; a state of a pass may advance a context of that pass, which is
 * valid no more when they can't go together; and both may be finished, whatever comes out. */
bool qdr_accumulator_valid(const qdr_accumulator *accumulator, const uint64_t *state,
                           const qdr_taken *taken, const qdr_reduce_options *options);
bool qdr_accumulator_valid_context(const qdr_accumulator *accumulator, const uint64_t *context,
                                   const qdr_taken *taken, const qdr_reduce_options *options);

/* Makes the value of a state, or context; dtype is that of the elements. Where the value is an
 * array, value is one of its elements. QDR_EUSAGE when there is none: the minimum of nothing, an
 * integer sum that does not fit, the product of complex numbers. */
typedef int qdr_finish(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                       qdr_scalar *value, qdr_error *err);

enum {
    QDR_REDUCTION_POSITION = 1, /* the value is a position, shown with its coordinates */
    QDR_REDUCTION_JUMPS = 2,    /* elements a little off can make a value that is far off */
    QDR_REDUCTION_PAIRS = 4,    /* the elements are pairs, of two arrays of one dtype */
    QDR_REDUCTION_SKIPS = 8,    /* elements that are NaN are left out; a pair, when one is */
    QDR_REDUCTION_ORDER = 16,   /* an order statistic, see quantile.h */
    QDR_REDUCTION_BINS = 32,    /* a histogram, see histogram.h */
    QDR_REDUCTION_WHOLE = 64,   /* whose bins are those of whole numbers from 0 on */
    QDR_REDUCTION_EDGES = 128,  /* of which only the edges are wanted */
    QDR_REDUCTION_VECTORS = 256 /* only of arrays of one axis: NumPy has something else for more */
};

/* One row a reduction (src/reduce/reducers.def). */
typedef struct qdr_reduction {
    const char *name;
    const char *parameters; /* as in a Python signature: "a, *, ddof=0" */
    const char *help;       /* one line */
    const char *example;    /* an expression */
    const char *value;      /* and its value */
    /* The kind that takes up elements of that dtype; NULL when nothing does. */
    const qdr_accumulator *(*accumulator)(qdr_dtype dtype, const qdr_reduce_options *options);
    qdr_dtype (*result)(qdr_dtype dtype); /* the dtype of the value for elements of a dtype */
    int steps;       /* of rounding, from the exact elements: 1, or 0 for an element or a count */
    unsigned traits; /* of QDR_REDUCTION_… */
    qdr_finish *finish;
} qdr_reduction;

extern const qdr_reduction qdr_reductions[]; /* ended by a row without name */

/* The reduction of that name, which is one of the table's. */
const qdr_reduction *qdr_reduction_named(const char *name);

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
