/* Files that take another's place at once, whole or not at all. Local. Error texts name the file,
 * escaped.
 *
 * A regular or new file is written beside the one that it is to replace, synced and renamed; on
 * failure the old file is untouched. An old file's permissions are kept, a read-only one is refused.
 * A symbolic link is followed, also to a file that is not there yet.
 */
#ifndef QDR_BASE_REPLACE_H
#define QDR_BASE_REPLACE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"

/* Makes data the content of path. A device or FIFO is written to, never replaced. */
int qdr_file_replace(const char *path, const void *data, size_t size, qdr_error *err);

/* Whether replacing path can be expected to work, as far as that can be told without writing. */
int qdr_file_check_target(const char *path, qdr_error *err);

/* Writes size bytes at offset. Interrupted and short writes are continued. */
int qdr_file_write(int fd, const char *path, const void *data, size_t size, uint64_t offset,
                   qdr_error *err);

/* A file that several processes write, each its own part. One begins it; the others, given its
 * struct, join; when all have flushed what they wrote, the first one commits. It is plain data but
 * for fd, which is this process's and -1 when it is closed. The first bytes are a random token
 * until they are written: joining finds by it whether the name means the same file here. */
typedef struct qdr_draft {
    int fd;
    unsigned char token[16];
    char temporary[PATH_MAX];
} qdr_draft;

/* Creates the temporary file for path, of that size, at least a token's; to be dropped, also after
 * a failure, or committed. */
int qdr_draft_begin(const char *path, uint64_t size, qdr_draft *draft, qdr_error *err);

/* Opens the temporary file that another process began, whose struct was copied to draft. */
int qdr_draft_join(const char *path, qdr_draft *draft, qdr_error *err);

/* What this process wrote is on disk then. */
int qdr_draft_flush(const char *path, qdr_draft *draft, qdr_error *err);

/* Puts the file in path's place and closes it. */
int qdr_draft_commit(const char *path, qdr_draft *draft, qdr_error *err);

/* Closes it; it stays where it is. Of one that is closed, nothing. */
void qdr_draft_leave(qdr_draft *draft);

/* Deletes and closes it. Of one that is closed, nothing. */
void qdr_draft_drop(qdr_draft *draft);

#endif
