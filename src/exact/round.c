#include "exact/round.h"

#include <string.h>

/* The leading part of a number: |number| is `limbs` * 2^least when exact, and otherwise less than
 * 2^least above that. As taken from an accumulator the top limb is not zero (unless all are), so
 * there are 321 bits or more; two divisions by a limb leave 193, a square root needs 126, and a
 * rounding 54. */
enum { LEADING = 6 };

struct number {
    uint64_t limbs[LEADING];
    int least;
    bool negative;
    bool inexact;
};

/* IEEE 754 binary interchange formats: the bits of a significand, the exponent of the least
 * subnormal, and the exponent of the first power of two that is too large. */
static const struct {
    int significand, least, over;
} formats[] = {
    [QDR_TO_DOUBLE] = {53, -1074, 1024},
    [QDR_TO_FLOAT] = {24, -149, 128},
    [QDR_TO_HALF] = {11, -24, 16},
};

static bool any(const uint64_t *limbs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (limbs[i])
            return true;
    return false;
}

/* How many limbs there are below the zeros at the top. */
static size_t significant(const uint64_t *limbs, size_t count)
{
    while (count && !limbs[count - 1])
        count--;
    return count;
}

/* Makes limbs their absolute value; returns whether they were negative. */
static bool make_absolute(uint64_t *limbs, size_t count)
{
    bool negative = limbs[count - 1] >> 63;
    if (negative)
        qdr_fixed_negate(limbs, count);
    return negative;
}

/* The number that is limbs * 2^least. */
static struct number number_of(const uint64_t *limbs, size_t count, int least)
{
    uint64_t magnitude[QDR_PRODUCT_LIMBS + 1];
    memcpy(magnitude, limbs, count * sizeof *limbs);
    struct number x = {.negative = make_absolute(magnitude, count)};
    size_t top = significant(magnitude, count);
    size_t taken = top < LEADING ? top : LEADING;
    memcpy(x.limbs + LEADING - taken, magnitude + top - taken, taken * sizeof *limbs);
    x.least = least + 64 * ((int)top - LEADING);
    x.inexact = any(magnitude, top - taken);
    return x;
}

static struct number number_of_sum(const qdr_exact_sum *sum)
{
    return number_of(sum->limbs, QDR_SUM_LIMBS, -QDR_SUM_ONE);
}

static struct number number_of_product(const qdr_exact_product *product)
{
    return number_of(product->limbs, QDR_PRODUCT_LIMBS, -QDR_PRODUCT_ONE);
}

/* floor(|x| / 2^least), which has at most 128 bits, for least >= x->least; *inexact becomes whether
 * that leaves something out. */
static unsigned __int128 leading_bits(const struct number *x, int least, bool *inexact)
{
    size_t drop = (size_t)(least - x->least);
    size_t first = drop / 64 < LEADING ? drop / 64 : LEADING;
    unsigned shift = drop % 64;
    uint64_t limbs[LEADING + 3] = {0};
    memcpy(limbs, x->limbs, sizeof x->limbs);
    const uint64_t *limb = limbs + first;
    *inexact = x->inexact || any(limbs, first) || limb[0] & ((1ull << shift) - 1);
    unsigned __int128 bits = ((unsigned __int128)limb[1] << 64 | limb[0]) >> shift;
    return shift ? bits | (unsigned __int128)limb[2] << (128 - shift) : bits;
}

/* The exponent of the highest bit of x, which is not zero. */
static int exponent_of(const struct number *x)
{
    int top = (int)significant(x->limbs, LEADING);
    return x->least + 64 * top - 1 - __builtin_clzll(x->limbs[top - 1]);
}

static bool is_zero(const struct number *x)
{
    return !any(x->limbs, LEADING);
}

/* floor(floor(x) / n) = floor(x / n), so dividing the leading part is right whatever is below. */
static void divide(struct number *x, uint64_t by)
{
    if (qdr_fixed_divide(x->limbs, LEADING, by))
        x->inexact = true;
}

/* The square root of x >= 0: 63 bits of it, which are floor(sqrt(floor(x / 4^k))) = floor(sqrt(x) /
 * 2^k) for the k that leaves 125 or 126 bits under the root. */
static struct number square_root(const struct number *x)
{
    if (is_zero(x))
        return *x;
    int least = exponent_of(x) - 125;
    least += least & 1;
    bool inexact;
    unsigned __int128 square = leading_bits(x, least, &inexact);
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 62; bit; bit >>= 1)
        if ((unsigned __int128)(root | bit) * (root | bit) <= square)
            root |= bit;
    return (struct number){.limbs = {[LEADING - 1] = root},
                           .least = least / 2 - 64 * (LEADING - 1),
                           .inexact = inexact || (unsigned __int128)root * root != square};
}

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double nan_canonical(void)
{
    return double_of_bits(0x7ff8000000000000);
}

static double infinity(bool negative)
{
    return double_of_bits((uint64_t)negative << 63 | 0x7ff0000000000000);
}

static double zero(bool negative)
{
    return double_of_bits((uint64_t)negative << 63);
}

