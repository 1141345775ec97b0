#include "exact/bins.h"

#include <stdbool.h>
#include <string.h>

#include "exact/environment.h"

#define INLINE static inline __attribute__((always_inline))

enum { GROUP = QDR_BINS / 64 }; /* bins a bit of `touched` stands for */
enum { PRODUCTS = 1 << 19 };    /* products of 107 bits that fit half a total; the other is units' */
enum { BLOCK = QDR_WINDOW_BLOCK };
enum { FLOAT_SPARE = 52 - 23 }; /* last bits of a double that a float leaves 0 */

#define SIGN (1ull << 63)
#define IMPLICIT (1ull << 52) /* the bit of a significand that is not stored */
#define SPECIAL 0x7ff         /* the exponent field of infinity and NaN */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A double, as an integer and an exponent. */
struct parts {
    uint64_t significand;
    uint64_t exponent;          /* over that of the least subnormal, 2^-1074 */
    uint64_t negative, special; /* 0 or 1 */
};

INLINE struct parts take_apart(uint64_t bits)
{
    uint64_t field = bits >> 52 & SPECIAL;
    /* subnormals have exponent field 0 and the weight of field 1 */
    uint64_t normal = field != 0;
    return (struct parts){.significand = (bits & (IMPLICIT - 1)) | normal << 52,
                          .exponent = field - normal,
                          .negative = bits >> 63,
                          .special = field == SPECIAL};
}

/* ---- one by one ---------------------------------------------------------------------------- */

