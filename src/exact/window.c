#include "exact/window.h"

#include <string.h>

enum {
    GREATEST_UNIT = 2044,   /* 2^53 such units are a double */
    INFINITE = 2047,        /* the exponent field of infinity and NaN */
    GREATEST_FACTOR = 2018, /* of numbers below 2^996, see lanes_product_error */
    PRODUCT = 1074          /* a product of doubles has 2^-2148 for 2^-1074 */
};

/* All numbers are less than 2^top times 2^-1074, and multiples of 2^bottom times that. */
static bool choose(int top, int bottom, qdr_window *window)
{
    int unit = top > QDR_WINDOW_STEP ? top - QDR_WINDOW_STEP : 0;
    window->levels = 0;
    while (bottom >= 0 && unit <= GREATEST_UNIT && window->levels < QDR_WINDOW_LEVELS) {
        window->unit[window->levels++] = unit;
        if (unit <= bottom)
            return true;
        unit = unit > QDR_WINDOW_STEP ? unit - QDR_WINDOW_STEP : 0;
    }
    return false;
}

static int top_of(qdr_exponents e)
{
    return e.largest + 52;
}

static int bottom_of(qdr_exponents e, int spare)
{
    /* subnormal numbers have exponent field 0 and the weight of field 1 */
    return (e.least > 1 ? e.least - 1 : 0) + spare;
}

bool qdr_window_for_elements(qdr_exponents x, int spare, qdr_window *window)
{
    return x.largest < INFINITE && choose(top_of(x), bottom_of(x, spare), window);
}

bool qdr_window_for_products(qdr_exponents x, qdr_exponents y, int spare, qdr_window *window)
{
    return x.largest <= GREATEST_FACTOR && y.largest <= GREATEST_FACTOR &&
           choose(top_of(x) + top_of(y) - PRODUCT,
                  bottom_of(x, spare) + bottom_of(y, spare) - PRODUCT, window);
}

/* A window has as many levels as its steps need from top to bottom, and squares lie twice as far
 * apart as elements: where neither is cut off at the least unit, which elements of squares that
 * have a window never are, the elements need half as many. */
bool qdr_window_for_moments(qdr_exponents x, int spare, qdr_window *window)
{
    qdr_window elements;
    if (!qdr_window_for_products(x, x, spare, window) ||
        !qdr_window_for_elements(x, spare, &elements))
        return false;
    memcpy(window->unit + window->levels, elements.unit, elements.levels * sizeof(int));
    return true;
}
