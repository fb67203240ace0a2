/* SPDX-License-Identifier: MIT */
/*
 * ldrtls.c: static thread-local storage (__declspec(thread)): each image that has some gets an index, each thread a vector
 * of blocks. DLLs that are loaded later get theirs in the threads that run already.
 */
#include "ldr_private.h"

struct tls_image {
    struct ldr_module *module; /* NULL: the index is free */
    const void *data;
    SIZE_T data_size, zero_size, alignment;
};

/* What TEB.ThreadLocalStoragePointer points behind. Code reads its vector without a lock, so an outgrown one stays. */
struct tls_vector {
    struct tls_vector *outgrown;
    SIZE_T capacity;
    void *slots[];
};

static RTL_SRWLOCK tls_lock; /* guards what follows, and the vectors */
static struct tls_image *images;
static ULONG image_count, image_capacity;
static LIST_ENTRY threads = { &threads, &threads }; /* TEB.TlsLinks */

static struct tls_vector *vector_of(const TEB *teb)
{
    return teb->ThreadLocalStoragePointer ? CONTAINING_RECORD(teb->ThreadLocalStoragePointer, struct tls_vector, slots)
                                          : NULL;
}

/* Blocks are aligned as the image asks; the heap's own pointer is kept in front. */
static void *block_alloc(const struct tls_image *image)
{
    char *raw = heap_alloc_zero(image->data_size + image->zero_size + image->alignment + sizeof(void *));
    char *block;

    if (!raw)
        return NULL;
    block = (char *)(((ULONG_PTR)raw + sizeof(void *) + image->alignment - 1) & ~(image->alignment - 1));
    ((void **)block)[-1] = raw;
    memcpy(block, image->data, image->data_size);
    return block;
}

static void block_free(void *block)
{
    if (block)
        heap_free(((void **)block)[-1]);
}

/* A vector for `teb` with room for `count` indices; keeps what it has. */
static bool vector_reserve(TEB *teb, ULONG count)
{
    struct tls_vector *old = vector_of(teb), *vector;
    SIZE_T capacity = (count + 7) & ~7u;

    if (!count || (old && old->capacity >= count))
        return true;
    vector = heap_alloc_zero(sizeof(*vector) + capacity * sizeof(void *));
    if (!vector)
        return false;
    vector->capacity = capacity;
    vector->outgrown = old;
    if (old)
        memcpy(vector->slots, old->slots, old->capacity * sizeof(void *));
    __atomic_store_n(&teb->ThreadLocalStoragePointer, (void *)vector->slots, __ATOMIC_RELEASE);
    return true;
}

static void free_vectors(struct tls_vector *vector)
{
    struct tls_vector *outgrown;

    if (vector)
        for (SIZE_T i = 0; i < vector->capacity; i++)
            block_free(vector->slots[i]);
    for (; vector; vector = outgrown) {
        outgrown = vector->outgrown;
        heap_free(vector);
    }
}

/* Takes a thread out of the list. From then on the TEB may be another thread's, if this one has ended. */
static struct tls_vector *unlink_thread(TEB *teb)
{
    struct tls_vector *vector = vector_of(teb);

    teb->ThreadLocalStoragePointer = NULL;
    list_remove(&teb->TlsLinks);
    __atomic_store_n(&teb->TlsLinks.Flink, NULL, __ATOMIC_RELEASE);
    return vector;
}

/* A thread that was terminated could not take itself out of the list: the native half has cleared its id. */
static bool has_ended(const TEB *teb)
{
    return !__atomic_load_n(&teb->ClientId.UniqueThread, __ATOMIC_ACQUIRE);
}

/* Each new thread looks at two others, so that those that have ended are found though no DLL comes or goes. */
static void look_for_ended(void)
{
    for (int i = 0; i < 2 && !list_empty(&threads); i++) {
        TEB *teb = CONTAINING_RECORD(threads.Flink, TEB, TlsLinks);

        if (has_ended(teb)) {
            free_vectors(unlink_thread(teb));
        } else {
            list_remove(&teb->TlsLinks);
            list_add_tail(&threads, &teb->TlsLinks);
        }
    }
}

static ULONG index_alloc(void)
{
    ULONG index;

    for (index = 0; index < image_count; index++)
        if (!images[index].module)
            return index;
    if (image_count == image_capacity) {
        ULONG capacity = image_capacity ? image_capacity * 2 : 16;
        struct tls_image *larger = heap_realloc(images, capacity * sizeof(*larger));

        if (!larger)
            return ~0u;
        images = larger;
        image_capacity = capacity;
    }
    return image_count++;
}

static const IMAGE_TLS_DIRECTORY *directory_of(const struct ldr_module *module)
{
    ULONG size;

    return RtlImageDirectoryEntryToData(module->entry.DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_TLS, &size);
}

static bool in_image(const struct ldr_module *module, ULONG_PTR address, SIZE_T size)
{
    SIZE_T offset = address - (ULONG_PTR)module->entry.DllBase;

    return offset <= module->entry.SizeOfImage && size <= module->entry.SizeOfImage - offset;
}

/* The addresses in the directory, and those of the callbacks. What a program changes there when it runs is up to it. */
static bool is_sound(const struct ldr_module *module, const IMAGE_TLS_DIRECTORY *tls)
{
    ULONG_PTR at = (ULONG_PTR)tls->AddressOfCallBacks;

    if (tls->EndAddressOfRawData != tls->StartAddressOfRawData &&
        !in_image(module, tls->StartAddressOfRawData, tls->EndAddressOfRawData - tls->StartAddressOfRawData))
        return false;
    if (tls->AddressOfIndex && !in_image(module, (ULONG_PTR)tls->AddressOfIndex, sizeof(ULONG)))
        return false;
    for (; at; at += sizeof(ULONG_PTR)) {
        if (!in_image(module, at, sizeof(ULONG_PTR)))
            return false;
        if (!*(const ULONG_PTR *)at)
            break;
        if (!in_image(module, *(const ULONG_PTR *)at, 1))
            return false;
    }
    return true;
}

