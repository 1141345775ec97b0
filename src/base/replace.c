#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define SHOWN 512 /* bytes of a file name in an error text */

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

/* These keep errno, which says what failed before. */
static void close_quietly(int fd)
{
    int cause = errno;
    close(fd);
    errno = cause;
}

static void unlink_quietly(const char *path)
{
    int cause = errno;
    unlink(path);
    errno = cause;
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

/* Closes the file, on disk, and puts it in the target's place. */
static int settle(const struct target *t, const char *temporary, int fd)
{
    int failed = (t->exists && fchmod(fd, t->status.st_mode & 0777)) || fsync(fd);
    int cause = errno;
    if (close(fd) && !failed)
        return -1;
    errno = cause;
    return failed || rename(temporary, t->path) ? -1 : sync_directory(t->directory);
}

/* Writes data to a new file beside the target and renames it there. */
static int replace(const struct target *t, const void *data, size_t size)
{
    char temporary[PATH_MAX];
    int fd = create_beside(t->directory, temporary);
    if (fd < 0)
        return -1;
    int failed = write_all(fd, data, size);
    if (failed)
        close_quietly(fd);
    else
        failed = settle(t, temporary, fd);
    if (failed)
        unlink_quietly(temporary);
    return failed;
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

/* ---- by several processes ------------------------------------------------------------------ */

static int fail_writing(const char *path, qdr_error *err)
{
    char shown[SHOWN];
    return qdr_fail_errno(err, "writing %s", qdr_escape(shown, sizeof shown, path));
}

int qdr_file_write(int fd, const char *path, const void *data, size_t size, uint64_t offset,
                   qdr_error *err)
{
    const char *from = data;
    while (size) {
        ssize_t put = pwrite(fd, from, size, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_writing(path, err);
        from += put;
        offset += (uint64_t)put;
        size -= (size_t)put;
    }
    return QDR_OK;
}

/* Makes the file that long, on blocks of its own where the file system can promise them, so that a
 * full disk shows now. */
static int reserve(int fd, uint64_t size)
{
    int failed;
    do
        failed = fallocate(fd, 0, 0, (off_t)size);
    while (failed && errno == EINTR);
    return failed && (errno == EOPNOTSUPP || errno == ENOSYS) ? ftruncate(fd, (off_t)size) : failed;
}

int qdr_draft_begin(const char *path, uint64_t size, qdr_draft *draft, qdr_error *err)
{
    char shown[SHOWN];
    struct target target;
    draft->fd = -1;
    int code = find_target(path, &target, err);
    if (code)
        return code;
    if (is_written_through(&target))
        return qdr_fail(err, QDR_ESYSTEM, "writing %s: an array is written to a regular file only",
                        qdr_escape(shown, sizeof shown, path));
    draft->fd = create_beside(target.directory, draft->temporary);
    if (draft->fd < 0)
        return fail_writing(path, err);
    if (getrandom(draft->token, sizeof draft->token, 0) < 0 || reserve(draft->fd, size))
        return fail_writing(path, err);
    return qdr_file_write(draft->fd, path, draft->token, sizeof draft->token, 0, err);
}

int qdr_draft_join(const char *path, qdr_draft *draft, qdr_error *err)
{
    char shown[SHOWN];
    unsigned char token[sizeof draft->token] = {0};
    draft->fd = open(draft->temporary, O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (draft->fd < 0 && errno != ENOENT)
        return fail_writing(path, err);
    if (draft->fd < 0 || pread(draft->fd, token, sizeof token, 0) < 0 ||
        memcmp(token, draft->token, sizeof token) != 0)
        return qdr_fail(err, QDR_ESYSTEM,
                        "writing %s: the file that rank 0 made is not there. All ranks write an "
                        "array: use a directory that all hosts share, or one host",
                        qdr_escape(shown, sizeof shown, path));
    return QDR_OK;
}

int qdr_draft_flush(const char *path, qdr_draft *draft, qdr_error *err)
{
    return fsync(draft->fd) ? fail_writing(path, err) : QDR_OK;
}

int qdr_draft_commit(const char *path, qdr_draft *draft, qdr_error *err)
{
    struct target target;
    int code = find_target(path, &target, err), fd = draft->fd;
    if (code)
        return code;
    draft->fd = -1;
    if (!settle(&target, draft->temporary, fd))
        return QDR_OK;
    unlink_quietly(draft->temporary);
    return fail_writing(path, err);
}

void qdr_draft_leave(qdr_draft *draft)
{
    if (draft->fd >= 0)
        close(draft->fd);
    draft->fd = -1;
}

void qdr_draft_drop(qdr_draft *draft)
{
    if (draft->fd >= 0)
        unlink_quietly(draft->temporary);
    qdr_draft_leave(draft);
}
