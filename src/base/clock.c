#include "base/clock.h"

#include <time.h>

double qdr_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *qdr_clock_now(char text[QDR_CLOCK_TEXT])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, QDR_CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}
