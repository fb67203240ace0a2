/* SPDX-License-Identifier: MIT */
/* oleauto_safearray.c: SAFEARRAYs. Sixteen bytes before the descriptor hold the element's type, or its interface identifier. */
#include "oleaut32_private.h"

#ifndef FADF_CREATEVECTOR
#define FADF_CREATEVECTOR 0x2000
#endif

/* What lies before the descriptor. */
union hidden {
    struct {
        DWORD unused[3];
        DWORD vt;
    };
    GUID iid;
    IRecordInfo *record;
};
NT_STATIC_ASSERT(sizeof(union hidden) == 16);

static union hidden *hidden_of(SAFEARRAY *array)
{
    return (union hidden *)array - 1;
}

/* Elements in all dimensions, and their size in bytes; FALSE if that is too much. */
static BOOL total_size(const SAFEARRAY *array, SIZE_T *count, SIZE_T *size)
{
    ULONGLONG n = 1;

    for (USHORT i = 0; i < array->cDims; i++) {
        n *= array->rgsabound[i].cElements;
        if (n > 0x7fffffff)
            return FALSE;
    }
    if (n * array->cbElements > 0x7fffffff)
        return FALSE;
    *count = n;
    *size = n * array->cbElements;
    return TRUE;
}

HRESULT WINAPI SafeArrayAllocDescriptor(UINT dims, SAFEARRAY **result)
{
    union hidden *hidden;
    SIZE_T size;

    if (!dims || dims > 65535)
        return E_INVALIDARG;
    if (!result)
        return E_POINTER;
    size = sizeof(*hidden) + sizeof(SAFEARRAY) + (dims - 1) * sizeof(SAFEARRAYBOUND);
    if (!(hidden = CoTaskMemAlloc(size)))
        return E_OUTOFMEMORY;
    memset(hidden, 0, size);
    *result = (SAFEARRAY *)(hidden + 1);
    (*result)->cDims = dims;
    return S_OK;
}

