#include "array/keep.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "array/source.h"

#define WINDOW ((int64_t)2 << 20) /* bytes: a large page */
#define MOST ((int64_t)1 << 46)   /* bytes: half of what x86-64's and ARM's processes can address */
#define PAGE 4096                 /* bytes: no page is smaller */

enum { ABSENT, COMING, THERE };

struct qdr_windows {
    const qdr_source *from;
    atomic_llong *left;
    char *reserved, *start; /* of the addresses, and of the first window, at a multiple of WINDOW */
    int64_t count, size;    /* windows; bytes of elements */
    atomic_uchar *state;
    bool *counted;
};

/* Addresses without memory. */
static int reserve(qdr_windows *w, qdr_error *err)
{
    w->state = calloc((size_t)w->count, sizeof *w->state);
    w->counted = calloc((size_t)w->count, sizeof *w->counted);
    if (!w->state || !w->counted)
        return qdr_fail_memory(err, "keeping an array in memory");
    void *start = mmap(NULL, (size_t)(w->count + 1) * WINDOW, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return qdr_fail_errno(err, "keeping an array in memory");
    w->reserved = start;
    w->start = w->reserved + (WINDOW - (intptr_t)start % WINDOW) % WINDOW;
    madvise(w->start, (size_t)(w->count * WINDOW), MADV_HUGEPAGE);
    return QDR_OK;
}

int qdr_source_keep(const qdr_source *from, atomic_llong *left, qdr_source **source, qdr_error *err)
{
    int64_t size = qdr_shape_count(&from->shape) * (int64_t)qdr_dtype_size(from->dtype);
    *source = NULL;
    int code = size < MOST ? qdr_source_new(from->dtype, &from->shape, source, err) : QDR_OK;
    if (!*source)
        return code;
    qdr_source *s = *source;
    s->stored = from->stored;
    s->reversed = from->reversed;
    qdr_windows *w = s->windows = calloc(1, sizeof *w);
    if (w) {
        w->from = from;
        w->left = left;
        w->size = size;
        w->count = size / WINDOW + 1;
    }
    code = w ? reserve(w, err) : qdr_fail_memory(err, "keeping an array in memory");
    if (code) {
        qdr_source_destroy(s);
        *source = NULL;
        return code;
    }
    s->memory = w->start;
    return QDR_OK;
}

void qdr_windows_destroy(qdr_windows *w)
{
    if (!w)
        return;
    if (w->reserved)
        munmap(w->reserved, (size_t)(w->count + 1) * WINDOW);
    free(w->state);
    free(w->counted);
    free(w);
}

const qdr_source *qdr_windows_from(const qdr_windows *w)
{
    return w->from;
}

int64_t qdr_windows_each(const qdr_windows *w)
{
    return WINDOW / (int64_t)qdr_dtype_size(w->from->dtype);
}

/* Bytes of elements in a window. */
static int64_t window_bytes(const qdr_windows *w, int64_t window)
{
    int64_t rest = w->size - window * WINDOW;
    return rest < WINDOW ? rest : WINDOW;
}

static bool take(const qdr_windows *w, int64_t bytes)
{
    if (atomic_load_explicit(w->left, memory_order_relaxed) < bytes)
        return false;
    if (atomic_fetch_sub(w->left, bytes) >= bytes)
        return true;
    atomic_fetch_add(w->left, bytes);
    return false;
}

/* What the kernel has read is in the process's own page tables now, and does not take a virtual
 * machine's time again when it is used. */
static void touch(const char *start, int64_t bytes)
{
    for (int64_t i = 0; i < bytes; i += PAGE)
        (void)*(const volatile char *)(start + i);
}

/* Fills a window; not where memory has run out. */
static int fill(const qdr_windows *w, int64_t window, bool *there, qdr_error *err)
{
    int64_t bytes = window_bytes(w, window), size = (int64_t)qdr_dtype_size(w->from->dtype);
    char *start = w->start + window * WINDOW;
    *there = take(w, bytes);
    if (*there && mprotect(start, (size_t)WINDOW, PROT_READ | PROT_WRITE)) {
        atomic_fetch_add(w->left, bytes);
        *there = false;
    }
    int code = *there
                   ? w->from->fill(w->from, window * (WINDOW / size), bytes / size, start, err)
                   : QDR_OK;
    if (*there)
        touch(start, bytes);
    return code;
}

int qdr_windows_bring(const qdr_windows *w, int64_t first, int64_t last, bool *there,
                      qdr_error *err)
{
    int64_t each = qdr_windows_each(w);
    for (int64_t i = first / each; i <= last / each; i++) {
        unsigned char was = atomic_load_explicit(&w->state[i], memory_order_acquire);
        if (was == THERE)
            continue;
        bool filled = false;
        int code = QDR_OK;
        if (was == ABSENT && atomic_compare_exchange_strong(&w->state[i], &was, COMING)) {
            code = fill(w, i, &filled, err);
            atomic_store_explicit(&w->state[i], filled && !code ? THERE : ABSENT,
                                  memory_order_release);
        }
        *there &= filled;
        if (code)
            return code;
    }
    return QDR_OK;
}

int64_t qdr_windows_count(const qdr_windows *w, int64_t first, int64_t last)
{
    int64_t each = qdr_windows_each(w), bytes = 0;
    for (int64_t i = first / each; i <= last / each; i++) {
        bytes += w->counted[i] ? 0 : window_bytes(w, i);
        w->counted[i] = true;
    }
    return bytes;
}
