#include "exact/bins.h"

#include <stdbool.h>
#include <string.h>

#include "exact/environment.h"

enum {
    PRODUCTS = 1 << 19, /* of 107 bits: half of what a total holds, the other half is for windows */
    BLOCK = QDR_WINDOW_BLOCK,
    FLOAT_SPARE = 52 - 23, /* last bits of a double that a float leaves 0 */
    HALF_SPARE = 52 - 10
};

static const qdr_exact_kernels *choose(const qdr_exact_kernels **kernels)
{
    if (!*kernels)
        *kernels = qdr_exact_kernels_select();
    return *kernels;
}

static size_t block_of(size_t n)
{
    return n < BLOCK ? n : BLOCK;
}

/* Adds the totals of so many units of a window, from the first one on. */
static void add_units(qdr_table *table, const qdr_window *window, int first, int units,
                      const int64_t *totals, int powers)
{
    for (int k = first; k < first + units; k++)
        qdr_table_add_scaled(table, totals[k], window->unit[k] + (powers - 1) * QDR_SUM_ONE,
                             powers);
}

/* ---- sums ---------------------------------------------------------------------------------- */

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t flags_of_elements(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bits_of(x[i]) != 1ull << 63)
            return QDR_SEEN_OTHER;
    return 0;
}

/* Adds a block of doubles whose last `spare` bits are 0. */
static void add_block(qdr_bins *bins, const double *x, size_t n, int spare)
{
    const qdr_window_kernels *kernels = bins->kernels->windows;
    size_t taken = n - n % kernels->multiple;
    qdr_window window;
    if (taken && qdr_window_for_elements(kernels->measure(x, taken), spare, &window)) {
        int64_t totals[QDR_WINDOW_UNITS];
        kernels->sum[QDR_TERM_ELEMENTS][window.levels](x, x, taken, &window, totals);
        add_units(&bins->table, &window, 0, window.levels, totals, QDR_TABLE_SUM);
        bins->flags |= flags_of_elements(x, taken);
    } else {
        taken = 0;
    }
    bins->flags |= qdr_table_add_elements(&bins->table, x + taken, n - taken);
    bins->count += n;
}

void qdr_bins_add_f64(qdr_bins *bins, const double *x, size_t n)
{
    choose(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK)
        add_block(bins, x + done, block_of(n - done), 0);
    qdr_environment_leave(before);
}

/* Adds what is made doubles first. */
static void add_widened(qdr_bins *bins, qdr_widen *widen, const void *x, size_t n, size_t size,
                        int spare)
{
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK) {
        double wide[BLOCK];
        widen((const char *)x + done * size, wide, block_of(n - done));
        add_block(bins, wide, block_of(n - done), spare);
    }
    qdr_environment_leave(before);
}

void qdr_bins_add_f32(qdr_bins *bins, const float *x, size_t n)
{
    add_widened(bins, choose(&bins->kernels)->windows->widen_float, x, n, sizeof *x, FLOAT_SPARE);
}

void qdr_bins_add_f16(qdr_bins *bins, const uint16_t *x, size_t n)
{
    add_widened(bins, choose(&bins->kernels)->windows->widen_half, x, n, sizeof *x, HALF_SPARE);
}

#define ADD_INTEGERS(name, type)                                                                   \
    void qdr_bins_add_##name(qdr_bins *bins, const type *x, size_t n)                              \
    {                                                                                              \
        bins->integers += choose(&bins->kernels)->integers->sum_##name(x, n);                      \
        bins->flags |= n ? QDR_SEEN_OTHER : 0;                                                     \
        bins->count += n;                                                                          \
    }
QDR_INTEGER_TYPES(ADD_INTEGERS)

void qdr_bins_flush(qdr_bins *bins, qdr_exact_sum *to)
{
    qdr_table_empty(&bins->table, to->limbs, QDR_SUM_LIMBS, QDR_TABLE_SUM);
    if (bins->integers)
        qdr_fixed_add_scaled(to->limbs, QDR_SUM_LIMBS, bins->integers, QDR_SUM_ONE);
    to->count += bins->count;
    to->flags |= bins->flags;
    bins->integers = 0;
    bins->count = bins->flags = 0;
}

