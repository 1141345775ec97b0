/* What complex kernels compute beyond one expression. Local. */
#ifndef QDR_KERNEL_COMPLEX_H
#define QDR_KERNEL_COMPLEX_H

#include <math.h>

#include "quadrat/array.h"

/* GCC 12 fuses a product and the sums it goes into to one rounding, as vfmaddsub, when it makes
 * vector code of re - x, im + y, whatever -ffp-contract says. A product that it can't see through
 * keeps its own rounding, at the price of scalar code. */
#if defined(__FMA__) && !defined(__clang__)
#define UNFUSED(product)                                                                           \
    ({                                                                                             \
        __typeof__(product) opaque = product;                                                      \
        __asm__("" : "+x"(opaque));                                                                \
        opaque;                                                                                    \
    })
#else
#define UNFUSED(product) (product)
#endif

#define PRODUCT(type, part)                                                                        \
    static inline type product_##part(type a, type b)                                              \
    {                                                                                              \
        return (type){UNFUSED(a.re * b.re) - UNFUSED(a.im * b.im),                                 \
                      UNFUSED(a.re * b.im) + UNFUSED(a.im * b.re)};                                \
    }
PRODUCT(qdr_complex64, float)
PRODUCT(qdr_complex128, double)

/* Smith's division ("Algorithm 116", CACM 5, 1962), step by step as NumPy does it: by the larger
 * part of the divisor, so that no square overflows. 0 as divisor gives infinities or NaN. */
#define QUOTIENT(type, part, magnitude)                                                            \
    static inline type quotient_##part(type a, type b)                                             \
    {                                                                                              \
        if (magnitude(b.re) >= magnitude(b.im)) {                                                  \
            if (b.re == 0 && b.im == 0)                                                            \
                return (type){a.re / magnitude(b.re), a.im / magnitude(b.re)};                     \
            part ratio = b.im / b.re, scale = 1 / (b.re + UNFUSED(b.im * ratio));                  \
            return (type){(a.re + UNFUSED(a.im * ratio)) * scale,                                  \
                          (a.im - UNFUSED(a.re * ratio)) * scale};                                 \
        }                                                                                          \
        part ratio = b.re / b.im, scale = 1 / (b.im + UNFUSED(b.re * ratio));                      \
        return (type){(UNFUSED(a.re * ratio) + a.im) * scale,                                      \
                      (UNFUSED(a.im * ratio) - a.re) * scale};                                     \
    }
QUOTIENT(qdr_complex64, float, fabsf)
QUOTIENT(qdr_complex128, double, fabs)

/* The root of the sum of squares. Every step is defined by IEEE 754, other than hypot of libm,
 * whose last bit differs between machines. Squares of floats are exact in double. */
static inline float modulus_float(qdr_complex64 a)
{
    double re = (double)a.re, im = (double)a.im, root = sqrt(re * re + im * im);
    return isinf(re) || isinf(im) ? INFINITY : (float)root;
}

/* In double the root gets one step of Newton's, with the remainder that fma keeps of each product:
 * Borges, "An improved algorithm for hypot(a,b)" (arXiv:1904.09481). Powers of two keep the squares
 * within the range. */
static inline double modulus_double(qdr_complex128 a)
{
    double re = fabs(a.re), im = fabs(a.im), x = re > im ? re : im;
    double up = x > 0x1p500 ? 0x1p-600 : x < 0x1p-500 ? 0x1p600 : 1;
    double down = x > 0x1p500 ? 0x1p600 : x < 0x1p-500 ? 0x1p-600 : 1;
    double y = (re > im ? im : re) * up;
    x *= up;
    double xx = x * x, yy = y * y, square = xx + yy;
    double low = (yy - (square - xx)) + fma(x, x, -xx) + fma(y, y, -yy);
    double root = sqrt(square);
    double better = (root + (fma(-root, root, square) + low) / (2 * root)) * down;
    return isinf(a.re) || isinf(a.im) ? (double)INFINITY : square > 0 ? better : square;
}

/* The order of the real parts, then of the imaginary ones. */
#define IS_NAN(a) ((a.re != a.re) | (a.im != a.im))
#define IS_BEFORE(a, b) ((a.re < b.re) | ((a.re == b.re) & (a.im < b.im)))

#define product(a, b)                                                                              \
    _Generic(a, qdr_complex64: product_float, qdr_complex128: product_double)(a, b)
#define quotient(a, b)                                                                             \
    _Generic(a, qdr_complex64: quotient_float, qdr_complex128: quotient_double)(a, b)
#define modulus(a) _Generic(a, qdr_complex64: modulus_float, qdr_complex128: modulus_double)(a)
#define hypotenuse(a, b)                                                                           \
    _Generic(a, float: modulus_float((qdr_complex64){(float)(a), (float)(b)}),                     \
             double: modulus_double((qdr_complex128){a, b}))

#endif
