/* Quantiles of the normal distribution: Algorithm AS 241, PPND16 (Wichura, Applied Statistics 37,
 * 1988), see qdr_source_normal in array.h. The same bits on every machine, of every compilation
 * without contraction. Local. */
#ifndef QDR_ARRAY_NORMAL_H
#define QDR_ARRAY_NORMAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* The logarithm of a normal number: the C library's differs between machines. */
static inline double qdr_normal_logarithm(double x)
{
    uint64_t bits;
    double f;
    memcpy(&bits, &x, sizeof bits);
    int64_t k = (int64_t)(bits >> 52) - 1022;
    bits = (bits & 0xfffffffffffff) | 1022ull << 52; /* from 1/2 to less than 1 */
    memcpy(&f, &bits, sizeof f);
    int64_t low = f < 0x1.6a09e667f3bcdp-1; /* sqrt(1/2) */
    f = low ? f * 2 : f;
    double s = (f - 1) / (f + 1), t = 1.0 / 21;
#pragma GCC unroll 10
    for (int j = 19; j > 0; j -= 2)
        t = t * (s * s) + 1.0 / j;
    return (double)(k - low) * 0x1.62e42fefa39efp-1 + 2 * s * t; /* log(2) */
}

/* The quotient of two polynomials, coefficients of the highest power first. */
static inline double qdr_normal_quotient(const double c[2][8], double r)
{
    double x = c[0][0], y = c[1][0];
#pragma GCC unroll 8
    for (int i = 1; i < 8; i++) {
        x = x * r + c[0][i];
        y = y * r + c[1][i];
    }
    return x / y;
}

/* For q up to QDR_NORMAL_MIDDLE. */
#define QDR_NORMAL_MIDDLE 0.425
static inline double qdr_normal_middle(double q)
{
    static const double c[2][8] = {
        {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
         4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
         1.3314166789178437745e+2, 3.3871328727963666080e+0},
        {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
         2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
         4.2313330701600911252e+1, 1.0}};
    return qdr_normal_quotient(c, 0.180625 - q * q) * q;
}

/* For larger q, r = sqrt(-log(p)) up to QDR_NORMAL_TAIL. */
#define QDR_NORMAL_TAIL 5
static inline double qdr_normal_tail(double r)
{
    static const double c[2][8] = {
        {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
         1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
         4.63033784615654529590e+0, 1.42343711074968357734e+0},
        {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
         1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
         2.05319162663775882187e+0, 1.0}};
    return qdr_normal_quotient(c, r - 1.6);
}

/* For larger r. */
static inline double qdr_normal_end(double r)
{
    static const double c[2][8] = {
        {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
         2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
         5.46378491116411436990e+0, 6.65790464350110377720e+0},
        {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
         7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
         5.99832206555887937690e-1, 1.0}};
    return qdr_normal_quotient(c, r - 5);
}

#endif
