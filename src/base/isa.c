#include "base/isa.h"

#include <stdlib.h>
#include <string.h>

static qdr_isa best(void)
{
#if defined(QUADRAT_HAVE_X86)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return QDR_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return QDR_ISA_AVX2;
#endif
    return QDR_ISA_PORTABLE;
}

qdr_isa qdr_isa_select(void)
{
    static const char *const names[] = {"portable", "avx2"};
    const char *wanted = getenv("QUADRAT_ISA");
    qdr_isa most = QDR_ISA_PORTABLE, had = best();
    while (most < had && !(wanted && strcmp(wanted, names[most]) == 0))
        most++;
    return most;
}
