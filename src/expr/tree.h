/* Programs, checked: a graph of nodes, each with its dtype and shape.
 *
 * Equal subexpressions are one node, so that they are computed once. Nodes are numbered, operands
 * before what uses them; in a compiled program there are only those that results, inputs or saved
 * arrays need, in the order in which they come there, so that equal expressions give equal numbers
 * and plans, however they were written. Everything lives in the program's arena
 * and is const once qdr_program_compile returns.
 */
#ifndef QDR_EXPR_TREE_H
#define QDR_EXPR_TREE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "expr/operators.h"
#include "kernel/kernel.h"
#include "quadrat/program.h"
#include "quadrat/reduce.h"

/* A source as it occurs in a program, before any slicing. */
typedef struct qdr_leaf {
    qdr_source *source;
    const char *text;  /* of a generator: the canonical call. NULL for a file */
    const char *name;  /* of a file that results depend on: its canonical name */
    qdr_shape chunks;  /* asked for with chunks=; ndim is 0 when not */
    struct qdr_leaf *next;
} qdr_leaf;

typedef enum {
    QDR_NODE_CONSTANT,
    QDR_NODE_LEAF,
    QDR_NODE_OPERATION,
    QDR_NODE_REDUCTION,
    QDR_NODE_VIEW /* of a reduction whose values are arrays, once all its elements are known */
} qdr_node_kind;

typedef struct qdr_node {
    qdr_node_kind kind;
    int id; /* index in the program's nodes */
    qdr_dtype dtype;
    qdr_shape shape;
    bool weak;  /* a Python number: takes the dtype of what it meets (NEP 50) */
    int steps;  /* of rounding between exact operands and this value: 0, 1, or 2 for more */
    int depth;  /* of the tree below */
    int operands;
    const struct qdr_node *operand[QDR_OPERANDS];
    /* by kind */
    qdr_scalar value;
    qdr_leaf *leaf;
    const qdr_view *view; /* of a leaf or a view: the part of the array that this is */
    const qdr_operator *op;
    qdr_dtype computed; /* of an operation: the dtype its kernel takes */
    const qdr_reduction *reduction;
    qdr_reduce_options options;
    int width;     /* of a reduction whose value is an array, the first axis of shape; else 0 */
    uint32_t axes; /* bit i: axis i of the operand is reduced */
    bool keepdims; /* reduced axes stay, with extent 1 */
} qdr_node;

typedef struct qdr_result {
    const qdr_node *node;
    const char *name; /* NULL without */
    const char *expression;
} qdr_result;

/* An array that goes to a file. */
typedef struct qdr_save {
    const qdr_node *node; /* of one axis at least */
    const char *path;     /* the caller's */
} qdr_save;

/* A file, or a slice of one, that results depend on. */
typedef struct qdr_input {
    const qdr_node *node; /* a leaf whose view only slices: axes in order, steps positive */
    const char *name;     /* x, or x[0:100] */
} qdr_input;

struct qdr_program {
    qdr_arena arena;
    qdr_node **nodes;
    int node_count, node_capacity;
    qdr_leaf *leaves; /* a list */
    qdr_result *results;
    size_t result_count, result_capacity;
    qdr_save *saves;
    size_t save_count;
    qdr_input *inputs; /* what the results depend on, in order of first use */
    size_t input_count;
};

/* The node equal to *node, made if there is none yet; id and depth are filled in. */
int qdr_tree_intern(qdr_program *program, const qdr_node *node, const qdr_node **interned,
                    qdr_error *err);

/* Numbers the nodes as said above, and forgets the others. */
int qdr_tree_number(qdr_program *program, qdr_error *err);

/* The axes of a reduction's operand that it keeps, in order; returns how many. */
int qdr_tree_kept_axes(const qdr_node *reduction, int axis[QDR_MAX_DIMS]);

/* Bytes of a node's elements. */
size_t qdr_tree_bytes(const qdr_node *node);

/* Whether the node is a result of the program. */
bool qdr_tree_is_result(const qdr_program *program, const qdr_node *node);

/* How many values a reduction has, or arrays of values. */
int64_t qdr_tree_outputs(const qdr_node *reduction);

/* Names the inputs in order of first use and prints every result's expression (print.c). */
int qdr_tree_print(qdr_program *program, qdr_error *err);

/* Appends the expression that a node of a printed program is; what is longer than `most` bytes is
 * cut and ends in "…". */
void qdr_node_print(qdr_bytes *text, const qdr_node *node, size_t most);

/* One element as the language writes it: 1.0, 42, True. */
void qdr_scalar_print(qdr_bytes *text, qdr_scalar value);

#endif