/* ---- sums of products ---------------------------------------------------------------------- */

static uint64_t flags_of_products(const double *x, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t a = bits_of(x[i]), b = bits_of(y[i]);
        if (!((a ^ b) >> 63) || (a << 1 && b << 1))
            return QDR_SEEN_OTHER;
    }
    return 0;
}

/* Adds a block's products to the table, which is emptied before it is full. */
static void add_to_table(qdr_product_bins *bins, const double *x, const double *y, size_t n)
{
    if (bins->pending + n > PRODUCTS) {
        qdr_table_empty(&bins->table, bins->spilled, QDR_PRODUCT_LIMBS, QDR_TABLE_PRODUCT);
        bins->pending = 0;
    }
    bins->flags |= qdr_table_add_products(&bins->table, x, y, n);
    bins->pending += n;
}

static void add_product_block(qdr_product_bins *bins, const double *x, const double *y, size_t n,
                              int spare)
{
    const qdr_window_kernels *kernels = bins->kernels->windows;
    size_t taken = n - n % kernels->multiple;
    qdr_exponents ex = kernels->measure(x, taken), ey = x == y ? ex : kernels->measure(y, taken);
    qdr_window window;
    if (taken && qdr_window_for_products(ex, ey, spare, &window)) {
        qdr_terms what = spare >= FLOAT_SPARE ? QDR_TERM_SHORT_PRODUCTS : QDR_TERM_PRODUCTS;
        int64_t totals[QDR_WINDOW_UNITS];
        kernels->sum[what][window.levels](x, y, taken, &window, totals);
        add_units(&bins->table, &window, 0, window.levels, totals, QDR_TABLE_PRODUCT);
        bins->flags |= flags_of_products(x, y, taken);
    } else {
        taken = 0;
    }
    add_to_table(bins, x + taken, y + taken, n - taken);
    bins->count += n;
}

void qdr_product_bins_add_f64(qdr_product_bins *bins, const double *x, const double *y, size_t n)
{
    choose(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK)
        add_product_block(bins, x + done, y + done, block_of(n - done), 0);
    qdr_environment_leave(before);
}

static void add_widened_products(qdr_product_bins *bins, qdr_widen *widen, const void *x,
                                 const void *y, size_t n, size_t size, int spare)
{
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK) {
        double wide[2][BLOCK];
        size_t part = block_of(n - done);
        widen((const char *)x + done * size, wide[0], part);
        if (x != y)
            widen((const char *)y + done * size, wide[1], part);
        add_product_block(bins, wide[0], wide[x != y], part, spare);
    }
    qdr_environment_leave(before);
}

void qdr_product_bins_add_f32(qdr_product_bins *bins, const float *x, const float *y, size_t n)
{
    add_widened_products(bins, choose(&bins->kernels)->windows->widen_float, x, y, n, sizeof *x,
                         FLOAT_SPARE);
}

void qdr_product_bins_add_f16(qdr_product_bins *bins, const uint16_t *x, const uint16_t *y,
                              size_t n)
{
    add_widened_products(bins, choose(&bins->kernels)->windows->widen_half, x, y, n, sizeof *x,
                         HALF_SPARE);
}

#define ADD_INTEGER_PRODUCTS(name, type)                                                           \
    void qdr_product_bins_add_##name(qdr_product_bins *bins, const type *x, const type *y,         \
                                     size_t n)                                                     \
    {                                                                                              \
        qdr_integer_total total = choose(&bins->kernels)->integers->products_##name(x, y, n);      \
        bins->integers.low += total.low;                                                           \
        bins->integers.high += total.high;                                                         \
        bins->flags |= n ? QDR_SEEN_OTHER : 0;                                                     \
        bins->count += n;                                                                          \
    }
QDR_INTEGER_TYPES(ADD_INTEGER_PRODUCTS)

