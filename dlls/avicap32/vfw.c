/* SPDX-License-Identifier: MIT */
/* vfw.c: video capture without a device. */
#include "nt.h"
#include "ntdll.h"
#include <vfw.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

WINBOOL WINAPI capGetDriverDescriptionA(UINT index, LPSTR name, int name_size, LPSTR version, int version_size)
{
    return FALSE;
}

WINBOOL WINAPI capGetDriverDescriptionW(UINT index, LPWSTR name, int name_size, LPWSTR version, int version_size)
{
    return FALSE;
}

HWND WINAPI capCreateCaptureWindowA(LPCSTR name, DWORD style, int x, int y, int width, int height, HWND parent, int id)
{
    return NULL;
}

HWND WINAPI capCreateCaptureWindowW(LPCWSTR name, DWORD style, int x, int y, int width, int height, HWND parent, int id)
{
    return NULL;
}
