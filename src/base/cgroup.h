/* What Linux's control groups, of version 1 or 2, let a process and its neighbours have together: a
 * container's or a batch job's share of the host. Local. */
#ifndef QDR_BASE_CGROUP_H
#define QDR_BASE_CGROUP_H

#include <stdint.h>

#define QDR_CGROUP_SELF "/proc/self/cgroup"
#define QDR_CGROUP_MOUNT "/sys/fs/cgroup"

typedef struct qdr_cgroup {
    uint64_t memory; /* bytes; UINT64_MAX for no limit */
    double cpus;     /* by quota, on whatever CPUs; INFINITY for no limit */
} qdr_cgroup;

/* The least limits of the groups that are listed in a file like QDR_CGROUP_SELF, and of those above
 * them, in a folder like QDR_CGROUP_MOUNT. What is not there is no limit. */
qdr_cgroup qdr_cgroup_read(const char *self, const char *mount);

#endif
