/* States: how far a run has come, as bytes that hang neither on ranks nor on threads.
 *
 * A file is the line "quadrat-state-1\n", 32 bytes that are equal for equal work, words, and the
 * BLAKE2b-256 digest (RFC 7693) of all before it. Words are 64 bits, the least byte first:
 *
 *     the blocks asked for: number of axes, and the extents
 *     size and time of change, in ns, of each file, in the order of their first opening
 *     the number of the pass that is going on, from 0; that of the passes when all are over
 *     of each input: 1 and the digest in two words, or 0 as long as it is not known
 *     of each pass that is over, the values of the reductions that it finished: two words of a
 *       number, or the elements of an array, in whole words
 *     of the pass that is going on: the contexts of the reductions that began in an earlier pass;
 *       of each space the number of intervals of finished pieces, and their starts and ends;
 *       and the states of its accumulators
 *
 * Pieces have the numbers of round.h: another QDR_PIECE would be another form.
 *
 * Contexts and accumulators are told as runs: zeros * 2^32 + n, and then n words; until all are
 * told. The bytes of equal states are equal. Reading takes any bytes, and fails on what is not such
 * a state. Local.
 */
#ifndef QDR_ENGINE_STATE_H
#define QDR_ENGINE_STATE_H

#include "base/bytes.h"
#include "engine/running.h"

#define QDR_STATE_IDENTITY 32 /* bytes */

/* Equal for equal work: of the program's results, its inputs' dtypes and shapes, and whether
 * digests are taken. */
int qdr_state_identity(const qdr_program *program, bool digest,
                       unsigned char identity[QDR_STATE_IDENTITY], qdr_error *err);

/* Appends the state of the run, whose pass's state and finished pieces are given; a state of NULL is
 * that of a pass that has not begun. */
int qdr_state_write(const qdr_running *run, const qdr_shape *chunks, const uint64_t *state,
                    const qdr_intervals *done, qdr_bytes *to, qdr_error *err);

/* Whether the bytes are a whole state, undamaged; name is that of their file. */
int qdr_state_check(const char *data, size_t size, const char *name, qdr_error *err);

/* The blocks, which the plan needs, of a state that was checked. QDR_EREFUSED for other work. */
int qdr_state_chunks(const qdr_running *run, const char *data, size_t size, const char *name,
                     qdr_shape *chunks, qdr_error *err);

/* Makes the run, which has a plan, one that has come so far. run->state has what the state's
 * accumulators had on rank 0, and nothing on others. QDR_EREFUSED when a file has changed. */
int qdr_state_read(qdr_running *run, const char *data, size_t size, const char *name,
                   qdr_error *err);

#endif
