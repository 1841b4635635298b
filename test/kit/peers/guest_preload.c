// Loaded into User-mode Linux before it starts. Its stub processes have the
// registers of processors that it was written for; Linux takes the extended
// state of a process whole or not at all, and newer processors have more of
// it. What is missing is filled up with what the process has, without the
// tiles of AMX (bits 17 and 18 of the header), which no program here uses.
//
// And it ends with whoever has started it, killed or not, and with it all of
// its processes: those of its programs would run on, by themselves, in the host.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#define NT_X86_XSTATE 0x202
#define HEADER 512
#define TILES ((uint64_t) 3 << 17)
/* The name that it uses, of before there was PTRACE_SETOPTIONS. */
#define OLD_SETOPTIONS 21

__attribute__((constructor)) static void end_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Children share the memory: each has a place of its own there. */
static struct start { int (*run)(void *); void *argument; } starts[256];

static int start(void *given)
{
    struct start *own = given;
    end_with_parent();
    return own->run(own->argument);
}

int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
    static int (*next)(int (*)(void *), void *, int, void *);
    static unsigned count;
    if (next == NULL)
        next = (int (*)(int (*)(void *), void *, int, void *)) dlsym(RTLD_NEXT, "clone");
    struct start *own = &starts[count++ % 256];
    own->run = run;
    own->argument = argument;
    return next(start, stack, flags, own);
}

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
    if ((int) request == OLD_SETOPTIONS || request == PTRACE_SETOPTIONS)
        given = (void *) ((intptr_t) given | PTRACE_O_EXITKILL);
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
