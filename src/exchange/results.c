#include "exchange/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define EDGE 3    /* elements shown at each end of a shortened axis */
#define WHOLE 100 /* elements up to which an array is shown whole */

_Static_assert(QDR_DIGEST_TEXT == QDR_CHECK_SIZE, "a run's digest is a record's");
_Static_assert(QDR_REPORTED >= QDR_RECORD_VALUES, "what a record lists is reported");

struct qdr_result_parts {
    int64_t at[QDR_MAX_DIMS];
    qdr_shape shape;
    const qdr_result_value *value;
    qdr_record_array array;
    qdr_value *values;
};

static qdr_value value_of(qdr_scalar scalar)
{
    qdr_scalar wide = qdr_scalar_widen(scalar);
    size_t size = qdr_dtype_size(qdr_dtype_real(scalar.dtype));
    qdr_value value = {.dtype = qdr_dtype_name(scalar.dtype)};
    switch (qdr_dtype_kind(scalar.dtype)) {
    case 'b':
        value.kind = QDR_VALUE_BOOL;
        value.boolean = wide.truth;
        break;
    case 'i':
        value.kind = QDR_VALUE_INT;
        value.integer = wide.integer;
        break;
    case 'u':
        value.kind = QDR_VALUE_UINT;
        value.natural = wide.natural;
        break;
    case 'f':
        value.kind = size == 2   ? QDR_VALUE_FLOAT16
                     : size == 4 ? QDR_VALUE_FLOAT32
                                 : QDR_VALUE_FLOAT64;
        value.real = wide.real;
        break;
    case 'c':
        value.kind = size == 4 ? QDR_VALUE_COMPLEX64 : QDR_VALUE_COMPLEX128;
        value.pair.re = wide.pair.re;
        value.pair.im = wide.pair.im;
        break;
    }
    return value;
}

/* The element at a position among those that are shown. */
static qdr_value element(const struct qdr_result_parts *p, int64_t position)
{
    qdr_scalar scalar = {.dtype = p->value->scalar.dtype};
    size_t size = qdr_dtype_size(scalar.dtype);
    memcpy(scalar.words, (const char *)p->value->shown + (size_t)position * size, size);
    return value_of(scalar);
}

static int fill_array(struct qdr_result_parts *p, qdr_error *err)
{
    int64_t count = qdr_shape_count(&p->shape);
    p->array = (qdr_record_array){.ndim = p->shape.ndim, .shape = p->shape.extent};
    memcpy(p->array.digest, p->value->digest, sizeof p->array.digest);
    if (count > QDR_RECORD_VALUES)
        return QDR_OK;
    p->values = calloc((size_t)count + 1, sizeof *p->values);
    if (!p->values)
        return qdr_fail_memory(err, "making the record");
    for (int64_t i = 0; i < count; i++)
        p->values[i] = element(p, i);
    p->array.values = p->values;
    return QDR_OK;
}

static int fill(qdr_results *results, size_t index, const qdr_program_result *r,
                const qdr_result_value *value, qdr_error *err)
{
    struct qdr_result_parts *p = &results->parts[index];
    qdr_record_result *to = &results->result[index];
    *to = (qdr_record_result){.expr = r->expression, .name = r->name,
                              .value = value_of(value->scalar), .exact = r->exact};
    if (r->position_in) {
        qdr_shape_unravel(r->position_in, value->scalar.integer, p->at);
        to->at = p->at;
        to->at_count = r->position_in->ndim;
    }
    if (!value->shown)
        return QDR_OK;
    p->shape = *r->shape;
    p->value = value;
    to->array = &p->array;
    return fill_array(p, err);
}

int qdr_results_make(const qdr_program *program, const qdr_run_report *report,
                     qdr_results *results, qdr_error *err)
{
    size_t count = qdr_program_result_count(program);
    *results = (qdr_results){.count = count};
    results->result = calloc(count + 1, sizeof *results->result);
    results->parts = calloc(count + 1, sizeof *results->parts);
    int code = results->result && results->parts ? QDR_OK
                                                 : qdr_fail_memory(err, "making the record");
    for (size_t i = 0; i < count && !code; i++) {
        qdr_program_result r = qdr_program_result_at(program, i);
        code = fill(results, i, &r, &report->value[i], err);
    }
    if (code)
        qdr_results_clear(results);
    return code;
}

