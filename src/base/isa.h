/* The instruction sets that kernels are built for.
 *
 * A kernel is a template, a file that is compiled once for each of them with QDR_ISA as the suffix
 * of what it defines; whoever calls it keeps a table of the variants, by qdr_isa. Every variant
 * gives the same bits. Local.
 */
#ifndef QDR_BASE_ISA_H
#define QDR_BASE_ISA_H

/* The names are those of QDR_ISA, too. */
typedef enum qdr_isa {
    QDR_ISA_PORTABLE,
#if defined(QUADRAT_HAVE_X86)
    QDR_ISA_AVX2,
    QDR_ISA_AVX512,
#endif
    QDR_ISAS /* how many there are */
} qdr_isa;

/* The rows of such a table: row(avx2) is what is in the one of that name. */
#if defined(QUADRAT_HAVE_X86)
#define QDR_ISA_ROWS(row)                                                                          \
    [QDR_ISA_PORTABLE] = row(portable), [QDR_ISA_AVX2] = row(avx2), [QDR_ISA_AVX512] = row(avx512)
#else
#define QDR_ISA_ROWS(row) [QDR_ISA_PORTABLE] = row(portable)
#endif

/* The best that this machine has; with QUADRAT_ISA=portable|avx2|avx512 in the environment the best
 * up to that one, for tests. */
qdr_isa qdr_isa_chosen(void);

/* Chooses the best up to that one, or of all for NULL, from now on: for tests. */
void qdr_isa_choose(const char *most);

#endif
