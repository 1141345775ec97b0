/* Picks the scans for this machine's instruction set. */
#include "reduce/scan.h"

extern const qdr_scan_set qdr_scans_portable, qdr_scans_avx2, qdr_scans_avx512;

const qdr_scan_set *const qdr_scan_sets[QDR_ISAS] = {
    [QDR_ISA_PORTABLE] = &qdr_scans_portable,
#if defined(QUADRAT_HAVE_X86)
    [QDR_ISA_AVX2] = &qdr_scans_avx2,
    [QDR_ISA_AVX512] = &qdr_scans_avx512,
#endif
};

const qdr_scan_set *qdr_scans(void)
{
    return qdr_scan_sets[qdr_isa_chosen()];
}
