/* SPDX-License-Identifier: MIT */
/* nls_codepage.c: the code pages that there are, and what GetCPInfo and its neighbours (winnls.h) say about them. */
#include "nls.h"

UINT nls_real_codepage(UINT codepage)
{
    switch (codepage) {
    case CP_ACP:
    case CP_THREAD_ACP:
        return GetACP();
    case CP_OEMCP:
        return GetOEMCP();
    case CP_MACCP:
        return 10000;
    default:
        return codepage;
    }
}

const struct nls_codepage *nls_find_codepage(UINT codepage)
{
    const struct nls_codepages *table = (const struct nls_codepages *)nls_codepages_data;
    UINT low = 0, high = table->count;

    while (low < high) {
        UINT middle = (low + high) / 2;
        if (table->entries[middle].codepage == codepage)
            return (const struct nls_codepage *)(nls_codepages_data + table->entries[middle].offset);
        if (table->entries[middle].codepage < codepage)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

UINT WINAPI GetACP(void)
{
    return 1252;
}

UINT WINAPI GetOEMCP(void)
{
    return 437;
}

BOOL WINAPI IsValidCodePage(UINT codepage)
{
    /* The documented special values are no code pages here. */
    return codepage == CP_UTF8 || codepage == CP_UTF7 || nls_find_codepage(codepage) != NULL;
}

BOOL WINAPI GetCPInfo(UINT codepage, CPINFO *info)
{
    const struct nls_codepage *cp;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    codepage = nls_real_codepage(codepage);
    if (codepage == CP_UTF8 || codepage == CP_UTF7) {
        *info = (CPINFO){ .MaxCharSize = codepage == CP_UTF8 ? 4 : 5, .DefaultChar = { '?' } };
        return TRUE;
    }
    if (!(cp = nls_find_codepage(codepage)))
        return fail(ERROR_INVALID_PARAMETER);
    *info = (CPINFO){ .MaxCharSize = cp->max_char_size, .DefaultChar = { cp->default_char } };
    if (codepage != CP_GB18030)
        memcpy(info->LeadByte, cp->lead_ranges, sizeof(info->LeadByte));
    return TRUE;
}

BOOL WINAPI GetCPInfoExW(UINT codepage, DWORD flags, CPINFOEXW *info)
{
    const struct nls_codepage *cp;
    CPINFO basic;

    if (!info || flags)
        return fail(ERROR_INVALID_PARAMETER);
    codepage = nls_real_codepage(codepage);
    if (!GetCPInfo(codepage, &basic))
        return FALSE;
    memset(info, 0, sizeof(*info));
    info->MaxCharSize = basic.MaxCharSize;
    memcpy(info->DefaultChar, basic.DefaultChar, sizeof(basic.DefaultChar));
    memcpy(info->LeadByte, basic.LeadByte, sizeof(basic.LeadByte));
    info->CodePage = codepage;
    cp = nls_find_codepage(codepage);
    info->UnicodeDefaultChar = cp ? cp->unicode_default : 0xfffd;
    if (cp) {
        for (SIZE_T i = 0; i < sizeof(cp->name) && cp->name[i]; i++)
            info->CodePageName[i] = cp->name[i];
    } else {
        wcscpy(info->CodePageName, codepage == CP_UTF8 ? L"65001 (UTF-8)" : L"65000 (UTF-7)");
    }
    return TRUE;
}

BOOL WINAPI GetCPInfoExA(UINT codepage, DWORD flags, CPINFOEXA *info)
{
    CPINFOEXW wide;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetCPInfoExW(codepage, flags, &wide))
        return FALSE;
    memset(info, 0, sizeof(*info));
    info->MaxCharSize = wide.MaxCharSize;
    memcpy(info->DefaultChar, wide.DefaultChar, sizeof(info->DefaultChar));
    memcpy(info->LeadByte, wide.LeadByte, sizeof(info->LeadByte));
    info->UnicodeDefaultChar = wide.UnicodeDefaultChar;
    info->CodePage = wide.CodePage;
    for (SIZE_T i = 0; wide.CodePageName[i]; i++)
        info->CodePageName[i] = wide.CodePageName[i];
    return TRUE;
}

BOOL WINAPI IsDBCSLeadByteEx(UINT codepage, BYTE byte)
{
    const struct nls_codepage *cp = nls_find_codepage(nls_real_codepage(codepage));

    if (!cp || cp->codepage == CP_GB18030)
        return FALSE;
    for (int i = 0; i < 12 && cp->lead_ranges[i]; i += 2) {
        if (byte >= cp->lead_ranges[i] && byte <= cp->lead_ranges[i + 1])
            return TRUE;
    }
    return FALSE;
}

BOOL WINAPI IsDBCSLeadByte(BYTE byte)
{
    return IsDBCSLeadByteEx(CP_ACP, byte);
}

BOOL WINAPI EnumSystemCodePagesW(CODEPAGE_ENUMPROCW proc, DWORD flags)
{
    const struct nls_codepages *table = (const struct nls_codepages *)nls_codepages_data;
    WCHAR name[16];

    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags != CP_INSTALLED && flags != CP_SUPPORTED)
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < table->count + 2; i++) {
        UINT codepage = i < table->count ? table->entries[i].codepage : i == table->count ? CP_UTF7 : CP_UTF8;
        _snwprintf(name, ARRAY_SIZE(name), L"%u", codepage);
        if (!proc(name))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemCodePagesA(CODEPAGE_ENUMPROCA proc, DWORD flags)
{
    const struct nls_codepages *table = (const struct nls_codepages *)nls_codepages_data;
    char name[16];
    WCHAR number[16] = { 0 };

    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags != CP_INSTALLED && flags != CP_SUPPORTED)
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < table->count + 2; i++) {
        UINT codepage = i < table->count ? table->entries[i].codepage : i == table->count ? CP_UTF7 : CP_UTF8;
        _snwprintf(number, ARRAY_SIZE(number), L"%u", codepage);
        for (int k = 0; k < 16; k++)
            name[k] = number[k];
        if (!proc(name))
            break;
    }
    return TRUE;
}
