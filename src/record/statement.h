/* The rules a statement's lines obey; record.h has the forms. Local. */
#ifndef QDR_RECORD_STATEMENT_H
#define QDR_RECORD_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"

#define QDR_STATEMENT_LISTED 6 /* elements of an array that stand in its line */

/* Whether a line of a QR text, without its newline and not the last, belongs to the statement. */
bool qdr_statement_owns(const char *line, size_t size);

/* Whether a value without a dtype is of that one. */
bool qdr_statement_implies(const char *dtype);

/* QDR_OK when text is printable UTF-8 on one line, so that it needs no escaping; else QDR_EDATA. */
int qdr_statement_allow(const char *text, size_t size, qdr_error *err);

#endif
