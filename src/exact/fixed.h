/* Fixed-point numbers: two's complement in little-endian 64-bit limbs, limbs[0] the lowest.
 *
 * A sum of doubles is a multiple of 2^-1074, a product of two of 2^-2148: with the least bit there,
 * addition is exact, and so independent of order. Doubles are below 2^1024, which leaves 77 bits of
 * a sum and 91 of a sum of products, beside the sign, for the number of terms.
 * Whatever passes the top limb is lost, as in any two's complement. Local, all of it.
 */
#ifndef QDR_EXACT_FIXED_H
#define QDR_EXACT_FIXED_H

#include <stddef.h>
#include <stdint.h>

enum {
    QDR_SUM_LIMBS = 34,
    QDR_SUM_ONE = 1074, /* index of the bit that is worth 1; bit 0 is worth 2^-1074 */
    QDR_PRODUCT_LIMBS = 67,
    QDR_PRODUCT_ONE = 2148
};

/* to += from. */
void qdr_fixed_add(uint64_t *to, const uint64_t *from, size_t limbs);

/* to += value * 2^bit, for bit < 64 * limbs. */
void qdr_fixed_add_scaled(uint64_t *to, size_t limbs, __int128 value, unsigned bit);

/* to = -to. */
void qdr_fixed_negate(uint64_t *to, size_t limbs);

/* The next two take numbers without a sign. */

/* to += from * by, for count <= limbs limbs of from that do not overlap to. */
void qdr_fixed_add_product(uint64_t *to, size_t limbs, const uint64_t *from, size_t count,
                           uint64_t by);

/* to = floor(to / by), by > 0; returns the remainder. */
uint64_t qdr_fixed_divide(uint64_t *to, size_t limbs, uint64_t by);

#endif
