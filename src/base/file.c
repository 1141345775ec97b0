#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define SHOWN 512 /* bytes of a file name in an error text */

int qdr_file_open(const char *path, int *fd, uint64_t *size, qdr_error *err)
{
    char shown[SHOWN];
    struct stat status;
    /* O_NONBLOCK: opening a FIFO nobody writes to must not wait */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return qdr_fail_errno(err, "%s", qdr_escape(shown, sizeof shown, path));
    int code = QDR_OK;
    if (fstat(*fd, &status))
        code = qdr_fail_errno(err, "%s", qdr_escape(shown, sizeof shown, path));
    else if (!S_ISREG(status.st_mode))
        code = qdr_fail(err, QDR_EDATA, "%s: not a regular file",
                        qdr_escape(shown, sizeof shown, path));
    if (code) {
        close(*fd);
        *fd = -1;
        return code;
    }
    *size = (uint64_t)status.st_size;
    return QDR_OK;
}

int qdr_file_read(int fd, const char *path, void *data, size_t size, uint64_t offset,
                  qdr_error *err)
{
    char shown[SHOWN], *to = data;
    while (size) {
        ssize_t got = pread(fd, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qdr_fail_errno(err, "reading %s at byte %llu",
                                  qdr_escape(shown, sizeof shown, path),
                                  (unsigned long long)offset);
        if (got == 0)
            return qdr_fail(err, QDR_EDATA,
                            "%s: ended before byte %llu, with %zu more to read. Was it cut short?",
                            qdr_escape(shown, sizeof shown, path), (unsigned long long)offset,
                            size);
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return QDR_OK;
}

int qdr_file_load(const char *path, size_t most, char **data, size_t *size, qdr_error *err)
{
    char shown[SHOWN];
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : qdr_escape(shown, sizeof shown, path);
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return qdr_fail_errno(err, "%s", name);
    int code = QDR_OK;
    qdr_bytes content = {0};
    char chunk[65536];
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            code = qdr_fail_errno(err, "reading %s", name);
            break;
        }
        qdr_bytes_append(&content, chunk, (size_t)got);
        if (content.failed)
            break;
        if (content.size > most) {
            code = qdr_fail(err, QDR_EDATA, "%s: larger than %zu bytes", name, most);
            break;
        }
    }
    if (!standard)
        close(fd);
    qdr_bytes_append(&content, "", 0);
    if (!code)
        code = qdr_bytes_check(&content, err);
    if (code) {
        qdr_bytes_clear(&content);
        return code;
    }
    *data = content.data;
    *size = content.size;
    return QDR_OK;
}

bool qdr_file_is_same(const char *a, const char *b)
{
    struct stat one, other;
    if (stat(a, &one) || stat(b, &other))
        return strcmp(a, b) == 0;
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
