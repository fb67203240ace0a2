/* SPDX-License-Identifier: MIT */
/* oleauto_variant.c: making, clearing and copying VARIANTs. */
#include "oleaut32_private.h"

ULONG variant_type_size(VARTYPE vt)
{
    switch (vt) {
    case VT_I1:
    case VT_UI1:
        return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
        return 2;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
    case VT_HRESULT:
        return 4;
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_CY:
    case VT_DATE:
        return 8;
    case VT_BSTR:
    case VT_UNKNOWN:
    case VT_DISPATCH:
        return sizeof(void *);
    case VT_DECIMAL:
        return sizeof(DECIMAL);
    case VT_VARIANT:
        return sizeof(VARIANT);
    default:
        return 0;
    }
}

void WINAPI VariantInit(VARIANTARG *v)
{
    V_VT(v) = VT_EMPTY; /* and nothing else: documented */
}

/* Whether a VARIANT may have this type. */
static HRESULT check_type(VARTYPE vt)
{
    VARTYPE base = vt & VT_TYPEMASK;

    if (vt & (VT_VECTOR | VT_RESERVED))
        return DISP_E_BADVARTYPE;
    if ((vt & VT_BYREF) && (base == VT_EMPTY || base == VT_NULL) && !(vt & VT_ARRAY))
        return DISP_E_BADVARTYPE;
    if (base == VT_VARIANT && !(vt & (VT_BYREF | VT_ARRAY)))
        return DISP_E_BADVARTYPE;
    if (base <= VT_NULL)
        return vt & VT_ARRAY ? DISP_E_BADVARTYPE : S_OK;
    return base == VT_RECORD || (variant_type_size(base) && base != VT_HRESULT) ? S_OK : DISP_E_BADVARTYPE;
}

HRESULT WINAPI VariantClear(VARIANTARG *v)
{
    HRESULT hr = check_type(V_VT(v));

    if (FAILED(hr))
        return hr;
    if (!(V_VT(v) & VT_BYREF)) {
        if (V_VT(v) & VT_ARRAY) {
            if (V_ARRAY(v) && FAILED(hr = SafeArrayDestroy(V_ARRAY(v))))
                return hr;
        } else if (V_VT(v) == VT_BSTR) {
            SysFreeString(V_BSTR(v));
        } else if (V_VT(v) == VT_UNKNOWN || V_VT(v) == VT_DISPATCH) {
            if (V_UNKNOWN(v))
                IUnknown_Release(V_UNKNOWN(v));
        } else if (V_VT(v) == VT_RECORD && V_RECORDINFO(v)) {
            IRecordInfo_RecordDestroy(V_RECORDINFO(v), V_RECORD(v));
            IRecordInfo_Release(V_RECORDINFO(v));
        }
    }
    V_VT(v) = VT_EMPTY;
    return S_OK;
}

static HRESULT copy_record(VARIANT *v)
{
    IRecordInfo *info = V_RECORDINFO(v);
    void *copy;
    HRESULT hr;

    if (!info)
        return E_INVALIDARG;
    if (!(copy = IRecordInfo_RecordCreate(info)))
        return E_OUTOFMEMORY;
    if (FAILED(hr = IRecordInfo_RecordCopy(info, V_RECORD(v), copy))) {
        IRecordInfo_RecordDestroy(info, copy);
        return hr;
    }
    V_RECORD(v) = copy;
    IRecordInfo_AddRef(info);
    return S_OK;
}

HRESULT WINAPI VariantCopy(VARIANTARG *dst, VARIANTARG *src)
{
    VARIANT copy = *src;
    HRESULT hr = check_type(V_VT(src));

    if (FAILED(hr))
        return hr;
    if (dst == src)
        return S_OK;
    if (FAILED(hr = VariantClear(dst)))
        return hr;
    if (!(V_VT(&copy) & VT_BYREF)) {
        if (V_VT(&copy) & VT_ARRAY) {
            V_ARRAY(&copy) = NULL;
            if (V_ARRAY(src))
                hr = SafeArrayCopy(V_ARRAY(src), &V_ARRAY(&copy));
        } else if (V_VT(&copy) == VT_BSTR) {
            if (V_BSTR(src) &&
                !(V_BSTR(&copy) = SysAllocStringByteLen((char *)V_BSTR(src), SysStringByteLen(V_BSTR(src)))))
                hr = E_OUTOFMEMORY;
        } else if (V_VT(&copy) == VT_UNKNOWN || V_VT(&copy) == VT_DISPATCH) {
            if (V_UNKNOWN(&copy))
                IUnknown_AddRef(V_UNKNOWN(&copy));
        } else if (V_VT(&copy) == VT_RECORD) {
            hr = copy_record(&copy);
        }
    }
    if (SUCCEEDED(hr))
        *dst = copy;
    return hr;
}

HRESULT WINAPI VariantCopyInd(VARIANT *dst, VARIANTARG *src)
{
    VARIANT value;
    VARTYPE base = V_VT(src) & ~VT_BYREF;
    HRESULT hr;

    if (!(V_VT(src) & VT_BYREF))
        return VariantCopy(dst, src);
    if (FAILED(hr = check_type(V_VT(src))))
        return hr;
    if (base == VT_VARIANT) {
        VARIANT *inner = V_VARIANTREF(src);
        if (V_VT(inner) == (VT_BYREF | VT_VARIANT)) /* one level only: documented */
            return E_INVALIDARG;
        return VariantCopyInd(dst, inner);
    }
    memset(&value, 0, sizeof(value));
    V_VT(&value) = base;
    if (base & VT_ARRAY)
        V_ARRAY(&value) = *V_ARRAYREF(src);
    else if (base == VT_RECORD)
        value = *src, V_VT(&value) = base;
    else if (base == VT_DECIMAL) {
        V_DECIMAL(&value) = *V_DECIMALREF(src);
        V_VT(&value) = base; /* which the decimal's first field covers */
    } else
        memcpy(&V_I8(&value), V_BYREF(src), variant_type_size(base));
    if (dst == src) { /* the reference gives way to a copy of what it refers to */
        VARIANT copy;
        VariantInit(&copy);
        if (SUCCEEDED(hr = VariantCopy(&copy, &value)))
            *dst = copy;
        return hr;
    }
    return VariantCopy(dst, &value);
}

HRESULT WINAPI DispGetParam(DISPPARAMS *params, UINT position, VARTYPE vt, VARIANT *result, UINT *error)
{
    UINT index, i;
    HRESULT hr;

    if (!params || !result)
        return E_INVALIDARG;
    VariantInit(result);
    /* Positional arguments come last to first, after the named ones. */
    if (position < params->cArgs - params->cNamedArgs && params->cArgs >= params->cNamedArgs) {
        index = params->cArgs - 1 - position;
    } else {
        for (i = 0; i < params->cNamedArgs && params->rgdispidNamedArgs[i] != (DISPID)position; i++)
            ;
        if (i == params->cNamedArgs)
            return DISP_E_PARAMNOTFOUND;
        index = i;
    }
    hr = VariantChangeType(result, &params->rgvarg[index], 0, vt);
    if (FAILED(hr) && error)
        *error = index;
    return hr;
}
