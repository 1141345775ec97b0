#include "expr/machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "array/keep.h"
#include "expr/lines.h"
#include "kernel/kernel.h"

/* A place for the elements of a node in the dtype that an instruction wants them in. Values are
 * assigned once each; those of arrays get a register, numbers a place of one element. */
struct value {
    const qdr_node *node;
    qdr_dtype dtype;
    bool scalar;
    int place;    /* index of its register, or of its number */
    int last_use; /* index of the last instruction of the body that reads it */
};

enum kind { LOAD, NUMBER, COMPUTE, REDUCE };

struct instruction {
    enum kind kind;
    int to; /* index of the value it makes */
    int operands, from[QDR_OPERANDS];
    unsigned scalars; /* bit i: operand i is one element */
    qdr_kernel_function *run;
    const qdr_kernel_check *check; /* before it runs; NULL for none */
    const qdr_source *source; /* LOAD */
    qdr_view view;            /* of the source, in the space */
    qdr_lines *lines;         /* REDUCE */
};

struct list {
    struct instruction *at;
    int count, capacity;
};

struct qdr_machine {
    const qdr_known *known;
    qdr_shape space;
    struct value *value;
    int value_count, value_capacity;
    struct list scalar, body; /* run once, and for every tile */
    int *wanted;              /* by node asked for: its value */
    size_t wanted_count;
    qdr_source **stored; /* sources over stored arrays, owned */
    int stored_count, stored_capacity;
    int registers;
    int turned; /* an axis along which some source is contiguous while the last is not; or -1 */
};

/* ---- compiling ---------------------------------------------------------------------------- */

static void *one_more(void *array, int count, int *capacity, size_t size, qdr_error *err)
{
    if (count < *capacity)
        return array;
    int larger = *capacity ? 2 * *capacity : 16;
    void *moved = realloc(array, (size_t)larger * size);
    if (moved)
        *capacity = larger;
    else
        qdr_fail_memory(err, "compiling the expression");
    return moved;
}

static int add_value(qdr_machine *m, const qdr_node *node, qdr_dtype dtype, int *index,
                     qdr_error *err)
{
    struct value *value =
        one_more(m->value, m->value_count, &m->value_capacity, sizeof *value, err);
    if (!value)
        return err->code;
    m->value = value;
    *index = m->value_count++;
    value[*index] = (struct value){node, dtype, node->shape.ndim == 0, -1, -1};
    return QDR_OK;
}

static int add_instruction(qdr_machine *m, const struct instruction *instruction, qdr_error *err)
{
    struct list *list = m->value[instruction->to].scalar ? &m->scalar : &m->body;
    struct instruction *at = one_more(list->at, list->count, &list->capacity, sizeof *at, err);
    if (!at)
        return err->code;
    list->at = at;
    at[list->count++] = *instruction;
    for (int i = 0; i < instruction->operands; i++)
        if (list == &m->body)
            m->value[instruction->from[i]].last_use = list->count - 1;
    return QDR_OK;
}

static int find_value(const qdr_machine *m, const qdr_node *node, qdr_dtype dtype)
{
    for (int i = 0; i < m->value_count; i++)
        if (m->value[i].node == node && m->value[i].dtype == dtype)
            return i;
    return -1;
}

static int compile(qdr_machine *m, const qdr_node *node, qdr_dtype dtype, int *index,
                   qdr_error *err);

static int compile_cast(qdr_machine *m, const qdr_node *node, struct instruction *instruction,
                        qdr_dtype dtype, qdr_error *err)
{
    instruction->kind = COMPUTE;
    instruction->operands = 1;
    instruction->run = qdr_kernel_cast(node->dtype, dtype);
    return compile(m, node, node->dtype, &instruction->from[0], err);
}

static int compile_operation(qdr_machine *m, const qdr_node *node,
                             struct instruction *instruction, qdr_error *err)
{
    const qdr_kernel *kernel = qdr_kernel_find(node->op->name, node->computed);
    instruction->kind = COMPUTE;
    instruction->operands = node->operands;
    instruction->run = kernel->run;
    instruction->check = qdr_kernel_check_find(kernel->name, kernel->operand);
    for (int i = 0; i < node->operands; i++) {
        int code = compile(m, node->operand[i], i ? kernel->operand : kernel->first,
                           &instruction->from[i], err);
        if (code)
            return code;
        instruction->scalars |= (unsigned)m->value[instruction->from[i]].scalar << i;
    }
    return QDR_OK;
}

