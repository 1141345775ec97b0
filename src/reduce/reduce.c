/* The table of reductions. */
#include "reduce/reducers.h"

/* Bools and integers are summed in int64. */
static qdr_dtype result_SUMMED(qdr_dtype dtype)
{
    return qdr_dtype_kind(dtype) == 'f' ? dtype : QDR_INT64;
}

static qdr_dtype result_FLOATING(qdr_dtype dtype)
{
    return qdr_dtype_kind(dtype) == 'f' ? dtype : QDR_FLOAT64;
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

const qdr_reduction qdr_reductions[] = {
#define REDUCER(name, parameters, accumulator, result, position, steps, help, example, value)      \
    {#name,         parameters, help, example, value, &qdr_##accumulator##_accumulator,            \
     result_##result, position,   steps, qdr_finish_##name},
#include "reduce/reducers.def"
#undef REDUCER
    {.name = NULL},
};
