/* The kernels for one instruction set. This file is compiled once for each, with QDR_ISA as the
 * suffix of what it defines; select.c picks one when it starts. */
#include <tgmath.h>

#include "kernel/isa.h"

typedef uint8_t b8;
typedef int64_t i64;
typedef float f32;
typedef double f64;

#define DTYPE_b8 QDR_BOOL
#define DTYPE_i64 QDR_INT64
#define DTYPE_f32 QDR_FLOAT32
#define DTYPE_f64 QDR_FLOAT64

#define BOOLS(M, ...) M(b8, __VA_ARGS__)
#define INTS(M, ...) M(i64, __VA_ARGS__)
#define FLOATS(M, ...) M(f32, __VA_ARGS__) M(f64, __VA_ARGS__)
#define NUMBERS(M, ...) INTS(M, __VA_ARGS__) FLOATS(M, __VA_ARGS__)
#define ALL(M, ...) BOOLS(M, __VA_ARGS__) NUMBERS(M, __VA_ARGS__)

#define RESULT_SAME(T) T
#define RESULT_TRUTH(T) b8

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
        const T *x = operand[0];                                                                   \
        RESULT_##R(T) *to = result;                                                                \
        (void)scalars; /* n is 1 when the only operand is one */                                   \
        LOOP(T a = x[i]; to[i] = (RESULT_##R(T))(value);)                                          \
    }

#define BINARY_FUNCTION(T, name, R, value)                                                         \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const T *x = operand[0], *y = operand[1];                                                  \
        RESULT_##R(T) *to = result;                                                                \
        if (scalars & 1) {                                                                         \
            T a = x[0];                                                                            \
            LOOP(T b = y[i]; to[i] = (RESULT_##R(T))(value);)                                      \
        } else if (scalars & 2) {                                                                  \
            T b = y[0];                                                                            \
            LOOP(T a = x[i]; to[i] = (RESULT_##R(T))(value);)                                      \
        } else {                                                                                   \
            LOOP(T a = x[i]; T b = y[i]; to[i] = (RESULT_##R(T))(value);)                          \
        }                                                                                          \
    }

#define CHOICE_FUNCTION(T, name, R, value)                                                         \
    static void name##_##T(PARAMETERS)                                                             \
    {                                                                                              \
        const b8 *x = operand[0];                                                                  \
        const T *y = operand[1], *z = operand[2];                                                  \
        size_t dx = !(scalars & 1), dy = !(scalars & 2), dz = !(scalars & 4);                      \
        RESULT_##R(T) *to = result;                                                                \
        LOOP(b8 a = x[i * dx]; T b = y[i * dy]; T c = z[i * dz]; to[i] = (RESULT_##R(T))(value);)  \
    }

#define UNARY(name, types, R, value) types(UNARY_FUNCTION, name, R, value)
#define BINARY(name, types, R, value) types(BINARY_FUNCTION, name, R, value)
#define CHOICE(name, types, R, value) types(CHOICE_FUNCTION, name, R, value)
#include "kernel/elementwise.def"
#undef UNARY
#undef BINARY
#undef CHOICE

#define UNARY_ROW(T, name, R, value)                                                               \
    {#name, 1, DTYPE_##T, DTYPE_##T, ROW_##R(T), name##_##T},
#define BINARY_ROW(T, name, R, value)                                                              \
    {#name, 2, DTYPE_##T, DTYPE_##T, ROW_##R(T), name##_##T},
#define CHOICE_ROW(T, name, R, value) {#name, 3, QDR_BOOL, DTYPE_##T, ROW_##R(T), name##_##T},
#define ROW_SAME(T) DTYPE_##T
#define ROW_TRUTH(T) QDR_BOOL

static const qdr_kernel rows[] = {
#define UNARY(name, types, R, value) types(UNARY_ROW, name, R, value)
#define BINARY(name, types, R, value) types(BINARY_ROW, name, R, value)
#define CHOICE(name, types, R, value) types(CHOICE_ROW, name, R, value)
#include "kernel/elementwise.def"
    {.name = NULL},
};

#define AS_b8(x) ((x) != 0)
#define AS_i64(x) ((i64)(x))
#define AS_f32(x) ((f32)(x))
#define AS_f64(x) ((f64)(x))
#define CAST_FUNCTION(from, to_type)                                                               \
    static void from##_to_##to_type(PARAMETERS)                                                    \
    {                                                                                              \
        const from *x = operand[0];                                                                \
        to_type *to = result;                                                                      \
        (void)scalars;                                                                             \
        LOOP(to[i] = AS_##to_type(x[i]);)                                                          \
    }
CAST_FUNCTION(b8, i64)
CAST_FUNCTION(b8, f32)
CAST_FUNCTION(b8, f64)
CAST_FUNCTION(i64, b8)
CAST_FUNCTION(i64, f32)
CAST_FUNCTION(i64, f64)
CAST_FUNCTION(f32, f64)
CAST_FUNCTION(f64, f32)

#define CAST_ROW(from, to) [DTYPE_##from][DTYPE_##to] = from##_to_##to

#define NAMED(isa) NAMED_AGAIN(isa)
#define NAMED_AGAIN(isa) qdr_kernels_##isa
const qdr_kernel_set NAMED(QDR_ISA) = {
    .rows = rows,
    .cast =
        {
            CAST_ROW(b8, i64),
            CAST_ROW(b8, f32),
            CAST_ROW(b8, f64),
            CAST_ROW(i64, b8),
            CAST_ROW(i64, f32),
            CAST_ROW(i64, f64),
            CAST_ROW(f32, f64),
            CAST_ROW(f64, f32),
        },
};
