/* From a run's report to what people see: the record, files, the code on the terminal, result
 * lines, the summary. Local: the first rank calls it. */
#ifndef QDR_CLI_PUBLISH_H
#define QDR_CLI_PUBLISH_H

#include "cli/settings.h"

int qdr_publish(const qdr_comm *comm, const qdr_program *program, const qdr_settings *settings,
                const qdr_run_report *report, const char *started, qdr_error *err);

/* The same of a part: its state's files, its code, and what it is of. */
int qdr_publish_part(const qdr_comm *comm, const qdr_settings *settings,
                     const qdr_run_report *report, qdr_error *err);

#endif
