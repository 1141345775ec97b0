/* The command `quadrat`: finds the command's row and runs it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "expr/names.h"
#include "quadrat/run.h"

const qdr_command *const qdr_commands[] = {
    &qdr_eval_command, &qdr_scan_command,  &qdr_verify_command,     &qdr_show_command,
    &qdr_merge_command, &qdr_help_command, &qdr_version_command, &qdr_read_image_command, NULL,
};

const qdr_command *qdr_command_next(size_t *index)
{
    while (qdr_commands[*index] && !qdr_commands[*index]->help)
        ++*index;
    const qdr_command *command = qdr_commands[*index];
    *index += command != NULL;
    return command;
}

/* A standard descriptor that is closed would be taken by the next file that is opened. */
static void hold_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY); /* using it still fails */
}

static int usage(void)
{
    if (qdr_launch_rank() == 0) {
        fputs("usage: quadrat COMMAND ...\n", stderr);
        const qdr_command *c;
        for (size_t i = 0; (c = qdr_command_next(&i));)
            fprintf(stderr, "  %-8s %-16s %s\n", c->name, c->arguments, c->help);
        fputs("for example: quadrat eval 'mean(ones((1000, 1000)))' -o result.png\n"
              "'quadrat help COMMAND' and 'quadrat help functions' say more\n",
              stderr);
    }
    return QDR_EUSAGE;
}

static const qdr_command *find(const char *name, qdr_error *err)
{
    qdr_names names;
    char hint[QDR_NAMES_HINT];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return &qdr_help_command;
    if (strcmp(name, "--version") == 0)
        return &qdr_version_command;
    qdr_names_init(&names, name, strlen(name));
    for (size_t i = 0; qdr_commands[i]; i++)
        if (strcmp(qdr_commands[i]->name, name) == 0)
            return qdr_commands[i];
    const qdr_command *c;
    for (size_t i = 0; (c = qdr_command_next(&i));)
        qdr_names_offer(&names, c->name, strlen(c->name));
    char shown[128];
    qdr_fail(err, QDR_EUSAGE, "unknown command '%s'%s%s", qdr_escape(shown, sizeof shown, name),
             qdr_names_hint(&names, hint), names.nearest ? "" : "; 'quadrat help' lists them");
    return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* The exit code of a wrong call, once rank 0 has said what is wrong. */
static int leave(int code)
{
    qdr_launch_leave();
    return code;
}

int main(int argc, char **argv)
{
    qdr_error err = QDR_ERROR_INIT;
    hold_descriptors();
    signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit is an error like others */
    if (argc < 2)
        return leave(usage());
    const qdr_command *command = find(argv[1], &err);
    if (!command)
        return leave(qdr_complain(&err));
    bool help = asks_for_help(argc - 2, argv + 2);
    if ((help || !command->ranks) && qdr_launch_rank() != 0)
        return QDR_OK;
    if (!help)
        return command->run(command, argc - 2, argv + 2);
    qdr_help_print(command);
    return qdr_flush_output(&err) ? qdr_complain(&err) : QDR_OK;
}
