/* The terminal that a user sees. Under mpirun a rank's own descriptors are pipes or ptys of the
 * launcher, so the launcher's are asked. Local. */
#ifndef QDR_CLI_TERMINAL_H
#define QDR_CLI_TERMINAL_H

#include <stdbool.h>

#include "quadrat/qr.h"

/* Whether what is written to fd (1 or 2) ends on a terminal, and its size. */
bool qdr_terminal_find(int fd, int *columns, int *lines);

/* Draws a symbol on standard output: on a terminal in colours of its own, elsewhere and where
 * `plain`, NO_COLOR or TERM=dumb ask for it without. On a terminal that is too narrow for it, or too
 * low for it and `below` lines more, nothing is drawn and it is QDR_EFAIL; the text says what would
 * be enough. A negative `below` lets it scroll. */
int qdr_terminal_draw(const qdr_symbol *symbol, const qdr_terminal_options *options, bool plain,
                      int below, qdr_error *err);

#endif
