#include "record/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "record/sshsig.h"
#include "record/wire.h"

#define PATIENCE 60          /* seconds; people may have to confirm */
#define MOST (256u << 10)    /* bytes of an answer, as OpenSSH has it */

enum { /* section 5.1 */
    FAILURE = 5,
    REQUEST_IDENTITIES = 11,
    IDENTITIES_ANSWER = 12,
    SIGN_REQUEST = 13,
    SIGN_RESPONSE = 14
};

static int distrust(qdr_error *err)
{
    return qdr_fail(err, QDR_ESYSTEM, "ssh-agent: its answer makes no sense");
}

static int reach(const char *agent, int *fd, qdr_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = PATIENCE};
    char shown[256];
    if (!agent || !*agent)
        return qdr_fail(err, QDR_EREFUSED, "there is no ssh-agent (SSH_AUTH_SOCK is not set)");
    if (strlen(agent) >= sizeof address.sun_path)
        return qdr_fail(err, QDR_ESYSTEM, "ssh-agent: the path of its socket is too long");
    strcpy(address.sun_path, agent);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd >= 0 && !setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) &&
        !setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) &&
        !connect(*fd, (const struct sockaddr *)&address, sizeof address))
        return QDR_OK;
    int code = qdr_fail_errno(err, "ssh-agent at %s", qdr_escape(shown, sizeof shown, agent));
    if (*fd >= 0)
        close(*fd);
    return code;
}

static int failed(qdr_error *err)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return qdr_fail(err, QDR_ESYSTEM, "ssh-agent: no answer in %d s", PATIENCE);
    return qdr_fail_errno(err, "asking ssh-agent");
}

static int send_all(int fd, const void *data, size_t size, qdr_error *err)
{
    for (const char *from = data; size;) {
        ssize_t sent = send(fd, from, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return failed(err);
        from += sent;
        size -= (size_t)sent;
    }
    return QDR_OK;
}

static int receive_all(int fd, void *data, size_t size, qdr_error *err)
{
    for (char *to = data; size;) {
        ssize_t got = recv(fd, to, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(err);
        if (got == 0)
            return qdr_fail(err, QDR_ESYSTEM, "ssh-agent: it hung up");
        to += got;
        size -= (size_t)got;
    }
    return QDR_OK;
}

/* An answer: its length, a byte that says of what kind, and the rest. *data is to be freed. */
static int receive(int fd, unsigned char **data, qdr_wire *answer, qdr_error *err)
{
    unsigned char head[4];
    int code = receive_all(fd, head, sizeof head, err);
    if (code)
        return code;
    qdr_wire wire = {head, sizeof head, false};
    size_t size = qdr_wire_number(&wire);
    if (!size || size > MOST)
        return distrust(err);
    *data = malloc(size);
    if (!*data)
        return qdr_fail_memory(err, "asking ssh-agent");
    *answer = (qdr_wire){*data, size, false};
    return receive_all(fd, *data, size, err);
}

static void append_string(qdr_bytes *b, const void *data, size_t size)
{
    unsigned char length[4];
    qdr_wire_put(length, (uint32_t)size);
    qdr_bytes_append(b, length, sizeof length);
    qdr_bytes_append(b, data, size);
}

/* Asks; *answer is what stands behind the kind of an answer of the kind expected. *data is to be
 * freed, also after a failure. */
static int ask(const char *agent, const qdr_bytes *question, unsigned char expected,
               unsigned char **data, qdr_wire *answer, qdr_error *err)
{
    qdr_bytes packet = {0};
    int fd, code = reach(agent, &fd, err);
    if (code)
        return code;
    append_string(&packet, question->data, question->size);
    code = qdr_bytes_check(question, err);
    if (!code)
        code = qdr_bytes_check(&packet, err);
    if (!code)
        code = send_all(fd, packet.data, packet.size, err);
    if (!code)
        code = receive(fd, data, answer, err);
    qdr_bytes_clear(&packet);
    close(fd);
    if (code)
        return code;
    unsigned char kind = *answer->data;
    answer->data++;
    answer->size--;
    if (kind == FAILURE)
        return qdr_fail(err, QDR_EREFUSED, "ssh-agent: it refused");
    return kind == expected ? QDR_OK : distrust(err);
}

int qdr_agent_has(const char *agent, const qdr_public_key *key, bool *has, qdr_error *err)
{
    unsigned char *data = NULL;
    qdr_bytes question = {0};
    qdr_wire answer;
    *has = false;
    qdr_bytes_append(&question, (const unsigned char[]){REQUEST_IDENTITIES}, 1);
    int code = ask(agent, &question, IDENTITIES_ANSWER, &data, &answer, err);
    for (uint32_t left = code ? 0 : qdr_wire_number(&answer); left && !answer.failed; left--) {
        qdr_public_key held;
        qdr_wire blob = qdr_wire_string(&answer);
        qdr_wire_string(&answer); /* a comment */
        if (!answer.failed && qdr_key_of_blob(blob.data, blob.size, &held))
            *has |= memcmp(&held, key, sizeof held) == 0;
    }
    if (!code && answer.failed)
        code = distrust(err);
    qdr_bytes_clear(&question);
    free(data);
    return code;
}

int qdr_agent_sign(const char *agent, const qdr_public_key *key, const void *data, size_t size,
                   unsigned char signature[QDR_SIGNATURE_SIZE], qdr_error *err)
{
    unsigned char blob[QDR_KEY_BLOB], *answered = NULL;
    qdr_bytes question = {0};
    qdr_wire answer;
    qdr_key_blob(key, blob);
    qdr_bytes_append(&question, (const unsigned char[]){SIGN_REQUEST}, 1);
    append_string(&question, blob, sizeof blob);
    append_string(&question, data, size);
    qdr_bytes_append(&question, "\0\0\0\0", 4); /* flags */
    int code = ask(agent, &question, SIGN_RESPONSE, &answered, &answer, err);
    if (!code) {
        qdr_wire given = qdr_wire_string(&answer);
        if (answer.failed || !qdr_sshsig_of_blob(given.data, given.size, signature))
            code = distrust(err);
    }
    qdr_bytes_clear(&question);
    free(answered);
    return code;
}
