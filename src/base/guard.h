/* Guards over mapped files. Touching a page of one that is no longer there, since the file was cut
 * short, or that can't be read, raises SIGBUS. Under a guard zeros take the place of the page, and
 * the guard remembers it: whoever has used the memory asks afterwards.
 *
 * The first guard of the process installs the handler and the last one restores what was before, so
 * guards must not outlive what installs handlers of its own later, as MPI does when it starts. Other
 * SIGBUS go where they went before.
 */
#ifndef QDR_BASE_GUARD_H
#define QDR_BASE_GUARD_H

#include <stddef.h>
#include <stdint.h>

typedef struct qdr_guard qdr_guard;

/* Guards pages of a private or shared mapping; NULL when there are too many guards already. */
qdr_guard *qdr_guard_set(void *start, size_t size);

/* The offset in bytes of the first page that was replaced; -1 for none. */
int64_t qdr_guard_damage(const qdr_guard *guard);

/* Before the memory is unmapped. */
void qdr_guard_remove(qdr_guard *guard);

#endif
