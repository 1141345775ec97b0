/* The table of commands, and what all of them use. */
#ifndef QDR_CLI_COMMAND_H
#define QDR_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrat/error.h"

/* One row an option; parsing and help walk the same rows. */
typedef struct qdr_option {
    const char *name;     /* without the two dashes */
    char letter;          /* after one dash; 0 for none */
    const char *argument; /* "FILE"; NULL when it takes none */
    const char *help;
    /* Puts the argument ("" without one) into the command's settings. */
    int (*take)(void *settings, const char *argument, qdr_error *err);
} qdr_option;

typedef struct qdr_command {
    const char *name;
    const char *arguments; /* "EXPR..." */
    const char *help;      /* one line; NULL for a command that only quadrat itself calls */
    const char *details;   /* what --help says more; NULL for nothing */
    const qdr_option *options; /* ended by a row without name; NULL for none */
    bool ranks;                /* uses all ranks; other commands run on one, alone */
    /* argv without the program's and the command's name. Returns the exit code. */
    int (*run)(const struct qdr_command *command, int argc, char **argv);
} qdr_command;

extern const qdr_command *const qdr_commands[]; /* ended by NULL */

extern const qdr_command qdr_eval_command, qdr_scan_command, qdr_verify_command, qdr_show_command,
    qdr_merge_command, qdr_help_command, qdr_version_command, qdr_read_image_command;

/* The visible command at or behind *index, which moves past it; NULL when there is no more. */
const qdr_command *qdr_command_next(size_t *index);

/* Takes the options out of argv and into settings, and leaves the *count operands at its front.
 * "--" ends the options. */
int qdr_options_parse(const qdr_command *command, void *settings, int argc, char **argv,
                      int *count, qdr_error *err);

/* The command's help, on standard output. */
void qdr_help_print(const qdr_command *command);

/* Prints "quadrat: " and the error's text on standard error, on the first rank only, and returns
 * its code. Before MPI has started, the launcher's environment tells the rank. */
int qdr_complain(const qdr_error *err);

/* As qdr_complain, of a text. */
void qdr_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Flushes standard output; QDR_ESYSTEM when anything printed there did not arrive. */
int qdr_flush_output(qdr_error *err);

/* Reads a whole decimal number between least and most. */
int qdr_parse_number(const char *text, long long least, long long most, long long *number,
                     qdr_error *err);

#endif
