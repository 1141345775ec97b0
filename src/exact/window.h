/* Windows: sums of doubles that are not too far apart, exact though added as doubles.
 *
 * A level is a double S that starts at M = 1.5 * 2^52 units, a unit being a power of two. While S
 * is from 2^52 to 2^53 units, the doubles near it are one unit apart. So S + x is S and the whole
 * number of units nearest to x; the difference of the two sums is that number of units exactly; and
 * x less it is a double as well, of half a unit at most: the rest, which goes to the next level,
 * whose unit is 2^45 times smaller, or the least there is. The bits of S less those of M, as
 * integers, count the units that were taken. (Rump, Ogita, Oishi, "Accurate floating-point
 * summation", SIAM J. Sci. Comput. 31, 2008, call it extraction; Demmel, Nguyen, "Parallel
 * reproducible summation", IEEE Trans. Comput. 64, 2015, sum by levels.)
 *
 * S stays where it has to be, since M is in the middle, 2^51 units from either end, and a level
 * starts anew after 64 additions of what comes from outside:
 * - x is less than 2^45 units of the first level;
 * - a rest is at most 2^44 units of the next level, and so is the error of a rounded product of the
 *   first: 64 of both are 2^51.
 * Nothing is left after the last level, since its unit divides all numbers of the block. So a
 * window, that is, the units of all levels, is chosen by the largest and the least magnitude, and
 * proves itself: there is nothing to check or to repeat.
 *
 * Rounding must be to nearest, and subnormal numbers must be numbers. Local, all of it.
 */
#ifndef QDR_EXACT_WINDOW_H
#define QDR_EXACT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    QDR_WINDOW_BLOCK = 2048, /* elements that a window is chosen for, at most */
    QDR_WINDOW_LEVELS = 8,
    QDR_WINDOW_UNITS = 12,   /* of both windows of moments */
    QDR_WINDOW_STEP = 45,    /* binary digits from one level's unit to the next one's */
    QDR_WINDOW_TERMS = 64    /* additions to a level before it starts anew */
};

/* A unit is the power of two that it is of 2^-1074. Of moments, the levels are the squares'; behind
 * their units stand those of the elements, for half as many levels, rounded up. */
typedef struct qdr_window {
    int levels;
    int unit[QDR_WINDOW_UNITS];
} qdr_window;

/* The exponent field of the largest magnitude, and of the least that is not 0, or one less. */
typedef struct qdr_exponents {
    int largest, least;
} qdr_exponents;
#define QDR_EXPONENT_NONE 4095 /* the least when all are 0 */

/* What is summed: elements; products of no more than 53 bits; or of any, with their errors; or the
 * moments of one array: its squares, of either kind, and its elements. */
typedef enum {
    QDR_TERM_ELEMENTS,
    QDR_TERM_SHORT_PRODUCTS,
    QDR_TERM_PRODUCTS,
    QDR_TERM_SHORT_MOMENTS,
    QDR_TERM_MOMENTS,
    QDR_TERMS /* how many there are */
} qdr_terms;

/* Adds n elements of x, or products of x and y, which are the same for moments; totals[k] becomes
 * how many of unit[k] of the window. */
typedef void qdr_window_sum(const double *x, const double *y, size_t n, const qdr_window *window,
                            int64_t *totals);

/* Makes doubles of any n elements. */
typedef void qdr_widen(const void *elements, double *to, size_t n);

/* Of one instruction set; n is a multiple of `multiple` and no more than a block. */
typedef struct qdr_window_kernels {
    size_t multiple;
    qdr_exponents (*measure)(const double *x, size_t n);
    qdr_widen *widen_float, *widen_half;
    qdr_window_sum *sum[QDR_TERMS][QDR_WINDOW_LEVELS + 1]; /* [what][levels], levels from 1 */
} qdr_window_kernels;

/* Choose the window for elements, for products of two, or for moments, whose exponents are given
 * and whose last `spare` bits are 0; false when there is none. Errors of products are then
 * doubles. */
bool qdr_window_for_elements(qdr_exponents x, int spare, qdr_window *window);
bool qdr_window_for_products(qdr_exponents x, qdr_exponents y, int spare, qdr_window *window);
bool qdr_window_for_moments(qdr_exponents x, int spare, qdr_window *window);

#endif