HRESULT WINAPI SafeArrayAllocDescriptorEx(VARTYPE vt, UINT dims, SAFEARRAY **result)
{
    HRESULT hr = SafeArrayAllocDescriptor(dims, result);

    if (FAILED(hr))
        return hr;
    (*result)->cbElements = variant_type_size(vt);
    if (vt == VT_RECORD) {
        (*result)->fFeatures = FADF_RECORD;
    } else if (vt == VT_UNKNOWN || vt == VT_DISPATCH) {
        (*result)->fFeatures = FADF_HAVEIID | (vt == VT_UNKNOWN ? FADF_UNKNOWN : FADF_DISPATCH);
        hidden_of(*result)->iid = vt == VT_UNKNOWN ? IID_IUnknown : IID_IDispatch;
    } else {
        (*result)->fFeatures = FADF_HAVEVARTYPE | (vt == VT_BSTR ? FADF_BSTR : vt == VT_VARIANT ? FADF_VARIANT : 0);
        hidden_of(*result)->vt = vt;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayAllocData(SAFEARRAY *array)
{
    SIZE_T count, size;

    if (!array)
        return E_INVALIDARG;
    if (!total_size(array, &count, &size))
        return E_OUTOFMEMORY;
    if (!(array->pvData = CoTaskMemAlloc(size ? size : 1)))
        return E_OUTOFMEMORY;
    memset(array->pvData, 0, size);
    return S_OK;
}

SAFEARRAY *WINAPI SafeArrayCreateEx(VARTYPE vt, UINT dims, SAFEARRAYBOUND *bounds, PVOID extra)
{
    SAFEARRAY *array;
    ULONG size = variant_type_size(vt);

    if (!bounds || (!size && vt != VT_RECORD) || (vt == VT_RECORD && !extra))
        return NULL;
    if (FAILED(SafeArrayAllocDescriptorEx(vt, dims, &array)))
        return NULL;
    if (vt == VT_RECORD) {
        IRecordInfo_GetSize((IRecordInfo *)extra, &size);
        array->cbElements = size;
        hidden_of(array)->record = extra;
        IRecordInfo_AddRef((IRecordInfo *)extra);
    } else if (extra && (vt == VT_UNKNOWN || vt == VT_DISPATCH)) {
        hidden_of(array)->iid = *(const GUID *)extra;
    }
    for (UINT i = 0; i < dims; i++) /* stored last dimension first */
        array->rgsabound[i] = bounds[dims - 1 - i];
    if (FAILED(SafeArrayAllocData(array))) {
        SafeArrayDestroyDescriptor(array);
        return NULL;
    }
    return array;
}

SAFEARRAY *WINAPI SafeArrayCreate(VARTYPE vt, UINT dims, SAFEARRAYBOUND *bounds)
{
    return vt == VT_RECORD ? NULL : SafeArrayCreateEx(vt, dims, bounds, NULL);
}

SAFEARRAY *WINAPI SafeArrayCreateVectorEx(VARTYPE vt, LONG low, ULONG count, PVOID extra)
{
    SAFEARRAYBOUND bound = { count, low };
    SAFEARRAY *array = SafeArrayCreateEx(vt, 1, &bound, extra);

    if (array)
        array->fFeatures |= FADF_CREATEVECTOR;
    return array;
}

SAFEARRAY *WINAPI SafeArrayCreateVector(VARTYPE vt, LONG low, ULONG count)
{
    return vt == VT_RECORD ? NULL : SafeArrayCreateVectorEx(vt, low, count, NULL);
}

/* Releases what `count` elements own, and zeroes them. */
static void clear_elements(SAFEARRAY *array, void *data, SIZE_T count)
{
    if (array->fFeatures & FADF_BSTR) {
        for (SIZE_T i = 0; i < count; i++)
            SysFreeString(((BSTR *)data)[i]);
    } else if (array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH)) {
        for (SIZE_T i = 0; i < count; i++)
            if (((IUnknown **)data)[i])
                IUnknown_Release(((IUnknown **)data)[i]);
    } else if (array->fFeatures & FADF_VARIANT) {
        for (SIZE_T i = 0; i < count; i++)
            VariantClear((VARIANT *)data + i);
    } else if ((array->fFeatures & FADF_RECORD) && hidden_of(array)->record) {
        for (SIZE_T i = 0; i < count; i++)
            IRecordInfo_RecordClear(hidden_of(array)->record, (char *)data + i * array->cbElements);
    }
    memset(data, 0, count * array->cbElements);
}

/* Copies elements with what they own; the destination owns nothing before. */
static HRESULT copy_elements(SAFEARRAY *array, void *dst, const void *src, SIZE_T count)
{
    HRESULT hr = S_OK;

    if (array->fFeatures & FADF_BSTR) {
        BSTR *out = dst, *in = (BSTR *)src;
        for (SIZE_T i = 0; i < count; i++) {
            out[i] = in[i] ? SysAllocStringByteLen((char *)in[i], SysStringByteLen(in[i])) : NULL;
            if (in[i] && !out[i])
                hr = E_OUTOFMEMORY;
        }
    } else if (array->fFeatures & FADF_VARIANT) {
        for (SIZE_T i = 0; i < count && SUCCEEDED(hr); i++) {
            VariantInit((VARIANT *)dst + i);
            hr = VariantCopy((VARIANT *)dst + i, (VARIANT *)src + i);
        }
    } else if ((array->fFeatures & FADF_RECORD) && hidden_of(array)->record) {
        for (SIZE_T i = 0; i < count && SUCCEEDED(hr); i++)
            hr = IRecordInfo_RecordCopy(hidden_of(array)->record, (void *)((const char *)src + i * array->cbElements),
                                        (char *)dst + i * array->cbElements);
    } else {
        memcpy(dst, src, count * array->cbElements);
        if (array->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH))
            for (SIZE_T i = 0; i < count; i++)
                if (((IUnknown **)dst)[i])
                    IUnknown_AddRef(((IUnknown **)dst)[i]);
    }
    return hr;
}

