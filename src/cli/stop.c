#include "cli/stop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void find_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGUSR1);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
}

int qdr_stop_open(int *stop, qdr_error *err)
{
    sigset_t signals;
    find_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return qdr_fail_errno(err, "waiting for signals");
    *stop = fd;
    return QDR_OK;
}

void qdr_stop_close(int *stop)
{
    sigset_t signals;
    struct signalfd_siginfo come;
    if (!*stop)
        return;
    while (read(*stop, &come, sizeof come) > 0)
        continue;
    close(*stop);
    *stop = 0;
    find_signals(&signals);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}
