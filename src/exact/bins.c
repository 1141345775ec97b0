#include "exact/bins.h"

#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { GROUP = QDR_BINS / 64 }; /* bins a bit of `touched` stands for */
enum { SQUARES = 1 << 21 };     /* squares of 106 bits that fit a total of 127 */

/* An IEEE 754 binary interchange format: its size, bits of fraction, largest exponent field, and
 * the exponent of its least subnormal over that of a double's. */
struct layout {
    unsigned bytes, fraction, special, least;
};

#define BINARY32 ((struct layout){4, 23, 0xff, 1074 - 149})
#define BINARY64 ((struct layout){8, 52, 0x7ff, 0})

INLINE uint64_t load(const char *x, size_t i, struct layout layout)
{
    uint64_t bits;
    uint32_t short_bits;
    if (layout.bytes == sizeof bits) {
        memcpy(&bits, x + i * sizeof bits, sizeof bits);
        return bits;
    }
    memcpy(&short_bits, x + i * sizeof short_bits, sizeof short_bits);
    return short_bits;
}

/* Adds n floats, or their squares, to the table; returns the flags they leave. Made for each layout
 * by inlining: layout and square are constants where this is called. */
INLINE uint64_t add_floats(qdr_bin_table *table, const void *x, size_t n, struct layout layout,
                           bool square)
{
    const uint64_t implicit = 1ull << layout.fraction, sign = 1ull << (8 * layout.bytes - 1);
    uint64_t touched = 0, other = 0, flags = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = load(x, i, layout);
        uint64_t significand = bits & (implicit - 1);
        uint64_t exponent = bits >> layout.fraction & layout.special;
        other |= bits ^ sign;
        if (__builtin_expect(exponent == layout.special, 0)) {
            flags |= significand   ? QDR_SEEN_NAN
                     : bits & sign ? QDR_SEEN_MINUS_INF
                                   : QDR_SEEN_PLUS_INF;
            continue;
        }
        /* subnormals have exponent field 0 and the weight of field 1 */
        uint64_t normal = exponent != 0;
        significand |= normal << layout.fraction;
        size_t bin = exponent - normal + layout.least;
        touched |= 1ull << bin / GROUP;
        if (square) {
            table->totals[bin] += (unsigned __int128)significand * significand;
        } else {
            int64_t negative = -(int64_t)(bits / sign);
            table->totals[bin] += ((int64_t)significand ^ negative) - negative;
        }
    }
    table->touched |= touched;
    return flags | (other ? QDR_SEEN_OTHER : 0);
}

/* Adds the totals to limbs and makes them zero; total i counts at bit scale * i. */
static void empty_table(qdr_bin_table *table, uint64_t *limbs, size_t count, unsigned scale)
{
    for (; table->touched; table->touched &= table->touched - 1) {
        unsigned first = GROUP * (unsigned)__builtin_ctzll(table->touched);
        for (unsigned bin = first; bin < first + GROUP; bin++) {
            if (table->totals[bin])
                qdr_fixed_add_scaled(limbs, count, table->totals[bin], scale * bin);
            table->totals[bin] = 0;
        }
    }
}

void qdr_bins_add_f64(qdr_bins *bins, const double *x, size_t n)
{
    bins->flags |= add_floats(&bins->table, x, n, BINARY64, false);
    bins->count += n;
}

void qdr_bins_add_f32(qdr_bins *bins, const float *x, size_t n)
{
    bins->flags |= add_floats(&bins->table, x, n, BINARY32, false);
    bins->count += n;
}

static void add_integers(qdr_bins *bins, __int128 total, size_t n)
{
    bins->integers += total;
    bins->flags |= n ? QDR_SEEN_OTHER : 0;
    bins->count += n;
}

void qdr_bins_add_i64(qdr_bins *bins, const int64_t *x, size_t n)
{
    __int128 total = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    add_integers(bins, total, n);
}

void qdr_bins_add_u64(qdr_bins *bins, const uint64_t *x, size_t n)
{
    __int128 total = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    add_integers(bins, total, n);
}

