/* verify: compute a result again from the data, and compare the bits. The first rank reads the
 * code, before MPI starts; all compute; the first one answers, on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/progress.h"
#include "cli/reader.h"
#include "exchange/states.h"
#include "exchange/verify.h"

/* ---- the text ------------------------------------------------------------------------------ */

static bool is_json(const qdr_image_code *text)
{
    return text->size && text->text[0] == '{';
}

static int from_json(qdr_image_code *code, qdr_error *err)
{
    char *text = NULL;
    qdr_record *record;
    int failed = qdr_record_parse(code->text, code->size, &record, err);
    if (failed) /* also when its check does not hold: the bytes are wrong */
        return err->code = failed == QDR_EFAIL ? QDR_EDATA : failed;
    failed = qdr_record_text(record, SIZE_MAX, &text, err);
    qdr_record_destroy(record);
    if (failed)
        return failed;
    free(code->text);
    *code = (qdr_image_code){text, strlen(text)};
    return QDR_OK;
}

/* The one among the texts that is a result; others may stand in the same photo. */
static int choose(const qdr_image_codes *texts, const qdr_trust *trust, qdr_image_code **chosen,
                  qdr_error *err)
{
    qdr_text_finding finding, found = {0};
    size_t results = 0;
    for (size_t i = 0; i < texts->count; i++) {
        int code = qdr_text_examine(texts->items[i].text, texts->items[i].size, &finding, err);
        if (code)
            return code;
        if (!finding.result)
            continue;
        results++;
        found = finding;
        *chosen = &texts->items[i];
    }
    if (!results && texts->count && qdr_state_either_begins(texts->items->text, texts->items->size))
        return qdr_fail(err, QDR_EDATA, "this is a part, not a result; 'quadrat merge' joins it with "
                                        "the others to one");
    if (!results)
        return qdr_fail(err, QDR_EDATA, "there is no result of quadrat in it");
    if (results > 1)
        return qdr_fail(err, QDR_EDATA, "there are %zu results in it; cut out the one to verify, or "
                        "give its text on standard input: -", results);
    if (!found.holds)
        return qdr_fail(err, QDR_EDATA,
                        "the check does not hold: the text gives %s, not %s. Was it changed?",
                        found.computed, found.claimed);
    return qdr_trust_tell(trust, (*chosen)->text, &found.signature, err);
}

/* Reads the result's text, whose check holds. */
static int read_text(const char *path, qdr_trust *trust, qdr_image_code *text, qdr_error *err)
{
    qdr_image_codes texts = {0};
    qdr_image_code *chosen = NULL;
    bool image;
    int code = qdr_trust_load(trust, err);
    if (!code)
        code = qdr_reader_load(path, QDR_READER_MOST, &texts, &image, err);
    if (code)
        return code;
    if (!image && is_json(texts.items))
        code = from_json(texts.items, err);
    if (!code)
        code = choose(&texts, trust, &chosen, err);
    if (!code && chosen->size > QDR_CLAIMS_MOST)
        code = qdr_fail(err, QDR_EDATA, "a result of more than %u bytes", QDR_CLAIMS_MOST);
    if (code) {
        qdr_reader_name(path, err);
    } else {
        *text = *chosen;
        chosen->text = NULL;
    }
    qdr_image_codes_clear(&texts);
    return code;
}

/* ---- the files ----------------------------------------------------------------------------- */

/* Puts the file that was named x where the claims have x. */
static int place(const qdr_claims *claims, const qdr_binding *input, char *path[], qdr_error *err)
{
    qdr_bytes known = {0};
    char shown[128];
    for (size_t i = 0; i < claims->file_count; i++) {
        if (strcmp(claims->file[i].name, input->name) == 0) {
            path[i] = strdup(input->value);
            qdr_bytes_clear(&known);
            return path[i] ? QDR_OK : qdr_fail_memory(err, "reading the options");
        }
        qdr_bytes_format(&known, "%s%s", i ? ", " : "; its inputs are ", claims->file[i].name);
    }
    qdr_fail(err, QDR_EUSAGE, "the result has no input '%s'%s",
             qdr_escape(shown, sizeof shown, input->name), known.data ? known.data : "");
    qdr_bytes_clear(&known);
    return QDR_EUSAGE;
}

