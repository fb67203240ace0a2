/* SPDX-License-Identifier: MIT */
/* propvariant.c: freeing and copying PROPVARIANTs of the simple types. */
#include "combase_private.h"
#include <propidl.h>

HRESULT WINAPI PropVariantClear(PROPVARIANT *value)
{
    if (!value)
        return S_OK;
    if (value->vt & VT_VECTOR) {
        switch (value->vt & ~VT_VECTOR) {
        case VT_LPSTR:
        case VT_LPWSTR:
            for (ULONG i = 0; i < value->calpwstr.cElems; i++)
                CoTaskMemFree(value->calpwstr.pElems[i]);
            break;
        case VT_BSTR:
        case VT_VARIANT:
        case VT_CF:
            return E_NOTIMPL;
        }
        CoTaskMemFree(value->caub.pElems);
        memset(value, 0, sizeof(*value));
        return S_OK;
    }
    switch (value->vt) {
    case VT_LPSTR:
    case VT_LPWSTR:
    case VT_CLSID:
        CoTaskMemFree(value->pszVal);
        break;
    case VT_BLOB:
    case VT_BLOB_OBJECT:
        CoTaskMemFree(value->blob.pBlobData);
        break;
    case VT_UNKNOWN:
    case VT_DISPATCH:
    case VT_STREAM:
    case VT_STORAGE:
    case VT_STREAMED_OBJECT:
    case VT_STORED_OBJECT:
        if (value->punkVal)
            IUnknown_Release(value->punkVal);
        break;
    case VT_BSTR: {
        /* BSTRs belong to oleaut32, which is loaded if there is one. */
        HMODULE module = GetModuleHandleW(L"oleaut32.dll");
        void(WINAPI * free_string)(BSTR) = module ? (void *)GetProcAddress(module, "SysFreeString") : NULL;
        if (free_string)
            free_string(value->bstrVal);
        break;
    }
    default:
        if (value->vt > VT_CLSID)
            return STG_E_INVALIDPARAMETER;
    }
    memset(value, 0, sizeof(*value));
    return S_OK;
}

static void *copy_block(const void *data, SIZE_T size)
{
    void *copy = CoTaskMemAlloc(size);
    if (copy)
        memcpy(copy, data, size);
    return copy;
}

HRESULT WINAPI PropVariantCopy(PROPVARIANT *dst, const PROPVARIANT *src)
{
    *dst = *src;
    switch (src->vt) {
    case VT_LPSTR:
        dst->pszVal = src->pszVal ? copy_block(src->pszVal, strlen(src->pszVal) + 1) : NULL;
        break;
    case VT_LPWSTR:
        dst->pwszVal = src->pwszVal ? copy_block(src->pwszVal, (wcslen(src->pwszVal) + 1) * sizeof(WCHAR)) : NULL;
        break;
    case VT_CLSID:
        dst->puuid = src->puuid ? copy_block(src->puuid, sizeof(GUID)) : NULL;
        break;
    case VT_BLOB:
        dst->blob.pBlobData = src->blob.cbSize ? copy_block(src->blob.pBlobData, src->blob.cbSize) : NULL;
        break;
    case VT_UNKNOWN:
    case VT_DISPATCH:
    case VT_STREAM:
    case VT_STORAGE:
        if (dst->punkVal)
            IUnknown_AddRef(dst->punkVal);
        return S_OK;
    case VT_BSTR:
        memset(dst, 0, sizeof(*dst));
        return E_NOTIMPL;
    default:
        if (src->vt & (VT_VECTOR | VT_ARRAY | VT_BYREF)) {
            memset(dst, 0, sizeof(*dst));
            return E_NOTIMPL;
        }
        return S_OK;
    }
    if (src->pszVal && !dst->pszVal && src->vt != VT_BLOB) {
        memset(dst, 0, sizeof(*dst));
        return E_OUTOFMEMORY;
    }
    return S_OK;
}
