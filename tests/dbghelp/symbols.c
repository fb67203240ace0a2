/* SPDX-License-Identifier: MIT */
/* Sessions, modules, symbols of export tables, and walking a stack. */
#include "../test.h"
#include <dbghelp.h>

/* A build with -ldbghelp is not needed for these few. */
#define IMPORT(name) __typeof__(name) *p##name = (void *)GetProcAddress(dll, #name)

static HMODULE dll;

static int __attribute__((noinline)) walk(void)
{
    IMPORT(StackWalk64);
    IMPORT(SymFunctionTableAccess64);
    IMPORT(SymGetModuleBase64);
    HANDLE self = GetCurrentProcess();
    STACKFRAME64 frame = { 0 };
    CONTEXT context;
    int count = 0, mine = 0;
    DWORD64 own = (DWORD64)(ULONG_PTR)GetModuleHandleW(NULL);

    RtlCaptureContext(&context);
    frame.AddrPC.Offset = context.Rip;
    frame.AddrStack.Offset = context.Rsp;
    frame.AddrFrame.Offset = context.Rbp;
    frame.AddrPC.Mode = frame.AddrStack.Mode = frame.AddrFrame.Mode = AddrModeFlat;
    while (count < 100 && pStackWalk64(IMAGE_FILE_MACHINE_AMD64, self, GetCurrentThread(), &frame, &context, NULL,
                                       pSymFunctionTableAccess64, pSymGetModuleBase64, NULL)) {
        if (!count)
            ok(frame.AddrPC.Offset - (DWORD64)(ULONG_PTR)walk < 4096, "the first frame is elsewhere");
        mine += pSymGetModuleBase64(self, frame.AddrPC.Offset) == own;
        count++;
    }
    ok(count >= 4 && count < 100, "%d frames", count);
    ok(mine >= 3, "%d frames in the program", mine);
    return count;
}

TESTS
{
    HANDLE self = GetCurrentProcess();
    union {
        SYMBOL_INFO info;
        char room[sizeof(SYMBOL_INFO) + 256];
    } symbol = { .info = { .SizeOfStruct = sizeof(SYMBOL_INFO), .MaxNameLen = 256 } };
    IMAGEHLP_MODULE64 module = { .SizeOfStruct = sizeof(module) };
    HMODULE kernel = GetModuleHandleW(L"ntdll.dll");
    DWORD64 address = (DWORD64)(ULONG_PTR)GetProcAddress(kernel, "NtClose"), displacement;
    ULONG size;

    dll = LoadLibraryW(L"dbghelp.dll");
    ok(dll != NULL, "error %lu", GetLastError());
    IMPORT(SymInitialize);
    IMPORT(SymCleanup);
    IMPORT(SymFromAddr);
    IMPORT(SymFromName);
    IMPORT(SymGetModuleBase64);
    IMPORT(SymGetModuleInfo64);
    IMPORT(SymGetOptions);
    IMPORT(SymSetOptions);
    IMPORT(ImageNtHeader);
    IMPORT(ImageDirectoryEntryToData);

    ok_err(pSymFromAddr(self, address, &displacement, &symbol.info), ERROR_INVALID_HANDLE);
    pSymSetOptions(SYMOPT_DEFERRED_LOADS | SYMOPT_UNDNAME);
    ok_hex(pSymGetOptions(), SYMOPT_DEFERRED_LOADS | SYMOPT_UNDNAME);
    ok(pSymInitialize(self, NULL, TRUE), "error %lu", GetLastError());
    ok(!pSymInitialize(self, NULL, TRUE), "twice");
    ok(pSymGetModuleBase64(self, address) == (DWORD64)(ULONG_PTR)kernel, "another module");
    ok_err(pSymGetModuleBase64(self, 16) != 0, ERROR_MOD_NOT_FOUND);
    ok(pSymGetModuleInfo64(self, address, &module), "error %lu", GetLastError());
    ok(!_stricmp(module.ModuleName, "ntdll"), "%s", module.ModuleName);
    ok(module.BaseOfImage == (DWORD64)(ULONG_PTR)kernel, "another base");
    ok(pSymFromAddr(self, address + 2, &displacement, &symbol.info), "error %lu", GetLastError());
    ok(!strcmp(symbol.info.Name, "NtClose") || !strcmp(symbol.info.Name, "ZwClose"), "%s", symbol.info.Name);
    ok_int(displacement, 2);
    ok(symbol.info.Address == address, "another address");
    ok(pSymFromName(self, "ntdll!NtClose", &symbol.info), "error %lu", GetLastError());
    ok(symbol.info.Address == address, "another address");
    walk();
    ok(pImageNtHeader(kernel)->Signature == IMAGE_NT_SIGNATURE, "no headers");
    ok(pImageDirectoryEntryToData(kernel, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size) && size > 1000, "no exports");
    ok(pSymCleanup(self), "error %lu", GetLastError());
    ok_err(pSymCleanup(self), ERROR_INVALID_HANDLE);
}
