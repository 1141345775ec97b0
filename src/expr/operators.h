/* The table of elementwise functions (operators.def). */
#ifndef QDR_EXPR_OPERATORS_H
#define QDR_EXPR_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>

/* Operations on each other. Each level is a recursion, so this bounds the stack. */
#define QDR_DEPTH_MOST 500

/* How strongly an operator binds, as in Python; a call and everything in brackets binds most. */
enum {
    QDR_PRECEDENCE_NONE,
    QDR_PRECEDENCE_COMPARISON,
    QDR_PRECEDENCE_SUM,
    QDR_PRECEDENCE_PRODUCT,
    QDR_PRECEDENCE_UNARY,
    QDR_PRECEDENCE_CALL
};

typedef enum { QDR_TYPES_SAME, QDR_TYPES_FLOATING } qdr_operator_types;

typedef struct qdr_operator {
    const char *name;
    const char *parameters;
    const char *symbol; /* "" when it is only called by its name */
    int precedence;
    qdr_operator_types types;
    int steps; /* of rounding */
    const char *help, *example, *value;
} qdr_operator;

extern const qdr_operator qdr_operators[]; /* ended by a row without name */

/* The operator written with that symbol between two operands, or before one; NULL for none. */
const qdr_operator *qdr_operator_find(const char *symbol, size_t length, bool unary);

#endif
