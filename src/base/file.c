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

static int write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data += put;
        size -= (size_t)put;
    }
    return 0;
}

static int write_through(const char *path, const void *data, size_t size, qdr_error *err)
{
    char shown[SHOWN];
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path));
    int failed = write_all(fd, data, size);
    if (!failed)
        return close(fd) ? qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path))
                         : QDR_OK;
    int code = qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path));
    close(fd);
    return code;
}

/* The rename is durable only when the directory is on disk too. */
static int sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0)
        return errno == EACCES ? 0 : -1; /* writable but not readable: cannot be synced by us */
    int failed = fsync(fd);
    int cause = errno;
    close(fd);
    errno = cause;
    return failed && cause != EINVAL ? -1 : 0; /* some file systems cannot sync a directory */
}

/* The path at the end of the chain of symbolic links that begins at path, there or not. */
static int follow(const char *path, char target[PATH_MAX])
{
    char link[PATH_MAX];
    size_t length = strlen(path);
    if (length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(target, path, length + 1);
    for (int links = 0; links < 40; links++) { /* the kernel's own limit, path_resolution(7) */
        ssize_t size = readlink(target, link, sizeof link);
        if (size < 0)
            return errno == EINVAL || errno == ENOENT ? 0 : -1; /* no link, or nothing there */
        const char *slash = strrchr(target, '/');
        size_t kept = slash && link[0] != '/' ? (size_t)(slash - target) + 1 : 0;
        if (kept + (size_t)size >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(target + kept, link, (size_t)size);
        target[kept + (size_t)size] = '\0';
    }
    errno = ELOOP;
    return -1;
}

/* Creates a file of a new name in directory, which ends in a slash; its permissions
 * are those the umask leaves. */
static int create_beside(const char *directory, char temporary[PATH_MAX])
{
    for (unsigned attempt = 0;; attempt++) {
        if (snprintf(temporary, PATH_MAX, "%s.quadrat-%ld-%u", directory, (long)getpid(),
                     attempt) >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST || attempt == 9999)
            return fd;
    }
}

/* Where a file is to be replaced or written. */
struct target {
    char path[PATH_MAX];      /* no symbolic link; nothing when written through */
    char directory[PATH_MAX]; /* of that, ending in a slash */
    bool exists;
    struct stat status; /* when it exists */
};

static bool is_written_through(const struct target *t)
{
    return t->exists && !S_ISREG(t->status.st_mode);
}

static int find_place(const char *path, struct target *t)
{
    if (follow(path, t->path))
        return -1;
    const char *slash = strrchr(t->path, '/');
    snprintf(t->directory, sizeof t->directory, "%.*s", slash ? (int)(slash - t->path) + 1 : 2,
             slash ? t->path : "./");
    return access(t->directory, W_OK | X_OK);
}

static int find_target(const char *path, struct target *t, qdr_error *err)
{
    char shown[SHOWN];
    t->exists = stat(path, &t->status) == 0;
    if (t->exists && S_ISDIR(t->status.st_mode))
        return qdr_fail(err, QDR_ESYSTEM, "writing %s: it is a directory",
                        qdr_escape(shown, sizeof shown, path));
    /* a read-only file is not to be replaced behind its back */
    bool allowed = t->exists ? access(path, W_OK) == 0 : errno == ENOENT;
    if (allowed && !is_written_through(t))
        allowed = find_place(path, t) == 0;
    return allowed ? QDR_OK
                   : qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path));
}

int qdr_file_check_target(const char *path, qdr_error *err)
{
    struct target target;
    return find_target(path, &target, err);
}

/* Writes data to a new file beside the target and renames it there. */
static int replace(const struct target *t, const void *data, size_t size)
{
    char temporary[PATH_MAX];
    int fd = create_beside(t->directory, temporary);
    if (fd < 0)
        return -1;
    int failed = (t->exists && fchmod(fd, t->status.st_mode & 0777)) ||
                 write_all(fd, data, size) || fsync(fd);
    int cause = errno;
    if (close(fd) && !failed) {
        failed = 1;
        cause = errno;
    }
    if (!failed && rename(temporary, t->path)) {
        failed = 1;
        cause = errno;
    }
    if (failed) {
        unlink(temporary);
        errno = cause;
        return -1;
    }
    return sync_directory(t->directory);
}

int qdr_file_replace(const char *path, const void *data, size_t size, qdr_error *err)
{
    char shown[SHOWN];
    struct target target;
    int code = find_target(path, &target, err);
    if (code)
        return code;
    if (is_written_through(&target))
        return write_through(path, data, size, err);
    if (replace(&target, data, size))
        return qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path));
    return QDR_OK;
}
