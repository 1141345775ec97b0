/* The order of elements: a key is a signed integer, or two of a complex number, and keys are in the
 * order of the elements.
 *
 * Of floats it is the bits with the others than the sign inverted below zero, so that -0.0 comes
 * right before +0.0. For a maximum keys are inverted, so that the least of them is wanted always.
 * NaN has the least key of all where it wins, and the first of several is found; where it should
 * not count it has the greatest.
 *
 * Complex numbers are ordered by their real, then by their imaginary parts. Both zeros of a real
 * part are one key there, as they are equal in this order; so a zero of the value is +0.0. Local.
 */
#ifndef QDR_REDUCE_KEY_H
#define QDR_REDUCE_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/half.h"
#include "quadrat/array.h"

/* second is that of an imaginary part, after that of the real one; 0 for real elements. */
typedef struct qdr_key {
    int64_t first, second;
} qdr_key;

/* Which element is wanted. */
typedef struct qdr_order {
    int64_t invert; /* -1 for a maximum, 0 for a minimum */
    int64_t first;  /* 1 for the position of the first of equals, as both zeros are; else 0 */
    int64_t nan;    /* the key of NaN */
} qdr_order;

#define QDR_NAN_WINS INT64_MIN
#define QDR_NAN_LOSES INT64_MAX

static inline bool qdr_key_less(qdr_key a, qdr_key b)
{
    return a.first < b.first || (a.first == b.first && a.second < b.second);
}

static inline bool qdr_key_equal(qdr_key a, qdr_key b)
{
    return a.first == b.first && a.second == b.second;
}

/* Both ways: the keys of NaN become NaNs too. */
static inline int64_t qdr_key_swap(int64_t bits)
{
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static inline int64_t qdr_key_of_float(double x, qdr_order o)
{
    int64_t k;
    memcpy(&k, &x, sizeof k);
    k = qdr_key_swap(k);
    k += o.first & (k == -1); /* -0.0 has the key of +0.0, 0 */
    return x == x ? k ^ o.invert : o.nan;
}

static inline qdr_key qdr_key_of_complex(double re, double im, qdr_order o)
{
    o.first = 1;
    qdr_key k = {qdr_key_of_float(re, o), qdr_key_of_float(im, o)};
    return re == re && im == im ? k : (qdr_key){o.nan, o.nan};
}

/* Of an element of each class of dtypes.def. */
#define QDR_KEY_b(x, o) ((qdr_key){x ^ o.invert, 0})
#define QDR_KEY_i(x, o) ((qdr_key){x ^ o.invert, 0})
#define QDR_KEY_u(x, o) ((qdr_key){(int64_t)(x ^ 1ull << 63) ^ o.invert, 0})
#define QDR_KEY_h(x, o) ((qdr_key){qdr_key_of_float((double)qdr_half_value(x.bits), o), 0})
#define QDR_KEY_f(x, o) ((qdr_key){qdr_key_of_float((double)x, o), 0})
#define QDR_KEY_c(x, o) qdr_key_of_complex((double)x.re, (double)x.im, o)

#endif
