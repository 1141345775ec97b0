#include "cli/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"

static int full(qdr_error *err)
{
    return qdr_fail(err, QDR_EUSAGE, "at most %d can be given", QDR_MOST);
}

/* The part of text before its first '=' as a text of its own, and what stands behind it; *name is
 * NULL when there is no '=' or nothing before it. */
static int cut(qdr_settings *s, const char *text, const char **name, const char **rest,
               qdr_error *err)
{
    const char *equals = strchr(text, '=');
    *name = NULL;
    if (!equals || equals == text)
        return QDR_OK;
    char *copy = strndup(text, (size_t)(equals - text));
    if (!copy)
        return qdr_fail_memory(err, "reading the options");
    s->copies[s->copy_count++] = copy;
    *name = copy;
    *rest = equals + 1;
    return QDR_OK;
}

static bool is_input(const qdr_settings *s, const char *name)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->input[i].name, name) == 0)
            return true;
    return false;
}

/* -i FILE names the file by the first of x, y, z that no other file has. A path may contain '='
 * behind a '/': what stands before is no name then. */
static int take_input(void *settings, const char *argument, qdr_error *err)
{
    static const char *const names[] = {"x", "y", "z", NULL};
    qdr_settings *s = settings;
    const char *name, *path = argument;
    char shown[512];
    if (s->input_count == QDR_MOST)
        return full(err);
    if (cut(s, argument, &name, &path, err))
        return err->code;
    if (!name || strchr(name, '/')) {
        size_t i = 0;
        while (names[i] && is_input(s, names[i]))
            i++;
        name = names[i];
        path = argument;
    }
    if (!name)
        return qdr_fail(err, QDR_EUSAGE, "x, y and z are taken; give a name: NAME=%s",
                        qdr_escape(shown, sizeof shown, argument));
    if (is_input(s, name))
        return qdr_fail(err, QDR_EUSAGE, "two files are named '%s'",
                        qdr_escape(shown, sizeof shown, name));
    if (!*path)
        return qdr_fail(err, QDR_EUSAGE, "it is written [NAME=]FILE");
    s->input[s->input_count++] = (qdr_binding){name, path};
    return QDR_OK;
}

static int take_let(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    const char *name, *value = NULL;
    if (s->let_count == QDR_MOST)
        return full(err);
    if (cut(s, argument, &name, &value, err))
        return err->code;
    if (!name)
        return qdr_fail(err, QDR_EUSAGE, "it is written NAME=EXPRESSION");
    s->let[s->let_count++] = (qdr_binding){name, value};
    return QDR_OK;
}

static int add_save(qdr_settings *s, const char *name, const char *path, qdr_error *err)
{
    char shown[512];
    if (s->save_count == QDR_MOST)
        return full(err);
    for (size_t i = 0; i < s->save_count; i++)
        if (strcmp(s->save[i].value, path) == 0)
            return qdr_fail(err, QDR_EUSAGE, "two arrays are to be written to %s",
                            qdr_escape(shown, sizeof shown, path));
    s->save[s->save_count++] = (qdr_binding){name, path};
    return QDR_OK;
}

static int take_save(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    const char *name, *path = NULL;
    char shown[512];
    if (s->save_count == QDR_MOST)
        return full(err);
    if (cut(s, argument, &name, &path, err))
        return err->code;
    if (!name || !*path)
        return qdr_fail(err, QDR_EUSAGE, "it is written NAME=FILE.npy");
    if (!qdr_output_is_array(path))
        return qdr_fail(err, QDR_EUSAGE, "%s: an array is written as .npy",
                        qdr_escape(shown, sizeof shown, path));
    return add_save(s, name, path, err);
}

/* Standard output is either the JSON, whole and nothing else, or for people. */
static int check_standard_output(const qdr_settings *s, qdr_error *err)
{
    if (s->json && s->qr == QDR_ALWAYS)
        return qdr_fail(err, QDR_EUSAGE,
                        "standard output cannot be JSON and show the code; write the record with "
                        "'-o result.json'");
    return QDR_OK;
}

static int take_json(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    (void)argument;
    s->json = true;
    return check_standard_output(s, err);
}

