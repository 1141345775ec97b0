/* Canonical accumulators: the exact sum of elements, or of products of elements.
 *
 * They are what is stored, sent and merged. Equal elements give equal bytes, in whatever order and
 * parts they were added, so accumulators may be compared with memcmp. Both are arrays of uint64_t
 * without padding; all zero is the empty one. Elements are added through bins.h, and round.h makes
 * results of them.
 *
 * NaN and infinities are not in the limbs: they leave a flag, and flags stay. Local, all of it.
 */
#ifndef QDR_EXACT_EXACT_H
#define QDR_EXACT_EXACT_H

#include <stdbool.h>
#include <stdint.h>

#include "exact/fixed.h"

/* What the terms have been; of a product, it is the product that counts. */
enum {
    QDR_SEEN_NAN = 1,
    QDR_SEEN_PLUS_INF = 2,
    QDR_SEEN_MINUS_INF = 4,
    QDR_SEEN_OTHER = 8 /* anything but -0.0; integers are never -0.0 */
};

typedef struct qdr_exact_sum {
    uint64_t limbs[QDR_SUM_LIMBS];
    uint64_t count; /* terms, NaN and infinities included */
    uint64_t flags; /* QDR_SEEN_... */
} qdr_exact_sum;

/* A sum of squares or a dot product. */
typedef struct qdr_exact_product {
    uint64_t limbs[QDR_PRODUCT_LIMBS];
    uint64_t count;
    uint64_t flags;
} qdr_exact_product;

/* What terms can be. */
typedef struct qdr_exact_terms {
    int least, most; /* multiples of 2^least, of a magnitude of 2^most or less */
    bool negative;   /* some below zero */
    bool floating;   /* some NaN or infinite or -0.0 */
} qdr_exact_terms;

/* Whether words, which may be anybody's, can be the sum of as many such terms as its count says. */
bool qdr_exact_sum_valid(const qdr_exact_sum *sum, const qdr_exact_terms *terms);
bool qdr_exact_product_valid(const qdr_exact_product *product, const qdr_exact_terms *terms);

/* Adds all that is in from to `to`. Commutative and associative. */
void qdr_exact_sum_merge(qdr_exact_sum *to, const qdr_exact_sum *from);
void qdr_exact_product_merge(qdr_exact_product *to, const qdr_exact_product *from);

#endif
