/* Programs: expressions, checked and ready to run.
 *
 * The language is the part of Python and NumPy that describes array computations: see
 * `quadrat help expressions`. A program text is a list of statements, `name = expression` or
 * `expression`, separated by ';' or newlines. Its results are the values of its expressions, and of
 * its last statement also when that gives it a name.
 *
 * A compiled program is immutable and the same on every rank. Nothing has been read yet but the
 * headers of its inputs. The processor's rounding mode, and flushing subnormal numbers, change nothing
 * of it. Local, but for what the opener does.
 */
#ifndef QUADRAT_PROGRAM_H
#define QUADRAT_PROGRAM_H

#include "quadrat/array.h"
#include "quadrat/visible.h"

typedef struct qdr_program qdr_program;

/* How files become arrays. Called once for each file, in the same order on every rank; it must
 * fail on all ranks or on none. NULL as opener means: each process opens files for itself. */
typedef struct qdr_opener {
    int (*open)(void *context, const char *path, qdr_io io, qdr_source **source, qdr_error *err);
    void *context;
    qdr_io io; /* handed to open */
} qdr_opener;

/* A name for an array file, or for an expression. */
typedef struct qdr_binding {
    const char *name;
    const char *value; /* a path, or an expression */
} qdr_binding;

typedef struct qdr_program_text {
    const char *const *texts; /* program texts, taken one after the other */
    size_t text_count;
    const qdr_binding *files; /* names of array files */
    size_t file_count;
    const qdr_binding *lets; /* names of expressions, each may use the ones before it */
    size_t let_count;
    /* Arrays that are written to .npy files: paths of names, which are defined in the texts or
     * above, or are the numbers of results, from 1; without a name, of the one result that is an
     * array. Paths must outlive the program. */
    const qdr_binding *saves;
    size_t save_count;
} qdr_program_text;

/* An error in the text is QDR_EUSAGE, and shows the line with a caret below the place. */
int qdr_program_compile(const qdr_program_text *text, const qdr_opener *opener,
                        qdr_program **program, qdr_error *err);
void qdr_program_destroy(qdr_program *program);

typedef struct qdr_program_result {
    const char *expression; /* canonical: equal for equal work */
    const char *name;       /* the name it was given, or NULL */
    qdr_dtype dtype;
    const qdr_shape *shape;        /* () for a number */
    bool exact;                    /* the exact value of the expression, rounded once at most */
    const qdr_shape *position_in;  /* for one position in an array: that array's shape; else NULL */
} qdr_program_result;

size_t qdr_program_result_count(const qdr_program *program);
qdr_program_result qdr_program_result_at(const qdr_program *program, size_t index);

/* The files, or slices of files, that the results depend on, in order of their first use. */
typedef struct qdr_program_input {
    const char *name; /* canonical: x, y, z, x4, x5, …, with the slice: x[0:100] */
    const qdr_source *source;
    const qdr_shape *shape; /* of the slice */
} qdr_program_input;

size_t qdr_program_input_count(const qdr_program *program);
qdr_program_input qdr_program_input_at(const qdr_program *program, size_t index);

/* What can be called in a program, for help: every row of every table. */
typedef struct qdr_function_help {
    const char *group; /* "Reductions" */
    const char *name;
    const char *parameters; /* as in a Python signature */
    const char *help;
    const char *example; /* an expression */
    const char *value;   /* and how its result prints; NULL when it is an array */
} qdr_function_help;

/* False behind the last. */
bool qdr_function_at(size_t index, qdr_function_help *help);

#include "quadrat/hidden.h"
#endif
