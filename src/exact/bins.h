/* Working accumulators: what one thread adds elements to before it flushes them into an
 * accumulator of exact.h. They are fast and large, and are never stored, sent or compared.
 *
 * Blocks of floats that are not too far apart are summed by windows, as fast as memory gives them;
 * others one by one, by a table. Floats and halves are doubles here.
 *
 * All zero is empty. They take 32 KiB: from calloc, say, once a thread. Arrays are read by plain
 * loads; they must not overlap the bins. NaN, infinities and -0.0 become flags. Local, all of it.
 */
#ifndef QDR_EXACT_BINS_H
#define QDR_EXACT_BINS_H

#include <stddef.h>
#include <stdint.h>

#include "exact/exact.h"
#include "exact/kernels.h"
#include "exact/table.h"

/* The types of elements, and what they are called here; f16 are the bits of binary16. */
#define QDR_EXACT_TYPES(M)                                                                         \
    M(f64, double) M(f32, float) M(f16, uint16_t) QDR_INTEGER_TYPES(M)

/* For sums. Room for 2^63 elements between flushes. */
typedef struct qdr_bins {
    qdr_table table;
    __int128 integers; /* the total of integer elements */
    uint64_t count, flags;
    const qdr_exact_kernels *kernels; /* NULL before the first element */
} qdr_bins;

/* For sums of products of the elements of two arrays, which may be one and the same: squares. */
typedef struct qdr_product_bins {
    qdr_table table;
    uint64_t pending;                    /* products added one by one, with room for 2^19 */
    uint64_t spilled[QDR_PRODUCT_LIMBS]; /* what was in the table when it was full */
    qdr_integer_total integers;
    uint64_t count, flags;
    const qdr_exact_kernels *kernels;
} qdr_product_bins;

/* qdr_bins_add_f64(bins, x, n), qdr_product_bins_add_f64(bins, x, y, n), and both at once, the
 * elements and their squares, qdr_moments_add_f64(bins, squares, x, n), and so on. */
#define QDR_ADDERS(name, type)                                                                     \
    void qdr_bins_add_##name(qdr_bins *bins, const type *x, size_t n);                             \
    void qdr_product_bins_add_##name(qdr_product_bins *bins, const type *x, const type *y,         \
                                     size_t n);                                                    \
    void qdr_moments_add_##name(qdr_bins *bins, qdr_product_bins *squares, const type *x, size_t n);
QDR_EXACT_TYPES(QDR_ADDERS)
#undef QDR_ADDERS

/* Add everything to `to` and empty the bins. */
void qdr_bins_flush(qdr_bins *bins, qdr_exact_sum *to);
void qdr_product_bins_flush(qdr_product_bins *bins, qdr_exact_product *to);

#endif