static int take_output(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    if (strcmp(argument, "-") == 0)
        return take_json(settings, argument, err);
    if (!*argument)
        return qdr_fail(err, QDR_EUSAGE, "a file's name is empty");
    if (qdr_output_is_array(argument))
        return add_save(s, NULL, argument, err);
    if (s->output_count == QDR_MOST)
        return full(err);
    s->output[s->output_count++] = argument;
    return QDR_OK;
}

static int take_meta(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    const char *key, *value = NULL;
    if (s->meta_count == QDR_MOST)
        return full(err);
    if (cut(s, argument, &key, &value, err))
        return err->code;
    if (!key)
        return qdr_fail(err, QDR_EUSAGE, "it is written KEY=VALUE");
    s->meta[s->meta_count++] = (qdr_record_meta){key, value};
    return QDR_OK;
}

static int take_root(void *settings, const char *argument, qdr_error *err)
{
    if (!*argument)
        return qdr_fail(err, QDR_EUSAGE, "a directory's name is empty");
    ((qdr_settings *)settings)->root = argument;
    return QDR_OK;
}

/* "1000x100", "1000,100", "(1000, 100)" or "1000". */
static int take_chunks(void *settings, const char *argument, qdr_error *err)
{
    qdr_shape *chunks = &((qdr_settings *)settings)->run.chunks;
    char shown[128];
    const char *s = argument;
    chunks->ndim = 0;
    while (*(s += strspn(s, "(x, )"))) {
        char *end;
        long long extent = strtoll(s, &end, 10);
        if (end == s || extent < 1 || chunks->ndim == QDR_MAX_DIMS)
            return qdr_fail(err, QDR_EUSAGE,
                            "'%s' is no block shape: whole numbers from 1 as in 1000x100",
                            qdr_escape(shown, sizeof shown, argument));
        chunks->extent[chunks->ndim++] = extent;
        s = end;
    }
    return chunks->ndim ? QDR_OK
                        : qdr_fail(err, QDR_EUSAGE, "a block shape is written as in 1000x100");
}

static int number(const char *argument, long long least, long long most, int *to, qdr_error *err)
{
    long long value;
    int code = qdr_parse_number(argument, least, most, &value, err);
    if (!code)
        *to = (int)value;
    return code;
}

static int take_io(void *settings, const char *argument, qdr_error *err)
{
    static const char *const words[] = {
        [QDR_IO_AUTO] = "auto", [QDR_IO_MAP] = "map", [QDR_IO_READ] = "read"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(words[i], argument) == 0) {
            ((qdr_settings *)settings)->run.io = (qdr_io)i;
            return QDR_OK;
        }
    return qdr_fail(err, QDR_EUSAGE, "it is auto, map or read");
}

static int take_threads(void *settings, const char *argument, qdr_error *err)
{
    return number(argument, 1, 1024, &((qdr_settings *)settings)->run.threads, err);
}

/* "2/3". */
static int take_part(void *settings, const char *argument, qdr_error *err)
{
    qdr_part *part = &((qdr_settings *)settings)->run.part;
    const char *slash = strchr(argument, '/');
    char index[32] = "", shown[128];
    long long i = 0, n = 0;
    qdr_error wrong = QDR_ERROR_INIT;
    if (slash && (size_t)(slash - argument) < sizeof index)
        memcpy(index, argument, (size_t)(slash - argument));
    if (!slash || qdr_parse_number(slash + 1, 1, 1000000, &n, &wrong) ||
        qdr_parse_number(index, 1, n, &i, &wrong))
        return qdr_fail(err, QDR_EUSAGE, "'%s' is no part; the second of three is 2/3",
                        qdr_escape(shown, sizeof shown, argument));
    *part = (qdr_part){i, n};
    return QDR_OK;
}

static int take_every(void *settings, const char *argument, qdr_error *err)
{
    long long seconds = 0;
    int code = qdr_parse_number(argument, 1, 1000000, &seconds, err);
    ((qdr_settings *)settings)->run.every = (double)seconds;
    return code;
}

