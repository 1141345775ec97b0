/* Quantiles of the normal distribution. */
#ifndef QDR_ARRAY_NORMAL_H
#define QDR_ARRAY_NORMAL_H

/* The z >= 0 that a standard normal number is above with probability p, where q = 1/2 - p is given
 * too, 0 <= q < 1/2. Algorithm AS 241, PPND16: Wichura, Applied Statistics 37, 1988; see qdr_source_normal in array.h.
 * The same bits on every machine. */
double qdr_normal_quantile(double p, double q);

#endif
