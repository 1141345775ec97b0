/* The instruction set of this machine that code is compiled for more than once. Local. */
#ifndef QDR_BASE_ISA_H
#define QDR_BASE_ISA_H

/* The smaller ones first; each machine that has one has those before it. */
typedef enum { QDR_ISA_PORTABLE, QDR_ISA_AVX2, QDR_ISA_AVX512, QDR_ISAS } qdr_isa;

/* The best that the machine has. QUADRAT_ISA=portable|avx2|avx512 in the environment picks a
 * smaller one, for tests. */
qdr_isa qdr_isa_select(void);

#endif
