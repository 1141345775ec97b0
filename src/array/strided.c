#include "array/strided.h"

#include <string.h>

typedef struct {
    uint64_t half[2];
} uint128_t;

#define COPY(W)                                                                                    \
    static void copy_##W(void *to, int64_t to_stride, const void *from, int64_t from_stride,       \
                         int64_t n)                                                                \
    {                                                                                              \
        W *t = to;                                                                                 \
        const W *f = from;                                                                         \
        for (int64_t i = 0; i < n; i++)                                                            \
            t[i * to_stride] = f[i * from_stride];                                                 \
    }
COPY(uint8_t)
COPY(uint16_t)
COPY(uint32_t)
COPY(uint64_t)
COPY(uint128_t)

void qdr_copy_strided(size_t size, void *to, int64_t to_stride, const void *from,
                      int64_t from_stride, int64_t n)
{
    if (to_stride == 1 && from_stride == 1) {
        memcpy(to, from, (size_t)n * size);
        return;
    }
    (size == 1   ? copy_uint8_t
     : size == 2 ? copy_uint16_t
     : size == 4 ? copy_uint32_t
     : size == 8 ? copy_uint64_t
                 : copy_uint128_t)(to, to_stride, from, from_stride, n);
}
