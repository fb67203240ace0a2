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

HRESULT WINAPI VarBstrCat(BSTR left, BSTR right, LPBSTR result)
{
    UINT x = SysStringByteLen(left), y = SysStringByteLen(right);

    if (!result)
        return E_INVALIDARG;
    if (x + y < x || !(*result = SysAllocStringByteLen(NULL, x + y)))
        return E_OUTOFMEMORY;
    if (left)
        memcpy(*result, left, x);
    if (right)
        memcpy((char *)*result + x, right, y);
    return S_OK;
}

/* An empty text equals no text. */
HRESULT WINAPI VarBstrCmp(BSTR left, BSTR right, LCID locale, ULONG flags)
{
    UINT x = SysStringLen(left), y = SysStringLen(right);

    if (!x || !y)
        return x ? (HRESULT)VARCMP_GT : y ? (HRESULT)VARCMP_LT : (HRESULT)VARCMP_EQ;
    return CompareStringW(locale, flags, left, x, right, y) - CSTR_LESS_THAN;
}

HRESULT WINAPI VectorFromBstr(BSTR text, SAFEARRAY **result)
{
    SAFEARRAY *array;

    if (!result)
        return E_INVALIDARG;
    if (!(*result = array = SafeArrayCreateVector(VT_UI1, 0, SysStringByteLen(text))))
        return E_OUTOFMEMORY;
    if (text)
        memcpy(array->pvData, text, SysStringByteLen(text));
    return S_OK;
}

HRESULT WINAPI BstrFromVector(SAFEARRAY *array, BSTR *result)
{
    if (!array || !result)
        return E_INVALIDARG;
    *result = NULL;
    if (array->cDims != 1 || array->cbElements != 1)
        return DISP_E_TYPEMISMATCH;
    *result = SysAllocStringByteLen(array->pvData, array->rgsabound[0].cElements);
    return *result ? S_OK : E_OUTOFMEMORY;
}
