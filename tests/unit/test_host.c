/* base/cgroup, base/cpus: a process's part of its host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cgroup.h"
#include "base/cpus.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* ---- control groups ------------------------------------------------------------------------ */

/* Makes a file, and the folders to it. */
static void make_file(const char *root, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void limits(void **state)
{
    (void)state;
    static const struct {
        const char *self;
        struct {
            const char *name, *text;
        } files[4];
        qdr_cgroup limits;
    } rows[] = {
        {"", {{"memory.max", "1\n"}}, {UINT64_MAX, INFINITY}},
        {"nonsense\n:\n1:\n", {{"memory.max", "1\n"}}, {UINT64_MAX, INFINITY}},
        {"0::/\n", {{"memory.max", "max\n"}, {"cpu.max", "max 100000\n"}}, {UINT64_MAX, INFINITY}},
        {"0::/\n", {{"memory.max", "8192\n"}, {"cpu.max", "150000 100000\n"}}, {8192, 1.5}},
        /* a job's group in a system's; the least limit counts, wherever it is */
        {"0::/a/b\n",
         {{"a/b/memory.max", "max\n"}, {"a/memory.max", "5\n"}, {"a/b/cpu.max", "300000 100000\n"},
          {"a/cpu.max", "800000 100000\n"}},
         {5, 3}},
        /* the path is the host's, which a container does not see */
        {"0::/docker/c0ffee\n", {{"cpu.max", "50000 100000\n"}}, {UINT64_MAX, 0.5}},
        /* version 1 */
        {"3:memory:/j\n2:cpu,cpuacct:/j\n1:name=systemd:/\n",
         {{"memory/j/memory.limit_in_bytes", "77\n"},
          {"cpu,cpuacct/j/cpu.cfs_quota_us", "400000\n"},
          {"cpu,cpuacct/j/cpu.cfs_period_us", "100000\n"}},
         {77, 4}},
        {"2:cpu:/j\n",
         {{"cpu/j/cpu.cfs_quota_us", "-1\n"}, {"cpu/j/cpu.cfs_period_us", "100000\n"}},
         {UINT64_MAX, INFINITY}},
        {"0::/\n", {{"cpu.max", "0 0\n"}}, {UINT64_MAX, INFINITY}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char root[] = "cgroup-XXXXXX", self[64], command[64];
        assert_non_null(mkdtemp(root));
        make_file(root, "self", rows[i].self);
        for (size_t k = 0; k < COUNT(rows[i].files) && rows[i].files[k].name; k++)
            make_file(root, rows[i].files[k].name, rows[i].files[k].text);
        snprintf(self, sizeof self, "%s/self", root);
        qdr_cgroup got = qdr_cgroup_read(self, root);
        if (got.memory != rows[i].limits.memory || got.cpus != rows[i].limits.cpus)
            fail_msg("row %zu: %llu bytes, %g CPUs", i, (unsigned long long)got.memory, got.cpus);
        snprintf(command, sizeof command, "rm -r %s", root);
        assert_int_equal(system(command), 0);
    }
    qdr_cgroup none = qdr_cgroup_read("none/self", "none");
    assert_true(none.memory == UINT64_MAX && none.cpus == INFINITY);
}

/* ---- CPUs ---------------------------------------------------------------------------------- */

#define MOST 4

/* A set of the CPUs from one on, before another. */
struct span {
    int start, end;
};

static void shares(void **state)
{
    (void)state;
    static const struct {
        int count;
        struct span span[MOST];
        double quota;
        int cpus[MOST];
    } rows[] = {
        {1, {{0, 8}}, INFINITY, {8}},
        {2, {{0, 8}, {0, 8}}, INFINITY, {4, 4}},                 /* not bound */
        {3, {{0, 8}, {0, 8}, {0, 8}}, INFINITY, {2, 2, 2}},
        {3, {{0, 3}, {0, 3}, {0, 3}}, INFINITY, {1, 1, 1}},      /* thirds make a whole */
        {4, {{0, 2}, {0, 2}, {0, 2}, {0, 2}}, INFINITY, {1, 1, 1, 1}}, /* more ranks than CPUs */
        {4, {{0, 4}, {4, 8}, {0, 4}, {4, 8}}, INFINITY, {2, 2, 2, 2}}, /* bound to sockets */
        {2, {{0, 1}, {1, 2}}, INFINITY, {1, 1}},                 /* bound to cores */
        {2, {{0, 6}, {2, 8}}, INFINITY, {4, 4}},                 /* overlapping */
        {2, {{0, 8}, {0, 2}}, INFINITY, {7, 1}},                 /* one in the other */
        {2, {{1000, CPU_SETSIZE}, {0, 8}}, INFINITY, {CPU_SETSIZE - 1000, 8}},
        {1, {{0, 8}}, 2, {2}},                                   /* a quota */
        {1, {{0, 8}}, 1.5, {2}},
        {1, {{0, 8}}, 0.1, {1}},
        {2, {{0, 8}, {0, 8}}, 4, {2, 2}},
        {3, {{0, 8}, {0, 8}, {0, 8}}, 2, {1, 1, 1}},
        {2, {{0, 4}, {4, 8}}, 100, {4, 4}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cpu_set_t allowed[MOST];
        for (int k = 0; k < rows[i].count; k++) {
            CPU_ZERO(&allowed[k]);
            for (int cpu = rows[i].span[k].start; cpu < rows[i].span[k].end; cpu++)
                CPU_SET(cpu, &allowed[k]);
        }
        for (int k = 0; k < rows[i].count; k++) {
            int cpus = qdr_cpus_share(allowed, rows[i].count, k, rows[i].quota);
            if (cpus != rows[i].cpus[k])
                fail_msg("row %zu: %d CPUs for process %d", i, cpus, k);
        }
    }
}

static void allowed(void **state)
{
    (void)state;
    cpu_set_t before, one, told;
    qdr_cpus_allowed(&before);
    assert_true(CPU_COUNT(&before) >= 1);
    int first = 0;
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    qdr_cpus_allowed(&told);
    assert_true(CPU_EQUAL(&told, &one));
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),
        cmocka_unit_test(shares),
        cmocka_unit_test(allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
