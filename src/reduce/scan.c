/* The scans for one instruction set. This file is compiled once for each, with QDR_ISA as the
 * suffix of what it defines; select.c picks one. The loops are plain, for the compiler to make
 * vectors of.
 *
 * Keys have 64 bits, but real elements are compared by ranks: the keys of as many bits as the
 * elements have. The least rank stands for an element, whose key is made in the end. */
#include "reduce/scan.h"

#define INLINE static inline __attribute__((always_inline))

/* The signed integer type of a type's size. */
#define WORD(type)                                                                                 \
    __typeof__(*_Generic((char(*)[sizeof(type)])0,                                                 \
               char(*)[1]: (int8_t *)0,                                                            \
               char(*)[2]: (int16_t *)0,                                                           \
               char(*)[4]: (int32_t *)0,                                                           \
               char(*)[8]: (int64_t *)0))

/* Of words of a number of bits, of which floats have some for the fraction. */
#define OF_WORDS(bits, fraction)                                                                   \
    INLINE int##bits##_t swap_##bits(int##bits##_t x)                                              \
    {                                                                                              \
        return (int##bits##_t)(x ^ (int##bits##_t)((uint##bits##_t)(x >> (bits - 1)) >> 1));       \
    }                                                                                              \
    INLINE bool is_nan_##bits(int##bits##_t x)                                                     \
    {                                                                                              \
        return (x & INT##bits##_MAX) > INT##bits##_MAX - ((int##bits##_t)1 << fraction) + 1;       \
    }
OF_WORDS(16, 10)
OF_WORDS(32, 23)
OF_WORDS(64, 52)
#define OF_WORD(name, x)                                                                           \
    _Generic(x, int16_t: name##_16, int32_t: name##_32, int64_t: name##_64)(x)

/* From bits to ranks, for invert and nan as in an order, and back. NaN's rank is the least or the
 * greatest, and either, inverted or not, stands for a NaN. */
#define RANK_b(x, invert, nan) (x ^ invert)
#define RANK_i(x, invert, nan) (x ^ invert)
#define RANK_u(x, invert, nan) (x ^ sign ^ invert)
#define RANK_h(x, invert, nan) (IS_NAN_h(x) ? nan : OF_WORD(swap, x) ^ invert)
#define RANK_f(x, invert, nan) RANK_h(x, invert, nan)
#define BITS_b(rank, invert) (rank ^ invert)
#define BITS_i(rank, invert) (rank ^ invert)
#define BITS_u(rank, invert) (rank ^ sign ^ invert)
#define BITS_h(rank, invert) OF_WORD(swap, (word)(rank ^ invert))
#define BITS_f(rank, invert) BITS_h(rank, invert)
#define IS_NAN_b(x) false
#define IS_NAN_i(x) false
#define IS_NAN_u(x) false
#define IS_NAN_h(x) OF_WORD(is_nan, x)
#define IS_NAN_f(x) IS_NAN_h(x)

/* What RANK and BITS take: of a type's words, for the order o. */
#define WORDS(type)                                                                                \
    typedef WORD(type) word;                                                                       \
    const word invert = (word)o.invert, nan = (word)(o.nan >> (64 - 8 * sizeof(word)));            \
    const word sign = (word)(1ull << (8 * sizeof(word) - 1));                                      \
    (void)nan, (void)sign, (void)invert

/* Lowers least to the rank of the index-th element. */
#define LOWER(least, elements, index, RANK)                                                        \
    {                                                                                              \
        word bits;                                                                                 \
        memcpy(&bits, (const char *)(elements) + (index) * sizeof bits, sizeof bits);              \
        word rank = (word)(RANK(bits, invert, nan));                                               \
        least = rank < least ? rank : least;                                                       \
    }

#define LEAST_RANK(id, type, RANK, BITS, KEY)                                                      \
    static qdr_key least_##id(const void *elements, size_t n, qdr_order o)                         \
    {                                                                                              \
        WORDS(type);                                                                               \
        word least = (word)~sign;                                                                  \
        for (size_t i = 0; i < n; i++)                                                             \
            LOWER(least, elements, i, RANK)                                                        \
        word bits = (word)(BITS(least, invert));                                                           \
        type element;                                                                              \
        memcpy(&element, &bits, sizeof element);                                                   \
        return KEY(element, o);                                                                    \
    }                                                                                              \
    static void start_##id(void *ranks, size_t n)                                                  \
    {                                                                                              \
        WORD(type) *to = ranks;                                                                    \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] = (WORD(type))~(1ull << (8 * sizeof *to - 1));                                   \
    }                                                                                              \
    static void lower_##id(void *ranks, const qdr_panel *p, qdr_order o)                           \
    {                                                                                              \
        WORDS(type);                                                                               \
        word *restrict to = ranks;                                                                 \
        for (size_t k = 0; k < p->length && p->across; k++)                                        \
            for (size_t i = 0; i < p->lines; i++)                                                  \
                LOWER(to[i], p->elements, k * p->stride + i, RANK)                                 \
        for (size_t i = 0; i < p->lines && !p->across; i++)                                        \
            for (size_t k = 0; k < p->length; k++)                                                 \
                LOWER(to[i], p->elements, i * p->length + k, RANK)                                 \
    }                                                                                              \
    static void elements_##id(void *elements, const void *ranks, size_t n, qdr_order o)             \
    {                                                                                              \
        WORDS(type);                                                                               \
        const word *from = ranks;                                                                  \
        for (size_t i = 0; i < n; i++) {                                                           \
            word bits = (word)(BITS(from[i], invert));                                             \
            memcpy((char *)elements + i * sizeof bits, &bits, sizeof bits);                        \
        }                                                                                          \
    }

/* The least and the greatest rank, as RANK makes them. */
#define BOUND(RANK)                                                                                \
    for (size_t i = 0; i < n; i++) {                                                               \
        word bits;                                                                                 \
        memcpy(&bits, (const char *)elements + i * sizeof bits, sizeof bits);                      \
        word low = (word)(RANK(bits, 0, nan)), high = (word)(RANK(bits, 0, ~nan));                 \
        least = low < least ? low : least;                                                         \
        greatest = high > greatest ? high : greatest;                                              \
    }

/* Without regard to NaNs first, as most arrays have none: theirs are the ranks at either end. */
#define PLAIN_b(x, invert, nan) BITS_b(x, invert)
#define PLAIN_i(x, invert, nan) BITS_i(x, invert)
#define PLAIN_u(x, invert, nan) BITS_u(x, invert)
#define PLAIN_h(x, invert, nan) BITS_h(x, invert)
#define PLAIN_f(x, invert, nan) BITS_f(x, invert)
#define EXTENT_RANK(id, type, class)                                                               \
    static void extent_##id(const void *elements, size_t n, int64_t of_nan, qdr_key keys[2])       \
    {                                                                                              \
        typedef WORD(type) word;                                                                   \
        const word nan = (word)(of_nan >> (64 - 8 * sizeof(word)));                                \
        const word sign = (word)(1ull << (8 * sizeof(word) - 1));                                  \
        word least = (word)~sign, greatest = sign;                                                 \
        (void)nan;                                                                                 \
        BOUND(PLAIN_##class)                                                                       \
        if (IS_NAN_##class((word)BITS_##class(least, 0)) ||                                        \
            IS_NAN_##class((word)BITS_##class(greatest, 0))) {                                     \
            least = (word)~sign, greatest = sign;                                                  \
            BOUND(RANK_##class)                                                                    \
        }                                                                                          \
        least = (word)BITS_##class(least, 0);                                                      \
        greatest = (word)BITS_##class(greatest, 0);                                                \
        type first, last;                                                                          \
        memcpy(&first, &least, sizeof first);                                                      \
        memcpy(&last, &greatest, sizeof last);                                                     \
        keys[0] = QDR_KEY_##class(first, ((qdr_order){0, 0, of_nan}));                             \
        keys[1] = QDR_KEY_##class(last, ((qdr_order){-1, 0, of_nan}));                             \
    }

#define LEAST_KEY(id, type)                                                                        \
    static qdr_key least_##id(const void *elements, size_t n, qdr_order o)                         \
    {                                                                                              \
        const type *x = elements;                                                                  \
        qdr_key least = QDR_KEY_c(x[0], o);                                                        \
        for (size_t i = 1; i < n; i++) {                                                           \
            qdr_key other = QDR_KEY_c(x[i], o);                                                    \
            least = qdr_key_less(other, least) ? other : least;                                    \
        }                                                                                          \
        return least;                                                                              \
    }
#define EXTENT_KEY(id)                                                                             \
    static void extent_##id(const void *elements, size_t n, int64_t nan, qdr_key keys[2])          \
    {                                                                                              \
        for (int i = 0; i < 2; i++)                                                                \
            keys[i] = least_##id(elements, n, (qdr_order){-i, 0, nan});                            \
    }

#define LEAST_b(id, type) LEAST_RANK(id, type, RANK_b, BITS_b, QDR_KEY_b)
#define LEAST_i(id, type) LEAST_RANK(id, type, RANK_i, BITS_i, QDR_KEY_i)
#define LEAST_u(id, type) LEAST_RANK(id, type, RANK_u, BITS_u, QDR_KEY_u)
#define LEAST_h(id, type) LEAST_RANK(id, type, RANK_h, BITS_h, QDR_KEY_h)
#define LEAST_f(id, type) LEAST_RANK(id, type, RANK_f, BITS_f, QDR_KEY_f)
#define LEAST_c(id, type) LEAST_KEY(id, type)
#define EXTENT_b(id, type) EXTENT_RANK(id, type, b)
#define EXTENT_i(id, type) EXTENT_RANK(id, type, i)
#define EXTENT_u(id, type) EXTENT_RANK(id, type, u)
#define EXTENT_h(id, type) EXTENT_RANK(id, type, h)
#define EXTENT_f(id, type) EXTENT_RANK(id, type, f)
#define EXTENT_c(id, type) EXTENT_KEY(id)
#define DTYPE(id, name, class, type, npy) LEAST_##class(id, type) EXTENT_##class(id, type)
#include "quadrat/dtypes.def"
#undef DTYPE

enum { RUN = 1 << 15 }; /* elements that are counted in 32 bits */

#define NONZERO_b(x) (x != 0)
#define NONZERO_i(x) (x != 0)
#define NONZERO_u(x) (x != 0)
#define NONZERO_h(x) ((x.bits & 0x7fff) != 0)
#define NONZERO_f(x) (x != 0)
#define NONZERO_c(x) ((x.re != 0) | (x.im != 0))

#define DTYPE(id, name, class, type, npy)                                                          \
    static uint64_t nonzero_##id(const void *elements, size_t n)                                   \
    {                                                                                              \
        const type *x = elements;                                                                  \
        uint64_t count = 0;                                                                        \
        for (size_t start = 0; start < n; start += RUN) {                                          \
            size_t end = n - start < RUN ? n : start + RUN;                                        \
            uint32_t some = 0;                                                                     \
            for (size_t i = start; i < end; i++)                                                   \
                some += NONZERO_##class(x[i]);                                                     \
            count += some;                                                                         \
        }                                                                                          \
        return count;                                                                              \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b

extern const qdr_scan_set JOINED(qdr_scans_, QDR_ISA);
const qdr_scan_set JOINED(qdr_scans_, QDR_ISA) = {
    .least = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = least_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    },
    .extent = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = extent_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    },
    .ranks = {
#define RANKS_b(id) {start_##id, lower_##id, elements_##id}
#define RANKS_i(id) RANKS_b(id)
#define RANKS_u(id) RANKS_b(id)
#define RANKS_h(id) RANKS_b(id)
#define RANKS_f(id) RANKS_b(id)
#define RANKS_c(id) {0}
#define DTYPE(id, name, class, type, npy) [QDR_##id] = RANKS_##class(id),
#include "quadrat/dtypes.def"
#undef DTYPE
    },
    .nonzero = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = nonzero_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
    },
};
