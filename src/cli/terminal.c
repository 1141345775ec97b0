#include "cli/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Whether the parent process is a launcher of MPI programs. */
static bool parent_launches(void)
{
    static const char *const launchers[] = {"mpirun", "mpiexec", "orterun", "prterun", "mpiexec.hydra"};
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)getppid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, name, sizeof name - 1);
    if (fd >= 0)
        close(fd);
    if (got <= 0)
        return false;
    name[strcspn(name, "\n")] = '\0';
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (strcmp(name, launchers[i]) == 0)
            return true;
    return false;
}

bool qdr_terminal_find(int fd, int *columns, int *lines)
{
    char path[64];
    struct winsize size;
    int opened = -1;
    if (parent_launches()) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getppid(), fd);
        fd = opened = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    }
    bool found = fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col;
    if (found) {
        *columns = size.ws_col;
        *lines = size.ws_row;
    }
    if (opened >= 0)
        close(opened);
    return found;
}

/* no-color.org: an empty variable asks for nothing. */
static bool wants_colours(void)
{
    const char *none = getenv("NO_COLOR"), *kind = getenv("TERM");
    return !(none && *none) && !(kind && strcmp(kind, "dumb") == 0);
}

int qdr_terminal_draw(const qdr_symbol *symbol, const qdr_terminal_options *options, bool plain,
                      int below, qdr_error *err)
{
    int columns = 0, lines = 0, wide, high;
    bool terminal = qdr_terminal_find(1, &columns, &lines);
    qdr_terminal_options o = *options;
    o.colours = terminal && !plain && wants_colours();
    char *drawing;
    int code = qdr_symbol_terminal_size(symbol, &o, &wide, &high, err);
    if (code)
        return code;
    if (terminal && wide > columns)
        return qdr_fail(err, QDR_EFAIL, "the code needs %d columns, the terminal has %d", wide,
                        columns);
    if (terminal && below >= 0 && lines && high + below > lines)
        return qdr_fail(err, QDR_EFAIL,
                        "the code and what stands below it need %d lines, the terminal has %d",
                        high + below, lines);
    code = qdr_symbol_terminal(symbol, &o, &drawing, err);
    if (!code) {
        fputs(drawing, stdout);
        free(drawing);
    }
    return code;
}
