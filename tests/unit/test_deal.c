/* engine/deal: the cuts of what is left, and that each piece is dealt exactly once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/deal.h"
#include "repeatable.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define RANKS 4
#define PIECES 200

static qdr_error err = QDR_ERROR_INIT;
static const qdr_intervals none;

static void has_runs(const qdr_deal *deal, const int64_t runs[RANKS])
{
    for (int rank = 0; rank < RANKS; rank++)
        assert_int_equal(qdr_deal_count(deal, rank), runs[rank]);
}

static void even(void **state)
{
    (void)state;
    static const struct {
        int64_t pieces, runs[RANKS];
    } rows[] = {{0, {0, 0, 0, 0}}, {1, {0, 0, 0, 1}}, {4, {1, 1, 1, 1}}, {10, {2, 3, 2, 3}},
                {(int64_t)1 << 60, {1LL << 58, 1LL << 58, 1LL << 58, 1LL << 58}}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_deal deal;
        assert_int_equal(qdr_deal_begin(&deal, RANKS, &none, rows[i].pieces, &err), QDR_OK);
        has_runs(&deal, rows[i].runs);
        qdr_deal_clear(&deal);
    }
}

/* 100 pieces, 25 a rank, of which each rank took some up. */
static void anew(void **state)
{
    (void)state;
    static const struct {
        int64_t taken[RANKS], speed[RANKS], runs[RANKS];
    } rows[] = {
        {{25, 25, 25, 25}, {1, 1, 1, 1}, {0, 0, 0, 0}},
        {{0, 0, 0, 0}, {7, 7, 7, 7}, {25, 25, 25, 25}},
        {{25, 25, 5, 25}, {5, 5, 1, 5}, {6, 7, 1, 6}},       /* one is slow */
        {{10, 10, 20, 20}, {1, 1, 2, 2}, {7, 6, 14, 13}},
        {{25, 25, 25, 24}, {9, 1, 1, 1}, {1, 0, 0, 0}},      /* the last one goes to the fastest */
        {{1, 0, 0, 0}, {1, 1, 1, INT64_MAX / 8}, {0, 0, 0, 99}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_deal deal;
        int64_t taken[RANKS];
        for (int rank = 0; rank < RANKS; rank++)
            taken[rank] = rows[i].taken[rank];
        assert_int_equal(qdr_deal_begin(&deal, RANKS, &none, 100, &err), QDR_OK);
        assert_int_equal(qdr_deal_take(&deal, taken, &err), QDR_OK);
        qdr_deal_cut(&deal, rows[i].speed);
        has_runs(&deal, rows[i].runs);
        qdr_deal_clear(&deal);
    }
}

static void guess(void **state)
{
    (void)state;
    static const struct {
        int64_t speed[RANKS], guessed[RANKS], all;
    } rows[] = {
        {{1, 2, 3, 4}, {1, 2, 3, 4}, 10},
        {{4, 0, 8, 0}, {4, 6, 8, 6}, 24},
        {{0, 0, 0, 1}, {1, 1, 1, 1}, 4},
        {{0, 0, 0, 0}, {1, 1, 1, 1}, 4},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t speed[RANKS];
        for (int rank = 0; rank < RANKS; rank++)
            speed[rank] = rows[i].speed[rank];
        assert_int_equal(qdr_deal_guess(speed, RANKS), rows[i].all);
        assert_memory_equal(speed, rows[i].guessed, sizeof speed);
    }
}

/* ---- each piece once ----------------------------------------------------------------------- */

/* Takes up the first so many pieces of a rank's run. */
static void take_up(const qdr_deal *deal, int rank, int64_t count, int times[PIECES])
{
    qdr_intervals run = {0};
    assert_int_equal(qdr_deal_run(deal, rank, &run, &err), QDR_OK);
    assert_int_equal(qdr_intervals_size(&run), qdr_deal_count(deal, rank));
    for (int64_t i = 0; i < count; i++)
        times[qdr_intervals_nth(&run, i)]++;
    qdr_intervals_clear(&run);
}

/* Until all is done, ranks take up some of their runs, and now and then go on to another space's
 * pieces; what is left is mostly dealt anew. */
static void play(qdr_deal *deal, uint64_t *seed, int times[PIECES])
{
    while (qdr_intervals_size(&deal->left)) {
        int64_t taken[RANKS], others[RANKS], speed[RANKS];
        for (int rank = 0; rank < RANKS; rank++) {
            int64_t count = qdr_deal_count(deal, rank);
            taken[rank] = (int64_t)below(seed, (size_t)count + 1);
            take_up(deal, rank, taken[rank], times);
            others[rank] = taken[rank] == count ? (int64_t)below(seed, 3) : 0;
            taken[rank] += others[rank];
            speed[rank] = 1 + (int64_t)below(seed, 1000);
        }
        assert_int_equal(qdr_deal_take(deal, taken, &err), QDR_OK);
        assert_memory_equal(taken, others, sizeof taken);
        if (below(seed, 4))
            qdr_deal_cut(deal, speed);
    }
}

static void once(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 300; round++) {
        qdr_deal deal;
        qdr_intervals done = {0};
        int times[PIECES] = {0};
        for (int i = 0; i < 5; i++) {
            int64_t start = (int64_t)below(&seed, PIECES), end = start + (int64_t)below(&seed, 20);
            assert_int_equal(qdr_intervals_add(&done, start, end, &err), QDR_OK);
        }
        for (size_t i = 0; i < done.count; i++)
            for (int64_t piece = done.at[i].start; piece < done.at[i].end && piece < PIECES; piece++)
                times[piece]++;
        assert_int_equal(qdr_deal_begin(&deal, RANKS, &done, PIECES, &err), QDR_OK);
        play(&deal, &seed, times);
        for (int piece = 0; piece < PIECES; piece++)
            assert_int_equal(times[piece], 1);
        qdr_deal_clear(&deal);
        qdr_intervals_clear(&done);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even),
        cmocka_unit_test(anew),
        cmocka_unit_test(guess),
        cmocka_unit_test(once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
