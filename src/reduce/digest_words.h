/* The loop of the digest (reduce.h), for each instruction set. */
#ifndef QDR_REDUCE_DIGEST_WORDS_H
#define QDR_REDUCE_DIGEST_WORDS_H

#include "base/isa.h"
#include "quadrat/array.h"

/* Adds n consecutive words of an array to the state; the first has that position. They lie at a
 * multiple of the size of a part, that of a complex element's numbers. */
typedef void qdr_digest_function(uint64_t state[2], const void *elements, size_t n,
                                 uint64_t position);

/* By dtype. */
extern qdr_digest_function *const qdr_digest_portable[QDR_DTYPES];
#if defined(QUADRAT_HAVE_X86)
extern qdr_digest_function *const qdr_digest_avx2[QDR_DTYPES];
extern qdr_digest_function *const qdr_digest_avx512[QDR_DTYPES];
#endif

#endif
