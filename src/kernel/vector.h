/* SLEEF's functions of a vector register and of one element, S(f), and what vector.def makes of them
 * at the ends of their domains. Compiled once for each instruction set. Local. */
#ifndef QDR_KERNEL_VECTOR_H
#define QDR_KERNEL_VECTOR_H

#include <math.h>

#if !defined(FP_FAST_FMA)
#define FP_FAST_FMA /* or <sleef.h> hides the functions of one element */
#endif
#include <sleef.h>

#if defined(__AVX512F__)
#define LANES 8
#define REGISTER(p) _mm512_loadu_pd(p)
#define PUT_REGISTER(p, x) _mm512_storeu_pd(p, x)
#define SLEEF(f) Sleef_finz_##f##d8_u10avx512f
#elif defined(__AVX2__)
#define LANES 4
#define REGISTER(p) _mm256_loadu_pd(p)
#define PUT_REGISTER(p, x) _mm256_storeu_pd(p, x)
#define SLEEF(f) Sleef_finz_##f##d4_u10avx2
#else
#define LANES 1
#define REGISTER(p) (*(p))
#define PUT_REGISTER(p, x) (*(p) = (x))
#define SLEEF(f) Sleef_finz_##f##d1_u10purecfma
#endif
#define S(f) Sleef_finz_##f##d1_u10purecfma

/* exp(a) / 2^halvings, 0 or 1 of them, for a at the end of the range: 2^1024 times the exponential
 * of what a is above 1024 log(2), which is split in two doubles. */
static inline double exp_high(double a, int halvings)
{
    double above = (a - 0x1.62e42fefa39efp+9) - 0x1.abc9e3b39803fp-46;
    return S(exp)(above) * (halvings ? 1 : 2) * 0x1p1023;
}

/* log(2a) of a large number: twice the logarithm of the root, which rounds less than a sum. */
static inline double log_double(double a)
{
    return 2 * S(log)(2 * sqrt(a / 2));
}

static inline double log1p_end(double a)
{
    return a < 1 ? a : S(log)(a);
}

static inline double sinh_end(double a)
{
    return fabs(a) < 1 ? a : copysign(exp_high(fabs(a), 1), a);
}

static inline double asinh_end(double a)
{
    return fabs(a) < 1 ? a : copysign(log_double(fabs(a)), a);
}

/* Whether the power r of a is infinite though a is finite, and then what it is. The error of a root
 * doubles: it is the largest of all, next to the largest numbers. */
static inline int is_overflow(double a, double r)
{
    return fabs(r) == INFINITY && fabs(a) < INFINITY && a != 0;
}

static inline double pow_high(double a, double b, double r)
{
    double root = S(pow)(fabs(a), b / 2);
    return copysign(root * root, r);
}

#endif
