/* Syntax to nodes: what names mean, and whether dtypes and shapes fit.
 *
 * A function is a row {name, parameters, build}: its arguments are evaluated and bound to the
 * parameters, then build makes the value. Tables of rows are in functions.c.
 */
#ifndef QDR_EXPR_CHECK_H
#define QDR_EXPR_CHECK_H

#include "expr/index.h"
#include "expr/parse.h"
#include "expr/tree.h"

#define QDR_PARAMETERS 8 /* the most a function has */

typedef enum {
    QDR_TERM_ABSENT, /* an argument that was not given */
    QDR_TERM_NODE,
    QDR_TERM_TUPLE,
    QDR_TERM_STRING,
    QDR_TERM_DTYPE,
    QDR_TERM_NONE
} qdr_term_kind;

typedef struct qdr_term {
    qdr_term_kind kind;
    const qdr_syntax *syntax; /* where it stands, for errors */
    union {
        const qdr_node *node;
        const char *string; /* without quotes, escapes resolved */
        qdr_dtype dtype;
        struct {
            const struct qdr_term *item;
            int count;
        } tuple;
    };
} qdr_term;

typedef struct qdr_checker qdr_checker;

typedef struct qdr_call {
    const qdr_syntax *syntax;
    const char *name;                   /* of the function */
    const char *parameters;             /* its signature */
    const void *row;                    /* of its table */
    qdr_term argument[QDR_PARAMETERS]; /* in the order of the parameters */
} qdr_call;

typedef int qdr_build(qdr_checker *checker, const qdr_call *call, qdr_term *value);

typedef struct qdr_function {
    const char *group, *name, *parameters, *help, *example, *value;
    qdr_build *build;
    const void *row; /* what build finds in call->row */
} qdr_function;

/* The index-th function of all tables; false behind the last. */
bool qdr_function_row(size_t index, qdr_function *function);

/* For builders: each fails with a message that shows the place. */
qdr_error *qdr_check_error(qdr_checker *checker);
void *qdr_check_take(qdr_checker *checker, size_t size); /* of the program's arena */
int qdr_check_fail(qdr_checker *checker, const qdr_syntax *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int qdr_check_array(qdr_checker *checker, const qdr_term *value, const qdr_node **node);
int qdr_check_integer(qdr_checker *checker, const qdr_term *value, int64_t *integer);
int qdr_check_shape(qdr_checker *checker, const qdr_term *value, qdr_shape *shape);
/* One of ndim axes, negative ones counted from the end, into the set. */
int qdr_check_axis(qdr_checker *checker, const qdr_term *value, int ndim, uint32_t *axes);
/* axis=None for all, an integer, or a tuple of them. */
int qdr_check_axes(qdr_checker *checker, const qdr_term *value, int ndim, uint32_t *axes);
/* That there can be an array of that shape. */
int qdr_check_extents(qdr_checker *checker, const qdr_syntax *place, const qdr_shape *shape);
int qdr_check_dtype(qdr_checker *checker, const qdr_term *value, qdr_dtype *dtype);
/* True or False; `usual` when it is absent. */
int qdr_check_flag(qdr_checker *checker, const qdr_term *value, bool usual, bool *flag);
/* A number that is known now. */
int qdr_check_number(qdr_checker *checker, const qdr_term *value, qdr_scalar *number);
/* The number in another dtype, which it must fit; a float does not become a whole number. */
int qdr_check_convert(qdr_checker *checker, const qdr_syntax *place, qdr_scalar number,
                      qdr_dtype dtype, qdr_scalar *converted);

/* The dtype that operands are computed in, by NumPy's promotion: NEP 50. */
qdr_dtype qdr_check_promote(const qdr_node *const *operand, int count);

/* The operand converted to dtype, which may be the one it has. */
int qdr_check_cast(qdr_checker *checker, const qdr_node *operand, qdr_dtype dtype,
                   const qdr_node **node);

/* op on operands. */
int qdr_check_apply(qdr_checker *checker, const qdr_syntax *place, const qdr_operator *op,
                    const qdr_term *operand, qdr_term *value);

/* The argument for the parameter of that name; ABSENT when there is no such parameter either. */
const qdr_term *qdr_call_argument(const qdr_call *call, const char *name);

/* The node reindexed. */
int qdr_check_reindex(qdr_checker *checker, const qdr_syntax *place, const qdr_node *node,
                      const qdr_reindex *r, qdr_term *value);

/* A node of the program with the contents of *node. */
int qdr_check_intern(qdr_checker *checker, const qdr_node *node, qdr_term *value);

/* A leaf for a generator, of which the checker takes possession, found again by its canonical
 * text; chunks may be ABSENT. */
int qdr_check_generator(qdr_checker *checker, qdr_source *source, const qdr_term *chunks,
                        const qdr_bytes *text, qdr_term *value);

/* A leaf for a file. */
int qdr_check_file(qdr_checker *checker, const char *path, const qdr_term *chunks,
                   qdr_term *value);

#endif
