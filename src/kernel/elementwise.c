/* The kernels for one instruction set. This file is compiled once for each, see base/isa.h; select.c
 * picks one. */
#include <tgmath.h>

#include "base/half.h"
#include "kernel/complex.h"
#include "kernel/isa.h"
#include "kernel/real.h"
#if defined(QUADRAT_HAVE_SLEEF)
#include "kernel/vector.h"
#endif

/* Every group of dtypes hands its members to M, by their names in dtypes.def. */
#define BOOLS(M, ...) M(BOOL, __VA_ARGS__)
#define INTS(M, ...)                                                                               \
    M(INT8, __VA_ARGS__) M(INT16, __VA_ARGS__) M(INT32, __VA_ARGS__) M(INT64, __VA_ARGS__)
#define UINTS(M, ...)                                                                              \
    M(UINT8, __VA_ARGS__) M(UINT16, __VA_ARGS__) M(UINT32, __VA_ARGS__) M(UINT64, __VA_ARGS__)
#define FLOATS(M, ...) M(FLOAT16, __VA_ARGS__) M(FLOAT32, __VA_ARGS__) M(FLOAT64, __VA_ARGS__)
#define COMPLEXES(M, ...) M(COMPLEX64, __VA_ARGS__) M(COMPLEX128, __VA_ARGS__)
#define INTEGERS(M, ...) INTS(M, __VA_ARGS__) UINTS(M, __VA_ARGS__)
#define WHOLES(M, ...) BOOLS(M, __VA_ARGS__) INTEGERS(M, __VA_ARGS__)
#define NUMBERS(M, ...) INTEGERS(M, __VA_ARGS__) FLOATS(M, __VA_ARGS__)
#define REALS(M, ...) BOOLS(M, __VA_ARGS__) NUMBERS(M, __VA_ARGS__)

/* For each dtype T: element_T is what arrays hold, value_T what C's arithmetic makes of it; load_T
 * and store_T go from one to the other. */
