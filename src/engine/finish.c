/* Values out of what passes have taken up. */
#include "engine/finish.h"

#include <stdlib.h>
#include <string.h>

#include "engine/arrays.h"

static void finish_digest(qdr_running *r, const qdr_node *input, const uint64_t *state)
{
    for (size_t i = 0; i < r->program->input_count; i++)
        if (r->program->inputs[i].node == input)
            qdr_digest_text(state, input->dtype, &input->shape, r->report->digest[i]);
}

/* ---- reductions that a pass has finished --------------------------------------------------- */

/* The values of a reduction, one after the other: of its outputs, and where those are arrays, first
 * the first of each. */
static int put_values(qdr_running *r, const qdr_finishing *f, const uint64_t *states, size_t stride)
{
    const qdr_node *node = f->intake.reduction;
    size_t size = qdr_dtype_size(node->dtype), width = node->width ? (size_t)node->width : 1;
    qdr_scalar *value = calloc(width, sizeof *value);
    char *array = NULL;
    int code = value ? QDR_OK : qdr_fail_memory(r->err, "finishing a reduction");
    if (node->shape.ndim && !code)
        code = qdr_arrays_make(node->dtype, &node->shape, (void **)&array, r->err);
    for (size_t i = 0; i < (size_t)f->outputs && !code; i++) {
        code = node->reduction->finish(states + i * stride, f->intake.elements->dtype,
                                       &f->intake.options, value, r->err);
        for (size_t k = 0; k < width && array && !code; k++)
            memcpy(array + (k * (size_t)f->outputs + i) * size, value[k].words, size);
    }
    if (!code)
        r->known.value[node->id] = value[0];
    if (array)
        qdr_dtype_canonise(node->dtype, array, qdr_shape_count(&node->shape));
    r->known.array[node->id] = array;
    free(value);
    return array && !code ? qdr_arrays_publish(r, node, array) : code;
}

static int finish_reduction(qdr_running *r, const qdr_finishing *f, const uint64_t *states)
{
    const qdr_intake *in = &f->intake;
    uint64_t *context = r->known.context[in->reduction->id];
    if (!in->context)
        return put_values(r, f, states, f->stride);
    for (size_t i = 0; i < (size_t)f->outputs; i++)
        in->accumulator->advance(context + i * in->context, states + i * f->stride,
                                 in->elements->dtype, &in->options);
    return f->step + 1 < in->passes ? QDR_OK : put_values(r, f, context, in->context);
}

/* Every rank finishes for itself, from the same state; memory and files alone can make a
 * difference. */
int qdr_finish_pass(qdr_running *r, const qdr_pass *pass, const uint64_t *state)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        if (!f->intake.reduction)
            finish_digest(r, f->intake.elements, state + f->offset);
        else if (finish_reduction(r, f, state + f->offset))
            break;
    }
    return qdr_comm_agree(r->comm, r->err);
}

/* ---- contexts ------------------------------------------------------------------------------ */

/* What a context starts with; the bounds of the elements are known by now. */
static int begin_context(qdr_running *r, const qdr_intake *in, uint64_t *context)
{
    qdr_scalar bounds[2];
    for (int i = 0; i < 2 && in->bounds; i++)
        if (qdr_machine_evaluate(in->bounds[i], &r->known, &bounds[i], r->err))
            return r->err->code;
    return in->accumulator->begin(context, in->elements->dtype, &in->options,
                                  in->bounds ? bounds : NULL, r->err);
}

int qdr_finish_contexts(qdr_running *r, const qdr_pass *pass)
{
    for (size_t i = 0; i < pass->finishing_count; i++) {
        const qdr_finishing *f = &pass->finishing[i];
        size_t words = f->intake.context * (size_t)f->outputs;
        if (f->step || !words)
            continue;
        uint64_t **context = &r->known.context[f->intake.reduction->id];
        *context = calloc(words, sizeof **context);
        if (!*context)
            return qdr_fail_memory(r->err, "starting a pass");
        for (int64_t k = 0; k < f->outputs && f->intake.accumulator->begin; k++)
            if (begin_context(r, &f->intake, *context + (size_t)k * f->intake.context))
                return r->err->code;
    }
    return QDR_OK;
}

/* ---- results ------------------------------------------------------------------------------- */

/* Numbers are evaluated from what is known. */
int qdr_finish_results(qdr_running *r)
{
    for (size_t i = 0; i < r->program->result_count && !r->err->code; i++) {
        const qdr_node *node = r->program->results[i].node;
        qdr_result_value *value = &r->report->value[i];
        value->scalar.dtype = node->dtype;
        if (node->shape.ndim == 0)
            qdr_machine_evaluate(node, &r->known, &value->scalar, r->err);
        else
            qdr_arrays_report(r, node, value);
    }
    return qdr_comm_agree(r->comm, r->err);
}
