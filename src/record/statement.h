/* The rules a statement's lines obey; record.h has the forms. Local. */
#ifndef QDR_RECORD_STATEMENT_H
#define QDR_RECORD_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"

/* Whether a line of a QR text, without its newline and not the last, belongs to the statement. */
bool qdr_statement_owns(const char *line, size_t size);

/* QDR_OK when text is printable UTF-8 on one line, so that it needs no escaping; else QDR_EDATA. */
int qdr_statement_allow(const char *text, size_t size, qdr_error *err);

#endif
