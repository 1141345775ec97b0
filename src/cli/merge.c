/* merge: parts of one work, joined to the result of one run, where the arrays need not be. It runs
 * alone, without MPI. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "cli/publish.h"
#include "cli/reader.h"
#include "exchange/states.h"

#define MOST ((size_t)1 << 40) /* bytes of a file with a state */

/* The states that were given: bytes, each with the name of its file. */
struct given {
    qdr_state *state;
    size_t count;
};

static void clear_given(struct given *given)
{
    for (size_t i = 0; i < given->count; i++)
        free((void *)given->state[i].data);
    free(given->state);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Takes over the bytes. */
static int add(struct given *given, const char *name, qdr_bytes *bytes, qdr_error *err)
{
    qdr_state *grown = realloc(given->state, (given->count + 1) * sizeof *grown);
    if (!grown)
        return qdr_fail_memory(err, "reading the parts");
    given->state = grown;
    given->state[given->count++] = (qdr_state){name, bytes->data, bytes->size};
    *bytes = (qdr_bytes){0};
    return QDR_OK;
}

/* Adds the state that the bytes are or tell. */
static int add_state(struct given *given, const char *name, const char *data, size_t size,
                     qdr_error *err)
{
    qdr_bytes bytes = {0};
    int code = qdr_state_of_either(data, size, &bytes, err);
    code = code ? qdr_reader_name(name, err) : add(given, name, &bytes, err);
    qdr_bytes_clear(&bytes);
    return code;
}

/* Adds what of states is in a text: several where each begins a line. */
static int add_text(struct given *given, const char *name, const qdr_image_code *text,
                    qdr_error *err)
{
    const char *at = text->text;
    size_t left = text->size;
    int code = QDR_OK;
    if (qdr_state_begins(at, left))
        return add_state(given, name, at, left, err);
    while (qdr_state_text_begins(at, left) && !code) {
        size_t size = qdr_state_text_size(at, left);
        code = add_state(given, name, at, size, err);
        at += size;
        left -= size;
    }
    return code;
}

/* An image may have several codes, and others among them. */
static int add_file(struct given *given, const char *path, qdr_error *err)
{
    bool image;
    size_t before = given->count;
    qdr_image_codes texts = {0};
    int code = qdr_reader_load(path, MOST, &texts, &image, err);
    for (size_t i = 0; i < texts.count && !code; i++)
        code = add_text(given, path, &texts.items[i], err);
    qdr_image_codes_clear(&texts);
    if (!code && given->count == before) {
        qdr_fail(err, QDR_EDATA,
                 image ? "no code in it has the state of a part; 'quadrat scan' says what they have"
                       : "this is neither the state of a part nor a PNG, JPEG or PNM image of one");
        code = qdr_reader_name(path, err);
    }
    return code;
}

/* ---- joining ------------------------------------------------------------------------------- */

/* Whether all that is wanted is a state, which may be incomplete. */
static bool wants_state(const qdr_settings *settings)
{
    const qdr_output *output;
    for (size_t i = 0; i < settings->output_count; i++)
        if (qdr_output_find(settings->output[i], &output, NULL) || output->make)
            return false;
    return settings->output_count && !settings->json && !settings->save_count;
}

static int publish(qdr_comm *comm, const qdr_joint *joint, const qdr_settings *settings,
                   const char *started, qdr_error *err)
{
    if (!joint->missing)
        return qdr_publish(comm, joint->program, settings, &joint->report, started, err);
    if (wants_state(settings) && (settings->sign || settings->label || settings->meta_count))
        return qdr_fail(err, QDR_EUSAGE, "not all is there, and --sign, --label and --meta are for the "
                                         "result");
    if (wants_state(settings))
        return qdr_publish_part(comm, settings, &joint->report, err);
    return qdr_fail(err, QDR_EFAIL,
                    "not all is there; missing: %s. Add the parts that have it; '-o more.qpart' keeps "
                    "what there is",
                    joint->missing);
}

static int merge(qdr_comm *comm, const struct given *given, qdr_settings *settings, qdr_error *err)
{
    char started[QDR_CLOCK_TEXT];
    qdr_joint joint;
    const qdr_join_options options = {.memory = settings->run.memory, .saves = settings->save,
                                      .save_count = settings->save_count};
    qdr_clock_now(started);
    int code = settings->sign ? qdr_signer_open(settings->sign, getenv("SSH_AUTH_SOCK"),
                                                &settings->signer, err)
                              : QDR_OK;
    if (!code)
        code = qdr_join(comm, given->state, given->count, &options, &joint, err);
    if (code)
        return code;
    code = publish(comm, &joint, settings, started, err);
    qdr_joint_clear(&joint);
    return code;
}

static int run(const qdr_command *command, int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_settings settings = {0};
    struct given given = {0};
    const qdr_output *output;
    qdr_comm *comm = NULL;
    int count;
    if (!qdr_options_parse(command, &settings, argc, argv, &count, &err) && !count)
        qdr_fail(&err, QDR_EUSAGE, "there is no part; for example: quadrat merge a.qpart b.png -o "
                                   "result.png");
    for (size_t i = 0; i < settings.output_count && !err.code; i++)
        qdr_output_find(settings.output[i], &output, &err);
    for (int i = 0; i < count && !err.code; i++)
        add_file(&given, argv[i], &err);
    if (!err.code)
        qdr_comm_alone(&comm, &err);
    if (!err.code)
        merge(comm, &given, &settings, &err);
    if (err.code)
        qdr_complain(&err);
    clear_given(&given);
    qdr_settings_clear(&settings);
    qdr_comm_stop(comm, err.code);
    return err.code;
}

const qdr_command qdr_merge_command = {
    .name = "merge",
    .arguments = "PART...",
    .help = "join the parts of one work to its result",
    .details = "Parts are made by 'quadrat eval --part I/N', on any machines; a PART is a .qpart file, a\n"
               "text, or an image or photo of a code, which may have several; - is standard input. They\n"
               "are joined in any order, exactly, and without the arrays: the result is that of one run,\n"
               "to the last bit and its check. Of parts that are not all, -o FILE.qpart makes one state.\n"
               "  quadrat merge north.qpart south.jpg -o result.png\n"
               "Exit code 1 when blocks are missing, 65 when a part is damaged, 77 when parts have blocks\n"
               "in common or are of different work.\n",
    .options = qdr_settings_merge,
    .run = run,
};
