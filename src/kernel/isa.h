/* What the kernels of one instruction set are, see base/isa.h. */
#ifndef QDR_KERNEL_ISA_H
#define QDR_KERNEL_ISA_H

#include "kernel/kernel.h"

typedef struct qdr_kernel_set {
    /* each ended by a row without name */
    const qdr_kernel *rows;
    const qdr_kernel_check *checks;
    qdr_kernel_function *cast[QDR_DTYPES][QDR_DTYPES];
} qdr_kernel_set;

extern const qdr_kernel_set qdr_kernels_portable;
#if defined(QUADRAT_HAVE_X86)
extern const qdr_kernel_set qdr_kernels_avx2;
extern const qdr_kernel_set qdr_kernels_avx512;
#endif

#endif
