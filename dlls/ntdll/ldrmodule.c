/* SPDX-License-Identifier: MIT */
/*
 * ldrmodule.c: which modules there are: the three lists of PEB_LDR_DATA, the hash table by base name, and the ranges of
 * addresses that images occupy.
 */
#include "ldr_private.h"

#define HASH_BUCKETS 128 /* chains stay short for hundreds of DLLs */

RTL_CRITICAL_SECTION ldr_lock = RTL_CRITICAL_SECTION_STATIC_INIT;
PEB_LDR_DATA ldr_data = { .Length = sizeof(PEB_LDR_DATA) };
struct ldr_module *ldr_exe, *ldr_ntdll, *ldr_kernel32;

static LIST_ENTRY hash_table[HASH_BUCKETS];

/*
 * The ranges, sorted by address. Look-ups take no lock, because exceptions happen anywhere: they read under a sequence
 * counter. Tables are replaced by larger ones but never freed, so that a reader at worst reads an old one and retries.
 */
struct range_table {
    ULONG count, capacity;
    struct ldr_range *items;
};

static struct ldr_range first_items[32];
static struct range_table first_table = { 0, ARRAY_SIZE(first_items), first_items };
static struct range_table *ranges = &first_table;
ULONG ldr_ranges_sequence; /* odd while a writer is at work */

/* Index of the last range that begins at or below the address, plus one. */
static ULONG range_upper_bound(const struct range_table *table, ULONG_PTR address)
{
    ULONG low = 0, high = __atomic_load_n(&table->count, __ATOMIC_RELAXED);

    while (low < high) {
        ULONG middle = (low + high) / 2;

        if (table->items[middle].base <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool ldr_range_find(ULONG_PTR address, struct ldr_range *range)
{
    for (;;) {
        ULONG sequence = __atomic_load_n(&ldr_ranges_sequence, __ATOMIC_ACQUIRE), index;
        const struct range_table *table = __atomic_load_n(&ranges, __ATOMIC_ACQUIRE);
        bool found;

        if (sequence & 1) {
            YieldProcessor();
            continue;
        }
        index = range_upper_bound(table, address);
        found = index && address < table->items[index - 1].end;
        if (found)
            *range = table->items[index - 1];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&ldr_ranges_sequence, __ATOMIC_RELAXED) == sequence)
            return found;
    }
}

static void ranges_write_begin(void)
{
    __atomic_store_n(&ldr_ranges_sequence, ldr_ranges_sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void ranges_write_end(void)
{
    __atomic_store_n(&ldr_ranges_sequence, ldr_ranges_sequence + 1, __ATOMIC_RELEASE);
}

bool ldr_range_add(const struct ldr_range *range)
{
    struct range_table *table = ranges;
    ULONG index;

    if (table->count == table->capacity) {
        struct range_table *larger = heap_alloc(sizeof(*larger) + 2 * table->capacity * sizeof(*larger->items));

        if (!larger)
            return false;
        larger->count = table->count;
        larger->capacity = 2 * table->capacity;
        larger->items = (struct ldr_range *)(larger + 1);
        memcpy(larger->items, table->items, table->count * sizeof(*table->items));
        __atomic_store_n(&ranges, larger, __ATOMIC_RELEASE);
        table = larger;
    }
    index = range_upper_bound(table, range->base);
    ranges_write_begin();
    memmove(&table->items[index + 1], &table->items[index], (table->count - index) * sizeof(*table->items));
    table->items[index] = *range;
    table->count++;
    ranges_write_end();
    return true;
}

void ldr_range_remove(ULONG_PTR base)
{
    struct range_table *table = ranges;
    ULONG index = range_upper_bound(table, base);

    if (!index || table->items[index - 1].base != base)
        return;
    ranges_write_begin();
    table->count--;
    memmove(&table->items[index - 1], &table->items[index], (table->count - (index - 1)) * sizeof(*table->items));
    ranges_write_end();
}

static inline WCHAR upcase(WCHAR c)
{
    if (c < 'a')
        return c;
    if (c <= 'z')
        return c - ('a' - 'A');
    return c < 0x80 ? c : RtlUpcaseUnicodeChar(c);
}

/* The x65599 hash of RtlHashUnicodeString, which Windows stores in BaseNameHashValue. */
ULONG ldr_hash_name(const WCHAR *name, size_t length)
{
    ULONG hash = 0;

    for (size_t i = 0; i < length; i++)
        hash = hash * 65599 + upcase(name[i]);
    return hash;
}

bool ldr_name_equal(const WCHAR *a, const WCHAR *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && upcase(a[i]) != upcase(b[i]))
            return false;
    return true;
}

static LIST_ENTRY *hash_bucket(ULONG hash)
{
    LIST_ENTRY *bucket = &hash_table[hash % HASH_BUCKETS];

    if (!bucket->Flink)
        list_init(bucket);
    return bucket;
}

static bool unicode_is(const UNICODE_STRING *string, const WCHAR *name, size_t length)
{
    return string->Length == length * sizeof(WCHAR) && ldr_name_equal(string->Buffer, name, length);
}

struct ldr_module *ldr_find_name(const WCHAR *base_name, size_t length)
{
    ULONG hash = ldr_hash_name(base_name, length);
    LIST_ENTRY *bucket = hash_bucket(hash);

    for (LIST_ENTRY *link = bucket->Flink; link != bucket; link = link->Flink) {
        LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, HashLinks);

        if (entry->BaseNameHashValue == hash && unicode_is(&entry->BaseDllName, base_name, length))
            return ldr_from_entry(entry);
    }
    return NULL;
}

static const WCHAR *base_name_of(const WCHAR *path, size_t length)
{
    const WCHAR *p = path + length;

    while (p > path && p[-1] != '\\' && p[-1] != '/')
        p--;
    return p;
}

struct ldr_module *ldr_find_path(const WCHAR *full_name, size_t length)
{
    const WCHAR *name = base_name_of(full_name, length);
    ULONG hash = ldr_hash_name(name, length - (name - full_name));
    LIST_ENTRY *bucket = hash_bucket(hash);

    for (LIST_ENTRY *link = bucket->Flink; link != bucket; link = link->Flink) {
        LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, HashLinks);

        if (entry->BaseNameHashValue == hash && unicode_is(&entry->FullDllName, full_name, length))
            return ldr_from_entry(entry);
    }
    return NULL;
}