/* Reads the elements of a source through a view of it. */
static void compile_load(qdr_machine *m, struct instruction *instruction, const qdr_source *source,
                         const qdr_view *view)
{
    instruction->kind = LOAD;
    instruction->source = source;
    instruction->view = view->shape.ndim ? qdr_view_broadcast(view, &m->space) : *view;
    int fastest = qdr_source_fastest(source);
    for (int i = 0; i + 1 < instruction->view.shape.ndim; i++)
        if (fastest >= 0 && instruction->view.source[i] == fastest)
            m->turned = i;
}

/* Where the elements of a leaf come from. */
static const qdr_source *source_of(const qdr_machine *m, const qdr_node *node)
{
    const qdr_source *kept = m->known->source ? m->known->source[node->id] : NULL;
    return kept ? kept : node->leaf->source;
}

/* Reads the elements of a reduction that are stored, through a view of them. */
static int compile_stored(qdr_machine *m, const qdr_node *node, const qdr_view *view,
                          struct instruction *instruction, qdr_error *err)
{
    qdr_source **stored =
        one_more(m->stored, m->stored_count, &m->stored_capacity, sizeof(qdr_source *), err);
    if (!stored)
        return err->code;
    m->stored = stored;
    int code = qdr_source_memory(node->dtype, &node->shape, m->known->array[node->id],
                                 &stored[m->stored_count], err);
    if (!code)
        compile_load(m, instruction, stored[m->stored_count++], view);
    return code;
}

/* A reduction: a number that is known, elements that are stored, or lines to go along now. */
static int compile_reduction(qdr_machine *m, const qdr_node *node, struct instruction *instruction,
                             qdr_error *err)
{
    qdr_view whole = qdr_view_whole(&node->shape);
    if (node->shape.ndim == 0) {
        instruction->kind = NUMBER;
        return QDR_OK;
    }
    if (m->known->array[node->id])
        return compile_stored(m, node, &whole, instruction, err);
    instruction->kind = REDUCE;
    qdr_intake intake = qdr_intake_of(node);
    return qdr_lines_compile(m->known, &intake, &instruction->lines, err);
}

/* The value that is the node in that dtype, with the instructions that make it. */
static int compile(qdr_machine *m, const qdr_node *node, qdr_dtype dtype, int *index,
                   qdr_error *err)
{
    int code = QDR_OK;
    struct instruction instruction = {.kind = NUMBER};
    *index = find_value(m, node, dtype);
    if (*index >= 0)
        return QDR_OK;
    if (node->op && node->op->types == QDR_TYPES_CAST && node->dtype == dtype)
        return compile(m, node->operand[0], dtype, index, err);
    if (node->dtype != dtype)
        code = compile_cast(m, node, &instruction, dtype, err);
    else if (node->kind == QDR_NODE_OPERATION)
        code = compile_operation(m, node, &instruction, err);
    else if (node->kind == QDR_NODE_REDUCTION)
        code = compile_reduction(m, node, &instruction, err);
    else if (node->kind == QDR_NODE_VIEW)
        code = compile_stored(m, node->operand[0], node->view, &instruction, err);
    else if (node->kind == QDR_NODE_LEAF)
        compile_load(m, &instruction, source_of(m, node), node->view);
    if (!code)
        code = add_value(m, node, dtype, index, err);
    instruction.to = *index;
    if (!code)
        code = add_instruction(m, &instruction, err);
    if (code)
        qdr_lines_destroy(instruction.lines);
    return code;
}

/* Gives every array value of the body a register for as long as it is needed. A kernel may write
 * over an operand that it reads last, when the elements are of one size. */
static int assign_registers(qdr_machine *m, qdr_error *err)
{
    int *free_register = malloc(((size_t)m->body.count + 1) * sizeof *free_register), free_count = 0;
    if (!free_register)
        return qdr_fail_memory(err, "compiling the expression");
    for (int i = 0; i < m->body.count; i++) {
        const struct instruction *instruction = &m->body.at[i];
        struct value *to = &m->value[instruction->to];
        for (int k = 0; k < instruction->operands && to->place < 0; k++) {
            struct value *from = &m->value[instruction->from[k]];
            if (!from->scalar && from->last_use == i &&
                qdr_dtype_size(from->dtype) == qdr_dtype_size(to->dtype)) {
                to->place = from->place;
                from->last_use = -1; /* its register lives on */
            }
        }
        if (to->place < 0)
            to->place = free_count ? free_register[--free_count] : m->registers++;
        for (int k = 0; k < instruction->operands; k++) {
            struct value *from = &m->value[instruction->from[k]];
            if (!from->scalar && from->last_use == i) {
                free_register[free_count++] = from->place;
                from->last_use = -1;
            }
        }
    }
    free(free_register);
    return QDR_OK;
}

