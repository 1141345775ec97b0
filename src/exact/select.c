#include "base/isa.h"
#include "exact/kernels.h"

#define DECLARE(isa)                                                                               \
    extern const qdr_window_kernels qdr_window_kernels_##isa;                                      \
    extern const qdr_integer_kernels qdr_integer_kernels_##isa;                                    \
    extern const qdr_pair_kernels qdr_pair_kernels_##isa;
#define ROW(isa)                                                                                   \
    {                                                                                              \
        &qdr_window_kernels_##isa, &qdr_integer_kernels_##isa, &qdr_pair_kernels_##isa             \
    }

DECLARE(portable)
DECLARE(avx2)
DECLARE(avx512)

const qdr_exact_kernels *qdr_exact_kernels_select(void)
{
    static const qdr_exact_kernels kernels[QDR_ISAS] = {QDR_ISA_ROWS(ROW)};
    return &kernels[qdr_isa_chosen()];
}
