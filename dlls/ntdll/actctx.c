/* SPDX-License-Identifier: MIT */
/*
 * actctx.c: activation contexts as objects, and each thread's stack of active ones.
 */
#include "actctx_private.h"

actctx *actctx_process; /* made from the program's manifest; NULL if it has none */

/* A frame of our own: the public one with the cookie that the activating caller got. */
struct frame {
    RTL_ACTIVATION_CONTEXT_STACK_FRAME frame;
    ULONG_PTR cookie;
};

#define FRAME_RELEASE_ON_POP 1 /* allocated by RtlActivateActivationContext, owns a reference */

void *actctx_alloc(actctx *context, size_t size)
{
    struct actctx_block *block = heap_alloc_zero(sizeof(*block) + size);

    if (!block)
        return NULL;
    block->next = context->blocks;
    context->blocks = block;
    return block + 1;
}

const WCHAR *actctx_copy(actctx *context, const WCHAR *text, size_t length)
{
    WCHAR *copy = actctx_alloc(context, (length + 1) * sizeof(WCHAR));

    if (copy)
        memcpy(copy, text, length * sizeof(WCHAR));
    return copy;
}

/* An outgrown array stays with the context's other memory: sizes double, so little is lost. */
void *actctx_grow(actctx *context, void *array, ULONG *count, ULONG *capacity, size_t size)
{
    void *larger;

    if (*count < *capacity)
        return array;
    larger = actctx_alloc(context, (*capacity ? *capacity * 2 : 4) * size);
    if (!larger)
        return NULL;
    if (array)
        memcpy(larger, array, *count * size);
    *capacity = *capacity ? *capacity * 2 : 4;
    return larger;
}

actctx *actctx_from_handle(HANDLE handle)
{
    actctx *context = handle;

    if (!handle || handle == INVALID_HANDLE_VALUE || ((ULONG_PTR)handle & 7))
        return NULL;
    return context->magic == ACTCTX_MAGIC ? context : NULL;
}

static PACTIVATION_CONTEXT_STACK thread_stack(TEB *teb)
{
    if (!teb->ActivationContextStackPointer) {
        teb->ActivationContextStackPointer = &teb->ActivationStack;
        list_init(&teb->ActivationStack.FrameListCache);
        teb->ActivationStack.NextCookieSequenceNumber = 1;
    }
    return teb->ActivationContextStackPointer;
}

static RTL_ACTIVATION_CONTEXT_STACK_FRAME *top_frame(void)
{
    PACTIVATION_CONTEXT_STACK stack = nt_teb()->ActivationContextStackPointer;

    return stack ? stack->ActiveFrame : NULL;
}

actctx *actctx_active(void)
{
    RTL_ACTIVATION_CONTEXT_STACK_FRAME *top = top_frame();
    actctx *context = top ? actctx_from_handle(top->ActivationContext) : NULL;

    return top && top->ActivationContext ? context : actctx_process;
}

static void free_context(actctx *context)
{
    struct actctx_block *block = context->blocks, *next;

    context->magic = 0;
    for (; block; block = next) {
        next = block->next;
        heap_free(block);
    }
    heap_free(context);
}

/* --- Creation --- */

static NTSTATUS create(const void *bytes, size_t size, const WCHAR *path, const WCHAR *directory,
                       size_t directory_length, actctx **created)
{
    actctx *context = heap_alloc_zero(sizeof(*context));
    NTSTATUS status;

    if (!context)
        return STATUS_NO_MEMORY;
    context->magic = ACTCTX_MAGIC;
    context->references = 1;
    context->manifest_path = actctx_copy(context, path, wcslen(path));
    context->application_directory = actctx_copy(context, directory, directory_length);
    if (!context->manifest_path || !context->application_directory)
        status = STATUS_NO_MEMORY;
    else
        status = actctx_parse(context, bytes, size, context->manifest_path, context->application_directory);
    if (status) {
        free_context(context);
        return status;
    }
    actctx_sort(context);
    *created = context;
    return STATUS_SUCCESS;
}

static size_t directory_length(const WCHAR *path)
{
    size_t length = wcslen(path);

    while (length && path[length - 1] != '\\' && path[length - 1] != '/')
        length--;
    return length > 3 ? length - 1 : length;
}

