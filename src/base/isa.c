#include "base/isa.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool always(void)
{
    return true;
}

#if defined(QUADRAT_HAVE_X86)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

static const struct {
    const char *name;
    bool (*supported)(void);
} sets[QDR_ISAS] = {
    [QDR_ISA_PORTABLE] = {"portable", always},
#if defined(QUADRAT_HAVE_X86)
    [QDR_ISA_AVX2] = {"avx2", has_avx2},
    [QDR_ISA_AVX512] = {"avx512", has_avx512},
#endif
};

static atomic_int chosen = -1;

void qdr_isa_choose(const char *most)
{
    int best = QDR_ISA_PORTABLE;
    for (int i = 0; i < QDR_ISAS && sets[i].supported(); i++) {
        best = i;
        if (most && strcmp(most, sets[i].name) == 0)
            break;
    }
    atomic_store(&chosen, best);
}

qdr_isa qdr_isa_chosen(void)
{
    if (atomic_load_explicit(&chosen, memory_order_relaxed) < 0)
        qdr_isa_choose(getenv("QUADRAT_ISA"));
    return (qdr_isa)atomic_load_explicit(&chosen, memory_order_relaxed);
}
