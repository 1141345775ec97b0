#include "engine/deal.h"

#include <stdlib.h>

static int64_t start_of(const qdr_deal *deal, int rank)
{
    return rank > 0 ? deal->end[rank - 1] : 0;
}

/* Ends of runs are rounded to the nearest piece, so that a last one goes to the faster of two. */
static int64_t share(int64_t pieces, int64_t speed, int64_t all)
{
    return (int64_t)((2 * (__int128)pieces * speed + all) / (2 * (__int128)all));
}

int qdr_deal_begin(qdr_deal *deal, int ranks, const qdr_intervals *done, int64_t pieces,
                   qdr_error *err)
{
    *deal = (qdr_deal){.ranks = ranks, .end = calloc((size_t)ranks, sizeof *deal->end)};
    if (!deal->end)
        return qdr_fail_memory(err, "dealing the pieces");
    int code = qdr_intervals_missing(done, pieces, &deal->left, err);
    for (int rank = 0; rank < ranks && !code; rank++)
        deal->end[rank] = qdr_interval_share(qdr_intervals_size(&deal->left), rank, ranks).end;
    return code;
}

void qdr_deal_clear(qdr_deal *deal)
{
    qdr_intervals_clear(&deal->left);
    free(deal->end);
    *deal = (qdr_deal){0};
}

int qdr_deal_take(qdr_deal *deal, int64_t *taken, qdr_error *err)
{
    qdr_intervals left = {0};
    qdr_intervals_place place = {0};
    int64_t start = 0, end = 0;
    int code = QDR_OK;
    for (int rank = 0; rank < deal->ranks && !code; rank++) {
        int64_t count = deal->end[rank] - start;
        int64_t gone = taken[rank] < count ? taken[rank] : count;
        start = deal->end[rank];
        code = qdr_intervals_pass(&deal->left, &place, gone, NULL, err);
        if (!code)
            code = qdr_intervals_pass(&deal->left, &place, count - gone, &left, err);
        taken[rank] -= gone;
        end += count - gone;
        deal->end[rank] = end;
    }
    qdr_intervals_clear(&deal->left);
    deal->left = left;
    return code;
}

void qdr_deal_cut(qdr_deal *deal, const int64_t *speed)
{
    int64_t pieces = qdr_intervals_size(&deal->left), before = 0, all = 0;
    for (int rank = 0; rank < deal->ranks; rank++)
        all += speed[rank];
    for (int rank = 0; rank < deal->ranks; rank++) {
        before += speed[rank];
        deal->end[rank] = share(pieces, before, all);
    }
}

int64_t qdr_deal_guess(int64_t *speed, int ranks)
{
    int64_t all = 0, known = 0;
    for (int rank = 0; rank < ranks; rank++) {
        all += speed[rank];
        known += speed[rank] > 0;
    }
    int64_t mean = known ? all / known : 1;
    for (int rank = 0; rank < ranks; rank++)
        if (!speed[rank])
            speed[rank] = mean;
    return all + (ranks - known) * mean;
}

int64_t qdr_deal_count(const qdr_deal *deal, int rank)
{
    return deal->end[rank] - start_of(deal, rank);
}

int qdr_deal_run(const qdr_deal *deal, int rank, qdr_intervals *run, qdr_error *err)
{
    qdr_intervals_place place = {0};
    int code = qdr_intervals_pass(&deal->left, &place, start_of(deal, rank), NULL, err);
    return code ? code
                : qdr_intervals_pass(&deal->left, &place, qdr_deal_count(deal, rank), run, err);
}
