#include "exact/between.h"

#include <string.h>

qdr_exact_number qdr_exact_number_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int field = bits >> 52 & 0x7ff, normal = field > 0; /* subnormals have the weight of field 1 */
    __int128 significand = (__int128)((bits & 0xfffffffffffff) | (uint64_t)normal << 52);
    return (qdr_exact_number){bits >> 63 ? -significand : significand, field - normal - 1074};
}

static void add(qdr_exact_product *to, __int128 value, int exponent)
{
    qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, value,
                         (unsigned)(QDR_PRODUCT_ONE + exponent));
}

double qdr_exact_between(qdr_exact_number a, qdr_exact_number b, double weight, qdr_precision to)
{
    qdr_exact_product sum = {.count = 3, .flags = QDR_SEEN_OTHER};
    qdr_exact_number w = qdr_exact_number_of(weight);
    add(&sum, a.significand, a.exponent);
    add(&sum, -a.significand * w.significand, a.exponent + w.exponent);
    add(&sum, b.significand * w.significand, b.exponent + w.exponent);
    return qdr_exact_dot(&sum, to);
}
