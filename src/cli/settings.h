/* What eval, verify and merge were asked for: their options, as values. */
#ifndef QDR_CLI_SETTINGS_H
#define QDR_CLI_SETTINGS_H

#include "cli/command.h"
#include "cli/signature.h"
#include "exchange/output.h"
#include "quadrat/program.h"
#include "quadrat/run.h"

#define QDR_MOST 64 /* inputs, lets, outputs, saves, metadata; each */

typedef enum { QDR_AUTO, QDR_ALWAYS, QDR_NEVER } qdr_when;

/* Texts are the command line's. */
typedef struct qdr_settings {
    qdr_binding input[QDR_MOST], let[QDR_MOST];
    size_t input_count, let_count;
    const char *output[QDR_MOST];
    size_t output_count;
    qdr_binding save[QDR_MOST]; /* arrays; without a name, the one that is a result */
    size_t save_count;
    const char *root; /* a directory that inputs are looked for in; NULL for none */
    bool json; /* the record on standard output */
    qdr_record_meta meta[QDR_MOST];
    size_t meta_count;
    const char *label;
    qdr_trust trust; /* of verify */
    const char *sign;   /* the file of the key that signs, or NULL */
    qdr_signer *signer; /* of that, on the rank that publishes; owned */
    qdr_run_options run;
    qdr_output_options form;
    qdr_terminal_options terminal;
    qdr_when qr, progress;
    bool no_colour, quiet, verbose, explain;
    char *copies[4 * QDR_MOST]; /* names and keys cut out of arguments, owned */
    size_t copy_count;
} qdr_settings;

extern const qdr_option qdr_settings_options[]; /* of eval */
extern const qdr_option qdr_settings_verify[];
extern const qdr_option qdr_settings_merge[];

/* Those of them that say how a code is made and shown. */
extern const qdr_option qdr_settings_code_options[];

void qdr_settings_clear(qdr_settings *settings);

#endif
