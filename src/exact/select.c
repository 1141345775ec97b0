/* Picks the kernels of windows for this machine's instruction set. */
#include "base/isa.h"
#include "exact/window.h"

extern const qdr_window_kernels qdr_window_kernels_portable;
#if defined(QUADRAT_HAVE_X86)
extern const qdr_window_kernels qdr_window_kernels_avx2;
extern const qdr_window_kernels qdr_window_kernels_avx512;
#endif

const qdr_window_kernels *qdr_window_kernels_select(void)
{
    static const qdr_window_kernels *const kernels[QDR_ISAS] = {
        [QDR_ISA_PORTABLE] = &qdr_window_kernels_portable,
#if defined(QUADRAT_HAVE_X86)
        [QDR_ISA_AVX2] = &qdr_window_kernels_avx2,
        [QDR_ISA_AVX512] = &qdr_window_kernels_avx512,
#endif
    };
    return kernels[qdr_isa_select()];
}
