/* Working accumulators: what one thread adds elements to before it flushes them into an
 * accumulator of exact.h. They are fast and large, and are never stored, sent or compared.
 *
 * A double is an integer significand times a power of two; there is one 128-bit total of
 * significands for each power, so that an addition is one integer addition and nothing is lost.
 * Blocks of doubles that are not too far apart are summed by windows first, many times as fast, and
 * the units of the windows' levels are powers of two again. Floats are doubles here.
 *
 * All zero is empty. They take 32 KiB: from calloc, say, once a thread. Arrays are read by plain
 * loads; they must not overlap the bins. NaN, infinities and -0.0 become flags. Local, all of it.
 */
#ifndef QDR_EXACT_BINS_H
#define QDR_EXACT_BINS_H

#include <stddef.h>
#include <stdint.h>

#include "exact/exact.h"
#include "exact/window.h"

enum { QDR_BINS = 2048 };

typedef struct qdr_bin_table {
    __int128 totals[QDR_BINS]; /* [i]: of significands whose least bit is worth 2^(i - 1074), or of
                                  products where that is 2^(2 i - 2148) */
    uint64_t touched;          /* bit k: one of the totals 32 k to 32 k + 31 may not be zero */
} qdr_bin_table;

/* For sums. Room for 2^63 elements between flushes. */
typedef struct qdr_bins {
    qdr_bin_table table;
    __int128 integers; /* the total of integer elements */
    uint64_t count, flags;
    const qdr_window_kernels *kernels; /* NULL before the first float */
} qdr_bins;

void qdr_bins_add_f64(qdr_bins *bins, const double *x, size_t n);
void qdr_bins_add_f32(qdr_bins *bins, const float *x, size_t n);
void qdr_bins_add_i64(qdr_bins *bins, const int64_t *x, size_t n);
void qdr_bins_add_u64(qdr_bins *bins, const uint64_t *x, size_t n);
void qdr_bins_add_bool(qdr_bins *bins, const uint8_t *x, size_t n); /* each 0 or 1 */

/* Adds everything to `to` and empties the bins. */
void qdr_bins_flush(qdr_bins *bins, qdr_exact_sum *to);

/* For sums of products of the elements of two arrays, which may be one and the same: squares. */
typedef struct qdr_product_bins {
    qdr_bin_table table;
    uint64_t pending;                    /* products added one by one, of which there is room for 2^19 */
    uint64_t spilled[QDR_PRODUCT_LIMBS]; /* what was in the table when it was full */
    unsigned __int128 integers_low;      /* the totals of the halves of integers' products */
    __int128 integers_high;
    uint64_t count, flags;
    const qdr_window_kernels *kernels;
} qdr_product_bins;

void qdr_product_bins_add_f64(qdr_product_bins *bins, const double *x, const double *y, size_t n);
void qdr_product_bins_add_f32(qdr_product_bins *bins, const float *x, const float *y, size_t n);
void qdr_product_bins_add_i64(qdr_product_bins *bins, const int64_t *x, const int64_t *y, size_t n);
void qdr_product_bins_add_u64(qdr_product_bins *bins, const uint64_t *x, const uint64_t *y,
                              size_t n);

/* The same as adding x and x, but of floats faster; each bool is 0 or 1. */
void qdr_product_bins_square_f64(qdr_product_bins *bins, const double *x, size_t n);
void qdr_product_bins_square_f32(qdr_product_bins *bins, const float *x, size_t n);
void qdr_product_bins_square_i64(qdr_product_bins *bins, const int64_t *x, size_t n);
void qdr_product_bins_square_u64(qdr_product_bins *bins, const uint64_t *x, size_t n);
void qdr_product_bins_square_bool(qdr_product_bins *bins, const uint8_t *x, size_t n);

void qdr_product_bins_flush(qdr_product_bins *bins, qdr_exact_product *to);

#endif
