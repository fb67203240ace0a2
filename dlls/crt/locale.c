/* SPDX-License-Identifier: MIT */
/*
 * Locales: the C locale as constants, others built from kernel32's national language support and never changed once
 * published; a pointer with a reference count is all that setlocale exchanges. A thread has its own pointer only after
 * _configthreadlocale, so that in other programs no function looks for one.
 */
#include "crt_private.h"

static char c_name[] = "C";
static char empty[] = "";
static char dot[] = ".";
static wchar_t wempty[] = L"";
static wchar_t wdot[] = L".";

#define C_LCONV                                                                                                        \
    {                                                                                                                  \
        .decimal_point = dot, .thousands_sep = empty, .grouping = empty, .int_curr_symbol = empty,                     \
        .currency_symbol = empty, .mon_decimal_point = empty, .mon_thousands_sep = empty, .mon_grouping = empty,       \
        .positive_sign = empty, .negative_sign = empty, .int_frac_digits = CHAR_MAX, .frac_digits = CHAR_MAX,          \
        .p_cs_precedes = CHAR_MAX, .p_sep_by_space = CHAR_MAX, .n_cs_precedes = CHAR_MAX, .n_sep_by_space = CHAR_MAX,  \
        .p_sign_posn = CHAR_MAX, .n_sign_posn = CHAR_MAX, ._W_decimal_point = wdot, ._W_thousands_sep = wempty,        \
        ._W_int_curr_symbol = wempty, ._W_currency_symbol = wempty, ._W_mon_decimal_point = wempty,                    \
        ._W_mon_thousands_sep = wempty, ._W_positive_sign = wempty, ._W_negative_sign = wempty                         \
    }

extern const unsigned char crt_c_lower[256], crt_c_upper[256];

struct locinfo crt_c_locinfo = {
    .pctype = crt_c_ctype + 1,
    .mb_cur_max = 1,
    .refcount = 1,
    .codepage = CRT_CP_C,
    .lower = crt_c_lower,
    .upper = crt_c_upper,
    .name = { c_name, c_name, c_name, c_name, c_name, c_name },
    .lconv = C_LCONV,
};

static struct mbcinfo initial_mbcinfo = { .refcount = 1 };
struct locale_ref crt_global_locale = { &crt_c_locinfo, &initial_mbcinfo };
LONG crt_thread_locales;

#define PER_THREAD 2 /* in thread_data.locale_flags: the locale is the thread's own */

void crt_mbcinfo_build(struct mbcinfo *info, int codepage);
void crt_mbctype_publish(const struct mbcinfo *info);

/* Exported variables of msvcrt that mirror the global locale. */
int __mb_cur_max = 1;
unsigned int __lc_codepage;
unsigned int __lc_collate_cp;
unsigned long __lc_handle[6];
int __setlc_active, __unguarded_readlc_active;
const unsigned short *_pctype = crt_c_ctype + 1;
const unsigned short *_pwctype = crt_c_ctype + 1;

void crt_locale_init(void)
{
    crt_mbcinfo_build(&initial_mbcinfo, (int)GetACP());
    crt_mbctype_publish(&initial_mbcinfo);
}

void crt_locinfo_release(struct locinfo *info)
{
    if (info == &crt_c_locinfo || InterlockedDecrement(&info->refcount))
        return;
    for (int i = LC_MIN; i <= LC_MAX; i++) {
        if (info->name[i] != c_name)
            free(info->name[i]);
        free(info->sysname[i]);
    }
    free(info->ctype_table);
    free(info->case_tables);
    for (unsigned i = 0; i < CRT_COUNTOF(info->time_strings); i++)
        free(info->time_strings[i]);
    free(info->lconv_strings);
    free(info);
}

void crt_mbcinfo_release(struct mbcinfo *info)
{
    if (info != &initial_mbcinfo && !InterlockedDecrement(&info->refcount))
        free(info);
}

static struct locinfo *retain(struct locinfo *info)
{
    InterlockedIncrement(&info->refcount);
    return info;
}

