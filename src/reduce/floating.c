#include "reduce/floating.h"

#include "base/half.h"

enum { PART = QDR_WINDOW_BLOCK }; /* elements that are converted at a time */

/* Adds n numbers, `stride` apart, converted to what an adder takes. */
#define TAKER(taker, adder_type, adder, type, wide, value, stride)                                 \
    static void taker(adder_type *to, const void *elements, size_t n)                              \
    {                                                                                              \
        const type *x = elements;                                                                  \
        wide part[PART];                                                                           \
        for (size_t done = 0; done < n; done += PART) {                                            \
            size_t count = n - done < PART ? n - done : PART;                                      \
            for (size_t i = 0; i < count; i++)                                                     \
                part[i] = value(x[(done + i) * stride]);                                           \
            adder(to, part, count);                                                                \
        }                                                                                          \
    }
#define ITSELF(x) x
#define HALF(x) qdr_half_value((x).bits)

#define DIRECT(id, adder)                                                                          \
    static void sum_##id(qdr_bins *bins, const void *elements, size_t n)                           \
    {                                                                                              \
        qdr_bins_add_##adder(bins, elements, n);                                                   \
    }                                                                                              \
    static void squares_##id(qdr_product_bins *bins, const void *elements, size_t n)               \
    {                                                                                              \
        qdr_product_bins_add_##adder(bins, elements, elements, n);                                 \
    }                                                                                              \
    static void moments_##id(qdr_bins *bins, qdr_product_bins *squares, const void *elements,      \
                             size_t n)                                                             \
    {                                                                                              \
        qdr_moments_add_##adder(bins, squares, elements, n);                                       \
    }

#define COMPLEX(id, adder, part)                                                                   \
    TAKER(part_##id, qdr_bins, qdr_bins_add_##adder, part, part, ITSELF, 2)                        \
    static void sum_##id(qdr_bins *bins, const void *elements, size_t n)                           \
    {                                                                                              \
        part_##id(&bins[0], elements, n);                                                          \
        part_##id(&bins[1], (const part *)elements + 1, n);                                        \
    }                                                                                              \
    static void squares_##id(qdr_product_bins *bins, const void *elements, size_t n)               \
    {                                                                                              \
        qdr_product_bins_add_##adder(bins, elements, elements, 2 * n);                             \
    }                                                                                              \
    static void moments_##id(qdr_bins *bins, qdr_product_bins *squares, const void *elements,      \
                             size_t n)                                                             \
    {                                                                                              \
        sum_##id(bins, elements, n);                                                               \
        squares_##id(squares, elements, n);                                                        \
    }

DIRECT(BOOL, u8)
DIRECT(INT8, i8)
DIRECT(INT16, i16)
DIRECT(INT32, i32)
DIRECT(INT64, i64)
DIRECT(UINT8, u8)
DIRECT(UINT16, u16)
DIRECT(UINT32, u32)
DIRECT(UINT64, u64)
DIRECT(FLOAT16, f16)
DIRECT(FLOAT32, f32)
DIRECT(FLOAT64, f64)
COMPLEX(COMPLEX64, f32, float)
COMPLEX(COMPLEX128, f64, double)

