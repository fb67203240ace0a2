/* SPDX-License-Identifier: MIT */
/* shlwapi_string_impl.h: string functions for both character types, included by shlwapi_string.c as shlwapi_path_impl.h is. */

static SIZE_T FN(length)(const CHR *str)
{
    const CHR *p = str;

    while (*p)
        p++;
    return p - str;
}

CHR *WINAPI FN(StrChr)(const CHR *str, WORD c)
{
    for (; str && *str; str++)
        if (*str == (CHR)c)
            return (CHR *)str;
    return NULL;
}

CHR *WINAPI FN(StrChrI)(const CHR *str, WORD c)
{
    for (; str && *str; str++)
        if (!FN(ChrCmpI)((UCHR)*str, c))
            return (CHR *)str;
    return NULL;
}

/* `end` is exclusive; NULL means the string's end. */
CHR *WINAPI FN(StrRChr)(const CHR *str, const CHR *end, WORD c)
{
    const CHR *found = NULL;

    for (; str && (end ? str < end : *str != 0); str++)
        if (*str == (CHR)c)
            found = str;
    return (CHR *)found;
}

CHR *WINAPI FN(StrRChrI)(const CHR *str, const CHR *end, WORD c)
{
    const CHR *found = NULL;

    for (; str && (end ? str < end : *str != 0); str++)
        if (!FN(ChrCmpI)((UCHR)*str, c))
            found = str;
    return (CHR *)found;
}

CHR *WINAPI FN(StrPBrk)(const CHR *str, const CHR *set)
{
    for (; str && set && *str; str++)
        if (FN(StrChr)(set, (UCHR)*str))
            return (CHR *)str;
    return NULL;
}

int WINAPI FN(StrSpn)(const CHR *str, const CHR *set)
{
    const CHR *p = str;

    while (str && set && *p && FN(StrChr)(set, (UCHR)*p))
        p++;
    return p - str;
}

int WINAPI FN(StrCSpn)(const CHR *str, const CHR *set)
{
    const CHR *p = str;

    while (str && set && *p && !FN(StrChr)(set, (UCHR)*p))
        p++;
    return p - str;
}

int WINAPI FN(StrCSpnI)(const CHR *str, const CHR *set)
{
    const CHR *p = str;

    while (str && set && *p && !FN(StrChrI)(set, (UCHR)*p))
        p++;
    return p - str;
}

CHR *WINAPI FN(StrStr)(const CHR *str, const CHR *search)
{
    SIZE_T length;

    if (!str || !search || !*search)
        return NULL;
    for (length = FN(length)(search); *str; str++)
        if (*str == *search && !memcmp(str, search, length * sizeof(CHR)))
            return (CHR *)str;
    return NULL;
}

CHR *WINAPI FN(StrStrI)(const CHR *str, const CHR *search)
{
    int length;

    if (!str || !search || !*search)
        return NULL;
    for (length = FN(length)(search); *str; str++)
        if (!FN(StrCmpNI)(str, search, length))
            return (CHR *)str;
    return NULL;
}

CHR *WINAPI FN(StrRStrI)(const CHR *str, const CHR *end, const CHR *search)
{
    const CHR *p;
    int length;

    if (!str || !search || !*search)
        return NULL;
    length = FN(length)(search);
    if (!end)
        end = str + FN(length)(str);
    for (p = end; p > str;)
        if (!FN(StrCmpNI)(--p, search, length))
            return (CHR *)p;
    return NULL;
}

BOOL WINAPI FN(StrTrim)(CHR *str, const CHR *set)
{
    CHR *begin = str, *end;
    BOOL changed;

    if (!str || !*str)
        return FALSE;
    while (*begin && FN(StrChr)(set, (UCHR)*begin))
        begin++;
    end = begin + FN(length)(begin);
    changed = begin != str;
    while (end > begin && FN(StrChr)(set, (UCHR)end[-1])) {
        end--;
        changed = TRUE;
    }
    *end = 0;
    memmove(str, begin, (end - begin + 1) * sizeof(CHR));
    return changed;
}

/* --- numbers --- */

static BOOL FN(parse)(const CHR *str, STIF_FLAGS flags, LONGLONG *result)
{
    ULONGLONG value = 0;
    BOOL minus = FALSE, digits = FALSE;

    while (*str == ' ' || *str == '\t' || *str == '\n')
        str++;
    if (*str == '-' || *str == '+')
        minus = *str++ == '-';
    if (flags & STIF_SUPPORT_HEX && str[0] == '0' && (str[1] | 0x20) == 'x') {
        for (str += 2;; str++) {
            CHR c = *str | 0x20;

            if (*str >= '0' && *str <= '9')
                value = value * 16 + (*str - '0');
            else if (c >= 'a' && c <= 'f')
                value = value * 16 + (c - 'a' + 10);
            else
                break;
            digits = TRUE;
        }
    } else
        for (; *str >= '0' && *str <= '9'; str++) {
            value = value * 10 + (*str - '0');
            digits = TRUE;
        }
    *result = minus ? -value : value;
    return digits;
}

BOOL WINAPI FN(StrToInt64Ex)(const CHR *str, STIF_FLAGS flags, LONGLONG *result)
{
    if (!str || !result)
        return FALSE;
    return FN(parse)(str, flags, result);
}

BOOL WINAPI FN(StrToIntEx)(const CHR *str, STIF_FLAGS flags, int *result)
{
    LONGLONG value;
    BOOL ok = str && result && FN(parse)(str, flags, &value);

    if (ok)
        *result = (int)value;
    return ok;
}

int WINAPI FN(StrToInt)(const CHR *str)
{
    LONGLONG value = 0;

    /* As documented, only a minus is taken before the digits. */
    if (!str || !((*str >= '0' && *str <= '9') || *str == '-'))
        return 0;
    FN(parse)(str, STIF_DEFAULT, &value);
    return (int)value;
}

/* --- copies --- */

/* In memory of LocalAlloc. */
CHR *WINAPI FN(StrDup)(const CHR *str)
{
    SIZE_T size = str ? (FN(length)(str) + 1) * sizeof(CHR) : sizeof(CHR);
    CHR *copy = LocalAlloc(LMEM_ZEROINIT, size);

    if (copy && str)
        memcpy(copy, str, size);
    return copy;
}

/* `size` is of the whole buffer. */
CHR *WINAPI FN(StrCatBuff)(CHR *str, const CHR *more, int size)
{
    int length;

    if (!str)
        return NULL;
    length = FN(length)(str);
    for (; more && *more && length + 1 < size; length++)
        str[length] = *more++;
    if (length < size)
        str[length] = 0;
    return str;
}

/* Like strncat, but that the count includes the zero. */
CHR *WINAPI FN(StrNCat)(CHR *str, const CHR *more, int size)
{
    CHR *end;

    if (!str)
        return NULL;
    end = str + FN(length)(str);
    while (more && *more && --size > 0)
        *end++ = *more++;
    *end = 0;
    return str;
}
