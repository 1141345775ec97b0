/* Parts: shares of the pieces of a pass, and names of pieces. Local. */
#ifndef QDR_ENGINE_PARTS_H
#define QDR_ENGINE_PARTS_H

#include "base/bytes.h"
#include "engine/running.h"

/* QDR_EUSAGE, with the reason, when the run's plan is not such that parts can be joined. */
int qdr_parts_check(const qdr_running *run, qdr_error *err);

/* Refuses a checkpoint of the whole run, and QDR_EREFUSED one with pieces that are not in the share of
 * the run's part. */
int qdr_parts_check_done(const qdr_running *run, qdr_error *err);

/* Whether the run is a part, all of which such a checkpoint has. */
bool qdr_parts_is_done(const qdr_running *run);

/* The pieces of a space, of so many, that are a part's; all are the whole's. */
qdr_interval qdr_parts_share(const qdr_part *part, int64_t pieces);

/* Adds to each set, by space of the pass, the pieces that are in no share of the run's part. */
int qdr_parts_skip(const qdr_running *run, qdr_intervals *skip, qdr_error *err);

/* Adds those that are in its share. */
int qdr_parts_note(const qdr_running *run, qdr_intervals *done, qdr_error *err);

/* Appends "blocks 0 to 49, 60 of the 100 of (10000, 10000)" for pieces of a space; blocks are pieces
 * where some of the pieces are not whole blocks. */
void qdr_parts_name(qdr_bytes *to, const qdr_space *space, const qdr_intervals *pieces);

#endif
