/* SPDX-License-Identifier: MIT */
/*
 * eh_throw.c: throwing, and the functions that managed code, std::exception and filters use.
 */
#include "eh_private.h"
#include <string.h>

DECLSPEC_NORETURN void __stdcall _CxxThrowException(void *object, const throw_info *info)
{
    ULONG_PTR information[EI_COUNT] = { EH_MAGIC, (ULONG_PTR)object, (ULONG_PTR)info };

    if (info) {
        if (info->attributes & TI_PURE)
            information[EI_MAGIC] = EH_MAGIC_PURE;
#ifdef _WIN64
        information[EI_IMAGE_BASE] = (ULONG_PTR)eh_image_of(info);
#endif
    } else {
        const struct eh_thread *thread = eh_thread_if_any();

        if (!thread || !thread->record) /* `throw;` while nothing is being handled */
            terminate();
    }
    RaiseException(EH_CODE, EXCEPTION_NONCONTINUABLE, EI_COUNT, information);
    terminate(); /* a filter cannot continue it */
}

struct std_exception_data {
    const char *what;
    bool owned;
};

void __cdecl __std_exception_copy(const struct std_exception_data *from, struct std_exception_data *to)
{
    size_t size;
    char *copy;

    if (!from->owned || !from->what) {
        to->what = from->what;
        to->owned = false;
        return;
    }
    size = strlen(from->what) + 1;
    copy = malloc(size);
    if (!copy)
        return;
    memcpy(copy, from->what, size);
    to->what = copy;
    to->owned = true;
}

void __cdecl __std_exception_destroy(struct std_exception_data *data)
{
    if (data->owned)
        free((void *)data->what);
    data->what = NULL;
    data->owned = false;
}

/* ---- filters of managed code and of catch blocks in funclets of older compilers ---- */

static bool is_rethrow(const EXCEPTION_RECORD *record)
{
    return eh_is_cxx(record) && !eh_throw_info(record);
}

int __cdecl __CxxExceptionFilter(EXCEPTION_POINTERS *pointers, const type_descriptor *type, unsigned adjectives,
                                 void *object)
{
    struct eh_handler handler = { .adjectives = adjectives, .type = type && type->name[0] ? type : NULL };
    EXCEPTION_RECORD *record = pointers ? pointers->ExceptionRecord : NULL;
    const catchable_type_array *types;
    const char *image;

    if (record && is_rethrow(record))
        record = eh_thread()->record;
    if (!record || !eh_is_cxx(record) || !eh_throw_info(record))
        return EXCEPTION_CONTINUE_SEARCH;
    image = eh_throw_image(record);
    types = (const catchable_type_array *)(image + eh_throw_info(record)->types_rva);
    eh_thread()->unwinding++;
    if (!handler.type)
        return EXCEPTION_EXECUTE_HANDLER;
    for (int i = 0; i < types->count; i++) {
        const catchable_type *candidate = (const catchable_type *)(image + types->type_rva[i]);

        if (!eh_handler_takes(&handler, candidate, eh_throw_info(record), image))
            continue;
        if (object) {
            handler.object_offset = 1; /* "has a name": the offset is relative to what comes next */
            eh_build_catch_object(record, (char *)object - 1, &handler, candidate);
        }
        return EXCEPTION_EXECUTE_HANDLER;
    }
    eh_thread()->unwinding--;
    return EXCEPTION_CONTINUE_SEARCH;
}

/* The caller's storage holds the exception that was current before. */
struct saved_exception {
    EXCEPTION_RECORD *record;
    CONTEXT *context;
};

int __cdecl __CxxQueryExceptionSize(void)
{
    return sizeof(struct saved_exception);
}

int __cdecl __CxxRegisterExceptionObject(EXCEPTION_POINTERS *pointers, struct saved_exception *saved)
{
    struct eh_thread *thread = eh_thread();

    saved->record = thread->record;
    saved->context = thread->context;
    if (pointers && pointers->ExceptionRecord) {
        if (!is_rethrow(pointers->ExceptionRecord))
            thread->record = pointers->ExceptionRecord;
        thread->context = pointers->ContextRecord;
    }
    if (thread->unwinding > 0)
        thread->unwinding--;
    return 1;
}

int __cdecl __CxxDetectRethrow(EXCEPTION_POINTERS *pointers)
{
    if (!pointers || !is_rethrow(pointers->ExceptionRecord))
        return EXCEPTION_CONTINUE_SEARCH;
    eh_thread()->unwinding++;
    return EXCEPTION_EXECUTE_HANDLER;
}

static bool object_in_use(const struct eh_thread *thread, const void *object);

void __cdecl __CxxUnregisterExceptionObject(struct saved_exception *saved, int in_use)
{
    struct eh_thread *thread = eh_thread();
    EXCEPTION_RECORD *record = thread->record;

    thread->record = saved->record;
    thread->context = saved->context;
    if (record && !in_use && eh_is_cxx(record) && eh_throw_info(record) &&
        !object_in_use(thread, (void *)record->ExceptionInformation[EI_OBJECT]))
        eh_destroy_object(record);
}

/* ---- exception objects that frames hold ---- */

struct frame_info {
    void *object;
    struct frame_info *next;
};

struct frame_info *__cdecl _CreateFrameInfo(struct frame_info *info, void *object)
{
    struct eh_thread *thread = eh_thread();

    info->object = object;
    info->next = thread->frames;
    thread->frames = info;
    return info;
}

void __cdecl _FindAndUnlinkFrame(struct frame_info *info)
{
    struct frame_info **link = &eh_thread()->frames;

    while (*link && *link != info)
        link = &(*link)->next;
    if (*link)
        *link = info->next;
}

static bool object_in_use(const struct eh_thread *thread, const void *object)
{
    for (const struct frame_info *frame = thread->frames; frame; frame = frame->next)
        if (frame->object == object)
            return true;
    return false;
}

bool __cdecl _IsExceptionObjectToBeDestroyed(void *object)
{
    return !object_in_use(eh_thread(), object);
}

/* Whether what was caught could be caught as that type: used by code that was compiled for C++/CLI. */
int __cdecl _is_exception_typeof(const type_descriptor *type, EXCEPTION_POINTERS *pointers)
{
    const EXCEPTION_RECORD *record = pointers ? pointers->ExceptionRecord : NULL;
    const catchable_type_array *types;
    const char *image;

    if (record && is_rethrow(record))
        record = eh_thread()->record;
    if (!type || !record)
        terminate();
    if (!eh_is_cxx(record) || !eh_throw_info(record))
        return 0;
    image = eh_throw_image(record);
    types = (const catchable_type_array *)(image + eh_throw_info(record)->types_rva);
    for (int i = 0; i < types->count; i++) {
        const catchable_type *candidate = (const catchable_type *)(image + types->type_rva[i]);

        if (!strcmp(((const type_descriptor *)(image + candidate->type_rva))->name, type->name))
            return 1;
    }
    return 0;
}

#ifdef _WIN64
void __cdecl _local_unwind(void *frame, void *target)
{
    RtlUnwind(frame, target, NULL, NULL);
}
#endif
