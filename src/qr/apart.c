/* Reading images in a process of its own. Nothing is forked: the reader is a program that is
 * started anew, so that it has neither this one's memory nor its MPI.
 *
 * The answer is a kind ('C' codes, 'E' an error), and then pieces, each its size as a uint32_t and
 * so many bytes: the codes, or the error's code and its text. An 'E' can't grow beyond one error.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "quadrat/qr.h"

#define IMAGE_MOST (64u << 20) /* bytes that are read by the reader */
#define ANSWER_MOST (4u << 20)  /* bytes that are taken from it */
#define MEMORY_MORE ((rlim_t)1 << 30)

extern char **environ;

static bool write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

/* ---- the reader ---------------------------------------------------------------------------- */

static void limit(int what, rlim_t most)
{
    struct rlimit now;
    if (!getrlimit(what, &now) && now.rlim_cur > most) {
        now.rlim_cur = now.rlim_max = most;
        setrlimit(what, &now);
    }
}

/* Beyond what is mapped now, which with a sanitizer is terabytes. */
static void limit_memory(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%llu", &pages) == 1)
        limit(RLIMIT_AS, (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_MORE);
    if (file)
        fclose(file);
}

static void append_piece(qdr_bytes *answer, const void *data, size_t size)
{
    uint32_t length = (uint32_t)size;
    qdr_bytes_append(answer, &length, sizeof length);
    qdr_bytes_append(answer, data, size);
}

static int read_descriptor(int in, qdr_bytes *image, qdr_error *err)
{
    char chunk[65536];
    ssize_t got;
    while ((got = read(in, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qdr_fail_errno(err, "reading the image");
        if (image->size + (size_t)got > IMAGE_MOST)
            return qdr_fail(err, QDR_EDATA, "larger than %u bytes", IMAGE_MOST);
        qdr_bytes_append(image, chunk, (size_t)got);
    }
    return qdr_bytes_check(image, err);
}

bool qdr_image_serve(int in, int out)
{
    qdr_error err = QDR_ERROR_INIT;
    qdr_bytes image = {0}, answer = {0};
    qdr_image_codes codes = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CPU, QDR_SERVE_SECONDS);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit_memory();
    int code = read_descriptor(in, &image, &err);
    if (!code)
        code = qdr_image_read(image.data, image.size, &codes, &err);
    qdr_bytes_text(&answer, code ? "E" : "C");
    if (code) {
        append_piece(&answer, &code, sizeof code);
        append_piece(&answer, err.text, strlen(err.text));
    }
    for (size_t i = 0; i < codes.count; i++)
        append_piece(&answer, codes.items[i].text, codes.items[i].size);
    bool done = !qdr_bytes_check(&answer, &err) && write_all(out, answer.data, answer.size);
    qdr_image_codes_clear(&codes);
    qdr_bytes_clear(&image);
    qdr_bytes_clear(&answer);
    return done;
}

/* ---- the one who asks ---------------------------------------------------------------------- */

/* The image as a file that needs no name, so that a reader that reads nothing blocks nobody. */
static int hold_image(const void *data, size_t size, int *fd, qdr_error *err)
{
    *fd = memfd_create("image", MFD_CLOEXEC);
    if (*fd < 0 || !write_all(*fd, data, size) || lseek(*fd, 0, SEEK_SET) < 0) {
        qdr_fail_errno(err, "handing an image to its reader");
        if (*fd >= 0)
            close(*fd);
        return QDR_ESYSTEM;
    }
    return QDR_OK;
}

/* Starts the reader; what it says on standard error, such as a library's last words, is nobody's. */
static int start_reader(const char *const argv[], int image, int answer, pid_t *reader,
                        qdr_error *err)
{
    posix_spawn_file_actions_t actions;
    sigset_t none;
    posix_spawnattr_t attributes;
    char shown[512];
    sigemptyset(&none);
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return qdr_fail_memory(err, "reading an image");
    failed = posix_spawnattr_init(&attributes);
    if (!failed) {
        failed |= posix_spawn_file_actions_adddup2(&actions, image, STDIN_FILENO);
        failed |= posix_spawn_file_actions_adddup2(&actions, answer, STDOUT_FILENO);
        failed |= posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        failed |= posix_spawnattr_setsigmask(&attributes, &none);
        failed |= posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        if (!failed)
            failed = posix_spawn(reader, argv[0], &actions, &attributes, (char *const *)argv,
                                 environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    errno = failed;
    return failed ? qdr_fail_errno(err, "starting the image reader %s",
                                   qdr_escape(shown, sizeof shown, argv[0]))
                  : QDR_OK;
}

static int fail_slow(int seconds, qdr_error *err)
{
    return qdr_fail(err, QDR_EDATA, "reading the image takes longer than %d s", seconds);
}

/* Takes what comes until the other end is closed. */
static int take_answer(int fd, int seconds, qdr_bytes *answer, qdr_error *err)
{
    double end = qdr_clock_seconds() + seconds;
    char chunk[4096];
    for (;;) {
        double left = end - qdr_clock_seconds();
        struct pollfd waited = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&waited, 1, (int)(left * 1000) + 1) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return fail_slow(seconds, err);
        ssize_t got = ready < 0 ? -1 : read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qdr_fail_errno(err, "waiting for the image reader");
        if (got == 0)
            return qdr_bytes_check(answer, err);
        if (answer->size + (size_t)got > ANSWER_MOST)
            return qdr_fail(err, QDR_EDATA, "the image reader answers more than %u bytes",
                            ANSWER_MOST);
        qdr_bytes_append(answer, chunk, (size_t)got);
    }
}

static int check_end(int status, qdr_error *err)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return fail_slow(QDR_SERVE_SECONDS, err);
    if (WIFSIGNALED(status))
        return qdr_fail(err, QDR_EDATA, "the image reader was ended by signal %d on this image",
                        WTERMSIG(status));
    if (WEXITSTATUS(status))
        return qdr_fail(err, QDR_EDATA, "the image reader failed on this image (exit code %d)",
                        WEXITSTATUS(status));
    return QDR_OK;
}

/* Cuts the next piece off; false at the end of the answer, and when it does not hold what its size
 * says. */
static bool next_piece(const char **at, const char *end, const char **piece, size_t *size)
{
    uint32_t length;
    if ((size_t)(end - *at) < sizeof length)
        return false;
    memcpy(&length, *at, sizeof length);
    if ((size_t)(end - *at) - sizeof length < length)
        return false;
    *piece = *at + sizeof length;
    *size = length;
    *at = *piece + length;
    return true;
}

static int fail_garbled(qdr_error *err)
{
    return qdr_fail(err, QDR_EDATA, "the image reader's answer can't be understood");
}

static int read_error(const char *at, const char *end, qdr_error *err)
{
    const char *number, *text;
    size_t size, length;
    int code;
    if (!next_piece(&at, end, &number, &size) || size != sizeof code ||
        !next_piece(&at, end, &text, &length) || length >= QDR_ERROR_TEXT || at != end)
        return fail_garbled(err);
    memcpy(&code, number, size);
    qdr_bytes shown = {0};
    qdr_bytes_escape(&shown, text, length, "");
    qdr_fail(err, code == QDR_EREFUSED ? code : QDR_EDATA, "%s", shown.data ? shown.data : "");
    qdr_bytes_clear(&shown);
    return err->code;
}

static int read_codes(const char *at, const char *end, qdr_image_codes *codes, qdr_error *err)
{
    const char *text;
    size_t size, count = 0;
    const char *first = at;
    while (next_piece(&at, end, &text, &size))
        count++;
    if (at != end)
        return fail_garbled(err);
    qdr_image_codes found = {.items = calloc(count + 1, sizeof *found.items)};
    bool enough = found.items;
    for (at = first; enough && next_piece(&at, end, &text, &size); found.count++) {
        char *copy = calloc(1, size + 1);
        found.items[found.count] = (qdr_image_code){copy, size};
        enough = copy;
        if (copy)
            memcpy(copy, text, size);
    }
    if (enough)
        *codes = found;
    else
        qdr_image_codes_clear(&found);
    return enough ? QDR_OK : qdr_fail_memory(err, "reading QR codes");
}

/* Waits for a reader's end; one that has not answered is ended. */
static int end_reader(pid_t reader, bool answered, int *status, qdr_error *err)
{
    if (!answered)
        kill(reader, SIGKILL);
    while (waitpid(reader, status, 0) < 0)
        if (errno != EINTR)
            return qdr_fail_errno(err, "waiting for the image reader");
    return QDR_OK;
}

static int ask_reader(const char *const argv[], int seconds, int image, qdr_bytes *answer,
                      qdr_error *err)
{
    int ends[2], status;
    pid_t reader;
    if (pipe2(ends, O_CLOEXEC))
        return qdr_fail_errno(err, "reading an image");
    int code = start_reader(argv, image, ends[1], &reader, err);
    close(ends[1]);
    if (!code) {
        code = take_answer(ends[0], seconds, answer, err);
        qdr_error waiting = QDR_ERROR_INIT;
        if (end_reader(reader, !code, &status, &waiting) && !code) {
            *err = waiting;
            code = waiting.code;
        }
        if (!code)
            code = check_end(status, err);
    }
    close(ends[0]);
    return code;
}

int qdr_image_read_apart(const char *const argv[], int seconds, const void *data, size_t size,
                         qdr_image_codes *codes, qdr_error *err)
{
    int image;
    qdr_bytes answer = {0};
    int code = hold_image(data, size, &image, err);
    if (code)
        return code;
    code = ask_reader(argv, seconds, image, &answer, err);
    close(image);
    const char *at = answer.data, *end = at + answer.size;
    if (!code && !answer.size)
        code = fail_garbled(err);
    else if (!code && *at == 'E')
        code = read_error(at + 1, end, err);
    else if (!code)
        code = *at == 'C' ? read_codes(at + 1, end, codes, err) : fail_garbled(err);
    qdr_bytes_clear(&answer);
    return code;
}
