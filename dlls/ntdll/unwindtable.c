/* SPDX-License-Identifier: MIT */
/*
 * unwindtable.c: finding a function's unwind information: in images, and in tables that programs register for code that
 * they generate.
 */
#include "exception_private.h"

#ifdef _WIN64

/* What debuggers see of a table (RtlGetFunctionTableListHead). */
enum { RF_SORTED, RF_UNSORTED, RF_CALLBACK, RF_KERNEL_DYNAMIC };
typedef struct {
    LIST_ENTRY ListEntry;
    PRUNTIME_FUNCTION FunctionTable;
    LARGE_INTEGER Reserved1;
    ULONG64 MinimumAddress, MaximumAddress, BaseAddress;
    PVOID Reserved2[2];
    PWSTR OutOfProcessCallbackDll;
    ULONG Type, EntryCount;
} DYNAMIC_FUNCTION_TABLE;

/* A registered table, or a callback that is asked for entries. */
struct dynamic_table {
    DYNAMIC_FUNCTION_TABLE shown; /* first */
    ULONG64 low, high;            /* the code it is about */
    ULONG64 highest;              /* the largest `high` of this and all tables before it, because tables may overlap */
    ULONG64 image_base;
    ULONG64 identifier; /* what RtlDeleteFunctionTable is given */
    RUNTIME_FUNCTION *functions;
    ULONG count, maximum;
    bool sorted;
    PGET_RUNTIME_FUNCTION_CALLBACK callback;
    void *context;
};

static RTL_SRWLOCK tables_lock;
static struct dynamic_table **tables; /* sorted by `low` */
static ULONG table_count, table_capacity;
static LIST_ENTRY table_list = { &table_list, &table_list };

/* Without branches that depend on the data: they could not be predicted. */
static RUNTIME_FUNCTION *search_sorted(const RUNTIME_FUNCTION *functions, ULONG count, ULONG rva)
{
    if (!count)
        return NULL;
    while (count > 1) {
        ULONG half = count / 2;

        functions += functions[half].BeginAddress <= rva ? half : 0;
        count -= half;
    }
    return rva >= functions->BeginAddress && rva < functions->EndAddress ? (RUNTIME_FUNCTION *)functions : NULL;
}

