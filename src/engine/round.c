#include "engine/round.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/comm.h"

#define ROUND 0.25 /* seconds of work between two meetings, when nobody says otherwise */

/* One space's part of this rank's work: some of the pieces that were not done before. */
struct field {
    const qdr_space *space;
    qdr_space_code *code;
    qdr_grid pieces;     /* of a full block; one at an edge has no more */
    qdr_intervals todo;  /* pieces of all ranks */
    int64_t first, count; /* of this rank's pieces: position among those, and number */
    int64_t elements;    /* of all ranks' pieces */
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
    int64_t total;        /* pieces of this rank */
    atomic_llong next;    /* piece to take */
    atomic_llong bytes;   /* done by this rank */
    double deadline;      /* of the round */
    pthread_mutex_t lock; /* for failure */
    atomic_bool failed;
    /* Of the first of this rank's pieces that fails, in their order: pieces are taken in order, and
     * those before it are finished. */
    qdr_error failure;
    int64_t failed_piece;
};

/* Pieces are dealt to the ranks as runs of nearly equal length. */
static int64_t share(int64_t pieces, int rank, int size)
{
    return (int64_t)((__int128)pieces * rank / size);
}

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
    if (!qdr_space_piece(f->space, &f->pieces, qdr_intervals_nth(&f->todo, f->first + index), &box))
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

/* ---- rounds ------------------------------------------------------------------------------- */

static void run_threads(qdr_sweep *sweep, double seconds)
{
    int started = 1;
    sweep->deadline = qdr_clock_seconds() + seconds;
    /* a thread that can't be started leaves its pieces to the others */
    while (started < sweep->threads &&
           pthread_create(&sweep->crew[started].thread, NULL, work, &sweep->crew[started]) == 0)
        started++;
    work(&sweep->crew[0]);
    for (int i = 1; i < started; i++)
        pthread_join(sweep->crew[i].thread, NULL);
}

/* What the ranks tell each other: each entry is summed. */
enum { FAILED, UNFINISHED, BYTES, WISHES, MEETING };

int qdr_sweep_run(qdr_sweep *sweep, const qdr_run_options *options, const qdr_meeting *meeting,
                  qdr_progress *progress, qdr_error *err)
{
    progress->total = (int64_t)qdr_sweep_cost(sweep).bytes;
    double began = qdr_clock_seconds();
    int64_t all[MEETING];
    do {
        run_threads(sweep, options->round > 0 ? options->round : ROUND);
        int64_t mine[MEETING] = {
            [FAILED] = sweep->failure.code != QDR_OK,
            [UNFINISHED] = atomic_load(&sweep->next) < sweep->total,
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
        if (code)
            return code;
    } while (all[UNFINISHED]);
    return QDR_OK;
}

/* Adds count numbers of a set, from the first-th on, to another. */
static int add_part(qdr_intervals *to, const qdr_intervals *from, int64_t first, int64_t count,
                    qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < from->count && count > 0 && !code; i++) {
        int64_t size = from->at[i].end - from->at[i].start;
        int64_t taken = first < size ? size - first : 0;
        taken = taken < count ? taken : count;
        code = qdr_intervals_add(to, from->at[i].start + first, from->at[i].start + first + taken,
                                 err);
        first = first > size ? first - size : 0;
        count -= taken;
    }
    return code;
}

int qdr_sweep_note(qdr_sweep *sweep, qdr_intervals *done, qdr_error *err)
{
    qdr_comm *comm = sweep->comm;
    qdr_error failed = QDR_ERROR_INIT;
    int64_t next = atomic_load(&sweep->next), *all = calloc((size_t)comm->size, sizeof *all);
    if (!all)
        qdr_fail_memory(&failed, "noting what is done");
    int code = qdr_comm_agree(comm, &failed);
    for (size_t i = 0; i < sweep->field_count && !code; i++) {
        const struct field *f = &sweep->field[i];
        int64_t todo = qdr_intervals_size(&f->todo), mine = next < f->count ? next : f->count;
        next -= mine;
        code = qdr_comm_gather(comm, mine, all, &failed);
        for (int rank = 0; rank < comm->size && comm->rank == 0 && !code && !failed.code; rank++)
            add_part(&done[i], &f->todo, share(todo, rank, comm->size), all[rank], &failed);
    }
    free(all);
    if (!code)
        code = qdr_comm_share(comm, 0, NULL, 0, &failed);
    if (code)
        *err = failed;
    return code;
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
    sweep->field = calloc(pass->space_count + 1, sizeof *sweep->field);
    if (!sweep->field)
        return qdr_fail_memory(err, "starting the threads");
    for (size_t i = 0; i < pass->space_count; i++) {
        struct field *f = &sweep->field[sweep->field_count++];
        f->space = &pass->space[i];
        f->pieces = qdr_space_piece_grid(f->space);
        int code = qdr_intervals_missing(&done[i], qdr_space_pieces(f->space), &f->todo, err);
        int64_t todo = qdr_intervals_size(&f->todo);
        f->first = share(todo, sweep->comm->rank, sweep->comm->size);
        f->count = share(todo, sweep->comm->rank + 1, sweep->comm->size) - f->first;
        f->elements = qdr_space_elements(f->space, &f->todo);
        sweep->total += f->count;
        if (!code)
            code = qdr_space_compile(known, f->space, stores, &f->code, err);
        if (code)
            return code;
    }
    return QDR_OK;
}

static int make_crews(qdr_sweep *sweep, int threads, qdr_error *err)
{
    /* more threads than pieces would only wait */
    int64_t useful = sweep->total < threads ? sweep->total : threads;
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
        qdr_space_destroy(sweep->field[i].code);
    }
    pthread_mutex_destroy(&sweep->lock);
    free(sweep->crew);
    free(sweep->field);
    free(sweep);
}
