/* SPDX-License-Identifier: MIT */
/*
 * ldrtrace.c: for `transom trace --api`: the loader gives a program, instead of an exported function's address, that of a
 * thunk which reports the call and its result. Our own DLLs call each other untraced.
 */
#include "ldr_private.h"
#include "unix_trace.h"

#ifdef _WIN64

struct thunk {
    UCHAR load[10]; /* mov r11, this */
    UCHAR jump[6];  /* jmp [rip], i.e. to: */
    const void *common;
    void *target;       /* ldrtrace_x64.S knows where this is */
    struct thunk *next; /* with the same hash */
    const char *dll, *name, *host;
    ULONG ordinal;
};
_Static_assert(offsetof(struct thunk, common) == 16 && offsetof(struct thunk, target) == 24, "struct thunk");

extern const char ldr_trace_common[];

static bool enabled;
static struct thunk **table; /* by target; a power of two of chains */
static ULONG table_size, thunk_count;
static char *page, *page_end;

void ldr_trace_init(void)
{
    enabled = NtTransomUnixCall(UNIX_MODULE_TRACE, UNIX_TRACE_ENABLED, NULL) == STATUS_SUCCESS;
}

static void report(ULONG function, const struct thunk *thunk, const void *arguments, ULONG_PTR result)
{
    struct unix_trace_call call = {
        .dll = (ULONG_PTR)thunk->dll,
        .name = (ULONG_PTR)thunk->name,
        .host = (ULONG_PTR)thunk->host,
        .ordinal = thunk->ordinal,
        .arguments = (ULONG_PTR)arguments,
        .result = result,
    };
    NtTransomUnixCall(UNIX_MODULE_TRACE, function, &call);
}

void ldr_trace_enter(const struct thunk *thunk, const void *arguments)
{
    report(UNIX_TRACE_ENTER, thunk, arguments, 0);
}

void ldr_trace_leave(const struct thunk *thunk, const void *arguments, ULONG_PTR result)
{
    report(UNIX_TRACE_LEAVE, thunk, arguments, result);
}

static ULONG hash(const void *target)
{
    return (ULONG)(((ULONG_PTR)target * 0x9e3779b97f4a7c15ull) >> 32);
}

static bool grow_table(void)
{
    ULONG size = table_size ? 2 * table_size : 256;
    struct thunk **larger = heap_alloc_zero(size * sizeof(*larger));

    if (!larger)
        return false;
    for (ULONG i = 0; i < table_size; i++) {
        for (struct thunk *thunk = table[i], *next; thunk; thunk = next) {
            struct thunk **chain = &larger[hash(thunk->target) & (size - 1)];

            next = thunk->next;
            thunk->next = *chain;
            *chain = thunk;
        }
    }
    heap_free(table);
    table = larger;
    table_size = size;
    return true;
}

static struct thunk *new_thunk(void)
{
    if ((SIZE_T)(page_end - page) < sizeof(struct thunk)) {
        PVOID base = NULL;
        SIZE_T size = 0x10000;

        if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, MEM_RESERVE | MEM_COMMIT,
                                    PAGE_EXECUTE_READWRITE))
            return NULL;
        page = base;
        page_end = page + size;
    }
    page += sizeof(struct thunk);
    return (struct thunk *)page - 1;
}

/* Functions that are no functions to wrap: they look at their caller's frame, or are called in ways of their own. */
static bool is_special(const char *name)
{
    static const char *const names[] = { "setjmp",
                                         "chkstk",
                                         "_CxxFrameHandler",
                                         "__C_specific_handler",
                                         "CaptureContext",
                                         "__CxxFrameHandler",
                                         "GetCallersAddress",
                                         "_local_unwind",
                                         "CaptureStackBackTrace",
                                         "BaseThreadInitThunk" };

    for (SIZE_T i = 0; name && i < ARRAY_SIZE(names); i++)
        if (strstr(name, names[i]))
            return true;
    return false;
}

static bool is_code(const void *address)
{
    struct ldr_range range;
    const IMAGE_SECTION_HEADER *section;
    ULONG rva;

    if (!ldr_range_find((ULONG_PTR)address, &range) || !range.module)
        return false;
    rva = (ULONG)((ULONG_PTR)address - range.base);
    section = IMAGE_FIRST_SECTION(range.module->nt);
    for (ULONG i = 0; i < range.module->nt->FileHeader.NumberOfSections; i++, section++)
        if (rva >= section->VirtualAddress && rva - section->VirtualAddress < section->Misc.VirtualSize)
            return section->Characteristics & IMAGE_SCN_MEM_EXECUTE;
    return false;
}

static bool is_system(const struct ldr_module *module)
{
    WCHAR system[MAX_PATH + 16];
    size_t length = ldr_system_dir(system);

    return module->entry.FullDllName.Length / sizeof(WCHAR) > length &&
           ldr_name_equal(module->entry.FullDllName.Buffer, system, length);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = heap_alloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

static char *base_name(const struct ldr_module *module)
{
    ULONG length = module->entry.BaseDllName.Length / sizeof(WCHAR);
    char *copy = heap_alloc(length + 1);

    for (ULONG i = 0; copy && i < length; i++)
        copy[i] = (char)module->entry.BaseDllName.Buffer[i];
    if (copy)
        copy[length] = 0;
    return copy;
}

void *ldr_trace_wrap(const struct ldr_module *importer, const struct ldr_module *host, const char *dll,
                     const char *name, ULONG ordinal, void *address)
{
    struct thunk wanted = { .dll = dll, .name = name, .ordinal = ordinal }, *thunk = NULL;
    char *host_name;

    if (!enabled || (importer && importer != ldr_exe && is_system(importer)) || is_special(name) || !is_code(address))
        return address;
    RtlEnterCriticalSection(&ldr_lock);
    if (table)
        for (thunk = table[hash(address) & (table_size - 1)]; thunk && thunk->target != address; thunk = thunk->next)
            ;
    if (thunk || !(host_name = base_name(host)))
        goto done;
    wanted.host = host_name;
    if (!dll)
        wanted.dll = host_name;
    struct unix_trace_call call = {
        .dll = (ULONG_PTR)wanted.dll, .name = (ULONG_PTR)name, .host = (ULONG_PTR)host_name, .ordinal = ordinal
    };
    if (NtTransomUnixCall(UNIX_MODULE_TRACE, UNIX_TRACE_WANTED, &call) ||
        (thunk_count >= table_size && !grow_table()) || !(thunk = new_thunk())) {
        heap_free(host_name);
        goto done;
    }
    *thunk = (struct thunk){ .load = { 0x49, 0xbb },
                             .jump = { 0xff, 0x25 },
                             .common = ldr_trace_common,
                             .target = address,
                             .ordinal = ordinal,
                             .host = host_name };
    memcpy(thunk->load + 2, &thunk, sizeof(thunk));
    thunk->dll = dll ? copy_text(dll) : host_name; /* the importer may be unloaded */
    thunk->name = name ? copy_text(name) : NULL;
    thunk->next = table[hash(address) & (table_size - 1)];
    table[hash(address) & (table_size - 1)] = thunk;
    thunk_count++;
done:
    RtlLeaveCriticalSection(&ldr_lock);
    return thunk ? thunk : address;
}

#else

void ldr_trace_init(void) {}

void *ldr_trace_wrap(const struct ldr_module *importer, const struct ldr_module *host, const char *dll,
                     const char *name, ULONG ordinal, void *address)
{
    (void)importer;
    (void)host;
    (void)dll;
    (void)name;
    (void)ordinal;
    return address;
}

#endif
