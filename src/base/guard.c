#include "base/guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST 256

struct qdr_guard {
    atomic_uintptr_t start; /* 0: free */
    size_t size;
    atomic_llong damage;
};

/* A handler is told nothing but the address, so this is the process's. */
static struct qdr_guard guards[MOST];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over who sets and removes */
static int count;
static struct sigaction before;
static size_t page;

static void note(qdr_guard *guard, long long offset)
{
    long long known = atomic_load(&guard->damage);
    while ((known < 0 || offset < known) &&
           !atomic_compare_exchange_weak(&guard->damage, &known, offset))
        ;
}

/* Whether the address is under a guard; its page is one of zeros then. */
static bool replace_page(uintptr_t address)
{
    for (qdr_guard *g = guards; g < guards + MOST; g++) {
        uintptr_t start = atomic_load(&g->start), offset = (address - start) & ~(page - 1);
        if (!start || address < start || address - start >= g->size)
            continue;
        note(g, (long long)offset);
        return mmap((void *)(start + offset), page, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

static void handle(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)context;
    bool sent = info->si_code <= 0; /* by a process, not by an access */
    if (sent || !replace_page((uintptr_t)info->si_addr)) {
        sigaction(number, &before, NULL); /* the access is tried again, by that */
        if (sent)
            raise(number);
    }
    errno = saved;
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
    page = (size_t)sysconf(_SC_PAGESIZE);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
}

qdr_guard *qdr_guard_set(void *start, size_t size)
{
    qdr_guard *guard = guards;
    pthread_mutex_lock(&lock);
    while (guard < guards + MOST && atomic_load(&guard->start))
        guard++;
    if (guard == guards + MOST) {
        guard = NULL;
    } else {
        if (count++ == 0)
            install();
        guard->size = size;
        atomic_store(&guard->damage, -1);
        atomic_store(&guard->start, (uintptr_t)start);
    }
    pthread_mutex_unlock(&lock);
    return guard;
}

int64_t qdr_guard_damage(const qdr_guard *guard)
{
    return atomic_load(&guard->damage);
}

void qdr_guard_remove(qdr_guard *guard)
{
    pthread_mutex_lock(&lock);
    atomic_store(&guard->start, 0);
    if (--count == 0)
        sigaction(SIGBUS, &before, NULL);
    pthread_mutex_unlock(&lock);
}
