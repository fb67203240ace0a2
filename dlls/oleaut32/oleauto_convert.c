/* SPDX-License-Identifier: MIT */
/*
 * oleauto_convert.c: VariantChangeType between integers, reals, currency, booleans, dates as numbers, and text. Each value
 * becomes one of three exact kinds first, and then the wanted type with its range checked.
 */
#include "oleaut32_private.h"

struct value {
    enum { SIGNED, UNSIGNED, REAL, MONEY } kind;
    LONGLONG i; /* SIGNED; MONEY in ten-thousandths */
    ULONGLONG u;
    double r;
};

/* Powers of ten in the processor's extended precision, whose 64 bits make the 15 digits of Automation exact. */
static long double power_of_ten(int exponent)
{
    long double power = 1, base = 10;

    for (unsigned n = exponent < 0 ? -exponent : exponent; n; n >>= 1, base *= base)
        if (n & 1)
            power *= base;
    return power;
}

static long double scale(long double r, int exponent)
{
    return exponent < 0 ? r / power_of_ten(exponent) : r * power_of_ten(exponent);
}

static HRESULT parse_text(const WCHAR *text, struct value *v)
{
    WCHAR *end;
    const WCHAR *p = text;

    if (!p)
        return DISP_E_TYPEMISMATCH;
    while (*p == ' ' || *p == '\t')
        p++;
    if (!*p)
        return DISP_E_TYPEMISMATCH;
    if (*p == '&' && (p[1] == 'H' || p[1] == 'h' || p[1] == 'O' || p[1] == 'o')) { /* Basic's hexadecimal and octal */
        v->kind = SIGNED;
        v->i = (LONGLONG)_wcstoui64(p + 2, &end, p[1] == 'H' || p[1] == 'h' ? 16 : 8);
        if (end == p + 2)
            return DISP_E_TYPEMISMATCH;
        if ((ULONGLONG)v->i <= 0xffffffff)
            v->i = (LONG)v->i;
    } else if (!_wcsicmp(p, L"True") || !_wcsicmp(p, L"False")) {
        return DISP_E_TYPEMISMATCH;
    } else {
        /* A number: sign, digits with a point, exponent; integers stay exact. */
        BOOL negative = *p == '-', real = FALSE, point = FALSE, any = FALSE;
        ULONGLONG whole = 0;
        long double mantissa = 0;
        int scale_by = 0, exponent = 0;
        if (*p == '-' || *p == '+')
            p++;
        for (; (*p >= '0' && *p <= '9') || *p == '.'; p++) {
            if (*p == '.') {
                if (point)
                    return DISP_E_TYPEMISMATCH;
                real = point = TRUE;
                continue;
            }
            any = TRUE;
            if (point)
                scale_by--;
            if (whole > (~0ull - 9) / 10) /* too long to stay an integer */
                real = TRUE;
            whole = whole * 10 + *p - '0';
            mantissa = mantissa * 10 + (*p - '0');
        }
        if (!any)
            return DISP_E_TYPEMISMATCH;
        if (*p == 'e' || *p == 'E' || *p == 'd' || *p == 'D') {
            BOOL minus = p[1] == '-';
            const WCHAR *q = p + 1 + (p[1] == '-' || p[1] == '+');
            if (*q < '0' || *q > '9')
                return DISP_E_TYPEMISMATCH;
            for (; *q >= '0' && *q <= '9'; q++)
                exponent = exponent < 10000 ? exponent * 10 + *q - '0' : exponent;
            if (minus)
                exponent = -exponent;
            real = TRUE;
            p = q;
        }
        end = (WCHAR *)p;
        if (real) {
            int n = scale_by + exponent;
            long double value = !mantissa || n < -4900 ? 0 : scale(mantissa, n < 4900 ? n : 4900);
            v->kind = REAL;
            if (value > 1.7976931348623157e308L)
                return DISP_E_OVERFLOW;
            v->r = (double)value;
            if (negative)
                v->r = -v->r;
        } else if (negative && whole <= 0x8000000000000000ull) {
            v->kind = SIGNED;
            v->i = (LONGLONG)(0 - whole);
        } else if (negative) {
            v->kind = REAL;
            v->r = -(double)whole;
        } else {
            v->kind = UNSIGNED;
            v->u = whole;
        }
    }
    while (*end == ' ' || *end == '\t')
        end++;
    return *end ? DISP_E_TYPEMISMATCH : S_OK;
}

