/* Elements as unsigned integers, their keys, that are in the order of the elements; of both zeros,
 * -0.0 comes first. Of every dtype but the complex ones, which have no order. Local, all of it.
 */
#ifndef QDR_REDUCE_KEYS_H
#define QDR_REDUCE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrat/array.h"

/* The keys of those of n elements that are not NaN; returns their number. There is room for n keys,
 * and what stands behind the last one is undefined. */
size_t qdr_keys_take(qdr_dtype dtype, const void *elements, size_t n, uint64_t *keys);

/* Bits of a key. */
int qdr_key_width(qdr_dtype dtype);

/* The element that has a key. */
qdr_scalar qdr_key_element(uint64_t key, qdr_dtype dtype);

/* Whether a key is the one of the element that it is the key of. */
bool qdr_is_key(uint64_t key, qdr_dtype dtype);

#endif
