/* The scans of every instruction set: the least key, of all that there are, and the elements that
 * are not zero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reduce/scan.h"

#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { MOST = 2100 };

/* The key of element i, and whether it is not zero. */
#define ZERO_b(x) (x == 0)
#define ZERO_i(x) (x == 0)
#define ZERO_u(x) (x == 0)
#define ZERO_h(x) ((uint16_t)(x.bits << 1) == 0)
#define ZERO_f(x) (x == 0)
#define ZERO_c(x) (x.re == 0 && x.im == 0)
#define DTYPE(id, name, class, type, npy)                                                          \
    static qdr_key key_##id(const void *x, size_t i, qdr_order o)                                  \
    {                                                                                              \
        return QDR_KEY_##class(((const type *)x)[i], o);                                           \
    }                                                                                              \
    static bool is_zero_##id(const void *x, size_t i)                                              \
    {                                                                                              \
        return ZERO_##class(((const type *)x)[i]);                                                 \
    }
#include "quadrat/dtypes.def"
#undef DTYPE

static const struct {
    qdr_key (*key)(const void *x, size_t i, qdr_order o);
    bool (*is_zero)(const void *x, size_t i);
} elements[QDR_DTYPES] = {
#define DTYPE(id, name, class, type, npy) [QDR_##id] = {key_##id, is_zero_##id},
#include "quadrat/dtypes.def"
#undef DTYPE
};

/* Words of any bits; or few of them, so that zeros, infinities, NaNs and equals are met. */
static void fill(char *x, size_t bytes, size_t word, bool few, bool truth)
{
    const uint64_t sign = 1ull << (8 * word - 1), infinity[] = {[2] = 0x7c00, [4] = 0x7f800000,
                                                               [8] = 0x7ff0000000000000};
    const uint64_t choice[] = {0, sign, 1, sign - 1, word > 1 ? infinity[word] : 7,
                               word > 1 ? infinity[word] | sign : 8, 2, sign | 1};
    for (size_t i = 0; i < bytes; i += word) {
        uint64_t bits = few ? choice[random64() >> 61] : random64();
        bits = truth ? bits & 1 : bits;
        memcpy(x + i, &bits, word);
    }
}

static const qdr_order orders[] = {
    {0, 0, QDR_NAN_WINS},  {-1, 0, QDR_NAN_WINS},  {0, 1, QDR_NAN_WINS},  {-1, 1, QDR_NAN_WINS},
    {0, 0, QDR_NAN_LOSES}, {-1, 0, QDR_NAN_LOSES}, {0, 1, QDR_NAN_LOSES}, {-1, 1, QDR_NAN_LOSES},
};

static qdr_key least_of(qdr_dtype dtype, const void *x, size_t n, qdr_order o)
{
    qdr_key least = elements[dtype].key(x, 0, o);
    for (size_t i = 1; i < n; i++) {
        qdr_key other = elements[dtype].key(x, i, o);
        least = qdr_key_less(other, least) ? other : least;
    }
    return least;
}

static void check(const qdr_scan_set *set, qdr_isa isa, qdr_dtype dtype, const void *x, size_t n)
{
    uint64_t nonzero = 0;
    for (size_t i = 0; i < n; i++)
        nonzero += !elements[dtype].is_zero(x, i);
    assert_int_equal(set->nonzero[dtype](x, n), nonzero);
    for (size_t k = 0; k < COUNT(orders); k++) {
        qdr_order o = orders[k];
        qdr_key expected = least_of(dtype, x, n, o), ends[2];
        set->extent[dtype](x, n, o.nan, ends);
        qdr_key got = set->least[dtype](x, n, o), end = ends[o.invert != 0];
        if (!qdr_key_equal(got, expected) || (!o.first && !qdr_key_equal(end, expected)))
            fail_msg("%zu of %s, order %zu, instruction set %d: got %llx and %llx, expected %llx",
                     n, qdr_dtype_name(dtype), k, (int)isa, (unsigned long long)got.first,
                     (unsigned long long)end.first, (unsigned long long)expected.first);
    }
}

static void test_scans(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 31, 64, 100, MOST};
    static char x[MOST * sizeof(qdr_complex128)];
    static const char *const names[QDR_ISAS] = {"portable", "avx2", "avx512"};
    for (qdr_isa isa = 0; isa < QDR_ISAS; isa++) {
        qdr_isa_choose(names[isa]);
        if (qdr_isa_chosen() != isa)
            continue;
        for (qdr_dtype dtype = 0; dtype < QDR_DTYPES; dtype++)
            for (size_t turn = 0; turn < 4 * COUNT(sizes); turn++) {
                size_t size = qdr_dtype_size(dtype);
                size_t word = qdr_dtype_size(qdr_dtype_real(dtype));
                fill(x, MOST * size, word, turn % 2, dtype == QDR_BOOL);
                check(qdr_scan_sets[isa], isa, dtype, x + size * (turn % 3 == 1),
                      sizes[turn % COUNT(sizes)] - (turn % 3 == 1 && turn % COUNT(sizes) == 6));
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scans)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
