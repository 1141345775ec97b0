/* Vectors of doubles, as wide as the instruction set has them. Only for what is compiled once for
 * each. Local. */
#ifndef QDR_EXACT_LANES_H
#define QDR_EXACT_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
enum { LANES = 8 };
#elif defined(__AVX2__)
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif

#if defined(__FMA__)
#include <immintrin.h>
#endif

typedef double lanes __attribute__((vector_size(8 * LANES)));
typedef int64_t words __attribute__((vector_size(8 * LANES)));
typedef int16_t shorts __attribute__((vector_size(8 * LANES)));

static inline lanes lanes_load(const double *x)
{
    lanes a;
    memcpy(&a, x, sizeof a);
    return a;
}

/* a - b. A multiplication by 1 and an addition at once give the same and, unlike additions, which
 * are two out of three of what a window takes, keep the units busy that multiply. The compiler must
 * not know the 1, or it leaves the multiplication out. */
#if defined(__AVX512F__)
static inline lanes lanes_subtract(lanes a, lanes b)
{
    lanes one = (lanes){0} + 1;
    __asm__("" : "+v"(one));
    return _mm512_fnmadd_pd(b, one, a);
}
#elif defined(__AVX2__) && defined(__FMA__)
static inline lanes lanes_subtract(lanes a, lanes b)
{
    lanes one = (lanes){0} + 1;
    __asm__("" : "+x"(one));
    return _mm256_fnmadd_pd(b, one, a);
}
#else
static inline lanes lanes_subtract(lanes a, lanes b)
{
    return a - b;
}
#endif

/* Whether any bit is set. */
static inline bool words_any(words a)
{
    int64_t all = 0;
    for (int i = 0; i < LANES; i++)
        all |= a[i];
    return all;
}

/* Turns a square of numbers: lane k of the i-th becomes lane i of the k-th. */
#if defined(__AVX512F__)
#define LOW_1 0, 8, 2, 10, 4, 12, 6, 14
#define HIGH_1 1, 9, 3, 11, 5, 13, 7, 15
#define LOW_2 0, 1, 8, 9, 4, 5, 12, 13
#define HIGH_2 2, 3, 10, 11, 6, 7, 14, 15
#define LOW_4 0, 1, 2, 3, 8, 9, 10, 11
#define HIGH_4 4, 5, 6, 7, 12, 13, 14, 15
#elif defined(__AVX2__)
#define LOW_1 0, 4, 2, 6
#define HIGH_1 1, 5, 3, 7
#define LOW_2 0, 1, 4, 5
#define HIGH_2 2, 3, 6, 7
#else
#define LOW_1 0, 2
#define HIGH_1 1, 3
#endif
#define TURN(step)                                                                                 \
    _Pragma("GCC unroll 8") for (int i = 0; i < LANES; i++)                                        \
        if (!(i & step)) {                                                                         \
            lanes a = x[i], b = x[i + step];                                                       \
            x[i] = __builtin_shufflevector(a, b, LOW_##step);                                      \
            x[i + step] = __builtin_shufflevector(a, b, HIGH_##step);                              \
        }
static inline void lanes_transpose(lanes x[LANES])
{
    TURN(1)
#if defined(LOW_2)
    TURN(2)
#endif
#if defined(LOW_4)
    TURN(4)
#endif
}

/* Of two words the one that is less, or greater, by the upper 16 bits: a comparison that every
 * instruction set has. The other bits may be anything. */
#define BY_UPPER_BITS(name, operator)                                                              \
    static inline words words_##name(words a, words b)                                             \
    {                                                                                              \
        shorts x = (shorts)a, y = (shorts)b;                                                       \
        for (int i = 0; i < 4 * LANES; i++)                                                        \
            x[i] = x[i] operator y[i] ? x[i] : y[i];                                               \
        return (words)x;                                                                           \
    }
BY_UPPER_BITS(lesser, <)
BY_UPPER_BITS(greater, >)

/* x * y - product, for the product as it was rounded, is a double where no bit of it is worth less
 * than 2^-1074 and x and y are below 2^996. */
#if defined(__AVX512F__)
static inline lanes lanes_product_error(lanes x, lanes y, lanes product)
{
    return _mm512_fmsub_pd(x, y, product);
}
#elif defined(__AVX2__) && defined(__FMA__)
static inline lanes lanes_product_error(lanes x, lanes y, lanes product)
{
    return _mm256_fmsub_pd(x, y, product);
}
#elif defined(__FP_FAST_FMA)
static inline lanes lanes_product_error(lanes x, lanes y, lanes product)
{
    for (int i = 0; i < LANES; i++)
        product[i] = __builtin_fma(x[i], y[i], -product[i]);
    return product;
}
#else
/* The upper half of the bits of x, so that x less it has no more than another 26; Veltkamp's. */
static inline lanes lanes_upper_half(lanes x)
{
    lanes large = x * 0x1.0000002p27;
    return large - (large - x);
}

/* Dekker, "A floating-point technique for extending the available precision" (Numerische
 * Mathematik 18, 1971): the products of halves are exact, and so is every difference. */
static inline lanes lanes_product_error(lanes x, lanes y, lanes product)
{
    lanes x1 = lanes_upper_half(x), y1 = lanes_upper_half(y), x2 = x - x1, y2 = y - y1;
    return ((x1 * y1 - product) + x1 * y2 + x2 * y1) + x2 * y2;
}
#endif

#endif
