#include "exchange/results.h"

static qdr_value value_of(qdr_scalar scalar)
{
    qdr_value value = {.dtype = qdr_dtype_name(scalar.dtype)};
    switch (scalar.dtype) {
    case QDR_BOOL:
        value.kind = QDR_VALUE_BOOL;
        value.boolean = scalar.truth;
        break;
    case QDR_FLOAT32:
        value.kind = QDR_VALUE_FLOAT32;
        value.real = (double)scalar.single;
        break;
    case QDR_FLOAT64:
        value.kind = QDR_VALUE_FLOAT64;
        value.real = scalar.real;
        break;
    default:
        value.kind = QDR_VALUE_INT;
        value.integer = scalar.integer;
        break;
    }
    return value;
}

void qdr_results_fill(const qdr_program *program, const qdr_run_report *report,
                      qdr_record_result results[], int64_t (*at)[QDR_MAX_DIMS])
{
    for (size_t i = 0; i < qdr_program_result_count(program); i++) {
        qdr_program_result r = qdr_program_result_at(program, i);
        results[i] = (qdr_record_result){.expr = r.expression, .name = r.name,
                                         .value = value_of(report->value[i]), .exact = r.exact};
        if (!r.position_in)
            continue;
        qdr_shape_unravel(r.position_in, report->value[i].integer, at[i]);
        results[i].at = at[i];
        results[i].at_count = r.position_in->ndim;
    }
}
