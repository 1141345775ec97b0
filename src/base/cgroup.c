#include "base/cgroup.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct numbers {
    long long first, second;
};

/* The numbers, one or two, that a file in a folder begins with; 0 for what is none, as "max". */
static struct numbers numbers_in(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct numbers n = {0, 0};
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return n;
    FILE *file = fopen(path, "re");
    if (!file)
        return n;
    if (fscanf(file, "%lld %lld", &n.first, &n.second) < 1)
        n.first = 0;
    fclose(file);
    return n;
}

static void limit_memory(qdr_cgroup *limits, struct numbers bytes)
{
    if (bytes.first > 0 && (uint64_t)bytes.first < limits->memory)
        limits->memory = (uint64_t)bytes.first;
}

/* A quota of CPU time in each period; -1 is none. */
static void limit_cpus(qdr_cgroup *limits, long long quota, long long period)
{
    if (quota > 0 && period > 0)
        limits->cpus = fmin(limits->cpus, (double)quota / (double)period);
}

/* Of a group and all above it: its folder is `top` and a path, which is cut. */
static void limit_by_group(const char *top, char *path, qdr_cgroup *limits)
{
    char folder[PATH_MAX];
    for (char *end = path + strcspn(path, "\n"); end; end = strrchr(path, '/')) {
        *end = '\0';
        if (snprintf(folder, sizeof folder, "%s%s", top, path) >= (int)sizeof folder)
            continue;
        limit_memory(limits, numbers_in(folder, "memory.max"));
        limit_memory(limits, numbers_in(folder, "memory.limit_in_bytes"));
        struct numbers max = numbers_in(folder, "cpu.max");
        limit_cpus(limits, max.first, max.second);
        limit_cpus(limits, numbers_in(folder, "cpu.cfs_quota_us").first,
                   numbers_in(folder, "cpu.cfs_period_us").first);
    }
}

/* A line is "0::/path" of version 2; of version 1 "4:cpu,cpuacct:/path", with a folder at the top for
 * each list of controllers. In a container the path may be one of the host's, which is not there; the
 * top is the container's own then. */
qdr_cgroup qdr_cgroup_read(const char *self, const char *mount)
{
    qdr_cgroup limits = {UINT64_MAX, INFINITY};
    FILE *file = fopen(self, "re");
    char *line = NULL, top[PATH_MAX];
    for (size_t size = 0; file && getline(&line, &size, file) > 0;) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        if (snprintf(top, sizeof top, "%s/%s", mount, list + 1) < (int)sizeof top)
            limit_by_group(top, path, &limits);
    }
    free(line);
    if (file)
        fclose(file);
    return limits;
}
