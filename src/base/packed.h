/* Packing numbers into few bytes, each in one way only, and taking them out again.
 *
 *     number   7 bits a byte, the lowest first, the eighth bit set in all bytes but the last (LEB128)
 *     words    8 bytes each, the lowest first
 *     runs     words of which many are zero or have all bits set, as fixed-point numbers do: three
 *              numbers, of zeros, of words with all bits set and of others, and then those others;
 *              again until all words are told. Each number is as large as it can be.
 *
 * Taking out believes nothing: what is not there, or was packed in another way, fails once and for
 * all, and gives zeros. Local.
 */
#ifndef QDR_BASE_PACKED_H
#define QDR_BASE_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

void qdr_pack_number(qdr_bytes *to, uint64_t number);
void qdr_pack_words(qdr_bytes *to, const uint64_t *words, size_t count);
/* words of NULL are zeros. */
void qdr_pack_runs(qdr_bytes *to, const uint64_t *words, size_t count);

/* What is still to be taken out. */
typedef struct qdr_packed {
    const char *at, *end;
    bool failed;
} qdr_packed;

uint64_t qdr_unpack_number(qdr_packed *from);
void qdr_unpack_words(qdr_packed *from, uint64_t *words, size_t count);
/* The words are zeros before. */
void qdr_unpack_runs(qdr_packed *from, uint64_t *words, size_t count);

#endif
