// Loaded into User-mode Linux before it starts. Its stub processes have the
// registers of processors that it was written for; Linux takes the extended
// state of a process whole or not at all, and newer processors have more of
// it. What is missing is filled up with what the process has, without the
// tiles of AMX (bits 17 and 18 of the header), which no program here uses.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#define NT_X86_XSTATE 0x202
#define HEADER 512
#define TILES ((uint64_t) 3 << 17)

typedef long (*ptrace_call)(int, pid_t, void *, void *);

long ptrace(enum __ptrace_request request, ...)
{
    static ptrace_call next;
    if (next == NULL)
        next = (ptrace_call) dlsym(RTLD_NEXT, "ptrace");
    va_list rest;
    va_start(rest, request);
    pid_t pid = va_arg(rest, pid_t);
    void *kind = va_arg(rest, void *);
    struct iovec *given = va_arg(rest, struct iovec *);
    va_end(rest);
    if (request != PTRACE_SETREGSET || (intptr_t) kind != NT_X86_XSTATE)
        return next(request, pid, kind, given);

    static char state[1 << 16] __attribute__((aligned(64)));
    struct iovec whole = { state, sizeof state };
    if (next(PTRACE_GETREGSET, pid, kind, &whole) < 0)
        return -1;
    if (given->iov_len >= whole.iov_len)
        return next(request, pid, kind, given);
    memset(state, 0, whole.iov_len);
    memcpy(state, given->iov_base, given->iov_len);
    uint64_t present;
    memcpy(&present, state + HEADER, sizeof present);
    present &= ~TILES;
    memcpy(state + HEADER, &present, sizeof present);
    return next(request, pid, kind, &whole);
}
