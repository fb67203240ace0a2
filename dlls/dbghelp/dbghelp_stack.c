/* SPDX-License-Identifier: MIT */
/* dbghelp_stack.c: StackWalk64 over the unwinder of ntdll, for stacks of this process. */
#include "dbghelp_private.h"

#ifdef _WIN64

PVOID WINAPI SymFunctionTableAccess64(HANDLE process, DWORD64 address)
{
    DWORD64 base;

    if (process != GetCurrentProcess() && GetProcessId(process) != GetCurrentProcessId()) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    return RtlLookupFunctionEntry(address, &base, NULL);
}

/* Marks in STACKFRAME64.Reserved[0], which belongs to this function between calls. */
#define WALKING 0x5741

static BOOL fill(LPSTACKFRAME64 frame, const CONTEXT *context, PFUNCTION_TABLE_ACCESS_ROUTINE64 access, HANDLE process)
{
    frame->AddrPC = (ADDRESS64){ context->Rip, 0, AddrModeFlat };
    frame->AddrStack = (ADDRESS64){ context->Rsp, 0, AddrModeFlat };
    frame->AddrFrame = (ADDRESS64){ context->Rbp, 0, AddrModeFlat };
    frame->FuncTableEntry = access(process, context->Rip);
    frame->Far = FALSE;
    frame->Virtual = frame->Reserved[1] != 0;
    frame->Reserved[0] = WALKING;
    frame->Reserved[1] = 1;
    for (int i = 0; i < 4; i++) /* the home space of the register parameters */
        if (!ReadProcessMemory(GetCurrentProcess(), (void *)(context->Rsp + 8 * i), &frame->Params[i], 8, NULL))
            frame->Params[i] = 0;
    return TRUE;
}

WINBOOL WINAPI StackWalk64(DWORD machine, HANDLE process, HANDLE thread, LPSTACKFRAME64 frame, PVOID record,
                           PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 access,
                           PGET_MODULE_BASE_ROUTINE64 module_base, PTRANSLATE_ADDRESS_ROUTINE64 translate)
{
    CONTEXT *context = record;
    PVOID handler_data;
    DWORD64 base, establisher, probe;
    RUNTIME_FUNCTION *function;

    (void)thread, (void)read, (void)module_base, (void)translate;
    if (machine != IMAGE_FILE_MACHINE_AMD64 || !frame || !context)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (process != GetCurrentProcess() && GetProcessId(process) != GetCurrentProcessId())
        return sym_fail(ERROR_NOT_SUPPORTED);
    if (!access)
        access = SymFunctionTableAccess64;
    if (frame->Reserved[0] != WALKING) { /* the first call gives the frame that the context stands in */
        if (frame->AddrPC.Offset)
            context->Rip = frame->AddrPC.Offset;
        if (frame->AddrStack.Offset)
            context->Rsp = frame->AddrStack.Offset;
        frame->Reserved[1] = 0;
        return context->Rip ? fill(frame, context, access, process) : FALSE;
    }
    /* A stack that is no memory ends the walk; the unwinder would fault on it. */
    if (!ReadProcessMemory(GetCurrentProcess(), (void *)context->Rsp, &probe, sizeof(probe), NULL))
        return FALSE;
    if ((function = RtlLookupFunctionEntry(context->Rip, &base, NULL))) {
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context->Rip, function, context, &handler_data, &establisher, NULL);
    } else {
        context->Rip = probe; /* a leaf: the return address is on top */
        context->Rsp += 8;
    }
    frame->AddrReturn = (ADDRESS64){ context->Rip, 0, AddrModeFlat };
    if (!context->Rip)
        return FALSE;
    return fill(frame, context, access, process);
}

#endif
