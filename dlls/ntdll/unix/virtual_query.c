/* SPDX-License-Identifier: MIT */
/* virtual_query.c: NtQueryVirtualMemory, and the memory calls that change nothing of the bookkeeping. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include "section.h"
#include "remote.h"

static NTSTATUS put(PVOID buffer, SIZE_T length, SIZE_T *returned, const void *data, size_t size)
{
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!user_copy_out(buffer, data, size))
        return STATUS_ACCESS_VIOLATION;
    if (returned)
        *returned = size;
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(uint64_t address, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    MEMORY_BASIC_INFORMATION info = { 0 };
    uint64_t page = ROUND_DOWN(address, NT_PAGE_SIZE);
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_at_or_after(page);
    info.BaseAddress = (PVOID)page;
    if (!view || view->base > page) {
        /* Free up to the next view. */
        info.RegionSize = (view ? view->base : NT_USER_SPACE_LIMIT) - page;
        info.State = MEM_FREE;
        info.Protect = PAGE_NOACCESS;
    } else {
        struct range *r = range_find(view, page);
        info.AllocationBase = (PVOID)view->base;
        info.AllocationProtect = view->protect;
        info.RegionSize = r->end - page;
        info.State = r->state;
        info.Protect = r->protect;
        info.Type = view->type;
    }
    pthread_mutex_unlock(&virtual_lock);
    return put(buffer, length, returned, &info, sizeof(info));
}

static NTSTATUS query_region(uint64_t address, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    NT_MEMORY_REGION_INFORMATION info = { 0 };
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (!view) {
        status = STATUS_INVALID_ADDRESS;
    } else {
        info.AllocationBase = (PVOID)view->base;
        info.AllocationProtect = view->protect;
        info.RegionSize = view->size;
        if (view->type == MEM_PRIVATE)
            info.RegionType = 1;
        else if (view->type == MEM_IMAGE)
            info.RegionType = 4;
        else
            info.RegionType = view->section && view->section->file ? 2 : 8;
        for (struct range *r = range_find(view, view->base); r; r = range_next(r))
            if (r->state == MEM_COMMIT)
                info.CommitSize += r->end - r->start;
    }
    pthread_mutex_unlock(&virtual_lock);
    return status ? status : put(buffer, length, returned, &info, sizeof(info));
}