void qdr_results_clear(qdr_results *results)
{
    for (size_t i = 0; i < results->count && results->parts; i++)
        free(results->parts[i].values);
    free(results->parts);
    free(results->result);
    *results = (qdr_results){0};
}

int qdr_results_inputs(const qdr_program *program, const qdr_run_report *report,
                       qdr_record_input **inputs, qdr_error *err)
{
    size_t count = qdr_program_input_count(program);
    qdr_record_input *made = calloc(count + 1, sizeof *made);
    if (!made)
        return qdr_fail_memory(err, "making the record");
    for (size_t i = 0; i < count; i++) {
        qdr_program_input in = qdr_program_input_at(program, i);
        made[i] = (qdr_record_input){
            .name = in.name,
            .source = report->state ? NULL : qdr_source_path(in.source), /* parts do not tell it */
            .dtype = qdr_dtype_name(qdr_source_dtype(in.source)),
            .ndim = in.shape->ndim,
            .shape = in.shape->extent,
        };
        memcpy(made[i].digest, report->digest[i], sizeof made[i].digest);
    }
    *inputs = made;
    return QDR_OK;
}

/* ---- shortened arrays ---------------------------------------------------------------------- */

/* What is shown of the array below an index of its first axes, the last one as a list; `position` is
 * that of its first element among those that are shown, `count` how many these are. */
static void print_part(qdr_bytes *text, const struct qdr_result_parts *p, int axis,
                       int64_t position, int64_t count)
{
    char number[QDR_VALUE_SIZE];
    if (axis == p->shape.ndim) {
        qdr_value value = element(p, position);
        qdr_bytes_text(text, qdr_value_text(number, &value));
        return;
    }
    int64_t extent = p->value->shown_shape.extent[axis], below = extent ? count / extent : 0;
    int64_t edge = extent / 2 < EDGE ? extent / 2 : EDGE;
    bool shortened = qdr_shape_count(&p->shape) > WHOLE && p->shape.extent[axis] > 2 * edge;
    qdr_bytes_text(text, shortened && !extent ? "[…" : "[");
    for (int64_t i = 0; i < extent; i++) {
        qdr_bytes_text(text, i ? ", " : "");
        if (shortened && i == edge) {
            qdr_bytes_text(text, "…, ");
            i = extent - edge;
        }
        print_part(text, p, axis + 1, position + i * below, below);
    }
    qdr_bytes_text(text, "]");
}

static int print_array(qdr_bytes *text, const char *expression, const struct qdr_result_parts *p,
                       qdr_error *err)
{
    char shape[QDR_SHAPE_TEXT], min[QDR_VALUE_SIZE], max[QDR_VALUE_SIZE];
    qdr_value least = value_of(p->value->min), most = value_of(p->value->max);
    qdr_bytes_format(text, "%s = ", expression);
    print_part(text, p, 0, 0, qdr_shape_count(&p->value->shown_shape));
    qdr_bytes_format(text, " %s, shape %s", qdr_dtype_name(p->value->scalar.dtype),
                     qdr_shape_text(shape, &p->shape));
    if (qdr_shape_count(&p->shape))
        qdr_bytes_format(text, ", min %s, max %s", qdr_value_text(min, &least),
                         qdr_value_text(max, &most));
    return qdr_bytes_check(text, err);
}

int qdr_results_line(const qdr_results *results, const qdr_record *record, size_t index,
                     char **line, qdr_error *err)
{
    if (!results->result[index].array)
        return qdr_record_line(record, index, line, err);
    qdr_bytes text = {0};
    int code = print_array(&text, results->result[index].expr, &results->parts[index], err);
    if (code)
        qdr_bytes_clear(&text);
    else
        *line = text.data;
    return code;
}