struct ldr_module *ldr_find_address(const void *address)
{
    struct ldr_range range;

    return ldr_range_find((ULONG_PTR)address, &range) ? range.module : NULL;
}

/* A module by its handle, which must be its base address. */
struct ldr_module *ldr_find_base(const void *base)
{
    struct ldr_module *module = ldr_find_address(base);

    return module && module->entry.DllBase == base ? module : NULL;
}

/* A table of functions that does not lie within the image is none. */
void ldr_range_init(struct ldr_range *range, void *base, ULONG size, struct ldr_module *module)
{
    *range = (struct ldr_range){ .base = (ULONG_PTR)base, .end = (ULONG_PTR)base + size, .module = module };
#ifdef _WIN64
    ULONG table_size;
    const RUNTIME_FUNCTION *functions =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXCEPTION, &table_size);
    ULONG_PTR offset = (ULONG_PTR)functions - range->base;

    if (functions && offset <= size && table_size <= size - offset) {
        range->functions = functions;
        range->function_count = table_size / sizeof(*functions);
    }
#endif
}

/* Adds an image that has been mapped to the lists. `full_name` is copied. NULL: out of memory. */
struct ldr_module *ldr_module_create(void *base, const UNICODE_STRING *full_name)
{
    struct ldr_module *module =
        RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, sizeof(*module) + full_name->Length + sizeof(WCHAR));
    LDR_DATA_TABLE_ENTRY *entry = &module->entry;
    struct ldr_range range;
    WCHAR *name;

    if (!module)
        return NULL;
    module->nt = RtlImageNtHeader(base);
    entry->DllBase = base;
    entry->SizeOfImage = module->nt->OptionalHeader.SizeOfImage;
    entry->TimeDateStamp = module->nt->FileHeader.TimeDateStamp;
    entry->OriginalBase = module->nt->OptionalHeader.ImageBase;
    if (module->nt->OptionalHeader.AddressOfEntryPoint)
        entry->EntryPoint = (char *)base + module->nt->OptionalHeader.AddressOfEntryPoint;
    entry->Flags = LDRP_IN_LEGACY_LISTS | LDRP_IN_INDEXES;
    if (module->nt->FileHeader.Characteristics & IMAGE_FILE_DLL)
        entry->Flags |= LDRP_IMAGE_DLL;
    entry->LoadTime.LowPart = *(volatile ULONG *)(KUSER_SHARED_DATA_VA + 0x14);
    entry->LoadTime.HighPart = *(volatile LONG *)(KUSER_SHARED_DATA_VA + 0x18);
    entry->ReferenceCount = 1;

    name = (WCHAR *)(module + 1);
    memcpy(name, full_name->Buffer, full_name->Length);
    entry->FullDllName.Buffer = name;
    entry->FullDllName.Length = full_name->Length;
    entry->FullDllName.MaximumLength = full_name->Length + sizeof(WCHAR);
    entry->BaseDllName.Buffer = (WCHAR *)base_name_of(name, full_name->Length / sizeof(WCHAR));
    entry->BaseDllName.Length = full_name->Length - (USHORT)((char *)entry->BaseDllName.Buffer - (char *)name);
    entry->BaseDllName.MaximumLength = entry->BaseDllName.Length + sizeof(WCHAR);
    entry->BaseNameHashValue = ldr_hash_name(entry->BaseDllName.Buffer, entry->BaseDllName.Length / sizeof(WCHAR));

    entry->DdagNode = &module->ddag;
    module->ddag.LoadCount = 1;
    list_init(&module->ddag.Modules);
    list_add_tail(&module->ddag.Modules, &entry->NodeModuleLink);

    module->exports = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &module->exports_size);

    ldr_range_init(&range, base, entry->SizeOfImage, module);
    if (!ldr_range_add(&range)) {
        heap_free(module);
        return NULL;
    }
    list_add_tail(&ldr_data.InLoadOrderModuleList, &entry->InLoadOrderLinks);
    list_add_tail(&ldr_data.InMemoryOrderModuleList, &entry->InMemoryOrderLinks);
    list_init(&entry->InInitializationOrderLinks);
    list_add_tail(hash_bucket(entry->BaseNameHashValue), &entry->HashLinks);
    return module;
}

