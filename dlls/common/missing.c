/* SPDX-License-Identifier: MIT */
/*
 * missing.c: what the stub of a missing function does. Part of every DLL. The stubs (made by tools/mkexports) are `call`
 * instructions to one place; the return address tells which stub it was, and the DLL's export directory what it is called.
 */
#include "nt.h"

void NTAPI TransomMissingFunction(const char *dll, const char *function) __attribute__((noreturn));
void __transom_missing(const char *stub_end) __attribute__((noreturn, used));

extern const char __ImageBase[];

#ifdef _WIN64
/*
 * GetProcAddress can tell a stub from a function: a stub is a `call` (E8) to a place that these eight bytes stand before.
 *
 * The stub's `call` has pushed the address behind it, which is on top of the caller's own return address.
 */
__asm__(".text\n"
        ".p2align 3\n"
        ".ascii \"missing\\0\"\n"
        ".globl __transom_missing_common\n"
        "__transom_missing_common:\n"
        "    popq %rcx\n"
        "    pushq %rbp\n"
        "    movq %rsp,%rbp\n"
        "    andq $-16,%rsp\n"
        "    subq $32,%rsp\n"
        "    call __transom_missing\n"
        "    int3\n");
#else
__asm__(".text\n"
        ".p2align 3\n"
        ".ascii \"missing\\0\"\n"
        ".globl ___transom_missing_common\n"
        "___transom_missing_common:\n"
        "    call ___transom_missing\n" /* the stub's return address is its argument, but for this call's own */
        "    int3\n");
#endif
#define STUB_SIZE 5 /* call rel32 */

void __transom_missing(const char *stub_end)
{
    const char *base = __ImageBase;
    const IMAGE_NT_HEADERS *nt = (const IMAGE_NT_HEADERS *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    DWORD directory = nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress;
    const IMAGE_EXPORT_DIRECTORY *exports = (const IMAGE_EXPORT_DIRECTORY *)(base + directory);
    const DWORD *functions = (const DWORD *)(base + exports->AddressOfFunctions);
    const DWORD *names = (const DWORD *)(base + exports->AddressOfNames);
    const WORD *ordinals = (const WORD *)(base + exports->AddressOfNameOrdinals);
    DWORD stub = (DWORD)(stub_end - STUB_SIZE - base), i;
    char ordinal_name[16], *p = ordinal_name + sizeof(ordinal_name);

    for (i = 0; i < exports->NumberOfNames; i++)
        if (functions[ordinals[i]] == stub)
            TransomMissingFunction(base + exports->Name, base + names[i]);

    /* It has no name: "#ordinal". */
    for (i = 0; i < exports->NumberOfFunctions && functions[i] != stub; i++)
        ;
    *--p = 0;
    for (i += exports->Base; i; i /= 10)
        *--p = '0' + i % 10;
    *--p = '#';
    TransomMissingFunction(base + exports->Name, p);
}