static int compile_all(qdr_machine *m, const qdr_node *const *nodes, size_t count, qdr_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int code = compile(m, nodes[i], nodes[i]->dtype, &m->wanted[i], err);
        if (code)
            return code;
    }
    /* what is asked for must stand until the end of the body */
    for (size_t i = 0; i < count; i++)
        m->value[m->wanted[i]].last_use = m->body.count;
    int numbers = 0;
    for (int i = 0; i < m->value_count; i++)
        if (m->value[i].scalar)
            m->value[i].place = numbers++;
    return assign_registers(m, err);
}

int qdr_machine_compile(const qdr_known *known, const qdr_shape *space,
                        const qdr_node *const *nodes, size_t count, qdr_machine **machine,
                        qdr_error *err)
{
    qdr_machine *m = *machine = calloc(1, sizeof *m);
    int *wanted = calloc(count + 1, sizeof *wanted);
    if (!m || !wanted) {
        free(wanted);
        free(m);
        *machine = NULL;
        return qdr_fail_memory(err, "compiling the expression");
    }
    m->known = known;
    m->space = *space;
    m->wanted = wanted;
    m->wanted_count = count;
    m->turned = -1;
    int code = compile_all(m, nodes, count, err);
    if (code) {
        qdr_machine_destroy(m);
        *machine = NULL;
    }
    return code;
}

void qdr_machine_destroy(qdr_machine *m)
{
    if (!m)
        return;
    for (int i = 0; i < m->body.count; i++)
        qdr_lines_destroy(m->body.at[i].lines);
    for (int i = 0; i < m->stored_count; i++)
        qdr_source_destroy(m->stored[i]);
    free(m->stored);
    free(m->value);
    free(m->scalar.at);
    free(m->body.at);
    free(m->wanted);
    free(m);
}

/* A run of the last axis; where a source is contiguous along another one, a patch of both. */
qdr_shape qdr_machine_tile(const qdr_machine *m, const qdr_box *box)
{
    qdr_shape shape = qdr_box_shape(box);
    if (m->turned < 0)
        return qdr_grid_contiguous(&shape, QDR_TILE);
    const int64_t side = 32;
    qdr_shape tile = {.ndim = box->ndim};
    int64_t left = QDR_TILE;
    for (int i = 0; i < box->ndim; i++)
        tile.extent[i] = 1;
    tile.extent[box->ndim - 1] =
        shape.extent[box->ndim - 1] < side ? shape.extent[box->ndim - 1] : side;
    left /= tile.extent[box->ndim - 1] ? tile.extent[box->ndim - 1] : 1;
    tile.extent[m->turned] = shape.extent[m->turned] < left ? shape.extent[m->turned] : left;
    for (int i = 0; i < box->ndim; i++)
        tile.extent[i] = tile.extent[i] ? tile.extent[i] : 1;
    return tile;
}

qdr_cost qdr_machine_cost(const qdr_machine *m)
{
    qdr_cost cost = {.elements = 1};
    for (int i = 0; i < m->body.count; i++) {
        const struct instruction *instruction = &m->body.at[i];
        if (instruction->kind == LOAD)
            cost.bytes += (double)qdr_dtype_size(m->value[instruction->to].dtype);
        if (instruction->kind != REDUCE)
            continue;
        qdr_cost line = qdr_lines_cost(instruction->lines);
        cost.elements += line.elements;
        cost.bytes += line.bytes;
    }
    return cost;
}

int qdr_machine_load(const qdr_machine *m, const qdr_box *box, int64_t *wanted, qdr_error *err)
{
    int code = QDR_OK;
    for (int i = 0; i < m->body.count && !code; i++) {
        const struct instruction *instruction = &m->body.at[i];
        if (instruction->kind == LOAD)
            code = qdr_source_load(instruction->source, &instruction->view, box, wanted, err);
        if (instruction->kind == REDUCE)
            code = qdr_lines_load(instruction->lines, m->value[instruction->to].node, box, wanted,
                                  err);
    }
    return code;
}