void ldr_module_remove(struct ldr_module *module)
{
    ldr_range_remove((ULONG_PTR)module->entry.DllBase);
    list_remove(&module->entry.InLoadOrderLinks);
    list_remove(&module->entry.InMemoryOrderLinks);
    list_remove(&module->entry.InInitializationOrderLinks);
    list_remove(&module->entry.HashLinks);
}

void ldr_module_free(struct ldr_module *module)
{
    if (module->activation_context)
        RtlReleaseActivationContext(module->activation_context);
    while (module->forwards) {
        struct ldr_forward *forward = module->forwards;

        module->forwards = forward->next;
        heap_free(forward);
    }
    heap_free(module->dependencies);
    heap_free(module);
}

/* Few modules import from more than some dozen others, and one has been asked for most often just before. */
bool ldr_add_dependency(struct ldr_module *module, struct ldr_module *on)
{
    if (module == on || (on->references == LDR_PINNED && on->state == LDR_READY))
        return true;
    for (ULONG i = module->dependency_count; i-- > 0;)
        if (module->dependencies[i] == on)
            return true;
    if (module->dependency_count == module->dependency_capacity) {
        ULONG capacity = module->dependency_capacity ? module->dependency_capacity * 2 : 8;
        struct ldr_module **list = heap_realloc(module->dependencies, capacity * sizeof(*list));

        if (!list)
            return false;
        module->dependencies = list;
        module->dependency_capacity = capacity;
    }
    module->dependencies[module->dependency_count++] = on;
    return true;
}

