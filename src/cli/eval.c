/* eval: evaluate and reduce, the main job. Every rank runs this; the first one publishes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/progress.h"
#include "cli/publish.h"
#include "cli/stop.h"

/* Whether the file's form is one for what is made: a result, or the state of a part. */
static int check_form(const char *path, const qdr_output *output, bool part, qdr_error *err)
{
    char shown[512];
    if (part ? output->make_state != NULL : output->make || !output->make_state)
        return QDR_OK;
    qdr_escape(shown, sizeof shown, path);
    return part ? qdr_fail(err, QDR_EUSAGE, "%s: a part is a state, which is written as .qpart, "
                                            ".png, .svg or .txt",
                           shown)
                : qdr_fail(err, QDR_EUSAGE, "%s: a state is of a part; --part 1/1 is all of it",
                           shown);
}

/* What a state can't carry is refused, and so is a part that goes nowhere. */
static int check_part(const qdr_settings *s, qdr_error *err)
{
    if (s->json || s->sign || s->label || s->meta_count || s->save_count || s->form.full_metadata)
        return qdr_fail(err, QDR_EUSAGE, "a part is no result yet: --json, --sign, --label, --meta, "
                                         "--full-metadata and .npy are for merge, which makes one");
    if (!s->output_count && s->qr != QDR_ALWAYS)
        return qdr_fail(err, QDR_EUSAGE, "a part has to go somewhere: add -o part.qpart or part.png");
    return QDR_OK;
}

/* What is written at the end is not to replace what the run goes on from. */
static int check_checkpoint(const qdr_settings *s, qdr_error *err)
{
    char shown[512];
    bool same = false;
    for (size_t i = 0; i < s->output_count; i++)
        same |= qdr_file_is_same(s->output[i], s->run.checkpoint);
    for (size_t i = 0; i < s->save_count; i++)
        same |= qdr_file_is_same(s->save[i].value, s->run.checkpoint);
    return same ? qdr_fail(err, QDR_EUSAGE,
                           "%s is to be the checkpoint and the result; they need two names",
                           qdr_escape(shown, sizeof shown, s->run.checkpoint))
                : QDR_OK;
}

