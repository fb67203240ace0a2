/* SPDX-License-Identifier: MIT */
/* BSTRs, VARIANTs and their conversion, SAFEARRAYs, dates, error objects. */
#define COBJMACROS
#include "../test.h"
#include <oleauto.h>

static void test_bstr(void)
{
    BSTR text = SysAllocString(L"hello"), copy;

    ok_int(SysStringLen(text), 5);
    ok_int(SysStringByteLen(text), 10);
    ok_int(((DWORD *)text)[-1], 10);
    ok_int(SysStringLen(NULL), 0);
    ok(SysAllocString(NULL) == NULL, "of NULL");
    copy = SysAllocStringLen(NULL, 3);
    ok_int(SysStringLen(copy), 3);
    ok_int(copy[3], 0);
    SysFreeString(copy);
    copy = SysAllocStringByteLen("abc", 3);
    ok_int(SysStringByteLen(copy), 3);
    ok_int(SysStringLen(copy), 1);
    ok_mem(copy, "abc\0\0", 5);
    SysFreeString(copy);
    ok(SysReAllocString(&text, L"other text"), "reallocate");
    ok_wstr(text, L"other text");
    ok(SysReAllocStringLen(&text, text + 6, 2), "from itself");
    ok_wstr(text, L"te");
    SysFreeString(text);
    SysFreeString(NULL);
    text = SysAllocString(L"ab");
    copy = SysAllocString(L"AC");
    ok_hex(VarBstrCmp(text, copy, 0x409, 0), VARCMP_LT);
    ok_hex(VarBstrCmp(text, NULL, 0x409, 0), VARCMP_GT);
    SysFreeString(copy);
    ok_hex(VarBstrCat(text, text, &copy), S_OK);
    ok_wstr(copy, L"abab");
    SysFreeString(copy);
    SysFreeString(text);
    ok_int(SysStringLen(SysAllocString(L"")), 0);
}

static HRESULT change_text(const WCHAR *text, VARTYPE vt, VARIANT *result)
{
    VARIANT v;
    HRESULT hr;

    V_VT(&v) = VT_BSTR;
    V_BSTR(&v) = SysAllocString(text);
    VariantInit(result);
    hr = VariantChangeTypeEx(result, &v, 0x409, 0, vt);
    VariantClear(&v);
    return hr;
}

static void test_variant(void)
{
    VARIANT v, w;

    VariantInit(&v);
    ok_int(V_VT(&v), VT_EMPTY);
    V_VT(&v) = VT_BSTR;
    V_BSTR(&v) = SysAllocString(L"x");
    VariantInit(&w);
    ok_hex(VariantCopy(&w, &v), S_OK);
    ok(V_VT(&w) == VT_BSTR && V_BSTR(&w) != V_BSTR(&v), "a copy of its own");
    ok_hex(VariantClear(&w), S_OK);
    ok_int(V_VT(&w), VT_EMPTY);
    VariantClear(&v);
    V_VT(&v) = 77;
    ok_hex(VariantClear(&v), DISP_E_BADVARTYPE);

    ok_hex(change_text(L" 42 ", VT_I4, &w), S_OK);
    ok_int(V_I4(&w), 42);
    ok_hex(change_text(L"-1.5", VT_R8, &w), S_OK);
    ok(V_R8(&w) == -1.5, "%g", V_R8(&w));
    ok_hex(change_text(L"2.5", VT_I2, &w), S_OK);
    ok_int(V_I2(&w), 2); /* halves to even */
    ok_hex(change_text(L"3.5", VT_I2, &w), S_OK);
    ok_int(V_I2(&w), 4);
    ok_hex(change_text(L"40000", VT_I2, &w), DISP_E_OVERFLOW);
    ok_hex(change_text(L"hello", VT_I4, &w), DISP_E_TYPEMISMATCH);
    ok_hex(change_text(L"True", VT_BOOL, &w), S_OK);
    ok_int(V_BOOL(&w), VARIANT_TRUE);
    ok_hex(change_text(L"12.3456", VT_CY, &w), S_OK);
    ok_int(V_CY(&w).int64, 123456);

    V_VT(&v) = VT_I4;
    V_I4(&v) = -7;
    VariantInit(&w);
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, 0, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"-7");
    VariantClear(&w);
    V_VT(&v) = VT_R8;
    V_R8(&v) = 0.1;
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, 0, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"0.1");
    VariantClear(&w);
    V_R8(&v) = -12345.678;
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, 0, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"-12345.678");
    VariantClear(&w);
    V_R8(&v) = 0.00012;
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, 0, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"0.00012");
    VariantClear(&w);
    V_R8(&v) = 1e20;
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, 0, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"1E+20");
    VariantClear(&w);
    V_VT(&v) = VT_BOOL;
    V_BOOL(&v) = VARIANT_TRUE;
    ok_hex(VariantChangeTypeEx(&w, &v, 0x409, VARIANT_ALPHABOOL, VT_BSTR), S_OK);
    ok_wstr(V_BSTR(&w), L"True");
    VariantClear(&w);
}

