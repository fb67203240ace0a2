/* SPDX-License-Identifier: MIT */
/* dbghelp_stack.c: StackWalk64 and StackWalkEx, and the function tables that they go by. x64 only. */
#include "dbghelp_private.h"
#include "dbghelp_stack.h"

#ifdef _WIN64

/* Marks in STACKFRAME64.Reserved[0], which belongs to this function between calls. */
#define WALKING     0x5741
#define INLINE_MARK 0x1a000000 /* as in dbghelp_context.c */

/* --- function tables --- */

static BOOL read_by_routine(struct walker *w, DWORD64 address, void *buffer, DWORD size)
{
    DWORD done = 0;

    return w->read_routine(w->process, address, buffer, size, &done) && done == size;
}

static BOOL read_directly(struct walker *w, DWORD64 address, void *buffer, DWORD size)
{
    SIZE_T done;

    return ReadProcessMemory(w->process, (void *)address, buffer, size, &done) && done == size;
}

/* In the .pdata of a module that the session knows. */
static const RUNTIME_FUNCTION *find_in_module(struct module *module, DWORD rva)
{
    const DWORD count = module->image.directories[IMAGE_DIRECTORY_ENTRY_EXCEPTION].size / sizeof(RUNTIME_FUNCTION);
    const RUNTIME_FUNCTION *table = pe_image_at(
        &module->image, module->image.directories[IMAGE_DIRECTORY_ENTRY_EXCEPTION].rva, count * sizeof(*table));
    DWORD low = 0, high = table ? count : 0;

    while (low < high) {
        DWORD middle = (low + high) / 2;
        if (table[middle].BeginAddress <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low && rva < table[low - 1].EndAddress ? &table[low - 1] : NULL;
}

PVOID WINAPI SymFunctionTableAccess64AccessRoutines(HANDLE process, DWORD64 address,
                                                    PREAD_PROCESS_MEMORY_ROUTINE64 read,
                                                    PGET_MODULE_BASE_ROUTINE64 module_base)
{
    struct session *session = lock_session(process);
    const RUNTIME_FUNCTION *found;
    struct module *module;
    PVOID entry = NULL;
    DWORD64 base;

    (void)read, (void)module_base;
    if (!session) {
        if (process_is_own(process))
            return RtlLookupFunctionEntry(address, &base, NULL);
        return NULL;
    }
    if (session->entry_callback)
        entry = session->entry_callback(process, address, session->entry_context);
    if (!entry && session->own)
        entry = RtlLookupFunctionEntry(address, &base, NULL);
    if (!entry && (module = module_at(session, address))) {
        load_symbols(session, module);
        found = module->have_image ? find_in_module(module, address - module->base) : NULL;
        /* "Do not free": a copy in the session, as the module may be unloaded */
        if (found) {
            entry = &session->functions[session->next_function++ % ARRAY_SIZE(session->functions)];
            memcpy(entry, found, sizeof(*found));
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return entry;
}

PVOID WINAPI SymFunctionTableAccess64(HANDLE process, DWORD64 address)
{
    return SymFunctionTableAccess64AccessRoutines(process, address, NULL, NULL);
}

/* The unwind information of the function at an address. */
WINBOOL WINAPI SymGetUnwindInfo(HANDLE process, DWORD64 address, PVOID buffer, PULONG size)
{
    RUNTIME_FUNCTION *function = SymFunctionTableAccess64(process, address);
    struct walker w = { .process = process_is_own(process) ? GetCurrentProcess() : process };
    DWORD64 base = SymGetModuleBase64(process, address);
    BYTE head[4];
    ULONG need;

    if (!size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!function || !base || !read_directly(&w, base + function->UnwindData, head, sizeof(head)))
        return sym_fail(ERROR_NOT_FOUND);
    need = 4 + (head[2] + 1u) / 2 * 4 + (head[0] >> 3 & UNW_FLAG_CHAININFO ? 12 : head[0] >> 3 ? 4 : 0);
    if (!buffer || *size < need) {
        *size = need;
        return buffer ? sym_fail(ERROR_INSUFFICIENT_BUFFER) : TRUE;
    }
    *size = need;
    return read_directly(&w, base + function->UnwindData, buffer, need);
}

/* --- steps --- */

static BOOL unwind_own(struct walker *w, CONTEXT *context)
{
    DWORD64 base, establisher, probe;
    RUNTIME_FUNCTION *function;
    PVOID handler_data;

    /* A stack that is no memory ends the walk; the unwinder would fault on it. */
    if (!read_directly(w, context->Rsp, &probe, sizeof(probe)))
        return FALSE;
    if ((function = RtlLookupFunctionEntry(context->Rip, &base, NULL))) {
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context->Rip, function, context, &handler_data, &establisher, NULL);
    } else {
        context->Rip = probe; /* a leaf: the return address is on top */
        context->Rsp += 8;
    }
    return TRUE;
}

static BOOL unwind(struct walker *w, CONTEXT *context)
{
    const RUNTIME_FUNCTION *function;
    DWORD64 base;

    if (w->own)
        return unwind_own(w, context);
    function = w->access(w->process, context->Rip);
    base = function ? w->module_base(w->process, context->Rip) : 0;
    if (function && base)
        return remote_unwind(w, base, function, context);
    if (!w->read(w, context->Rsp, &context->Rip, sizeof(context->Rip)))
        return FALSE;
    context->Rsp += 8;
    return TRUE;
}

static BOOL fill(struct walker *w, LPSTACKFRAME64 frame, const CONTEXT *context)
{
    CONTEXT *caller = sym_alloc(sizeof(*caller));
    BOOL more;

    if (!caller)
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    *caller = *context;
    more = unwind(w, caller);
    frame->AddrPC = (ADDRESS64){ context->Rip, 0, AddrModeFlat };
    frame->AddrStack = (ADDRESS64){ context->Rsp, 0, AddrModeFlat };
    frame->AddrReturn = (ADDRESS64){ more ? caller->Rip : 0, 0, AddrModeFlat };
    /* where a frame pointer would point: two words below the caller's stack pointer */
    frame->AddrFrame = (ADDRESS64){ more ? caller->Rsp - 16 : context->Rbp, 0, AddrModeFlat };
    frame->FuncTableEntry = w->access(w->process, context->Rip);
    frame->Far = FALSE;
    frame->Virtual = frame->Reserved[1] != 0;
    frame->Reserved[0] = WALKING;
    frame->Reserved[1] = 1;
    for (int i = 0; i < 4; i++) /* the home space of the register parameters: behind the return address */
        if (!more || !w->read(w, caller->Rsp + 8 * i, &frame->Params[i], 8))
            frame->Params[i] = 0;
    sym_free(caller);
    return TRUE;
}

static BOOL step(struct walker *w, LPSTACKFRAME64 frame, CONTEXT *context)
{
    if (frame->Reserved[0] != WALKING) { /* the first call gives the frame that the context stands in */
        if (frame->AddrPC.Offset)
            context->Rip = frame->AddrPC.Offset;
        if (frame->AddrStack.Offset)
            context->Rsp = frame->AddrStack.Offset;
        frame->Reserved[1] = 0;
        return context->Rip && fill(w, frame, context);
    }
    if (!unwind(w, context) || !context->Rip)
        return FALSE;
    return fill(w, frame, context);
}

static BOOL prepare(struct walker *w, DWORD machine, HANDLE process, HANDLE thread, const void *frame,
                    const void *context, PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 access,
                    PGET_MODULE_BASE_ROUTINE64 module_base)
{
    if (machine != IMAGE_FILE_MACHINE_AMD64 || !frame || !context)
        return sym_fail(ERROR_INVALID_PARAMETER);
    w->process = process;
    w->thread = thread;
    w->own = !read && process_is_own(process);
    w->read_routine = read;
    w->read = read ? read_by_routine : read_directly;
    w->access = access ? access : SymFunctionTableAccess64;
    w->module_base = module_base ? module_base : SymGetModuleBase64;
    if (w->own)
        w->process = GetCurrentProcess();
    return TRUE;
}

WINBOOL WINAPI StackWalk64(DWORD machine, HANDLE process, HANDLE thread, LPSTACKFRAME64 frame, PVOID context,
                           PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 access,
                           PGET_MODULE_BASE_ROUTINE64 module_base, PTRANSLATE_ADDRESS_ROUTINE64 translate)
{
    struct walker *w = sym_alloc(sizeof(*w));
    BOOL good;

    (void)translate; /* flat addresses only */
    if (!w)
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    good = prepare(w, machine, process, thread, frame, context, read, access, module_base) && step(w, frame, context);
    sym_free(w);
    return good;
}

/* How many functions are inlined where a frame stands; return addresses are behind the call that counts. */
static DWORD inline_count(HANDLE process, const STACKFRAME_EX *frame)
{
    return SymAddrIncludeInlineTrace(process, frame->AddrPC.Offset - (frame->Virtual ? 1 : 0));
}

/* StackWalk64, and frames of inline functions unless InlineFrameContext asks for none. */
WINBOOL WINAPI StackWalkEx(DWORD machine, HANDLE process, HANDLE thread, LPSTACKFRAME_EX frame, PVOID context,
                           PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 access,
                           PGET_MODULE_BASE_ROUTINE64 module_base, PTRANSLATE_ADDRESS_ROUTINE64 translate, DWORD flags)
{
    DWORD inlined = 0;

    if (!frame || frame->StackFrameSize < sizeof(STACKFRAME_EX) || (flags & ~1u))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (frame->InlineFrameContext != INLINE_FRAME_CONTEXT_IGNORE && frame->Reserved[0] == WALKING &&
        (frame->InlineFrameContext & 0xffff0000) == INLINE_MARK && (frame->InlineFrameContext & 0xffff)) {
        frame->InlineFrameContext--; /* the function around, which has the same frame */
        return TRUE;
    }
    if (!StackWalk64(machine, process, thread, (LPSTACKFRAME64)frame, context, read, access, module_base, translate))
        return FALSE;
    if (frame->InlineFrameContext == INLINE_FRAME_CONTEXT_IGNORE)
        return TRUE;
    inlined = inline_count(process, frame);
    frame->InlineFrameContext = inlined ? INLINE_MARK | inlined : INLINE_FRAME_CONTEXT_INIT;
    return TRUE;
}

#endif
