/* What the files of the checker share: check.c (texts), evaluate.c (syntax to terms), call.c,
 * subscript.c, apply.c (operators), integers.c, leaf.c and term.c. Builders of functions need only check.h. */
#ifndef QDR_EXPR_CHECKER_H
#define QDR_EXPR_CHECKER_H

#include <string.h>

#include "expr/check.h"

typedef struct qdr_name {
    const char *text; /* within a program text */
    size_t length;
    qdr_term value;
    struct qdr_name *older;
} qdr_name;

struct qdr_checker {
    qdr_program *program;
    const qdr_opener *opener;
    qdr_name *names;        /* newest first */
    const qdr_call *within; /* the call of a macro whose text is evaluated, for errors; or NULL */
    int depth;       /* of the syntax that is being evaluated */
    qdr_error *err;
};

/* Whether the first length bytes of text are that name. */
static inline bool qdr_check_is(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

int qdr_check_no_memory(qdr_checker *checker);

/* A parameter of a signature, such as "a, *, ddof=0". */
typedef struct qdr_parameter {
    const char *name; /* within the signature */
    size_t length;
    bool optional, keyword_only;
    const char *value; /* of an optional one, within the signature */
    size_t value_length;
} qdr_parameter;

/* The parameters of a signature; returns how many. */
int qdr_check_parameters(const char *signature, qdr_parameter parameter[QDR_PARAMETERS]);

/* The term that syntax means, of any kind; of a call, also of a function that syntax does not name;
 * of an index. */
int qdr_check_evaluate(qdr_checker *checker, const qdr_syntax *syntax, qdr_term *value);
int qdr_check_call(qdr_checker *checker, const qdr_syntax *syntax, qdr_term *value);
int qdr_check_call_of(qdr_checker *checker, const char *name, size_t length,
                      const qdr_syntax *syntax, qdr_term *value);
int qdr_check_subscript(qdr_checker *checker, const qdr_syntax *syntax, qdr_term *value);

/* Gives a term a name, from now on. */
int qdr_check_define(qdr_checker *checker, const char *text, size_t length,
                     const qdr_term *value);

/* Kinds in the order in which a number of one may become one of the next. */
enum { QDR_RANK_BOOL, QDR_RANK_INTEGER, QDR_RANK_FLOAT, QDR_RANK_COMPLEX };

int qdr_check_rank(qdr_dtype dtype);

/* A number in another dtype, as a kernel converts it. */
qdr_scalar qdr_check_converted(qdr_scalar value, qdr_dtype dtype);

/* A Python number: weak, see qdr_node. */
int qdr_check_python(qdr_checker *checker, qdr_scalar scalar, qdr_term *value);

/* Whether an operation on Python's numbers makes an integer: not by division, comparisons and
 * negative powers, nor of the bits of bools, which are numbers otherwise. */
bool qdr_check_makes_integer(const qdr_node *node);

/* That integer. As with literals, what does not fit int64 is a uint64 where it fits that. */
int qdr_check_fold_integers(qdr_checker *checker, const qdr_syntax *place, const qdr_node *node,
                            qdr_term *value);

/* Whether a number is within the range of a dtype; and the same as an error. */
bool qdr_check_fits(qdr_scalar value, qdr_dtype dtype);
int qdr_check_range(qdr_checker *checker, const qdr_syntax *place, qdr_scalar value,
                    qdr_dtype dtype);

#endif
