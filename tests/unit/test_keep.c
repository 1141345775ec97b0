/* Elements that stay in memory: the same as those of the source that they are from, whatever fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array/keep.h"

#define WINDOW ((int64_t)2 << 20)
enum { ROWS = 700, COLUMNS = 1500, WINDOWS = 5 }; /* 8.4 MB of int64 in 5 windows, the last not full */

static qdr_source *make(void)
{
    qdr_source *source;
    qdr_shape shape = {2, {ROWS, COLUMNS}};
    assert_int_equal(qdr_source_random(&shape, 1, &source, NULL), QDR_OK);
    return source;
}

/* Views of the array, and boxes of them. */
static const struct {
    qdr_view view;
    qdr_box box;
} rows[] = {
    {{{2, {ROWS, COLUMNS}}, {0, 1}, {1, 1}, {0}}, {2, {0, 0}, {ROWS, COLUMNS}}},
    {{{2, {ROWS, COLUMNS}}, {0, 1}, {1, 1}, {0}}, {2, {300, 7}, {1, 1000}}},
    {{{2, {ROWS, COLUMNS}}, {0, 1}, {1, 1}, {0}}, {2, {5, 1499}, {600, 1}}},
    {{{2, {COLUMNS, ROWS}}, {1, 0}, {1, 1}, {0}}, {2, {100, 50}, {32, 64}}},
    {{{2, {350, 1500}}, {0, 1}, {-2, -1}, {699, 1499}}, {2, {10, 10}, {300, 200}}},
    {{{2, {3, 2}}, {0, 1}, {300, 1400}, {0}}, {2, {0, 0}, {3, 2}}},
    {{{3, {4, 700, 5}}, {-1, 0, -1}, {0, 1, 0}, {0, 3}}, {3, {1, 20, 0}, {2, 600, 5}}},
    {{{2, {ROWS, COLUMNS}}, {0, 1}, {1, 1}, {0}}, {2, {0, 0}, {0, COLUMNS}}},
};
#define COUNT (sizeof rows / sizeof rows[0])

static void compare(const qdr_source *kept, const qdr_source *source, size_t row)
{
    size_t bytes = (size_t)qdr_box_count(&rows[row].box) * sizeof(double);
    double *room = malloc(bytes + 1), *expected = malloc(bytes + 1);
    const void *at;
    assert_int_equal(qdr_source_read_view(source, &rows[row].view, &rows[row].box, expected, NULL),
                     QDR_OK);
    assert_int_equal(qdr_source_elements(kept, &rows[row].view, &rows[row].box, NULL, room, &at,
                                         NULL),
                     QDR_OK);
    assert_memory_equal(at, expected, bytes);
    free(room);
    free(expected);
}

/* Nothing, a part, or all of the array may be kept; what is taken is never more. */
static void same_elements(void **state)
{
    (void)state;
    static const int64_t allowances[] = {0, WINDOW - 1, WINDOW, 3 * WINDOW + 9, 100 * WINDOW};
    qdr_source *source = make(), *kept;
    for (size_t i = 0; i < sizeof allowances / sizeof allowances[0]; i++) {
        atomic_llong left = allowances[i];
        assert_int_equal(qdr_source_keep(source, &left, &kept, NULL), QDR_OK);
        for (size_t row = COUNT; row-- > 0;)
            compare(kept, source, row);
        for (size_t row = 0; row < COUNT; row++)
            compare(kept, source, row);
        assert_true(left >= 0);
        int64_t all = ROWS * COLUMNS * (int64_t)sizeof(double), taken = allowances[i] - left;
        if (allowances[i] > all)
            assert_int_equal(taken, all);
        else
            assert_int_equal(taken / WINDOW, allowances[i] / WINDOW);
        qdr_source_destroy(kept);
    }
    qdr_source_destroy(source);
}

/* What is counted is what is taken, and is used in place. */
static void loading(void **state)
{
    (void)state;
    qdr_source *source = make(), *kept;
    for (size_t row = 0; row < COUNT; row++) {
        atomic_llong left = 100 * WINDOW;
        int64_t wanted = 0;
        const void *at[2];
        double *room = malloc((size_t)qdr_box_count(&rows[row].box) * sizeof(double) + 1);
        assert_int_equal(qdr_source_keep(source, &left, &kept, NULL), QDR_OK);
        for (int i = 0; i < 2; i++) /* the second time nothing is new */
            qdr_source_load(kept, &rows[row].view, &rows[row].box, &wanted, NULL);
        assert_int_equal(left, 100 * WINDOW);
        for (int i = 0; i < 2; i++)
            assert_int_equal(qdr_source_load(kept, &rows[row].view, &rows[row].box, NULL, NULL),
                             QDR_OK);
        assert_int_equal(100 * WINDOW - left, wanted);
        compare(kept, source, row);
        assert_int_equal(100 * WINDOW - left, wanted);
        for (int i = 0; i < 2; i++)
            qdr_source_elements(kept, &rows[row].view, &rows[row].box, NULL, room, &at[i], NULL);
        assert_true(row > 1 || (at[0] != room && at[0] == at[1]));
        free(room);
        qdr_source_destroy(kept);
    }
    /* one row lies in one window; a column that is not all of them has some in each */
    atomic_llong left = 0;
    int64_t wanted = 0;
    assert_int_equal(qdr_source_keep(source, &left, &kept, NULL), QDR_OK);
    qdr_source_load(kept, &rows[1].view, &rows[1].box, &wanted, NULL);
    assert_int_equal(wanted, WINDOW);
    qdr_source_load(kept, &rows[5].view, &rows[5].box, &wanted, NULL);
    assert_int_equal(wanted, 3 * WINDOW);
    qdr_source_load(kept, &rows[2].view, &rows[2].box, &wanted, NULL);
    assert_int_equal(wanted, 4 * WINDOW);
    assert_int_equal(qdr_source_load(source, &rows[2].view, &rows[2].box, &wanted, NULL), QDR_OK);
    assert_int_equal(wanted, 4 * WINDOW);
    qdr_source_destroy(kept);
    qdr_source_destroy(source);
}

static void too_large(void **state)
{
    (void)state;
    atomic_llong left = INT64_MAX;
    qdr_shape shape = {2, {1 << 23, 1 << 20}};
    qdr_source *source, *kept;
    assert_int_equal(qdr_source_random(&shape, 1, &source, NULL), QDR_OK);
    assert_int_equal(qdr_source_keep(source, &left, &kept, NULL), QDR_OK);
    assert_null(kept);
    qdr_source_destroy(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_elements),
        cmocka_unit_test(loading),
        cmocka_unit_test(too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