/* "500M", "4G", "1.5GiB": a number and a unit of powers of 1000, with an 'i' of 1024. */
static int take_memory(void *settings, const char *argument, qdr_error *err)
{
    static const char units[] = "KMGT";
    char shown[128];
    const char *s, *digits = argument + strspn(argument, "0123456789.");
    double bytes = qdr_number_parse(argument, &s);
    bool number = s == digits && digits > argument;
    const char *unit = *s ? strchr(units, toupper((unsigned char)*s)) : NULL;
    bool binary = unit && s[1] == 'i';
    for (long power = unit ? unit - units : -1; power >= 0; power--)
        bytes *= binary ? 1024 : 1000;
    s += (unit != NULL) + binary;
    s += *s == 'B';
    if (!number || *s || bytes < 1 || bytes > 9e18)
        return qdr_fail(err, QDR_EUSAGE, "'%s' is no size; it is written as in 500M, 4G or 1.5GiB",
                        qdr_escape(shown, sizeof shown, argument));
    ((qdr_settings *)settings)->run.memory = (uint64_t)bytes;
    return QDR_OK;
}

static int take_scale(void *settings, const char *argument, qdr_error *err)
{
    return number(argument, 2, 32, &((qdr_settings *)settings)->form.scale, err);
}

static int take_quiet_zone(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    int code = number(argument, 1, 32, &s->form.quiet_zone, err);
    s->terminal.quiet_zone = s->form.quiet_zone;
    return code;
}

static int take_version_limit(void *settings, const char *argument, qdr_error *err)
{
    return number(argument, 1, 40, &((qdr_settings *)settings)->form.symbol.version_limit, err);
}

static int take_level(void *settings, const char *argument, qdr_error *err)
{
    if (strlen(argument) != 1 || !strchr("LMQH", *argument))
        return qdr_fail(err, QDR_EUSAGE, "a level is L, M, Q or H");
    ((qdr_settings *)settings)->form.symbol.level = *argument;
    return QDR_OK;
}

static int when(const char *argument, qdr_when *to, qdr_error *err)
{
    static const char *const words[] = {
        [QDR_AUTO] = "auto", [QDR_ALWAYS] = "always", [QDR_NEVER] = "never"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(words[i], argument) == 0) {
            *to = (qdr_when)i;
            return QDR_OK;
        }
    return qdr_fail(err, QDR_EUSAGE, "it is auto, always or never");
}

static int take_qr(void *settings, const char *argument, qdr_error *err)
{
    qdr_settings *s = settings;
    int code = when(argument, &s->qr, err);
    return code ? code : check_standard_output(s, err);
}

static int take_progress(void *settings, const char *argument, qdr_error *err)
{
    return when(argument, &((qdr_settings *)settings)->progress, err);
}

/* Options that set one member: to a value, without an argument, or to whatever the argument is. */
#define FLAG(function, member, value)                                                              \
    static int function(void *settings, const char *argument, qdr_error *err)                      \
    {                                                                                              \
        (void)argument, (void)err;                                                                 \
        ((qdr_settings *)settings)->member = value;                                                \
        return QDR_OK;                                                                             \
    }
#define TEXT(function, member) FLAG(function, member, argument)
TEXT(take_label, label)
TEXT(take_sign, sign)
TEXT(take_signers, trust.path)
TEXT(take_checkpoint, run.checkpoint)
FLAG(take_invert, terminal.invert, true)
FLAG(take_ascii, terminal.ascii, true)
FLAG(take_full_metadata, form.full_metadata, true)
FLAG(take_in_memory, run.in_memory, true)
FLAG(take_no_digest, run.digest, false)
FLAG(take_no_colour, no_colour, true)
FLAG(take_quiet, quiet, true)
FLAG(take_verbose, verbose, true)
FLAG(take_explain, explain, true)

/* Of a code, and of how a terminal shows it. */
#define CODE_OPTIONS                                                                               \
    {"invert", 0, NULL, "draw the dark modules, for what prints black on white", take_invert},     \
    {"ascii", 0, NULL, "draw the code with '#'", take_ascii},                                      \
    {"no-color", 0, NULL, "no colours; so does NO_COLOR in the environment", take_no_colour},      \
    {"level", 0, "L|M|Q|H", "least error correction; default M, raised while that is free",        \
     take_level},                                                                                  \
    {"quiet-zone", 0, "N", "modules of margin, 1 to 32; default 4", take_quiet_zone},              \
    {"version-limit", 0, "N", "largest symbol, 1 to 40; default 25", take_version_limit}

