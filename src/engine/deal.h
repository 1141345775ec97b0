/* Dealing the pieces of a space to ranks, and what is left of them anew to the faster ones.
 *
 * A deal is a set of pieces, cut into runs, one for each rank and in the ranks' order. A rank takes
 * up its run from the front, so one number tells how far it is. All ranks have the same deal, and
 * do the same with it. Local.
 */
#ifndef QDR_ENGINE_DEAL_H
#define QDR_ENGINE_DEAL_H

#include "base/intervals.h"

typedef struct qdr_deal {
    qdr_intervals left; /* pieces that no rank has taken up, as far as was told */
    int64_t *end;       /* by rank: where its run ends among those */
    int ranks;
} qdr_deal;

/* Deals the pieces before `pieces` that are not done in runs of nearly equal length. The deal is
 * cleared also when this fails. */
int qdr_deal_begin(qdr_deal *deal, int ranks, const qdr_intervals *done, int64_t pieces,
                   qdr_error *err);
void qdr_deal_clear(qdr_deal *deal);

/* Takes off the front of each rank's run what it took up: of taken[rank] pieces as many as the run
 * has, which taken[rank] then is without. */
int qdr_deal_take(qdr_deal *deal, int64_t *taken, qdr_error *err);

/* Cuts what is left into runs as long as the ranks are fast, in any unit; no speed is 0. */
void qdr_deal_cut(qdr_deal *deal, const int64_t *speed);

/* Takes ranks whose speed is not known, 0, to be as fast as the others are on average. Returns the
 * speed of all together. */
int64_t qdr_deal_guess(int64_t *speed, int ranks);

/* How long a rank's run is, and its pieces, which are added to `run`. */
int64_t qdr_deal_count(const qdr_deal *deal, int rank);
int qdr_deal_run(const qdr_deal *deal, int rank, qdr_intervals *run, qdr_error *err);

#endif
