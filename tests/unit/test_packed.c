/* src/base: packed numbers, base45, sets of intervals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/base45.h"
#include "base/intervals.h"
#include "base/packed.h"
#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define ONES UINT64_MAX

/* ---- numbers ------------------------------------------------------------------------------- */

static void numbers(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        size_t size;
        unsigned char bytes[10];
    } rows[] = {
        {0, 1, {0}},
        {127, 1, {127}},
        {128, 2, {0x80, 1}},
        {624485, 3, {0xe5, 0x8e, 0x26}}, /* the example of the DWARF standard */
        {ONES, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_bytes b = {0};
        qdr_pack_number(&b, rows[i].number);
        assert_int_equal(b.size, rows[i].size);
        assert_memory_equal(b.data, rows[i].bytes, b.size);
        qdr_packed from = {b.data, b.data + b.size, false};
        assert_true(qdr_unpack_number(&from) == rows[i].number);
        assert_true(!from.failed && from.at == from.end);
        from = (qdr_packed){b.data, b.data + b.size - 1, false};
        qdr_unpack_number(&from);
        assert_true(from.failed);
        qdr_bytes_clear(&b);
    }
}

static void not_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x80", "\x81\x80",
                                        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                                        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        qdr_packed from = {texts[i], texts[i] + strlen(texts[i]) + (i < 2), false};
        assert_true(qdr_unpack_number(&from) == 0);
        assert_true(from.failed);
    }
}

/* ---- runs ---------------------------------------------------------------------------------- */

static void runs(void **state)
{
    (void)state;
    static const uint64_t rows[][6] = {
        {0, 0, 0, 0, 0, 0}, {ONES, ONES, ONES, ONES, ONES, ONES}, {1, 2, 3, 4, 5, 6},
        {0, 7, 0, 7, ONES, 0}, {ONES, 0, ONES, 0, 0, 9}, {5, ONES, ONES, 0, 0, ONES},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t count = 0; count <= 6; count++) {
            uint64_t words[7] = {0};
            qdr_bytes b = {0};
            qdr_pack_runs(&b, rows[i], count);
            qdr_packed from = {b.data, b.data + b.size, false};
            qdr_unpack_runs(&from, words, count);
            assert_true(!from.failed && from.at == from.end);
            assert_memory_equal(words, rows[i], count * sizeof *words);
            qdr_bytes_clear(&b);
        }
}

/* Whatever bytes are taken for runs, either they fail or they are how these words are packed. */
static void one_way_only(void **state)
{
    (void)state;
    uint64_t seed = 3;
    int read = 0;
    for (int i = 0; i < 300000; i++) {
        char bytes[40];
        uint64_t words[4] = {0};
        size_t size = below(&seed, sizeof bytes);
        for (size_t k = 0; k < size; k++)
            bytes[k] = (char)(below(&seed, 3) ? below(&seed, 4) : random64_of(&seed));
        qdr_packed from = {bytes, bytes + size, false};
        qdr_unpack_runs(&from, words, COUNT(words));
        if (from.failed)
            continue;
        qdr_bytes again = {0};
        qdr_pack_runs(&again, words, COUNT(words));
        assert_int_equal(again.size, from.at - bytes);
        assert_memory_equal(again.data, bytes, again.size);
        qdr_bytes_clear(&again);
        read++;
    }
    assert_true(read > 1000);
}

/* ---- base45 -------------------------------------------------------------------------------- */

static void base45(void **state)
{
    (void)state;
    static const char *const rows[][2] = { /* those of RFC 9285 */
        {"AB", "BB8"}, {"Hello!!", "%69 VD92EX0"}, {"base-45", "UJCLQE7W581"},
        {"ietf!", "QED8WEX0"}, {"", ""}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_bytes text = {0}, back = {0};
        qdr_base45_encode(&text, rows[i][0], strlen(rows[i][0]));
        assert_int_equal(text.size, strlen(rows[i][1]));
        assert_memory_equal(text.data ? text.data : "", rows[i][1], text.size);
        assert_true(qdr_base45_decode(&back, rows[i][1], strlen(rows[i][1])));
        assert_string_equal(back.data ? back.data : "", rows[i][0]);
        qdr_bytes_clear(&text);
        qdr_bytes_clear(&back);
    }
    static const char *const wrong[] = {"GGW", ":::", "A", "BB8a", "::", "BB8BB", "bb8", "BB\t"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        qdr_bytes back = {0};
        assert_false(qdr_base45_decode(&back, wrong[i], strlen(wrong[i])));
        qdr_bytes_clear(&back);
    }
}

/* ---- intervals ----------------------------------------------------------------------------- */

#define NUMBERS 40

static void draw(uint64_t *seed, qdr_intervals *set, bool has[NUMBERS])
{
    qdr_error err = QDR_ERROR_INIT;
    memset(has, 0, NUMBERS);
    for (size_t n = below(seed, 8); n > 0; n--) {
        size_t start = below(seed, NUMBERS), end = start + below(seed, NUMBERS - start + 1);
        assert_int_equal(qdr_intervals_add(set, (int64_t)start, (int64_t)end, &err), QDR_OK);
        memset(has + start, 1, end - start);
    }
}

static void holds(const qdr_intervals *set, const bool has[NUMBERS])
{
    bool told[NUMBERS] = {0};
    for (size_t i = 0; i < set->count; i++) {
        assert_true(set->at[i].start < set->at[i].end);
        assert_true(!i || set->at[i].start > set->at[i - 1].end);
        memset(told + set->at[i].start, 1, (size_t)(set->at[i].end - set->at[i].start));
    }
    assert_memory_equal(told, has, NUMBERS);
}

/* Against sets of bools. */
static void intervals(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        qdr_intervals a = {0}, b = {0}, common = {0}, missing = {0};
        bool in_a[NUMBERS], in_b[NUMBERS], both[NUMBERS], none[NUMBERS];
        qdr_error err = QDR_ERROR_INIT;
        draw(&seed, &a, in_a);
        draw(&seed, &b, in_b);
        holds(&a, in_a);
        assert_int_equal(qdr_intervals_common(&a, &b, &common, &err), QDR_OK);
        assert_int_equal(qdr_intervals_missing(&a, NUMBERS, &missing, &err), QDR_OK);
        int64_t size = 0;
        for (int k = 0; k < NUMBERS; k++) {
            both[k] = in_a[k] && in_b[k];
            none[k] = !in_a[k];
            if (in_a[k])
                assert_int_equal(qdr_intervals_nth(&a, size++), k);
            in_a[k] |= in_b[k];
        }
        assert_int_equal(qdr_intervals_size(&a), size);
        holds(&common, both);
        holds(&missing, none);
        assert_int_equal(qdr_intervals_add_all(&a, &b, &err), QDR_OK);
        holds(&a, in_a);
        qdr_intervals_clear(&a);
        qdr_intervals_clear(&b);
        qdr_intervals_clear(&common);
        qdr_intervals_clear(&missing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),      cmocka_unit_test(not_numbers), cmocka_unit_test(runs),
        cmocka_unit_test(one_way_only), cmocka_unit_test(base45),      cmocka_unit_test(intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
