/* Pairs: the exact sums of many lines of numbers side by side, one a lane of a vector.
 *
 * The sum of a line is kept as two doubles, high + low, which are as many as short lines nearly
 * always need. A number is added to high, what that rounds off to low, and what that rounds off
 * must be 0; both errors are doubles, and exact (Møller, "Quasi double-precision in floating point
 * addition", BIT 5, 1965; Knuth's TwoSum). So a pair proves itself: where something is left, or is
 * NaN as it becomes of what is infinite or too large, the line has failed, and its pair is what it
 * was before the call. Whoever calls then adds the line's numbers in another way.
 *
 * An empty pair is -0.0 and -0.0. high is -0.0 as long as all numbers were, and never again.
 *
 * Rounding must be to nearest, and subnormal numbers must be numbers. Local, all of it.
 */
#ifndef QDR_EXACT_PAIRS_H
#define QDR_EXACT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pairs of n lines, which stand side by side in memory. */
typedef struct qdr_pairs {
    double *high, *low;
    size_t n;
} qdr_pairs;

/* Of one instruction set. They return whether any line failed; only then failed[i] becomes whether
 * line i did. */
typedef struct qdr_pair_kernels {
    /* Adds `length` numbers to each line: the k-th of line i is x[k * stride + i]. */
    bool (*add_across)(qdr_pairs pairs, const double *x, size_t length, size_t stride,
                       bool *failed);
    /* The same, of x[i * length + k]. */
    bool (*add_along)(qdr_pairs pairs, const double *x, size_t length, bool *failed);
    /* The sums over `count`, 1 or more and below 2^53, each rounded once: to double, or to float.
     * A line fails when that can't be told, and far from 1 it may. */
    bool (*quotients)(qdr_pairs pairs, double count, double *to, bool *failed);
    bool (*quotients_float)(qdr_pairs pairs, double count, float *to, bool *failed);
} qdr_pair_kernels;

#endif
