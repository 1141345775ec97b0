/* ceiling BYTES WORKERS: how fast this machine can add.
 *
 * Each worker, a thread, has its share of so many bytes of doubles in its own memory, already
 * touched. All start together and add them in plain floating point, in vectors and in no particular
 * order: a reduction that reads each byte once can hardly be quicker. Prints the least time of five
 * sweeps, from the first worker's start to the last one's end, as the line {"seconds": [S]}. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SWEEPS = 5, LANES = 8, SUMS = 8, BUNCH = LANES * SUMS, MOST_WORKERS = 4096 };

typedef double vector __attribute__((vector_size(LANES * sizeof(double))));

struct worker {
    pthread_t thread;
    pthread_barrier_t *start;
    size_t vectors; /* a multiple of SUMS */
    double total;
    double from[SWEEPS], to[SWEEPS];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double add(const vector *v, size_t n)
{
    vector sum[SUMS] = {{0}};
    for (size_t i = 0; i < n; i += SUMS) {
        for (size_t k = 0; k < SUMS; k++)
            sum[k] += v[i + k];
    }
    double total = 0;
    for (size_t k = 0; k < SUMS; k++) {
        for (size_t lane = 0; lane < LANES; lane++)
            total += sum[k][lane];
    }
    return total;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    vector *v = aligned_alloc(sizeof *v, w->vectors * sizeof *v);
    if (v == NULL) {
        perror("ceiling");
        exit(1);
    }
    for (size_t i = 0; i < w->vectors; i++)
        v[i] = (vector){1, 1, 1, 1, 1, 1, 1, 1};
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        pthread_barrier_wait(w->start);
        w->from[sweep] = now();
        w->total += add(v, w->vectors);
        w->to[sweep] = now();
    }
    free(v);
    return NULL;
}

/* From the first start to the last end. */
static double span(const struct worker *w, int workers, int sweep)
{
    double from = w[0].from[sweep], to = w[0].to[sweep];
    for (int i = 1; i < workers; i++) {
        from = w[i].from[sweep] < from ? w[i].from[sweep] : from;
        to = w[i].to[sweep] > to ? w[i].to[sweep] : to;
    }
    return to - from;
}

int main(int argc, char **argv)
{
    size_t bytes = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    int workers = argc == 3 ? atoi(argv[2]) : 0;
    if (bytes == 0 || workers < 1 || workers > MOST_WORKERS) {
        fprintf(stderr, "usage: ceiling BYTES WORKERS\n");
        return 2;
    }
    pthread_barrier_t start;
    struct worker *w = calloc(workers, sizeof *w);
    if (w == NULL || pthread_barrier_init(&start, NULL, workers) != 0) {
        perror("ceiling");
        return 1;
    }
    size_t bunches = bytes / (BUNCH * sizeof(double) * workers) + 1;
    for (int i = 0; i < workers; i++) {
        w[i] = (struct worker){.start = &start, .vectors = bunches * SUMS};
        if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0) {
            perror("ceiling");
            return 1;
        }
    }
    double total = 0, least = 0;
    for (int i = 0; i < workers; i++) {
        pthread_join(w[i].thread, NULL);
        total += w[i].total;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double seconds = span(w, workers, sweep);
        least = sweep == 0 || seconds < least ? seconds : least;
    }
    free(w);
    printf("{\"seconds\": [%.9f]}\n", least);
    return total == (double)SWEEPS * (double)(bunches * BUNCH) * workers ? 0 : 1;
}
