/* Whose signatures count: a file of allowed signers, and a signature judged by it. */
#include "quadrat/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/file.h"
#include "record/sshsig.h"

#define MOST (4u << 20) /* bytes of a file */
#define BLANKS " \t"

/* A time as it stands there, and what it is; no text, no bound. */
struct bound {
    const char *text;
    time_t time;
};

/* A line that has an Ed25519 key. */
struct signer {
    struct signer *next;
    const char *principals; /* as they stand there, without quotes */
    const char *namespaces; /* patterns; NULL: all */
    struct bound after, before;
    qdr_public_key key;
    char hint[QDR_HINT_SIZE];
};

struct qdr_signers {
    struct signer *first, **end;
    size_t authorities; /* lines left out */
    qdr_arena arena;
};

/* ---- a line -------------------------------------------------------------------------------- */

static int wrong(const char *what, qdr_error *err)
{
    return qdr_fail(err, QDR_EDATA, "%s", what);
}

/* Cuts the word that begins at *text, moves *text to the next one. Quotes are kept, and blanks do
 * not end a word inside of them. NULL when a quote is not closed. */
static char *cut_word(char **text)
{
    char *word = *text, *end = word;
    bool quoted = false;
    for (; *end && (quoted || !strchr(BLANKS, *end)); end++) {
        if (*end == '\\' && end[1] == '"')
            end++;
        else if (*end == '"')
            quoted = !quoted;
    }
    if (quoted)
        return NULL;
    *text = end + strspn(end, BLANKS);
    *end = '\0';
    return word;
}

/* Takes "..." off the beginning of *text, and its quotes and the backslashes before quotes off what
 * it returns; NULL when there is none. */
