/* Sharing a host's CPUs among processes. Local. */
#ifndef QDR_BASE_CPUS_H
#define QDR_BASE_CPUS_H

#include <sched.h>

/* The CPUs that this process may run on: those that a launcher bound it to, or all. */
void qdr_cpus_allowed(cpu_set_t *allowed);

/* How many threads the process whose CPUs are allowed[mine] runs, of `count` processes that together
 * may use so many CPUs by quota: its share of each CPU is that of the others that may run on it, and
 * so is its share of the quota; at least 1. */
int qdr_cpus_share(const cpu_set_t *allowed, int count, int mine, double quota);

#endif