static uint64_t count_ones(const uint8_t *x, size_t n)
{
    uint64_t ones = 0;
    for (size_t i = 0; i < n; i++)
        ones += x[i];
    return ones;
}

void qdr_bins_add_bool(qdr_bins *bins, const uint8_t *x, size_t n)
{
    add_integers(bins, count_ones(x, n), n);
}

void qdr_bins_flush(qdr_bins *bins, qdr_exact_sum *to)
{
    empty_table(&bins->table, to->limbs, QDR_SUM_LIMBS, 1);
    if (bins->integers)
        qdr_fixed_add_scaled(to->limbs, QDR_SUM_LIMBS, bins->integers, QDR_SUM_ONE);
    to->count += bins->count;
    to->flags |= bins->flags;
    bins->integers = 0;
    bins->count = bins->flags = 0;
}

/* A square is never -0.0 or -inf. */
static uint64_t flags_of_squares(uint64_t flags, size_t n)
{
    bool infinite = flags & (QDR_SEEN_PLUS_INF | QDR_SEEN_MINUS_INF);
    return (flags & QDR_SEEN_NAN) | (infinite ? QDR_SEEN_PLUS_INF : 0) | (n ? QDR_SEEN_OTHER : 0);
}

INLINE void add_squares(qdr_square_bins *bins, const void *x, size_t n, struct layout layout)
{
    const char *at = x;
    bins->count += n;
    while (n) {
        size_t room = SQUARES - bins->pending, part = n < room ? n : room;
        bins->flags |= flags_of_squares(add_floats(&bins->table, at, part, layout, true), part);
        bins->pending += part;
        if (bins->pending == SQUARES) {
            empty_table(&bins->table, bins->spilled, QDR_PRODUCT_LIMBS, 2);
            bins->pending = 0;
        }
        at += part * layout.bytes;
        n -= part;
    }
}

void qdr_square_bins_add_f64(qdr_square_bins *bins, const double *x, size_t n)
{
    add_squares(bins, x, n, BINARY64);
}

void qdr_square_bins_add_f32(qdr_square_bins *bins, const float *x, size_t n)
{
    add_squares(bins, x, n, BINARY32);
}

static void add_integer_squares(qdr_square_bins *bins, unsigned __int128 low,
                                unsigned __int128 high, size_t n)
{
    bins->integers_low += low;
    bins->integers_high += high;
    bins->flags |= n ? QDR_SEEN_OTHER : 0;
    bins->count += n;
}

void qdr_square_bins_add_u64(qdr_square_bins *bins, const uint64_t *x, size_t n)
{
    unsigned __int128 low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned __int128 square = (unsigned __int128)x[i] * x[i];
        low += (uint64_t)square;
        high += (uint64_t)(square >> 64);
    }
    add_integer_squares(bins, low, high, n);
}

void qdr_square_bins_add_i64(qdr_square_bins *bins, const int64_t *x, size_t n)
{
    unsigned __int128 low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned __int128 square = (unsigned __int128)((__int128)x[i] * x[i]);
        low += (uint64_t)square;
        high += (uint64_t)(square >> 64);
    }
    add_integer_squares(bins, low, high, n);
}

void qdr_square_bins_add_bool(qdr_square_bins *bins, const uint8_t *x, size_t n)
{
    add_integer_squares(bins, count_ones(x, n), 0, n);
}

void qdr_square_bins_flush(qdr_square_bins *bins, qdr_exact_product *to)
{
    empty_table(&bins->table, to->limbs, QDR_PRODUCT_LIMBS, 2);
    if (bins->count >= SQUARES) {
        qdr_fixed_add(to->limbs, bins->spilled, QDR_PRODUCT_LIMBS);
        memset(bins->spilled, 0, sizeof bins->spilled);
    }
    if (bins->integers_low || bins->integers_high) {
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, (__int128)bins->integers_low,
                             QDR_PRODUCT_ONE);
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, (__int128)bins->integers_high,
                             QDR_PRODUCT_ONE + 64);
    }
    to->count += bins->count;
    to->flags |= bins->flags;
    bins->integers_low = bins->integers_high = 0;
    bins->pending = bins->count = bins->flags = 0;
}
