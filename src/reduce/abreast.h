/* Lines abreast: a quicker way to take up many short lines than each by its accumulator.
 *
 * Some kinds have it. Their lines are held together, in a form that holds most data but not all:
 * what it does not hold, the caller gives to the line's accumulator. So a line's elements may be in
 * either, and what is abreast can be added to its state. Local, all of it.
 */
#ifndef QDR_REDUCE_ABREAST_H
#define QDR_REDUCE_ABREAST_H

#include "quadrat/reduce.h"

/* Elements of lines that follow each other: `length` of each of `lines`, all of a line together; or,
 * across, first those of all lines that are the first, with `stride` from one to the next. */
typedef struct qdr_panel {
    qdr_dtype dtype;
    const void *elements;
    size_t lines, length;
    bool across;
    size_t stride; /* at least lines */
} qdr_panel;

enum { QDR_PANEL = 2048 }; /* the most elements, or lines, of a panel */

/* What is done with the lines from `first` on. Returns whether it was not done with any; only then
 * failed[i] becomes whether it was not done with the i-th of them, which is left as it was. */
typedef struct qdr_abreast {
    bool (*takes)(qdr_dtype dtype);
    size_t (*size)(size_t lines); /* bytes of what is held */
    /* Holds no elements of that many lines then; to begin with, too. */
    void (*clear)(void *held, size_t lines, qdr_dtype dtype);
    bool (*add)(void *held, size_t first, const qdr_panel *panel, bool *failed);
    /* Adds a line to its state, and clears it. */
    void (*flush)(void *held, size_t line, uint64_t *state);
    /* Puts the values of what is held of n lines, up to QDR_PANEL, in the dtype of the options. */
    bool (*finish)(const void *held, size_t n, qdr_finish *reduction,
                   const qdr_reduce_options *options, void *values, bool *failed);
} qdr_abreast;

extern const qdr_abreast qdr_sum_abreast;

#endif