static void test_array(void)
{
    SAFEARRAYBOUND bounds[2] = { { 3, 1 }, { 2, -5 } };
    SAFEARRAY *array = SafeArrayCreate(VT_BSTR, 2, bounds), *copy;
    LONG index[2] = { 2, -4 }, bound;
    BSTR text = SysAllocString(L"cell"), got;
    VARTYPE vt;

    ok(array != NULL, "none");
    ok_int(SafeArrayGetDim(array), 2);
    ok_int(SafeArrayGetElemsize(array), sizeof(BSTR));
    ok_hex(SafeArrayGetVartype(array, &vt), S_OK);
    ok_int(vt, VT_BSTR);
    ok_hex(SafeArrayGetLBound(array, 1, &bound), S_OK);
    ok_int(bound, 1);
    ok_hex(SafeArrayGetUBound(array, 2, &bound), S_OK);
    ok_int(bound, -4);
    ok_hex(SafeArrayGetLBound(array, 3, &bound), DISP_E_BADINDEX);
    ok_hex(SafeArrayPutElement(array, index, text), S_OK);
    ok_hex(SafeArrayCopy(array, &copy), S_OK);
    ok_hex(SafeArrayGetElement(copy, index, &got), S_OK);
    ok_wstr(got, L"cell");
    SysFreeString(got);
    index[0] = 4;
    ok_hex(SafeArrayGetElement(copy, index, &got), DISP_E_BADINDEX);
    ok_hex(SafeArrayLock(copy), S_OK);
    ok_hex(SafeArrayDestroy(copy), DISP_E_ARRAYISLOCKED);
    ok_hex(SafeArrayUnlock(copy), S_OK);
    ok_hex(SafeArrayDestroy(copy), S_OK);
    ok_hex(SafeArrayDestroy(array), S_OK);
    SysFreeString(text);
    array = SafeArrayCreateVector(VT_I4, 0, 2);
    ok_hex(SafeArrayRedim(array, &(SAFEARRAYBOUND){ 5, 0 }), S_OK);
    ok_hex(SafeArrayGetUBound(array, 1, &bound), S_OK);
    ok_int(bound, 4);
    SafeArrayDestroy(array);
}

static void test_dates(void)
{
    SYSTEMTIME time = { .wYear = 2000, .wMonth = 1, .wDay = 1, .wHour = 12 };
    double date;
    USHORT dos_date, dos_time;

    ok(SystemTimeToVariantTime(&time, &date), "to a date");
    ok(date == 36526.5, "%f", date);
    ok(VariantTimeToSystemTime(36526.5, &time), "from a date");
    ok(time.wYear == 2000 && time.wMonth == 1 && time.wDay == 1 && time.wHour == 12 && !time.wMinute, "another time");
    ok(VariantTimeToSystemTime(-1.25, &time), "before the epoch");
    ok(time.wYear == 1899 && time.wMonth == 12 && time.wDay == 29 && time.wHour == 6, "%u-%u-%u %u", time.wYear,
       time.wMonth, time.wDay, time.wHour);
    ok(VariantTimeToDosDateTime(36526.5, &dos_date, &dos_time), "to DOS");
    ok_hex(dos_date, 20 << 9 | 1 << 5 | 1);
    ok_hex(dos_time, 12 << 11);
    ok(DosDateTimeToVariantTime(dos_date, dos_time, &date) && date == 36526.5, "from DOS");
}

static void test_error(void)
{
    ICreateErrorInfo *create;
    IErrorInfo *info;
    BSTR text;

    ok_hex(CreateErrorInfo(&create), S_OK);
    ok_hex(ICreateErrorInfo_SetDescription(create, (WCHAR *)L"went wrong"), S_OK);
    ok_hex(ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo, (void **)&info), S_OK);
    ok_hex(SetErrorInfo(0, info), S_OK);
    IErrorInfo_Release(info);
    ICreateErrorInfo_Release(create);
    ok_hex(GetErrorInfo(0, &info), S_OK);
    ok_hex(IErrorInfo_GetDescription(info, &text), S_OK);
    ok_wstr(text, L"went wrong");
    SysFreeString(text);
    IErrorInfo_Release(info);
    ok_hex(GetErrorInfo(0, &info), S_FALSE);
}

TESTS
{
    test_bstr();
    test_variant();
    test_array();
    test_dates();
    test_error();
}
