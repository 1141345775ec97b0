/* dot, vdot: the exact sum of the products of pairs; of complex ones, the sums of both parts. */
#include <string.h>

#include "reduce/floating.h"
#include "reduce/reducers.h"

enum { PART = 512 }; /* complex pairs that are taken apart at a time */

#define TAKER(id, adder)                                                                           \
    static void take_##id(qdr_product_bins *bins, const void *first, const void *second, size_t n, \
                          bool conjugate)                                                          \
    {                                                                                              \
        (void)conjugate;                                                                           \
        qdr_product_bins_add_##adder(bins, first, second, n);                                      \
    }
/* (a + bi) (c + di) = ac - bd + (ad + bc) i */
#define COMPLEX_TAKER(id, type, part, adder)                                                       \
    static void take_##id(qdr_product_bins *bins, const void *first, const void *second, size_t n, \
                          bool conjugate)                                                          \
    {                                                                                              \
        const type *x = first, *y = second;                                                        \
        part a[PART], b[PART], c[PART], d[PART], minus_b[PART];                                    \
        for (size_t done = 0; done < n; done += PART) {                                            \
            size_t count = n - done < PART ? n - done : PART;                                      \
            for (size_t i = 0; i < count; i++) {                                                   \
                a[i] = x[done + i].re;                                                             \
                b[i] = conjugate ? -x[done + i].im : x[done + i].im;                               \
                minus_b[i] = -b[i];                                                                \
                c[i] = y[done + i].re;                                                             \
                d[i] = y[done + i].im;                                                             \
            }                                                                                      \
            qdr_product_bins_add_##adder(&bins[0], a, c, count);                                   \
            qdr_product_bins_add_##adder(&bins[0], minus_b, d, count);                             \
            qdr_product_bins_add_##adder(&bins[1], a, d, count);                                   \
            qdr_product_bins_add_##adder(&bins[1], b, c, count);                                   \
        }                                                                                          \
    }
TAKER(BOOL, u8)
TAKER(INT8, i8)
TAKER(INT16, i16)
TAKER(INT32, i32)
TAKER(INT64, i64)
TAKER(UINT8, u8)
TAKER(UINT16, u16)
TAKER(UINT32, u32)
TAKER(UINT64, u64)
TAKER(FLOAT16, f16)
TAKER(FLOAT32, f32)
TAKER(FLOAT64, f64)
COMPLEX_TAKER(COMPLEX64, qdr_complex64, float, f32)
COMPLEX_TAKER(COMPLEX128, qdr_complex128, double, f64)

static void (*const takers[QDR_DTYPES])(qdr_product_bins *bins, const void *first,
                                        const void *second, size_t n, bool conjugate) = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = take_##id,
#include "quadrat/dtypes.def"
#undef DTYPE
};

/* Of complex pairs each part is the sum of two products of each. */
static bool valid(const qdr_exact_product *p, uint64_t parts, const qdr_taken *taken)
{
    qdr_exact_terms terms = qdr_products_of(taken->dtype);
    for (uint64_t i = 0; i < parts; i++)
        if (p[i].count != p[0].count || !qdr_exact_product_valid(&p[i], &terms))
            return false;
    return p[0].count % parts == 0 && p[0].count / parts <= taken->elements;
}

#define DOT(kind, parts, conjugate)                                                                \
    static void update_##kind(uint64_t *state, void *work, const qdr_tile *tile)                   \
    {                                                                                              \
        (void)state;                                                                               \
        takers[tile->dtype](work, tile->elements, tile->second, tile->count, conjugate);           \
    }                                                                                              \
    static void flush_##kind(uint64_t *state, void *work)                                          \
    {                                                                                              \
        for (int i = 0; i < parts; i++)                                                            \
            qdr_product_bins_flush((qdr_product_bins *)work + i, (qdr_exact_product *)state + i);  \
    }                                                                                              \
    static void merge_##kind(uint64_t *to, const uint64_t *from)                                   \
    {                                                                                              \
        for (int i = 0; i < parts; i++)                                                            \
            qdr_exact_product_merge((qdr_exact_product *)to + i,                                   \
                                    (const qdr_exact_product *)from + i);                          \
    }                                                                                              \
    static bool valid_##kind(const uint64_t *state, const qdr_taken *taken,                        \
                             const qdr_reduce_options *options)                                    \
    {                                                                                              \
        (void)options;                                                                             \
        return valid((const qdr_exact_product *)state, parts, taken);                              \
    }                                                                                              \
    const qdr_accumulator qdr_##kind##_accumulator = {                                             \
        .name = #kind,                                                                             \
        .words = parts * sizeof(qdr_exact_product) / sizeof(uint64_t),                             \
        .work = parts * sizeof(qdr_product_bins),                                                  \
        .update = update_##kind,                                                                   \
        .flush = flush_##kind,                                                                     \
        .merge = merge_##kind,                                                                     \
        .valid = valid_##kind,                                                                     \
    };
DOT(products, 1, false)
DOT(complex_products, 2, false)
DOT(conjugate_products, 2, true)

static int finish_integer(const qdr_exact_product *p, qdr_dtype dtype, qdr_scalar *value,
                          qdr_error *err)
{
    bool has_sign = qdr_dtype_kind(dtype) == 'i';
    qdr_scalar total = {.dtype = has_sign ? QDR_INT64 : QDR_UINT64, .words = {0, 0}};
    bool fits = has_sign ? qdr_exact_dot_int64(p, &total.integer)
                         : qdr_exact_dot_uint64(p, &total.natural);
    return qdr_integer_finish(fits, total, dtype, "sum of products",
                              "astype(a, \"float64\") makes floats", value, err);
}

int qdr_finish_dot(const uint64_t *state, qdr_dtype dtype, const qdr_reduce_options *options,
                   qdr_scalar *value, qdr_error *err)
{
    const qdr_exact_product *p = (const qdr_exact_product *)state;
    qdr_precision to = qdr_floating_precision(options->dtype);
    if (strchr("iu", qdr_dtype_kind(options->dtype)))
        return finish_integer(p, options->dtype, value, err);
    *value = qdr_floating_make(qdr_exact_dot(&p[0], to),
                               qdr_dtype_kind(dtype) == 'c' ? qdr_exact_dot(&p[1], to) : 0,
                               options->dtype);
    return QDR_OK;
}
