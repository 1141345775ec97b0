#include "expr/machine.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

/* A place for the elements of a node in the dtype that an instruction wants them in. Values are
 * assigned once each; those of arrays get a register, scalars a place of one element. */
struct value {
    const qdr_node *node;
    qdr_dtype dtype;
    bool scalar;
    int place;    /* index of its register, or among the scalars */
    int last_use; /* index of the last instruction of the body that reads it */
};

enum kind { LOAD, KNOWN, COMPUTE };

struct instruction {
    enum kind kind;
    int to; /* index of the value it makes */
    int operands, from[QDR_OPERANDS_MOST];
    unsigned scalars; /* bit i: operand i is one element */
    qdr_kernel_function *run;
};

struct list {
    struct instruction *at;
    int count, capacity;
};

struct qdr_machine {
    const qdr_space *space;
    struct value *value;
    int value_count, value_capacity;
    struct list scalar, body; /* run once, and for every tile */
    int *fed;                 /* by feed: the value that is taken up */
    int registers;
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
    for (int i = 0; i < node->operands; i++) {
        int code = compile(m, node->operand[i], i ? kernel->operand : kernel->first,
                           &instruction->from[i], err);
        if (code)
            return code;
        instruction->scalars |= (unsigned)m->value[instruction->from[i]].scalar << i;
    }
    return QDR_OK;
}

/* The value that is the node in that dtype, with the instructions that make it. */
static int compile(qdr_machine *m, const qdr_node *node, qdr_dtype dtype, int *index,
                   qdr_error *err)
{
    int code = QDR_OK;
    struct instruction instruction = {0};
    *index = find_value(m, node, dtype);
    if (*index >= 0)
        return QDR_OK;
    if (node->op && node->op->types == QDR_TYPES_CAST && node->dtype == dtype)
        return compile(m, node->operand[0], dtype, index, err);
    if (node->dtype != dtype)
        code = compile_cast(m, node, &instruction, dtype, err);
    else if (node->kind == QDR_NODE_OPERATION)
        code = compile_operation(m, node, &instruction, err);
    else
        instruction.kind = node->kind == QDR_NODE_LEAF ? LOAD : KNOWN;
    if (!code)
        code = add_value(m, node, dtype, index, err);
    instruction.to = *index;
    return code ? code : add_instruction(m, &instruction, err);
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

static int compile_feeds(qdr_machine *m, qdr_error *err)
{
    for (size_t i = 0; i < m->space->feed_count; i++) {
        const qdr_node *operand = m->space->feed[i].operand;
        int code = compile(m, operand, operand->dtype, &m->fed[i], err);
        if (code)
            return code;
    }
    /* what is taken up must stand until the end of the body */
    for (size_t i = 0; i < m->space->feed_count; i++)
        m->value[m->fed[i]].last_use = m->body.count;
    int scalars = 0;
    for (int i = 0; i < m->value_count; i++)
        if (m->value[i].scalar)
            m->value[i].place = scalars++;
    return assign_registers(m, err);
}

int qdr_machine_compile(const qdr_space *space, qdr_machine **machine, qdr_error *err)
{
    qdr_machine *m = *machine = calloc(1, sizeof *m);
    int *fed = calloc(space->feed_count + 1, sizeof *fed);
    if (!m || !fed) {
        free(fed);
        free(m);
        *machine = NULL;
        return qdr_fail_memory(err, "compiling the expression");
    }
    m->space = space;
    m->fed = fed;
    int code = compile_feeds(m, err);
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
    free(m->value);
    free(m->scalar.at);
    free(m->body.at);
    free(m->fed);
    free(m);
}

size_t qdr_machine_bytes(const qdr_machine *m)
{
    size_t bytes = 0;
    for (int i = 0; i < m->body.count; i++)
        if (m->body.at[i].kind == LOAD)
            bytes += qdr_dtype_size(m->value[m->body.at[i].to].dtype);
    return bytes;
}

/* ---- running ------------------------------------------------------------------------------ */

struct qdr_worker {
    const qdr_machine *machine;
    char *registers;   /* of QDR_TILE elements of the largest dtype each */
    char *scalars;     /* of one element of the largest dtype each */
    uint64_t **state;  /* by feed */
    void **work;       /* by feed; NULL where none is needed */
};

#define REGISTER (QDR_TILE * QDR_ELEMENT_MOST) /* bytes */

static void *place_of(const qdr_worker *w, int value)
{
    const struct value *v = &w->machine->value[value];
    return v->scalar ? w->scalars + (size_t)v->place * QDR_ELEMENT_MOST
                     : w->registers + (size_t)v->place * REGISTER;
}

static void compute(const qdr_worker *w, const struct instruction *instruction, size_t n)
{
    const void *operand[QDR_OPERANDS_MOST];
    for (int i = 0; i < instruction->operands; i++)
        operand[i] = place_of(w, instruction->from[i]);
    instruction->run(n, place_of(w, instruction->to), operand, instruction->scalars);
}

static int run_list(qdr_worker *w, const struct list *list, const qdr_known *known,
                    const qdr_box *box, size_t n, qdr_error *err)
{
    for (int i = 0; i < list->count; i++) {
        const struct instruction *instruction = &list->at[i];
        const qdr_node *node = w->machine->value[instruction->to].node;
        int code = QDR_OK;
        switch (instruction->kind) {
        case LOAD:
            code = qdr_source_read(node->leaf->source, box, place_of(w, instruction->to), err);
            break;
        case KNOWN:
            memcpy(place_of(w, instruction->to),
                   node->kind == QDR_NODE_CONSTANT ? node->value.words
                                                   : known->value[node->id].words,
                   QDR_ELEMENT_MOST);
            break;
        case COMPUTE:
            compute(w, instruction, n);
            break;
        }
        if (code)
            return code;
    }
    return QDR_OK;
}

static bool allocate(qdr_worker *w)
{
    const qdr_machine *m = w->machine;
    size_t feeds = m->space->feed_count, registers = m->registers ? (size_t)m->registers : 1;
    w->registers = aligned_alloc(64, registers * REGISTER);
    w->scalars = calloc((size_t)m->value_count + 1, QDR_ELEMENT_MOST);
    w->state = calloc(feeds + 1, sizeof *w->state);
    w->work = calloc(feeds + 1, sizeof *w->work);
    bool had = w->registers && w->scalars && w->state && w->work;
    for (size_t i = 0; i < feeds && had; i++) {
        const qdr_accumulator *a = m->space->feed[i].accumulator;
        w->state[i] = calloc(a->words, sizeof(uint64_t));
        w->work[i] = a->work ? calloc(1, a->work) : NULL;
        had = w->state[i] && (w->work[i] || !a->work);
    }
    return had;
}

int qdr_worker_create(const qdr_machine *machine, const qdr_known *known, qdr_worker **worker,
                      qdr_error *err)
{
    static const qdr_box point = {.ndim = 0};
    qdr_worker *w = *worker = calloc(1, sizeof *w);
    if (!w)
        return qdr_fail_memory(err, "starting a thread");
    w->machine = machine;
    int code = allocate(w) ? run_list(w, &machine->scalar, known, &point, 1, err)
                           : qdr_fail_memory(err, "starting a thread");
    if (code) {
        qdr_worker_destroy(w);
        *worker = NULL;
    }
    return code;
}

void qdr_worker_destroy(qdr_worker *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->machine->space->feed_count; i++) {
        if (w->state)
            free(w->state[i]);
        if (w->work)
            free(w->work[i]);
    }
    free(w->registers);
    free(w->scalars);
    free(w->state);
    free(w->work);
    free(w);
}