static HRESULT get_value(VARIANT *src, struct value *v)
{
    v->kind = SIGNED;
    switch (V_VT(src)) {
    case VT_EMPTY:
        v->i = 0;
        break;
    case VT_I1:
        v->i = (signed char)V_I1(src);
        break;
    case VT_UI1:
        v->i = V_UI1(src);
        break;
    case VT_I2:
    case VT_BOOL:
        v->i = V_I2(src);
        break;
    case VT_UI2:
        v->i = V_UI2(src);
        break;
    case VT_I4:
    case VT_INT:
        v->i = V_I4(src);
        break;
    case VT_UI4:
    case VT_UINT:
        v->i = V_UI4(src);
        break;
    case VT_I8:
        v->i = V_I8(src);
        break;
    case VT_UI8:
        v->kind = UNSIGNED;
        v->u = V_UI8(src);
        break;
    case VT_R4:
        v->kind = REAL;
        v->r = V_R4(src);
        break;
    case VT_R8:
    case VT_DATE:
        v->kind = REAL;
        v->r = V_R8(src);
        break;
    case VT_CY:
        v->kind = MONEY;
        v->i = V_CY(src).int64;
        break;
    case VT_BSTR:
        return parse_text(V_BSTR(src), v);
    default:
        return DISP_E_TYPEMISMATCH;
    }
    return S_OK;
}

/* To the nearest integer, halves to even: how Automation rounds. */
static HRESULT round_real(double r, LONGLONG *i, ULONGLONG *u, BOOL *is_unsigned)
{
    double whole, rest;

    if (!(r >= -9223372036854775808.5 && r < 18446744073709551615.0))
        return DISP_E_OVERFLOW;
    *is_unsigned = r >= 9223372036854775807.0;
    if (*is_unsigned) {
        *u = (ULONGLONG)r;
        return S_OK;
    }
    *i = (LONGLONG)r;
    whole = (double)*i;
    rest = r - whole;
    if (rest > 0.5 || (rest == 0.5 && (*i & 1)))
        ++*i;
    else if (rest < -0.5 || (rest == -0.5 && (*i & 1)))
        --*i;
    return S_OK;
}

static HRESULT to_integer(const struct value *v, LONGLONG low, ULONGLONG high, LONGLONG *result)
{
    LONGLONG i = v->i;
    ULONGLONG u = v->u;
    BOOL is_unsigned = v->kind == UNSIGNED;
    HRESULT hr;

    if (v->kind == REAL && FAILED(hr = round_real(v->r, &i, &u, &is_unsigned)))
        return hr;
    if (v->kind == MONEY) {
        LONGLONG rest = v->i % 10000;
        i = v->i / 10000;
        if (rest > 5000 || (rest == 5000 && (i & 1)))
            i++;
        else if (rest < -5000 || (rest == -5000 && (i & 1)))
            i--;
    }
    if (is_unsigned) {
        if (u > high)
            return DISP_E_OVERFLOW;
        *result = (LONGLONG)u;
        return S_OK;
    }
    if (i < low || (i > 0 && (ULONGLONG)i > high))
        return DISP_E_OVERFLOW;
    *result = i;
    return S_OK;
}

static double to_real(const struct value *v)
{
    switch (v->kind) {
    case SIGNED:
        return (double)v->i;
    case UNSIGNED:
        return (double)v->u;
    case MONEY:
        return (double)v->i / 10000;
    default:
        return v->r;
    }
}

static HRESULT to_currency(const struct value *v, CY *cy)
{
    BOOL is_unsigned = FALSE;
    ULONGLONG u;
    HRESULT hr;

    switch (v->kind) {
    case MONEY:
        cy->int64 = v->i;
        return S_OK;
    case UNSIGNED:
        if (v->u > 922337203685477ull)
            return DISP_E_OVERFLOW;
        cy->int64 = (LONGLONG)v->u * 10000;
        return S_OK;
    case SIGNED:
        return __builtin_mul_overflow(v->i, 10000, &cy->int64) ? DISP_E_OVERFLOW : S_OK;
    default:
        hr = round_real(v->r * 10000, &cy->int64, &u, &is_unsigned);
        return SUCCEEDED(hr) && is_unsigned ? DISP_E_OVERFLOW : hr;
    }
}