/* ---- running ------------------------------------------------------------------------------ */

struct qdr_evaluator {
    const qdr_machine *machine;
    char *registers;          /* of QDR_TILE elements of the largest dtype each */
    qdr_scalar *numbers;      /* one element each */
    const void **elements;    /* by value: in its place, or where a source has them */
    qdr_ahead *ahead;         /* by instruction of the body */
    qdr_line_worker **worker; /* by instruction of the body; NULL where it goes along no lines */
};

#define REGISTER (QDR_TILE * QDR_ELEMENT_MOST) /* bytes */

/* The bytes that reading ahead takes. */
static size_t ahead_of(const struct instruction *instruction)
{
    return instruction->kind == LOAD ? qdr_source_ahead(instruction->source) : 0;
}

size_t qdr_machine_memory(const qdr_machine *m)
{
    size_t bytes = (size_t)(m->registers + 1) * REGISTER;
    for (int i = 0; i < m->body.count; i++) {
        bytes += ahead_of(&m->body.at[i]);
        if (m->body.at[i].kind == REDUCE)
            bytes += qdr_lines_memory(m->body.at[i].lines, QDR_TILE);
    }
    return bytes;
}

static void *place_of(const qdr_evaluator *e, int value)
{
    const struct value *v = &e->machine->value[value];
    return v->scalar ? (void *)e->numbers[v->place].words
                     : e->registers + (size_t)v->place * REGISTER;
}

/* An operation has no value for an element of the tile, the index-th: says where. */
static int refuse(const qdr_node *node, const char *text, const qdr_box *tile, size_t index,
                  qdr_error *err)
{
    int64_t at[QDR_MAX_DIMS];
    qdr_shape shape = qdr_box_shape(tile);
    qdr_bytes message = {0};
    qdr_shape_unravel(&shape, (int64_t)index, at);
    qdr_bytes_text(&message, text);
    for (int i = 0, axis = tile->ndim - node->shape.ndim; i < node->shape.ndim; i++, axis++) {
        bool repeated = node->shape.extent[i] == 1;
        qdr_bytes_format(&message, "%s%" PRId64, i ? ", " : " at [",
                         repeated ? 0 : tile->start[axis] + at[axis]);
    }
    qdr_bytes_text(&message, node->shape.ndim ? "]" : "");
    int code = qdr_bytes_check(&message, err);
    if (!code)
        code = qdr_fail(err, QDR_EUSAGE, "%s", message.data);
    qdr_bytes_clear(&message);
    return code;
}

static int compute(const qdr_evaluator *e, const struct instruction *instruction,
                   const qdr_box *tile, size_t n, qdr_error *err)
{
    const void *operand[QDR_OPERANDS];
    int last = instruction->operands - 1;
    for (int i = 0; i <= last; i++)
        operand[i] = e->elements[instruction->from[i]];
    size_t count = instruction->scalars >> last & 1 ? 1 : n;
    size_t refused = instruction->check ? instruction->check->find(count, operand[last]) : count;
    if (refused < count)
        return refuse(e->machine->value[instruction->to].node, instruction->check->text, tile,
                      refused, err);
    instruction->run(n, place_of(e, instruction->to), operand, instruction->scalars);
    return QDR_OK;
}

static void put_number(const qdr_evaluator *e, const struct instruction *instruction)
{
    const qdr_node *node = e->machine->value[instruction->to].node;
    const qdr_scalar *number =
        node->kind == QDR_NODE_CONSTANT ? &node->value : &e->machine->known->value[node->id];
    memcpy(place_of(e, instruction->to), number->words, sizeof number->words);
}

static int load(qdr_evaluator *e, const struct instruction *instruction, const qdr_box *box,
                qdr_ahead *ahead, qdr_error *err)
{
    return qdr_source_elements(instruction->source, &instruction->view, box, ahead,
                               place_of(e, instruction->to), &e->elements[instruction->to], err);
}

static int run_list(qdr_evaluator *e, const struct list *list, const qdr_box *box, size_t n,
                    qdr_error *err)
{
    bool body = list == &e->machine->body;
    for (int i = 0; i < list->count; i++) {
        const struct instruction *instruction = &list->at[i];
        int code = QDR_OK;
        switch (instruction->kind) {
        case LOAD:
            code = load(e, instruction, box, body ? &e->ahead[i] : NULL, err);
            break;
        case NUMBER:
            put_number(e, instruction);
            break;
        case COMPUTE:
            code = compute(e, instruction, box, n, err);
            break;
        case REDUCE:
            code = qdr_lines_finish(e->worker[i], e->machine->value[instruction->to].node, box,
                                    place_of(e, instruction->to), err);
            break;
        }
        if (code)
            return code;
    }
    return QDR_OK;
}

