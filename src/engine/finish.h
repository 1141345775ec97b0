/* Values out of what passes have taken up. Every rank has the same and finishes for itself. */
#ifndef QDR_ENGINE_FINISH_H
#define QDR_ENGINE_FINISH_H

#include "engine/running.h"

/* Makes the contexts that begin in the pass. */
int qdr_finish_contexts(qdr_running *run, const qdr_pass *pass);

/* Makes the values of what the pass, whose state is given, finishes, and the contexts of its next
 * one of what it does not. Collective. */
int qdr_finish_pass(qdr_running *run, const qdr_pass *pass, const uint64_t *state);

/* Makes the values of the results, when all passes are over. Collective. */
int qdr_finish_results(qdr_running *run);

#endif
