/* Files: reading them, or ranges of them. Local. Error texts name the file, escaped. */
#ifndef QDR_BASE_FILE_H
#define QDR_BASE_FILE_H

#include <stdbool.h>
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

/* Whether two names are those of one file, which need not be there yet. */
bool qdr_file_is_same(const char *a, const char *b);

#endif
