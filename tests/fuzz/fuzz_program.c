/* Program texts, whatever they hold: compiling one gives a program or an error that can be shown,
 * and the canonical text of a result compiles again, to itself. */
#include <string.h>

#include "fuzz.h"
#include "quadrat/program.h"

#define LONGEST 10000 /* bytes of a canonical text that is compiled again */

static int open_nothing(void *context, const char *path, qdr_io io, qdr_source **source,
                        qdr_error *err)
{
    (void)context, (void)path, (void)io, (void)source;
    return qdr_fail(err, QDR_ESYSTEM, "there are no files here");
}

static int compile(const char *text, qdr_program **program, qdr_error *err)
{
    static const qdr_opener opener = {open_nothing, NULL, QDR_IO_AUTO};
    return qdr_program_compile(&(qdr_program_text){.texts = &text, .text_count = 1}, &opener,
                               program, err);
}

static void check_error(const qdr_error *err)
{
    demand(err->code == QDR_EUSAGE || err->code == QDR_ESYSTEM, "unusual error", err->text);
    demand_shown(err);
}

static void check_result(const char *canonical)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_program *again;
    if (strlen(canonical) > LONGEST)
        return;
    demand(!compile(canonical, &again, &err), err.text, canonical);
    demand(strcmp(qdr_program_result_at(again, 0).expression, canonical) == 0,
           qdr_program_result_at(again, 0).expression, canonical);
    qdr_program_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_program *program;
    char *text = calloc(1, size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    if (compile(text, &program, &err))
        check_error(&err);
    for (size_t i = 0; program && i < qdr_program_result_count(program); i++)
        check_result(qdr_program_result_at(program, i).expression);
    qdr_program_destroy(program);
    free(text);
    return 0;
}
