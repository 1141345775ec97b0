/* Tokens to a syntax tree. Nothing is known yet of names and types. */
#ifndef QDR_EXPR_PARSE_H
#define QDR_EXPR_PARSE_H

#include "base/arena.h"
#include "expr/operators.h"
#include "quadrat/error.h"

typedef enum {
    QDR_SYNTAX_INTEGER,
    QDR_SYNTAX_FLOAT,
    QDR_SYNTAX_STRING,   /* text with its quotes */
    QDR_SYNTAX_NAME,
    QDR_SYNTAX_TUPLE,    /* of the children; a list in brackets is one too */
    QDR_SYNTAX_CALL,     /* of the function `text` with the children; a method's object is the first */
    QDR_SYNTAX_ATTRIBUTE, /* `text` of the child */
    QDR_SYNTAX_INDEX,     /* of the first child with the others */
    QDR_SYNTAX_SLICE,     /* start, stop and step, each perhaps QDR_SYNTAX_NOTHING */
    QDR_SYNTAX_NOTHING,
    QDR_SYNTAX_ELLIPSIS,
    QDR_SYNTAX_OPERATION /* op on one child or two */
} qdr_syntax_kind;

typedef struct qdr_syntax {
    qdr_syntax_kind kind;
    const char *program; /* the whole program text */
    const char *text;    /* its token, within the program text */
    size_t length;
    const qdr_operator *op;
    const char *keyword; /* of an argument given by name, within the program text; else NULL */
    size_t keyword_length;
    struct qdr_syntax *child; /* the first */
    struct qdr_syntax *next;  /* of the same parent */
} qdr_syntax;

typedef struct qdr_statement {
    const char *name; /* of `name = expression`, within the program text; NULL without */
    size_t name_length;
    qdr_syntax *expression;
    struct qdr_statement *next;
} qdr_statement;

/* Parses a program text, which must outlive the tree; the tree lives in the arena. */
int qdr_parse(const char *text, qdr_arena *arena, qdr_statement **first, qdr_error *err);

#endif
