/* States: how far a run has come, as bytes that hang neither on ranks nor on threads. Checkpoints
 * and parts are such states.
 *
 * A file is the line "quadrat-state-2", the lines of the work (work.h), an empty line, packed numbers
 * and words (base/packed.h), and the first 16 bytes of the BLAKE2b-256 digest (RFC 7693) of all
 * before it. The numbers are
 *
 *     that of the pass that is going on, from 0; that of the passes when all are over
 *     of each space of each pass, the extents of its blocks
 *     the files that are told next, none in a part; of each, in the order of the inputs, its size
 *       and its time of change in ns
 *     of each input: 1 and the digest in two words, or 0 as long as it is not known
 *     of each pass that is over, the values of the reductions that it finished: two words of a
 *       number, or the elements of an array, in whole words
 *     of the pass that is going on: the contexts of the reductions that began in an earlier pass, as
 *       runs; of each space the number of intervals of finished pieces, and of each how many pieces
 *       after the end of the one before it begins, and how many it has; and the states of its
 *       accumulators, as runs
 *
 * Pieces have the numbers of round.h: another QDR_PIECE would be another form.
 *
 * The bytes of equal states are equal. Reading takes any bytes, and fails on what is not such a
 * state. Local.
 */
#ifndef QDR_ENGINE_STATE_H
#define QDR_ENGINE_STATE_H

#include "base/bytes.h"
#include "engine/running.h"

/* Appends the state of the run, whose pass's state and finished pieces are given; a state of NULL is
 * that of a pass that has not begun. With stamps it tells the files' sizes and times. */
int qdr_state_write(const qdr_running *run, bool stamps, const uint64_t *state,
                    const qdr_intervals *done, qdr_bytes *to, qdr_error *err);

/* Puts the state of the run's pass, and of what of it is done, in the report; without stamps. */
int qdr_state_report(qdr_running *run);

/* Whether the bytes are a whole state, undamaged, of this version: else QDR_EDATA. */
int qdr_state_check(const qdr_state *state, qdr_error *err);

/* The lines of the work of a state that was checked. */
const char *qdr_state_work(const qdr_state *state, size_t *size);

/* Whether a state that was checked is of the run's work. */
bool qdr_state_is_work(const qdr_running *run, const qdr_state *state);

/* Cuts the arrays of the run's plan in the blocks of such a state; *other tells whether they were
 * cut in others. */
int qdr_state_cut(qdr_running *run, const qdr_state *state, bool *other, qdr_error *err);

/* Makes the run, whose plan has the state's blocks, one that has come so far. What of its pass was
 * finished is added to done, and *words, which is NULL, becomes what was taken up, the caller's to
 * free(); it stays NULL where all passes are over. QDR_EREFUSED when a file has changed, and when the
 * blocks are others. */
int qdr_state_read(qdr_running *run, const qdr_state *state, qdr_intervals *done,
                   uint64_t **words, qdr_error *err);

#endif
