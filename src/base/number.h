/* Numbers as text, whatever the locale.
 *
 * A float prints as the shortest decimal that reads back to the same bits in its type, in the form
 * Python's repr and NumPy use: 1.0, 0.1, 1e+300, nan, inf, -0.0. The shortest digits are those of
 * Steele & White, "How to print floating-point numbers accurately" (PLDI 1990); among equally short
 * ones the closest. Local.
 */
#ifndef QDR_BASE_NUMBER_H
#define QDR_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define QDR_NUMBER_TEXT 32 /* bytes that hold any text made here */

/* Both write at most QDR_NUMBER_TEXT bytes with the NUL, and return text. */
const char *qdr_number_double(char text[QDR_NUMBER_TEXT], double value);
const char *qdr_number_float(char text[QDR_NUMBER_TEXT], float value);

/* The bits as C's hex float with all its digits: 0x1.8000000000000p+1; digits = 13 for a double,
 * 6 for a float. Infinities and NaN as above. */
const char *qdr_number_hex(char text[QDR_NUMBER_TEXT], double value, int digits);

/* Reads the number that text begins with, in the C locale, and sets *end behind it (to text when
 * there is none). As strtod: correctly rounded, too large gives inf. */
double qdr_number_parse(const char *text, const char **end);

/* "26 GB", "1.5 MB", "312 bytes": three digits at most, powers of 1000. */
const char *qdr_number_bytes(char text[QDR_NUMBER_TEXT], double bytes);

#endif
