/* The kernels of pairs for one instruction set. This file is compiled once for each, with QDR_ISA as
 * the suffix of what it defines; select.c picks one. */
#include "exact/pairs.h"

#include "exact/lanes.h"

#if defined(__FAST_MATH__)
#error "-ffast-math and its like break exact sums"
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

/* ---- adding -------------------------------------------------------------------------------- */

/* The pairs of as many lines as there are lanes; `left` has a bit in a lane that failed, beside the
 * sign's. */
struct sums {
    lanes high, low;
    words left;
};

INLINE lanes two_sum(lanes a, lanes b, lanes *error)
{
    lanes sum = a + b, of_b = sum - a;
    *error = (a - (sum - of_b)) + (b - of_b);
    return sum;
}

INLINE void add(struct sums *s, lanes x)
{
    lanes error, left;
    s->high = two_sum(s->high, x, &error);
    s->low = two_sum(s->low, error, &left);
    s->left |= (words)left;
}

/* The first n of all lanes, the others being 0. */
INLINE lanes load_some(const double *x, size_t n)
{
    lanes a = {0};
    if (n == LANES)
        return lanes_load(x);
    for (size_t i = 0; i < n; i++)
        a[i] = x[i];
    return a;
}

INLINE void store_some(double *x, lanes a, size_t n)
{
    if (n == LANES)
        memcpy(x, &a, sizeof a);
    else
        for (size_t i = 0; i < n; i++)
            x[i] = a[i];
}

INLINE size_t lanes_from(size_t i, size_t n)
{
    return n - i < LANES ? n - i : LANES;
}

/* Tells of the n lines from the i-th on whether they are bad, once one is; returns whether one of
 * these is. */
INLINE bool tell(words bad, size_t n, size_t i, bool *any, bool *failed)
{
    bool some = words_any(bad);
    if (some && !*any)
        memset(failed, 0, i * sizeof *failed);
    *any |= some;
    for (size_t lane = 0; lane < n && *any; lane++)
        failed[i + lane] = bad[lane];
    return some;
}

/* The pairs from the i-th line on. */
INLINE struct sums take(qdr_pairs p, size_t i)
{
    size_t n = lanes_from(i, p.n);
    return (struct sums){load_some(p.high + i, n), load_some(p.low + i, n), (words){0}};
}

/* Puts back those that did not fail. `any` is whether a line did before, and becomes whether one did:
 * from then on all are told of. */
INLINE void put(qdr_pairs p, size_t i, struct sums s, bool *any, bool *failed)
{
    size_t n = lanes_from(i, p.n);
    words bad = (s.left & INT64_MAX) != 0;
    if (!tell(bad, n, i, any, failed)) {
        store_some(p.high + i, s.high, n);
        store_some(p.low + i, s.low, n);
        return;
    }
    struct sums before = take(p, i);
    store_some(p.high + i, (lanes)(((words)before.high & bad) | ((words)s.high & ~bad)), n);
    store_some(p.low + i, (lanes)(((words)before.low & bad) | ((words)s.low & ~bad)), n);
}

static bool add_across(qdr_pairs p, const double *x, size_t length, size_t stride, bool *failed)
{
    bool any = false;
    for (size_t i = 0; i < p.n; i += LANES) {
        struct sums s = take(p, i);
        size_t n = lanes_from(i, p.n);
        if (n == LANES)
            for (size_t k = 0; k < length; k++)
                add(&s, lanes_load(x + k * stride + i));
        else
            for (size_t k = 0; k < length; k++)
                add(&s, load_some(x + k * stride + i, n));
        put(p, i, s, &any, failed);
    }
    return any;
}

/* Adds the columns of lines of which a number is in one lane each; full: n is LANES and none is too
 * short for a vector. Of the last columns, those before are loaded with them. */
INLINE void add_columns(struct sums *s, const double *x, size_t length)
{
    for (size_t k = 0; k < length; k += LANES) {
        size_t first = k + LANES <= length ? k : length - LANES;
        lanes column[LANES];
        UNROLL for (int i = 0; i < LANES; i++)
            column[i] = lanes_load(x + (size_t)i * length + first);
        lanes_transpose(column);
        if (first == k)
            UNROLL for (int i = 0; i < LANES; i++)
                add(s, column[i]);
        else
            for (size_t i = k - first; i < LANES; i++)
                add(s, column[i]);
    }
}

