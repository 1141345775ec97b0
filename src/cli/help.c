/* help and version. Everything is printed from the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "exchange/output.h"
#include "quadrat/program.h"
#include "quadrat/record.h"
#include "quadrat/run.h"

void qdr_help_print(const qdr_command *command)
{
    printf("usage: quadrat %s%s%s%s\n\n%s\n", command->name,
           command->options ? " [OPTION...]" : "", *command->arguments ? " " : "",
           command->arguments, command->help);
    if (command->details)
        printf("\n%s", command->details);
    if (command->options)
        printf("\nOptions:\n");
    for (const qdr_option *o = command->options; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
                 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-28s %s\n", left, o->help);
    }
}

static void print_functions(void)
{
    qdr_function_help f;
    const char *group = "";
    for (size_t i = 0; qdr_function_at(i, &f); i++) {
        if (strcmp(group, f.group) != 0)
            printf("%s%s\n", *group ? "\n" : "", f.group);
        group = f.group;
        printf("  %s(%s)\n      %s\n", f.name, f.parameters, f.help);
        if (f.value)
            printf("      %s = %s\n", f.example, f.value);
        else
            printf("      %s\n", f.example);
    }
}

static void print_expressions(void)
{
    printf("An expression is what NumPy users would type; 'da.' and 'np.' may stand before a name.\n\n"
           "  name = expression; expression   names parts; results are the expressions, and the\n"
           "                                  last statement also when it has a name\n"
           "  1, 2.5, 1e300, True, nan, inf, pi, e\n"
           "  + - * / // %% **  & | ^ ~ << >>  as in Python; on integers of arrays as in NumPy: they\n"
           "                                  wrap, but a division by 0 is an error\n"
           "  == != < <= > >=                 as in Python, but for chains: (a < b) & (b < c)\n"
           "  x[0:100, ::2], x[-1, ..., None], x.T, x + y of shapes that broadcast\n"
           "  mean(x), x.mean(axis=0), std(x, axis=(0, 1), ddof=1), max(x, axis=1, keepdims=True)\n"
           "  ones((1000, 1000), chunks=(100, 100), dtype=\"float32\")\n"
           "  open(\"survey.npy\")              a file; -i x=survey.npy gives it a name\n\n"
           "dtypes:");
    for (int i = 0; i < QDR_DTYPES; i++) /* seven fill a line */
        printf("%s%s", i && i % 7 == 0 ? "\n        " : " ", qdr_dtype_name((qdr_dtype)i));
    printf("\nfiles:");
    for (size_t i = 0; qdr_file_ending(i); i++)
        printf(" %s", qdr_file_ending(i));
    printf("\n\nSums, means, variances and standard deviations are exact and rounded once. An\n"
           "elementwise step rounds as IEEE 754 says; exp, log, sin and their like, by SLEEF, are within\n"
           "1.4 units in the last place. Nothing depends on ranks, threads, blocks or vector units.\n"
           "It is an error when a sum of integers does not fit int64 (uint64 of unsigned ones), and\n"
           "when a number does not fit the dtype of its array; elementwise integers wrap.\n");
}

static void print_commands(void)
{
    printf("usage: quadrat COMMAND ...\n\n");
    const qdr_command *c;
    for (size_t i = 0; (c = qdr_command_next(&i));)
        printf("  %-8s %-22s %s\n", c->name, c->arguments, c->help);
    printf("\n  quadrat help COMMAND       what a command takes\n"
           "  quadrat help expressions   how to write an expression\n"
           "  quadrat help functions     what can be called in one\n"
           "  quadrat help exit-codes    what exit codes mean\n"
           "  quadrat help schema        the JSON Schema of what -o FILE.json writes\n");
}

static void print_exit_codes(void)
{
    printf("  0  done\n"
           "  1  it ran, and the answer is no: a result differs from what the data give\n"
           "  2  what was typed is wrong, expressions included\n"
           " 65  the bytes are wrong: a truncated file, a check that does not hold, no code in an image\n"
           " 74  a system call failed, a missing file included\n"
           " 75  stopped with a checkpoint; run again to resume\n"
           " 77  could run, must not: memory, signature, launch\n\n"
           "All ranks exit alike. A launcher may hide the code: mpirun prints a banner of its own\n"
           "after one that is not 0 ('mpirun -q' does not), and srun can return 137.\n");
}

static void print_schema(void)
{
    fputs(qdr_record_schema(), stdout);
}

/* For commands without options that take at most `most` operands. */
static int take_operands(const qdr_command *command, int most, int argc, char **argv, int *count,
                         qdr_error *err)
{
    char shown[128];
    int code = qdr_options_parse(command, NULL, argc, argv, count, err);
    if (!code && *count > most)
        code = qdr_fail(err, QDR_EUSAGE, "'%s' is too much; 'quadrat %s --help' says what it takes",
                        qdr_escape(shown, sizeof shown, argv[most]), command->name);
    return code;
}

static bool print_topic(const char *name)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } topics[] = {{"functions", print_functions},
                  {"expressions", print_expressions},
                  {"exit-codes", print_exit_codes},
                  {"schema", print_schema}};
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        if (strcmp(topics[i].name, name) == 0) {
            topics[i].print();
            return true;
        }
    const qdr_command *c;
    for (size_t i = 0; (c = qdr_command_next(&i));)
        if (strcmp(c->name, name) == 0) {
            qdr_help_print(c);
            return true;
        }
    return false;
}

static int run_help(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    char shown[128];
    int count;
    if (take_operands(command, 1, argc, argv, &count, &err))
        return qdr_complain(&err);
    if (!count)
        print_commands();
    else if (!print_topic(argv[0]))
        qdr_fail(&err, QDR_EUSAGE, "there is no help on '%s'; 'quadrat help' lists what there is",
                 qdr_escape(shown, sizeof shown, argv[0]));
    return err.code || qdr_flush_output(&err) ? qdr_complain(&err) : QDR_OK;
}

const qdr_command qdr_help_command = {
    .name = "help",
    .arguments = "[TOPIC]",
    .help = "help on a command, expressions or functions",
    .run = run_help,
};

static int run_version(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    int count;
    if (take_operands(command, 0, argc, argv, &count, &err))
        return qdr_complain(&err);
    printf("quadrat %s\n", QUADRAT_VERSION);
    printf("libzbar: %s\n", qdr_image_can_read() ? "yes" : "no, codes are not read back");
    printf("libjpeg: %s\n", qdr_image_can_read_jpeg() ? "yes" : "no, JPEG images are not read");
    return qdr_flush_output(&err) ? qdr_complain(&err) : QDR_OK;
}

const qdr_command qdr_version_command = {
    .name = "version",
    .arguments = "",
    .help = "the version, and what it was built with",
    .run = run_version,
};