HRESULT WINAPI SafeArrayDestroyData(SAFEARRAY *array)
{
    SIZE_T count, size;

    if (!array)
        return E_INVALIDARG;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if (array->pvData && total_size(array, &count, &size)) {
        clear_elements(array, array->pvData, count);
        if (!(array->fFeatures & (FADF_STATIC | FADF_EMBEDDED | FADF_AUTO))) {
            CoTaskMemFree(array->pvData);
            array->pvData = NULL;
        }
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayDestroyDescriptor(SAFEARRAY *array)
{
    if (!array)
        return S_OK;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if ((array->fFeatures & FADF_RECORD) && hidden_of(array)->record)
        IRecordInfo_Release(hidden_of(array)->record);
    CoTaskMemFree(hidden_of(array));
    return S_OK;
}

HRESULT WINAPI SafeArrayDestroy(SAFEARRAY *array)
{
    HRESULT hr;

    if (!array)
        return S_OK;
    if (FAILED(hr = SafeArrayDestroyData(array)))
        return hr;
    return SafeArrayDestroyDescriptor(array);
}

UINT WINAPI SafeArrayGetDim(SAFEARRAY *array)
{
    return array ? array->cDims : 0;
}

UINT WINAPI SafeArrayGetElemsize(SAFEARRAY *array)
{
    return array ? array->cbElements : 0;
}

HRESULT WINAPI SafeArrayGetLBound(SAFEARRAY *array, UINT dim, LONG *bound)
{
    if (!array || !bound)
        return E_INVALIDARG;
    if (!dim || dim > array->cDims)
        return DISP_E_BADINDEX;
    *bound = array->rgsabound[array->cDims - dim].lLbound;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetUBound(SAFEARRAY *array, UINT dim, LONG *bound)
{
    HRESULT hr = SafeArrayGetLBound(array, dim, bound);

    if (SUCCEEDED(hr))
        *bound += (LONG)array->rgsabound[array->cDims - dim].cElements - 1;
    return hr;
}

HRESULT WINAPI SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *vt)
{
    if (!array || !vt)
        return E_INVALIDARG;
    if (array->fFeatures & FADF_RECORD)
        *vt = VT_RECORD;
    else if (array->fFeatures & FADF_UNKNOWN)
        *vt = VT_UNKNOWN;
    else if (array->fFeatures & FADF_DISPATCH)
        *vt = VT_DISPATCH;
    else if (array->fFeatures & FADF_HAVEVARTYPE)
        *vt = hidden_of(array)->vt;
    else
        return E_INVALIDARG;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetIID(SAFEARRAY *array, GUID *iid)
{
    if (!array || !iid || !(array->fFeatures & FADF_HAVEIID))
        return E_INVALIDARG;
    *iid = hidden_of(array)->iid;
    return S_OK;
}

HRESULT WINAPI SafeArraySetIID(SAFEARRAY *array, REFGUID iid)
{
    if (!array || !iid || !(array->fFeatures & FADF_HAVEIID))
        return E_INVALIDARG;
    hidden_of(array)->iid = *iid;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetRecordInfo(SAFEARRAY *array, IRecordInfo **info)
{
    if (!array || !info || !(array->fFeatures & FADF_RECORD))
        return E_INVALIDARG;
    if ((*info = hidden_of(array)->record))
        IRecordInfo_AddRef(*info);
    return S_OK;
}

HRESULT WINAPI SafeArrayLock(SAFEARRAY *array)
{
    if (!array)
        return E_INVALIDARG;
    if ((ULONG)InterlockedIncrement((LONG *)&array->cLocks) > 65535) {
        InterlockedDecrement((LONG *)&array->cLocks);
        return E_UNEXPECTED;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayUnlock(SAFEARRAY *array)
{
    if (!array)
        return E_INVALIDARG;
    if (InterlockedDecrement((LONG *)&array->cLocks) < 0) {
        InterlockedIncrement((LONG *)&array->cLocks);
        return E_UNEXPECTED;
    }
    return S_OK;
}

HRESULT WINAPI SafeArrayAccessData(SAFEARRAY *array, void HUGEP **data)
{
    HRESULT hr;

    if (!array || !data)
        return E_INVALIDARG;
    if (SUCCEEDED(hr = SafeArrayLock(array)))
        *data = array->pvData;
    return hr;
}

HRESULT WINAPI SafeArrayUnaccessData(SAFEARRAY *array)
{
    return SafeArrayUnlock(array);
}

HRESULT WINAPI SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **element)
{
    ULONGLONG offset = 0, stride = 1;

    if (!array || !indices || !element)
        return E_INVALIDARG;
    /* indices[0] is the leftmost dimension, which varies fastest; the bounds are stored right to left. */
    for (USHORT i = 0; i < array->cDims; i++) {
        const SAFEARRAYBOUND *bound = &array->rgsabound[array->cDims - 1 - i];
        LONGLONG index = (LONGLONG)indices[i] - bound->lLbound;
        if (index < 0 || index >= bound->cElements)
            return DISP_E_BADINDEX;
        offset += index * stride;
        stride *= bound->cElements;
    }
    *element = (char *)array->pvData + offset * array->cbElements;
    return S_OK;
}

HRESULT WINAPI SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *value)
{
    void *element;
    HRESULT hr;

    if (!array || !indices || !value)
        return E_INVALIDARG;
    if (FAILED(hr = SafeArrayLock(array)))
        return hr;
    if (SUCCEEDED(hr = SafeArrayPtrOfIndex(array, indices, &element)))
        hr = copy_elements(array, value, element, 1);
    SafeArrayUnlock(array);
    return hr;
}

/* `value` is the element itself, but for BSTRs and interfaces, which are pointers. */
HRESULT WINAPI SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *value)
{
    void *element, *pointer = value;
    HRESULT hr;

    if (!array || !indices)
        return E_INVALIDARG;
    if (FAILED(hr = SafeArrayLock(array)))
        return hr;
    if (SUCCEEDED(hr = SafeArrayPtrOfIndex(array, indices, &element))) {
        clear_elements(array, element, 1);
        hr = copy_elements(array, element,
                           array->fFeatures & (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH) ? (void *)&pointer : value, 1);
    }
    SafeArrayUnlock(array);
    return hr;
}

HRESULT WINAPI SafeArrayCopyData(SAFEARRAY *src, SAFEARRAY *dst)
{
    SIZE_T count, size, dst_count, dst_size;

    if (!src || !dst || src->cDims != dst->cDims || src->cbElements != dst->cbElements)
        return E_INVALIDARG;
    if (!total_size(src, &count, &size) || !total_size(dst, &dst_count, &dst_size) || count != dst_count)
        return E_INVALIDARG;
    if (dst->pvData)
        clear_elements(dst, dst->pvData, count);
    else if (FAILED(SafeArrayAllocData(dst)))
        return E_OUTOFMEMORY;
    return copy_elements(src, dst->pvData, src->pvData, count);
}

HRESULT WINAPI SafeArrayCopy(SAFEARRAY *src, SAFEARRAY **result)
{
    SAFEARRAY *copy;
    HRESULT hr;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!src)
        return S_OK;
    if (!src->cDims || !src->cbElements)
        return E_INVALIDARG;
    if (FAILED(hr = SafeArrayAllocDescriptor(src->cDims, &copy)))
        return hr;
    copy->fFeatures = src->fFeatures & ~(FADF_AUTO | FADF_STATIC | FADF_EMBEDDED | FADF_FIXEDSIZE | FADF_CREATEVECTOR);
    copy->cbElements = src->cbElements;
    memcpy(copy->rgsabound, src->rgsabound, src->cDims * sizeof(SAFEARRAYBOUND));
    if (src->fFeatures & (FADF_HAVEVARTYPE | FADF_HAVEIID | FADF_RECORD))
        *hidden_of(copy) = *hidden_of(src);
    if ((src->fFeatures & FADF_RECORD) && hidden_of(copy)->record)
        IRecordInfo_AddRef(hidden_of(copy)->record);
    hr = SafeArrayAllocData(copy);
    if (SUCCEEDED(hr) && src->pvData)
        hr = SafeArrayCopyData(src, copy);
    if (FAILED(hr)) {
        SafeArrayDestroy(copy);
        return hr;
    }
    *result = copy;
    return S_OK;
}

/* Changes the rightmost dimension, which comes first in the descriptor and last in memory. */
HRESULT WINAPI SafeArrayRedim(SAFEARRAY *array, SAFEARRAYBOUND *bound)
{
    SAFEARRAYBOUND old;
    SIZE_T old_count, old_size, count, size;
    void *data;

    if (!array || !bound || (array->fFeatures & FADF_FIXEDSIZE))
        return E_INVALIDARG;
    if (array->cLocks)
        return DISP_E_ARRAYISLOCKED;
    old = array->rgsabound[0];
    if (!total_size(array, &old_count, &old_size))
        return E_UNEXPECTED;
    array->rgsabound[0] = *bound;
    if (!total_size(array, &count, &size)) {
        array->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    if (count < old_count && array->pvData)
        clear_elements(array, (char *)array->pvData + size, old_count - count);
    if (!(data = CoTaskMemRealloc(array->pvData, size ? size : 1))) {
        array->rgsabound[0] = old;
        return E_OUTOFMEMORY;
    }
    if (size > old_size)
        memset((char *)data + old_size, 0, size - old_size);
    array->pvData = data;
    return S_OK;
}