static int run_tile(qdr_worker *w, const qdr_box *box, qdr_error *err)
{
    const qdr_machine *m = w->machine;
    qdr_tile tile = {.count = (size_t)qdr_box_count(box), .shape = &m->space->grid.shape,
                     .box = box};
    int code = run_list(w, &m->body, NULL, box, tile.count, err);
    if (code)
        return code;
    for (size_t i = 0; i < m->space->feed_count; i++) {
        tile.dtype = m->value[m->fed[i]].dtype;
        tile.elements = place_of(w, m->fed[i]);
        m->space->feed[i].accumulator->update(w->state[i], w->work[i], &tile);
    }
    return QDR_OK;
}

int qdr_worker_run(qdr_worker *w, const qdr_box *box, qdr_error *err)
{
    qdr_grid tiles;
    qdr_shape shape = {.ndim = box->ndim};
    memcpy(shape.extent, box->extent, (size_t)box->ndim * sizeof *shape.extent);
    qdr_shape tile = qdr_grid_contiguous(&shape, QDR_TILE);
    qdr_grid_init(&tiles, &shape, &tile);
    for (int64_t i = 0; i < tiles.count; i++) {
        qdr_box part;
        qdr_grid_box(&tiles, box, i, &part);
        int code = run_tile(w, &part, err);
        if (code)
            return code;
    }
    return QDR_OK;
}

void qdr_worker_flush(qdr_worker *w, uint64_t *state)
{
    for (size_t i = 0; i < w->machine->space->feed_count; i++) {
        const qdr_feed *f = &w->machine->space->feed[i];
        if (f->accumulator->flush)
            f->accumulator->flush(w->state[i], w->work[i]);
        f->accumulator->merge(state + f->offset, w->state[i]);
        memset(w->state[i], 0, f->accumulator->words * sizeof(uint64_t));
    }
}

int qdr_machine_evaluate(const qdr_node *node, const qdr_known *known, qdr_scalar *value,
                         qdr_error *err)
{
    qdr_feed feed = {.operand = node, .accumulator = &qdr_digest_accumulator};
    qdr_space space = {.feed = &feed, .feed_count = 1};
    qdr_machine *machine;
    qdr_worker *worker;
    int code = qdr_machine_compile(&space, &machine, err);
    if (code)
        return code;
    code = qdr_worker_create(machine, known, &worker, err);
    if (!code) {
        value->dtype = node->dtype;
        memcpy(value->words, place_of(worker, machine->fed[0]), QDR_ELEMENT_MOST);
        qdr_worker_destroy(worker);
    }
    qdr_machine_destroy(machine);
    return code;
}
