/* The wish that a run stops, by a signal: SIGUSR1, SIGTERM, SIGINT. Local. */
#ifndef QDR_CLI_STOP_H
#define QDR_CLI_STOP_H

#include "quadrat/error.h"

/* Makes a descriptor that can be read once one of the signals has come; they do nothing else from
 * now on, in this thread and in those that it starts. So it comes before MPI, which starts some. */
int qdr_stop_open(int *stop, qdr_error *err);

/* Forgets signals that have come; those that come now do again what they do by themselves. *stop
 * becomes 0; of 0, nothing. */
void qdr_stop_close(int *stop);

#endif
