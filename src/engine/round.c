#include "engine/round.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/comm.h"
#include "engine/deal.h"

/* Seconds of work between two meetings: the most, when nobody says otherwise, and the least, unless
 * somebody does. */
#define ROUND 0.25
#define SHORT_ROUND 0.01

#define SPEED_UNIT 1000 /* seconds: a rank's speed is how many pieces it takes up in so many */

/* One space's work. */
struct field {
    const qdr_space *space;
    qdr_space_code *code;
    qdr_grid pieces;    /* of a full block; one at an edge has no more */
    qdr_intervals todo; /* pieces of all ranks */
    int64_t elements;   /* that they have */
    qdr_deal deal;      /* of them */
    qdr_intervals run;  /* pieces that were dealt to this rank */
    int64_t count;      /* of them */
};

struct crew {
    struct qdr_sweep *sweep;
    qdr_worker **worker; /* by field */
    pthread_t thread;
};

struct qdr_sweep {
    qdr_comm *comm;
    struct field *field;
    size_t field_count;
    struct crew *crew; /* one for each thread */
    int threads;
    bool loads;           /* elements, and takes up nothing */
    int64_t total;        /* pieces that were dealt to this rank */
    atomic_llong next;    /* piece to take of those */
    atomic_llong bytes;   /* done by this rank */
    /* What this rank took up and how long it took, where each round counts half of the next one: a
     * short one tells little. */
    double pieces, seconds;
    int64_t *taken, *speed; /* by rank */
    double deadline; /* of the round */
    pthread_mutex_t lock; /* for failure */
    atomic_bool failed;
    /* Of the first of this rank's pieces that fails, in their order: pieces are taken in order, and
     * those before it are finished. */
    qdr_error failure;
    int64_t failed_piece;
};

/* ---- pieces ------------------------------------------------------------------------------- */

qdr_grid qdr_space_piece_grid(const qdr_space *space)
{
    qdr_grid pieces;
    qdr_shape piece = qdr_grid_contiguous(&space->grid.block, QDR_PIECE);
    qdr_grid_init(&pieces, &space->grid.block, &piece);
    return pieces;
}

int64_t qdr_space_pieces(const qdr_space *space)
{
    return space->grid.count * qdr_space_piece_grid(space).count;
}

bool qdr_space_piece(const qdr_space *space, const qdr_grid *pieces, int64_t index, qdr_box *box)
{
    qdr_box block;
    qdr_grid own;
    qdr_box whole = qdr_box_whole(&space->grid.shape);
    qdr_grid_box(&space->grid, &whole, index / pieces->count, &block);
    qdr_shape shape = qdr_box_shape(&block);
    qdr_grid_init(&own, &shape, &pieces->block);
    if (index % pieces->count >= own.count)
        return false;
    qdr_grid_box(&own, &block, index % pieces->count, box);
    return true;
}

int64_t qdr_space_elements(const qdr_space *space, const qdr_intervals *set)
{
    int64_t elements = 0;
    qdr_box box;
    qdr_grid pieces = qdr_space_piece_grid(space);
    for (size_t i = 0; i < set->count; i++)
        for (int64_t piece = set->at[i].start; piece < set->at[i].end; piece++)
            elements += qdr_space_piece(space, &pieces, piece, &box) ? qdr_box_count(&box) : 0;
    return elements;
}

/* ---- one thread --------------------------------------------------------------------------- */

static int run_piece(struct crew *crew, int64_t index, qdr_error *err)
{
    qdr_sweep *sweep = crew->sweep;
    size_t i = 0;
    while (index >= sweep->field[i].count)
        index -= sweep->field[i++].count;
    qdr_box box;
    const struct field *f = &sweep->field[i];
    if (!qdr_space_piece(f->space, &f->pieces, qdr_intervals_nth(&f->run, index), &box))
        return QDR_OK;
    int code = sweep->loads ? qdr_space_load(f->code, &box, NULL, err)
                            : qdr_worker_run(crew->worker[i], &box, err);
    double bytes = (double)qdr_box_count(&box) * qdr_space_cost(sweep->field[i].code).bytes;
    atomic_fetch_add(&sweep->bytes, (int64_t)bytes);
    return code;
}

