/* SPDX-License-Identifier: MIT */
/*
 * virtual_fault.c: faults that are none, as the memory can be made accessible (stacks that grow, pages whose writing is watched), what the
 * others are called, and room on the program's stack for what the system puts there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "section.h"
#include "thread.h"
#include "virtual.h"

/* Stack growth: a touched guard page of the current thread's stack becomes usable, the page below becomes the guard. */
static NTSTATUS grow_stack(struct view *view, uint64_t address, bool silent)
{
    TEB *teb = current_thread->teb;
    uint64_t low = (uint64_t)teb->DeallocationStack;
    uint64_t page = ROUND_DOWN(address, NT_PAGE_SIZE);
    uint64_t limit = (uint64_t)teb->Tib.StackLimit;
    /* What is left for handling the overflow: two pages at least (processthreadsapi/nf-processthreadsapi-
     * setthreadstackguarantee), one that the dispatcher and the unwinder need, and the last, which is never given out. */
    uint64_t guarantee = ROUND_UP((uint64_t)teb->GuaranteedStackBytes, NT_PAGE_SIZE);
    uint64_t reserve = 2 * NT_PAGE_SIZE + (guarantee > 2 * NT_PAGE_SIZE ? guarantee : 2 * NT_PAGE_SIZE);
    uint64_t guard = page - NT_PAGE_SIZE;
    NTSTATUS status = STATUS_SUCCESS;

    if (page <= low)
        return STATUS_STACK_OVERFLOW;
    if (guard < low + reserve) {
        /* The last pages: let the program use them for handling the overflow it is told of. */
        guard = low;
        page = low + NT_PAGE_SIZE;
        status = silent ? STATUS_SUCCESS : STATUS_STACK_OVERFLOW;
    }
    if (view_protect_pages(view, page, limit, PROT_READ | PROT_WRITE) ||
        !view_set_range(view, page, limit, MEM_COMMIT, PAGE_READWRITE))
        return STATUS_STACK_OVERFLOW;
    if (guard > low) {
        /* After an earlier overflow (_resetstkoflw) there is memory below, which has to be made to fault. */
        if (range_find(view, guard)->state == MEM_COMMIT)
            view_protect_pages(view, guard, page, PROT_NONE);
        view_set_range(view, guard, page, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
    }
    teb->Tib.StackLimit = (PVOID)page;
    return status;
}

static bool on_current_stack(const struct view *view)
{
    return current_thread && view->base == (uint64_t)current_thread->teb->DeallocationStack;
}

/*
 * Another process may have committed the page, which we have learnt just now, or another thread of ours a moment ago: then the
 * access is repeated. It is no such thing if it fails again.
 */
static bool fault_is_new(uint64_t address)
{
    static __thread uint64_t last;
    bool same = last == address;
    last = same ? 0 : address;
    return !same;
}

NTSTATUS virtual_fault(uint64_t address, bool write, bool bus_error)
{
    NTSTATUS status = bus_error ? STATUS_IN_PAGE_ERROR : STATUS_ACCESS_VIOLATION;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (!view)
        goto done;
    struct range *r = range_find(view, address);
    if (bus_error) {
        if (r->state == MEM_RESERVE) /* beyond the end of its file */
            status = STATUS_ACCESS_VIOLATION;
        goto done;
    }
    if (on_current_stack(view) && address < (uint64_t)current_thread->teb->Tib.StackLimit) {
        /* Native code called from PE code (libm, the vDSO) may jump over the guard page: any page down to the limit is as
         * good as the guard. */
        status = grow_stack(view, address, false);
        goto done;
    }
    if (r->state != MEM_COMMIT)
        goto done;
    if (view->section && view->section->reserve && fault_is_new(address)) {
        status = STATUS_SUCCESS;
        goto done;
    }
    if (r->protect & PAGE_GUARD) {
        uint64_t page = ROUND_DOWN(address, NT_PAGE_SIZE);
        ULONG protect = r->protect & ~PAGE_GUARD;
        view_protect_pages(view, page, page + NT_PAGE_SIZE, view_protection(view, protect));
        view_set_range(view, page, page + NT_PAGE_SIZE, MEM_COMMIT, protect);
        status = STATUS_GUARD_PAGE_VIOLATION;
        goto done;
    }
    if (view->watch && write && unix_protection(r->protect) & PROT_WRITE) {
        uint64_t page = ROUND_DOWN(address, NT_PAGE_SIZE);
        view->watch[(page - view->base) >> PAGE_SHIFT] = 1;
        mprotect((void *)page, NT_PAGE_SIZE, unix_protection(r->protect));
        status = STATUS_SUCCESS;
    }
done:
    pthread_mutex_unlock(&virtual_lock);
    return status;
}

/* SIGBUS does not say what went wrong. Reading the page does. */
NTSTATUS virtual_page_error(uint64_t address)
{
    NTSTATUS status = STATUS_UNEXPECTED_IO_ERROR;
    uint64_t offset = 0;
    int fd = -1;
    char byte;

    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (view && view->section && view->type == MEM_MAPPED) {
        fd = unix_fd_reserve(fcntl(view->section->fd, F_DUPFD_CLOEXEC, 3));
        offset = view->offset + address - view->base;
    }
    pthread_mutex_unlock(&virtual_lock);
    if (fd < 0)
        return status;
    if (pread(fd, &byte, 1, offset) < 0)
        status = status_from_errno(errno);
    close(fd);
    return status;
}

static bool extend_stack(uint64_t address, uint64_t top)
{
    bool ok = true;
    if (address >= (uint64_t)current_thread->teb->Tib.StackLimit)
        return true;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (view && top - view->base > view->size)
        ok = false; /* it would go on in somebody else's memory */
    else if (view && on_current_stack(view))
        ok = grow_stack(view, address, true) == STATUS_SUCCESS;
    else if (!view || range_find(view, address)->state != MEM_COMMIT)
        ok = false; /* some other stack (a fiber's): what is committed there is all it has */
    pthread_mutex_unlock(&virtual_lock);
    return ok;
}

bool virtual_make_frame(uint64_t address, uint64_t top)
{
    struct thread *thread = current_thread;
    bool outer = thread->in_delivery, ok;
    thread->in_delivery = true; /* a signal handler asks this, perhaps: faults are native code's nonetheless */
    ok = extend_stack(address, top) && user_write_ok((void *)address, top - address);
    thread->in_delivery = outer;
    return ok;
}
