/* SPDX-License-Identifier: MIT */
/* The multibyte code page of the _mbs* functions, and classes of its bytes (mbctype.h). */
#include "crt_private.h"
#include <mbctype.h>
#include <mbstring.h>

#undef _mbctype
#undef _mbcasemap

static void add_ranges(struct mbcinfo *info, const BYTE *ranges)
{
    for (; ranges[0] && ranges[1]; ranges += 2)
        for (int c = ranges[0]; c <= ranges[1]; c++)
            info->type[c + 1] |= _M1;
}

/* Trail bytes and the Japanese half-width forms, which no Win32 function tells. */
static void add_special(struct mbcinfo *info)
{
    switch (info->codepage) {
    case 932:
        for (int c = 0x40; c <= 0xfc; c++)
            if (c != 0x7f)
                info->type[c + 1] |= _M2;
        for (int c = 0xa1; c <= 0xdf; c++)
            info->type[c + 1] |= c <= 0xa5 ? _MP : _MS;
        break;
    case 936:
    case 949:
        for (int c = info->codepage == 936 ? 0x40 : 0x41; c <= 0xfe; c++)
            if (c != 0x7f)
                info->type[c + 1] |= _M2;
        break;
    case 950:
        for (int c = 0x40; c <= 0xfe; c++)
            if (c <= 0x7e || c >= 0xa1)
                info->type[c + 1] |= _M2;
        break;
    case 1361:
        for (int c = 0x31; c <= 0xfe; c++)
            if (c <= 0x7e || c >= 0x81)
                info->type[c + 1] |= _M2;
        break;
    }
}

void crt_mbcinfo_build(struct mbcinfo *info, int codepage)
{
    CPINFO cpinfo;

    memset(info->type, 0, sizeof(info->type));
    memset(info->casemap, 0, sizeof(info->casemap));
    info->codepage = 0;
    info->is_mbcs = false;
    info->lcid = 0;
    for (int c = 'A'; c <= 'Z'; c++) {
        info->type[c + 1] = _SBUP;
        info->type[c + 0x20 + 1] = _SBLOW;
        info->casemap[c] = (unsigned char)(c + 0x20);
        info->casemap[c + 0x20] = (unsigned char)c;
    }
    if (!codepage || !GetCPInfo((UINT)codepage, &cpinfo))
        return;
    info->codepage = codepage;
    if (codepage == CP_UTF8) {
        info->is_mbcs = CRT_IS_UCRT;
        return;
    }
    for (int c = 0x80; c < 0x100; c++) {
        char byte = (char)c, back;
        wchar_t wide, mapped;
        WORD type;
        if (IsDBCSLeadByteEx((UINT)codepage, (BYTE)c) ||
            MultiByteToWideChar((UINT)codepage, MB_ERR_INVALID_CHARS, &byte, 1, &wide, 1) != 1 ||
            !GetStringTypeW(CT_CTYPE1, &wide, 1, &type) || !(type & (C1_UPPER | C1_LOWER)))
            continue;
        info->type[c + 1] |= type & C1_UPPER ? _SBUP : _SBLOW;
        if (LCMapStringEx(LOCALE_NAME_INVARIANT, type & C1_UPPER ? LCMAP_LOWERCASE : LCMAP_UPPERCASE, &wide, 1, &mapped,
                          1, NULL, NULL, 0) == 1 &&
            WideCharToMultiByte((UINT)codepage, 0, &mapped, 1, &back, 1, NULL, NULL) == 1)
            info->casemap[c] = (unsigned char)back;
    }
    if (cpinfo.MaxCharSize > 1) {
        info->is_mbcs = true;
        add_ranges(info, cpinfo.LeadByte);
        add_special(info);
    }
}

/* What the global locale has, as variables. */
unsigned char _mbctype[257];
unsigned char _mbcasemap[257];

void crt_mbctype_publish(const struct mbcinfo *info)
{
    memcpy(_mbctype, info->type, sizeof(_mbctype));
    memcpy(_mbcasemap, info->casemap, sizeof(info->casemap));
}

unsigned char *__cdecl __p__mbctype(void)
{
    return crt_mbc(NULL)->type;
}

unsigned char *__cdecl __p__mbcasemap(void)
{
    return crt_mbc(NULL)->casemap;
}

int __cdecl _getmbcp(void)
{
    const struct mbcinfo *info = crt_mbc(NULL);
    return info->is_mbcs ? info->codepage : 0;
}

int __cdecl _setmbcp(int codepage)
{
    switch (codepage) {
    case _MB_CP_SBCS:
        codepage = 0;
        break;
    case _MB_CP_OEM:
        codepage = (int)GetOEMCP();
        break;
    case _MB_CP_ANSI:
        codepage = (int)GetACP();
        break;
    case _MB_CP_LOCALE:
        codepage = (int)crt_loc(NULL)->codepage;
        break;
    }
    if (codepage && (!IsValidCodePage((UINT)codepage) || codepage == CP_UTF7)) {
        errno = EINVAL;
        return -1;
    }
    struct mbcinfo *info = calloc(1, sizeof(*info));
    if (!info)
        return -1;
    info->refcount = 1;
    crt_mbcinfo_build(info, codepage);
    crt_lock(LOCK_MBCP);
    struct locale_ref *ref = crt_locale_ref(NULL);
    struct mbcinfo *old = ref->mbcinfo;
    ref->mbcinfo = info;
    if (ref == &crt_global_locale) {
        crt_mbctype_publish(info);
        /* The old table may be in use by other threads: it stays. */
    } else {
        crt_mbcinfo_release(old);
    }
    crt_unlock(LOCK_MBCP);
    return 0;
}

#define BYTE_CLASS(name, ctype, mbc)                                                                                   \
    int __cdecl _ismbb##name##_l(unsigned c, _locale_t locale)                                                         \
    {                                                                                                                  \
        unsigned char b = (unsigned char)c;                                                                            \
        return (crt_loc(locale)->pctype[b] & (ctype)) || (crt_mbc(locale)->type[b + 1] & (mbc));                       \
    }                                                                                                                  \
    int __cdecl _ismbb##name(unsigned c)                                                                               \
    {                                                                                                                  \
        return _ismbb##name##_l(c, NULL);                                                                              \
    }

BYTE_CLASS(alnum, 0x107, _MS)
BYTE_CLASS(alpha, 0x103, _MS)
BYTE_CLASS(graph, 0x117, _MS | _MP)
BYTE_CLASS(print, 0x157, _MS | _MP)
BYTE_CLASS(punct, _PUNCT, _MP)
BYTE_CLASS(blank, _BLANK, 0)
BYTE_CLASS(kalnum, 0, _MS)
BYTE_CLASS(kprint, 0, _MS | _MP)
BYTE_CLASS(kpunct, 0, _MP)
BYTE_CLASS(lead, 0, _M1)
BYTE_CLASS(trail, 0, _M2)

int __cdecl _ismbbkana_l(unsigned c, _locale_t locale)
{
    return crt_mbc(locale)->codepage == 932 && (crt_mbc(locale)->type[(unsigned char)c + 1] & (_MS | _MP));
}

int __cdecl _ismbbkana(unsigned c)
{
    return _ismbbkana_l(c, NULL);
}
