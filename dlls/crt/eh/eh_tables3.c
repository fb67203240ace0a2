/* SPDX-License-Identifier: MIT */
/*
 * eh_tables3.c: the tables of __CxxFrameHandler3: arrays of fixed-size entries.
 */
#ifdef _WIN64
#include "eh_private.h"

enum { FI_SYNCHRONOUS = 1, FI_NOEXCEPT = 4 };

struct func_info {
    ULONG magic; /* and three flag bits on top */
    int max_state;
    int unwind_rva;
    unsigned try_count;
    int try_rva;
    unsigned ip_count;
    int ip_rva;
    int unwind_help; /* an offset in the frame, where the runtime may keep the state; not needed */
    int specification_rva;
    ULONG flags;
};

struct unwind_map_entry {
    int to_state;
    ULONG action_rva;
};

struct try_block {
    int low, high, catch_high;
    unsigned handler_count;
    int handlers_rva;
};

struct ip_entry {
    ULONG rva;
    int state;
};

static int state_from_pc(const struct eh_function *function, ULONG rva)
{
    const struct func_info *info = function->tables;
    const struct ip_entry *entries = (const struct ip_entry *)(function->image + info->ip_rva);
    unsigned low = 0, high = info->ip_count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (entries[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? entries[low - 1].state : -1;
}

static bool next_try(const struct eh_function *function, const void **position, unsigned *index, struct eh_try *block)
{
    const struct func_info *info = function->tables;
    const struct try_block *entry;

    *index = *position ? *index + 1 : 0;
    if (*index >= info->try_count)
        return false;
    entry = (const struct try_block *)(function->image + info->try_rva) + *index;
    *position = entry;
    block->low = entry->low;
    block->high = entry->high;
    block->catch_high = entry->catch_high;
    block->handlers = entry->handler_count;
    block->handler_data = function->image + entry->handlers_rva;
    return true;
}

static bool next_handler(const struct eh_function *function, const struct eh_try *block, const void **position,
                         unsigned *index, struct eh_handler *handler)
{
    const handler_type *entry;
    const type_descriptor *type;

    *index = *position ? *index + 1 : 0;
    if (*index >= block->handlers)
        return false;
    entry = (const handler_type *)block->handler_data + *index;
    type = (const type_descriptor *)(function->image + entry->type_rva);
    *position = entry;
    handler->adjectives = entry->adjectives;
    handler->type = entry->type_rva && type->name[0] ? type : NULL;
    handler->object_offset = entry->object_offset;
    handler->handler_rva = (ULONG)entry->handler_rva;
    handler->frame_offset = entry->frame_offset;
    handler->continuation_count = 0;
    return true;
}

static void unwind_entry(const struct eh_function *function, int state, struct eh_unwind *entry)
{
    const struct func_info *info = function->tables;
    const struct unwind_map_entry *map = (const struct unwind_map_entry *)(function->image + info->unwind_rva) + state;

    entry->to_state = map->to_state;
    entry->action_rva = map->action_rva;
    entry->kind = EH_ACTION_FUNCLET;
    entry->offset = 0;
}

static const struct eh_format format3 = { state_from_pc, next_try, next_handler, unwind_entry };

EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler3(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                 DISPATCHER_CONTEXT *dispatcher)
{
    const char *image = (const char *)dispatcher->ImageBase;
    const struct func_info *info = (const struct func_info *)(image + *(const ULONG *)dispatcher->HandlerData);
    struct eh_function function = { .format = &format3,
                                    .image = image,
                                    .tables = info,
                                    .begin_rva = eh_function_begin(dispatcher),
                                    .max_state = info->max_state };

    if ((info->magic & 0x1fffffff) >= (EH_MAGIC_FLAGS & 0x1fffffff)) {
        function.synchronous = info->flags & FI_SYNCHRONOUS;
        function.is_noexcept = info->flags & FI_NOEXCEPT;
    }
    return eh_frame_handler(record, frame, context, dispatcher, &function);
}

/* The magic number tells what the structure has, so the older names do the same. */
EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler2(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                 DISPATCHER_CONTEXT *dispatcher)
{
    return __CxxFrameHandler3(record, frame, context, dispatcher);
}

EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                DISPATCHER_CONTEXT *dispatcher)
{
    return __CxxFrameHandler3(record, frame, context, dispatcher);
}
#endif