void qdr_product_bins_flush(qdr_product_bins *bins, qdr_exact_product *to)
{
    qdr_table_empty(&bins->table, to->limbs, QDR_PRODUCT_LIMBS, QDR_TABLE_PRODUCT);
    if (bins->count > PRODUCTS) {
        qdr_fixed_add(to->limbs, bins->spilled, QDR_PRODUCT_LIMBS);
        memset(bins->spilled, 0, sizeof bins->spilled);
    }
    if (bins->integers.low || bins->integers.high) {
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, (__int128)bins->integers.low,
                             QDR_PRODUCT_ONE);
        qdr_fixed_add_scaled(to->limbs, QDR_PRODUCT_LIMBS, bins->integers.high,
                             QDR_PRODUCT_ONE + 64);
    }
    to->count += bins->count;
    to->flags |= bins->flags;
    bins->integers = (qdr_integer_total){0, 0};
    bins->pending = bins->count = bins->flags = 0;
}

/* ---- both at once -------------------------------------------------------------------------- */

static void add_moments_block(qdr_bins *bins, qdr_product_bins *squares, const double *x, size_t n,
                              int spare)
{
    const qdr_window_kernels *kernels = bins->kernels->windows;
    size_t taken = n - n % kernels->multiple;
    qdr_window window;
    if (taken && qdr_window_for_moments(kernels->measure(x, taken), spare, &window)) {
        qdr_terms what = spare >= FLOAT_SPARE ? QDR_TERM_SHORT_MOMENTS : QDR_TERM_MOMENTS;
        int64_t totals[QDR_WINDOW_UNITS];
        int levels = window.levels;
        kernels->sum[what][levels](x, x, taken, &window, totals);
        add_units(&squares->table, &window, 0, levels, totals, QDR_TABLE_PRODUCT);
        add_units(&bins->table, &window, levels, (levels + 1) / 2, totals, QDR_TABLE_SUM);
        bins->flags |= flags_of_elements(x, taken);
        squares->flags |= flags_of_products(x, x, taken);
        bins->count += taken;
        squares->count += taken;
    } else {
        taken = 0;
    }
    add_block(bins, x + taken, n - taken, spare);
    add_product_block(squares, x + taken, x + taken, n - taken, spare);
}

void qdr_moments_add_f64(qdr_bins *bins, qdr_product_bins *squares, const double *x, size_t n)
{
    squares->kernels = choose(&bins->kernels);
    qdr_environment before = qdr_environment_enter();
    for (size_t done = 0; done < n; done += BLOCK)
        add_moments_block(bins, squares, x + done, block_of(n - done), 0);
    qdr_environment_leave(before);
}

static void add_widened_moments(qdr_bins *bins, qdr_product_bins *squares, qdr_widen *widen,
                                const void *x, size_t n, size_t size, int spare)
{
    qdr_environment before = qdr_environment_enter();
    squares->kernels = bins->kernels;
    for (size_t done = 0; done < n; done += BLOCK) {
        double wide[BLOCK];
        widen((const char *)x + done * size, wide, block_of(n - done));
        add_moments_block(bins, squares, wide, block_of(n - done), spare);
    }
    qdr_environment_leave(before);
}

void qdr_moments_add_f32(qdr_bins *bins, qdr_product_bins *squares, const float *x, size_t n)
{
    add_widened_moments(bins, squares, choose(&bins->kernels)->windows->widen_float, x, n,
                        sizeof *x, FLOAT_SPARE);
}

void qdr_moments_add_f16(qdr_bins *bins, qdr_product_bins *squares, const uint16_t *x, size_t n)
{
    add_widened_moments(bins, squares, choose(&bins->kernels)->windows->widen_half, x, n,
                        sizeof *x, HALF_SPARE);
}

#define ADD_INTEGER_MOMENTS(name, type)                                                            \
    void qdr_moments_add_##name(qdr_bins *bins, qdr_product_bins *squares, const type *x,          \
                                size_t n)                                                          \
    {                                                                                              \
        qdr_bins_add_##name(bins, x, n);                                                           \
        qdr_product_bins_add_##name(squares, x, x, n);                                             \
    }
QDR_INTEGER_TYPES(ADD_INTEGER_MOMENTS)
