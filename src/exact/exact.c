#include "exact/exact.h"

#include <string.h>

_Static_assert(sizeof(qdr_exact_sum) == 288, "288 bytes are the stored form of a sum");
_Static_assert(sizeof(qdr_exact_product) == 552, "552 bytes are the stored form of a product");

void qdr_exact_sum_merge(qdr_exact_sum *to, const qdr_exact_sum *from)
{
    qdr_fixed_add(to->limbs, from->limbs, QDR_SUM_LIMBS);
    to->count += from->count;
    to->flags |= from->flags;
}

void qdr_exact_product_merge(qdr_exact_product *to, const qdr_exact_product *from)
{
    qdr_fixed_add(to->limbs, from->limbs, QDR_PRODUCT_LIMBS);
    to->count += from->count;
    to->flags |= from->flags;
}

/* Whether a number is a multiple of 2^least with a magnitude of at most count * 2^most; here those
 * are bits. */
static bool in_range(const uint64_t *limbs, size_t size, unsigned least, unsigned most,
                     uint64_t count)
{
    uint64_t room[QDR_PRODUCT_LIMBS], below = limbs[least / 64] & ((1ull << least % 64) - 1);
    for (size_t i = 0; i < least / 64; i++)
        below |= limbs[i];
    memcpy(room, limbs, size * sizeof *limbs);
    if (!(limbs[size - 1] >> 63))
        qdr_fixed_negate(room, size);
    qdr_fixed_add_scaled(room, size, (__int128)count, most);
    return !below && !(room[size - 1] >> 63);
}

static bool valid(const uint64_t *limbs, size_t size, int one, uint64_t count, uint64_t flags,
                  const qdr_exact_terms *terms)
{
    uint64_t known = QDR_SEEN_OTHER;
    if (terms->floating)
        known |= QDR_SEEN_NAN | QDR_SEEN_PLUS_INF | (terms->negative ? QDR_SEEN_MINUS_INF : 0);
    bool zeros = terms->floating && terms->negative; /* -0.0 alone leaves no flag */
    bool negative = limbs[size - 1] >> 63;
    return !(flags & ~known) && (count ? flags || zeros : !flags) &&
           (terms->negative || !negative) &&
           in_range(limbs, size, (unsigned)(one + terms->least), (unsigned)(one + terms->most),
                    flags & QDR_SEEN_OTHER ? count : 0);
}

bool qdr_exact_sum_valid(const qdr_exact_sum *sum, const qdr_exact_terms *terms)
{
    return valid(sum->limbs, QDR_SUM_LIMBS, QDR_SUM_ONE, sum->count, sum->flags, terms);
}

bool qdr_exact_product_valid(const qdr_exact_product *product, const qdr_exact_terms *terms)
{
    return valid(product->limbs, QDR_PRODUCT_LIMBS, QDR_PRODUCT_ONE, product->count,
                 product->flags, terms);
}