/* Takes pieces, at least one, until the round is over, nothing is left, or something failed. */
static void *work(void *argument)
{
    struct crew *crew = argument;
    qdr_sweep *sweep = crew->sweep;
    qdr_error err = QDR_ERROR_INIT;
    do {
        int64_t index = atomic_fetch_add(&sweep->next, 1);
        if (index >= sweep->total)
            break;
        if (run_piece(crew, index, &err)) {
            pthread_mutex_lock(&sweep->lock);
            if (!atomic_exchange(&sweep->failed, true) || index < sweep->failed_piece) {
                sweep->failure = err;
                sweep->failed_piece = index;
            }
            pthread_mutex_unlock(&sweep->lock);
        }
    } while (!atomic_load(&sweep->failed) && qdr_clock_seconds() < sweep->deadline);
    return NULL;
}

/* ---- dealing ------------------------------------------------------------------------------ */

/* How many of its pieces this rank took up. */
static int64_t count_taken(const qdr_sweep *sweep)
{
    int64_t next = atomic_load(&sweep->next);
    return next < sweep->total ? next : sweep->total;
}

/* Makes the deals' runs of this rank the work that it has to do. */
static int take_runs(qdr_sweep *sweep, qdr_error *err)
{
    int code = QDR_OK;
    sweep->total = 0;
    atomic_store(&sweep->next, 0);
    for (size_t i = 0; i < sweep->field_count && !code; i++) {
        struct field *f = &sweep->field[i];
        qdr_intervals_clear(&f->run);
        code = qdr_deal_run(&f->deal, sweep->comm->rank, &f->run, err);
        f->count = qdr_deal_count(&f->deal, sweep->comm->rank);
        sweep->total += f->count;
    }
    return code;
}

/* Takes what each rank took up out of the deals. Collective; what fails may fail on one rank. */
static int settle(qdr_sweep *sweep, qdr_error *err)
{
    int code = qdr_comm_gather(sweep->comm, count_taken(sweep), sweep->taken, err);
    for (size_t i = 0; i < sweep->field_count && !code; i++)
        code = qdr_deal_take(&sweep->field[i].deal, sweep->taken, err);
    return code;
}

/* This rank's speed, at least 1; 0 before it has had a piece. */
static int64_t own_speed(const qdr_sweep *sweep)
{
    return sweep->pieces > 0 ? 1 + (int64_t)(SPEED_UNIT * sweep->pieces / sweep->seconds) : 0;
}

/* Cuts what is left so that all ranks would end together, which is after *seconds. Local. */
static void cut(qdr_sweep *sweep, double *seconds)
{
    int64_t all = qdr_deal_guess(sweep->speed, sweep->comm->size), left = 0;
    for (size_t i = 0; i < sweep->field_count; i++) {
        qdr_deal_cut(&sweep->field[i].deal, sweep->speed);
        left += qdr_intervals_size(&sweep->field[i].deal.left);
    }
    *seconds = (double)left * SPEED_UNIT / (double)all;
}

/* Deals what is left anew. Collective. */
static int deal_anew(qdr_sweep *sweep, double *seconds, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    if (!qdr_comm_gather(sweep->comm, own_speed(sweep), sweep->speed, &failed) &&
        !settle(sweep, &failed)) {
        cut(sweep, seconds);
        take_runs(sweep, &failed);
    }
    if (qdr_comm_agree(sweep->comm, &failed))
        *err = failed;
    return failed.code;
}

/* Adds what of the space's pieces was taken up. */
static int note(const struct field *f, qdr_intervals *done, qdr_error *err)
{
    qdr_intervals others = {0}, taken = {0};
    int code = qdr_intervals_missing(&f->deal.left, qdr_space_pieces(f->space), &others, err);
    if (!code)
        code = qdr_intervals_common(&f->todo, &others, &taken, err);
    if (!code)
        code = qdr_intervals_add_all(done, &taken, err);
    qdr_intervals_clear(&others);
    qdr_intervals_clear(&taken);
    return code;
}

int qdr_sweep_note(qdr_sweep *sweep, qdr_intervals *done, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    if (!settle(sweep, &failed))
        take_runs(sweep, &failed);
    for (size_t i = 0; i < sweep->field_count && sweep->comm->rank == 0 && !failed.code; i++)
        note(&sweep->field[i], &done[i], &failed);
    if (qdr_comm_agree(sweep->comm, &failed))
        *err = failed;
    return failed.code;
}

