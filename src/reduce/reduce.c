/* The table of reductions. */
#include <string.h>

#include "reduce/reducers.h"

/* Bools and signed integers are summed in int64, others in uint64. */
static qdr_dtype result_SUMMED(qdr_dtype dtype)
{
    switch (qdr_dtype_kind(dtype)) {
    case 'b':
    case 'i':
        return QDR_INT64;
    case 'u':
        return QDR_UINT64;
    default:
        return dtype;
    }
}

static qdr_dtype result_FLOATING(qdr_dtype dtype)
{
    return strchr("fc", qdr_dtype_kind(dtype)) ? dtype : QDR_FLOAT64;
}

/* Of complex elements, the type of their parts. */
static qdr_dtype result_REAL(qdr_dtype dtype)
{
    return qdr_dtype_real(result_FLOATING(dtype));
}

static qdr_dtype result_SAME(qdr_dtype dtype)
{
    return dtype;
}

static qdr_dtype result_POSITION(qdr_dtype dtype)
{
    (void)dtype;
    return QDR_INT64;
}

static qdr_dtype result_TRUTH(qdr_dtype dtype)
{
    (void)dtype;
    return QDR_BOOL;
}

enum {
    POSITION = QDR_REDUCTION_POSITION,
    JUMPS = QDR_REDUCTION_JUMPS,
    PAIRS = QDR_REDUCTION_PAIRS,
    SKIPS = QDR_REDUCTION_SKIPS
};

const qdr_reduction qdr_reductions[] = {
#define REDUCER(name, parameters, of_real, of_complex, result, finish, steps, traits, help,        \
                example, value)                                                                    \
    {#name,         parameters, help, example, value,                                              \
     {&qdr_##of_real##_accumulator, &qdr_##of_complex##_accumulator},                              \
     result_##result, steps, traits, qdr_finish_##finish},
#include "reduce/reducers.def"
#undef REDUCER
    {.name = NULL},
};

const qdr_accumulator *qdr_reduction_accumulator(const qdr_reduction *reduction, qdr_dtype dtype)
{
    return reduction->accumulator[qdr_dtype_kind(dtype) == 'c'];
}