/* The double significand * 2^least, which is finite and not zero, for a significand of at most 53
 * bits or 2^53 itself. In a double of exponent field e > 0 the least bit of the significand is
 * worth 2^(e - 1075), and the implicit bit adds 1 to the field. */
static double compose(bool negative, uint64_t significand, int least)
{
    int room = __builtin_clzll(significand) - 11; /* to shift left until bit 52 is the highest */
    int above = least + 1074;
    int shift = room < above ? room : above;
    if (shift > 0) {
        significand <<= shift;
        above -= shift;
    }
    return double_of_bits((uint64_t)negative << 63 | (((uint64_t)above << 52) + significand));
}

static double rounded(const struct number *x, qdr_precision to)
{
    if (is_zero(x))
        return zero(false);
    int least = exponent_of(x) + 1 - formats[to].significand;
    if (least < formats[to].least)
        least = formats[to].least;
    bool inexact;
    uint64_t bits = (uint64_t)leading_bits(x, least - 1, &inexact); /* with the bit worth half */
    uint64_t significand = bits >> 1;
    if (bits & 1 && (inexact || significand & 1))
        significand++;
    if (!significand)
        return zero(x->negative);
    if (least + 64 - __builtin_clzll(significand) > formats[to].over)
        return infinity(x->negative);
    return compose(x->negative, significand, least);
}

/* Whether the terms alone decide, as their NaNs, infinities and zeros do: *value is that sum. */
static bool special(uint64_t count, uint64_t flags, double *value)
{
    bool plus = flags & QDR_SEEN_PLUS_INF, minus = flags & QDR_SEEN_MINUS_INF;
    if (flags & QDR_SEEN_NAN || (plus && minus))
        *value = nan_canonical();
    else if (plus || minus)
        *value = infinity(minus);
    else if (count && !(flags & QDR_SEEN_OTHER))
        *value = zero(true);
    else
        return false;
    return true;
}

double qdr_exact_sum_round(const qdr_exact_sum *sum, qdr_precision to)
{
    double value;
    if (special(sum->count, sum->flags, &value))
        return value;
    struct number x = number_of_sum(sum);
    return rounded(&x, to);
}

double qdr_exact_dot(const qdr_exact_product *products, qdr_precision to)
{
    double value;
    if (special(products->count, products->flags, &value))
        return value;
    struct number x = number_of_product(products);
    return rounded(&x, to);
}

double qdr_exact_norm(const qdr_exact_product *squares, qdr_precision to)
{
    double value;
    if (special(squares->count, squares->flags, &value))
        return value;
    struct number x = number_of_product(squares);
    x = square_root(&x);
    return rounded(&x, to);
}

double qdr_exact_mean(const qdr_exact_sum *sum, qdr_precision to)
{
    double value;
    if (!sum->count)
        return nan_canonical();
    if (special(sum->count, sum->flags, &value))
        return value;
    struct number x = number_of_sum(sum);
    divide(&x, sum->count);
    return rounded(&x, to);
}

/* to += sum^2, for 2 * QDR_SUM_LIMBS limbs. */
static void add_square(uint64_t *to, const qdr_exact_sum *sum)
{
    uint64_t s[QDR_SUM_LIMBS];
    memcpy(s, sum->limbs, sizeof s);
    make_absolute(s, QDR_SUM_LIMBS);
    size_t top = significant(s, QDR_SUM_LIMBS);
    for (size_t i = 0; i < top; i++)
        if (s[i])
            qdr_fixed_add_product(to + i, 2 * QDR_SUM_LIMBS - i, s, top, s[i]);
}

/* n * squares - the squares of the sums of the parts, over n and n - ddof; false when that is not
 * defined. */
static bool variance(const qdr_exact_sum *sum, size_t parts, const qdr_exact_product *squares,
                     uint64_t ddof, struct number *x)
{
    const uint64_t unusable = QDR_SEEN_NAN | QDR_SEEN_PLUS_INF | QDR_SEEN_MINUS_INF;
    uint64_t flags = squares->flags, difference[2 * QDR_SUM_LIMBS] = {0};
    _Static_assert(2 * QDR_SUM_LIMBS == QDR_PRODUCT_LIMBS + 1 && 2 * QDR_SUM_ONE == QDR_PRODUCT_ONE,
                   "the square of a sum is aligned with a product of one limb more");
    for (size_t i = 0; i < parts; i++) {
        add_square(difference, &sum[i]);
        flags |= sum[i].flags;
    }
    if (sum->count <= ddof || flags & unusable)
        return false;
    qdr_fixed_negate(difference, 2 * QDR_SUM_LIMBS);
    qdr_fixed_add_product(difference, 2 * QDR_SUM_LIMBS, squares->limbs, QDR_PRODUCT_LIMBS,
                          sum->count);
    *x = number_of(difference, 2 * QDR_SUM_LIMBS, -QDR_PRODUCT_ONE);
    divide(x, sum->count);
    divide(x, sum->count - ddof);
    return true;
}

