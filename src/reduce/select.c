/* Picks the scans for this machine's instruction set. */
#include "reduce/scan.h"

extern const qdr_scan_set qdr_scans_portable, qdr_scans_avx2, qdr_scans_avx512;

#define ROW(isa) &qdr_scans_##isa
const qdr_scan_set *const qdr_scan_sets[QDR_ISAS] = {QDR_ISA_ROWS(ROW)};

const qdr_scan_set *qdr_scans(void)
{
    return qdr_scan_sets[qdr_isa_chosen()];
}
