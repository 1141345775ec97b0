/* Whether the words of a state can be what some pieces of a pass gave. Local. */
#ifndef QDR_ENGINE_TAKEN_H
#define QDR_ENGINE_TAKEN_H

#include "engine/round.h"

/* Sets *valid to whether the pass's accumulators, whose words may be anybody's, can have taken up
 * the pieces done, by space: then they can be merged with others', go on, and be finished. */
int qdr_taken_check(const qdr_pass *pass, const uint64_t *words, const qdr_intervals *done,
                    bool *valid, qdr_error *err);

/* The same of the contexts of a reduction of which f->step passes are over. */
bool qdr_taken_check_contexts(const qdr_finishing *f, const uint64_t *words);

#endif
