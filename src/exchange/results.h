/* The results of a run as a record takes them. Local. */
#ifndef QDR_EXCHANGE_RESULTS_H
#define QDR_EXCHANGE_RESULTS_H

#include "quadrat/record.h"
#include "quadrat/run.h"

/* Fills one entry of `results` for each result of the program. Their texts are the program's; the
 * coordinates of positions are put into the entries of `at`, which they point to. */
void qdr_results_fill(const qdr_program *program, const qdr_run_report *report,
                      qdr_record_result results[], int64_t (*at)[QDR_MAX_DIMS]);

#endif
