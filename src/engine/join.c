/* Joining the states of parts: what ranks and threads do at the end of a pass, with states out of
 * files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/arrays.h"
#include "engine/finish.h"
#include "engine/merge.h"
#include "engine/parts.h"
#include "engine/state.h"
#include "engine/work.h"
#include "exact/environment.h"

/* States that are being joined. */
struct joining {
    qdr_running run;
    qdr_run_options options;
    const qdr_join_options *join;
    const qdr_state *state;
    size_t count;
    qdr_intervals **done; /* by state, by space: the pieces that it has */
};

/* ---- one state ----------------------------------------------------------------------------- */

/* Makes the program and the plan of a state; run->options->digest becomes the state's. */
static int open_work(struct joining *j, const qdr_state *state, qdr_program **program)
{
    qdr_running *r = &j->run;
    char shown[512];
    size_t size;
    if (qdr_state_check(state, r->err))
        return r->err->code;
    const char *lines = qdr_state_work(state, &size);
    qdr_error why = QDR_ERROR_INIT;
    int failed = qdr_work_compile(lines, size, j->join->saves, j->join->save_count, program,
                                  &j->options.digest, &why);
    if (failed == QDR_EDATA)
        return qdr_fail(r->err, failed, "%s: %s", qdr_escape(shown, sizeof shown, state->name),
                        why.text);
    if (failed) {
        *r->err = why;
        return failed;
    }
    r->program = *program;
    bool other;
    int code = qdr_running_open(r);
    if (!code && qdr_running_stores(r))
        code = qdr_fail(r->err, QDR_EDATA, "%s says that it is a part of work that has none",
                        qdr_escape(shown, sizeof shown, state->name));
    return code ? code : qdr_state_cut(r, state, &other, r->err);
}

/* A run of several passes is not in parts, whatever of it is done. */
static int check_passes(const qdr_running *r, const qdr_state *state, size_t count)
{
    char shown[512];
    bool complete = r->pass == r->plan.pass_count;
    if (complete ? count == 1 : r->plan.pass_count == 1)
        return QDR_OK;
    if (complete)
        return qdr_fail(r->err, QDR_EREFUSED, "%s is complete; nothing can be joined to it",
                        qdr_escape(shown, sizeof shown, state->name));
    return qdr_fail(r->err, QDR_EREFUSED,
                    "%s is no part but the checkpoint of a run that is in pass %zu of %zu; the "
                    "command that began it goes on with it",
                    qdr_escape(shown, sizeof shown, state->name), r->pass + 1, r->plan.pass_count);
}

/* ---- several ------------------------------------------------------------------------------- */

static int refuse(struct joining *j, const qdr_state *a, const char *is, const qdr_state *b)
{
    char one[512], other[512];
    return qdr_fail(j->run.err, QDR_EREFUSED, "%s %s %s", qdr_escape(one, sizeof one, a->name), is,
                    qdr_escape(other, sizeof other, b->name));
}

static void refuse_common(struct joining *j, const qdr_state *a, const qdr_state *b,
                          const qdr_space *space, const qdr_intervals *common)
{
    qdr_bytes text = {0};
    qdr_bytes_text(&text, "has ");
    qdr_parts_name(&text, space, common);
    qdr_bytes_text(&text, " in common with");
    if (!qdr_bytes_check(&text, j->run.err))
        refuse(j, a, text.data, b);
    qdr_bytes_clear(&text);
}

/* QDR_EREFUSED when the state has pieces that one before it has, too. */
static int check_common(struct joining *j, size_t index)
{
    const qdr_pass *pass = &j->run.plan.pass[0];
    for (size_t k = 0; k < index && !j->run.err->code; k++)
        for (size_t i = 0; i < pass->space_count && !j->run.err->code; i++) {
            qdr_intervals common = {0};
            qdr_intervals_common(&j->done[index][i], &j->done[k][i], &common, j->run.err);
            if (common.count)
                refuse_common(j, &j->state[index], &j->state[k], &pass->space[i], &common);
            qdr_intervals_clear(&common);
        }
    return j->run.err->code;
}

/* Takes up what a state has. */
static int take_up(struct joining *j, size_t index)
{
    qdr_running *r = &j->run;
    const qdr_pass *pass = r->plan.pass;
    uint64_t *words = NULL;
    j->done[index] = calloc(r->spaces + 1, sizeof *j->done[index]);
    if (!j->done[index])
        return qdr_fail_memory(r->err, "joining states");
    int code = qdr_state_read(r, &j->state[index], j->done[index], &words, r->err);
    if (!code)
        code = check_passes(r, &j->state[index], j->count);
    if (!code && words)
        code = check_common(j, index);
    for (size_t i = 0; words && !code && i < pass->space_count; i++)
        code = qdr_intervals_add_all(&r->done[i], &j->done[index][i], r->err);
    if (!code && words)
        qdr_merge_states(pass, r->state, words);
    free(words);
    return code;
}

static int join(struct joining *j, qdr_program **program)
{
    qdr_running *r = &j->run;
    int code = open_work(j, &j->state[0], program);
    if (!code && r->plan.pass_count) {
        r->state = calloc(r->plan.pass[0].words + 1, sizeof *r->state);
        if (!r->state)
            code = qdr_fail_memory(r->err, "joining states");
    }
    for (size_t i = 0; i < j->count && !code; i++) {
        if (i)
            code = qdr_state_check(&j->state[i], r->err);
        if (i && !code && !qdr_state_is_work(r, &j->state[i]))
            code = refuse(j, &j->state[i], "is a part of other work than", &j->state[0]);
        if (!code)
            code = take_up(j, i);
    }
    return code;
}

