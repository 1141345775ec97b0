#include "exact/table.h"

#include <stdbool.h>
#include <string.h>

#include "exact/exact.h"

#define INLINE static inline __attribute__((always_inline))

enum { GROUP = QDR_TABLE_TOTALS / 64 }; /* totals a bit of `touched` stands for */

#define SIGN (1ull << 63)
#define IMPLICIT (1ull << 52) /* the bit of a significand that is not stored */
#define SPECIAL 0x7ff         /* the exponent field of infinity and NaN */

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

uint64_t qdr_table_add_elements(qdr_table *table, const double *x, size_t n)
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

/* Of squares, each double is taken apart once: the compiler knows that x is y. */
INLINE uint64_t add_products(qdr_table *table, const double *x, const double *y, size_t n)
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

uint64_t qdr_table_add_products(qdr_table *table, const double *x, const double *y, size_t n)
{
    return x == y ? add_products(table, x, x, n) : add_products(table, x, y, n);
}

void qdr_table_add_scaled(qdr_table *table, int64_t value, int bit, int powers)
{
    int total = bit / powers;
    table->totals[total] += (__int128)value * (1 << bit % powers);
    table->touched |= 1ull << total / GROUP;
}

void qdr_table_empty(qdr_table *table, uint64_t *limbs, size_t count, int powers)
{
    for (; table->touched; table->touched &= table->touched - 1) {
        int first = GROUP * __builtin_ctzll(table->touched);
        for (int i = first; i < first + GROUP; i++) {
            if (table->totals[i])
                qdr_fixed_add_scaled(limbs, count, table->totals[i], (unsigned)(powers * i));
            table->totals[i] = 0;
        }
    }
}
