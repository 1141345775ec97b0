/* Messages on standard error, and the end of standard output. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/command.h"
#include "quadrat/run.h"

static void print(const char *text)
{
    fprintf(stderr, "quadrat: %s\n", text); /* one write: lines of several processes stay whole */
}

/* The rank that an error happened on tells it: when MPI itself failed, no other may know. */
int qdr_complain(const qdr_error *err)
{
    if (qdr_launch_rank() == (err->rank < 0 ? 0 : err->rank))
        print(err->text);
    return err->code;
}

void qdr_say(const char *format, ...)
{
    va_list arguments;
    if (qdr_launch_rank() != 0)
        return;
    char line[QDR_ERROR_TEXT + 64];
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    print(line);
}

int qdr_flush_output(qdr_error *err)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return QDR_OK;
    if (!errno) /* an earlier write failed, and its cause is lost */
        return qdr_fail(err, QDR_ESYSTEM, "writing standard output: not all of it arrived");
    return qdr_fail_errno(err, "writing standard output");
}