static ULONG table_upper_bound(ULONG64 pc)
{
    ULONG low = 0, high = table_count;

    while (low < high) {
        ULONG middle = (low + high) / 2;

        if (tables[middle]->low <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static RUNTIME_FUNCTION *search_table(const struct dynamic_table *table, ULONG64 pc)
{
    ULONG rva = (ULONG)(pc - table->image_base);

    if (table->sorted)
        return search_sorted(table->functions, table->count, rva);
    for (ULONG i = 0; i < table->count; i++)
        if (rva >= table->functions[i].BeginAddress && rva < table->functions[i].EndAddress)
            return &table->functions[i];
    return NULL;
}

static RUNTIME_FUNCTION *lookup_dynamic(ULONG64 pc, ULONG64 *image_base)
{
    PGET_RUNTIME_FUNCTION_CALLBACK callback = NULL;
    RUNTIME_FUNCTION *function = NULL;
    void *context = NULL;

    if (!__atomic_load_n(&table_count, __ATOMIC_RELAXED))
        return NULL;
    RtlAcquireSRWLockShared(&tables_lock);
    for (ULONG i = table_upper_bound(pc); i > 0 && tables[i - 1]->highest > pc; i--) {
        const struct dynamic_table *table = tables[i - 1];

        if (pc >= table->high)
            continue;
        *image_base = table->image_base;
        if (table->callback) {
            callback = table->callback;
            context = table->context;
            break;
        }
        function = search_table(table, pc);
        if (function)
            break;
    }
    RtlReleaseSRWLockShared(&tables_lock);
    return callback ? callback(pc, context) : function;
}

/*
 * What was found last in images, by address: an unwind meets the same few functions again and again. An entry counts while no
 * module has come or gone since. Each has a sequence number of its own, odd while it is written; who finds it so passes it by.
 */
struct cached_lookup {
    ULONG sequence, ranges_sequence;
    ULONG64 pc, image_base;
    RUNTIME_FUNCTION *function;
} __attribute__((aligned(64)));

#define CACHE_BITS 9
static struct cached_lookup cache[1 << CACHE_BITS];

/* The place of an address; its neighbour (`^ 1`) is a second one for it, as an unwind that met two addresses with one place would always miss. */
static inline ULONG cache_place(ULONG64 pc)
{
    return (ULONG)(pc * 0x9e3779b97f4a7c15ull >> (64 - CACHE_BITS)); /* Fibonacci hashing */
}

static inline bool cache_find_at(ULONG place, ULONG64 pc, ULONG64 *image_base, RUNTIME_FUNCTION **function)
{
    const struct cached_lookup *entry = &cache[place];
    ULONG sequence = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
    ULONG ranges_sequence = __atomic_load_n(&entry->ranges_sequence, __ATOMIC_RELAXED);
    ULONG64 entry_pc = __atomic_load_n(&entry->pc, __ATOMIC_RELAXED);

    *image_base = __atomic_load_n(&entry->image_base, __ATOMIC_RELAXED);
    *function = __atomic_load_n(&entry->function, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return entry_pc == pc && !(sequence & 1) && sequence == __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) &&
           ranges_sequence == __atomic_load_n(&ldr_ranges_sequence, __ATOMIC_RELAXED);
}

static inline bool cache_find(ULONG64 pc, ULONG64 *image_base, RUNTIME_FUNCTION **function)
{
    ULONG place = cache_place(pc);

    return cache_find_at(place, pc, image_base, function) || cache_find_at(place ^ 1, pc, image_base, function);
}

static void cache_add(ULONG64 pc, ULONG ranges_sequence, ULONG64 image_base, RUNTIME_FUNCTION *function)
{
    ULONG place = cache_place(pc), sequence;
    struct cached_lookup *entry = &cache[place];

    /* Into the second place if the first is in use; who is there loses it. */
    if (__atomic_load_n(&entry->ranges_sequence, __ATOMIC_RELAXED) == ranges_sequence &&
        __atomic_load_n(&entry->pc, __ATOMIC_RELAXED))
        entry = &cache[place ^ 1];
    sequence = __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED);

    if ((sequence & 1) || !__atomic_compare_exchange_n(&entry->sequence, &sequence, sequence + 1, false,
                                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    __atomic_store_n(&entry->pc, pc, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->ranges_sequence, ranges_sequence, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->image_base, image_base, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->function, function, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->sequence, sequence + 2, __ATOMIC_RELEASE);
}

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(DWORD64 pc, PDWORD64 image_base, PUNWIND_HISTORY_TABLE history)
{
    struct ldr_range range;
    RUNTIME_FUNCTION *function;
    ULONG ranges_sequence;

    (void)history; /* the cache does better: it outlives the exception */
    if (cache_find(pc, image_base, &function))
        return function;
    ranges_sequence = __atomic_load_n(&ldr_ranges_sequence, __ATOMIC_ACQUIRE);
    if (!ldr_range_find(pc, &range)) {
        function = lookup_dynamic(pc, image_base);
        if (!function)
            *image_base = 0;
        return function;
    }
    *image_base = range.base;
    function = search_sorted(range.functions, range.function_count, (ULONG)(pc - range.base));
    if (function && (function->UnwindData & RUNTIME_FUNCTION_INDIRECT))
        function = (RUNTIME_FUNCTION *)(range.base + (function->UnwindData & ~3u));
    if (!(ranges_sequence & 1))
        cache_add(pc, ranges_sequence, range.base, function);
    return function;
}

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionTable(PVOID pc, PVOID *image_base, PULONG size)
{
    struct ldr_range range;

    if (!ldr_range_find((ULONG_PTR)pc, &range)) {
        *image_base = NULL;
        *size = 0;
        return NULL;
    }
    *image_base = (PVOID)range.base;
    *size = range.function_count * sizeof(RUNTIME_FUNCTION);
    return (RUNTIME_FUNCTION *)range.functions;
}

static void update_highest(ULONG from)
{
    for (ULONG i = from; i < table_count; i++)
        tables[i]->highest = i && tables[i - 1]->highest > tables[i]->high ? tables[i - 1]->highest : tables[i]->high;
}

static bool insert_table(const struct dynamic_table *table, struct dynamic_table **inserted)
{
    struct dynamic_table *copy = heap_alloc(sizeof(*copy));
    ULONG index;
    bool ok = copy != NULL;

    if (!ok)
        return false;
    *copy = *table;
    copy->shown.FunctionTable = copy->functions;
    copy->shown.MinimumAddress = copy->low;
    copy->shown.MaximumAddress = copy->high;
    copy->shown.BaseAddress = copy->image_base;
    copy->shown.Type = copy->callback ? RF_CALLBACK : copy->sorted ? RF_SORTED : RF_UNSORTED;
    copy->shown.EntryCount = copy->count;
    RtlAcquireSRWLockExclusive(&tables_lock);
    if (table_count == table_capacity) {
        ULONG capacity = table_capacity ? table_capacity * 2 : 16;
        struct dynamic_table **larger = heap_realloc(tables, capacity * sizeof(*larger));

        ok = larger != NULL;
        if (ok) {
            tables = larger;
            table_capacity = capacity;
        }
    }
    if (ok) {
        index = table_upper_bound(copy->low);
        memmove(&tables[index + 1], &tables[index], (table_count - index) * sizeof(*tables));
        tables[index] = copy;
        table_count++;
        update_highest(index);
        list_add_tail(&table_list, &copy->shown.ListEntry);
    }
    RtlReleaseSRWLockExclusive(&tables_lock);
    if (!ok)
        heap_free(copy);
    else if (inserted)
        *inserted = copy;
    return ok;
}

static bool delete_table(ULONG64 identifier, const struct dynamic_table *which)
{
    struct dynamic_table *found = NULL;

    RtlAcquireSRWLockExclusive(&tables_lock);
    for (ULONG i = 0; i < table_count; i++) {
        if (which ? tables[i] != which : tables[i]->identifier != identifier)
            continue;
        found = tables[i];
        list_remove(&found->shown.ListEntry);
        table_count--;
        memmove(&tables[i], &tables[i + 1], (table_count - i) * sizeof(*tables));
        update_highest(i);
        break;
    }
    RtlReleaseSRWLockExclusive(&tables_lock);
    if (found)
        heap_free(found->shown.OutOfProcessCallbackDll);
    heap_free(found);
    return found != NULL;
}

BOOLEAN __cdecl RtlAddFunctionTable(PRUNTIME_FUNCTION functions, DWORD count, DWORD64 image_base)
{
    struct dynamic_table table = { .image_base = image_base,
                                   .identifier = (ULONG64)functions,
                                   .functions = functions,
                                   .count = count,
                                   .maximum = count,
                                   .sorted = true };
    ULONG low, high;

    if (!count)
        return FALSE;
    low = functions[0].BeginAddress;
    high = functions[0].EndAddress;
    for (ULONG i = 1; i < count; i++) {
        if (functions[i].BeginAddress < functions[i - 1].BeginAddress)
            table.sorted = false;
        low = min(low, functions[i].BeginAddress);
        high = max(high, functions[i].EndAddress);
    }
    table.low = image_base + low;
    table.high = image_base + high;
    return insert_table(&table, NULL);
}

BOOLEAN __cdecl RtlInstallFunctionTableCallback(DWORD64 identifier, DWORD64 base, DWORD length,
                                                PGET_RUNTIME_FUNCTION_CALLBACK callback, PVOID context,
                                                PCWSTR out_of_process_dll)
{
    struct dynamic_table table = { .low = base,
                                   .high = base + length,
                                   .image_base = base,
                                   .identifier = identifier,
                                   .callback = callback,
                                   .context = context };

    if ((identifier & 3) != 3) /* documented: the two low bits are set */
        return FALSE;
    if (out_of_process_dll) {
        size_t size = (wcslen(out_of_process_dll) + 1) * sizeof(WCHAR);
        WCHAR *copy = heap_alloc(size);

        if (!copy)
            return FALSE;
        table.shown.OutOfProcessCallbackDll = memcpy(copy, out_of_process_dll, size);
    }
    if (insert_table(&table, NULL))
        return TRUE;
    heap_free(table.shown.OutOfProcessCallbackDll);
    return FALSE;
}

PLIST_ENTRY NTAPI RtlGetFunctionTableListHead(VOID)
{
    return &table_list;
}

BOOLEAN __cdecl RtlDeleteFunctionTable(PRUNTIME_FUNCTION functions)
{
    return delete_table((ULONG64)functions, NULL);
}

DWORD NTAPI RtlAddGrowableFunctionTable(PVOID *handle, PRUNTIME_FUNCTION functions, DWORD count, DWORD maximum,
                                        ULONG_PTR low, ULONG_PTR high)
{
    struct dynamic_table table = { .low = low,
                                   .high = high,
                                   .image_base = low,
                                   .identifier = (ULONG64)functions,
                                   .functions = functions,
                                   .count = count,
                                   .maximum = maximum,
                                   .sorted = true };

    if (count > maximum || low >= high)
        return STATUS_INVALID_PARAMETER;
    return insert_table(&table, (struct dynamic_table **)handle) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

VOID NTAPI RtlGrowFunctionTable(PVOID handle, DWORD count)
{
    struct dynamic_table *table = handle;

    RtlAcquireSRWLockExclusive(&tables_lock);
    if (count <= table->maximum)
        table->shown.EntryCount = table->count = count;
    RtlReleaseSRWLockExclusive(&tables_lock);
}

VOID NTAPI RtlDeleteGrowableFunctionTable(PVOID handle)
{
    delete_table(0, handle);
}

#endif
