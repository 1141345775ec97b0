/* Writing results, and states of parts: the table of what -o can write, by the ending of the file's
 * name.
 *
 * The content is made in memory, read back where it is a QR code, and then replaces the target at
 * once, so that there is never a half-written output. Local: rank 0 calls it.
 */
#ifndef QDR_EXCHANGE_OUTPUT_H
#define QDR_EXCHANGE_OUTPUT_H

#include "quadrat/qr.h"
#include "quadrat/record.h"
#include "quadrat/run.h"

typedef struct qdr_output_options {
    qdr_symbol_options symbol;
    int scale;          /* pixels a module; 0: the default */
    int quiet_zone;     /* modules; 0: the default */
    bool full_metadata; /* the PNG carries the whole record, host name and paths included */
} qdr_output_options;

/* One row a form. */
typedef struct qdr_output {
    const char *ending; /* ".png" */
    const char *help;
    /* Makes the content, *size bytes that are the caller's to free(). *note may get a text for the
     * summary, likewise: "version 7, read back". NULL for arrays, which the run writes, and where
     * only a state can be written. */
    int (*make)(const qdr_record *record, const qdr_output_options *options, void **data,
                size_t *size, char **note, qdr_error *err);
    /* The same of a state; NULL where it can't be written. */
    int (*make_state)(const qdr_state *state, const qdr_output_options *options, void **data,
                      size_t *size, char **note, qdr_error *err);
    bool drawn; /* it is a QR code, to be looked at */
} qdr_output;

extern const qdr_output qdr_outputs[]; /* ended by a row without ending */

/* The form for a path. A device or FIFO without a known ending gets the text. QDR_EUSAGE when the
 * ending says no form, QDR_ESYSTEM when it can't be written. For asking early. */
int qdr_output_find(const char *path, const qdr_output **output, qdr_error *err);

/* Whether the ending is one of an array's file. */
bool qdr_output_is_array(const char *path);

/* What is written is the record or, where that is NULL, the state; the form has its make. */

/* *note as above, NULL without one. */
int qdr_output_write(const char *path, const qdr_record *record, const qdr_state *state,
                     const qdr_output_options *options, char **note, qdr_error *err);

/* The symbol that a file gets. Of a record: of its text within version 15 where leaving out what may
 * be left out makes that possible, else within the limit. A state that is too long for the limit is
 * QDR_EUSAGE. Destroy it with qdr_symbol_destroy. */
int qdr_output_symbol(const qdr_record *record, const qdr_state *state,
                      const qdr_output_options *options, qdr_symbol **symbol, qdr_error *err);

#endif
