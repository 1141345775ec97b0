/* The results of a run as a record takes them, and as a person reads them. Local. */
#ifndef QDR_EXCHANGE_RESULTS_H
#define QDR_EXCHANGE_RESULTS_H

#include "quadrat/record.h"
#include "quadrat/run.h"

/* Texts are the program's and arrays the report's; both must outlive this. */
typedef struct qdr_results {
    size_t count;
    qdr_record_result *result;
    struct qdr_result_parts *parts; /* by result: what it points to, owned */
} qdr_results;

int qdr_results_make(const qdr_program *program, const qdr_run_report *report,
                     qdr_results *results, qdr_error *err);
void qdr_results_clear(qdr_results *results);

/* The inputs of a record, with their digests; the caller's to free(). */
int qdr_results_inputs(const qdr_program *program, const qdr_run_report *report,
                       qdr_record_input **inputs, qdr_error *err);

/* The line that shows result number `index` of the record: its line in the statement, but an array
 * shortened, with its shape and extrema: "sqrt(x) = [0.0, 1.0, 1.4142135623730951, …, 9.9], shape
 * (99,), min 0.0, max 9.9". *line is the caller's to free(). */
int qdr_results_line(const qdr_results *results, const qdr_record *record, size_t index,
                     char **line, qdr_error *err);

#endif
