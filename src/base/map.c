#include "base/map.h"

#include <errno.h>
#include <linux/magic.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/guard.h"

#if !defined(MADV_POPULATE_READ)
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

#define WINDOW ((uint64_t)2 << 20)
#define PART (256 << 10) /* bytes that are read together */
#define MOST 512 /* windows that are kept, 1 GiB: pages mapped cost memory of their own */

struct qdr_map {
    int fd;
    const char *path;
    char *start;
    uint64_t size;
    qdr_guard *guard;
    atomic_size_t kept;      /* windows, nearly */
    atomic_uchar *is_there;  /* by window: whether it was brought in */
};

/* Local file systems, by statfs(2). */
static bool is_local(int fd)
{
    static const unsigned long types[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                          F2FS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC};
    struct statfs status;
    if (fstatfs(fd, &status))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((unsigned long)status.f_type == types[i])
            return true;
    return false;
}

static size_t window_count(const qdr_map *map)
{
    return (size_t)((map->size + WINDOW - 1) / WINDOW);
}

/* The map and its guard; false with errno. */
static bool take(qdr_map *m)
{
    void *start = mmap(NULL, m->size, PROT_READ, MAP_SHARED, m->fd, 0);
    if (start == MAP_FAILED)
        return false;
    m->start = start;
    m->is_there = calloc(window_count(m), sizeof *m->is_there);
    m->guard = qdr_guard_set(start, m->size);
    if (!m->is_there || !m->guard)
        errno = ENOMEM;
    return m->is_there && m->guard;
}

/* Whether this system brings windows in: any error but EINVAL is the file's. */
static bool has_populate(const qdr_map *m)
{
    return !madvise(m->start, 1, MADV_POPULATE_READ) || errno != EINVAL;
}

int qdr_map_open(int fd, const char *path, uint64_t size, bool always, qdr_map **map,
                 qdr_error *err)
{
    char shown[512];
    *map = NULL;
    if (!size || (!always && !is_local(fd)))
        return QDR_OK;
    qdr_map *m = calloc(1, sizeof *m);
    if (!m)
        return qdr_fail_memory(err, path);
    *m = (qdr_map){.fd = fd, .path = path, .size = size};
    bool taken = take(m);
    if (taken && (always || has_populate(m))) {
        madvise(m->start, m->size, MADV_SEQUENTIAL); /* what is not cached is read ahead */
        *map = m;
        return QDR_OK;
    }
    int reason = errno;
    qdr_map_close(m);
    errno = reason;
    return always ? qdr_fail_errno(err, "mapping %s", qdr_escape(shown, sizeof shown, path))
                  : QDR_OK;
}

void qdr_map_close(qdr_map *m)
{
    if (!m)
        return;
    if (m->guard)
        qdr_guard_remove(m->guard);
    if (m->start)
        munmap(m->start, m->size);
    free(m->is_there);
    free(m);
}

const char *qdr_map_start(const qdr_map *m)
{
    return m->start;
}

/* Gives all windows back when there are too many. A thread that reads one of them just then has it
 * page by page. */
static void count_window(qdr_map *m)
{
    if (atomic_fetch_add(&m->kept, 1) < MOST)
        return;
    atomic_store(&m->kept, 0);
    for (size_t i = 0; i < window_count(m); i++)
        atomic_store_explicit(&m->is_there[i], false, memory_order_relaxed);
    madvise(m->start, m->size, MADV_DONTNEED);
}

/* Reads what can't be brought in, to learn why. */
static int try_read(const qdr_map *m, uint64_t begin, uint64_t end, qdr_error *err)
{
    char part[4096];
    int code = QDR_OK;
    for (; begin < end && !code; begin += sizeof part) {
        size_t size = end - begin < sizeof part ? (size_t)(end - begin) : sizeof part;
        code = qdr_file_read(m->fd, m->path, part, size, begin, err);
    }
    return code;
}

int qdr_map_bring(qdr_map *m, uint64_t begin, uint64_t end, qdr_error *err)
{
    for (uint64_t window = begin / WINDOW; window * WINDOW < end; window++) {
        uint64_t at = window * WINDOW, size = m->size - at < WINDOW ? m->size - at : WINDOW;
        if (atomic_load_explicit(&m->is_there[window], memory_order_relaxed))
            continue;
        atomic_store_explicit(&m->is_there[window], true, memory_order_relaxed);
        count_window(m);
        /* what is not cached yet comes in large pages, which all who map it later are quicker with */
        madvise(m->start + at, size, MADV_HUGEPAGE);
        if (madvise(m->start + at, size, MADV_POPULATE_READ) && errno != EINVAL &&
            try_read(m, begin, end, err))
            return err->code;
    }
    return QDR_OK;
}

/* Behind the end of a file that was cut short its last page has zeros, and no guard sees that. */
int qdr_map_check(const qdr_map *m, qdr_error *err)
{
    char shown[512];
    struct stat status;
    int64_t damage = qdr_guard_damage(m->guard);
    if (damage < 0 && (fstat(m->fd, &status) || (uint64_t)status.st_size >= m->size))
        return QDR_OK;
    uint64_t at = damage < 0 ? (uint64_t)status.st_size : (uint64_t)damage;
    int code = try_read(m, at, m->size - at < 4096 ? m->size : at + 4096, err);
    return code ? code
                : qdr_fail(err, QDR_EDATA, "%s: byte %llu could not be read and now can. Is the "
                           "file being written?",
                           qdr_escape(shown, sizeof shown, m->path), (unsigned long long)at);
}

/* ---- the trial ---------------------------------------------------------------------------- */

/* Seconds that it takes to have a window's bytes in the cache, part by part: by reading, or from the
 * map. */
static double time_read(const qdr_map *m, uint64_t at, char part[PART])
{
    double began = qdr_clock_seconds();
    for (uint64_t end = at + WINDOW; at < end; at += PART)
        if (pread(m->fd, part, PART, (off_t)at) != PART)
            return 0;
    return qdr_clock_seconds() - began;
}

static double time_map(const qdr_map *m, uint64_t at, char part[PART])
{
    double began = qdr_clock_seconds();
    if (madvise(m->start + at, WINDOW, MADV_POPULATE_READ))
        return INFINITY;
    for (uint64_t end = at + WINDOW; at < end; at += PART)
        memcpy(part, m->start + at, PART);
    return qdr_clock_seconds() - began;
}

bool qdr_map_is_faster(const qdr_map *m)
{
    int faster = 0;
    uint64_t windows = m->size / WINDOW;
    char *part = windows >= 8 ? malloc(PART) : NULL; /* for a few it hardly matters */
    if (!part)
        return false;
    memset(part, 1, PART);
    for (uint64_t i = 1; i <= 3; i++) {
        uint64_t at = windows / 4 * i * WINDOW;
        faster += time_map(m, at, part) < time_read(m, at + WINDOW, part);
    }
    free(part);
    return faster >= 2;
}
