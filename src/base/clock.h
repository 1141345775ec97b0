/* Times. Local. */
#ifndef QDR_BASE_CLOCK_H
#define QDR_BASE_CLOCK_H

/* Seconds since some fixed moment; never goes back. */
double qdr_clock_seconds(void);

#define QDR_CLOCK_TEXT 32

/* Now in UTC as ISO 8601: 2026-11-24T05:40:12Z. Returns text. */
const char *qdr_clock_now(char text[QDR_CLOCK_TEXT]);

#endif
