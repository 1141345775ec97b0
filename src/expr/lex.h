/* Program text to tokens. */
#ifndef QDR_EXPR_LEX_H
#define QDR_EXPR_LEX_H

#include <stddef.h>

#include "quadrat/error.h"

typedef enum {
    QDR_TOKEN_END,
    QDR_TOKEN_NEXT, /* ';' or a newline outside brackets */
    QDR_TOKEN_NAME,
    QDR_TOKEN_INTEGER,
    QDR_TOKEN_FLOAT,  /* 1.5, 1e3, and imaginary: 2j */
    QDR_TOKEN_STRING, /* with its quotes */
    QDR_TOKEN_SYMBOL
} qdr_token_kind;

typedef struct qdr_token {
    qdr_token_kind kind;
    const char *text; /* within the program text */
    size_t length;    /* bytes */
} qdr_token;

typedef struct qdr_lexer {
    const char *text; /* the whole program text */
    const char *at;
    int brackets; /* that are open */
} qdr_lexer;

/* Reads the next token. */
int qdr_lex(qdr_lexer *lexer, qdr_token *token, qdr_error *err);

/* Fills err with a QDR_EUSAGE message, and below it the line of the text with a caret under
 * `place`, which points into text. */
int qdr_fail_at(qdr_error *err, const char *text, const char *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
