/* Filling errors. */
#include "quadrat/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FORMAT(n) __attribute__((format(printf, n, 0)))

FORMAT(3) static void fill(qdr_error *err, int code, const char *format, va_list arguments)
{
    err->code = code;
    err->rank = -1;
    vsnprintf(err->text, sizeof err->text, format, arguments);
}

int qdr_fail(qdr_error *err, int code, const char *format, ...)
{
    va_list arguments;
    if (err) {
        va_start(arguments, format);
        fill(err, code, format, arguments);
        va_end(arguments);
    }
    return code;
}

int qdr_fail_errno(qdr_error *err, const char *format, ...)
{
    int cause = errno;
    va_list arguments;
    if (err) {
        va_start(arguments, format);
        fill(err, QDR_ESYSTEM, format, arguments);
        va_end(arguments);
        size_t used = strlen(err->text);
        char buffer[128]; /* GNU's strerror_r, which uses it for unknown numbers only */
        snprintf(err->text + used, sizeof err->text - used, ": %s",
                 strerror_r(cause, buffer, sizeof buffer));
    }
    return QDR_ESYSTEM;
}

int qdr_fail_memory(qdr_error *err, const char *what)
{
    errno = ENOMEM;
    return qdr_fail_errno(err, "%s", what);
}
