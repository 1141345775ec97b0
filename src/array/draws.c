/* Random numbers for one instruction set. This file is compiled once for each, with QDR_ISA as the
 * suffix of what it defines. */
#include "array/draws.h"

#include "array/normal.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

/* Philox4x64-10, constants and rounds of the paper. */
#define MULTIPLIERS 0xD2E7470EE14C6C93, 0xCA5A826395121157
#define KEY_STEPS 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
enum { ROUNDS = 10 };
static const uint64_t by[2] = {MULTIPLIERS}, steps[2] = {KEY_STEPS};

static void philox_each(const uint64_t key[2], uint64_t counter, size_t n, uint64_t words[])
{
    for (size_t i = 0; i < n; i++) {
        uint64_t x0 = counter + i, x1 = 0, x2 = 0, x3 = 0, k0 = key[0], k1 = key[1];
        for (int round = 0; round < ROUNDS; round++) {
            unsigned __int128 p0 = (unsigned __int128)by[0] * x0;
            unsigned __int128 p1 = (unsigned __int128)by[1] * x2;
            x0 = (uint64_t)(p1 >> 64) ^ x1 ^ k0;
            x2 = (uint64_t)(p0 >> 64) ^ x3 ^ k1;
            x1 = (uint64_t)p1;
            x3 = (uint64_t)p0;
            k0 += steps[0];
            k1 += steps[1];
        }
        words[4 * i] = x0, words[4 * i + 1] = x1, words[4 * i + 2] = x2, words[4 * i + 3] = x3;
    }
}

#if defined(__AVX512F__)

/* VECTORS of LANES counters at a time: a round waits for its products, which others fill. Narrower
 * vectors, without a product of 64 bits, are no quicker than one counter after the other. */
enum { LANES = 8, VECTORS = 4, AT_ONCE = LANES * VECTORS };
#define EACH_VECTOR _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++)

typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));

/* The products of the lower halves. */
static inline lanes products(lanes a, lanes b)
{
    return (lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}

/* The upper 64 bits of a product, by the halves of both factors; no sum passes 64 bits. */
static inline lanes upper_product(lanes x, uint64_t y)
{
    lanes low = (lanes){0} + y, high = low >> 32;
    lanes middle = products(x >> 32, low) + (products(x, low) >> 32);
    lanes other = products(x, high) + (middle & 0xffffffff);
    return products(x >> 32, high) + (middle >> 32) + (other >> 32);
}

/* Lane after lane, the words of each together. */
static inline void put(const lanes x[4], uint64_t words[])
{
    __m512i a = _mm512_unpacklo_epi64((__m512i)x[0], (__m512i)x[1]);
    __m512i b = _mm512_unpackhi_epi64((__m512i)x[0], (__m512i)x[1]);
    __m512i c = _mm512_unpacklo_epi64((__m512i)x[2], (__m512i)x[3]);
    __m512i d = _mm512_unpackhi_epi64((__m512i)x[2], (__m512i)x[3]);
    __m512i ac = _mm512_shuffle_i64x2(a, c, 0x44), bd = _mm512_shuffle_i64x2(b, d, 0x44);
    _mm512_storeu_si512(words, _mm512_shuffle_i64x2(ac, bd, 0x88));
    _mm512_storeu_si512(words + 8, _mm512_shuffle_i64x2(ac, bd, 0xdd));
    ac = _mm512_shuffle_i64x2(a, c, 0xee), bd = _mm512_shuffle_i64x2(b, d, 0xee);
    _mm512_storeu_si512(words + 16, _mm512_shuffle_i64x2(ac, bd, 0x88));
    _mm512_storeu_si512(words + 24, _mm512_shuffle_i64x2(ac, bd, 0xdd));
}

static void philox_vectors(const uint64_t key[2], uint64_t counter, uint64_t words[])
{
    lanes x[VECTORS][4] = {0};
    uint64_t k0 = key[0], k1 = key[1];
    EACH_VECTOR
        x[v][0] = (lanes){0, 1, 2, 3, 4, 5, 6, 7} + counter + (uint64_t)(v * LANES);
    for (int round = 0; round < ROUNDS; round++) {
        EACH_VECTOR {
            lanes x0 = x[v][0], x2 = x[v][2];
            x[v][0] = upper_product(x2, by[1]) ^ x[v][1] ^ k0;
            x[v][2] = upper_product(x0, by[0]) ^ x[v][3] ^ k1;
            x[v][1] = x2 * by[1];
            x[v][3] = x0 * by[0];
        }
        k0 += steps[0];
        k1 += steps[1];
    }
    EACH_VECTOR
        put(x[v], words + 4 * v * LANES);
}

static void philox(const uint64_t key[2], uint64_t counter, size_t n, uint64_t words[])
{
    size_t i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE)
        philox_vectors(key, counter + i, words + 4 * i);
    philox_each(key, counter + i, n - i, words + 4 * i);
}

#else
#define philox philox_each
#endif

static void uniform(const uint64_t words[], size_t n, double to[])
{
    for (size_t i = 0; i < n; i++)
        to[i] = (double)(int64_t)(words[i] >> 11) * 0x1p-53;
}

/* By the formula for the middle first; then where it does not hold by the one for the tails, which
 * takes a sixth of the words. */
static void normal(const uint64_t words[], size_t n, double to[])
{
    int64_t m[QDR_DRAWS];
    double tail[QDR_DRAWS];
    uint16_t at[QDR_DRAWS];
    size_t tails = 0;
    uint64_t ends = 0;
    for (size_t i = 0; i < n; i++) {
        m[i] = (int64_t)words[i] ^ (int64_t)words[i] >> 63;
        to[i] = ((double)m[i] + 0.5) * 0x1p-64;
    }
    for (size_t i = 0; i < n; i++) {
        at[tails] = (uint16_t)i;
        tails += to[i] > QDR_NORMAL_MIDDLE;
    }
    for (size_t k = 0; k < tails; k++)
        tail[k] = ((double)(INT64_MAX - m[at[k]]) + 0.5) * 0x1p-64;
    for (size_t k = 0; k < tails; k++) {
        double r = sqrt(-qdr_normal_logarithm(tail[k]));
        tail[k] = qdr_normal_tail(r);
        ends |= r > QDR_NORMAL_TAIL;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = qdr_normal_middle(to[i]);
    for (size_t k = 0; k < tails; k++)
        to[at[k]] = tail[k];
    for (size_t k = 0; k < tails && ends; k++) {
        int64_t rest = INT64_MAX - m[at[k]];
        double r = sqrt(-qdr_normal_logarithm(((double)rest + 0.5) * 0x1p-64));
        to[at[k]] = r > QDR_NORMAL_TAIL ? qdr_normal_end(r) : to[at[k]];
    }
    for (size_t i = 0; i < n; i++)
        to[i] = words[i] >> 63 ? -to[i] : to[i];
}

#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b

const qdr_draw_set JOINED(qdr_draws_, QDR_ISA) = {philox, uniform, normal};
