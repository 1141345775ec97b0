/* How far a run is, on standard error: redrawn on a terminal, elsewhere a line now and then. */
#ifndef QDR_CLI_PROGRESS_H
#define QDR_CLI_PROGRESS_H

#include "cli/settings.h"

typedef struct qdr_display {
    bool redraw;
    double next; /* when the next line is due, seconds on the clock */
    bool drawn;  /* a line stands on the terminal */
} qdr_display;

/* Makes runs with these settings show their progress, unless they say not to. */
void qdr_display_start(qdr_display *display, qdr_settings *settings);

/* Takes away what stands on the terminal. */
void qdr_display_end(const qdr_display *display);

#endif
