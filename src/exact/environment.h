/* The state of the processor that sums of doubles need, whatever the caller or a library has set:
 * rounding to nearest, subnormal numbers neither taken nor returned as 0. What is computed between
 * the two calls must be in other translation units, or the compiler may move it out. Local. */
#ifndef QDR_EXACT_ENVIRONMENT_H
#define QDR_EXACT_ENVIRONMENT_H

#include <fenv.h>

#if defined(__SSE2__)
#include <xmmintrin.h>

typedef unsigned qdr_environment;

static inline qdr_environment qdr_environment_enter(void)
{
    qdr_environment before = _mm_getcsr();
    _mm_setcsr(0x1f80); /* as a process starts */
    return before;
}

static inline void qdr_environment_leave(qdr_environment before)
{
    _mm_setcsr(before);
}
#else
typedef fenv_t qdr_environment;

static inline qdr_environment qdr_environment_enter(void)
{
    qdr_environment before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    return before;
}

static inline void qdr_environment_leave(qdr_environment before)
{
    fesetenv(&before);
}
#endif

/* The same for what the C library goes by, too: strtod asks the x87 for the rounding mode. Slower. */
static inline fenv_t qdr_environment_enter_all(void)
{
    fenv_t before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    return before;
}

static inline void qdr_environment_leave_all(const fenv_t *before)
{
    fesetenv(before);
}

#endif
