/* Options: parsing by the rows of a command. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "expr/names.h"

#define SHOWN 128

int qdr_parse_number(const char *text, long long least, long long most, long long *number,
                     qdr_error *err)
{
    char *end, shown[SHOWN];
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (errno || end == text || *end || *number < least || *number > most)
        return qdr_fail(err, QDR_EUSAGE, "'%s' is no number from %lld to %lld",
                        qdr_escape(shown, sizeof shown, text), least, most);
    return QDR_OK;
}

static int unknown(const qdr_command *command, const char *word, const char *name,
                   qdr_error *err)
{
    char shown[SHOWN];
    size_t length = strcspn(name, "=");
    qdr_names names;
    qdr_escape(shown, sizeof shown, word);
    if (word[1] != '-' && strpbrk(word, "(+*/ .0123456789"))
        return qdr_fail(err, QDR_EUSAGE,
                        "'%s' looks like an option; put '--' before an expression that begins "
                        "with '-'",
                        shown);
    qdr_names_init(&names, name, length);
    for (const qdr_option *o = command->options; o && o->name; o++)
        qdr_names_offer(&names, o->name, strlen(o->name));
    if (names.nearest)
        return qdr_fail(err, QDR_EUSAGE, "unknown option '%s'; did you mean '--%.*s'?", shown,
                        (int)names.nearest_length, names.nearest);
    return qdr_fail(err, QDR_EUSAGE, "unknown option '%s'; 'quadrat %s --help' says what it takes",
                    shown, command->name);
}

/* The row for a word that begins with '-'; *argument becomes what stands behind the name in the
 * same word, NULL when nothing does. */
static const qdr_option *match(const qdr_command *command, const char *word,
                               const char **argument)
{
    *argument = NULL;
    for (const qdr_option *o = command->options; o && o->name; o++) {
        size_t length = strlen(o->name);
        if (word[1] != '-') {
            if (!o->letter || word[1] != o->letter || (word[2] && !o->argument))
                continue;
            *argument = word[2] ? word + 2 : NULL;
            return o;
        }
        if (strncmp(word + 2, o->name, length) != 0)
            continue;
        if (word[2 + length] == '=')
            *argument = word + 3 + length;
        if (*argument || !word[2 + length])
            return o;
    }
    return NULL;
}

int qdr_options_parse(const qdr_command *command, void *settings, int argc, char **argv,
                      int *count, qdr_error *err)
{
    bool options = true;
    *count = 0;
    for (int i = 0; i < argc; i++) {
        const char *argument, *word = argv[i];
        if (!options || word[0] != '-' || !word[1]) {
            argv[(*count)++] = argv[i];
            continue;
        }
        if (strcmp(word, "--") == 0) {
            options = false;
            continue;
        }
        const qdr_option *o = match(command, word, &argument);
        if (!o)
            return unknown(command, word, word + strspn(word, "-"), err);
        if (o->argument && !argument) {
            if (++i == argc)
                return qdr_fail(err, QDR_EUSAGE, "--%s needs %s", o->name, o->argument);
            argument = argv[i];
        } else if (!o->argument && argument) {
            return qdr_fail(err, QDR_EUSAGE, "--%s takes no argument", o->name);
        }
        int code = o->take(settings, argument ? argument : "", err);
        if (code) {
            char detail[QDR_ERROR_TEXT];
            snprintf(detail, sizeof detail, "%s", err->text);
            return qdr_fail(err, code, "--%s: %s", o->name, detail);
        }
    }
    return QDR_OK;
}
