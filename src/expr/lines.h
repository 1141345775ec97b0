/* Reducing along axes: one accumulator for each line of elements along the reduced axes.
 *
 * Lines are gathered from tiles into a buffer, one behind the other, so that every accumulator sees
 * long runs, in whatever order the elements lie in memory; the kept axes are gone along in steps of
 * 512 elements, so that reading stays contiguous. Where the kind has a way for it, lines that are
 * short, or lie side by side in memory, are taken up abreast instead, straight from the tiles.
 *
 * Local, all of it.
 */
#ifndef QDR_EXPR_LINES_H
#define QDR_EXPR_LINES_H

#include "expr/intake.h"
#include "expr/machine.h"

typedef struct qdr_lines qdr_lines;             /* compiled, const */
typedef struct qdr_line_worker qdr_line_worker; /* one for each thread */

int qdr_lines_compile(const qdr_known *known, const qdr_intake *intake, qdr_lines **lines,
                      qdr_error *err);
void qdr_lines_destroy(qdr_lines *lines);

/* What one line costs. */
qdr_cost qdr_lines_cost(const qdr_lines *lines);

/* The bytes that a worker for so many outputs takes, nearly. */
size_t qdr_lines_memory(const qdr_lines *lines, size_t outputs);

/* As qdr_machine_check. */
int qdr_lines_check(const qdr_lines *lines, qdr_error *err);

/* As qdr_machine_load: of the operand's box; or of the whole lines that a box of a reduction's result
 * stands for, where reduction is not NULL. */
int qdr_lines_load(const qdr_lines *lines, const qdr_node *reduction, const qdr_box *box,
                   int64_t *wanted, qdr_error *err);

/* outputs: the most that are worked on at a time. */
int qdr_line_worker_create(const qdr_lines *lines, size_t outputs, qdr_line_worker **worker,
                           qdr_error *err);
void qdr_line_worker_destroy(qdr_line_worker *worker);

/* Takes up the elements of a box of the operand. `states` are those of the lines in `outputs`, a
 * box over the kept axes that contains all lines of the box, in C order; so are `contexts`, NULL
 * for kinds without. Until it is flushed, the worker may hold a part of what was taken up; all
 * boxes are of the same outputs till then. */
int qdr_lines_run(qdr_line_worker *worker, const qdr_box *box, const qdr_box *outputs,
                  uint64_t *states, const uint64_t *contexts, qdr_error *err);

/* Adds what the worker holds to the states of so many outputs. */
void qdr_lines_flush(qdr_line_worker *worker, size_t outputs, uint64_t *states);

/* The values of a reduction for a tile of it: goes along the whole lines. */
int qdr_lines_finish(qdr_line_worker *worker, const qdr_node *reduction, const qdr_box *tile,
                     void *elements, qdr_error *err);

/* The box of lines, over the kept axes, that a box of a reduction's result stands for. */
qdr_box qdr_lines_outputs(const qdr_node *reduction, const qdr_box *box);

#endif