static double var(const qdr_exact_sum *sum, size_t parts, const qdr_exact_product *squares,
                  uint64_t ddof, qdr_precision to)
{
    struct number x;
    return variance(sum, parts, squares, ddof, &x) ? rounded(&x, to) : nan_canonical();
}

static double std(const qdr_exact_sum *sum, size_t parts, const qdr_exact_product *squares,
                  uint64_t ddof, qdr_precision to)
{
    struct number x;
    if (!variance(sum, parts, squares, ddof, &x))
        return nan_canonical();
    x = square_root(&x);
    return rounded(&x, to);
}

double qdr_exact_var(const qdr_exact_sum *sum, const qdr_exact_product *squares, uint64_t ddof,
                     qdr_precision to)
{
    return var(sum, 1, squares, ddof, to);
}

double qdr_exact_std(const qdr_exact_sum *sum, const qdr_exact_product *squares, uint64_t ddof,
                     qdr_precision to)
{
    return std(sum, 1, squares, ddof, to);
}

double qdr_exact_complex_var(const qdr_exact_sum parts[2], const qdr_exact_product *squares,
                             uint64_t ddof, qdr_precision to)
{
    return var(parts, 2, squares, ddof, to);
}

double qdr_exact_complex_std(const qdr_exact_sum parts[2], const qdr_exact_product *squares,
                             uint64_t ddof, qdr_precision to)
{
    return std(parts, 2, squares, ddof, to);
}

/* Whether the sum is this integer, and nothing besides. */
static bool is_integer(const qdr_exact_sum *sum, __int128 value)
{
    uint64_t limbs[QDR_SUM_LIMBS] = {0};
    qdr_fixed_add_scaled(limbs, QDR_SUM_LIMBS, value, QDR_SUM_ONE);
    return !(sum->flags & (QDR_SEEN_NAN | QDR_SEEN_PLUS_INF | QDR_SEEN_MINUS_INF)) &&
           memcmp(limbs, sum->limbs, sizeof limbs) == 0;
}

/* The 64 bits above the point. */
static uint64_t integer_bits(const qdr_exact_sum *sum)
{
    const uint64_t *limb = &sum->limbs[QDR_SUM_ONE / 64];
    return limb[0] >> QDR_SUM_ONE % 64 | limb[1] << (64 - QDR_SUM_ONE % 64);
}

bool qdr_exact_sum_int64(const qdr_exact_sum *sum, int64_t *value)
{
    int64_t candidate = (int64_t)integer_bits(sum);
    bool fits = is_integer(sum, candidate);
    if (fits)
        *value = candidate;
    return fits;
}

bool qdr_exact_sum_uint64(const qdr_exact_sum *sum, uint64_t *value)
{
    uint64_t candidate = integer_bits(sum);
    bool fits = is_integer(sum, candidate);
    if (fits)
        *value = candidate;
    return fits;
}

/* Beyond this any exponent means infinity, or zero. */
enum { FAR = 4096 };

bool qdr_factors_round(const qdr_factors *f, qdr_precision to, double *value)
{
    bool negative = f->flags & QDR_FACTORS_NEGATIVE;
    bool zeros = f->flags & QDR_FACTORS_ZERO, infinite = f->flags & QDR_FACTORS_INF;
    if (f->flags & QDR_FACTORS_NAN || (zeros && infinite))
        *value = nan_canonical();
    else if (zeros || infinite)
        *value = zeros ? zero(negative) : infinity(negative);
    if (f->flags & QDR_FACTORS_NAN || zeros || infinite)
        return true;
    int64_t exponent = f->exponent < -FAR ? -FAR : f->exponent > FAR ? FAR : f->exponent;
    struct number low = {.least = (int)exponent - 255, .negative = negative,
                         .inexact = f->slack > 0};
    memcpy(low.limbs, f->limbs, sizeof f->limbs);
    low.limbs[QDR_FACTORS_LIMBS - 1] |= 1ull << 63;
    /* slack * 2^-255 times a number below 2^256 is less than 2 * slack */
    struct number high = low;
    if (f->slack)
        qdr_fixed_add_scaled(high.limbs, LEADING, 2 * (__int128)f->slack - 1, 0);
    *value = rounded(&low, to);
    return *value == rounded(&high, to);
}

bool qdr_factors_int64(const qdr_factors *f, int64_t *value)
{
    bool negative = f->flags & QDR_FACTORS_NEGATIVE, none = f->flags & QDR_FACTORS_ZERO;
    uint64_t magnitude = f->integers + 1;
    if (!none && (f->flags & QDR_FACTORS_OVER || magnitude > (uint64_t)INT64_MAX + negative))
        return false;
    *value = none ? 0 : (int64_t)(negative ? -magnitude : magnitude);
    return true;
}

bool qdr_factors_uint64(const qdr_factors *f, uint64_t *value)
{
    bool none = f->flags & QDR_FACTORS_ZERO;
    if (!none && f->flags & (QDR_FACTORS_OVER | QDR_FACTORS_NEGATIVE))
        return false;
    *value = none ? 0 : f->integers + 1;
    return true;
}