NTSTATUS NTAPI RtlCreateActivationContext(PHANDLE handle, const ACTCTXW *info)
{
    const ULONG known = ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID | ACTCTX_FLAG_LANGID_VALID |
                        ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID | ACTCTX_FLAG_RESOURCE_NAME_VALID |
                        ACTCTX_FLAG_SET_PROCESS_DEFAULT | ACTCTX_FLAG_APPLICATION_NAME_VALID |
                        ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF | ACTCTX_FLAG_HMODULE_VALID;
    WCHAR *path = NULL;
    const WCHAR *directory;
    size_t length;
    USHORT language = 0;
    struct actctx_source source;
    actctx *context;
    NTSTATUS status;

    *handle = INVALID_HANDLE_VALUE;
    if (!info || info->cbSize < offsetof(ACTCTXW, lpAssemblyDirectory) || (info->dwFlags & ~known))
        return STATUS_INVALID_PARAMETER;
    if (info->dwFlags & ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF)
        return STATUS_NOT_SUPPORTED;
    if (info->dwFlags & ACTCTX_FLAG_LANGID_VALID)
        language = info->wLangId;

    if (info->lpSource) {
        ULONG bytes = RtlGetFullPathName_U(info->lpSource, 0, NULL, NULL);

        path = heap_alloc(bytes + sizeof(WCHAR));
        if (!path)
            return STATUS_NO_MEMORY;
        path[RtlGetFullPathName_U(info->lpSource, bytes + sizeof(WCHAR), path, NULL) / sizeof(WCHAR)] = 0;
    } else if (info->dwFlags & ACTCTX_FLAG_HMODULE_VALID) {
        WCHAR buffer[MAX_PATH];
        UNICODE_STRING name = { 0, sizeof(buffer) - sizeof(WCHAR), buffer };

        status = LdrGetDllFullName(LDR_MAPPED_BASE(info->hModule), &name);
        if (status && status != STATUS_DLL_NOT_FOUND)
            return status;
        path = heap_alloc(name.Length + sizeof(WCHAR));
        if (!path)
            return STATUS_NO_MEMORY;
        memcpy(path, buffer, name.Length);
        path[name.Length / sizeof(WCHAR)] = 0;
    } else {
        return STATUS_INVALID_PARAMETER;
    }

    if (info->dwFlags & ACTCTX_FLAG_HMODULE_VALID)
        status = info->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID
                     ? actctx_find_resource(info->hModule, (ULONG_PTR)info->lpResourceName, language, &source)
                     : STATUS_INVALID_PARAMETER;
    else if (info->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID)
        status = actctx_open_resource(path, (ULONG_PTR)info->lpResourceName, language, &source);
    else
        status = actctx_open_file(path, &source);
    if (!status) {
        directory = path;
        length = directory_length(path);
        if (info->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID) {
            directory = info->lpAssemblyDirectory;
            length = wcslen(directory);
            if (length > 3 && (directory[length - 1] == '\\' || directory[length - 1] == '/'))
                length--;
        }
        status = create(source.bytes, source.size, path, directory, length, &context);
        actctx_close(&source);
    }
    heap_free(path);
    /* What is wrong with a manifest, and which assembly is missing, only Windows's event log says. */
    if ((ULONG)status >> 16 == (ULONG)STATUS_SXS_CANT_GEN_ACTCTX >> 16)
        return STATUS_SXS_CANT_GEN_ACTCTX;
    if (status)
        return status;
    if (info->dwFlags & ACTCTX_FLAG_SET_PROCESS_DEFAULT) {
        if (__sync_val_compare_and_swap(&actctx_process, NULL, context)) {
            RtlReleaseActivationContext(context);
            return STATUS_SXS_PROCESS_DEFAULT_ALREADY_SET;
        }
        return STATUS_SUCCESS; /* *handle stays INVALID_HANDLE_VALUE: nobody has to release it */
    }
    *handle = context;
    return STATUS_SUCCESS;
}

