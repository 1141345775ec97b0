/* The kernels of windows for one instruction set. This file is compiled once for each, with QDR_ISA
 * as the suffix of what it defines; select.c picks one. */
#include "base/half.h"
#include "exact/lanes.h"
#include "exact/window.h"

#if defined(__FAST_MATH__)
#error "-ffast-math and its like break exact sums"
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 12")

enum { CHAINS = 2, STEP = CHAINS * LANES, UNITS = QDR_WINDOW_UNITS };

/* Adds x to a level of that sum; returns the rest. */
INLINE lanes extract(lanes *sum, lanes x)
{
    lanes before = *sum;
    *sum = before + x;
    return lanes_subtract(x, *sum - before);
}

/* Adds x to the levels from `first` on; the last takes all that is left. */
INLINE void add(lanes sum[], int first, int levels, lanes x)
{
    UNROLL for (int k = first; k < levels - 1; k++)
        x = extract(&sum[k], x);
    sum[levels - 1] += x;
}

/* Has the block after this one on its way while this one is worked on: half of it while this one is
 * measured, half while it is added, so that memory never waits. */
INLINE void prefetch_next(const double *x)
{
    __builtin_prefetch((const void *)((uintptr_t)x + QDR_WINDOW_BLOCK * sizeof *x), 0, 2);
}

/* The levels of the elements, behind those of their squares. */
INLINE int levels_behind(qdr_terms what, int levels)
{
    return what == QDR_TERM_MOMENTS || what == QDR_TERM_SHORT_MOMENTS ? (levels + 1) / 2 : 0;
}

/* `what` and `levels` are constants where this is called. */
INLINE void add_term(qdr_terms what, lanes sum[UNITS], int levels, const double *x,
                     const double *y, int chain)
{
    lanes a = lanes_load(x);
    if (chain)
        prefetch_next(x);
    if (what == QDR_TERM_ELEMENTS) {
        add(sum, 0, levels, a);
        return;
    }
    int behind = levels_behind(what, levels);
    lanes b = behind ? a : lanes_load(y), product = a * b;
    if (behind)
        add(sum + levels, 0, behind, a);
    else if (chain)
        prefetch_next(y);
    add(sum, 0, levels, product);
    /* with one level all products are less than 2^45 of its units, and have no error */
    if ((what == QDR_TERM_PRODUCTS || what == QDR_TERM_MOMENTS) && levels > 1)
        add(sum, 1, levels, lanes_product_error(a, b, product));
}

INLINE void add_block(qdr_terms what, int levels, const double *x, const double *y, size_t n,
                      const qdr_window *window, int64_t *totals)
{
    const int units = levels + levels_behind(what, levels);
    words middle[UNITS], taken[UNITS];
    UNROLL for (int k = 0; k < units; k++) {
        /* a double of exponent field u + 1 has units of 2^u times 2^-1074 */
        middle[k] = (words){0} + ((int64_t)(window->unit[k] + 1) << 52 | (int64_t)1 << 51);
        taken[k] = (words){0};
    }
    for (size_t i = 0; i < n;) {
        lanes sum[CHAINS][UNITS];
        UNROLL for (int chain = 0; chain < CHAINS; chain++)
            UNROLL for (int k = 0; k < units; k++)
                sum[chain][k] = (lanes)middle[k];
        size_t most = i + QDR_WINDOW_TERMS * STEP, end = n < most ? n : most;
        for (; i < end; i += STEP)
            UNROLL for (int chain = 0; chain < CHAINS; chain++)
                add_term(what, sum[chain], levels, x + i + chain * LANES, y + i + chain * LANES, chain);
        UNROLL for (int chain = 0; chain < CHAINS; chain++)
            UNROLL for (int k = 0; k < units; k++)
                taken[k] += (words)sum[chain][k] - middle[k];
    }
    UNROLL for (int k = 0; k < units; k++) {
        totals[k] = 0;
        for (int lane = 0; lane < LANES; lane++)
            totals[k] += taken[k][lane];
    }
}

#define SUM(what, levels)                                                                          \
    static void sum_##what##_##levels(const double *x, const double *y, size_t n,                  \
                                      const qdr_window *window, int64_t *totals)                   \
    {                                                                                              \
        add_block(QDR_TERM_##what, levels, x, y, n, window, totals);                               \
    }
#define EACH_LEVEL(M, what)                                                                        \
    M(what, 1) M(what, 2) M(what, 3) M(what, 4) M(what, 5) M(what, 6) M(what, 7) M(what, 8)
EACH_LEVEL(SUM, ELEMENTS)
EACH_LEVEL(SUM, SHORT_PRODUCTS)
EACH_LEVEL(SUM, PRODUCTS)
EACH_LEVEL(SUM, SHORT_MOMENTS)
EACH_LEVEL(SUM, MOMENTS)

static qdr_exponents measure(const double *x, size_t n)
{
    const words all = (words){0} + INT64_MAX;
    words largest[CHAINS] = {0}, least[CHAINS] = {all, all};
    for (size_t i = 0; i < n; i += STEP)
        UNROLL for (int chain = 0; chain < CHAINS; chain++) {
            words magnitude = (words)lanes_load(x + i + chain * LANES) & all;
            if (chain == 0)
                prefetch_next(x + i);
            largest[chain] = words_greater(largest[chain], magnitude);
            /* in the order of signed numbers, which 1 is the least of, and 0 the greatest */
            least[chain] = words_lesser(least[chain], magnitude + all);
        }
    largest[0] = words_greater(largest[0], largest[1]);
    least[0] = words_lesser(least[0], least[1]);
    qdr_exponents e = {0, QDR_EXPONENT_NONE};
    for (int lane = 0; lane < LANES; lane++) {
        int large = (int)(largest[0][lane] >> 52), small = (int)(least[0][lane] >> 52) + 2048;
        e.largest = large > e.largest ? large : e.largest;
        e.least = small < e.least ? small : e.least;
    }
    return e;
}

static void widen_float(const void *elements, double *to, size_t n)
{
    const float *x = elements;
    for (size_t i = 0; i < n; i++)
        to[i] = (double)x[i];
}

static void widen_half(const void *elements, double *to, size_t n)
{
    const uint16_t *x = elements;
    for (size_t i = 0; i < n; i++)
        to[i] = (double)qdr_half_value(x[i]);
}

#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b
#define ROW(what, levels) [levels] = sum_##what##_##levels,

extern const qdr_window_kernels JOINED(qdr_window_kernels_, QDR_ISA);
const qdr_window_kernels JOINED(qdr_window_kernels_, QDR_ISA) = {
    .multiple = STEP,
    .measure = measure,
    .widen_float = widen_float,
    .widen_half = widen_half,
    .sum = {[QDR_TERM_ELEMENTS] = {EACH_LEVEL(ROW, ELEMENTS)},
            [QDR_TERM_SHORT_PRODUCTS] = {EACH_LEVEL(ROW, SHORT_PRODUCTS)},
            [QDR_TERM_PRODUCTS] = {EACH_LEVEL(ROW, PRODUCTS)},
            [QDR_TERM_SHORT_MOMENTS] = {EACH_LEVEL(ROW, SHORT_MOMENTS)},
            [QDR_TERM_MOMENTS] = {EACH_LEVEL(ROW, MOMENTS)}},
};
