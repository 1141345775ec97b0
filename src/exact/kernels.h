/* The kernels of exact sums, built for each instruction set. Local. */
#ifndef QDR_EXACT_KERNELS_H
#define QDR_EXACT_KERNELS_H

#include "exact/integers.h"
#include "exact/pairs.h"
#include "exact/window.h"

typedef struct qdr_exact_kernels {
    const qdr_window_kernels *windows;
    const qdr_integer_kernels *integers;
    const qdr_pair_kernels *pairs;
} qdr_exact_kernels;

/* Those for this machine. */
const qdr_exact_kernels *qdr_exact_kernels_select(void);

#endif
