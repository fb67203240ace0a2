/* SPDX-License-Identifier: MIT */
/* malloc.h: allocation is the process heap, as on Windows; only aligned blocks have a header of their own. */
#include "crt_private.h"
#include <malloc.h>
#include <new.h>

typedef int(__cdecl *new_handler)(size_t);

static new_handler current_new_handler;
static int new_mode;

int __cdecl _callnewh(size_t size)
{
    new_handler handler = current_new_handler;
    return handler ? handler(size) : 0;
}

new_handler __cdecl crt_set_new_handler(new_handler handler)
{
    return InterlockedExchangePointer((void *volatile *)&current_new_handler, (void *)handler);
}

new_handler __cdecl crt_query_new_handler(void)
{
    return current_new_handler;
}

int __cdecl crt_set_new_mode(int mode)
{
    CRT_VALIDATE(mode == 0 || mode == 1, EINVAL, -1);
    return InterlockedExchange((LONG *)&new_mode, mode);
}

int __cdecl crt_query_new_mode(void)
{
    return new_mode;
}

/* Out of memory: with _set_new_mode(1) the new handler may free some and have us try again. */
static bool retry(size_t size)
{
    if (new_mode && _callnewh(size))
        return true;
    errno = ENOMEM;
    return false;
}

static void *__attribute__((noinline)) malloc_again(size_t size)
{
    while (size <= _HEAP_MAXREQ && retry(size)) {
        void *p = HeapAlloc(nt_peb()->ProcessHeap, 0, size ? size : 1);

        if (p)
            return p;
    }
    errno = ENOMEM;
    return NULL;
}

void *__cdecl malloc(size_t size)
{
    void *p = HeapAlloc(nt_peb()->ProcessHeap, 0, size + !size);

    return __builtin_expect(p != NULL, 1) ? p : malloc_again(size);
}

void *__cdecl calloc(size_t count, size_t size)
{
    size_t total;
    void *p;

    if (__builtin_mul_overflow(count, size, &total) || total > _HEAP_MAXREQ) {
        errno = ENOMEM;
        return NULL;
    }
    if (!total)
        total = 1;
    do {
        p = HeapAlloc(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, total);
        if (p)
            return p;
    } while (retry(total));
    return NULL;
}

/* HeapFree does not fail: what is no block ends the program, as for every 64-bit program on Windows. */
void __cdecl free(void *p)
{
    if (p)
        HeapFree(nt_peb()->ProcessHeap, 0, p);
}

void *__cdecl realloc(void *old, size_t size)
{
    if (!old)
        return malloc(size);
    if (!size) {
        free(old);
        return NULL;
    }
    do {
        if (size > _HEAP_MAXREQ)
            break;
        void *p = HeapReAlloc(nt_peb()->ProcessHeap, 0, old, size);
        if (p)
            return p;
    } while (retry(size));
    errno = ENOMEM;
    return NULL;
}

size_t __cdecl _msize(void *p)
{
    CRT_VALIDATE(p, EINVAL, (size_t)-1);
    return HeapSize(nt_peb()->ProcessHeap, 0, p);
}

void *__cdecl _recalloc(void *old, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t before = old ? _msize(old) : 0;
    char *p = realloc(old, total);
    if (p && before < total)
        memset(p + before, 0, total - before);
    return p;
}

void *__cdecl _expand(void *p, size_t size)
{
    CRT_VALIDATE(p, EINVAL, NULL);
    if (size > _HEAP_MAXREQ) {
        errno = ENOMEM;
        return NULL;
    }
    void *q = HeapReAlloc(nt_peb()->ProcessHeap, HEAP_REALLOC_IN_PLACE_ONLY, p, size ? size : 1);
    if (!q)
        errno = crt_errno_from_os(GetLastError());
    return q;
}

void *__cdecl _malloc_base(size_t size)
{
    return malloc(size);
}

void *__cdecl _calloc_base(size_t count, size_t size)
{
    return calloc(count, size);
}

void *__cdecl _realloc_base(void *p, size_t size)
{
    return realloc(p, size);
}

void __cdecl _free_base(void *p)
{
    free(p);
}

/* ---- aligned blocks: the pointer before the block is that of the heap block ---- */

static void **heap_block(void *p)
{
    return (void **)(((uintptr_t)p & ~(sizeof(void *) - 1)) - sizeof(void *));
}

