/* Sums of integers for one instruction set. This file is compiled once for each, with QDR_ISA as
 * the suffix of what it defines; select.c picks one. The loops are plain, for the compiler to make
 * vectors of. */
#include "exact/integers.h"

#include <stdbool.h>

enum { RUN = 1 << 15 }; /* numbers of 16 bits that 32 bits hold the sum of */

/* `total` is the sum of `term` for each i below n; `part` is the type of the sum of a run. */
#define BY_RUNS(total, part, term)                                                                 \
    for (size_t start = 0; start < n; start += RUN) {                                              \
        size_t end = n - start < RUN ? n : start + RUN;                                            \
        part some = 0;                                                                             \
        for (size_t i = start; i < end; i++)                                                       \
            some += (part)(term);                                                                  \
        total += some;                                                                             \
    }

/* The sum of 64-bit numbers: of their lower and of their upper halves, which keep the sign. */
#define BY_HALVES(total, type, term)                                                               \
    for (size_t start = 0; start < n; start += RUN) {                                              \
        size_t end = n - start < RUN ? n : start + RUN;                                            \
        int64_t low = 0;                                                                           \
        type high = 0;                                                                             \
        for (size_t i = start; i < end; i++) {                                                     \
            type value = (term);                                                                   \
            low += (int64_t)((uint64_t)value & 0xffffffff);                                        \
            high += value >> 32;                                                                   \
        }                                                                                          \
        total += low + (__int128)high * ((int64_t)1 << 32);                                        \
    }

static qdr_integer_total halves_of(__int128 total)
{
    return (qdr_integer_total){(uint64_t)total, (int64_t)(total >> 64)};
}

#define SUM(name, type, by, part)                                                                  \
    static __int128 sum_##name(const type *x, size_t n)                                            \
    {                                                                                              \
        __int128 total = 0;                                                                        \
        by(total, part, x[i])                                                                      \
        return total;                                                                              \
    }
SUM(i8, int8_t, BY_RUNS, int32_t)
SUM(u8, uint8_t, BY_RUNS, uint32_t)
SUM(i16, int16_t, BY_RUNS, int32_t)
SUM(u16, uint16_t, BY_RUNS, uint32_t)
SUM(i32, int32_t, BY_RUNS, int64_t)
SUM(u32, uint32_t, BY_RUNS, uint64_t)
SUM(i64, int64_t, BY_HALVES, int64_t)
SUM(u64, uint64_t, BY_HALVES, uint64_t)

#define PRODUCTS(name, type, wide, by, part)                                                       \
    static qdr_integer_total products_##name(const type *x, const type *y, size_t n)               \
    {                                                                                              \
        __int128 total = 0;                                                                        \
        by(total, part, (wide)x[i] * (wide)y[i])                                                   \
        return halves_of(total);                                                                   \
    }
PRODUCTS(i8, int8_t, int32_t, BY_RUNS, int32_t)
PRODUCTS(u8, uint8_t, uint32_t, BY_RUNS, uint32_t)
PRODUCTS(i16, int16_t, int32_t, BY_RUNS, int64_t)
PRODUCTS(u16, uint16_t, uint32_t, BY_RUNS, uint64_t)
PRODUCTS(i32, int32_t, int64_t, BY_HALVES, int64_t)
PRODUCTS(u32, uint32_t, uint64_t, BY_HALVES, uint64_t)

enum { PART = 512 };

/* Makes 32 bits of up to PART numbers; returns whether they are the same. */
#define NARROW(name, type)                                                                         \
    static bool narrow_##name(const name##_t *x, size_t n, type *to)                               \
    {                                                                                              \
        name##_t lost = 0;                                                                         \
        for (size_t i = 0; i < n; i++) {                                                           \
            to[i] = (type)x[i];                                                                    \
            lost |= x[i] ^ to[i];                                                                  \
        }                                                                                          \
        return !lost;                                                                              \
    }
NARROW(int64, int32_t)
NARROW(uint64, uint32_t)

/* By those of 32 bits up to where one does not fit, which is nowhere in most data. */
#define LONG_PRODUCTS(name, type, wide, short_name, short_type)                                    \
    static qdr_integer_total products_##name(const type##_t *x, const type##_t *y, size_t n)       \
    {                                                                                              \
        qdr_integer_total total = {0, 0};                                                          \
        bool fits = true;                                                                          \
        for (size_t start = 0; start < n; start += PART, x += PART, y += PART) {                   \
            size_t part = n - start < PART ? n - start : PART;                                     \
            short_type a[PART], b[PART];                                                           \
            fits = fits && narrow_##type(x, part, a) && (x == y || narrow_##type(y, part, b));     \
            if (fits) {                                                                            \
                qdr_integer_total some = products_##short_name(a, x == y ? a : b, part);           \
                total.low += some.low;                                                             \
                total.high += some.high;                                                           \
                continue;                                                                          \
            }                                                                                      \
            for (size_t i = 0; i < part; i++) {                                                    \
                wide product = (wide)x[i] * y[i];                                                  \
                total.low += (uint64_t)product;                                                    \
                total.high += (type##_t)(product >> 64);                                           \
            }                                                                                      \
        }                                                                                          \
        return total;                                                                              \
    }
LONG_PRODUCTS(i64, int64, __int128, i32, int32_t)
LONG_PRODUCTS(u64, uint64, unsigned __int128, u32, uint32_t)

#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b
#define ROW(name, type) .sum_##name = sum_##name, .products_##name = products_##name,

extern const qdr_integer_kernels JOINED(qdr_integer_kernels_, QDR_ISA);
const qdr_integer_kernels JOINED(qdr_integer_kernels_, QDR_ISA) = {QDR_INTEGER_TYPES(ROW)};