/* A real with up to `digits` significant digits, as Automation writes it: 1.5, 1E+20, 1E-05. */
static void real_text(double r, int digits, WCHAR *text)
{
    ULONGLONG number, limit = 1;
    int exponent = 0, count = digits, i;
    WCHAR all[24];

    if (r != r || r - r != 0) {
        wcscpy(text, r != r ? L"-1.#IND" : r < 0 ? L"-1.#INF" : L"1.#INF");
        return;
    }
    if (r < 0) {
        *text++ = '-';
        r = -r;
    }
    if (r == 0) {
        wcscpy(text, L"0");
        return;
    }
    for (i = 0; i < digits; i++)
        limit *= 10;
    while (scale(r, -exponent) >= 10)
        exponent++;
    while (scale(r, -exponent) < 1)
        exponent--;
    number = (ULONGLONG)(scale(r, digits - 1 - exponent) + 0.5L);
    if (number >= limit) { /* 9.99.. became 10 */
        number /= 10;
        exponent++;
    }
    for (i = digits; i--; number /= 10)
        all[i] = '0' + number % 10;
    while (count > 1 && all[count - 1] == '0')
        count--;
    if (exponent < -4 || exponent >= digits) {
        *text++ = all[0];
        if (count > 1) {
            *text++ = '.';
            memcpy(text, all + 1, (count - 1) * sizeof(WCHAR));
            text += count - 1;
        }
        _snwprintf(text, 8, L"E%lc%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
        return;
    }
    if (exponent < 0) {
        *text++ = '0';
        *text++ = '.';
        for (i = -1; i > exponent; i--)
            *text++ = '0';
    }
    for (i = 0; i < count || i <= exponent; i++) {
        if (exponent >= 0 && i == exponent + 1)
            *text++ = '.';
        *text++ = i < count ? all[i] : '0';
    }
    *text = 0;
}

static HRESULT to_text(VARIANT *src, USHORT flags, BSTR *result)
{
    struct value v = { 0 };
    WCHAR text[64];
    HRESULT hr;

    if (V_VT(src) == VT_BSTR) {
        *result = SysAllocStringByteLen((char *)V_BSTR(src), SysStringByteLen(V_BSTR(src)));
        return *result ? S_OK : E_OUTOFMEMORY;
    }
    if (V_VT(src) == VT_DATE)
        return DISP_E_TYPEMISMATCH;
    if (FAILED(hr = get_value(src, &v)))
        return hr;
    if (V_VT(src) == VT_EMPTY)
        text[0] = 0;
    else if (V_VT(src) == VT_BOOL)
        wcscpy(text, flags & VARIANT_ALPHABOOL ? (v.i ? L"True" : L"False") : (v.i ? L"-1" : L"0"));
    else if (v.kind == SIGNED)
        _i64tow(v.i, text, 10);
    else if (v.kind == UNSIGNED)
        _ui64tow(v.u, text, 10);
    else if (v.kind == MONEY) {
        ULONGLONG u = v.i < 0 ? 0 - (ULONGLONG)v.i : (ULONGLONG)v.i;
        int len = _snwprintf(text, ARRAY_SIZE(text), L"%ls%I64u.%04u", v.i < 0 ? L"-" : L"", u / 10000,
                             (unsigned)(u % 10000));
        while (text[len - 1] == '0')
            text[--len] = 0;
        if (text[len - 1] == '.')
            text[--len] = 0;
    } else
        real_text(v.r, V_VT(src) == VT_R4 ? 7 : 15, text);
    *result = SysAllocString(text);
    return *result ? S_OK : E_OUTOFMEMORY;
}

static HRESULT to_bool(VARIANT *src, VARIANT_BOOL *result)
{
    struct value v = { 0 };
    HRESULT hr;

    if (V_VT(src) == VT_BSTR && V_BSTR(src)) {
        if (!_wcsicmp(V_BSTR(src), L"True") || !_wcsicmp(V_BSTR(src), L"#TRUE#")) {
            *result = VARIANT_TRUE;
            return S_OK;
        }
        if (!_wcsicmp(V_BSTR(src), L"False") || !_wcsicmp(V_BSTR(src), L"#FALSE#")) {
            *result = VARIANT_FALSE;
            return S_OK;
        }
    }
    if (FAILED(hr = get_value(src, &v)))
        return hr;
    *result = to_real(&v) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static const struct {
    VARTYPE vt;
    LONGLONG low;
    ULONGLONG high;
} integers[] = {
    { VT_I1, -0x80, 0x7f },
    { VT_UI1, 0, 0xff },
    { VT_I2, -0x8000, 0x7fff },
    { VT_UI2, 0, 0xffff },
    { VT_I4, -0x80000000ll, 0x7fffffff },
    { VT_INT, -0x80000000ll, 0x7fffffff },
    { VT_UI4, 0, 0xffffffff },
    { VT_UINT, 0, 0xffffffff },
    { VT_I8, -0x7fffffffffffffffll - 1, 0x7fffffffffffffffll },
    { VT_UI8, 0, 0xffffffffffffffffull },
};

/* src is no reference. */
static HRESULT convert(VARIANT *dst, VARIANT *src, USHORT flags, VARTYPE vt)
{
    struct value v = { 0 };
    LONGLONG i;
    HRESULT hr;

    VariantInit(dst);
    if (V_VT(src) == vt)
        return VariantCopy(dst, src);
    if (V_VT(src) == VT_NULL || (V_VT(src) & VT_ARRAY) || (vt & VT_ARRAY))
        return DISP_E_TYPEMISMATCH;
    switch (vt) {
    case VT_EMPTY:
        return S_OK;
    case VT_NULL:
        if (V_VT(src) != VT_EMPTY)
            return DISP_E_TYPEMISMATCH;
        V_VT(dst) = VT_NULL;
        return S_OK;
    case VT_BSTR:
        hr = to_text(src, flags, &V_BSTR(dst));
        break;
    case VT_BOOL:
        hr = to_bool(src, &V_BOOL(dst));
        break;
    case VT_UNKNOWN:
    case VT_DISPATCH:
        if ((V_VT(src) != VT_UNKNOWN && V_VT(src) != VT_DISPATCH) || !V_UNKNOWN(src))
            return DISP_E_TYPEMISMATCH;
        hr = IUnknown_QueryInterface(V_UNKNOWN(src), vt == VT_UNKNOWN ? &IID_IUnknown : &IID_IDispatch,
                                     (void **)&V_UNKNOWN(dst));
        if (FAILED(hr))
            return DISP_E_TYPEMISMATCH;
        break;
    case VT_R4:
        if (FAILED(hr = get_value(src, &v)))
            return hr;
        if (to_real(&v) > 3.402823466e38 || to_real(&v) < -3.402823466e38)
            return DISP_E_OVERFLOW;
        V_R4(dst) = (float)to_real(&v);
        break;
    case VT_R8:
    case VT_DATE:
        if (V_VT(src) == VT_BSTR && vt == VT_DATE)
            return DISP_E_TYPEMISMATCH;
        if (SUCCEEDED(hr = get_value(src, &v)))
            V_R8(dst) = to_real(&v);
        break;
    case VT_CY:
        if (SUCCEEDED(hr = get_value(src, &v)))
            hr = to_currency(&v, &V_CY(dst));
        break;
    case VT_ERROR:
        return DISP_E_TYPEMISMATCH;
    default:
        hr = DISP_E_BADVARTYPE;
        for (SIZE_T n = 0; n < ARRAY_SIZE(integers); n++) {
            if (integers[n].vt != vt)
                continue;
            if (V_VT(src) == VT_BSTR && V_BSTR(src) && !_wcsicmp(V_BSTR(src), L"True"))
                i = -1, hr = S_OK;
            else if (SUCCEEDED(hr = get_value(src, &v)))
                hr = to_integer(&v, integers[n].low, integers[n].high, &i);
            if (SUCCEEDED(hr))
                V_I8(dst) = i;
            break;
        }
    }
    if (SUCCEEDED(hr))
        V_VT(dst) = vt;
    return hr;
}

HRESULT WINAPI VariantChangeTypeEx(VARIANTARG *dst, VARIANTARG *src, LCID locale, USHORT flags, VARTYPE vt)
{
    VARIANT value, result;
    HRESULT hr;

    (void)locale;
    if (vt & VT_BYREF)
        return DISP_E_BADVARTYPE;
    VariantInit(&value);
    if (FAILED(hr = VariantCopyInd(&value, src)))
        return hr;
    hr = convert(&result, &value, flags, vt);
    VariantClear(&value);
    if (SUCCEEDED(hr)) {
        VariantClear(dst);
        *dst = result;
    }
    return hr;
}

HRESULT WINAPI VariantChangeType(VARIANTARG *dst, VARIANTARG *src, USHORT flags, VARTYPE vt)
{
    return VariantChangeTypeEx(dst, src, GetUserDefaultLCID(), flags, vt);
}
