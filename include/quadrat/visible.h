/* What is declared between visible.h and hidden.h is exported by a shared libquadrat.
 * Both are included many times on purpose, so they have no include guard. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
#ifdef __cplusplus
extern "C" {
#endif
