/* Numbers taken apart, and the point between two of them, rounded once. Only integer arithmetic is
 * used, as in round.h. Local. */
#ifndef QDR_EXACT_BETWEEN_H
#define QDR_EXACT_BETWEEN_H

#include "exact/round.h"

/* significand * 2^exponent; what a finite double or a 64-bit integer is. */
typedef struct qdr_exact_number {
    __int128 significand; /* of at most 64 bits and a sign */
    int exponent;         /* -1074 to 971 */
} qdr_exact_number;

/* Of a finite double. */
qdr_exact_number qdr_exact_number_of(double x);

/* a + weight * (b - a), for a weight from 0 to 1. */
double qdr_exact_between(qdr_exact_number a, qdr_exact_number b, double weight, qdr_precision to);

#endif
