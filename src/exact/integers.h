/* Exact sums of integers and of their products.
 *
 * Vectors add in 64 bits or less: narrow integers in 32, so many at a time as cannot overflow; of
 * 64-bit ones, and of products of 32-bit ones, the halves apart. Local, all of it.
 */
#ifndef QDR_EXACT_INTEGERS_H
#define QDR_EXACT_INTEGERS_H

#include <stddef.h>
#include <stdint.h>

/* The types, and what they are called here. */
#define QDR_INTEGER_TYPES(M)                                                                       \
    M(i8, int8_t) M(i16, int16_t) M(i32, int32_t) M(i64, int64_t)                                  \
    M(u8, uint8_t) M(u16, uint16_t) M(u32, uint32_t) M(u64, uint64_t)

/* A sum of 128-bit products: the totals of their lower and of their upper 64 bits. */
typedef struct qdr_integer_total {
    unsigned __int128 low;
    __int128 high;
} qdr_integer_total;

/* Of one instruction set; for n below 2^48. */
typedef struct qdr_integer_kernels {
#define KERNEL(name, type)                                                                         \
    __int128 (*sum_##name)(const type *x, size_t n);                                               \
    qdr_integer_total (*products_##name)(const type *x, const type *y, size_t n);
    QDR_INTEGER_TYPES(KERNEL)
#undef KERNEL
} qdr_integer_kernels;

#endif