/* At process start, with the loader lock held. A manifest that is broken stops the program, as on Windows. */
NTSTATUS actctx_process_init(struct ldr_module *exe)
{
    const WCHAR *path = exe->entry.FullDllName.Buffer;
    struct actctx_source source = { 0 };
    NTSTATUS status = actctx_find_resource(exe->entry.DllBase, 1 /* CREATEPROCESS_MANIFEST_RESOURCE_ID */, 0, &source);

    if (status == STATUS_RESOURCE_DATA_NOT_FOUND || status == STATUS_RESOURCE_TYPE_NOT_FOUND ||
        status == STATUS_RESOURCE_NAME_NOT_FOUND || status == STATUS_RESOURCE_LANG_NOT_FOUND) {
        /* Beside the program: prog.exe.manifest */
        size_t length = wcslen(path);
        WCHAR *name = heap_alloc((length + 10) * sizeof(WCHAR));

        if (!name)
            return STATUS_NO_MEMORY;
        memcpy(name, path, length * sizeof(WCHAR));
        memcpy(name + length, L".manifest", 10 * sizeof(WCHAR));
        status = actctx_open_file(name, &source);
        heap_free(name);
        if (status)
            return STATUS_SUCCESS;
    }
    if (status)
        return STATUS_SUCCESS;
    status = create(source.bytes, source.size, path, path, directory_length(path), &actctx_process);
    actctx_close(&source);
    if (status && ldr_reporting) {
        ldr_message("the program's manifest is not valid, or an assembly that it needs was not found (%x)",
                    (unsigned)status);
        ldr_reporting = false;
    }
    return status ? STATUS_SXS_CANT_GEN_ACTCTX : STATUS_SUCCESS;
}

/*
 * A DLL's own manifest (resource 2), which isolates what it imports; without one nothing changes, nor if its resources
 * cannot be read.
 */
void actctx_module_init(struct ldr_module *module)
{
    const WCHAR *path = module->entry.FullDllName.Buffer;
    struct actctx_source source;
    actctx *context;

    /* "Linked as if there was no manifest" (/ALLOWISOLATION:NO): nothing of its resources is read. */
    if (module->nt->OptionalHeader.DllCharacteristics & IMAGE_DLLCHARACTERISTICS_NO_ISOLATION)
        return;
    if (actctx_find_resource(module->entry.DllBase, 2 /* ISOLATIONAWARE_MANIFEST_RESOURCE_ID */, 0, &source))
        return;
    if (!create(source.bytes, source.size, path, path, directory_length(path), &context))
        module->activation_context = context;
    actctx_close(&source);
}

VOID NTAPI RtlAddRefActivationContext(HANDLE handle)
{
    actctx *context = actctx_from_handle(handle);

    if (context)
        __atomic_add_fetch(&context->references, 1, __ATOMIC_RELAXED);
}

VOID NTAPI RtlReleaseActivationContext(HANDLE handle)
{
    actctx *context = actctx_from_handle(handle);

    if (context && !__atomic_sub_fetch(&context->references, 1, __ATOMIC_ACQ_REL))
        free_context(context);
}