/* Adds n doubles to the table; returns the flags they leave. */
static uint64_t add_elements(qdr_bin_table *table, const double *x, size_t n)
{
    uint64_t touched = 0, other = 0, flags = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(x[i]);
        struct parts a = take_apart(bits);
        other |= bits ^ SIGN;
        if (__builtin_expect(a.special, 0)) {
            flags |= a.significand != IMPLICIT ? QDR_SEEN_NAN
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
static uint64_t flags_of(struct parts a, struct parts b)
{
    bool nan = (a.special && a.significand != IMPLICIT) || (b.special && b.significand != IMPLICIT);
    if (nan || !a.significand || !b.significand)
        return QDR_SEEN_NAN;
    return QDR_SEEN_OTHER | (a.negative != b.negative ? QDR_SEEN_MINUS_INF : QDR_SEEN_PLUS_INF);
}

/* Adds the products of n pairs of doubles to the table, of whose totals each counts twice as many
 * bits as of a sum; returns the flags they leave. Of squares, each double is taken apart once when
 * the compiler knows that x is y. */
INLINE uint64_t add_products(qdr_bin_table *table, const double *x, const double *y, size_t n)
{
    uint64_t touched = 0, other = 0, flags = 0;
    for (size_t i = 0; i < n; i++) {
        struct parts a = take_apart(bits_of(x[i])), b = take_apart(bits_of(y[i]));
        if (__builtin_expect(a.special | b.special, 0)) {
            flags |= flags_of(a, b);
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

/* ---- by windows ---------------------------------------------------------------------------- */

static const qdr_window_kernels *choose_kernels(const qdr_window_kernels **kernels)
{
    if (!*kernels)
        *kernels = qdr_window_kernels_select();
    return *kernels;
}

/* Adds so many units of each level; total i counts at bit scale * i. */
static void add_units(qdr_bin_table *table, const qdr_window *window, const int64_t *units,
                      int scale)
{
    for (int k = 0; k < window->levels; k++) {
        int bit = window->unit[k] + (scale - 1) * QDR_SUM_ONE, bin = bit / scale;
        table->totals[bin] += (__int128)units[k] * (1 << bit % scale);
        table->touched |= 1ull << bin / GROUP;
    }
}

static uint64_t flags_of_elements(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bits_of(x[i]) != SIGN)
            return QDR_SEEN_OTHER;
    return 0;
}

/* Adds a block of doubles whose last `spare` bits are 0. */
static void add_block(qdr_bins *bins, const double *x, size_t n, int spare)
{
    const qdr_window_kernels *kernels = bins->kernels;
    size_t taken = n - n % kernels->multiple;
    qdr_window window;
    if (taken && qdr_window_for_elements(kernels->measure(x, taken), spare, &window)) {
        int64_t units[QDR_WINDOW_LEVELS];
        kernels->sum[QDR_TERM_ELEMENTS][window.levels](x, x, taken, &window, units);
        add_units(&bins->table, &window, units, 1);
        bins->flags |= flags_of_elements(x, taken);
    } else {
        taken = 0;
    }
    bins->flags |= add_elements(&bins->table, x + taken, n - taken);
    bins->count += n;
}

void qdr_bins_add_f64(qdr_bins *bins, const double *x, size_t n)
{
    choose_kernels(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK)
        add_block(bins, x + done, least(n - done, BLOCK), 0);
    qdr_environment_leave(before);
}

void qdr_bins_add_f32(qdr_bins *bins, const float *x, size_t n)
{
    const qdr_window_kernels *kernels = choose_kernels(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK) {
        double wide[BLOCK];
        size_t part = least(n - done, BLOCK);
        kernels->widen(x + done, wide, part);
        add_block(bins, wide, part, FLOAT_SPARE);
    }
    qdr_environment_leave(before);
}

static uint64_t flags_of_products(const double *x, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t a = bits_of(x[i]), b = bits_of(y[i]);
        if (!((a ^ b) & SIGN) || (a << 1 && b << 1))
            return QDR_SEEN_OTHER;
    }
    return 0;
}

/* Adds products to the table, and empties it before it is full. */
static void add_pairs(qdr_product_bins *bins, const double *x, const double *y, size_t n)
{
    if (bins->pending + n > PRODUCTS) {
        empty_table(&bins->table, bins->spilled, QDR_PRODUCT_LIMBS, 2);
        bins->pending = 0;
    }
    bins->flags |= x == y ? add_products(&bins->table, x, x, n)
                          : add_products(&bins->table, x, y, n);
    bins->pending += n;
}

static void add_product_block(qdr_product_bins *bins, const double *x, const double *y, size_t n,
                              int spare)
{
    const qdr_window_kernels *kernels = bins->kernels;
    size_t taken = n - n % kernels->multiple;
    qdr_exponents ex = kernels->measure(x, taken), ey = x == y ? ex : kernels->measure(y, taken);
    qdr_window window;
    if (taken && qdr_window_for_products(ex, ey, spare, &window)) {
        qdr_terms what = spare == FLOAT_SPARE ? QDR_TERM_SHORT_PRODUCTS : QDR_TERM_PRODUCTS;
        int64_t units[QDR_WINDOW_LEVELS];
        kernels->sum[what][window.levels](x, y, taken, &window, units);
        add_units(&bins->table, &window, units, 2);
        bins->flags |= flags_of_products(x, y, taken);
    } else {
        taken = 0;
    }
    add_pairs(bins, x + taken, y + taken, n - taken);
    bins->count += n;
}

void qdr_product_bins_add_f64(qdr_product_bins *bins, const double *x, const double *y, size_t n)
{
    choose_kernels(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK)
        add_product_block(bins, x + done, y + done, least(n - done, BLOCK), 0);
    qdr_environment_leave(before);
}

void qdr_product_bins_add_f32(qdr_product_bins *bins, const float *x, const float *y, size_t n)
{
    const qdr_window_kernels *kernels = choose_kernels(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK) {
        double wide[2][BLOCK];
        size_t part = least(n - done, BLOCK);
        kernels->widen(x + done, wide[0], part);
        if (x != y)
            kernels->widen(y + done, wide[1], part);
        add_product_block(bins, wide[0], wide[x != y], part, FLOAT_SPARE);
    }
    qdr_environment_leave(before);
}

void qdr_product_bins_square_f64(qdr_product_bins *bins, const double *x, size_t n)
{
    qdr_product_bins_add_f64(bins, x, x, n);
}

void qdr_product_bins_square_f32(qdr_product_bins *bins, const float *x, size_t n)
{
    qdr_product_bins_add_f32(bins, x, x, n);
}

/* ---- integers ------------------------------------------------------------------------------ */

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
