#include "exact/exact.h"

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
