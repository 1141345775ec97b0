/* Totals of significands: sums of doubles, or of their products, one integer addition for each.
 *
 * A double is an integer significand times a power of two; a table has one 128-bit total for each
 * power, or of products for every other one, so nothing is lost. All zero is empty. Local, all of
 * it.
 */
#ifndef QDR_EXACT_TABLE_H
#define QDR_EXACT_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { QDR_TABLE_TOTALS = 2048 };

typedef struct qdr_table {
    /* [i]: of significands whose least bit is worth 2^(i - 1074), or of products where that is
     * 2^(2 i - 2148) */
    __int128 totals[QDR_TABLE_TOTALS];
    uint64_t touched; /* bit k: one of the totals 32 k to 32 k + 31 may not be zero */
} qdr_table;

/* How many powers of two one total is from the next. */
enum { QDR_TABLE_SUM = 1, QDR_TABLE_PRODUCT = 2 };

/* Add n doubles, or the products of n pairs, and return the flags they leave (exact.h). A sum has
 * room for 2^63 elements; products take 107 bits. */
uint64_t qdr_table_add_elements(qdr_table *table, const double *x, size_t n);
uint64_t qdr_table_add_products(qdr_table *table, const double *x, const double *y, size_t n);

/* Adds value * 2^bit times the worth of the lowest bit. */
void qdr_table_add_scaled(qdr_table *table, int64_t value, int bit, int powers);

/* Adds the totals to limbs and makes them zero. */
void qdr_table_empty(qdr_table *table, uint64_t *limbs, size_t count, int powers);

#endif