/* Called when the image has been mapped, below ldr_guard; does nothing if it has no TLS directory. */
NTSTATUS ldr_tls_add_module(struct ldr_module *module)
{
    ULONG index, align;
    const IMAGE_TLS_DIRECTORY *tls = directory_of(module);
    NTSTATUS status = STATUS_SUCCESS;
    struct tls_image *image, new = { .module = module };

    if (!tls)
        return STATUS_SUCCESS;
    if (!is_sound(module, tls))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (!tls->AddressOfIndex)
        return STATUS_SUCCESS;
    align = (tls->Characteristics & IMAGE_SCN_ALIGN_MASK) >> 20;
    new.alignment = align > 5 ? (SIZE_T)1 << (align - 1) : 16;
    new.data = (const void *)tls->StartAddressOfRawData;
    new.data_size = tls->EndAddressOfRawData - tls->StartAddressOfRawData;
    new.zero_size = tls->SizeOfZeroFill;
    if (!ldr_readable(new.data, new.data_size)) /* a fault belongs before the lock */
        return STATUS_INVALID_IMAGE_FORMAT;
    *(volatile ULONG *)tls->AddressOfIndex = 0;
    RtlAcquireSRWLockExclusive(&tls_lock);
    index = index_alloc();
    if (index == ~0u) {
        RtlReleaseSRWLockExclusive(&tls_lock);
        return STATUS_NO_MEMORY;
    }
    image = &images[index];
    *image = new;
    for (LIST_ENTRY *link = threads.Flink, *next; link != &threads && !status; link = next) {
        TEB *teb = CONTAINING_RECORD(link, TEB, TlsLinks);

        next = link->Flink;
        if (has_ended(teb))
            free_vectors(unlink_thread(teb));
        else if (!vector_reserve(teb, index + 1) || !(vector_of(teb)->slots[index] = block_alloc(image)))
            status = STATUS_NO_MEMORY;
    }
    *(ULONG *)tls->AddressOfIndex = index;
    module->tls_slot = index + 1;
    module->entry.TlsIndex = 0xffff; /* "it has some", as Windows 8 and later say */
    RtlReleaseSRWLockExclusive(&tls_lock);
    return status;
}

typedef VOID(NTAPI *tls_callback)(PVOID base, ULONG reason, PVOID reserved);

struct tls_walk {
    const struct ldr_module *module;
    const tls_callback *next;
    tls_callback callback; /* NULL: there are no more */
};

/* Guarded: the next callback. A callback may add others, so the table is read as it is by now. */
static NTSTATUS next_callback(void *context)
{
    struct tls_walk *walk = context;

    if (!walk->next) {
        const IMAGE_TLS_DIRECTORY *tls = directory_of(walk->module);

        walk->next = tls ? (const tls_callback *)tls->AddressOfCallBacks : NULL;
    }
    walk->callback = walk->next ? *walk->next++ : NULL;
    return STATUS_SUCCESS;
}

NTSTATUS ldr_call_tls_callbacks(struct ldr_module *module, ULONG reason)
{
    struct tls_walk walk = { .module = module };
    NTSTATUS status = STATUS_SUCCESS;
    ULONG unused;

    while (!status && !ldr_guard(next_callback, &walk) && walk.callback)
        status = ldr_call_out((dll_entry)(void *)walk.callback, module->entry.DllBase, reason, NULL, &unused);
    return status;
}

void ldr_tls_remove_module(struct ldr_module *module)
{
    ULONG index = module->tls_slot - 1;

    if (!module->tls_slot)
        return;
    RtlAcquireSRWLockExclusive(&tls_lock);
    for (LIST_ENTRY *link = threads.Flink; link != &threads; link = link->Flink) {
        struct tls_vector *vector = vector_of(CONTAINING_RECORD(link, TEB, TlsLinks));

        if (vector && index < vector->capacity) {
            block_free(vector->slots[index]);
            vector->slots[index] = NULL;
        }
    }
    images[index].module = NULL;
    module->tls_slot = 0;
    RtlReleaseSRWLockExclusive(&tls_lock);
}

/* The calling thread's blocks for all images there are. */
NTSTATUS ldr_tls_init_thread(void)
{
    TEB *teb = nt_teb();
    NTSTATUS status = STATUS_SUCCESS;

    RtlAcquireSRWLockExclusive(&tls_lock);
    if (!vector_reserve(teb, image_count))
        status = STATUS_NO_MEMORY;
    for (ULONG i = 0; i < image_count && !status; i++)
        if (images[i].module && !(vector_of(teb)->slots[i] = block_alloc(&images[i])))
            status = STATUS_NO_MEMORY;
    look_for_ended();
    list_add_tail(&threads, &teb->TlsLinks);
    RtlReleaseSRWLockExclusive(&tls_lock);
    return status;
}

void ldr_tls_free_thread(void)
{
    TEB *teb = nt_teb();
    struct tls_vector *vector;

    if (!teb->TlsLinks.Flink)
        return;
    RtlAcquireSRWLockExclusive(&tls_lock);
    vector = unlink_thread(teb);
    RtlReleaseSRWLockExclusive(&tls_lock);
    free_vectors(vector);
}