/* The file's NT name, as UNICODE_STRING followed by its text. */
static NTSTATUS query_filename(uint64_t address, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    WCHAR *name = NULL;
    struct section *section = NULL;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (view && view->section)
        object_ref(&(section = view->section)->header);
    pthread_mutex_unlock(&virtual_lock);
    if (!view)
        return STATUS_INVALID_ADDRESS;
    if (!section)
        return STATUS_INVALID_ADDRESS;
    NTSTATUS status = STATUS_FILE_INVALID;
    if (section->file && section->file->type->query_name) {
        status = section->file->type->query_name(section->file, &name);
    }
    object_unref(&section->header);
    if (status)
        return status;
    size_t chars = 0;
    while (name[chars])
        chars++;
    size_t bytes = chars * sizeof(WCHAR), size = sizeof(UNICODE_STRING) + bytes + sizeof(WCHAR);
    if (returned)
        *returned = size;
    if (length < size) {
        free(name);
        return length < sizeof(UNICODE_STRING) ? STATUS_INFO_LENGTH_MISMATCH : STATUS_BUFFER_OVERFLOW;
    }
    UNICODE_STRING head = { (USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), (PWSTR)((char *)buffer + sizeof(head)) };
    bool ok = user_copy_out(buffer, &head, sizeof(head)) &&
              user_copy_out((char *)buffer + sizeof(head), name, bytes + sizeof(WCHAR));
    free(name);
    return ok ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* For each page asked for: bit 0 valid, 1-3 share count, 4-14 Win32 protection, 15 shared. */
static NTSTATUS query_working_set(PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    NT_MEMORY_WORKING_SET_EX *entries = buffer;
    size_t count = length / sizeof(*entries);
    for (size_t i = 0; i < count; i++) {
        NT_MEMORY_WORKING_SET_EX entry;
        unsigned char resident = 0;
        if (!user_copy_in(&entry, &entries[i], sizeof(entry)))
            return STATUS_ACCESS_VIOLATION;
        uint64_t page = ROUND_DOWN((uint64_t)entry.VirtualAddress, NT_PAGE_SIZE);
        entry.VirtualAttributes = 0;
        pthread_mutex_lock(&virtual_lock);
        struct view *view = view_find(page);
        struct range *r = view ? range_find(view, page) : NULL;
        if (r && r->state == MEM_COMMIT && !mincore((void *)page, NT_PAGE_SIZE, &resident) && resident & 1) {
            entry.VirtualAttributes = 1 | (ULONG_PTR)(r->protect & 0x7ff) << 4;
            if (view->type != MEM_PRIVATE)
                entry.VirtualAttributes |= 1 << 15;
        }
        pthread_mutex_unlock(&virtual_lock);
        if (!user_copy_out(&entries[i], &entry, sizeof(entry)))
            return STATUS_ACCESS_VIOLATION;
    }
    if (returned)
        *returned = count * sizeof(*entries);
    return STATUS_SUCCESS;
}

static NTSTATUS query_image(uint64_t address, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    NT_MEMORY_IMAGE_INFORMATION info = { 0 };
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(address);
    if (view && view->type == MEM_IMAGE) {
        info.ImageBase = (PVOID)view->base;
        info.SizeOfImage = view->size;
    }
    pthread_mutex_unlock(&virtual_lock);
    return view ? put(buffer, length, returned, &info, sizeof(info)) : STATUS_INVALID_ADDRESS;
}

bool virtual_image_at(uint64_t address, uint64_t *base, uint64_t *size, struct section **section)
{
    struct view *view = view_find(address);
    if (!view || view->type != MEM_IMAGE)
        return false;
    *base = view->base;
    *size = view->size;
    if (section)
        *section = view->section;
    return true;
}

NTSTATUS NtQueryVirtualMemory(HANDLE process, PVOID address, ULONG class, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    if (!process_is_current(process))
        return remote_query(process, address, class, buffer, length, returned);
    if (class != MemoryWorkingSetExInformation && (uint64_t)address >= NT_USER_SPACE_LIMIT)
        return STATUS_INVALID_PARAMETER;
    switch (class) {
    case MemoryBasicInformation:
        return query_basic((uint64_t)address, buffer, length, returned);
    case MemoryMappedFilenameInformation:
        return query_filename((uint64_t)address, buffer, length, returned);
    case MemoryRegionInformation_:
        return query_region((uint64_t)address, buffer, length, returned);
    case MemoryWorkingSetExInformation:
        return query_working_set(buffer, length, returned);
    case MemoryImageInformation:
        return query_image((uint64_t)address, buffer, length, returned);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* Prefetch is advice; the rest (CFG call targets, page priority, …) Windows refuses too where it does not apply. */
NTSTATUS NtSetInformationVirtualMemory(HANDLE process, ULONG class, ULONG_PTR count, PVOID ranges, PVOID info,
                                       ULONG length)
{
    (void)info;
    (void)length;
    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    if (class == 2) /* VmCfgCallTargetInformation: control-flow guard is not enforced, every target is valid */
        return STATUS_SUCCESS;
    if (class != 0)
        return STATUS_INVALID_PARAMETER_2;
    if (!count)
        return STATUS_INVALID_PARAMETER_3;
    for (ULONG_PTR i = 0; i < count; i++) {
        WIN32_MEMORY_RANGE_ENTRY range;
        if (!user_copy_in(&range, (WIN32_MEMORY_RANGE_ENTRY *)ranges + i, sizeof(range)))
            return STATUS_ACCESS_VIOLATION;
        uint64_t start = ROUND_DOWN((uint64_t)range.VirtualAddress, NT_PAGE_SIZE);
        madvise((void *)start, (uint64_t)range.VirtualAddress + range.NumberOfBytes - start, MADV_WILLNEED);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS lock_pages(HANDLE process, PVOID *base, SIZE_T *size, int (*change)(const void *, size_t))
{
    uint64_t start = ROUND_DOWN((uint64_t)*base, NT_PAGE_SIZE), end = ROUND_UP((uint64_t)*base + *size, NT_PAGE_SIZE);
    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    if (change((void *)start, end - start))
        return errno == ENOMEM || errno == EPERM || errno == EAGAIN ? STATUS_WORKING_SET_QUOTA
                                                                    : status_from_errno(errno);
    *base = (PVOID)start;
    *size = end - start;
    return STATUS_SUCCESS;
}

NTSTATUS NtLockVirtualMemory(HANDLE process, PVOID *base, SIZE_T *size, ULONG type)
{
    (void)type;
    return lock_pages(process, base, size, mlock);
}

/* munlock does not tell; MADV_COLD, which is harmless, is refused for locked pages. Where it always is, all seem locked. */
static bool all_locked(uint64_t start, uint64_t end)
{
    for (; start < end; start += NT_PAGE_SIZE)
        if (!madvise((void *)start, NT_PAGE_SIZE, MADV_COLD))
            return false;
    return true;
}

NTSTATUS NtUnlockVirtualMemory(HANDLE process, PVOID *base, SIZE_T *size, ULONG type)
{
    (void)type;
    if (process_is_current(process) &&
        !all_locked(ROUND_DOWN((uint64_t)*base, NT_PAGE_SIZE), ROUND_UP((uint64_t)*base + *size, NT_PAGE_SIZE)))
        return STATUS_NOT_LOCKED;
    return lock_pages(process, base, size, munlock);
}

NTSTATUS NtFlushInstructionCache(HANDLE process, PVOID base, SIZE_T length)
{
    struct object *obj;
    (void)base; /* x86 keeps its instruction cache coherent, another process's too */
    (void)length;
    NTSTATUS status = handle_lookup(process, &process_type, 0, &obj);
    if (!status)
        object_unref(obj);
    return status;
}

NTSTATUS NtFlushProcessWriteBuffers(void)
{
    static bool registered;
    if (!registered) {
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
        registered = true;
    }
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    return STATUS_SUCCESS;
}

NTSTATUS NtReadVirtualMemory(HANDLE process, PVOID address, PVOID buffer, SIZE_T size, SIZE_T *done)
{
    if (!process_is_current(process))
        return remote_read(process, address, buffer, size, done);
    struct iovec local = { buffer, size }, remote = { address, size };
    ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    if (done)
        *done = n > 0 ? (SIZE_T)n : 0;
    return n == (ssize_t)size ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

NTSTATUS NtWriteVirtualMemory(HANDLE process, PVOID address, PVOID buffer, SIZE_T size, SIZE_T *done)
{
    if (!process_is_current(process))
        return remote_write(process, address, buffer, size, done);
    struct iovec local = { buffer, size }, remote = { address, size };
    ssize_t n = process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
    if (done)
        *done = n > 0 ? (SIZE_T)n : 0;
    return n == (ssize_t)size ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

NTSTATUS NtGetWriteWatch(HANDLE process, ULONG flags, PVOID user_base, SIZE_T size, PVOID *addresses,
                         ULONG_PTR *user_count, ULONG *granularity)
{
    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    if (flags & ~WRITE_WATCH_FLAG_RESET)
        return STATUS_INVALID_PARAMETER_2;
    if (!size || !*user_count)
        return STATUS_INVALID_PARAMETER_4;
    size_t room = *user_count, found = 0;
    if (room > (size >> PAGE_SHIFT) + 2)
        room = (size >> PAGE_SHIFT) + 2;
    PVOID *list = malloc(room * sizeof(*list));
    if (!list)
        return STATUS_NO_MEMORY;
    uint64_t start = ROUND_DOWN((uint64_t)user_base, NT_PAGE_SIZE);
    uint64_t end = ROUND_UP((uint64_t)user_base + size, NT_PAGE_SIZE);
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(start);
    if (!view || !view->watch || end > view->base + view->size) {
        status = STATUS_INVALID_PARAMETER_3;
    } else {
        for (uint64_t page = start; page < end && found < room; page += NT_PAGE_SIZE) {
            uint8_t *mark = &view->watch[(page - view->base) >> PAGE_SHIFT];
            if (!*mark)
                continue;
            list[found++] = (PVOID)page;
            if (flags & WRITE_WATCH_FLAG_RESET) {
                *mark = 0;
                mprotect((void *)page, NT_PAGE_SIZE, unix_protection(range_find(view, page)->protect) & ~PROT_WRITE);
            }
        }
    }
    pthread_mutex_unlock(&virtual_lock);
    if (!status && found && !user_copy_out(addresses, list, found * sizeof(*list)))
        status = STATUS_ACCESS_VIOLATION;
    free(list);
    if (status)
        return status;
    *user_count = found;
    *granularity = NT_PAGE_SIZE;
    return STATUS_SUCCESS;
}

NTSTATUS NtResetWriteWatch(HANDLE process, PVOID user_base, SIZE_T size)
{
    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    uint64_t start = ROUND_DOWN((uint64_t)user_base, NT_PAGE_SIZE);
    uint64_t end = ROUND_UP((uint64_t)user_base + size, NT_PAGE_SIZE);
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(start);
    if (!view || !view->watch || end > view->base + view->size) {
        status = STATUS_INVALID_PARAMETER_2;
    } else {
        memset(view->watch + ((start - view->base) >> PAGE_SHIFT), 0, (end - start) >> PAGE_SHIFT);
        for (struct range *r = range_find(view, start); r && r->start < end; r = range_next(r)) {
            uint64_t from = r->start > start ? r->start : start, to = r->end < end ? r->end : end;
            if (r->state == MEM_COMMIT)
                mprotect((void *)from, to - from, unix_protection(r->protect) & ~PROT_WRITE);
        }
    }
    pthread_mutex_unlock(&virtual_lock);
    return status;
}
