/* What a compiled program tells about itself. */
#include "expr/check.h"

size_t qdr_program_result_count(const qdr_program *program)
{
    return program->result_count;
}

qdr_program_result qdr_program_result_at(const qdr_program *program, size_t index)
{
    const qdr_result *r = &program->results[index];
    const qdr_node *node = r->node;
    bool position = node->kind == QDR_NODE_REDUCTION && node->shape.ndim == 0 &&
                    (node->reduction->traits & QDR_REDUCTION_POSITION);
    return (qdr_program_result){
        .expression = r->expression,
        .name = r->name,
        .dtype = node->dtype,
        .shape = &node->shape,
        .exact = node->steps < 2,
        .position_in = position ? &node->operand[0]->shape : NULL,
    };
}

size_t qdr_program_input_count(const qdr_program *program)
{
    return program->input_count;
}

qdr_program_input qdr_program_input_at(const qdr_program *program, size_t index)
{
    const qdr_input *input = &program->inputs[index];
    return (qdr_program_input){input->name, input->node->leaf->source, &input->node->shape};
}

bool qdr_function_at(size_t index, qdr_function_help *help)
{
    qdr_function f;
    if (!qdr_function_row(index, &f))
        return false;
    *help = (qdr_function_help){f.group, f.name, f.parameters, f.help, f.example, f.value};
    return true;
}