static int start(qdr_evaluator *e, qdr_error *err)
{
    static const qdr_box point = {.ndim = 0};
    const qdr_machine *m = e->machine;
    e->registers = aligned_alloc(64, (size_t)(m->registers + 1) * REGISTER);
    e->numbers = calloc((size_t)m->value_count + 1, sizeof *e->numbers);
    e->elements = calloc((size_t)m->value_count + 1, sizeof *e->elements);
    e->worker = calloc((size_t)m->body.count + 1, sizeof *e->worker);
    e->ahead = calloc((size_t)m->body.count + 1, sizeof *e->ahead);
    if (!e->registers || !e->numbers || !e->elements || !e->worker || !e->ahead)
        return qdr_fail_memory(err, "starting a thread");
    for (int i = 0; i < m->body.count; i++) {
        size_t size = ahead_of(&m->body.at[i]);
        if (size && !(e->ahead[i].room = malloc(size)))
            return qdr_fail_memory(err, "starting a thread");
    }
    for (int i = 0; i < m->value_count; i++)
        e->elements[i] = place_of(e, i);
    for (int i = 0; i < m->body.count; i++)
        if (m->body.at[i].kind == REDUCE &&
            qdr_line_worker_create(m->body.at[i].lines, QDR_TILE, &e->worker[i], err))
            return err->code;
    return run_list(e, &m->scalar, &point, 1, err);
}

static int check_list(const struct list *list, qdr_error *err)
{
    int code = QDR_OK;
    for (int i = 0; i < list->count && !code; i++) {
        const struct instruction *instruction = &list->at[i];
        if (instruction->kind == LOAD)
            code = qdr_source_check(instruction->source, err);
        if (instruction->kind == REDUCE)
            code = qdr_lines_check(instruction->lines, err);
    }
    return code;
}

int qdr_machine_check(const qdr_machine *m, qdr_error *err)
{
    int code = check_list(&m->scalar, err);
    return code ? code : check_list(&m->body, err);
}

int qdr_evaluator_create(const qdr_machine *machine, qdr_evaluator **evaluator, qdr_error *err)
{
    *evaluator = calloc(1, sizeof **evaluator);
    if (!*evaluator)
        return qdr_fail_memory(err, "starting a thread");
    (*evaluator)->machine = machine;
    int code = start(*evaluator, err);
    if (code) {
        qdr_evaluator_destroy(*evaluator);
        *evaluator = NULL;
    }
    return code;
}

void qdr_evaluator_destroy(qdr_evaluator *e)
{
    if (!e)
        return;
    for (int i = 0; i < e->machine->body.count && e->worker; i++)
        qdr_line_worker_destroy(e->worker[i]);
    for (int i = 0; i < e->machine->body.count && e->ahead; i++)
        free(e->ahead[i].room);
    free(e->ahead);
    free(e->worker);
    free(e->registers);
    free(e->numbers);
    free(e->elements);
    free(e);
}

int qdr_evaluator_run(qdr_evaluator *e, const qdr_box *tile, qdr_error *err)
{
    return run_list(e, &e->machine->body, tile, (size_t)qdr_box_count(tile), err);
}

const void *qdr_evaluator_elements(const qdr_evaluator *e, size_t index)
{
    return e->elements[e->machine->wanted[index]];
}

int qdr_machine_evaluate(const qdr_node *node, const qdr_known *known, qdr_scalar *value,
                         qdr_error *err)
{
    qdr_machine *machine;
    qdr_evaluator *evaluator;
    int code = qdr_machine_compile(known, &node->shape, &node, 1, &machine, err);
    if (code)
        return code;
    code = qdr_evaluator_create(machine, &evaluator, err);
    if (!code) {
        value->dtype = node->dtype;
        memset(value->words, 0, sizeof value->words);
        memcpy(value->words, qdr_evaluator_elements(evaluator, 0), qdr_dtype_size(node->dtype));
        qdr_evaluator_destroy(evaluator);
        code = qdr_machine_check(machine, err);
    }
    qdr_machine_destroy(machine);
    return code;
}
