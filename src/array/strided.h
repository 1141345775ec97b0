/* Copying elements from and to places that are apart. */
#ifndef QDR_ARRAY_STRIDED_H
#define QDR_ARRAY_STRIDED_H

#include <stddef.h>
#include <stdint.h>

/* Copies n elements of `size` bytes (1, 2, 4, 8 or 16): the i-th from place i * from_stride of from
 * to place i * to_stride of to, counted in elements. No overlap. */
void qdr_copy_strided(size_t size, void *to, int64_t to_stride, const void *from,
                      int64_t from_stride, int64_t n);

#endif
