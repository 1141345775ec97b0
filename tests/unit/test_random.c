/* The random numbers of every instruction set, against Philox as its paper has it, word by word,
 * and the quantile of each word; and any part of an array alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array/draws.h"
#include "array/source.h"

#include "normal_quantile.h"
#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *const names[QDR_ISAS] = {"portable", "avx2", "avx512"};

/* The sets that this machine has; the last one is NULL. */
static const qdr_draw_set *next_set(qdr_isa *isa)
{
    for (; *isa < QDR_ISAS; ++*isa) {
        qdr_isa_choose(names[*isa]);
        if (qdr_isa_chosen() == *isa)
            return qdr_draw_sets[(*isa)++];
    }
    qdr_isa_choose(NULL);
    return NULL;
}

static void define(const uint64_t key[2], uint64_t counter, uint64_t x[4])
{
    const uint64_t by[2] = {0xD2E7470EE14C6C93, 0xCA5A826395121157};
    const uint64_t step[2] = {0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B};
    x[0] = counter, x[1] = x[2] = x[3] = 0;
    for (uint64_t round = 0; round < 10; round++) {
        unsigned __int128 p = (unsigned __int128)by[0] * x[0];
        unsigned __int128 q = (unsigned __int128)by[1] * x[2];
        const uint64_t next[4] = {
            (uint64_t)(q >> 64) ^ x[1] ^ (key[0] + round * step[0]), (uint64_t)q,
            (uint64_t)(p >> 64) ^ x[3] ^ (key[1] + round * step[1]), (uint64_t)p};
        memcpy(x, next, sizeof next);
    }
}

/* The first is the paper's own test, kat_vectors of Random123. */
static void words_are_philox(void **state)
{
    (void)state;
    static const uint64_t known[4] = {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
                                      0x7e68b68aec7ba23b};
    static const size_t sizes[] = {1, 2, 7, 31, 32, 33, 64, 100, 129};
    const qdr_draw_set *set;
    for (qdr_isa isa = 0; (set = next_set(&isa));) {
        uint64_t words[4 * 129 + 1], expected[4];
        set->philox((const uint64_t[2]){0, 0}, 0, 32, words);
        assert_memory_equal(words, known, sizeof known);
        for (size_t turn = 0; turn < 20 * COUNT(sizes); turn++) {
            size_t n = sizes[turn % COUNT(sizes)];
            const uint64_t key[2] = {random64(), random64()};
            uint64_t counter = turn % 3 ? random64() : (turn << 32) - n / 2;
            words[4 * n] = turn;
            set->philox(key, counter, n, words);
            for (size_t i = 0; i < n; i++) {
                define(key, counter + i, expected);
                assert_memory_equal(words + 4 * i, expected, sizeof expected);
            }
            assert_int_equal(words[4 * n], turn);
        }
    }
}

/* The z of a word as array.h defines it. */
static double quantile(uint64_t w)
{
    int64_t m = (int64_t)(w >> 63 ? ~w : w);
    double z = normal_quantile(((double)(INT64_MAX - m) + 0.5) * 0x1p-64,
                                   ((double)m + 0.5) * 0x1p-64);
    return w >> 63 ? -z : z;
}

/* In turn any words, those of tails, of the ends of tails, and one of those among others. */
static uint64_t word_for(size_t turn, size_t i)
{
    uint64_t sign = random64() << 63, any = random64() >> 1;
    bool tail = turn % 4 == 1 || (turn % 4 == 3 && i == 3), end = turn % 4 == 2;
    return sign | (tail ? any | 7ull << 60 : end ? INT64_MAX - (any >> (i % 63)) : any);
}

static void numbers_are_those_of_their_words(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 8, 13, 100, QDR_DRAWS};
    const qdr_draw_set *set;
    for (qdr_isa isa = 0; (set = next_set(&isa));)
        for (size_t turn = 0; turn < 40 * COUNT(sizes); turn++) {
            uint64_t words[QDR_DRAWS];
            double uniform[QDR_DRAWS], normal[QDR_DRAWS];
            size_t n = sizes[turn % COUNT(sizes)];
            for (size_t i = 0; i < n; i++)
                words[i] = word_for(turn / COUNT(sizes), i);
            set->uniform(words, n, uniform);
            set->normal(words, n, normal);
            for (size_t i = 0; i < n; i++) {
                double z = quantile(words[i]);
                assert_true(uniform[i] == (double)(words[i] >> 11) / 0x1p53);
                assert_memory_equal(&normal[i], &z, sizeof z);
            }
        }
}

static void parts_are_those_of_the_whole(void **state)
{
    (void)state;
    enum { SIZE = 3000 };
    const qdr_shape shape = {1, {SIZE}};
    static double whole[SIZE], part[SIZE];
    qdr_source *source;
    assert_int_equal(qdr_source_normal(&shape, 2, 3, 7, &source, NULL), QDR_OK);
    qdr_box box = qdr_box_whole(&shape);
    assert_int_equal(qdr_source_read(source, &box, whole, NULL), QDR_OK);
    for (qdr_isa isa = 0; next_set(&isa);)
        for (size_t turn = 0; turn < 300; turn++) {
            box.start[0] = (int64_t)(random64() % SIZE);
            box.extent[0] = 1 + (int64_t)(random64() % (uint64_t)(SIZE - box.start[0]));
            assert_int_equal(qdr_source_read(source, &box, part, NULL), QDR_OK);
            assert_memory_equal(part, whole + box.start[0],
                                (size_t)box.extent[0] * sizeof *part);
        }
    qdr_source_destroy(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_philox),
        cmocka_unit_test(numbers_are_those_of_their_words),
        cmocka_unit_test(parts_are_those_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
