/* SPDX-License-Identifier: MIT */
/*
 * oleauto_bstr.c: BSTRs: the length in bytes stands in the four bytes before the text, a zero character follows it. The block
 * begins 8 bytes before the text on 64-bit systems, so that the text is aligned as pointers are.
 */
#include "oleaut32_private.h"

#define PREFIX sizeof(void *)

static void *block_of(BSTR text)
{
    return (char *)text - PREFIX;
}

static DWORD *length_of(BSTR text)
{
    return (DWORD *)text - 1;
}

BSTR WINAPI SysAllocStringByteLen(LPCSTR bytes, UINT length)
{
    char *block;
    BSTR text;

    if (length > 0x7fffffff - 2 * PREFIX)
        return NULL;
    /* Two zero bytes follow even an odd number of bytes. */
    if (!(block = CoTaskMemAlloc(PREFIX + (((SIZE_T)length + 3) & ~(SIZE_T)1))))
        return NULL;
    text = (BSTR)(block + PREFIX);
    *length_of(text) = length;
    if (bytes)
        memcpy(text, bytes, length);
    memset((char *)text + length, 0, (length & 1) + 2);
    return text;
}

BSTR WINAPI SysAllocStringLen(const OLECHAR *text, UINT length)
{
    return length > 0x3fffffff ? NULL : SysAllocStringByteLen((LPCSTR)text, length * sizeof(WCHAR));
}

BSTR WINAPI SysAllocString(const OLECHAR *text)
{
    return text ? SysAllocStringLen(text, wcslen(text)) : NULL;
}

INT WINAPI SysReAllocStringLen(BSTR *text, const OLECHAR *from, UINT length)
{
    BSTR copy;

    if (!text)
        return FALSE;
    if (*text && from && (from < *text || (const char *)from > (char *)*text + *length_of(*text))) {
        void *block;
        SIZE_T size = (SIZE_T)length * sizeof(WCHAR);
        if (length > 0x3fffffff || !(block = CoTaskMemRealloc(block_of(*text), PREFIX + size + sizeof(WCHAR))))
            return FALSE;
        *text = (BSTR)((char *)block + PREFIX);
        *length_of(*text) = size;
        memcpy(*text, from, size);
        (*text)[length] = 0;
        return TRUE;
    }
    /* From a part of itself, or from nothing, which keeps what there is. */
    if (!(copy = SysAllocStringLen(from, length)))
        return FALSE;
    if (*text && !from) {
        UINT old = SysStringLen(*text);
        memcpy(copy, *text, (old < length ? old : length) * sizeof(WCHAR));
    }
    SysFreeString(*text);
    *text = copy;
    return TRUE;
}

INT WINAPI SysReAllocString(BSTR *text, const OLECHAR *from)
{
    if (!from) {
        SysFreeString(*text);
        *text = NULL;
        return TRUE;
    }
    return SysReAllocStringLen(text, from, wcslen(from));
}

void WINAPI SysFreeString(BSTR text)
{
    if (text)
        CoTaskMemFree(block_of(text));
}

UINT WINAPI SysStringByteLen(BSTR text)
{
    return text ? *length_of(text) : 0;
}

UINT WINAPI SysStringLen(BSTR text)
{
    return SysStringByteLen(text) / sizeof(WCHAR);
}

/* Keeping a BSTR from being freed, which only scripting engines ask for: not offered, as documented for no memory. */
void WINAPI SetOaNoCache(void) {}

ULONG WINAPI OaBuildVersion(void)
{
    return MAKELONG(19041, 80); /* the build, and the version of the interface */
}
