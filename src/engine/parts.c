#include "engine/parts.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN 60       /* bytes of an expression in a message */
#define MOST_NAMED 8   /* intervals that are named one by one */

/* ---- what can be joined -------------------------------------------------------------------- */

/* A reduction that is not finished in the first pass. */
static const qdr_finishing *later(const qdr_running *run)
{
    const qdr_pass *pass = &run->plan.pass[1];
    for (size_t i = 0; i < pass->finishing_count; i++)
        if (pass->finishing[i].intake.reduction)
            return &pass->finishing[i];
    return NULL;
}

static int explain_passes(const qdr_running *run, qdr_error *err)
{
    qdr_bytes shown = {0};
    const qdr_finishing *f = later(run);
    if (f)
        qdr_node_print(&shown, f->intake.reduction, SHOWN);
    qdr_fail(err, QDR_EUSAGE, "there are no parts of this program: %s %s. Run it whole; "
             "--checkpoint lets it be stopped",
             shown.data ? shown.data : "it",
             f && f->step ? "goes over its array several times, each time by what all of it gave"
                          : "needs the value of another reduction before it can begin");
    qdr_bytes_clear(&shown);
    return QDR_EUSAGE;
}

int qdr_parts_check(const qdr_running *run, qdr_error *err)
{
    if (!run->plan.pass_count)
        return qdr_fail(err, QDR_EUSAGE, "there are no parts of this program: it reduces no array");
    if (run->plan.pass_count > 1)
        return explain_passes(run, err);
    if (qdr_running_stores(run))
        return qdr_fail(err, QDR_EUSAGE, "there are no parts of this program: a part is of "
                                         "reductions, and has no room for an array's elements");
    return QDR_OK;
}

/* ---- shares -------------------------------------------------------------------------------- */

qdr_interval qdr_parts_share(const qdr_part *part, int64_t pieces)
{
    return part->count ? qdr_interval_share(pieces, part->index - 1, part->count)
                       : (qdr_interval){0, pieces};
}

int qdr_parts_skip(const qdr_running *run, qdr_intervals *skip, qdr_error *err)
{
    const qdr_pass *pass = &run->plan.pass[run->pass];
    int code = QDR_OK;
    for (size_t i = 0; i < pass->space_count && run->options->part.count && !code; i++) {
        int64_t pieces = qdr_space_pieces(&pass->space[i]);
        qdr_interval share = qdr_parts_share(&run->options->part, pieces);
        code = qdr_intervals_add(&skip[i], 0, share.start, err);
        if (!code)
            code = qdr_intervals_add(&skip[i], share.end, pieces, err);
    }
    return code;
}

int qdr_parts_note(const qdr_running *run, qdr_intervals *done, qdr_error *err)
{
    const qdr_pass *pass = &run->plan.pass[run->pass];
    int code = QDR_OK;
    for (size_t i = 0; i < pass->space_count && !code; i++) {
        qdr_interval share = qdr_parts_share(&run->options->part, qdr_space_pieces(&pass->space[i]));
        code = qdr_intervals_add(&done[i], share.start, share.end, err);
    }
    return code;
}

/* How many of the pieces that are done are in the run's share of a space. */
static int64_t count_done(const qdr_running *run, size_t space)
{
    int64_t count = 0, pieces = qdr_space_pieces(&run->plan.pass[0].space[space]);
    qdr_interval share = qdr_parts_share(&run->options->part, pieces);
    for (size_t k = 0; k < run->done[space].count; k++) {
        qdr_interval at = run->done[space].at[k];
        at.start = at.start > share.start ? at.start : share.start;
        at.end = at.end < share.end ? at.end : share.end;
        count += at.end > at.start ? at.end - at.start : 0;
    }
    return count;
}

int qdr_parts_check_done(const qdr_running *run, qdr_error *err)
{
    if (run->pass)
        return qdr_fail(err, QDR_EUSAGE, "the checkpoint is that of the whole run, which is done; "
                                         "for a part take another one");
    for (size_t i = 0; i < run->plan.pass[0].space_count; i++)
        if (count_done(run, i) < qdr_intervals_size(&run->done[i]))
            return qdr_fail(err, QDR_EREFUSED, "the checkpoint has blocks of another part; each part "
                                               "takes a name of its own");
    return QDR_OK;
}

bool qdr_parts_is_done(const qdr_running *run)
{
    if (!run->options->part.count)
        return false;
    for (size_t i = 0; i < run->plan.pass[0].space_count; i++) {
        int64_t pieces = qdr_space_pieces(&run->plan.pass[0].space[i]);
        qdr_interval share = qdr_parts_share(&run->options->part, pieces);
        if (count_done(run, i) < share.end - share.start)
            return false;
    }
    return true;
}

/* ---- names --------------------------------------------------------------------------------- */

static bool are_whole(const qdr_intervals *pieces, int64_t unit)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->at[i].start % unit || pieces->at[i].end % unit)
            return false;
    return true;
}

void qdr_parts_name(qdr_bytes *to, const qdr_space *space, const qdr_intervals *pieces)
{
    char shape[QDR_SHAPE_TEXT];
    int64_t all = qdr_space_pieces(space), unit = space->grid.count ? all / space->grid.count : 1;
    bool blocks = are_whole(pieces, unit);
    unit = blocks ? unit : 1;
    qdr_bytes_format(to, "%s%s%s", pieces->count ? "" : "no ", blocks ? "block" : "piece",
                     qdr_intervals_size(pieces) != unit ? "s" : "");
    for (size_t i = 0; i < pieces->count && i < MOST_NAMED; i++) {
        int64_t first = pieces->at[i].start / unit, last = pieces->at[i].end / unit - 1;
        qdr_bytes_format(to, "%s %lld", i ? "," : "", (long long)first);
        if (last > first)
            qdr_bytes_format(to, " to %lld", (long long)last);
    }
    if (pieces->count > MOST_NAMED)
        qdr_bytes_format(to, " and %zu more intervals", pieces->count - MOST_NAMED);
    qdr_bytes_format(to, " of the %lld of %s", (long long)(all / unit),
                     qdr_shape_text(shape, &space->grid.shape));
}
