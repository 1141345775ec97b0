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

#define QDR_NUMBER_TEXT 32    /* bytes that hold any text made here of one number */
#define QDR_NUMBER_COMPLEX 64 /* and of a complex one */

/* All write the NUL too, and return text. */
const char *qdr_number_double(char text[QDR_NUMBER_TEXT], double value);
const char *qdr_number_float(char text[QDR_NUMBER_TEXT], float value);

/* A value of the float type of 2 (IEEE 754 binary16), 4 or 8 bytes. */
const char *qdr_number_sized(char text[QDR_NUMBER_TEXT], double value, size_t size);

/* A complex number whose parts are of such a type, as Python's repr: (1+2j), 2j, (-0-1j),
 * (nan+infj). */
const char *qdr_number_complex(char text[QDR_NUMBER_COMPLEX], double re, double im, size_t size);

/* The bits as C's hex float with all its digits: 0x1.8000000000000p+1; digits = 13 for a double,
 * 6 for a float, 3 for a half. Infinities and NaN as above. */
const char *qdr_number_hex(char text[QDR_NUMBER_TEXT], double value, int digits);

/* Reads the number that text begins with, in the C locale, and sets *end behind it (to text when
 * there is none). As strtod: correctly rounded, too large gives inf. */
double qdr_number_parse(const char *text, const char **end);

/* "26 GB", "1.5 MB", "312 bytes": three digits at most, powers of 1000. */
const char *qdr_number_bytes(char text[QDR_NUMBER_TEXT], double bytes);

#endif
