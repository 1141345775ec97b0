#include "base/cpus.h"

#include <math.h>
#include <unistd.h>

void qdr_cpus_allowed(cpu_set_t *allowed)
{
    if (sched_getaffinity(0, sizeof *allowed, allowed) == 0)
        return;
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more than such a set can tell */
    CPU_ZERO(allowed);
    for (int i = 0; i < CPU_SETSIZE && i < online; i++)
        CPU_SET(i, allowed);
}

int qdr_cpus_share(const cpu_set_t *allowed, int count, int mine, double quota)
{
    double share = 1e-6; /* sums of parts may come out below a whole number */
    for (int i = 0; i < CPU_SETSIZE; i++) {
        int sharing = 0;
        for (int k = 0; k < count; k++)
            sharing += CPU_ISSET(i, &allowed[k]) != 0;
        if (CPU_ISSET(i, &allowed[mine]))
            share += 1.0 / sharing;
    }
    /* a part of a CPU is better used than left */
    return (int)fmax(1, fmin(share, ceil(quota) / count));
}