/* ---- what comes of it ---------------------------------------------------------------------- */

/* Names the pieces that are missing; *missing stays NULL when none are. */
static int find_missing(const qdr_running *r, char **missing)
{
    const qdr_pass *pass = r->plan.pass;
    qdr_bytes text = {0};
    *missing = NULL;
    for (size_t i = 0; r->pass < r->plan.pass_count && i < pass->space_count; i++) {
        qdr_intervals set = {0};
        if (qdr_intervals_missing(&r->done[i], qdr_space_pieces(&pass->space[i]), &set, r->err))
            break;
        if (set.count) {
            qdr_bytes_text(&text, text.size ? "; " : "");
            qdr_parts_name(&text, &pass->space[i], &set);
        }
        qdr_intervals_clear(&set);
    }
    if (!r->err->code && text.size && !qdr_bytes_check(&text, r->err))
        *missing = text.data;
    else
        qdr_bytes_clear(&text);
    return r->err->code;
}

static int finish(qdr_running *r)
{
    int code = QDR_OK;
    if (r->pass == r->plan.pass_count) {
        code = qdr_arrays_publish_again(r);
    } else {
        code = qdr_finish_contexts(r, &r->plan.pass[0]);
        if (!code)
            code = qdr_finish_pass(r, &r->plan.pass[0], r->state);
        r->pass++;
    }
    return code ? code : qdr_finish_results(r);
}

static int join_all(struct joining *j, qdr_joint *joint)
{
    qdr_running *r = &j->run;
    double began = qdr_clock_seconds();
    j->done = calloc(j->count + 1, sizeof *j->done);
    int code = j->done ? join(j, &joint->program) : qdr_fail_memory(r->err, "joining states");
    if (!code)
        code = find_missing(r, &joint->missing);
    if (!code)
        code = qdr_state_report(r);
    if (!code)
        code = qdr_running_report(r);
    if (!code && !joint->missing)
        code = finish(r);
    if (!code && !joint->missing)
        qdr_saving_commit(r->comm, r->saving, &r->report->saving);
    r->report->seconds = qdr_clock_seconds() - began;
    return code;
}

static void begin(struct joining *j, qdr_comm *comm, qdr_run_report *report, qdr_error *err)
{
    *report = (qdr_run_report){.threads = 1, .parts = (int)j->count, .saving = QDR_ERROR_INIT,
                               .checkpoint = QDR_ERROR_INIT};
    j->options.memory = j->join->memory;
    j->run = (qdr_running){.comm = comm, .options = &j->options, .report = report, .err = err};
}

static void end(struct joining *j)
{
    for (size_t i = 0; i < j->count && j->done; i++) {
        for (size_t k = 0; k < j->run.spaces && j->done[i]; k++)
            qdr_intervals_clear(&j->done[i][k]);
        free(j->done[i]);
    }
    free(j->done);
    if (j->run.program)
        qdr_running_close(&j->run);
}

int qdr_join(qdr_comm *comm, const qdr_state *states, size_t count,
             const qdr_join_options *options, qdr_joint *joint, qdr_error *err)
{
    struct joining j = {.join = options, .state = states, .count = count};
    qdr_error failed = QDR_ERROR_INIT;
    *joint = (qdr_joint){0};
    begin(&j, comm, &joint->report, &failed);
    fenv_t before = qdr_environment_enter_all();
    int code = join_all(&j, joint);
    qdr_environment_leave_all(&before);
    end(&j);
    if (code) {
        qdr_joint_clear(joint);
        *err = failed;
    }
    return code;
}

void qdr_joint_clear(qdr_joint *joint)
{
    qdr_program_destroy(joint->program);
    qdr_run_report_clear(&joint->report);
    free(joint->missing);
    *joint = (qdr_joint){0};
}

/* ---- what a state is of -------------------------------------------------------------------- */

static int describe(struct joining *j, qdr_program **program, qdr_bytes *text)
{
    qdr_running *r = &j->run;
    size_t size;
    int code = open_work(j, j->state, program);
    if (!code)
        code = qdr_state_read(r, j->state, r->done, &r->state, r->err);
    if (code)
        return code;
    const char *lines = qdr_state_work(j->state, &size);
    qdr_bytes_append(text, lines, size);
    if (r->pass == r->plan.pass_count)
        qdr_bytes_text(text, "complete\n");
    else if (r->plan.pass_count > 1)
        qdr_bytes_format(text, "pass %zu of %zu\n", r->pass + 1, r->plan.pass_count);
    const qdr_pass *pass = &r->plan.pass[r->pass];
    for (size_t i = 0; r->pass < r->plan.pass_count && i < pass->space_count; i++) {
        qdr_parts_name(text, &pass->space[i], &r->done[i]);
        qdr_bytes_text(text, "\n");
    }
    return qdr_bytes_check(text, r->err);
}

int qdr_state_describe(const qdr_state *state, char **text, qdr_error *err)
{
    const qdr_join_options options = {0};
    struct joining j = {.join = &options, .state = state, .count = 1};
    qdr_error failed = QDR_ERROR_INIT;
    qdr_run_report report;
    qdr_comm *comm;
    qdr_program *program = NULL;
    qdr_bytes lines = {0};
    int code = qdr_comm_alone(&comm, err);
    if (code)
        return code;
    begin(&j, comm, &report, &failed);
    code = describe(&j, &program, &lines);
    end(&j);
    qdr_run_report_clear(&report);
    qdr_program_destroy(program);
    qdr_comm_stop(comm, code);
    if (code) {
        qdr_bytes_clear(&lines);
        *err = failed;
        return code;
    }
    *text = lines.data;
    return QDR_OK;
}
