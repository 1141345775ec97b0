#include "exact/between.h"

#include <math.h>

qdr_exact_number qdr_exact_number_of(double x)
{
    int exponent;
    double fraction = frexp(x, &exponent); /* of 53 bits behind the point */
    if (exponent < -1021)                  /* subnormal: the least bit is worth 2^-1074 */
        return (qdr_exact_number){(__int128)ldexp(x, 1074), -1074};
    return (qdr_exact_number){(__int128)ldexp(fraction, 53), x == 0 ? 0 : exponent - 53};
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
