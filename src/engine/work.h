/* The work of a state: what is computed, from what arrays. Lines that tell all that is needed to make
 * the program again where the arrays are not:
 *
 *     mean(x)                                   of each result its canonical expression, behind
 *     rows = sum(x, axis=1)                     its name if it has one that no file has here
 *     x: float64 10000x10000                    of each file, by the name that it has there, its
 *     s: float32 scalar no digest               dtype and shape; where digests are not taken, that
 *
 * Equal work has equal lines. Local.
 */
#ifndef QDR_ENGINE_WORK_H
#define QDR_ENGINE_WORK_H

#include "base/bytes.h"
#include "expr/tree.h"

/* Appends the lines. */
int qdr_work_write(const qdr_program *program, bool digest, qdr_bytes *to, qdr_error *err);

/* Makes the program that has these lines, whose arrays are described only, and which saves arrays as
 * told. The lines may be anybody's: QDR_EDATA when they are not what a program has. */
int qdr_work_compile(const char *lines, size_t size, const qdr_binding *saves, size_t save_count,
                     qdr_program **program, bool *digest, qdr_error *err);

#endif
