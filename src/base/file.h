/* Files: reading ranges and replacing atomically. Local. Error texts name the file, escaped. */
#ifndef QDR_BASE_FILE_H
#define QDR_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"

/* Opens a file for reading; *size becomes its length in bytes. A directory, device or FIFO is
 * QDR_EDATA: arrays are read by position. Close *fd with close(). */
int qdr_file_open(const char *path, int *fd, uint64_t *size, qdr_error *err);

/* Reads exactly size bytes at offset. The end of the file before that is QDR_EDATA. Interrupted and
 * short reads are continued. */
int qdr_file_read(int fd, const char *path, void *data, size_t size, uint64_t offset,
                  qdr_error *err);

/* Reads a whole file, or standard input when path is "-", of at most `most` bytes; *data has a NUL
 * behind its *size bytes and is the caller's to free(). Larger is QDR_EDATA. */
int qdr_file_load(const char *path, size_t most, char **data, size_t *size, qdr_error *err);

/* Makes data the content of path. A regular or new file is replaced as a whole: a temporary file
 * in its directory, fsync, rename, fsync of the directory; on failure the old file is untouched.
 * An old file's permissions are kept, a read-only one is refused. A symbolic link is followed, also
 * to a file that is not there yet. A device or FIFO is written to, never replaced. */
int qdr_file_replace(const char *path, const void *data, size_t size, qdr_error *err);

/* Whether replacing path can be expected to work, as far as that can be told without writing. */
int qdr_file_check_target(const char *path, qdr_error *err);

#endif
