/* Files mapped into memory, to be read from there.
 *
 * A window of the map, of 2 MiB, is brought in as a whole before it is read, which takes a third of
 * the time that page after page would. What goes wrong then, and what a guard finds when a page is
 * touched that went away later, is told by reading that part of the file in the ordinary way. Local;
 * any number of threads may read at once.
 */
#ifndef QDR_BASE_MAP_H
#define QDR_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/error.h"

typedef struct qdr_map qdr_map;

/* Maps the first `size` bytes of a file; fd and path are borrowed and must outlive the map. *map is
 * NULL, and no error, when the file is better read: it is on a file system of a network or of
 * unknown kind, or the system has no means to bring windows in. With `always` that does not count,
 * and what can't be mapped at all is an error. */
int qdr_map_open(int fd, const char *path, uint64_t size, bool always, qdr_map **map,
                 qdr_error *err);
void qdr_map_close(qdr_map *map);

/* The first byte. */
const char *qdr_map_start(const qdr_map *map);

/* Whether going along the file is faster in the map than by reading, in two of three trials, each
 * with a window of its own. Mostly it is. But there are virtual machines in which each page that is
 * touched first costs microseconds, unless it is part of a large one. */
bool qdr_map_is_faster(const qdr_map *map);

/* Brings in what lies between two offsets, begin < end, which is about to be read. */
int qdr_map_bring(qdr_map *map, uint64_t begin, uint64_t end, qdr_error *err);

/* Whether all that was read so far was the file's: to be asked before it is put to use. */
int qdr_map_check(const qdr_map *map, qdr_error *err);

#endif