#define VALUE_b(type) __typeof__(+(type)0)
#define VALUE_i(type) __typeof__(+(type)0)
#define VALUE_u(type) __typeof__(+(type)0)
#define VALUE_h(type) float
#define VALUE_f(type) type
#define VALUE_c(type) type
#define LOAD_b(x) x
#define LOAD_i(x) x
#define LOAD_u(x) x
#define LOAD_h(x) qdr_half_value(x.bits)
#define LOAD_f(x) x
#define LOAD_c(x) x
#define STORE_b(type, x) (type)x
#define STORE_i(type, x) (type)x
#define STORE_u(type, x) (type)x
#define STORE_h(type, x) (type){qdr_half_of_float(x)}
#define STORE_f(type, x) x
#define STORE_c(type, x) x
#define DTYPE(id, name, class, type, npy)                                                          \
    typedef type element_##id;                                                                     \
    typedef VALUE_##class(type) value_##id;                                                        \
    static inline value_##id load_##id(element_##id x)                                             \
    {                                                                                              \
        return LOAD_##class(x);                                                                    \
    }                                                                                              \
    static inline element_##id store_##id(value_##id x)                                            \
    {                                                                                              \
        return STORE_##class(type, x);                                                             \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

#define PART_COMPLEX64 FLOAT32
#define PART_COMPLEX128 FLOAT64

#define RESULT_SAME(T) T
#define RESULT_TRUTH(T) BOOL
#define RESULT_REAL(T) PART_##T

#define ELEMENT(T) JOINED(element_, T)
#define STORE(T) JOINED(store_, T)
#define ID(T) JOINED(QDR_, T)
#define JOINED(a, b) JOINED_AGAIN(a, b)
#define JOINED_AGAIN(a, b) a##b

#define AS(a, x) ((__typeof__(a))(x))
#define PAIR(re, im) ((__typeof__(a)){re, im})

/* The iterations are independent even where the result lies on an operand. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* with sanitizers loops stay scalar */
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

/* Runs the loop with `a` (then `b`, `c`) loaded once when it is a scalar, else for each element. */
#define LOOP(inner)                                                                                \
    INDEPENDENT                                                                                    \
    for (size_t i = 0; i < n; i++) {                                                               \
        inner                                                                                      \
    }
#define PARAMETERS size_t n, void *result, const void *const operand[], unsigned scalars

#define UNARY_FUNCTION(T, name, R, value)                                                          \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const element_##T *x = operand[0];                                                         \
        ELEMENT(RESULT_##R(T)) *to = result;                                                       \
        (void)scalars; /* n is 1 when the only operand is one */                                   \
        LOOP(value_##T a = load_##T(x[i]); (void)a; to[i] = STORE(RESULT_##R(T))(value);)          \
    }

#define BINARY_FUNCTION(T, name, R, value)                                                         \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const element_##T *x = operand[0], *y = operand[1];                                        \
        ELEMENT(RESULT_##R(T)) *to = result;                                                       \
        if (scalars & 1) {                                                                         \
            value_##T a = load_##T(x[0]);                                                          \
            LOOP(value_##T b = load_##T(y[i]); to[i] = STORE(RESULT_##R(T))(value);)               \
        } else if (scalars & 2) {                                                                  \
            value_##T b = load_##T(y[0]);                                                          \
            LOOP(value_##T a = load_##T(x[i]); to[i] = STORE(RESULT_##R(T))(value);)               \
        } else {                                                                                   \
            LOOP(value_##T a = load_##T(x[i]); value_##T b = load_##T(y[i]);                       \
                 to[i] = STORE(RESULT_##R(T))(value);)                                             \
        }                                                                                          \
    }

#define CHOICE_FUNCTION(T, name, R, value)                                                         \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const element_BOOL *x = operand[0];                                                        \
        const element_##T *y = operand[1], *z = operand[2];                                        \
        size_t dx = !(scalars & 1), dy = !(scalars & 2), dz = !(scalars & 4);                      \
        ELEMENT(RESULT_##R(T)) *to = result;                                                       \
        LOOP(element_BOOL a = x[i * dx]; element_##T b = y[i * dy]; element_##T c = z[i * dz];     \
             to[i] = value;)                                                                       \
    }

#define CHECK_FUNCTION(T, name, refused, text)                                                     \
    static size_t name##_check_##T(size_t n, const void *operand)                                  \
    {                                                                                              \
        const element_##T *x = operand;                                                            \
        bool any = false;                                                                          \
        LOOP(value_##T last = load_##T(x[i]); any |= refused;)                                     \
        for (size_t i = 0; i < n && any; i++) {                                                    \
            value_##T last = load_##T(x[i]);                                                       \
            if (refused)                                                                           \
                return i;                                                                          \
        }                                                                                          \
        return n;                                                                                  \
    }

#define UNARY(name, types, R, value) types(UNARY_FUNCTION, name, R, value)
#define BINARY(name, types, R, value) types(BINARY_FUNCTION, name, R, value)
#define CHOICE(name, types, R, value) types(CHOICE_FUNCTION, name, R, value)
#define CHECK(name, types, refused, text) types(CHECK_FUNCTION, name, refused, text)
#include "kernel/elementwise.def"
#undef UNARY
#undef BINARY
#undef CHOICE
#undef CHECK

/* ---- conversions -------------------------------------------------------------------------- */

/* x, of any real type, as each type T. Integers wrap; what a float has beyond an integer type
 * becomes its nearest end, NaN becomes 0; a float is rounded once. */
#define TRUE_IF(T, x) ((x) != 0)
#define PLAIN(T, x) ((value_##T)(x))
#define MOST(T)                                                                                    \
    ((element_##T)(UINT64_MAX >> (64 - 8 * sizeof(element_##T)) >> ((element_##T)-1 < 1)))
#define LEAST(T) ((element_##T)(-MOST(T) - 1))
#define SATURATED(T, x)                                                                            \
    ((x) != (x)                                ? 0                                                 \
     : (x) < (float)LEAST(T)                   ? LEAST(T)                                          \
     : (x) >= 2.0f * (float)(MOST(T) / 2 + 1)  ? MOST(T)                                           \
                                               : (element_##T)(x))
#define ROUNDED(T, x) ROUNDED_##T(x)
#define ROUNDED_FLOAT16(x)                                                                         \
    (_Generic((x), double: true, default: false) ? qdr_half_prepare((double)(x)) : (float)(x))
#define ROUNDED_FLOAT32(x) ((float)(x))
#define ROUNDED_FLOAT64(x) ((double)(x))
#define WITH_ZERO(T, x) WITH_ZERO_AGAIN(T, PART_##T, x)
#define WITH_ZERO_AGAIN(T, P, x) ((value_##T){ROUNDED(P, x), 0})

/* x, a complex number: only its real part is kept in a real type. */
#define TRUE_IF_PART(T, x) ((x.re != 0) | (x.im != 0))
#define REAL_SATURATED(T, x) SATURATED(T, x.re)
#define REAL_ROUNDED(T, x) ROUNDED(T, x.re)
#define PARTS(T, x) PARTS_AGAIN(T, PART_##T, x)
#define PARTS_AGAIN(T, P, x) ((value_##T){ROUNDED(P, x.re), ROUNDED(P, x.im)})

/* What becomes of a type F, by its class. */
#define FROM_INTEGER(M, F)                                                                         \
    INTS(M, F, PLAIN) UINTS(M, F, PLAIN) FLOATS(M, F, ROUNDED) COMPLEXES(M, F, WITH_ZERO)
#define FROM_FLOAT(M, F)                                                                           \
    BOOLS(M, F, TRUE_IF)                                                                           \
    INTS(M, F, SATURATED) UINTS(M, F, SATURATED) FLOATS(M, F, ROUNDED) COMPLEXES(M, F, WITH_ZERO)
#define FROM_b(M, F) BOOLS(M, F, PLAIN) FROM_INTEGER(M, F)
#define FROM_i(M, F) BOOLS(M, F, TRUE_IF) FROM_INTEGER(M, F)
#define FROM_u(M, F) BOOLS(M, F, TRUE_IF) FROM_INTEGER(M, F)
#define FROM_h(M, F) FROM_FLOAT(M, F)
#define FROM_f(M, F) FROM_FLOAT(M, F)
#define FROM_c(M, F)                                                                               \
    BOOLS(M, F, TRUE_IF_PART)                                                                      \
    INTS(M, F, REAL_SATURATED) UINTS(M, F, REAL_SATURATED) FLOATS(M, F, REAL_ROUNDED)              \
    COMPLEXES(M, F, PARTS)

#define CAST_FUNCTION(T, F, converted)                                                             \
    static void F##_to_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const element_##F *from = operand[0];                                                      \
        element_##T *to = result;                                                                  \
        (void)scalars;                                                                             \
        LOOP(value_##F x = load_##F(from[i]); to[i] = store_##T(converted(T, x));)                 \
    }
#define CAST_ROW(T, F, converted) [QDR_##F][QDR_##T] = F##_to_##T,

#define DTYPE(id, name, class, type, npy) FROM_##class(CAST_FUNCTION, id)
#include "quadrat/dtypes.def"
#undef DTYPE

/* ---- vector functions --------------------------------------------------------------------- */

#if defined(QUADRAT_HAVE_SLEEF)

#define CHUNK 256 /* doubles; a multiple of the lanes of every register */

/* Writes n values; operands have room for whole registers, and numbers in it. */
typedef void vector_function(size_t n, const double *x, const double *y, double *to);

#define CALL_UNARY(f) SLEEF(f)(REGISTER(x + i))
#define CALL_BINARY(f) SLEEF(f)(REGISTER(x + i), REGISTER(y + i))
#define VALUES_UNARY                                                                               \
    double a = x[i], r = to[i];                                                                    \
    (void)a, (void)r;
#define VALUES_BINARY                                                                              \
    double b = y[i];                                                                               \
    (void)b;                                                                                       \
    VALUES_UNARY

#define VECTOR(name, operands, f, error, refused, value)                                           \
    static void name##_vector(size_t n, const double *x, const double *y, double *to)              \
    {                                                                                              \
        bool any = false;                                                                          \
        (void)y;                                                                                   \
        for (size_t i = 0; i < n; i += LANES)                                                      \
            PUT_REGISTER(to + i, CALL_##operands(f));                                              \
        LOOP(VALUES_##operands any |= (refused);)                                                    \
        for (size_t i = 0; i < n && any; i++) {                                                    \
            VALUES_##operands                                                                      \
            to[i] = (refused) ? (value) : r;                                                       \
        }                                                                                          \
    }
#include "kernel/vector.def"
#undef VECTOR

/* Goes through elements of a type T by chunks of doubles. */
#define CHUNKS(T, ...)                                                                             \
    static void load_chunk_##T(size_t n, const element_##T *x, size_t step, double *to)            \
    {                                                                                              \
        LOOP(to[i] = (double)load_##T(x[i * step]);)                                               \
        for (size_t i = n; i % LANES; i++)                                                         \
            to[i] = 1;                                                                             \
    }                                                                                              \
    static void store_chunk_##T(size_t n, const double *from, element_##T *to)                     \
    {                                                                                              \
        LOOP(to[i] = store_##T(ROUNDED(T, from[i]));)                                              \
    }                                                                                              \
    static void by_chunks_##T(PARAMETERS, int operands, vector_function *f)                        \
    {                                                                                              \
        double chunk[3][CHUNK];                                                                    \
        for (size_t at = 0; at < n; at += CHUNK) {                                                 \
            size_t count = n - at < CHUNK ? n - at : CHUNK;                                        \
            for (int k = 0; k < operands; k++) {                                                   \
                size_t step = !(scalars >> k & 1);                                                 \
                load_chunk_##T(count, (const element_##T *)operand[k] + at * step, step, chunk[k]);\
            }                                                                                      \
            f(count, chunk[0], chunk[1], chunk[2]);                                                \
            store_chunk_##T(count, chunk[2], (element_##T *)result + at);                          \
        }                                                                                          \
    }
FLOATS(CHUNKS, )

#define COUNT_UNARY 1
#define COUNT_BINARY 2
#define VECTOR_FUNCTION(T, name, operands)                                                         \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        by_chunks_##T(n, result, operand, scalars, COUNT_##operands, name##_vector);               \
    }
#define VECTOR_ROW(T, name, operands)                                                              \
    {#name, COUNT_##operands, QDR_##T, QDR_##T, QDR_##T, name##_##T},

#define VECTOR(name, operands, f, error, refused, value) FLOATS(VECTOR_FUNCTION, name, operands)
#include "kernel/vector.def"
#undef VECTOR

#endif

/* ---- the tables --------------------------------------------------------------------------- */

#define UNARY_ROW(T, name, R, value)                                                               \
    {#name, 1, QDR_##T, QDR_##T, ID(RESULT_##R(T)), name##_##T},
#define BINARY_ROW(T, name, R, value)                                                              \
    {#name, 2, QDR_##T, QDR_##T, ID(RESULT_##R(T)), name##_##T},
#define CHOICE_ROW(T, name, R, value)                                                              \
    {#name, 3, QDR_BOOL, QDR_##T, ID(RESULT_##R(T)), name##_##T},
#define CHECK_ROW(T, name, refused, text) {#name, QDR_##T, name##_check_##T, text},

static const qdr_kernel rows[] = {
#define UNARY(name, types, R, value) types(UNARY_ROW, name, R, value)
#define BINARY(name, types, R, value) types(BINARY_ROW, name, R, value)
#define CHOICE(name, types, R, value) types(CHOICE_ROW, name, R, value)
#define CHECK(name, types, refused, text)
#include "kernel/elementwise.def"
#if defined(QUADRAT_HAVE_SLEEF)
#define VECTOR(name, operands, f, error, refused, value) FLOATS(VECTOR_ROW, name, operands)
#include "kernel/vector.def"
#endif
    {.name = NULL},
#undef UNARY
#undef BINARY
#undef CHOICE
#undef CHECK
};

static const qdr_kernel_check checks[] = {
#define UNARY(name, types, R, value)
#define BINARY(name, types, R, value)
#define CHOICE(name, types, R, value)
#define CHECK(name, types, refused, text) types(CHECK_ROW, name, refused, text)
#include "kernel/elementwise.def"
    {.name = NULL},
};

const qdr_kernel_set JOINED(qdr_kernels_, QDR_ISA) = {
    .rows = rows,
    .checks = checks,
    .cast =
        {
#define DTYPE(id, name, class, type, npy) FROM_##class(CAST_ROW, id)
#include "quadrat/dtypes.def"
#undef DTYPE
        },
};
