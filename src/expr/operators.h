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
    QDR_PRECEDENCE_OR,
    QDR_PRECEDENCE_XOR,
    QDR_PRECEDENCE_AND,
    QDR_PRECEDENCE_SHIFT,
    QDR_PRECEDENCE_SUM,
    QDR_PRECEDENCE_PRODUCT,
    QDR_PRECEDENCE_UNARY,
    QDR_PRECEDENCE_POWER, /* groups from the right; its right operand may have a sign */
    QDR_PRECEDENCE_CALL
};

/* What an operation is computed in: the promoted type of its operands; but an integer or bool is
 * converted first */
typedef enum {
    QDR_TYPES_SAME,     /* never */
    QDR_TYPES_NUMBER,   /* a bool to int8 */
    QDR_TYPES_DIVIDE,   /* to float64 */
    QDR_TYPES_FLOATING, /* to the smallest float that holds it: qdr_dtype_real */
    QDR_TYPES_TRUTH,    /* each to bool */
    QDR_TYPES_CHOICE,   /* never; the first operand is a condition and stays bool */
    QDR_TYPES_CAST      /* the result has the dtype that is asked for */
} qdr_operator_types;

typedef struct qdr_operator {
    const char *name;
    const char *parameters;
    const char *symbol; /* "" when it is only called by its name */
    int precedence;
    qdr_operator_types types;
    const char *steps; /* three digits: of rounding, for integers, floats and complex numbers */
    bool jumps;        /* operands that are a little off can make a result that is far off */
    const char *help, *example, *value;
} qdr_operator;

extern const qdr_operator qdr_operators[]; /* ended by a row without name */

/* The operator written with that symbol between two operands, or before one; NULL for none. */
const qdr_operator *qdr_operator_find(const char *symbol, size_t length, bool unary);

/* The operator of that name, which is one of the table's. */
const qdr_operator *qdr_operator_named(const char *name);

#endif
