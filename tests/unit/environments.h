/* What a caller's thread, or a library in it, may have set of how floats are rounded. */
#ifndef ENVIRONMENTS_H
#define ENVIRONMENTS_H

#include <fenv.h>
#include <stdbool.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

static inline void set_environment(int rounding, bool flush)
{
    fesetround(rounding);
#if defined(__SSE2__)
    _mm_setcsr((_mm_getcsr() & ~0x8040u) | (flush ? 0x8040 : 0)); /* FTZ and DAZ */
#else
    (void)flush;
#endif
}

static const struct environment {
    int rounding;
    bool flush;
} environments[] = {
    {FE_TONEAREST, false}, {FE_TONEAREST, true}, {FE_UPWARD, false},
    {FE_DOWNWARD, true},   {FE_TOWARDZERO, false},
};

#endif
