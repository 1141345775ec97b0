/* Elementwise kernels: loops over the elements of a tile.
 *
 * A kernel computes n elements from up to three operands. An operand whose bit is set in `scalars`
 * is one element that stands for all n. The result may be the very array of an operand with
 * elements of the same size, and must not overlap one otherwise. Every instruction set gives the
 * same bits: a kernel is one C loop (elementwise.def), compiled once for each without contraction,
 * or a function of SLEEF's (vector.def). Local.
 */
#ifndef QDR_KERNEL_KERNEL_H
#define QDR_KERNEL_KERNEL_H

#include "quadrat/array.h"

#define QDR_OPERANDS 4 /* the most that a kernel or a reduction takes */

typedef void qdr_kernel_function(size_t n, void *result, const void *const operand[],
                                 unsigned scalars);

/* One function for one type of its operands. */
typedef struct qdr_kernel {
    const char *name;
    int operands;
    qdr_dtype first;  /* dtype of the first operand: bool for a choice, else `operand` */
    qdr_dtype operand; /* dtype of the other operands */
    qdr_dtype result;
    qdr_kernel_function *run;
} qdr_kernel;

/* Why there is no kernel, where it is this machine or build that lacks what it takes: a text that
 * follows the name, "… needs the library SLEEF"; NULL when that is not the reason. */
const char *qdr_kernel_lacks(const char *name, qdr_dtype operand);

/* What a function has no value for, as integers divided by 0: the kernel gives anything then. */
typedef struct qdr_kernel_check {
    const char *name;
    qdr_dtype operand;
    /* The index of the first of n elements of the last operand that is refused; n for none. */
    size_t (*find)(size_t n, const void *last);
    const char *text;
} qdr_kernel_check;

/* The kernel of that name for operands of that dtype; NULL when there is none. */
const qdr_kernel *qdr_kernel_find(const char *name, qdr_dtype operand);

/* The check to be made before that kernel runs; NULL when it has a value for all elements. */
const qdr_kernel_check *qdr_kernel_check_find(const char *name, qdr_dtype operand);

/* The conversion between two dtypes, which may be the same; a NaN may become the canonical one.
 * Integers wrap. A float becomes an integer towards 0, the nearest end of the range when it is
 * beyond, and 0 when it is NaN: C leaves that open, and NumPy to the machine. Only the real part of
 * a complex number is kept in a real type; everything but 0 becomes True. */
qdr_kernel_function *qdr_kernel_cast(qdr_dtype from, qdr_dtype to);

#endif
