/* The loop of the digest for one instruction set: a chunk of elements becomes 64-bit words, and
 * those are taken up in vectors, each word with its own key. This file is compiled once for each,
 * see base/isa.h. */
#include "reduce/digest_words.h"

#include <math.h>

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

/* Takes n words up, the first of which has that position. */
static void take(uint64_t state[2], const uint64_t *word, size_t n, uint64_t position)
{
    size_t i = 0;
    words key, first = {0}, second = {0};
    for (int lane = 0; lane < LANES; lane++)
        key[lane] = (position + 1 + (uint64_t)lane) * STEP;
    for (; i + LANES <= n; i += LANES, key += LANES * STEP) {
        words w = *(const words *)(word + i), a = w ^ key, b = w + key;
        first += PRODUCTS(a, a >> 32);
        second += PRODUCTS(b, b >> 32);
    }
    for (int lane = 0; lane < LANES; lane++) {
        state[0] += first[lane];
        state[1] += second[lane];
    }
    for (; i < n; i++) {
        uint64_t k = (position + 1 + i) * STEP, a = word[i] ^ k, b = word[i] + k;
        state[0] += (a & 0xffffffff) * (a >> 32);
        state[1] += (b & 0xffffffff) * (b >> 32);
    }
}

/* A digest of elements that consist of parts x, of type P; the parts of a chunk are of type C. */
#define DIGEST(name, P, C, canonical)                                                              \
    static void name(uint64_t state[2], const void *elements, size_t n, uint64_t position)         \
    {                                                                                              \
        typedef C chunk_part __attribute__((may_alias));                                           \
        _Alignas(sizeof(words)) uint64_t chunk[CHUNK];                                             \
        chunk_part *to = (chunk_part *)chunk;                                                      \
        const P *from = elements;                                                                  \
        for (size_t done = 0, count; done < n; done += count) {                                    \
            count = n - done < CHUNK ? n - done : CHUNK;                                           \
            for (size_t i = 0; i < count * sizeof *chunk / sizeof *to; i++) {                      \
                P x = *from++;                                                                     \
                to[i] = canonical;                                                                 \
            }                                                                                      \
            take(state, chunk, count, position + done);                                            \
        }                                                                                          \
    }
DIGEST(bytes, uint8_t, uint64_t, x)
DIGEST(shorts, uint16_t, uint64_t, x)
DIGEST(ints, uint32_t, uint64_t, x)
DIGEST(longs, uint64_t, uint64_t, x)
DIGEST(halves, uint16_t, uint64_t, (x & 0x7fff) > 0x7c00 ? 0x7e00 : x)
DIGEST(floats, uint32_t, uint64_t, (x & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : x)
DIGEST(doubles, double, double, x == x ? x : (double)NAN)
DIGEST(pairs, float, float, x == x ? x : NAN)

#define NAME(isa) NAME_OF(isa)
#define NAME_OF(isa) qdr_digest_##isa

qdr_digest_function *const NAME(QDR_ISA)[QDR_DTYPES] = {
    [QDR_BOOL] = bytes,      [QDR_INT8] = bytes,      [QDR_INT16] = shorts,
    [QDR_INT32] = ints,      [QDR_INT64] = longs,     [QDR_UINT8] = bytes,
    [QDR_UINT16] = shorts,   [QDR_UINT32] = ints,     [QDR_UINT64] = longs,
    [QDR_FLOAT16] = halves,  [QDR_FLOAT32] = floats,  [QDR_FLOAT64] = doubles,
    [QDR_COMPLEX64] = pairs, [QDR_COMPLEX128] = doubles,
};
