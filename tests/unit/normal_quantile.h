/* What tests of normal numbers share: the approximations of array/normal.h, each where it holds. */
#ifndef NORMAL_QUANTILE_H
#define NORMAL_QUANTILE_H

#include "array/normal.h"

/* The z >= 0 that a standard normal number is above with probability p, where q = 1/2 - p is given
 * too, 0 <= q < 1/2. */
static inline double normal_quantile(double p, double q)
{
    double r = sqrt(-qdr_normal_logarithm(p));
    return q <= QDR_NORMAL_MIDDLE ? qdr_normal_middle(q)
           : r <= QDR_NORMAL_TAIL ? qdr_normal_tail(r)
                                  : qdr_normal_end(r);
}

#endif
