/* SPDX-License-Identifier: MIT */
/*
 * eh_tables4.c: the tables of __CxxFrameHandler4: the same facts as byte streams. Microsoft's "Making C++ Exception
 * Handling Smaller On x64" describes their ideas.
 */
#ifdef _WIN64
#include "eh_private.h"
#include <string.h>

enum {
    FUNCTION_IS_CATCH = 0x01,
    FUNCTION_IS_SEPARATED = 0x02, /* in several parts of the image: an IP map for each */
    FUNCTION_HAS_BBT = 0x04,
    FUNCTION_HAS_UNWIND_MAP = 0x08,
    FUNCTION_HAS_TRY_MAP = 0x10,
    FUNCTION_SYNCHRONOUS = 0x20,
    FUNCTION_NOEXCEPT = 0x40,

    HANDLER_HAS_ADJECTIVES = 0x01,
    HANDLER_HAS_TYPE = 0x02,
    HANDLER_HAS_OBJECT = 0x04,
    HANDLER_CONTINUATION_RVA = 0x08, /* else relative to the function */

    UNWIND_NOTHING = 0,
    UNWIND_OBJECT = 1,
    UNWIND_POINTER = 2,
    UNWIND_FUNCLET = 3,
};

/* Integers have 1 to 5 bytes; the number of ones below the first zero bit says how many follow. */
static ULONG get_uint(const UCHAR **p)
{
    static const UCHAR sizes[16] = { 1, 2, 1, 3, 1, 2, 1, 4, 1, 2, 1, 3, 1, 2, 1, 5 };
    unsigned size = sizes[**p & 15];
    ULONG value = 0;

    if (size == 5) {
        memcpy(&value, *p + 1, 4);
    } else {
        memcpy(&value, *p, size);
        value >>= size;
    }
    *p += size;
    return value;
}

static int get_int32(const UCHAR **p)
{
    int value;

    memcpy(&value, *p, 4);
    *p += 4;
    return value;
}

static int state_from_pc(const struct eh_function *function, ULONG rva)
{
    const UCHAR *p = (const UCHAR *)function->ip_map;
    ULONG count, at = function->part_rva;
    int state = -1;

    if (!p)
        return -1;
    for (count = get_uint(&p); count; count--) {
        at += get_uint(&p);
        if (rva < at)
            break;
        state = (int)get_uint(&p) - 1;
    }
    return state;
}

static bool next_try(const struct eh_function *function, const void **position, unsigned *index, struct eh_try *block)
{
    const UCHAR *p = *position;

    if (!p) {
        p = (const UCHAR *)function->try_map;
        if (!p)
            return false;
        *index = get_uint(&p);
    }
    if (!*index)
        return false;
    --*index;
    block->low = (int)get_uint(&p);
    block->high = (int)get_uint(&p);
    block->catch_high = (int)get_uint(&p);
    block->handler_data = function->image + get_int32(&p);
    *position = p;
    return true;
}

static bool next_handler(const struct eh_function *function, const struct eh_try *block, const void **position,
                         unsigned *index, struct eh_handler *handler)
{
    const UCHAR *p = *position;
    UCHAR header;

    if (!p) {
        p = block->handler_data;
        *index = get_uint(&p);
    }
    if (!*index)
        return false;
    --*index;
    header = *p++;
    handler->adjectives = header & HANDLER_HAS_ADJECTIVES ? get_uint(&p) : 0;
    handler->type = NULL;
    if (header & HANDLER_HAS_TYPE) {
        int rva = get_int32(&p);

        if (rva)
            handler->type = (const type_descriptor *)(function->image + rva);
        if (rva && !handler->type->name[0])
            handler->type = NULL;
    }
    handler->object_offset = header & HANDLER_HAS_OBJECT ? (int)get_uint(&p) : 0;
    handler->handler_rva = (ULONG)get_int32(&p);
    handler->frame_offset = 0;
    handler->continuation_count = header >> 4 & 3;
    if (handler->continuation_count > 2)
        terminate();
    for (unsigned i = 0; i < handler->continuation_count; i++)
        handler->continuation_rva[i] =
            header & HANDLER_CONTINUATION_RVA ? (ULONG)get_int32(&p) : function->begin_rva + get_uint(&p);
    *position = p;
    return true;
}

/* Reads one entry; what it says besides is how many bytes before it the entry of the state that follows is. */
static ULONG get_unwind_entry(const UCHAR **p, struct eh_unwind *entry)
{
    ULONG head = get_uint(p);

    entry->action_rva = 0;
    entry->offset = 0;
    entry->kind = EH_ACTION_FUNCLET;
    switch (head & 3) {
    case UNWIND_OBJECT:
    case UNWIND_POINTER:
        entry->kind = (head & 3) == UNWIND_OBJECT ? EH_ACTION_OBJECT : EH_ACTION_POINTER;
        entry->action_rva = (ULONG)get_int32(p);
        entry->offset = (int)get_uint(p);
        break;
    case UNWIND_FUNCLET:
        entry->action_rva = (ULONG)get_int32(p);
        break;
    }
    return head >> 2;
}

static void unwind_entry(const struct eh_function *function, int state, struct eh_unwind *entry)
{
    const UCHAR *start = (const UCHAR *)function->unwind_map, *p, *at, *to;
    struct eh_unwind skipped;

    get_uint(&start);
    for (p = start; state > 0; state--)
        get_unwind_entry(&p, &skipped);
    at = p;
    to = at - get_unwind_entry(&p, entry);
    entry->to_state = -1;
    for (p = start; p <= to && p < at; entry->to_state++)
        get_unwind_entry(&p, &skipped);
}

static const struct eh_format format4 = { state_from_pc, next_try, next_handler, unwind_entry };

EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler4(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                 DISPATCHER_CONTEXT *dispatcher)
{
    const char *image = (const char *)dispatcher->ImageBase;
    const UCHAR *p = (const UCHAR *)image + *(const ULONG *)dispatcher->HandlerData;
    UCHAR header = *p++;
    struct eh_function function = { .format = &format4,
                                    .image = image,
                                    .begin_rva = eh_function_begin(dispatcher),
                                    .synchronous = header & FUNCTION_SYNCHRONOUS,
                                    .is_noexcept = header & FUNCTION_NOEXCEPT,
                                    .has_own_states = true,
                                    .is_catch = header & FUNCTION_IS_CATCH };

    if (header & FUNCTION_HAS_BBT)
        get_uint(&p);
    if (header & FUNCTION_HAS_UNWIND_MAP) {
        const UCHAR *map;

        function.unwind_map = image + get_int32(&p);
        map = (const UCHAR *)function.unwind_map;
        function.max_state = (int)get_uint(&map);
    }
    if (header & FUNCTION_HAS_TRY_MAP)
        function.try_map = image + get_int32(&p);
    function.ip_map = image + get_int32(&p);
    if (header & FUNCTION_IS_SEPARATED) {
        const UCHAR *part = (const UCHAR *)function.ip_map;
        ULONG count = get_uint(&part), begin = function.begin_rva;

        for (function.ip_map = NULL; count && !function.ip_map; count--) {
            ULONG part_begin = (ULONG)get_int32(&part);
            int map_rva = get_int32(&part);

            if (part_begin == begin || part_begin == dispatcher->FunctionEntry->BeginAddress) {
                function.ip_map = image + map_rva;
                function.part_rva = part_begin;
            }
        }
    } else {
        function.part_rva = function.begin_rva;
    }
    if (header & FUNCTION_IS_CATCH)
        function.frame_offset = (int)get_uint(&p);
    return eh_frame_handler(record, frame, context, dispatcher, &function);
}
#endif