/* ---- rounds ------------------------------------------------------------------------------- */

/* Works for so long, and measures how fast. */
static void run_threads(qdr_sweep *sweep, double seconds)
{
    int64_t left = sweep->total - count_taken(sweep), started = 1;
    double began = qdr_clock_seconds();
    sweep->deadline = began + seconds;
    /* a thread that can't be started leaves its pieces to the others */
    while (started < sweep->threads && started < left &&
           pthread_create(&sweep->crew[started].thread, NULL, work, &sweep->crew[started]) == 0)
        started++;
    work(&sweep->crew[0]);
    for (int64_t i = 1; i < started; i++)
        pthread_join(sweep->crew[i].thread, NULL);
    int64_t taken = left - (sweep->total - count_taken(sweep));
    if (taken) {
        sweep->pieces = sweep->pieces / 2 + (double)taken;
        sweep->seconds = sweep->seconds / 2 + (qdr_clock_seconds() - began) + 1e-9; /* never 0 */
    }
}

/* Whether this rank would have nothing left to do before a round of so many seconds is over, and
 * another could give it some: what is loaded is the share that each has memory for. */
static bool runs_dry(const qdr_sweep *sweep, double seconds)
{
    if (sweep->loads || sweep->comm->size == 1)
        return false;
    int64_t left = sweep->total - count_taken(sweep);
    return (double)left * SPEED_UNIT <= seconds * (double)own_speed(sweep);
}

/* How long a round is when what is left is taken to last so long: who is ready waits for its end. */
static double round_length(double left, double longest)
{
    double seconds = left > SHORT_ROUND ? left : SHORT_ROUND;
    return seconds < longest ? seconds : longest;
}

/* What the ranks tell each other: each entry is summed. */
enum { FAILED, UNFINISHED, DRY, BYTES, WISHES, MEETING };

/* The pieces are dealt evenly at first, and anew whenever a rank would run dry in the next round. The
 * first round is a short one, to learn how fast the ranks are. */
int qdr_sweep_run(qdr_sweep *sweep, const qdr_run_options *options, const qdr_meeting *meeting,
                  qdr_progress *progress, qdr_error *err)
{
    progress->total = (int64_t)qdr_sweep_cost(sweep).bytes;
    double began = qdr_clock_seconds(), longest = options->round > 0 ? options->round : ROUND;
    double left = 0; /* seconds, where it matters */
    int64_t all[MEETING];
    do {
        run_threads(sweep, round_length(left, longest));
        left = longest;
        int64_t mine[MEETING] = {
            [FAILED] = sweep->failure.code != QDR_OK,
            [UNFINISHED] = count_taken(sweep) < sweep->total,
            [DRY] = runs_dry(sweep, longest),
            [BYTES] = atomic_load(&sweep->bytes),
            [WISHES] = meeting ? meeting->wish(meeting->context) : 0,
        };
        int code = qdr_comm_sum(sweep->comm, mine, all, MEETING, err);
        if (code)
            return code;
        if (all[FAILED]) {
            *err = sweep->failure;
            return qdr_comm_agree(sweep->comm, err);
        }
        progress->done = all[BYTES];
        progress->seconds = qdr_clock_seconds() - began;
        if (options->progress && sweep->comm->rank == 0)
            options->progress(options->context, progress);
        if (all[UNFINISHED] && all[WISHES])
            code = meeting->grant(meeting->context, sweep, all[WISHES], err);
        if (all[UNFINISHED] && all[DRY] && !code)
            code = deal_anew(sweep, &left, err);
        if (code)
            return code;
    } while (all[UNFINISHED]);
    return QDR_OK;
}

qdr_cost qdr_sweep_cost(const qdr_sweep *sweep)
{
    qdr_cost all = {0};
    for (size_t i = 0; i < sweep->field_count; i++) {
        double count = (double)sweep->field[i].elements;
        qdr_cost element = qdr_space_cost(sweep->field[i].code);
        all.elements += count * element.elements;
        all.bytes += count * element.bytes;
    }
    return all;
}

/* ---- making a sweep ----------------------------------------------------------------------- */

