#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"

/* digits d1 d2 ... dn stand for d1.d2...dn * 10^exponent */
struct decimal {
    char digits[24];
    int count;
    int exponent;
};

/* value, positive and finite, correctly rounded to `count` significant digits. printf's radix
 * character depends on the locale, so only its digits are read. */
static struct decimal decimal_of(double value, int count)
{
    char text[64];
    struct decimal d = {.count = 0};
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    const char *e = strchr(text, 'e');
    for (const char *s = text; s < e; s++)
        if (*s >= '0' && *s <= '9')
            d.digits[d.count++] = *s;
    d.digits[d.count] = '\0';
    d.exponent = (int)strtol(e + 1, NULL, 10);
    return d;
}

/* What it reads back to in a float type of `size` bytes. No decimal of as few digits as are needed
 * for a half lies so near the middle of two halves that rounding to a double first would matter. */
static double value_of(const struct decimal *d, size_t size)
{
    char text[64];
    snprintf(text, sizeof text, "%se%d", d->digits, d->exponent - (d->count - 1));
    return size == 2   ? (double)qdr_half_value(qdr_half_of_double(strtod(text, NULL)))
           : size == 4 ? (double)strtof(text, NULL)
                       : strtod(text, NULL);
}

/* The next larger decimal of as many digits. */
static void increment(struct decimal *d)
{
    int i = d->count - 1;
    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
        return;
    }
    d->digits[0] = '1';
    d->exponent++;
}

/* The shortest decimal that reads back to value. At a power of two the gap below is half the gap
 * above, so that the nearest decimal may fail where the next one up does not. */
static struct decimal shortest(double value, size_t size)
{
    int most = size == 2 ? 5 : size == 4 ? 9 : 17;
    for (int count = 1; count < most; count++) {
        struct decimal d = decimal_of(value, count);
        if (value_of(&d, size) == value)
            return d;
        increment(&d);
        if (value_of(&d, size) == value)
            return d;
    }
    return decimal_of(value, most);
}

/* Python's rule: positional from 1e-4 to below 1e16, else scientific with at least two digits of
 * exponent. */
const char *qdr_number_sized(char text[QDR_NUMBER_TEXT], double value, size_t size)
{
    if (isnan(value))
        return strcpy(text, "nan");
    char *s = text;
    if (signbit(value))
        *s++ = '-';
    if (isinf(value)) {
        strcpy(s, "inf");
        return text;
    }
    if (value == 0) {
        strcpy(s, "0.0");
        return text;
    }
    struct decimal d = shortest(fabs(value), size);
    while (d.count > 1 && d.digits[d.count - 1] == '0')
        d.count--;
    if (d.exponent < -4 || d.exponent >= 16) {
        *s++ = d.digits[0];
        if (d.count > 1) {
            *s++ = '.';
            for (int i = 1; i < d.count; i++)
                *s++ = d.digits[i];
        }
        sprintf(s, "e%+03d", d.exponent);
        return text;
    }
    int first = d.exponent < 0 ? d.exponent : 0; /* decimal place of the first digit printed */
    int last = d.exponent - (d.count - 1) < -1 ? d.exponent - (d.count - 1) : -1;
    for (int place = first < 0 ? 0 : d.exponent; place >= last; place--) {
        int i = d.exponent - place;
        *s++ = i >= 0 && i < d.count ? d.digits[i] : '0';
        if (place == 0)
            *s++ = '.';
    }
    *s = '\0';
    return text;
}

const char *qdr_number_double(char text[QDR_NUMBER_TEXT], double value)
{
    return qdr_number_sized(text, value, sizeof(double));
}

const char *qdr_number_float(char text[QDR_NUMBER_TEXT], float value)
{
    return qdr_number_sized(text, (double)value, sizeof(float));
}

/* Without the ".0" of a whole number, as Python prints the parts of a complex one. */
static const char *part(char text[QDR_NUMBER_TEXT], double value, size_t size)
{
    size_t length = strlen(qdr_number_sized(text, value, size));
    if (length > 2 && strcmp(text + length - 2, ".0") == 0)
        text[length - 2] = '\0';
    return text;
}

const char *qdr_number_complex(char text[QDR_NUMBER_COMPLEX], double re, double im, size_t size)
{
    char number[QDR_NUMBER_TEXT], *end = text;
    bool imaginary = re == 0 && !signbit(re);
    if (!imaginary)
        end = stpcpy(stpcpy(end, "("), part(number, re, size));
    if (!imaginary && *part(number, im, size) != '-')
        end = stpcpy(end, "+");
    stpcpy(stpcpy(end, part(number, im, size)), imaginary ? "j" : "j)");
    return text;
}

const char *qdr_number_hex(char text[QDR_NUMBER_TEXT], double value, int digits)
{
    if (!isfinite(value))
        return qdr_number_sized(text, value, sizeof(double));
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & 0xfffffffffffff;
    snprintf(text, QDR_NUMBER_TEXT, "%s0x%d.%0*llxp%+d", signbit(value) ? "-" : "", exponent != 0,
             digits, (unsigned long long)(fraction >> (52 - 4 * digits)),
             exponent ? exponent - 1023 : value == 0 ? 0 : -1022);
    return text;
}

double qdr_number_parse(const char *text, const char **end)
{
    char *stop;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* no memory is taken for "C" */
    double value = strtod_l(text, &stop, c);
    freelocale(c);
    *end = stop;
    return value;
}

const char *qdr_number_bytes(char text[QDR_NUMBER_TEXT], double bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    int tenths = bytes < 9.95 ? (int)(bytes * 10 + 0.5) : 0;
    if (unit && tenths % 10)
        snprintf(text, QDR_NUMBER_TEXT, "%d.%d %s", tenths / 10, tenths % 10, units[unit]);
    else
        snprintf(text, QDR_NUMBER_TEXT, "%.0f %s", bytes, units[unit]);
    return text;
}
