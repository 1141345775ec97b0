/* Preloaded into one rank: its FAULT-th allocation fails ("memory:3"), or MPI call ("mpi:3"), or
 * window of a mapped file, and all reading from then on ("disk:3"). Only allocations that the program
 * itself asks for count. glibc. */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static int reached; /* how often */

static int strikes(const char *kind)
{
    const char *fault = getenv("FAULT"), *colon = fault ? strchr(fault, ':') : NULL;
    return colon && !strncmp(fault, kind, strlen(kind)) && ++reached == atoi(colon + 1);
}

/* The program is the first object; its code is where it may be executed. */
static int find_program(struct dl_phdr_info *object, size_t size, void *address)
{
    (void)size;
    uintptr_t *at = address, asked = *at;
    *at = 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_LOAD && part->p_flags & PF_X && asked - start < part->p_memsz)
            *at = asked;
    }
    return 1;
}

static int no_memory(void *caller)
{
    uintptr_t address = (uintptr_t)caller;
    dl_iterate_phdr(find_program, &address);
    if (!address || !strikes("memory"))
        return 0;
    errno = ENOMEM;
    return 1;
}

#define ALLOCATION(function, replaced, parameters, arguments)                                      \
    void *function parameters                                                                      \
    {                                                                                              \
        return no_memory(__builtin_return_address(0)) ? NULL : replaced arguments;                 \
    }
ALLOCATION(malloc, __libc_malloc, (size_t n), (n))
ALLOCATION(calloc, __libc_calloc, (size_t n, size_t size), (n, size))
ALLOCATION(realloc, __libc_realloc, (void *old, size_t n), (old, n))
ALLOCATION(aligned_alloc, __libc_memalign, (size_t alignment, size_t n), (alignment, n))

static int disk_failed;

int madvise(void *start, size_t size, int advice)
{
    disk_failed |= advice == MADV_POPULATE_READ && strikes("disk");
    errno = EFAULT;
    return disk_failed && advice == MADV_POPULATE_READ ? -1 : 0; /* pages come as they are touched */
}

ssize_t __pread64(int fd, void *data, size_t size, off_t offset);

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    errno = EIO;
    return disk_failed ? -1 : __pread64(fd, data, size, offset);
}

#define CALL(function, parameters, arguments)                                                      \
    int MPI_##function parameters                                                                  \
    {                                                                                              \
        return strikes("mpi") ? MPI_ERR_OTHER : PMPI_##function arguments;                         \
    }
CALL(Comm_dup, (MPI_Comm comm, MPI_Comm *copy), (comm, copy))
CALL(Allgather,
     (const void *a, int n, MPI_Datatype t, void *b, int m, MPI_Datatype u, MPI_Comm comm),
     (a, n, t, b, m, u, comm))
CALL(Allreduce, (const void *a, void *b, int n, MPI_Datatype t, MPI_Op op, MPI_Comm comm),
     (a, b, n, t, op, comm))
CALL(Bcast, (void *a, int n, MPI_Datatype t, int root, MPI_Comm comm), (a, n, t, root, comm))
CALL(Send, (const void *a, int n, MPI_Datatype t, int to, int tag, MPI_Comm comm),
     (a, n, t, to, tag, comm))
