/* Keys of each dtype: the elements' bits, changed so that they are in order as unsigned numbers. */
#include "reduce/keys.h"

#include <string.h>

#define TOP(bits) (1ull << ((bits) - 1))

/* The bits of a float of that width: all inverted below zero, else with the sign set. */
static inline uint64_t float_key(uint64_t bits, int width)
{
    uint64_t negative = -(bits >> (width - 1));
    return bits ^ (negative >> (64 - width)) ^ (~negative & TOP(width));
}

static inline uint64_t float_bits(uint64_t key, int width)
{
    uint64_t negative = -(uint64_t)(key >> (width - 1) == 0);
    return key ^ (negative >> (64 - width)) ^ (~negative & TOP(width));
}

#define BITS(type) (8 * (int)sizeof(type))
#define KEY_b(type, x) x
#define KEY_u(type, x) x
#define KEY_i(type, x) (((uint64_t)x ^ TOP(BITS(type))) & ~0ull >> (64 - BITS(type)))
#define KEY_f(type, x) float_key(bits_of_##type(x), BITS(type))
#define KEY_h(type, x) float_key(x.bits, 16)
#define IS_NAN_b(x) false
#define IS_NAN_u(x) false
#define IS_NAN_i(x) false
#define IS_NAN_f(x) (x != x)
#define IS_NAN_h(x) ((x.bits & 0x7fff) > 0x7c00)

#define BITS_OF(type, word)                                                                        \
    static inline uint64_t bits_of_##type(type x)                                                  \
    {                                                                                              \
        word bits;                                                                                 \
        memcpy(&bits, &x, sizeof bits);                                                            \
        return bits;                                                                               \
    }
BITS_OF(float, uint32_t)
BITS_OF(double, uint64_t)

/* The keys of those of n elements that are not NaN; returns their number. */
#define TAKE(id, class, type)                                                                      \
    static size_t take_##id(const void *elements, size_t n, uint64_t *keys)                        \
    {                                                                                              \
        const type *x = elements;                                                                  \
        size_t count = 0;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            keys[count] = KEY_##class(type, x[i]);                                                 \
            count += !(IS_NAN_##class(x[i]));                                                      \
        }                                                                                          \
        return count;                                                                              \
    }
#define TAKE_b(id, type) TAKE(id, b, type)
#define TAKE_i(id, type) TAKE(id, i, type)
#define TAKE_u(id, type) TAKE(id, u, type)
#define TAKE_f(id, type) TAKE(id, f, type)
#define TAKE_h(id, type) TAKE(id, h, type)
#define TAKE_c(id, type)
#define DTYPE(id, name, class, type, npy) TAKE_##class(id, type)
#include "quadrat/dtypes.def"
#undef DTYPE

static size_t (*const takers[QDR_DTYPES])(const void *, size_t, uint64_t *) = {
#define TAKER_b(id) [QDR_##id] = take_##id,
#define TAKER_i(id) [QDR_##id] = take_##id,
#define TAKER_u(id) [QDR_##id] = take_##id,
#define TAKER_f(id) [QDR_##id] = take_##id,
#define TAKER_h(id) [QDR_##id] = take_##id,
#define TAKER_c(id)
#define DTYPE(id, name, class, type, npy) TAKER_##class(id)
#include "quadrat/dtypes.def"
#undef DTYPE
};

size_t qdr_keys_take(qdr_dtype dtype, const void *elements, size_t n, uint64_t *keys)
{
    return takers[dtype](elements, n, keys);
}

int qdr_key_width(qdr_dtype dtype)
{
    return 8 * (int)qdr_dtype_size(dtype);
}

qdr_scalar qdr_key_element(uint64_t key, qdr_dtype dtype)
{
    qdr_scalar element = {.dtype = dtype, .words = {key, 0}};
    int width = qdr_key_width(dtype);
    if (qdr_dtype_kind(dtype) == 'i')
        element.words[0] ^= TOP(width);
    if (qdr_dtype_kind(dtype) == 'f')
        element.words[0] = float_bits(key, width);
    return element;
}

bool qdr_is_key(uint64_t key, qdr_dtype dtype)
{
    qdr_scalar element = qdr_key_element(key, dtype);
    uint64_t again;
    return qdr_scalar_fits(element, dtype) && takers[dtype](element.words, 1, &again) &&
           again == key;
}