static char *cut_quoted(char **text)
{
    char *value = *text + 1, *to = value, *from = value;
    if (**text != '"')
        return NULL;
    while (*from && *from != '"') {
        from += from[0] == '\\' && from[1] == '"';
        *to++ = *from++;
    }
    if (!*from)
        return NULL;
    *to = '\0';
    *text = from + 1;
    return value;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, in local time or with a Z or UTC at its end. */
static int read_time(const char *text, struct bound *bound, qdr_error *err)
{
    static const char *const forms[] = {[8] = "%Y%m%d", [12] = "%Y%m%d%H%M", [14] = "%Y%m%d%H%M%S"};
    struct tm t = {.tm_isdst = -1};
    size_t digits = strspn(text, "0123456789");
    const char *zone = text + digits;
    const char *form = digits < sizeof forms / sizeof forms[0] ? forms[digits] : NULL;
    if (!form || strptime(text, form, &t) != zone ||
        (*zone && strcasecmp(zone, "Z") != 0 && strcasecmp(zone, "UTC") != 0))
        return wrong("a time is written YYYYMMDD[HHMM[SS]][Z]", err);
    *bound = (struct bound){text, *zone ? timegm(&t) : mktime(&t)};
    return QDR_OK;
}

static int take_namespaces(struct signer *signer, const char *value, qdr_error *err)
{
    if (signer->namespaces)
        return wrong("namespaces are given twice", err);
    signer->namespaces = value;
    return QDR_OK;
}

static int take_after(struct signer *signer, const char *value, qdr_error *err)
{
    return signer->after.text ? wrong("valid-after is given twice", err)
                              : read_time(value, &signer->after, err);
}

static int take_before(struct signer *signer, const char *value, qdr_error *err)
{
    return signer->before.text ? wrong("valid-before is given twice", err)
                               : read_time(value, &signer->before, err);
}

static const struct option {
    const char *name;
    int (*take)(struct signer *signer, const char *value, qdr_error *err);
} options[] = {
    {"namespaces=", take_namespaces},
    {"valid-after=", take_after},
    {"valid-before=", take_before},
};

static bool begins_with(const char *text, const char *word)
{
    return strncasecmp(text, word, strlen(word)) == 0;
}

/* One option off the beginning of *text. */
static int take_option(char **text, struct signer *signer, bool *authority, qdr_error *err)
{
    static const char flag[] = "cert-authority";
    if (begins_with(*text, flag)) {
        *authority = true;
        *text += sizeof flag - 1;
        return QDR_OK;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (begins_with(*text, options[i].name)) {
            *text += strlen(options[i].name);
            char *value = cut_quoted(text);
            return value ? options[i].take(signer, value, err)
                         : wrong("an option's value stands in quotes", err);
        }
    return wrong("an unknown option", err);
}

static int take_options(char *text, struct signer *signer, bool *authority, qdr_error *err)
{
    int code = take_option(&text, signer, authority, err);
    while (!code && *text) {
        if (*text++ != ',')
            return wrong("between options stands a comma", err);
        code = take_option(&text, signer, authority, err);
    }
    if (!code && signer->after.text && signer->before.text &&
        signer->before.time <= signer->after.time)
        code = wrong("valid-before is not after valid-after", err);
    return code;
}

/* The types of SSH's public keys, which are what may stand where options may stand too. */
static bool is_key(const char *word)
{
    static const char *const types[] = {"ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (begins_with(word, types[i]))
            return true;
    return false;
}

/* PRINCIPALS [OPTIONS] TYPE KEY [COMMENT]; *counts tells whether it is one of ours. */
static int read_line(char *text, struct signer *signer, bool *counts, bool *authority,
                     qdr_error *err)
{
    bool quoted = *text == '"';
    char *name = quoted ? cut_quoted(&text) : cut_word(&text);
    if (!name || !*name || (!quoted && strchr(name, '"')))
        return wrong("a line begins with a name", err);
    signer->principals = name;
    text += strspn(text, BLANKS);
    if (!is_key(text)) {
        char *word = cut_word(&text);
        if (!word || !*word)
            return wrong("a key is missing", err);
        int code = take_options(word, signer, authority, err);
        if (code)
            return code;
    }
    if (!is_key(text))
        return wrong("a key is missing", err);
    *counts = !*authority && begins_with(text, "ssh-ed25519") && strchr(BLANKS, text[11]);
    return *counts ? qdr_key_of_line(text, &signer->key, err) : QDR_OK;
}

/* ---- the file ------------------------------------------------------------------------------ */

static int add_line(qdr_signers *signers, const char *line, size_t size, qdr_error *err)
{
    bool counts = false, authority = false;
    while (size && strchr(BLANKS "\r", line[size - 1]) && line[size - 1])
        size--;
    char *text = qdr_arena_text(&signers->arena, line, size);
    struct signer *signer = qdr_arena_take(&signers->arena, sizeof *signer);
    if (!text || !signer)
        return qdr_fail_memory(err, "reading allowed signers");
    if (strlen(text) != size)
        return wrong("it has a NUL byte", err);
    text += strspn(text, BLANKS);
    if (!*text || *text == '#')
        return QDR_OK;
    int code = read_line(text, signer, &counts, &authority, err);
    signers->authorities += !code && authority;
    if (code || !counts)
        return code;
    qdr_key_hint(&signer->key, signer->hint);
    *signers->end = signer;
    signers->end = &signer->next;
    return QDR_OK;
}

/* Puts the file and the line before a failure's text. */
static int name_line(const char *path, size_t number, int code, qdr_error *err)
{
    char shown[512], detail[QDR_ERROR_TEXT];
    snprintf(detail, sizeof detail, "%s", err ? err->text : "");
    return qdr_fail(err, code, "%s, line %zu: %s", qdr_escape(shown, sizeof shown, path), number,
                    detail);
}

int qdr_signers_parse(const char *path, const char *data, size_t size, qdr_signers **signers,
                      qdr_error *err)
{
    if (sodium_init() < 0)
        return qdr_fail(err, QDR_ESYSTEM, "libsodium can't be used on this machine");
    qdr_signers *made = calloc(1, sizeof *made);
    if (!made)
        return qdr_fail_memory(err, "reading allowed signers");
    made->end = &made->first;
    int code = QDR_OK;
    for (size_t number = 1; size && !code; number++) {
        const char *newline = memchr(data, '\n', size);
        size_t length = newline ? (size_t)(newline - data) : size;
        code = add_line(made, data, length, err);
        if (code)
            code = name_line(path, number, code, err);
        length += newline != NULL;
        data += length;
        size -= length;
    }
    if (code)
        qdr_signers_destroy(made);
    else
        *signers = made;
    return code;
}

int qdr_signers_load(const char *path, qdr_signers **signers, qdr_error *err)
{
    char *data;
    size_t size;
    int code = qdr_file_load(path, MOST, &data, &size, err);
    if (code)
        return code;
    code = qdr_signers_parse(path, data, size, signers, err);
    free(data);
    return code;
}

void qdr_signers_destroy(qdr_signers *signers)
{
    if (signers)
        qdr_arena_clear(&signers->arena);
    free(signers);
}

/* ---- judging ------------------------------------------------------------------------------- */

#define NAMESPACE "quadrat"

/* Whether the namespace is what a pattern of `size` bytes says: '*' stands for anything, '?' for
 * one character. Bit i of `reached` says that the pattern so far can be the first i characters. */
static bool fits(const char *pattern, size_t size)
{
    const size_t length = sizeof NAMESPACE - 1;
    unsigned reached = 1;
    for (size_t i = 0; i < size; i++) {
        unsigned alike = 0;
        for (size_t k = 0; k < length; k++)
            alike |= (unsigned)(pattern[i] == '?' || pattern[i] == NAMESPACE[k]) << k;
        if (pattern[i] == '*')
            reached |= ~((reached & -reached) - 1); /* all that is not before the first */
        else
            reached = (reached & alike) << 1;
    }
    return reached >> length & 1;
}

/* As OpenSSH: some pattern of the list fits, and none that begins with '!' does. */
static bool permits(const char *list)
{
    bool found = false;
    for (; *list; list += *list == ',') {
        bool negated = *list == '!';
        list += negated;
        size_t size = strcspn(list, ",");
        if (fits(list, size)) {
            if (negated)
                return false;
            found = true;
        }
        list += size;
    }
    return found;
}

/* The time that a text says, in seconds; false when it says none. */
static bool time_of(const char *text, time_t *time)
{
    struct tm t = {0};
    const char *end = strptime(text, "%Y-%m-%d %H:%M", &t);
    *time = timegm(&t);
    return end && !*end;
}

/* Whether a key that made the signature was allowed to, at the text's time. */
static int check_signer(const struct signer *signer, const char *who, const char *when,
                        qdr_error *err)
{
    time_t time;
    bool timed = time_of(when, &time);
    if (signer->namespaces && !permits(signer->namespaces))
        return qdr_fail(err, QDR_EREFUSED, "%s may not sign in the namespace " NAMESPACE,
                        who);
    if ((signer->after.text || signer->before.text) && !timed)
        return qdr_fail(err, QDR_EREFUSED, "%s is valid for a time, and the text has none", who);
    if (signer->after.text && time < signer->after.time)
        return qdr_fail(err, QDR_EREFUSED, "%s is valid from %s on, and the text is of %s UTC", who,
                        signer->after.text, when);
    if (signer->before.text && time > signer->before.time)
        return qdr_fail(err, QDR_EREFUSED, "%s expired at %s, and the text is of %s UTC", who,
                        signer->before.text, when);
    return QDR_OK;
}

/* One of the allowed signers whose key has the signature's hint. */
static int judge(const struct signer *signer, const char *text, const qdr_signature *signature,
                 char **by, qdr_error *err)
{
    char fingerprint[QDR_FINGERPRINT_SIZE];
    qdr_bytes who = {0};
    qdr_key_fingerprint(&signer->key, fingerprint);
    qdr_bytes_escape(&who, signer->principals, strlen(signer->principals), "");
    qdr_bytes_format(&who, " (key %s)", fingerprint);
    int code = qdr_bytes_check(&who, err);
    if (!code && !qdr_sshsig_holds(&signer->key, text, signature->size, signature->bytes))
        code = qdr_fail(err, QDR_EREFUSED,
                        "the signature by %s does not hold: it or the text was changed", who.data);
    if (!code)
        code = check_signer(signer, who.data, signature->time, err);
    if (code)
        qdr_bytes_clear(&who);
    else
        *by = who.data;
    return code;
}

int qdr_signers_judge(const qdr_signers *signers, const char *text, const qdr_signature *signature,
                      char **by, qdr_error *err)
{
    if (!signature->is_signed)
        return qdr_fail(err, QDR_EREFUSED, "it is not signed");
    if (!*signature->hint)
        return qdr_fail(err, QDR_EREFUSED, "its signature line is damaged");
    /* a key may stand on several lines, with other names or times: one that allows it is enough */
    qdr_error why = QDR_ERROR_INIT;
    for (const struct signer *s = signers->first; s; s = s->next)
        if (strcmp(s->hint, signature->hint) == 0 && !judge(s, text, signature, by, &why))
            return QDR_OK;
    if (why.code)
        return qdr_fail(err, why.code, "%s", why.text);
    return qdr_fail(err, QDR_EREFUSED, "it is signed by an unknown key, %s%s", signature->hint,
                    signers->authorities ? "; certificate authorities do not count here" : "");
}
