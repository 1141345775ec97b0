/* Elements that stay in memory.
 *
 * A keeping source has the elements of another one. It reads or makes them once, in windows of
 * 2 MiB of the order in which they lie, and has them in memory from then on, where they are used in
 * place. It has addresses for all of them, but takes memory window by window, in the thread that
 * asks first: so a rank has what it works on, near the CPU that does. What all keeping sources of a
 * rank take together is limited; beyond that, elements come from the other source each time.
 *
 * Local, all of it. Any number of threads may read at once.
 */
#ifndef QDR_ARRAY_KEEP_H
#define QDR_ARRAY_KEEP_H

#include <stdatomic.h>

#include "quadrat/array.h"

/* `from`, and *left, the bytes that may still be taken, are borrowed and must outlive the source.
 * *source is NULL, and no error, for an array that a process has not enough addresses for: of 64 TiB
 * or more. */
int qdr_source_keep(const qdr_source *from, atomic_llong *left, qdr_source **source,
                    qdr_error *err);

/* Brings in the windows that have elements of a box of a view; or, where wanted is not NULL, adds
 * to *wanted the bytes of those that were not counted before, by one thread. A source that keeps
 * nothing does nothing. */
int qdr_source_load(const qdr_source *source, const qdr_view *view, const qdr_box *box,
                    int64_t *wanted, qdr_error *err);

/* ---- what sources in memory ask (memory.c) ------------------------------------------------- */

typedef struct qdr_windows qdr_windows;

/* Brings in the windows of the elements at positions from first to last; *there becomes false where
 * one is not there: there is no memory for it, or another thread is just bringing it in. */
int qdr_windows_bring(const qdr_windows *windows, int64_t first, int64_t last, bool *there,
                      qdr_error *err);

/* The bytes of those that were not counted before. */
int64_t qdr_windows_count(const qdr_windows *windows, int64_t first, int64_t last);

/* The elements of one. */
int64_t qdr_windows_each(const qdr_windows *windows);

/* The source whose elements they are. */
const qdr_source *qdr_windows_from(const qdr_windows *windows);

void qdr_windows_destroy(qdr_windows *windows);

#endif