static int make_fields(qdr_sweep *sweep, const qdr_pass *pass, const qdr_known *known,
                       const qdr_store *stores, const qdr_intervals *done, qdr_error *err)
{
    size_t ranks = (size_t)sweep->comm->size;
    sweep->field = calloc(pass->space_count + 1, sizeof *sweep->field);
    sweep->taken = calloc(ranks, sizeof *sweep->taken);
    sweep->speed = calloc(ranks, sizeof *sweep->speed);
    if (!sweep->field || !sweep->taken || !sweep->speed)
        return qdr_fail_memory(err, "starting the threads");
    for (size_t i = 0; i < pass->space_count; i++) {
        struct field *f = &sweep->field[sweep->field_count++];
        f->space = &pass->space[i];
        f->pieces = qdr_space_piece_grid(f->space);
        int code = qdr_intervals_missing(&done[i], qdr_space_pieces(f->space), &f->todo, err);
        f->elements = qdr_space_elements(f->space, &f->todo);
        if (!code)
            code = qdr_deal_begin(&f->deal, sweep->comm->size, &done[i],
                                  qdr_space_pieces(f->space), err);
        if (!code)
            code = qdr_space_compile(known, f->space, stores, &f->code, err);
        if (code)
            return code;
    }
    return take_runs(sweep, err);
}

static int make_crews(qdr_sweep *sweep, int threads, qdr_error *err)
{
    /* more threads than pieces would only wait; other ranks' pieces may come to be this one's */
    int64_t pieces = 0;
    for (size_t i = 0; i < sweep->field_count; i++)
        pieces += qdr_intervals_size(&sweep->field[i].todo);
    int64_t useful = pieces < threads ? pieces : threads;
    sweep->threads = useful > 0 ? (int)useful : 1;
    sweep->crew = calloc((size_t)sweep->threads, sizeof *sweep->crew);
    if (!sweep->crew)
        return qdr_fail_memory(err, "starting the threads");
    for (int t = 0; t < sweep->threads; t++) {
        struct crew *crew = &sweep->crew[t];
        crew->sweep = sweep;
        crew->worker = calloc(sweep->field_count + 1, sizeof *crew->worker);
        if (!crew->worker)
            return qdr_fail_memory(err, "starting the threads");
        for (size_t i = 0; i < sweep->field_count && !sweep->loads; i++) {
            int code = qdr_worker_create(sweep->field[i].code, &crew->worker[i], err);
            if (code)
                return code;
        }
    }
    return QDR_OK;
}

int qdr_sweep_create(qdr_comm *comm, const qdr_pass *pass, const qdr_known *known,
                     const qdr_store *stores, const qdr_intervals *done, int threads,
                     qdr_sweep **sweep, qdr_error *err)
{
    qdr_error failed = QDR_ERROR_INIT;
    qdr_sweep *s = *sweep = calloc(1, sizeof *s);
    if (!s) {
        qdr_fail_memory(&failed, "starting the threads");
    } else {
        s->comm = comm;
        s->loads = !stores;
        pthread_mutex_init(&s->lock, NULL);
        if (!make_fields(s, pass, known, stores, done, &failed))
            make_crews(s, threads, &failed);
    }
    if (qdr_comm_agree(comm, &failed)) {
        qdr_sweep_destroy(s);
        *sweep = NULL;
        *err = failed;
    }
    return failed.code;
}

void qdr_sweep_flush(qdr_sweep *sweep, uint64_t *state)
{
    for (int t = 0; t < sweep->threads; t++)
        for (size_t i = 0; i < sweep->field_count; i++)
            qdr_worker_flush(sweep->crew[t].worker[i], state);
}

void qdr_sweep_destroy(qdr_sweep *sweep)
{
    if (!sweep)
        return;
    for (int t = 0; t < sweep->threads && sweep->crew; t++) {
        for (size_t i = 0; i < sweep->field_count && sweep->crew[t].worker; i++)
            qdr_worker_destroy(sweep->crew[t].worker[i]);
        free(sweep->crew[t].worker);
    }
    for (size_t i = 0; i < sweep->field_count; i++) {
        qdr_intervals_clear(&sweep->field[i].todo);
        qdr_intervals_clear(&sweep->field[i].run);
        qdr_deal_clear(&sweep->field[i].deal);
        qdr_space_destroy(sweep->field[i].code);
    }
    pthread_mutex_destroy(&sweep->lock);
    free(sweep->crew);
    free(sweep->field);
    free(sweep->taken);
    free(sweep->speed);
    free(sweep);
}
