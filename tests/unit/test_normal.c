/* Quantiles of the normal distribution, against MPFR's erfc inverted with 256 bits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "normal_quantile.h"

/* m is that of qdr_source_normal in array.h. The middle, both tails, and their borders. */
static const struct {
    int64_t m;
    double quantile;
} rows[] = {
    {0x0000000000000000, 6.7942295524213059625e-20},
    {0x0000000000000001, 2.0382688657263917887e-19},
    {0x00000000000003e8, 1.3595253334395033231e-16},
    {0x0000010000000000, 1.4940668789339957897e-07},
    {0x1000000000000000, 0.15731068461017069559},
    {0x2666666666666664, 0.38532046640756762353},
    {0x6cccc46950fc7000, 1.4395279387620085887},
    {0x6cccd530489d2800, 1.4395350031328631608},
    {0x7333333333333400, 1.6448536269514728228},
    {0x7999999999999800, 1.9599639845400538561},
    {0x7eb851eb851eb800, 2.5758293035489004557},
    {0x7ffff79c842fa400, 4.8916384756929424394},
    {0x7fffffffbfffffff, 6.4439345264679282807},
    {0x7fffffffefffffff, 6.6510353796189007554},
    {0x7ffffffff7ffffff, 6.7523004308666885281},
    {0x7fffffffffefffff, 7.4239397488634022799},
    {0x7ffffffffffffc17, 8.2951213354632988488},
    {0x7ffffffffffffffe, 9.0359188485719379718},
    {0x7fffffffffffffff, 9.155293772686072546},
};

static void quantiles_are_within_1e_15(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double p = ((double)(INT64_MAX - rows[i].m) + 0.5) * 0x1p-64;
        double z = normal_quantile(p, ((double)rows[i].m + 0.5) * 0x1p-64);
        if (!(fabs(z - rows[i].quantile) <= 1e-15 * rows[i].quantile))
            fail_msg("m = %lld: %.17g, not %.17g", (long long)rows[i].m, z, rows[i].quantile);
    }
}

/* No jump where one formula follows the other. */
static void quantiles_grow(void **state)
{
    (void)state;
    double before = 0;
    for (int64_t m = 0; m >= 0 && m < INT64_MAX - (INT64_MAX >> 12); m += INT64_MAX >> 12) {
        double z = normal_quantile(((double)(INT64_MAX - m) + 0.5) * 0x1p-64,
                                       ((double)m + 0.5) * 0x1p-64);
        assert_true(z > before);
        before = z;
    }
    for (int e = 50; e >= 0; e--) {
        int64_t left = INT64_C(1) << e;
        double z = normal_quantile(((double)left + 0.5) * 0x1p-64, 0.5);
        assert_true(z > before || e > 49);
        before = z;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_1e_15),
        cmocka_unit_test(quantiles_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