#define FACTORS(id, type, adder, wide, value)                                                      \
    TAKER(factors_##id, qdr_factors, qdr_factors_add_##adder, type, wide, value, 1)
FACTORS(BOOL, uint8_t, u64, uint64_t, ITSELF)
FACTORS(INT8, int8_t, i64, int64_t, ITSELF)
FACTORS(INT16, int16_t, i64, int64_t, ITSELF)
FACTORS(INT32, int32_t, i64, int64_t, ITSELF)
FACTORS(INT64, int64_t, i64, int64_t, ITSELF)
FACTORS(UINT8, uint8_t, u64, uint64_t, ITSELF)
FACTORS(UINT16, uint16_t, u64, uint64_t, ITSELF)
FACTORS(UINT32, uint32_t, u64, uint64_t, ITSELF)
FACTORS(UINT64, uint64_t, u64, uint64_t, ITSELF)
FACTORS(FLOAT16, qdr_float16, f64, double, (double)HALF)
FACTORS(FLOAT32, float, f64, double, (double))
FACTORS(FLOAT64, double, f64, double, ITSELF)

static void leave_out(qdr_factors *to, const void *elements, size_t n)
{
    (void)to, (void)elements, (void)n;
}
#define factors_COMPLEX64 leave_out
#define factors_COMPLEX128 leave_out

static const struct {
    void (*factors)(qdr_factors *factors, const void *elements, size_t n);
    void (*sum)(qdr_bins *bins, const void *elements, size_t n);
    void (*squares)(qdr_product_bins *bins, const void *elements, size_t n);
    void (*moments)(qdr_bins *bins, qdr_product_bins *squares, const void *elements, size_t n);
} takers[QDR_DTYPES] = {
#define DTYPE(id, name, class, type, npy)                                                          \
    [QDR_##id] = {factors_##id, sum_##id, squares_##id, moments_##id},
#include "quadrat/dtypes.def"
#undef DTYPE
};

void qdr_sum_take(qdr_bins *bins, const qdr_tile *tile)
{
    takers[tile->dtype].sum(bins, tile->elements, tile->count);
}

void qdr_squares_take(qdr_product_bins *bins, const qdr_tile *tile)
{
    takers[tile->dtype].squares(bins, tile->elements, tile->count);
}

void qdr_moments_take(qdr_bins *bins, qdr_product_bins *squares, const qdr_tile *tile)
{
    takers[tile->dtype].moments(bins, squares, tile->elements, tile->count);
}

void qdr_factors_take(qdr_factors *factors, const qdr_tile *tile)
{
    takers[tile->dtype].factors(factors, tile->elements, tile->count);
}

qdr_exact_terms qdr_terms_of(qdr_dtype dtype)
{
    int bits = 8 * (int)qdr_dtype_size(dtype);
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
        return (qdr_exact_terms){0, 0, false, false};
    case 'i':
        return (qdr_exact_terms){0, bits - 1, true, false};
    case 'u':
        return (qdr_exact_terms){0, bits, false, false};
    default:
        break;
    }
    switch (qdr_dtype_real(dtype)) {
    case QDR_FLOAT16:
        return (qdr_exact_terms){-24, 16, true, true};
    case QDR_FLOAT32:
        return (qdr_exact_terms){-149, 128, true, true};
    default:
        return (qdr_exact_terms){-1074, 1024, true, true};
    }
}

qdr_exact_terms qdr_products_of(qdr_dtype dtype)
{
    qdr_exact_terms terms = qdr_terms_of(dtype);
    terms.least *= 2;
    terms.most *= 2;
    return terms;
}

bool qdr_squares_valid(const qdr_exact_product *squares, const qdr_taken *taken)
{
    uint64_t parts = (uint64_t)qdr_dtype_parts(taken->dtype);
    qdr_exact_terms terms = qdr_products_of(taken->dtype);
    terms.negative = false;
    return squares->count % parts == 0 && squares->count / parts <= taken->elements &&
           qdr_exact_product_valid(squares, &terms);
}

qdr_precision qdr_floating_precision(qdr_dtype dtype)
{
    switch (qdr_dtype_real(dtype)) {
    case QDR_FLOAT16:
        return QDR_TO_HALF;
    case QDR_FLOAT32:
        return QDR_TO_FLOAT;
    default:
        return QDR_TO_DOUBLE;
    }
}

qdr_scalar qdr_floating_make(double re, double im, qdr_dtype dtype)
{
    qdr_scalar value = {.dtype = QDR_FLOAT64, .real = re};
    if (qdr_dtype_kind(dtype) == 'c')
        value = (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {re, im}};
    return qdr_scalar_narrow(value, dtype);
}
