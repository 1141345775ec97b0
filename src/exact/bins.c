#include "exact/bins.h"

#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { GROUP = QDR_BINS / 64 }; /* bins a bit of `touched` stands for */
enum { PRODUCTS = 1 << 20 };    /* products of 107 bits that fit a total of 127 */

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

/* A float, as an integer and an exponent. */
struct parts {
    uint64_t significand;
    uint64_t exponent; /* over that of a double's least subnormal, 2^-1074 */
    uint64_t negative, special; /* 0 or 1 */
};

INLINE struct parts take_apart(uint64_t bits, struct layout layout)
{
    uint64_t fraction = bits & ((1ull << layout.fraction) - 1);
    uint64_t field = bits >> layout.fraction & layout.special;
    /* subnormals have exponent field 0 and the weight of field 1 */
    uint64_t normal = field != 0;
    return (struct parts){.significand = fraction | normal << layout.fraction,
                          .exponent = field - normal + layout.least,
                          .negative = bits >> (8 * layout.bytes - 1) & 1,
                          .special = field == layout.special};
}

/* The next two are made for each layout by inlining: layout is a constant where they are called. */

/* Adds n floats to the table; returns the flags they leave. */
INLINE uint64_t add_floats(qdr_bin_table *table, const void *x, size_t n, struct layout layout)
{
    const uint64_t sign = 1ull << (8 * layout.bytes - 1), implicit = 1ull << layout.fraction;
    uint64_t touched = 0, other = 0, flags = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = load(x, i, layout);
        struct parts a = take_apart(bits, layout);
        other |= bits ^ sign;
        if (__builtin_expect(a.special, 0)) {
            flags |= a.significand != implicit ? QDR_SEEN_NAN
                     : a.negative              ? QDR_SEEN_MINUS_INF
                                               : QDR_SEEN_PLUS_INF;
            continue;
        }
        int64_t negative = -(int64_t)a.negative;
        touched |= 1ull << a.exponent / GROUP;
        table->totals[a.exponent] += ((int64_t)a.significand ^ negative) - negative;
    }
    table->touched |= touched;
    return flags | (other ? QDR_SEEN_OTHER : 0);
}

/* Of a product one of whose factors is no number. */
static uint64_t flags_of(struct parts a, struct parts b, uint64_t implicit)
{
    bool nan = (a.special && a.significand != implicit) || (b.special && b.significand != implicit);
    if (nan || !a.significand || !b.significand)
        return QDR_SEEN_NAN;
    return QDR_SEEN_OTHER | (a.negative != b.negative ? QDR_SEEN_MINUS_INF : QDR_SEEN_PLUS_INF);
}

/* Adds the products of n pairs of floats to the table, of whose totals each counts twice as many
 * bits as of a sum; returns the flags they leave. */
