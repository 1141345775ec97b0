/* The table of element types, and single elements. */
#include <math.h>
#include <string.h>

#include "base/half.h"
#include "quadrat/array.h"

#define KIND_b 'b'
#define KIND_i 'i'
#define KIND_u 'u'
#define KIND_h 'f'
#define KIND_f 'f'
#define KIND_c 'c'

static const struct {
    const char *name;
    char kind;
    size_t size;
} dtypes[] = {
#define DTYPE(id, name, class, type, npy) {name, KIND_##class, sizeof(type)},
#include "quadrat/dtypes.def"
#undef DTYPE
};

const char *qdr_dtype_name(qdr_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t qdr_dtype_size(qdr_dtype dtype)
{
    return dtypes[dtype].size;
}

char qdr_dtype_kind(qdr_dtype dtype)
{
    return dtypes[dtype].kind;
}

int qdr_dtype_parts(qdr_dtype dtype)
{
    return dtypes[dtype].kind == 'c' ? 2 : 1;
}

qdr_dtype qdr_dtype_find(const char *name)
{
    if (strcmp(name, "int") == 0)
        return QDR_INT64;
    if (strcmp(name, "float") == 0)
        return QDR_FLOAT64;
    for (int i = 0; i < QDR_DTYPES; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return (qdr_dtype)i;
    return QDR_DTYPES;
}

qdr_dtype qdr_dtype_of(char kind, size_t size)
{
    for (int i = 0; i < QDR_DTYPES; i++)
        if (dtypes[i].kind == kind && dtypes[i].size == size)
            return (qdr_dtype)i;
    return QDR_DTYPES;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Floats of 2, 4 and 8 bytes hold integers of half as many; those of 8 bytes are taken to fit
 * float64 too. */
qdr_dtype qdr_dtype_real(qdr_dtype dtype)
{
    size_t size = dtypes[dtype].size;
    switch (dtypes[dtype].kind) {
    case 'f':
        return dtype;
    case 'c':
        return qdr_dtype_of('f', size / 2);
    default:
        return qdr_dtype_of('f', size < 4 ? 2 * size : 8);
    }
}

qdr_dtype qdr_dtype_promote(qdr_dtype a, qdr_dtype b)
{
    if (a > b)
        return qdr_dtype_promote(b, a);
    char kind = dtypes[b].kind;
    if (dtypes[a].kind == 'b' || dtypes[a].kind == kind)
        return b;
    if (kind == 'u') { /* the signed integer that holds both */
        size_t size = larger(dtypes[a].size, 2 * dtypes[b].size);
        return size <= 8 ? qdr_dtype_of('i', size) : QDR_FLOAT64;
    }
    size_t size = larger(dtypes[qdr_dtype_real(a)].size, dtypes[qdr_dtype_real(b)].size);
    return kind == 'f' ? qdr_dtype_of('f', size) : qdr_dtype_of('c', 2 * size);
}

/* ---- single elements ---------------------------------------------------------------------- */

#define WIDEN_b(x) (qdr_scalar){.dtype = QDR_BOOL, .truth = x}
#define WIDEN_i(x) (qdr_scalar){.dtype = QDR_INT64, .integer = x}
#define WIDEN_u(x) (qdr_scalar){.dtype = QDR_UINT64, .natural = x}
#define WIDEN_h(x) (qdr_scalar){.dtype = QDR_FLOAT64, .real = (double)qdr_half_value(x.bits)}
#define WIDEN_f(x) (qdr_scalar){.dtype = QDR_FLOAT64, .real = (double)x}
#define WIDEN_c(x) (qdr_scalar){.dtype = QDR_COMPLEX128, .pair = {(double)x.re, (double)x.im}}

qdr_scalar qdr_scalar_widen(qdr_scalar value)
{
    switch (value.dtype) {
#define DTYPE(id, name, class, type, npy)                                                          \
    case QDR_##id: {                                                                               \
        type x;                                                                                    \
        memcpy(&x, value.words, sizeof x);                                                         \
        return WIDEN_##class(x);                                                                   \
    }
#include "quadrat/dtypes.def"
#undef DTYPE
    case QDR_DTYPES:
        break;
    }
    return value;
}

#define NARROW_b(x) x = wide.truth
#define NARROW_i(x) x = (__typeof__(x))wide.integer
#define NARROW_u(x) x = (__typeof__(x))wide.natural
#define NARROW_h(x) x.bits = qdr_half_of_double(wide.real)
#define NARROW_f(x) x = (__typeof__(x))wide.real
#define NARROW_c(x) x.re = (__typeof__(x.re))wide.pair.re, x.im = (__typeof__(x.im))wide.pair.im

qdr_scalar qdr_scalar_narrow(qdr_scalar value, qdr_dtype dtype)
{
    qdr_scalar wide = qdr_scalar_widen(value), narrow = {.dtype = dtype, .words = {0, 0}};
    switch (dtype) {
#define DTYPE(id, name, class, type, npy)                                                          \
    case QDR_##id: {                                                                               \
        type x;                                                                                    \
        NARROW_##class(x);                                                                         \
        memcpy(narrow.words, &x, sizeof x);                                                        \
        break;                                                                                     \
    }
#include "quadrat/dtypes.def"
#undef DTYPE
    case QDR_DTYPES:
        break;
    }
    return narrow;
}

/* Integers between 0 and the dtype's largest, or from there to its least when it has a sign. */
static bool integer_fits(qdr_scalar wide, qdr_dtype dtype)
{
    bool has_sign = dtypes[dtype].kind == 'i';
    bool negative = wide.dtype == QDR_INT64 && wide.integer < 0;
    uint64_t most = UINT64_MAX >> (64 - 8 * dtypes[dtype].size) >> has_sign;
    return negative ? has_sign && ~wide.natural <= most : wide.natural <= most;
}

static bool real_fits(double value, qdr_dtype real)
{
    qdr_scalar wide = {.dtype = QDR_FLOAT64, .real = value};
    return !isfinite(value) || isfinite(qdr_scalar_widen(qdr_scalar_narrow(wide, real)).real);
}

bool qdr_scalar_fits(qdr_scalar value, qdr_dtype dtype)
{
    qdr_scalar wide = qdr_scalar_widen(value);
    switch (dtypes[dtype].kind) {
    case 'i':
    case 'u':
        return integer_fits(wide, dtype);
    case 'f':
        return real_fits(wide.real, dtype);
    case 'c':
        return real_fits(wide.pair.re, qdr_dtype_real(dtype)) &&
               real_fits(wide.pair.im, qdr_dtype_real(dtype));
    default:
        return wide.natural <= 1;
    }
}