/* Asks whether the outputs can be written before hours are spent on what goes into them. */
static int check_outputs(qdr_comm *comm, const qdr_settings *settings, qdr_error *err)
{
    const qdr_output *output;
    bool first = qdr_comm_rank(comm) == 0, part = settings->run.part.count;
    if (part && first && !settings->explain)
        check_part(settings, err);
    for (size_t i = 0; i < settings->output_count && first && !err->code; i++)
        if (!qdr_output_find(settings->output[i], &output, err))
            check_form(settings->output[i], output, part, err);
    for (size_t i = 0; i < settings->save_count && first && !err->code; i++)
        qdr_output_find(settings->save[i].value, &output, err);
    if (first && settings->run.checkpoint && !err->code)
        check_checkpoint(settings, err);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

/* Whether something carries the text or the record away. */
static bool has_carrier(const qdr_settings *settings)
{
    return settings->output_count || settings->json || settings->qr == QDR_ALWAYS;
}

/* Finds the key before hours are spent on what it is to sign. Only the first rank signs. */
static int open_signer(qdr_comm *comm, qdr_settings *settings, qdr_error *err)
{
    if (!settings->sign)
        return QDR_OK;
    if (qdr_comm_rank(comm) == 0 && !has_carrier(settings))
        qdr_fail(err, QDR_EUSAGE, "--sign: nothing carries a signature; add -o result.png, .txt or "
                                  ".json");
    else if (qdr_comm_rank(comm) == 0)
        qdr_signer_open(settings->sign, getenv("SSH_AUTH_SOCK"), &settings->signer, err);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

/* Says what would be done, on standard output, or what will be, on standard error. */
static int explain(qdr_comm *comm, const qdr_program *program, const qdr_settings *settings,
                   qdr_error *err)
{
    char *text;
    if (qdr_comm_rank(comm) == 0 && !qdr_explain(comm, program, &settings->run, &text, err)) {
        if (settings->explain)
            fputs(text, stdout);
        for (char *line = strtok(text, "\n"); line && !settings->explain; line = strtok(NULL, "\n"))
            qdr_say("%s", line);
        free(text);
        qdr_flush_output(err);
    }
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

/* A note on each file that has more than its header promises. */
static void tell_trailing(const qdr_program *program)
{
    for (size_t i = 0; i < qdr_program_input_count(program); i++) {
        const qdr_source *source = qdr_program_input_at(program, i).source;
        char shown[512];
        size_t before = 0; /* another slice of the same file */
        while (qdr_program_input_at(program, before).source != source)
            before++;
        if (before == i && qdr_source_trailing(source))
            qdr_say("%s: %llu bytes behind its last element are ignored. Is its header right?",
                    qdr_escape(shown, sizeof shown, qdr_source_path(source)),
                    (unsigned long long)qdr_source_trailing(source));
    }
}

/* mpirun -n 1 binds its rank to one CPU, and means no harm. */
static void tell_binding(const qdr_comm *comm, const qdr_settings *settings)
{
    int cpus = qdr_comm_bound_of(comm);
    if (cpus && !settings->quiet)
        qdr_say("the launcher bound the only rank to 1 of %d CPUs; 'mpirun --bind-to none', or no "
                "launcher, lets it use all",
                cpus);
}

static int run_program(qdr_comm *comm, const qdr_program *program, qdr_settings *settings,
                       qdr_error *err)
{
    char started[QDR_CLOCK_TEXT];
    qdr_display display;
    qdr_run_report report;
    qdr_clock_now(started);
    qdr_display_start(&display, settings);
    int code = qdr_run(comm, program, &settings->run, &report, err);
    qdr_display_end(&display);
    if (code)
        return code;
    qdr_stop_close(&settings->run.stop); /* nothing is left that could be saved */
    if (qdr_comm_rank(comm) == 0 && settings->run.part.count)
        qdr_publish_part(comm, settings, &report, err);
    else if (qdr_comm_rank(comm) == 0)
        qdr_publish(comm, program, settings, &report, started, err);
    qdr_run_report_clear(&report);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

static int evaluate(qdr_comm *comm, qdr_settings *settings, char **expressions, int count,
                    qdr_error *err)
{
    qdr_program *program = NULL;
    qdr_opener opener = qdr_comm_opener(comm, settings->run.io);
    const qdr_program_text text = {
        .texts = (const char *const *)expressions,
        .text_count = (size_t)count,
        .files = settings->input,
        .file_count = settings->input_count,
        .lets = settings->let,
        .let_count = settings->let_count,
        .saves = settings->save,
        .save_count = settings->save_count,
    };
    qdr_program_compile(&text, &opener, &program, err);
    int code = qdr_comm_agree(comm, err);
    if (!code)
        code = check_outputs(comm, settings, err);
    if (!code)
        code = open_signer(comm, settings, err);
    if (!code) {
        tell_binding(comm, settings);
        tell_trailing(program);
    }
    if (!code && (settings->explain || settings->verbose))
        code = explain(comm, program, settings, err);
    if (!code && !settings->explain)
        code = run_program(comm, program, settings, err);
    qdr_program_destroy(program);
    return code;
}

static int run(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT, failed = QDR_ERROR_INIT;
    qdr_comm *comm = NULL;
    qdr_settings settings = {.run = {.digest = true, .every = 60}};
    int count;
    if (!qdr_options_parse(command, &settings, argc, argv, &count, &err) && !count)
        qdr_fail(&err, QDR_EUSAGE,
                 "there is no expression; for example: quadrat eval 'mean(ones((1000, 1000)))'");
    if (!err.code && settings.run.checkpoint)
        qdr_stop_open(&settings.run.stop, &err);
    /* also after an error: mpirun ends all ranks when one leaves, rank 0 with its message too */
    if (qdr_comm_start(&comm, &failed) && !err.code)
        err = failed;
    int code = failed.code ? err.code : qdr_comm_agree(comm, &err);
    if (!code)
        code = evaluate(comm, &settings, argv, count, &err);
    if (code)
        qdr_complain(&err);
    qdr_stop_close(&settings.run.stop);
    qdr_settings_clear(&settings);
    qdr_comm_stop(comm, code);
    return code;
}

const qdr_command qdr_eval_command = {
    .name = "eval",
    .arguments = "EXPR...",
    .help = "evaluate and reduce arrays",
    .details = "Under mpirun or srun all ranks share the work; without, one rank does, with threads.\n"
               "The result lines go to standard output, everything else to standard error.\n"
               "  mpirun -n 4 quadrat eval -i x=survey.npy 'mean(x), std(x, ddof=1)' -o result.png\n"
               "'quadrat help expressions' tells how to write EXPR.\n",
    .options = qdr_settings_options,
    .ranks = true,
    .run = run,
};