void *__cdecl _aligned_offset_malloc(size_t size, size_t alignment, size_t offset)
{
    CRT_VALIDATE(alignment && !(alignment & (alignment - 1)), EINVAL, NULL);
    CRT_VALIDATE(!offset || offset < size, EINVAL, NULL);
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    size_t gap = (0 - offset) & (sizeof(void *) - 1);
    size_t total = sizeof(void *) + gap + alignment - 1;
    if (__builtin_add_overflow(total, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    char *block = malloc(total);
    if (!block)
        return NULL;
    uintptr_t p = (((uintptr_t)block + sizeof(void *) + gap + alignment - 1 + offset) & ~(alignment - 1)) - offset;
    *heap_block((void *)p) = block;
    return (void *)p;
}

void *__cdecl _aligned_malloc(size_t size, size_t alignment)
{
    return _aligned_offset_malloc(size, alignment, 0);
}

void __cdecl _aligned_free(void *p)
{
    if (p)
        free(*heap_block(p));
}

size_t __cdecl _aligned_msize(void *p, size_t alignment, size_t offset)
{
    CRT_VALIDATE(p, EINVAL, (size_t)-1);
    (void)alignment, (void)offset;
    char *block = *heap_block(p);
    return _msize(block) - (size_t)((char *)p - block);
}

void *__cdecl _aligned_offset_realloc(void *old, size_t size, size_t alignment, size_t offset)
{
    if (!old)
        return _aligned_offset_malloc(size, alignment, offset);
    if (!size) {
        _aligned_free(old);
        return NULL;
    }
    size_t before = _aligned_msize(old, alignment, offset);
    void *p = _aligned_offset_malloc(size, alignment, offset);
    if (!p)
        return NULL;
    memcpy(p, old, before < size ? before : size);
    _aligned_free(old);
    return p;
}

void *__cdecl _aligned_realloc(void *old, size_t size, size_t alignment)
{
    return _aligned_offset_realloc(old, size, alignment, 0);
}

void *__cdecl _aligned_offset_recalloc(void *old, size_t count, size_t size, size_t alignment, size_t offset)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t before = old ? _aligned_msize(old, alignment, offset) : 0;
    char *p = _aligned_offset_realloc(old, total, alignment, offset);
    if (p && before < total)
        memset(p + before, 0, total - before);
    return p;
}

void *__cdecl _aligned_recalloc(void *old, size_t count, size_t size, size_t alignment)
{
    return _aligned_offset_recalloc(old, count, size, alignment, 0);
}

/* ---- the heap as a whole ---- */

intptr_t __cdecl _get_heap_handle(void)
{
    return (intptr_t)nt_peb()->ProcessHeap;
}

int __cdecl _heapchk(void)
{
    return HeapValidate(nt_peb()->ProcessHeap, 0, NULL) ? _HEAPOK : _HEAPBADNODE;
}

int __cdecl _heapmin(void)
{
    if (HeapCompact(nt_peb()->ProcessHeap, 0))
        return 0;
    crt_map_error(GetLastError());
    return -1;
}

int __cdecl _heapset(unsigned fill)
{
    (void)fill;
    return _heapchk();
}

int __cdecl _heapadd(void *block, size_t size)
{
    (void)block, (void)size;
    crt_thread()->doserr = ERROR_CALL_NOT_IMPLEMENTED;
    errno = ENOSYS;
    return -1;
}

size_t __cdecl _heapused(size_t *used, size_t *committed)
{
    (void)used, (void)committed;
    errno = ENOSYS;
    return 0;
}

int __cdecl _heapwalk(_HEAPINFO *info)
{
    PROCESS_HEAP_ENTRY entry = { 0 };

    CRT_VALIDATE(info, EINVAL, _HEAPBADPTR);
    if (info->_pentry) {
        entry.lpData = info->_pentry;
        entry.wFlags = PROCESS_HEAP_ENTRY_BUSY;
        if (!HeapValidate(nt_peb()->ProcessHeap, 0, info->_pentry))
            return _HEAPBADNODE;
    }
    do {
        if (!HeapWalk(nt_peb()->ProcessHeap, &entry)) {
            if (GetLastError() == ERROR_NO_MORE_ITEMS)
                return _HEAPEND;
            return info->_pentry ? _HEAPBADNODE : _HEAPBADBEGIN;
        }
    } while (entry.wFlags & (PROCESS_HEAP_REGION | PROCESS_HEAP_UNCOMMITTED_RANGE));
    info->_pentry = entry.lpData;
    info->_size = entry.cbData;
    info->_useflag = entry.wFlags & PROCESS_HEAP_ENTRY_BUSY ? _USEDENTRY : _FREEENTRY;
    return _HEAPOK;
}

size_t __cdecl _get_sbh_threshold(void)
{
    return 0; /* there is no small-block heap in 64-bit runtimes */
}

int __cdecl _set_sbh_threshold(size_t threshold)
{
    return threshold == 0;
}

int __cdecl _resetstkoflw(void)
{
    char *page = (char *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)0xfff);
    char *bottom = nt_teb()->DeallocationStack;
    ULONG guarantee = 0;
    DWORD old;
    SYSTEM_INFO si;

    GetSystemInfo(&si);
    SetThreadStackGuarantee(&guarantee);
    SIZE_T size = ((SIZE_T)guarantee + si.dwPageSize - 1) & ~(SIZE_T)(si.dwPageSize - 1);
    size = size ? size + si.dwPageSize : 2 * (SIZE_T)si.dwPageSize;
    /* The guard goes below the pages in use; none fits when the stack is still near its end. */
    char *guard = page - si.dwPageSize - size;
    if (guard < bottom + si.dwPageSize)
        return 0;
    if (!VirtualAlloc(guard, size, MEM_COMMIT, PAGE_READWRITE))
        return 0;
    if (!VirtualProtect(guard, size, PAGE_READWRITE | PAGE_GUARD, &old))
        return 0;
    nt_teb()->Tib.StackLimit = guard + size;
    return 1;
}