static int place_all(const qdr_claims *claims, const qdr_settings *settings, char *path[],
                     qdr_error *err)
{
    int code = QDR_OK;
    for (size_t i = 0; i < settings->input_count && !code; i++)
        code = place(claims, &settings->input[i], path, err);
    return code;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void print_lines(const qdr_claims *claims, const qdr_verdict *verdict)
{
    static const char *const words[] = {[QDR_LINE_SAME] = "matches",
                                        [QDR_LINE_DIFFERS] = "DIFFERS",
                                        [QDR_LINE_UNKNOWN] = "not computed"};
    for (size_t i = 0; i < verdict->count; i++) {
        printf("%s\t%s\n", words[verdict->state[i]],
               i < claims->result_count ? claims->result[i].line
                                        : claims->input[i - claims->result_count].line);
        if (verdict->now[i])
            printf("now\t%s\n", verdict->now[i]);
    }
}

/* What a result that differs comes from: other data, or not. */
static void print_difference(const qdr_claims *claims, const qdr_verdict *verdict,
                             char *const path[])
{
    char shown[512];
    size_t results = 0;
    for (size_t i = 0; i < claims->input_count; i++) {
        size_t file = claims->input[i].file;
        if (verdict->state[claims->result_count + i] != QDR_LINE_DIFFERS)
            continue;
        printf("DIFFERS: %s is not the array that the result was made from (%s)\n",
               claims->input[i].name, qdr_escape(shown, sizeof shown, path[file]));
        return;
    }
    for (size_t i = 0; i < claims->result_count; i++)
        results += verdict->state[i] == QDR_LINE_DIFFERS;
    printf("DIFFERS: %zu of %zu results are not what the data give\n", results,
           claims->result_count);
}

static int print_answer(const qdr_claims *claims, const qdr_verdict *verdict, char *const path[],
                        qdr_error *err)
{
    print_lines(claims, verdict);
    if (verdict->answer == QDR_MATCHES)
        puts("MATCHES: every bit is what the data give");
    else if (verdict->answer == QDR_DIFFERS)
        print_difference(claims, verdict, path);
    else
        printf("CANNOT: %s\n", verdict->reason);
    return qdr_flush_output(err);
}

/* The exit code that an answer is. */
static int code_of(const qdr_verdict *verdict)
{
    static const int codes[] = {
        [QDR_MATCHES] = QDR_OK, [QDR_DIFFERS] = QDR_EFAIL, [QDR_CANNOT] = QDR_EDATA};
    return codes[verdict->answer];
}

/* ---- all of it ----------------------------------------------------------------------------- */

static int answer(qdr_comm *comm, const qdr_claims *claims, qdr_settings *settings, char *path[],
                  int *exit_code, qdr_error *err)
{
    qdr_display display;
    qdr_verdict verdict;
    place_all(claims, settings, path, err);
    int code = qdr_comm_agree(comm, err);
    qdr_display_start(&display, settings);
    if (!code && settings->root)
        code = qdr_verify_find(comm, claims, settings->root, &settings->run, path, err);
    if (!code)
        code = qdr_verify(comm, claims, (const char *const *)path, &settings->run, &verdict, err);
    qdr_display_end(&display);
    if (code)
        return code;
    if (qdr_comm_rank(comm) == 0)
        print_answer(claims, &verdict, path, err);
    *exit_code = code_of(&verdict);
    qdr_verdict_clear(&verdict);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

static int verify(qdr_comm *comm, const qdr_image_code *text, qdr_settings *settings, int *exit_code,
                  qdr_error *err)
{
    qdr_claims claims = {0};
    char **path = NULL;
    qdr_claims_read(text->text, text->size, &claims, err);
    if (!err->code && !(path = calloc(claims.file_count + 1, sizeof *path)))
        qdr_fail_memory(err, "reading the result");
    int code = qdr_comm_agree(comm, err);
    if (!code)
        code = answer(comm, &claims, settings, path, exit_code, err);
    for (size_t i = 0; i < claims.file_count && path; i++)
        free(path[i]);
    free(path);
    qdr_claims_clear(&claims);
    return code;
}

static int run(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT, reading = QDR_ERROR_INIT, failed = QDR_ERROR_INIT;
    qdr_comm *comm = NULL;
    qdr_settings settings = {0};
    qdr_image_code text = {0};
    int count, exit_code = QDR_OK;
    if (!qdr_options_parse(command, &settings, argc, argv, &count, &err) && count != 1)
        qdr_fail(&err, QDR_EUSAGE,
                 "verify takes one image or text; for example: quadrat verify result.png -i x.npy");
    /* no process is started once MPI runs */
    if (!err.code && qdr_launch_rank() == 0)
        read_text(argv[0], &settings.trust, &text, &reading);
    if (qdr_comm_start(&comm, &failed) && !err.code)
        err = failed;
    int code = failed.code ? err.code : qdr_comm_agree(comm, &err);
    if (!code) {
        err = reading;
        code = qdr_comm_share_bytes(comm, &text.text, &text.size, &err);
    }
    if (!code)
        code = verify(comm, &text, &settings, &exit_code, &err);
    if (code)
        qdr_complain(&err);
    free(text.text);
    qdr_trust_clear(&settings.trust);
    qdr_settings_clear(&settings);
    qdr_comm_stop(comm, code ? code : exit_code);
    return code ? code : exit_code;
}

const qdr_command qdr_verify_command = {
    .name = "verify",
    .arguments = "IMAGE|TEXT|-",
    .help = "compute a result again from the data and compare the bits",
    .details =
        "Takes what scan reads, and .txt and .json files. The expressions in the text are computed\n"
        "again, by all ranks, from the arrays that the text names:\n"
        "  mpirun -n 3 quadrat verify poster.jpg -i x=survey.npy\n"
        "  quadrat verify result.json --root data/\n"
        "Each line of the result is printed with 'matches' or 'DIFFERS' before it, and below one that\n"
        "differs what it is now; the last line is the answer. The exit code is 0 for MATCHES, 1 for\n"
        "DIFFERS, and 65 for CANNOT, when the check does not hold and when there is no result.\n"
        "A signature is told, and checked as scan checks it: 77 when it is not to be trusted.\n",
    .options = qdr_settings_verify,
    .ranks = true,
    .run = run,
};