/* The same of any n lines, one by one. */
INLINE void add_some_columns(struct sums *s, const double *x, size_t length, size_t n)
{
    for (size_t k = 0; k < length; k++) {
        lanes column = {0};
        for (size_t i = 0; i < n; i++)
            column[i] = x[i * length + k];
        add(s, column);
    }
}

static bool add_along(qdr_pairs p, const double *x, size_t length, bool *failed)
{
    bool any = false;
    for (size_t i = 0; i < p.n; i += LANES) {
        struct sums s = take(p, i);
        size_t n = lanes_from(i, p.n);
        if (n == LANES && length >= LANES)
            add_columns(&s, x + i * length, length);
        else if (n == LANES)
            add_some_columns(&s, x + i * length, length, LANES);
        else
            add_some_columns(&s, x + i * length, length, n);
        put(p, i, s, &any, failed);
    }
    return any;
}

/* ---- dividing ------------------------------------------------------------------------------ */

/* (high + low) / n is first + (first's remainder + the rest) / n, of which the last quotient is
 * nearly `second`, and just that where `exact`. usable: nothing of it was too large or too small,
 * or it is 0. The remainder of a quotient is a double, and so is the error of a product (Dekker
 * 1971; Markstein 1990). */
struct quotient {
    lanes first, second;
    words exact, usable;
};

INLINE lanes magnitude_of(lanes x)
{
    return (lanes)((words)x & INT64_MAX);
}

/* a - b * n, which is a double. */
INLINE lanes remainder_of(lanes a, lanes b, lanes n)
{
    lanes product = b * n;
    return (a - product) - lanes_product_error(b, n, product);
}

INLINE struct quotient divide(struct sums s, double count)
{
    lanes n = (lanes){0} + count, rest, lost;
    lanes sum = two_sum(s.high, s.low, &rest), size = magnitude_of(sum);
    struct quotient q = {.first = sum / n};
    q.second = two_sum(remainder_of(sum, q.first, n), rest, &lost);
    words nothing_lost = lost == 0;
    lanes quotient = q.second * (1 / n);
    q.exact = nothing_lost & (remainder_of(q.second, quotient, n) == 0);
    q.second = quotient;
    q.usable = (size > 0x1p-700) & (size < 0x1p990);
    return q;
}

/* All multiples of a from 1 - 2^-50 to 1 + 2^-50 lie between a - this and a + this, as is what
 * `second` stands for: three roundings made it, and one more is to come. */
INLINE lanes slack_of(lanes a)
{
    return a * 0x1p-50;
}

static bool quotients(qdr_pairs p, double count, double *to, bool *failed)
{
    bool any = false;
    for (size_t i = 0; i < p.n; i += LANES) {
        struct sums s = take(p, i);
        struct quotient q = divide(s, count);
        lanes slack = slack_of(q.second), value = q.first + q.second;
        words known = q.exact | (q.first + (q.second - slack) == q.first + (q.second + slack));
        words zero = (s.high == 0) & (s.low == 0), good = (known & q.usable) | zero;
        size_t n = lanes_from(i, p.n);
        store_some(to + i, (lanes)(((words)s.high & zero) | ((words)value & ~zero)), n);
        tell(~good, n, i, &any, failed);
    }
    return any;
}

static bool quotients_float(qdr_pairs p, double count, float *to, bool *failed)
{
    bool any = false;
    for (size_t i = 0; i < p.n; i += LANES) {
        struct sums s = take(p, i);
        struct quotient q = divide(s, count);
        lanes slack = slack_of(magnitude_of(q.first));
        lanes least = q.first - slack, most = q.first + slack;
        words zero = (s.high == 0) & (s.low == 0), whole = q.exact & (q.second == 0);
        size_t n = lanes_from(i, p.n);
        words known = {0};
        for (size_t lane = 0; lane < n; lane++) {
            known[lane] = -((float)least[lane] == (float)most[lane]);
            to[i + lane] = (float)(zero[lane] ? s.high[lane] : q.first[lane]);
        }
        tell(~(((known | whole) & q.usable) | zero), n, i, &any, failed);
    }
    return any;
}

#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b

extern const qdr_pair_kernels JOINED(qdr_pair_kernels_, QDR_ISA);
const qdr_pair_kernels JOINED(qdr_pair_kernels_, QDR_ISA) = {
    .add_across = add_across,
    .add_along = add_along,
    .quotients = quotients,
    .quotients_float = quotients_float,
};
