/* Picks the kernels for this machine's instruction set. */
#include <string.h>

#include "base/isa.h"
#include "kernel/isa.h"

#if defined(QUADRAT_HAVE_SLEEF)
/* What SLEEF's functions of one element take, which every instruction set's kernels use. */
static bool has_fma(void)
{
#if defined(QUADRAT_HAVE_X86)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__FP_FAST_FMA)
    return true;
#else
    return false;
#endif
}
#endif

static const qdr_kernel_set *selected(void)
{
#define ROW(isa) &qdr_kernels_##isa
    static const qdr_kernel_set *const sets[QDR_ISAS] = {QDR_ISA_ROWS(ROW)};
    return sets[qdr_isa_chosen()];
}

/* Whether the function of floats of that name is one of SLEEF's. */
static bool is_vector(const char *name, qdr_dtype operand)
{
    static const char *const names[] = {
#define VECTOR(name, operands, f, error, refused, value) #name,
#include "kernel/vector.def"
#undef VECTOR
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (qdr_dtype_kind(operand) == 'f' && strcmp(names[i], name) == 0)
            return true;
    return false;
}

const char *qdr_kernel_lacks(const char *name, qdr_dtype operand)
{
    if (!is_vector(name, operand))
        return NULL;
#if defined(QUADRAT_HAVE_SLEEF)
    return has_fma() ? NULL : "needs a processor that multiplies and adds at once (FMA)";
#else
    return "needs the library SLEEF, which quadrat was built without";
#endif
}

const qdr_kernel *qdr_kernel_find(const char *name, qdr_dtype operand)
{
    if (qdr_kernel_lacks(name, operand))
        return NULL;
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