/* --- Exported --- */

NTSTATUS NTAPI LdrFindEntryForAddress(PVOID address, LDR_DATA_TABLE_ENTRY **entry)
{
    struct ldr_module *module = ldr_find_address(address);

    *entry = module ? &module->entry : NULL;
    return module ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
}

PVOID NTAPI RtlPcToFileHeader(PVOID pc, PVOID *base)
{
    struct ldr_range range;

    *base = ldr_range_find((ULONG_PTR)pc, &range) ? (PVOID)range.base : NULL;
    return *base;
}

NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG flags, PLDR_ENUM_CALLBACK callback, PVOID context)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;
    BOOLEAN stop = FALSE;

    if (flags || !callback)
        return STATUS_INVALID_PARAMETER;
    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *link = head->Flink; link != head && !stop; link = link->Flink)
        callback(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks), context, &stop);
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base)
{
    struct ldr_module *module;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    module = ldr_find_base(base);
    if (module) {
        /* "fails if the DLL ... has active static thread local storage" (DisableThreadLibraryCalls) */
        status = module->entry.TlsIndex ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
        if (!status)
            module->entry.Flags |= LDRP_DONT_CALL_FOR_THREADS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrGetDllFullName(PVOID base, UNICODE_STRING *name)
{
    struct ldr_module *module;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    module = ldr_find_base(base ? base : nt_peb()->ImageBaseAddress);
    if (module) {
        status = name->MaximumLength < module->entry.FullDllName.Length ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
        RtlCopyUnicodeString(name, &module->entry.FullDllName);
        if (status)
            name->Length = module->entry.FullDllName.Length;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

/* The cookie says who holds the lock and how often, so that a wrong unlock is noticed. */
static ULONG_PTR lock_cookie(void)
{
    return ((ULONG_PTR)nt_teb()->ClientId.UniqueThread & 0xfff) << 16 | (ldr_lock.RecursionCount & 0xffff) | 0x10000000;
}

#define LDR_LOCK_RAISE_ERRORS 1
#define LDR_LOCK_TRY_ONLY     2

NTSTATUS NTAPI LdrLockLoaderLock(ULONG flags, ULONG *disposition, ULONG_PTR *cookie)
{
    if (disposition)
        *disposition = 0;
    if (cookie)
        *cookie = 0;
    if (flags & ~(LDR_LOCK_RAISE_ERRORS | LDR_LOCK_TRY_ONLY))
        return STATUS_INVALID_PARAMETER_1;
    if (!cookie)
        return STATUS_INVALID_PARAMETER_3;
    if ((flags & LDR_LOCK_TRY_ONLY) && !disposition)
        return STATUS_INVALID_PARAMETER_2;
    if (flags & LDR_LOCK_TRY_ONLY) {
        if (!RtlTryEnterCriticalSection(&ldr_lock)) {
            *disposition = 2;
            return STATUS_SUCCESS;
        }
    } else {
        RtlEnterCriticalSection(&ldr_lock);
    }
    if (disposition)
        *disposition = 1;
    *cookie = lock_cookie();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG flags, ULONG_PTR cookie)
{
    if (flags & ~LDR_LOCK_RAISE_ERRORS)
        return STATUS_INVALID_PARAMETER_1;
    if (!cookie)
        return STATUS_SUCCESS;
    if (ldr_lock.OwningThread != nt_teb()->ClientId.UniqueThread || cookie >> 28 != 1)
        return STATUS_INVALID_PARAMETER_2;
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}