INLINE uint64_t add_products(qdr_bin_table *table, const void *x, const void *y, size_t n,
                             struct layout layout)
{
    uint64_t touched = 0, other = 0, flags = 0;
    for (size_t i = 0; i < n; i++) {
        struct parts a = take_apart(load(x, i, layout), layout);
        struct parts b = take_apart(load(y, i, layout), layout);
        if (__builtin_expect(a.special | b.special, 0)) {
            flags |= flags_of(a, b, 1ull << layout.fraction);
            continue;
        }
        uint64_t exponent = a.exponent + b.exponent;
        int64_t negative = -(int64_t)(a.negative ^ b.negative);
        int64_t factor = ((int64_t)(a.significand << exponent % 2) ^ negative) - negative;
        other |= (uint64_t)~negative | ((a.significand != 0) & (b.significand != 0));
        touched |= 1ull << exponent / 2 / GROUP;
        table->totals[exponent / 2] += (__int128)factor * (int64_t)b.significand;
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
    bins->flags |= add_floats(&bins->table, x, n, BINARY64);
    bins->count += n;
}

void qdr_bins_add_f32(qdr_bins *bins, const float *x, size_t n)
{
    bins->flags |= add_floats(&bins->table, x, n, BINARY32);
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

INLINE void add_pairs(qdr_product_bins *bins, const char *x, const char *y, size_t n,
                      struct layout layout)
{
    bins->count += n;
    while (n) {
        size_t room = PRODUCTS - bins->pending, part = n < room ? n : room;
        bins->flags |= add_products(&bins->table, x, y, part, layout);
        bins->pending += part;
        if (bins->pending == PRODUCTS) {
            empty_table(&bins->table, bins->spilled, QDR_PRODUCT_LIMBS, 2);
            bins->pending = 0;
        }
        x += part * layout.bytes;
        y += part * layout.bytes;
        n -= part;
    }
}

void qdr_product_bins_add_f64(qdr_product_bins *bins, const double *x, const double *y, size_t n)
{
    add_pairs(bins, (const char *)x, (const char *)y, n, BINARY64);
}

void qdr_product_bins_add_f32(qdr_product_bins *bins, const float *x, const float *y, size_t n)
{
    add_pairs(bins, (const char *)x, (const char *)y, n, BINARY32);
}

void qdr_product_bins_square_f64(qdr_product_bins *bins, const double *x, size_t n)
{
    add_pairs(bins, (const char *)x, (const char *)x, n, BINARY64);
}

void qdr_product_bins_square_f32(qdr_product_bins *bins, const float *x, size_t n)
{
    add_pairs(bins, (const char *)x, (const char *)x, n, BINARY32);
}

static void add_integer_products(qdr_product_bins *bins, unsigned __int128 low, __int128 high,
                                 size_t n)
{
    bins->integers_low += low;
    bins->integers_high += high;
    bins->flags |= n ? QDR_SEEN_OTHER : 0;
    bins->count += n;
}

void qdr_product_bins_add_u64(qdr_product_bins *bins, const uint64_t *x, const uint64_t *y,
                              size_t n)
{
    unsigned __int128 low = 0;
    __int128 high = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned __int128 product = (unsigned __int128)x[i] * y[i];
        low += (uint64_t)product;
        high += (uint64_t)(product >> 64);
    }
    add_integer_products(bins, low, high, n);
}

void qdr_product_bins_add_i64(qdr_product_bins *bins, const int64_t *x, const int64_t *y, size_t n)
{
    unsigned __int128 low = 0;
    __int128 high = 0;
    for (size_t i = 0; i < n; i++) {
        __int128 product = (__int128)x[i] * y[i];
        low += (uint64_t)product;
        high += (int64_t)(product >> 64);
    }
    add_integer_products(bins, low, high, n);
}

void qdr_product_bins_square_u64(qdr_product_bins *bins, const uint64_t *x, size_t n)
{
    qdr_product_bins_add_u64(bins, x, x, n);
}

void qdr_product_bins_square_i64(qdr_product_bins *bins, const int64_t *x, size_t n)
{
    qdr_product_bins_add_i64(bins, x, x, n);
}

void qdr_product_bins_square_bool(qdr_product_bins *bins, const uint8_t *x, size_t n)
{
    add_integer_products(bins, count_ones(x, n), 0, n);
}

void qdr_product_bins_flush(qdr_product_bins *bins, qdr_exact_product *to)
{
    empty_table(&bins->table, to->limbs, QDR_PRODUCT_LIMBS, 2);
    if (bins->count >= PRODUCTS) {
        qdr_fixed_add(to->limbs, bins->spilled, QDR_PRODUCT_LIMBS);
        memset(bins->spilled, 0, sizeof bins->spilled);
    }
    if (bins->integers_low || bins->integers_high) {
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, (__int128)bins->integers_low,
                             QDR_PRODUCT_ONE);
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, bins->integers_high,
                             QDR_PRODUCT_ONE + 64);
    }
    to->count += bins->count;
    to->flags |= bins->flags;
    bins->integers_low = 0;
    bins->integers_high = 0;
    bins->pending = bins->count = bins->flags = 0;
}