/* For a debugging aid of Windows's: the context may still be used by its references. */
NTSTATUS NTAPI RtlZombifyActivationContext(HANDLE handle)
{
    return actctx_from_handle(handle) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* --- The stack --- */

NTSTATUS NTAPI RtlAllocateActivationContextStack(PACTIVATION_CONTEXT_STACK *stack)
{
    if (*stack)
        return STATUS_SUCCESS;
    *stack = heap_alloc_zero(sizeof(**stack));
    if (!*stack)
        return STATUS_NO_MEMORY;
    list_init(&(*stack)->FrameListCache);
    (*stack)->NextCookieSequenceNumber = 1;
    return STATUS_SUCCESS;
}

static void pop_frame(PACTIVATION_CONTEXT_STACK stack)
{
    struct frame *top = stack->ActiveFrame;

    stack->ActiveFrame = top->frame.Previous;
    if (top->frame.Flags & FRAME_RELEASE_ON_POP) {
        RtlReleaseActivationContext(top->frame.ActivationContext);
        heap_free(top);
    }
}

VOID NTAPI RtlFreeActivationContextStack(PACTIVATION_CONTEXT_STACK stack)
{
    if (!stack)
        return;
    while (stack->ActiveFrame)
        pop_frame(stack);
    if (stack != &nt_teb()->ActivationStack)
        heap_free(stack);
}

VOID NTAPI RtlFreeThreadActivationContextStack(void)
{
    TEB *teb = nt_teb();

    RtlFreeActivationContextStack(teb->ActivationContextStackPointer);
    teb->ActivationContextStackPointer = NULL;
}

NTSTATUS NTAPI RtlActivateActivationContextEx(ULONG flags, TEB *teb, HANDLE handle, PULONG_PTR cookie)
{
    PACTIVATION_CONTEXT_STACK stack = thread_stack(teb);
    struct frame *frame;

    *cookie = 0;
    if (flags & ~1u)
        return STATUS_INVALID_PARAMETER_1;
    if (handle && !actctx_from_handle(handle))
        return STATUS_INVALID_PARAMETER_3;
    frame = heap_alloc(sizeof(*frame));
    if (!frame)
        return STATUS_NO_MEMORY;
    RtlAddRefActivationContext(handle);
    frame->frame.Previous = stack->ActiveFrame;
    frame->frame.ActivationContext = handle;
    frame->frame.Flags = FRAME_RELEASE_ON_POP;
    frame->cookie = ((ULONG_PTR)1 << 28) | (((ULONG_PTR)teb->ClientId.UniqueThread & 0xfff) << 16) |
                    (stack->NextCookieSequenceNumber++ & 0xffff);
#ifdef _WIN64
    frame->cookie |= (ULONG_PTR)(stack->NextCookieSequenceNumber >> 16) << 32;
#endif
    stack->ActiveFrame = &frame->frame;
    *cookie = frame->cookie;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlActivateActivationContext(ULONG flags, HANDLE handle, PULONG_PTR cookie)
{
    if (flags)
        return STATUS_INVALID_PARAMETER_1;
    return RtlActivateActivationContextEx(0, nt_teb(), handle, cookie);
}

/* Wrong order is a programming error that Windows raises an exception for, unless the caller expects it. */
NTSTATUS NTAPI RtlDeactivateActivationContext(ULONG flags, ULONG_PTR cookie)
{
    PACTIVATION_CONTEXT_STACK stack = thread_stack(nt_teb());
    RTL_ACTIVATION_CONTEXT_STACK_FRAME *found;
    EXCEPTION_RECORD record = { 0 };

    if (flags & ~1u)
        return STATUS_INVALID_PARAMETER;
    if (!cookie)
        return STATUS_SUCCESS;
    for (found = stack->ActiveFrame; found; found = found->Previous)
        if ((found->Flags & FRAME_RELEASE_ON_POP) && ((struct frame *)found)->cookie == cookie)
            break;
    if (!found || (found != stack->ActiveFrame && !(flags & 1))) {
        record.ExceptionCode = found ? STATUS_SXS_EARLY_DEACTIVATION : STATUS_SXS_INVALID_DEACTIVATION;
        record.NumberParameters = 3;
        record.ExceptionInformation[1] = cookie;
        RtlRaiseException(&record);
        if (!found)
            return STATUS_SXS_INVALID_DEACTIVATION;
    }
    while (stack->ActiveFrame != found)
        pop_frame(stack);
    pop_frame(stack);
    return STATUS_SUCCESS;
}

/* The caller provides the frame, and keeps the context alive. */
RTL_ACTIVATION_CONTEXT_STACK_FRAME *NTAPI
RtlActivateActivationContextUnsafeFast(RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME *frame, HANDLE handle)
{
    PACTIVATION_CONTEXT_STACK stack = thread_stack(nt_teb());

    frame->Frame.Previous = stack->ActiveFrame;
    frame->Frame.ActivationContext = handle;
    frame->Frame.Flags = 0;
    stack->ActiveFrame = &frame->Frame;
    return &frame->Frame;
}

RTL_ACTIVATION_CONTEXT_STACK_FRAME *NTAPI
RtlDeactivateActivationContextUnsafeFast(RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME *frame)
{
    PACTIVATION_CONTEXT_STACK stack = thread_stack(nt_teb());

    while (stack->ActiveFrame && stack->ActiveFrame != &frame->Frame)
        pop_frame(stack);
    if (stack->ActiveFrame)
        stack->ActiveFrame = frame->Frame.Previous;
    return stack->ActiveFrame;
}

/* NULL when nothing has been activated, even if the process has a default. */
NTSTATUS NTAPI RtlGetActiveActivationContext(PHANDLE handle)
{
    RTL_ACTIVATION_CONTEXT_STACK_FRAME *top = top_frame();

    *handle = top ? top->ActivationContext : NULL;
    RtlAddRefActivationContext(*handle);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlIsActivationContextActive(HANDLE handle)
{
    for (RTL_ACTIVATION_CONTEXT_STACK_FRAME *frame = top_frame(); frame; frame = frame->Previous)
        if (frame->ActivationContext == handle)
            return TRUE;
    return FALSE;
}
