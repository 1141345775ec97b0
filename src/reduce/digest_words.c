/* The loop of the digest for one instruction set: elements become 64-bit words by the vector, each
 * of which is taken up with its own key. This file is compiled once for each, see base/isa.h. */
#include "reduce/digest_words.h"

#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define STEP 0x9E3779B97F4A7C15 /* 2^64 divided by the golden ratio, odd */
#define CHUNK 512               /* words */

/* PRODUCTS: of the low halves of the words of two vectors. */
#if defined(__AVX512F__)
#define LANES 8
#define PRODUCTS(a, b) (words)_mm512_mul_epu32((__m512i)(a), (__m512i)(b))
#elif defined(__AVX2__)
#define LANES 4
#define PRODUCTS(a, b) (words)_mm256_mul_epu32((__m256i)(a), (__m256i)(b))
#elif defined(__SSE2__)
#define LANES 2
#define PRODUCTS(a, b) (words)_mm_mul_epu32((__m128i)(a), (__m128i)(b))
#else
#define LANES 2
#define PRODUCTS(a, b) (((a) & 0xffffffff) * ((b) & 0xffffffff))
#endif

typedef uint64_t words __attribute__((vector_size(8 * LANES)));

static inline void take(words w, words key, words *first, words *second)
{
    words a = w ^ key, b = w + key;
    *first += PRODUCTS(a, a >> 32);
    *second += PRODUCTS(b, b >> 32);
}

/* A digest of elements of one word or two, which consist of parts; `canonical` is the words of x, a
 * vector of parts. */
#define DIGEST(name, part, canonical)                                                              \
    static void name(uint64_t state[2], const void *elements, size_t n, uint64_t position)         \
    {                                                                                              \
        typedef part vector __attribute__((vector_size(sizeof(words))));                           \
        const char *from = elements;                                                               \
        vector x = {0};                                                                            \
        words key, first = {0}, second = {0}, last[2] = {{0}};                                     \
        for (int lane = 0; lane < LANES; lane++)                                                   \
            key[lane] = (position + 1 + (uint64_t)lane) * STEP;                                    \
        for (; n >= LANES; n -= LANES, from += sizeof x, key += LANES * STEP) {                    \
            memcpy(&x, from, sizeof x);                                                            \
            take(canonical, key, &first, &second);                                                 \
        }                                                                                          \
        memcpy(&x, from, n * sizeof(uint64_t));                                                    \
        take(canonical, key, &last[0], &last[1]);                                                  \
        for (size_t lane = 0; lane < LANES; lane++) {                                              \
            state[0] += first[lane] + (lane < n ? last[0][lane] : 0);                              \
            state[1] += second[lane] + (lane < n ? last[1][lane] : 0);                             \
        }                                                                                          \
    }
#define NUMBERS(whole, nan)                                                                        \
    ({                                                                                             \
        typedef whole bits __attribute__((vector_size(sizeof(words))));                            \
        bits is_nan = (bits)(x != x);                                                              \
        (words)(((bits)x & ~is_nan) | (is_nan & nan));                                             \
    })
DIGEST(longs, uint64_t, x)
DIGEST(doubles, double, NUMBERS(uint64_t, 0x7ff8000000000000))
DIGEST(pairs, float, NUMBERS(uint32_t, 0x7fc00000))

/* A digest of elements of less than a word, by chunks that the compiler widens. */
#define NARROW(name, type, canonical)                                                              \
    static void name(uint64_t state[2], const void *elements, size_t n, uint64_t position)         \
    {                                                                                              \
        const type *from = elements;                                                               \
        uint64_t chunk[CHUNK];                                                                     \
        for (size_t done = 0, count; done < n; done += count) {                                    \
            count = n - done < CHUNK ? n - done : CHUNK;                                           \
            for (size_t i = 0; i < count; i++) {                                                   \
                type x = from[done + i];                                                           \
                chunk[i] = canonical;                                                              \
            }                                                                                      \
            longs(state, chunk, count, position + done);                                           \
        }                                                                                          \
    }
NARROW(bytes, uint8_t, x)
NARROW(shorts, uint16_t, x)
NARROW(ints, uint32_t, x)
NARROW(halves, uint16_t, (x & 0x7fff) > 0x7c00 ? 0x7e00 : x)
NARROW(floats, uint32_t, (x & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : x)

#define NAME(isa) NAME_OF(isa)
#define NAME_OF(isa) qdr_digest_##isa

qdr_digest_function *const NAME(QDR_ISA)[QDR_DTYPES] = {
    [QDR_BOOL] = bytes,      [QDR_INT8] = bytes,      [QDR_INT16] = shorts,
    [QDR_INT32] = ints,      [QDR_INT64] = longs,     [QDR_UINT8] = bytes,
    [QDR_UINT16] = shorts,   [QDR_UINT32] = ints,     [QDR_UINT64] = longs,
    [QDR_FLOAT16] = halves,  [QDR_FLOAT32] = floats,  [QDR_FLOAT64] = doubles,
    [QDR_COMPLEX64] = pairs, [QDR_COMPLEX128] = doubles,
};
