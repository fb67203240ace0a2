/* SPDX-License-Identifier: MIT */
/* winstring.c: HSTRING: counted, immutable texts. NULL is the empty one; a reference to the caller's text has no count. */
#include "combase_private.h"
#include <hstring.h>
/* mingw-w64 declares some of them without the calling convention, which counts on x86 only. */
#define WindowsPreallocateStringBuffer WindowsPreallocateStringBuffer_declared
#define WindowsPromoteStringBuffer     WindowsPromoteStringBuffer_declared
#define WindowsDeleteStringBuffer      WindowsDeleteStringBuffer_declared
#include <winstring.h>
#undef WindowsPreallocateStringBuffer
#undef WindowsPromoteStringBuffer
#undef WindowsDeleteStringBuffer

#ifndef E_BOUNDS
#define E_BOUNDS ((HRESULT)0x8000000b)
#endif

struct string {
    UINT32 is_reference; /* lies in an HSTRING_HEADER; its text is the caller's */
    UINT32 length;
    const WCHAR *text;
    LONG refs;
    WCHAR own[];
};
NT_STATIC_ASSERT(offsetof(struct string, own) <= sizeof(HSTRING_HEADER));

static struct string *string_of(HSTRING handle)
{
    return (struct string *)handle;
}

static HRESULT allocate(UINT32 length, struct string **result)
{
    struct string *string;

    if (length > (MAXUINT32 - sizeof(*string)) / sizeof(WCHAR) - 1)
        return MEM_E_INVALID_SIZE;
    if (!(string = HeapAlloc(GetProcessHeap(), 0, sizeof(*string) + (length + 1) * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    string->is_reference = 0;
    string->length = length;
    string->text = string->own;
    string->refs = 1;
    string->own[length] = 0;
    *result = string;
    return S_OK;
}

HRESULT WINAPI WindowsCreateString(LPCWSTR text, UINT32 length, HSTRING *result)
{
    struct string *string;
    HRESULT hr;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!length)
        return S_OK;
    if (!text)
        return E_POINTER;
    if (FAILED(hr = allocate(length, &string)))
        return hr;
    memcpy(string->own, text, length * sizeof(WCHAR));
    *result = (HSTRING)string;
    return S_OK;
}

HRESULT WINAPI WindowsCreateStringReference(LPCWSTR text, UINT32 length, HSTRING_HEADER *header, HSTRING *result)
{
    struct string *string = (struct string *)header;

    if (!header || !result)
        return E_INVALIDARG;
    *result = NULL;
    if (text && text[length])
        return E_INVALIDARG; /* it must end with a zero */
    if (!text)
        return length ? E_POINTER : S_OK;
    if (!length)
        return S_OK;
    string->is_reference = 1;
    string->length = length;
    string->text = text;
    *result = (HSTRING)string;
    return S_OK;
}

HRESULT WINAPI WindowsDeleteString(HSTRING handle)
{
    struct string *string = string_of(handle);

    if (string && !string->is_reference && !InterlockedDecrement(&string->refs))
        HeapFree(GetProcessHeap(), 0, string);
    return S_OK;
}

HRESULT WINAPI WindowsDuplicateString(HSTRING handle, HSTRING *result)
{
    struct string *string = string_of(handle);

    if (!result)
        return E_INVALIDARG;
    if (string && string->is_reference)
        return WindowsCreateString(string->text, string->length, result);
    if (string)
        InterlockedIncrement(&string->refs);
    *result = handle;
    return S_OK;
}

UINT32 WINAPI WindowsGetStringLen(HSTRING handle)
{
    return handle ? string_of(handle)->length : 0;
}

LPCWSTR WINAPI WindowsGetStringRawBuffer(HSTRING handle, UINT32 *length)
{
    if (length)
        *length = WindowsGetStringLen(handle);
    return handle ? string_of(handle)->text : L"";
}

BOOL WINAPI WindowsIsStringEmpty(HSTRING handle)
{
    return !WindowsGetStringLen(handle);
}

HRESULT WINAPI WindowsStringHasEmbeddedNull(HSTRING handle, WINBOOL *has)
{
    if (!has)
        return E_INVALIDARG;
    *has = handle && wcslen(string_of(handle)->text) < string_of(handle)->length;
    return S_OK;
}

HRESULT WINAPI WindowsCompareStringOrdinal(HSTRING a, HSTRING b, INT32 *result)
{
    UINT32 x, y, common;
    LPCWSTR p = WindowsGetStringRawBuffer(a, &x), q = WindowsGetStringRawBuffer(b, &y);

    if (!result)
        return E_INVALIDARG;
    common = x < y ? x : y;
    *result = 0;
    for (UINT32 i = 0; i < common && !*result; i++)
        *result = p[i] < q[i] ? -1 : p[i] > q[i];
    if (!*result)
        *result = x < y ? -1 : x > y;
    return S_OK;
}

HRESULT WINAPI WindowsConcatString(HSTRING a, HSTRING b, HSTRING *result)
{
    UINT32 x, y;
    LPCWSTR p = WindowsGetStringRawBuffer(a, &x), q = WindowsGetStringRawBuffer(b, &y);
    struct string *string;
    HRESULT hr;

    if (!result)
        return E_INVALIDARG;
    if (!x)
        return WindowsDuplicateString(b, result);
    if (!y)
        return WindowsDuplicateString(a, result);
    *result = NULL;
    if (x + y < x)
        return MEM_E_INVALID_SIZE;
    if (FAILED(hr = allocate(x + y, &string)))
        return hr;
    memcpy(string->own, p, x * sizeof(WCHAR));
    memcpy(string->own + x, q, y * sizeof(WCHAR));
    *result = (HSTRING)string;
    return S_OK;
}

HRESULT WINAPI WindowsSubstringWithSpecifiedLength(HSTRING handle, UINT32 start, UINT32 length, HSTRING *result)
{
    UINT32 size;
    LPCWSTR text = WindowsGetStringRawBuffer(handle, &size);

    if (!result)
        return E_INVALIDARG;
    if (start > size || length > size - start)
        return E_BOUNDS;
    return WindowsCreateString(text + start, length, result);
}

HRESULT WINAPI WindowsSubstring(HSTRING handle, UINT32 start, HSTRING *result)
{
    UINT32 size = WindowsGetStringLen(handle);

    if (!result)
        return E_INVALIDARG;
    if (start > size)
        return E_BOUNDS;
    return WindowsSubstringWithSpecifiedLength(handle, start, size - start, result);
}

/* A text under construction is a string that is not known yet. */
HRESULT WINAPI WindowsPreallocateStringBuffer(UINT32 length, WCHAR **text, HSTRING_BUFFER *buffer)
{
    struct string *string;
    HRESULT hr;

    if (!text || !buffer)
        return E_POINTER;
    if (!length) {
        *text = (WCHAR *)L"";
        *buffer = NULL;
        return S_OK;
    }
    if (FAILED(hr = allocate(length, &string)))
        return hr;
    *text = string->own;
    *buffer = (HSTRING_BUFFER)string;
    return S_OK;
}

HRESULT WINAPI WindowsPromoteStringBuffer(HSTRING_BUFFER buffer, HSTRING *result)
{
    struct string *string = (struct string *)buffer;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!string)
        return S_OK;
    if (string->own[string->length])
        return E_INVALIDARG;
    *result = (HSTRING)string;
    return S_OK;
}

HRESULT WINAPI WindowsDeleteStringBuffer(HSTRING_BUFFER buffer)
{
    return WindowsDeleteString((HSTRING)buffer);
}