struct locale_ref *crt_thread_locale(void)
{
    struct thread_data *td = crt_thread();
    return td->locale_flags & PER_THREAD ? &td->locale : &crt_global_locale;
}

int __cdecl _configthreadlocale(int type)
{
    struct thread_data *td = crt_thread();
    int old = td->locale_flags & PER_THREAD ? _ENABLE_PER_THREAD_LOCALE : _DISABLE_PER_THREAD_LOCALE;

    switch (type) {
    case 0:
        break;
    case _ENABLE_PER_THREAD_LOCALE:
        if (old == type)
            break;
        crt_lock(LOCK_LOCALE);
        td->locale.locinfo = retain(crt_global_locale.locinfo);
        td->locale.mbcinfo = crt_global_locale.mbcinfo;
        InterlockedIncrement(&td->locale.mbcinfo->refcount);
        crt_unlock(LOCK_LOCALE);
        InterlockedIncrement(&crt_thread_locales);
        td->locale_flags |= PER_THREAD;
        break;
    case _DISABLE_PER_THREAD_LOCALE:
        if (old == type)
            break;
        td->locale_flags &= ~PER_THREAD;
        crt_locinfo_release(td->locale.locinfo);
        crt_mbcinfo_release(td->locale.mbcinfo);
        td->locale.locinfo = NULL;
        td->locale.mbcinfo = NULL;
        break;
    default:
        CRT_VALIDATE(0, EINVAL, -1);
    }
    return old;
}

/* ---- building one category of a new locale ---- */

/* "English_United States.1252" and the like, resolved. */
struct resolved {
    wchar_t sysname[LOCALE_NAME_MAX_LENGTH];
    char name[256];
    UINT codepage;
};

bool crt_locale_resolve(const char *spec, wchar_t *sysname, char *name, UINT *codepage);

static wchar_t *info_string(const wchar_t *locale, LCTYPE type)
{
    int n = GetLocaleInfoEx(locale, type, NULL, 0);
    wchar_t *s = n > 0 ? malloc((size_t)n * sizeof(wchar_t)) : NULL;

    if (s && GetLocaleInfoEx(locale, type, s, n) <= 0) {
        free(s);
        s = NULL;
    }
    return s;
}

static int info_number(const wchar_t *locale, LCTYPE type)
{
    DWORD value;
    return GetLocaleInfoEx(locale, type | LOCALE_RETURN_NUMBER, (wchar_t *)&value, 2) > 0 ? (int)value : CHAR_MAX;
}

