#include "engine/checkpoint.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/replace.h"
#include "engine/merge.h"
#include "engine/parts.h"
#include "engine/state.h"

#define OLDER ".old"
#define LARGEST ((size_t)1 << 40) /* bytes of a state that is read */

enum { WISH_SAVE = 1, WISH_STOP = 2 };

/* Says something on rank 0. */
__attribute__((format(printf, 2, 3)))
static void tell(const qdr_checkpoint *c, const char *format, ...)
{
    char text[QDR_ERROR_TEXT];
    const qdr_run_options *o = c->run->options;
    if (!o->notice || c->run->comm->rank != 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    o->notice(o->context, text);
}

/* What the path names, behind any symbolic links; NULL without memory. */
static char *target_of(const char *path)
{
    struct stat st;
    char *target = lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    return target ? target : strdup(path);
}

/* The name of the state before that in path, beside it. */
static char *older_name(const char *path)
{
    char *target = target_of(path), *name = NULL;
    if (target && asprintf(&name, "%s" OLDER, target) < 0)
        name = NULL;
    free(target);
    return name;
}

/* Which file stands there, as qdr_checkpoint has it. */
static void identify(const char *path, uint64_t *inode, uint64_t *changed)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    *inode = there ? st.st_ino : 0;
    *changed = there ? (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec : 0;
}

/* ---- resuming -------------------------------------------------------------------------------- */

static int load(qdr_checkpoint *c, const char *path, qdr_error *err)
{
    int code = qdr_file_load(path, LARGEST, &c->loaded, &c->size, err);
    if (!code)
        code = qdr_state_check(&(qdr_state){path, c->loaded, c->size}, err);
    if (code) {
        free(c->loaded);
        c->loaded = NULL;
    }
    return code;
}

/* The file, or the one before it where it is damaged or was lost. */
static int load_any(qdr_checkpoint *c, qdr_error *err)
{
    const char *path = c->run->options->checkpoint;
    char *older = older_name(path), shown[512];
    if (!older)
        return qdr_fail_memory(err, "resuming");
    qdr_error first = QDR_ERROR_INIT, second = QDR_ERROR_INIT;
    bool there = access(path, F_OK) == 0, before = access(older, F_OK) == 0;
    int code = QDR_OK;
    identify(path, &c->inode, &c->changed);
    if (there)
        code = load(c, path, &first);
    if (before && !c->loaded) {
        code = load(c, older, &second);
        if (!code)
            tell(c, "%s. Going on from the state before it, %s",
                 there ? first.text : "the state was lost", qdr_escape(shown, sizeof shown, older));
        c->damaged = !code;
    }
    c->earlier = c->loaded;
    if (code && there && before)
        qdr_fail(err, code, "%s; and %s", first.text, second.text);
    else if (code)
        *err = there ? first : second;
    free(older);
    return code;
}

/* Whether a file is a state, or what a crash left of one. */
static bool can_be_state(const char *path)
{
    int fd;
    uint64_t size;
    char head[32];
    qdr_error why = QDR_ERROR_INIT;
    if (access(path, F_OK) != 0)
        return true;
    if (qdr_file_open(path, &fd, &size, &why))
        return false;
    size = size < sizeof head ? size : sizeof head;
    bool can = !qdr_file_read(fd, path, head, size, 0, &why) &&
               (!size || qdr_state_begins(head, size));
    close(fd);
    return can;
}

/* The name of the older state may be that of something else, which is not to be lost. */
static int check_older(const char *path, qdr_error *err)
{
    char *older = older_name(path), shown[512];
    int code = QDR_OK;
    if (!older)
        code = qdr_fail_memory(err, "resuming");
    else if (!can_be_state(older))
        code = qdr_fail(err, QDR_EUSAGE,
                        "%s is no state, and would be replaced by the one before the newest; move it "
                        "away, or take another name for the checkpoint",
                        qdr_escape(shown, sizeof shown, older));
    free(older);
    return code;
}

/* That there can be states of that name, and others beside it. */
static int check_file(const char *path, qdr_error *err)
{
    struct stat st;
    char shown[512];
    bool other = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (other || strcmp(path, "-") == 0)
        return qdr_fail(err, QDR_EUSAGE, "%s is no file; a checkpoint is one",
                        qdr_escape(shown, sizeof shown, path));
    int code = qdr_file_check_target(path, err);
    return code ? code : check_older(path, err);
}

int qdr_checkpoint_open(qdr_checkpoint *c, qdr_running *run, qdr_error *err)
{
    char shown[512];
    const char *path = run->options->checkpoint;
    *c = (qdr_checkpoint){.run = run, .failure = QDR_ERROR_INIT};
    c->next = qdr_clock_seconds() + run->options->every;
    if (!path)
        return QDR_OK;
    qdr_error failed = QDR_ERROR_INIT;
    if (run->comm->rank == 0 && !check_file(path, &failed))
        load_any(c, &failed);
    int code = qdr_comm_share_bytes(run->comm, &c->loaded, &c->size, &failed);
    if (!code && c->loaded && !qdr_state_is_work(run, &(qdr_state){path, c->loaded, c->size}))
        qdr_fail(&failed, QDR_EREFUSED,
                 "%s is the state of other work: of another program, or of arrays of another dtype "
                 "or shape. Take another name, or delete it, and " OLDER ", to begin anew",
                 qdr_escape(shown, sizeof shown, path));
    if (qdr_comm_agree(run->comm, &failed))
        *err = failed;
    return failed.code;
}

/* A run that stores elements while they are made has more than its state to lose. */
static int check_run(const qdr_running *run, qdr_error *err)
{
    if (!run->options->checkpoint || !qdr_running_stores(run))
        return QDR_OK;
    return qdr_fail(err, QDR_EUSAGE, "there is no checkpoint of an array that is a result, saved or "
                                     "broadcast back; reduce it, or leave --checkpoint out");
}

/* Every rank has what it takes up as its own; what was taken up before is rank 0's. */
static int read_state(qdr_running *run, const qdr_state *state, bool *other, qdr_error *err)
{
    int code = qdr_state_cut(run, state, other, err);
    if (!code)
        code = qdr_state_read(run, state, run->done, &run->state, err);
    if (!code && run->state && run->comm->rank != 0)
        memset(run->state, 0, run->plan.pass[run->pass].words * sizeof *run->state);
    return code;
}

int qdr_checkpoint_resume(qdr_checkpoint *c, qdr_error *err)
{
    qdr_running *run = c->run;
    qdr_error failed = QDR_ERROR_INIT;
    bool other = false;
    int code = check_run(run, err);
    if (code || !c->loaded)
        return code;
    read_state(run, &(qdr_state){run->options->checkpoint, c->loaded, c->size}, &other, &failed);
    free(c->loaded);
    c->loaded = NULL;
    if (qdr_comm_agree(run->comm, &failed)) {
        *err = failed;
        return failed.code;
    }
    bool over = run->pass == run->plan.pass_count;
    if (other && run->options->chunks.ndim && !over)
        tell(c, "the saved state has blocks of its own; --chunks is ignored");
    code = run->options->part.count ? qdr_parts_check_done(run, err) : QDR_OK;
    if (code)
        return code;
    if (over)
        tell(c, "the saved state is that of a run that is done");
    else
        tell(c, qdr_parts_is_done(run) ? "the saved state is that of a part that is done"
                                       : "resumed from the saved state");
    return QDR_OK;
}

/* ---- saving ---------------------------------------------------------------------------------- */

/* Gives a good file its other name, too. A file system without links has one generation only. */
static void keep_older(const char *path)
{
    char *target = target_of(path), *older = older_name(path);
    if (target && older && access(target, F_OK) == 0) {
        unlink(older);
        (void)!link(target, older);
    }
    free(target);
    free(older);
}

/* Two runs that save to one file would each throw away what the other has. */
static int check_own(const qdr_checkpoint *c, qdr_error *err)
{
    char shown[512];
    uint64_t inode, changed;
    const char *path = c->run->options->checkpoint;
    identify(path, &inode, &changed);
    if (!inode || (inode == c->inode && changed == c->changed))
        return QDR_OK;
    return qdr_fail(err, QDR_EREFUSED, "writing %s: it is not what this run left there; another run "
                                       "saves to it, too. Each run takes a name of its own",
                    qdr_escape(shown, sizeof shown, path));
}

/* Knows the file again that it has put there; also where only the directory could not be synced. */
static void take_over(qdr_checkpoint *c, uint64_t own)
{
    uint64_t inode, changed;
    identify(c->run->options->checkpoint, &inode, &changed);
    if (own && inode == own) {
        c->inode = inode;
        c->changed = changed;
    }
}

/* Puts the new state in place when it is whole on disk; until then nothing of the old ones is
 * touched, and never what alone is good. */
static int replace(qdr_checkpoint *c, const qdr_bytes *bytes, qdr_error *err)
{
    qdr_draft draft = {.fd = -1};
    const char *path = c->run->options->checkpoint;
    int code = check_own(c, err);
    if (!code)
        code = qdr_draft_begin(path, bytes->size, &draft, err);
    if (!code)
        code = qdr_file_write(draft.fd, path, bytes->data, bytes->size, 0, err);
    if (!code)
        code = qdr_draft_flush(path, &draft, err);
    if (!code && !c->damaged)
        keep_older(path);
    struct stat own = {0};
    if (!code && fstat(draft.fd, &own))
        code = qdr_fail_errno(err, "saving the state");
    if (!code)
        code = qdr_draft_commit(path, &draft, err);
    take_over(c, own.st_ino);
    c->damaged = c->damaged && code;
    qdr_draft_drop(&draft);
    return code;
}

static void write_state(qdr_checkpoint *c, const uint64_t *state, const qdr_intervals *done)
{
    qdr_bytes bytes = {0};
    c->failure.code = QDR_OK;
    int code = qdr_state_write(c->run, true, state, done, &bytes, &c->failure);
    if (!code)
        code = replace(c, &bytes, &c->failure);
    qdr_bytes_clear(&bytes);
    c->saved |= !code;
    c->earlier |= !code;
    if (code)
        tell(c, "%s. The run goes on; the last good state is kept", c->failure.text);
}

/* In the middle of a pass: of what all ranks have, and which pieces that are. */
static int save_sweep(qdr_checkpoint *c, qdr_sweep *sweep, qdr_error *err)
{
    qdr_running *run = c->run;
    const qdr_pass *pass = &run->plan.pass[run->pass];
    qdr_error failed = QDR_ERROR_INIT;
    uint64_t *state = malloc((pass->words + 1) * sizeof *state);
    qdr_intervals *done = calloc(pass->space_count + 1, sizeof *done);
    qdr_sweep_flush(sweep, run->state);
    if (!state || !done)
        qdr_fail_memory(&failed, "saving the state");
    else
        memcpy(state, run->state, pass->words * sizeof *state);
    for (size_t i = 0; i < pass->space_count && !failed.code; i++)
        qdr_intervals_add_all(&done[i], &run->done[i], &failed);
    int code = qdr_comm_agree(run->comm, &failed);
    if (!code)
        code = qdr_sweep_note(sweep, done, &failed);
    if (!code)
        code = qdr_merge(run->comm, pass, state, &failed);
    if (!code && run->comm->rank == 0)
        write_state(c, state, done);
    for (size_t i = 0; i < pass->space_count && done; i++)
        qdr_intervals_clear(&done[i]);
    free(done);
    free(state);
    if (code)
        *err = failed;
    return code;
}

void qdr_checkpoint_save(qdr_checkpoint *c, const uint64_t *state)
{
    if (c->run->options->checkpoint && c->run->comm->rank == 0)
        write_state(c, state, c->run->done);
    c->next = qdr_clock_seconds() + c->run->options->every;
}

/* ---- between rounds -------------------------------------------------------------------------- */

static int64_t wish_stop(void *checkpoint)
{
    const qdr_checkpoint *c = checkpoint;
    struct pollfd asked = {.fd = c->run->options->stop, .events = POLLIN};
    return asked.fd > 0 && poll(&asked, 1, 0) > 0 ? WISH_STOP : 0;
}

static int64_t wish(void *checkpoint)
{
    const qdr_checkpoint *c = checkpoint;
    bool save = c->run->comm->rank == 0 && qdr_clock_seconds() >= c->next;
    return wish_stop(checkpoint) + (save ? WISH_SAVE : 0);
}

/* How a run ends that was asked to stop, and has tried to save. */
static void tell_stop(const qdr_checkpoint *c, qdr_error *err)
{
    char shown[512];
    const char *path = c->run->options->checkpoint;
    char *older = c->damaged ? older_name(path) : NULL;
    qdr_escape(shown, sizeof shown, older ? older : path);
    free(older);
    if (!c->failure.code)
        qdr_fail(err, QDR_ESTOPPED,
                 "stopped; what was done is saved in %s. The same command goes on from there", shown);
    else if (c->earlier)
        qdr_fail(err, c->failure.code,
                 "stopped, but not saved: %s. %s has an earlier state; what was done since is lost",
                 c->failure.text, shown);
    else
        qdr_fail(err, c->failure.code, "stopped, but not saved: %s. What was done is lost",
                 c->failure.text);
}

static int grant(void *checkpoint, qdr_sweep *sweep, int64_t wishes, qdr_error *err)
{
    qdr_checkpoint *c = checkpoint;
    qdr_comm *comm = c->run->comm;
    int code = save_sweep(c, sweep, err);
    c->next = qdr_clock_seconds() + c->run->options->every;
    if (code || wishes <= WISH_SAVE)
        return code;
    if (comm->rank == 0)
        tell_stop(c, err);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

static int grant_stop(void *checkpoint, qdr_sweep *sweep, int64_t wishes, qdr_error *err)
{
    (void)checkpoint, (void)sweep, (void)wishes;
    return qdr_fail(err, QDR_ESTOPPED, "stopped while loading; the same command begins again there");
}

qdr_meeting qdr_checkpoint_stopping(qdr_checkpoint *c)
{
    return (qdr_meeting){wish_stop, grant_stop, c};
}

qdr_meeting qdr_checkpoint_meeting(qdr_checkpoint *c)
{
    return (qdr_meeting){wish, grant, c};
}

void qdr_checkpoint_close(qdr_checkpoint *c)
{
    free(c->loaded);
}
