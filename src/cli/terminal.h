/* The terminal that a user sees. Under mpirun a rank's own descriptors are pipes or ptys of the
 * launcher, so the launcher's are asked. Local. */
#ifndef QDR_CLI_TERMINAL_H
#define QDR_CLI_TERMINAL_H

#include <stdbool.h>

/* Whether what is written to fd (1 or 2) ends on a terminal, and its size. */
bool qdr_terminal_find(int fd, int *columns, int *lines);

#endif