static bool build_ctype(struct locinfo *info)
{
    UINT cp = info->codepage;
    CPINFO cpinfo;
    unsigned short *table = calloc(257, sizeof(*table));
    unsigned char *cases = malloc(512);

    info->ctype_table = table;
    info->case_tables = cases;
    if (!table || !cases || !GetCPInfo(cp, &cpinfo))
        return false;
    memcpy(table, crt_c_ctype, 257 * sizeof(*table));
    memcpy(cases, crt_c_lower, 256);
    memcpy(cases + 256, crt_c_upper, 256);
    for (int c = 0x80; c < 0x100 && cp != CP_UTF8; c++) {
        char byte = (char)c;
        wchar_t wide, mapped;
        WORD type;
        if (IsDBCSLeadByteEx(cp, (BYTE)c)) {
            table[c + 1] = _LEADBYTE;
            continue;
        }
        if (MultiByteToWideChar(cp, MB_ERR_INVALID_CHARS, &byte, 1, &wide, 1) != 1 ||
            !GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
            continue;
        table[c + 1] = type & 0x1ff;
        for (int up = 0; up < 2; up++) {
            char back;
            if (LCMapStringEx(info->sysname[LC_CTYPE], up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, &wide, 1, &mapped, 1,
                              NULL, NULL, 0) == 1 &&
                WideCharToMultiByte(cp, 0, &mapped, 1, &back, 1, NULL, NULL) == 1)
                cases[up * 256 + c] = (unsigned char)back;
        }
    }
    info->pctype = table + 1;
    info->lower = cases;
    info->upper = cases + 256;
    info->mb_cur_max = (int)cpinfo.MaxCharSize;
    return true;
}

static bool build_time(struct locinfo *info)
{
    const wchar_t *l = info->sysname[LC_TIME];

    for (int i = 0; i < 7; i++) { /* the NLS week begins on Monday */
        info->time_strings[CRT_TIME_WDAY_ABBR + i] = info_string(l, LOCALE_SABBREVDAYNAME1 + (LCTYPE)((i + 6) % 7));
        info->time_strings[CRT_TIME_WDAY + i] = info_string(l, LOCALE_SDAYNAME1 + (LCTYPE)((i + 6) % 7));
    }
    for (int i = 0; i < 12; i++) {
        info->time_strings[CRT_TIME_MONTH_ABBR + i] = info_string(l, LOCALE_SABBREVMONTHNAME1 + (LCTYPE)i);
        info->time_strings[CRT_TIME_MONTH + i] = info_string(l, LOCALE_SMONTHNAME1 + (LCTYPE)i);
    }
    info->time_strings[CRT_TIME_AM] = info_string(l, LOCALE_S1159);
    info->time_strings[CRT_TIME_PM] = info_string(l, LOCALE_S2359);
    info->time_strings[CRT_TIME_SHORT_DATE] = info_string(l, LOCALE_SSHORTDATE);
    info->time_strings[CRT_TIME_LONG_DATE] = info_string(l, LOCALE_SLONGDATE);
    info->time_strings[CRT_TIME_TIME] = info_string(l, LOCALE_STIMEFORMAT);
    for (unsigned i = 0; i <= CRT_TIME_TIME; i++)
        if (!info->time_strings[i])
            return false;
    info->has_time = true;
    return true;
}

/* "3;2;0" of the NLS functions becomes the bytes 3, 2 of struct lconv. */
static void grouping(char *s)
{
    char *out = s;

    for (; *s; s++) {
        if (*s >= '0' && *s <= '9')
            *out++ = (char)(*s - '0');
        else if (*s == ';')
            continue;
    }
    *out = 0;
}

static bool build_lconv(struct locinfo *info, bool monetary, bool numeric)
{
    static const struct {
        unsigned char monetary;
        LCTYPE type;
        size_t narrow, wide;
    } strings[] = {
#define S(m, type, field) { m, type, offsetof(struct lconv, field), offsetof(struct lconv, _W_##field) }
        S(0, LOCALE_SDECIMAL, decimal_point),
        S(0, LOCALE_STHOUSAND, thousands_sep),
        S(1, LOCALE_SINTLSYMBOL, int_curr_symbol),
        S(1, LOCALE_SCURRENCY, currency_symbol),
        S(1, LOCALE_SMONDECIMALSEP, mon_decimal_point),
        S(1, LOCALE_SMONTHOUSANDSEP, mon_thousands_sep),
        S(1, LOCALE_SPOSITIVESIGN, positive_sign),
        S(1, LOCALE_SNEGATIVESIGN, negative_sign),
#undef S
        { 0, LOCALE_SGROUPING, offsetof(struct lconv, grouping), 0 },
        { 1, LOCALE_SMONGROUPING, offsetof(struct lconv, mon_grouping), 0 },
    };
    static const struct {
        LCTYPE type;
        size_t offset;
    } numbers[] = {
        { LOCALE_IINTLCURRDIGITS, offsetof(struct lconv, int_frac_digits) },
        { LOCALE_ICURRDIGITS, offsetof(struct lconv, frac_digits) },
        { LOCALE_IPOSSYMPRECEDES, offsetof(struct lconv, p_cs_precedes) },
        { LOCALE_IPOSSEPBYSPACE, offsetof(struct lconv, p_sep_by_space) },
        { LOCALE_INEGSYMPRECEDES, offsetof(struct lconv, n_cs_precedes) },
        { LOCALE_INEGSEPBYSPACE, offsetof(struct lconv, n_sep_by_space) },
        { LOCALE_IPOSSIGNPOSN, offsetof(struct lconv, p_sign_posn) },
        { LOCALE_INEGSIGNPOSN, offsetof(struct lconv, n_sign_posn) },
    };
    struct lconv *lc = &info->lconv;
    /* Each string fits 64 characters of at most 4 bytes in any locale. */
    char *arena = calloc(CRT_COUNTOF(strings), 64 * (4 + sizeof(wchar_t)));
    UINT cp = info->codepage ? info->codepage : CP_ACP;

    if (!arena)
        return false;
    info->lconv_strings = arena;
    for (unsigned i = 0; i < CRT_COUNTOF(strings); i++) {
        if (strings[i].monetary ? !monetary : !numeric)
            continue;
        wchar_t *wide = (wchar_t *)(arena + i * 64 * (4 + sizeof(wchar_t)));
        char *narrow = (char *)(wide + 64);
        if (GetLocaleInfoEx(info->sysname[strings[i].monetary ? LC_MONETARY : LC_NUMERIC], strings[i].type, wide, 64) <=
            0)
            return false;
        WideCharToMultiByte(cp, 0, wide, -1, narrow, 64 * 4, NULL, NULL);
        *(char **)((char *)lc + strings[i].narrow) = narrow;
        if (strings[i].wide)
            *(wchar_t **)((char *)lc + strings[i].wide) = wide;
        else
            grouping(narrow);
    }
    for (unsigned i = 0; monetary && i < CRT_COUNTOF(numbers); i++)
        *((char *)lc + numbers[i].offset) = (char)info_number(info->sysname[LC_MONETARY], numbers[i].type);
    return true;
}

/* A new locale from names of its categories; NULL with errno or without. */
static struct locinfo *build(const char *const specs[6], const struct locinfo *base)
{
    struct locinfo *info = calloc(1, sizeof(*info));
    bool ok = info != NULL, all_c = true;

    if (!ok)
        return NULL;
    info->refcount = 1;
    info->pctype = crt_c_locinfo.pctype;
    info->lower = crt_c_lower;
    info->upper = crt_c_upper;
    info->mb_cur_max = 1;
    info->lconv = crt_c_locinfo.lconv;
    for (int i = LC_COLLATE; i <= LC_MAX && ok; i++) {
        struct resolved r;
        const char *spec = specs[i] ? specs[i] : base->name[i];
        info->name[i] = c_name;
        if (!strcmp(spec, "C"))
            continue;
        ok = crt_locale_resolve(spec, r.sysname, r.name, &r.codepage);
        if (!ok)
            break;
        all_c = false;
        info->name[i] = _strdup(r.name);
        info->sysname[i] = _wcsdup(r.sysname);
        if (!info->name[i] || !info->sysname[i])
            ok = false;
        if (i == LC_CTYPE)
            info->codepage = r.codepage;
        else if (i == LC_COLLATE)
            info->collate_cp = r.codepage;
        else if (i == LC_TIME)
            info->time_cp = r.codepage;
    }
    info->name[LC_ALL] = c_name;
    if (ok && all_c) {
        crt_locinfo_release(info);
        return &crt_c_locinfo;
    }
    if (ok && info->sysname[LC_CTYPE])
        ok = build_ctype(info);
    if (ok && info->sysname[LC_TIME])
        ok = build_time(info);
    if (ok && (info->sysname[LC_MONETARY] || info->sysname[LC_NUMERIC]))
        ok = build_lconv(info, info->sysname[LC_MONETARY] != NULL, info->sysname[LC_NUMERIC] != NULL);
    if (ok) {
        static const char *const titles[6] = { 0,          "LC_COLLATE=", ";LC_CTYPE=", ";LC_MONETARY=", ";LC_NUMERIC=",
                                               ";LC_TIME=" };
        bool same = true;
        size_t size = 1;
        for (int i = LC_COLLATE; i <= LC_MAX; i++) {
            same = same && !strcmp(info->name[i], info->name[LC_COLLATE]);
            size += strlen(titles[i]) + strlen(info->name[i]);
        }
        char *name = malloc(size);
        if (name) {
            *name = 0;
            for (int i = LC_COLLATE; i <= LC_MAX && !same; i++) {
                strcat(name, titles[i]);
                strcat(name, info->name[i]);
            }
            if (same)
                strcpy(name, info->name[LC_COLLATE]);
            info->name[LC_ALL] = name;
        }
        ok = name != NULL;
    }
    if (ok)
        return info;
    crt_locinfo_release(info);
    return NULL;
}

/* Splits "LC_COLLATE=a;LC_CTYPE=b..." in place. */
static bool split_categories(char *s, const char *specs[6])
{
    static const char *const names[6] = { "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME" };

    while (s && *s) {
        char *equal = strchr(s, '='), *end = strchr(s, ';');
        if (!equal || (end && end < equal))
            return false;
        *equal = 0;
        if (end)
            *end++ = 0;
        int i = LC_COLLATE;
        while (i <= LC_MAX && strcmp(s, names[i]))
            i++;
        if (i > LC_MAX)
            return false;
        specs[i] = equal + 1;
        s = end;
    }
    return true;
}

static struct locinfo *build_for(int category, const char *spec, const struct locinfo *base)
{
    const char *specs[6] = { 0 };
    char *copy = _strdup(spec);
    struct locinfo *info = NULL;

    if (!copy)
        return NULL;
    if (category != LC_ALL)
        specs[category] = copy;
    else if (strncmp(copy, "LC_", 3))
        for (int i = LC_COLLATE; i <= LC_MAX; i++)
            specs[i] = copy;
    else if (!split_categories(copy, specs))
        goto done;
    info = build(specs, base);
done:
    free(copy);
    return info;
}

static void publish(struct locale_ref *ref, struct locinfo *info)
{
    struct locinfo *old = ref->locinfo;

    ref->locinfo = info;
    if (ref == &crt_global_locale) {
        __mb_cur_max = info->mb_cur_max;
        __lc_codepage = info->codepage;
        __lc_collate_cp = info->collate_cp;
        _pctype = info->pctype;
        /* Other threads may be using it, and msvcrt's programs keep pointers into it: the global one is not freed. */
    } else {
        crt_locinfo_release(old);
    }
}

char *__cdecl setlocale(int category, const char *spec)
{
    char *result = NULL;

    CRT_VALIDATE(category >= LC_MIN && category <= LC_MAX, EINVAL, NULL);
    crt_lock(LOCK_LOCALE);
    struct locale_ref *ref = crt_locale_ref(NULL);
    if (!spec || !strcmp(spec, ref->locinfo->name[category])) {
        result = ref->locinfo->name[category];
    } else {
        struct locinfo *info = build_for(category, spec, ref->locinfo);
        if (info) {
            publish(ref, info);
            result = info->name[category];
        }
    }
    crt_unlock(LOCK_LOCALE);
    return result;
}

wchar_t *__cdecl _wsetlocale(int category, const wchar_t *spec)
{
    char narrow[512];
    struct thread_data *td = crt_thread();
    const char *name;

    CRT_VALIDATE(category >= LC_MIN && category <= LC_MAX, EINVAL, NULL);
    if (spec && !WideCharToMultiByte(CP_UTF8, 0, spec, -1, narrow, sizeof(narrow), NULL, NULL))
        return NULL;
    name = setlocale(category, spec ? narrow : NULL);
    if (!name)
        return NULL;
    free(td->wcserror_buffer);
    size_t size = strlen(name) + 1;
    td->wcserror_buffer = malloc((size > 512 ? size : 512) * sizeof(wchar_t));
    if (td->wcserror_buffer)
        MultiByteToWideChar(CP_UTF8, 0, name, -1, td->wcserror_buffer, (int)size);
    return td->wcserror_buffer;
}

_locale_t __cdecl _create_locale(int category, const char *spec)
{
    if (category < LC_MIN || category > LC_MAX || !spec)
        return NULL;
    struct locale_ref *ref = calloc(1, sizeof(*ref));
    struct mbcinfo *mbc = calloc(1, sizeof(*mbc));
    struct locinfo *info = build_for(category, spec, &crt_c_locinfo);
    if (!ref || !mbc || !info) {
        free(ref);
        free(mbc);
        if (info)
            crt_locinfo_release(info);
        return NULL;
    }
    mbc->refcount = 1;
    crt_mbcinfo_build(mbc, (int)info->codepage);
    ref->locinfo = info;
    ref->mbcinfo = mbc;
    return (_locale_t)ref;
}

_locale_t __cdecl _wcreate_locale(int category, const wchar_t *spec)
{
    char narrow[512];

    if (!spec || !WideCharToMultiByte(CP_UTF8, 0, spec, -1, narrow, sizeof(narrow), NULL, NULL))
        return NULL;
    return _create_locale(category, narrow);
}

_locale_t __cdecl _get_current_locale(void)
{
    struct locale_ref *ref = calloc(1, sizeof(*ref));

    if (!ref)
        return NULL;
    crt_lock(LOCK_LOCALE);
    *ref = *crt_locale_ref(NULL);
    retain(ref->locinfo);
    InterlockedIncrement(&ref->mbcinfo->refcount);
    crt_unlock(LOCK_LOCALE);
    return (_locale_t)ref;
}

void __cdecl _free_locale(_locale_t locale)
{
    struct locale_ref *ref = (struct locale_ref *)locale;

    if (!ref)
        return;
    crt_locinfo_release(ref->locinfo);
    crt_mbcinfo_release(ref->mbcinfo);
    free(ref);
}

struct lconv *__cdecl localeconv(void)
{
    return &crt_loc(NULL)->lconv;
}

/* CHAR_MAX of a program built with unsigned characters is 255. */
static void unsigned_lconv(void)
{
    struct lconv *lc = &crt_c_locinfo.lconv;
    lc->int_frac_digits = lc->frac_digits = lc->p_cs_precedes = lc->p_sep_by_space = (char)UCHAR_MAX;
    lc->n_cs_precedes = lc->n_sep_by_space = lc->p_sign_posn = lc->n_sign_posn = (char)UCHAR_MAX;
}

int __cdecl __lconv_init(void)
{
    unsigned_lconv();
    return 0;
}

void __cdecl __initialize_lconv_for_unsigned_char(void)
{
    unsigned_lconv();
}

unsigned int __cdecl ___lc_codepage_func(void)
{
    return crt_loc(NULL)->codepage;
}

unsigned int __cdecl ___lc_collate_cp_func(void)
{
    return crt_loc(NULL)->collate_cp;
}

wchar_t **__cdecl ___lc_locale_name_func(void)
{
    return crt_loc(NULL)->sysname;
}

unsigned long *__cdecl ___lc_handle_func(void)
{
    return __lc_handle;
}

int *__cdecl ___setlc_active_func(void)
{
    return &__setlc_active;
}

int *__cdecl ___unguarded_readlc_active_add_func(void)
{
    return &__unguarded_readlc_active;
}

int __cdecl ___mb_cur_max_func(void)
{
    return crt_loc(NULL)->mb_cur_max;
}

int __cdecl ___mb_cur_max_l_func(_locale_t locale)
{
    return crt_loc(locale)->mb_cur_max;
}

int *__cdecl __p___mb_cur_max(void)
{
    return &__mb_cur_max;
}

const unsigned short *__cdecl __pctype_func(void)
{
    return crt_loc(NULL)->pctype;
}

const unsigned short *__cdecl __pwctype_func(void)
{
    return _pwctype;
}