/* What both commands take. */
#define INPUT {"input", 'i', "[NAME=]FILE", "an array file; without a name it is x, then y, z", take_input}
#define SAVE(help) {"save", 0, "NAME=FILE.npy", help, take_save}
#define CHUNKS {"chunks", 0, "AxBx...", "block shape", take_chunks}
#define THREADS \
    {"threads", 0, "N", "threads of each rank; default: its share of the host's CPUs", take_threads}
#define MEMORY \
    {"memory", 0, "SIZE", "most memory of a rank, as in 4G; default: its share of 80 %", take_memory}
#define IO {"io", 0, "HOW", "map or read array files; auto: map those on local disks", take_io}
#define PROGRESS {"progress", 0, "WHEN", "auto, always, never", take_progress}

/* Of what eval and merge make of a result. */
#define RESULT_OPTIONS                                                                             \
    {"json", 0, NULL, "the same as -o -", take_json},                                              \
    {"label", 0, "TEXT", "carried along, not part of the statement", take_label},                  \
    {"meta", 0, "KEY=VALUE", "likewise; repeatable", take_meta},                                   \
    {"sign", 0, "KEY", "sign the text by an SSH Ed25519 key, or with ssh-agent by its .pub",       \
     take_sign},                                                                                   \
    {"qr", 0, "WHEN", "show the code: auto (on a terminal, with -o .png), always, never",          \
     take_qr},                                                                                     \
    CODE_OPTIONS,                                                                                  \
    {"scale", 0, "N", "pixels a module, 2 to 32; default 8", take_scale},                          \
    {"full-metadata", 0, NULL, "let the PNG carry the whole record: host name, paths",             \
     take_full_metadata},                                                                          \
    {"quiet", 'q', NULL, "no progress and no summary", take_quiet}

const qdr_option qdr_settings_options[] = {
    INPUT,
    {"let", 0, "NAME=EXPR", "a name for an expression", take_let},
    {"output", 'o', "FILE",
     "the result: .png, .svg, .json, .txt, .npy; a part: .qpart; - is JSON",
     take_output},
    SAVE("write the array of that name, or the result of that number"),
    CHUNKS,
    THREADS,
    MEMORY,
    IO,
    {"in-memory", 0, NULL, "load or generate all elements first, then compute; tell both times",
     take_in_memory},
    {"checkpoint", 0, "FILE", "save the state of the run there, and go on from it if it is there",
     take_checkpoint},
    {"every", 0, "SECONDS", "how often; default: 60", take_every},
    {"part", 0, "I/N", "do the I-th of N shares; the state goes to -o FILE.qpart or .png",
     take_part},
    {"explain", 0, NULL, "only say what would be done: passes, blocks, bytes, memory", take_explain},
    {"no-digest", 0, NULL, "skip the digests of the inputs; such a result can't be verified",
     take_no_digest},
    RESULT_OPTIONS,
    PROGRESS,
    {"verbose", 'v', NULL, "say what --explain says, and do it", take_verbose},
    {.name = NULL},
};

const qdr_option qdr_settings_merge[] = {
    {"output", 'o', "FILE",
     "the result, as of eval; .qpart: the state of what there is",
     take_output},
    SAVE("write the result of that name or number"),
    MEMORY,
    RESULT_OPTIONS,
    {.name = NULL},
};

const qdr_option qdr_settings_code_options[] = {CODE_OPTIONS, {.name = NULL}};

const qdr_option qdr_settings_verify[] = {
    INPUT,
    {"root", 0, "DIRECTORY", "look below it for the arrays: by name, then by digest", take_root},
    {"signers", 0, "FILE", "demand a signature by one of these: ssh-keygen's allowed_signers",
     take_signers},
    CHUNKS,
    THREADS,
    MEMORY,
    IO,
    PROGRESS,
    {"quiet", 'q', NULL, "no progress", take_quiet},
    {.name = NULL},
};

void qdr_settings_clear(qdr_settings *settings)
{
    qdr_signer_close(settings->signer);
    for (size_t i = 0; i < settings->copy_count; i++)
        free(settings->copies[i]);
    *settings = (qdr_settings){0};
}
