/* Picks the kernels for this machine's instruction set. QUADRAT_ISA=portable|avx2|avx512 in the
 * environment picks a smaller one than the machine has, for tests. */
#include <stdlib.h>
#include <string.h>

#include "kernel/isa.h"

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
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

/* The best first. */
static const struct {
    const char *name;
    bool (*supported)(void);
    const qdr_kernel_set *set;
} sets[] = {
#if defined(QUADRAT_HAVE_X86)
    {"avx512", has_avx512, &qdr_kernels_avx512},
    {"avx2", has_avx2, &qdr_kernels_avx2},
#endif
    {"portable", always, &qdr_kernels_portable},
};

static const qdr_kernel_set *selected(void)
{
    const char *wanted = getenv("QUADRAT_ISA");
    size_t last = sizeof sets / sizeof sets[0] - 1;
    for (size_t i = 0; i < last; i++)
        if ((!wanted || strcmp(wanted, sets[i].name) == 0) && sets[i].supported())
            return sets[i].set;
    return sets[last].set;
}

const qdr_kernel *qdr_kernel_find(const char *name, qdr_dtype operand)
{
    for (const qdr_kernel *row = selected()->rows; row->name; row++)
        if (row->operand == operand && strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

const qdr_kernel_check *qdr_kernel_check_find(const char *name, qdr_dtype operand)
{
    for (const qdr_kernel_check *row = selected()->checks; row->name; row++)
        if (row->operand == operand && strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

qdr_kernel_function *qdr_kernel_cast(qdr_dtype from, qdr_dtype to)
{
    return selected()->cast[from][to];
}
