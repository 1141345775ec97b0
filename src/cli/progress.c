#include "cli/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/number.h"
#include "cli/terminal.h"

#define QUIET_PROGRESS 30.0 /* seconds between two lines where nothing can be redrawn */

static void show_progress(void *context, const qdr_progress *p)
{
    qdr_display *d = context;
    double now = qdr_clock_seconds();
    if (now < d->next || p->done >= p->total)
        return;
    d->next = now + (d->redraw ? 0 : QUIET_PROGRESS);
    char part[64];
    snprintf(part, sizeof part, p->pass ? "pass %zu of %zu" : "loading", p->pass, p->passes);
    char done[QDR_NUMBER_TEXT], total[QDR_NUMBER_TEXT], speed[QDR_NUMBER_TEXT];
    double rate = (double)p->done / (p->seconds > 0 ? p->seconds : 1);
    double left = rate > 0 ? (double)(p->total - p->done) / rate : 0;
    fprintf(stderr, "%squadrat: %d %% of %s, %s of %s, %s/s, %.0f s left%s",
            d->redraw ? "\r" : "", (int)(100 * ((double)p->done / (double)p->total)), part,
            qdr_number_bytes(done, (double)p->done),
            qdr_number_bytes(total, (double)p->total), qdr_number_bytes(speed, rate), left,
            d->redraw ? "\033[K" : "\n");
    d->drawn = d->redraw;
}

static void show_notice(void *context, const char *text)
{
    qdr_display *d = context;
    qdr_display_end(d);
    d->drawn = false;
    qdr_say("%s", text);
}

void qdr_display_start(qdr_display *d, qdr_settings *settings)
{
    int columns, lines;
    *d = (qdr_display){.redraw = qdr_terminal_find(2, &columns, &lines)};
    d->next = qdr_clock_seconds() + (d->redraw ? 0.5 : QUIET_PROGRESS);
    bool wanted = settings->progress == QDR_ALWAYS ||
                  (settings->progress == QDR_AUTO && !settings->quiet);
    settings->run.notice = show_notice;
    settings->run.context = d;
    if (wanted)
        settings->run.progress = show_progress;
}

void qdr_display_end(const qdr_display *d)
{
    if (d->drawn)
        fputs("\r\033[K", stderr);
}
