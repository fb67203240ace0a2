/* SPDX-License-Identifier: MIT */
/* debugtext.c: text for a debugger, in the ways there are; trace.sh runs it. It prints nothing itself. */
#include <windows.h>

int main(void)
{
    ULONG(__cdecl * print)(const char *, ...) = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "DbgPrint");

    OutputDebugStringA("first \"text\"\n");
    OutputDebugStringW(L"second \x20ac");
    if (print)
        print("third %d\n", 3);
    return 0;
}
