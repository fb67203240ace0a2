/* SPDX-License-Identifier: MIT */
/*
 * chars.cpp: the C functions below the facets: characters of code pages, classes and cases, comparing, numbers.
 */
#include "locale.h"

namespace
{

constexpr unsigned utf8 = 65001;

wchar_t *copy_name(const wchar_t *name)
{
    size_t size = name ? (wcslen(name) + 1) * sizeof(wchar_t) : 0;
    wchar_t *copy = name ? static_cast<wchar_t *>(malloc(size)) : nullptr;

    if (copy)
        memcpy(copy, name, size);
    return copy;
}

wchar_t map_wide(wchar_t c, const _Ctypevec *vector, bool upper)
{
    wchar_t mapped = c;

    if (!vector || !vector->_LocaleName || c < 0x80) {
        if (upper && c >= 'a' && c <= 'z')
            return (wchar_t)(c - 'a' + 'A');
        if (!upper && c >= 'A' && c <= 'Z')
            return (wchar_t)(c - 'A' + 'a');
        return c;
    }
    LCMapStringEx(vector->_LocaleName, upper ? 0x200 : 0x100, &c, 1, &mapped, 1, nullptr, nullptr, 0);
    return mapped;
}

int map_byte(int c, const _Ctypevec *vector, bool upper)
{
    char byte = (char)c;
    wchar_t wide, mapped;
    char bytes[4];

    if (c < 0x80 || !vector || !vector->_LocaleName)
        return c < 0x80 && c >= 0 ? (int)map_wide((wchar_t)c, nullptr, upper) : c;
    if (vector->_Page == utf8 || MultiByteToWideChar(vector->_Page, 8, &byte, 1, &wide, 1) != 1)
        return c;
    mapped = map_wide(wide, vector, upper);
    return WideCharToMultiByte(vector->_Page, 0, &mapped, 1, bytes, sizeof(bytes), nullptr, nullptr) == 1
               ? (unsigned char)bytes[0]
               : c;
}

/* UTF-8 into UTF-16. A character beyond the 16 bits gives its first half, and its second with the next call. */
int from_utf8(wchar_t *to, const char *from, size_t size, _Mbstatet *state)
{
    unsigned char c;
    size_t used = 0;

    if (state->_State == 0xffff) { /* the second half */
        *to = (wchar_t)state->_Wchar;
        *state = _Mbstatet();
        return 1;
    }
    if (!state->_State) {
        c = (unsigned char)from[used++];
        if (c < 0x80) {
            *to = c;
            return c ? 1 : 0;
        }
        state->_State = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        state->_Byte = state->_State;
        if (c < 0xc2 || c > 0xf4)
            return -1;
        state->_Wchar = c & (0x3fu >> state->_State);
    }
    while (state->_State) {
        if (used == size)
            return -2;
        c = (unsigned char)from[used++];
        if ((c & 0xc0) != 0x80)
            return -1;
        /* The fourth byte is taken with the second half. */
        state->_Wchar = state->_Wchar << 6 | (c & 0x3f);
        state->_State--;
        if (state->_Byte == 3 && state->_State == 1)
            break;
    }
    if (state->_Byte == 3) {
        unsigned char last;

        if (used == size)
            return -2;
        last = (unsigned char)from[used];
        if ((last & 0xc0) != 0x80)
            return -1;

        unsigned long code = (state->_Wchar << 6 | (last & 0x3f)) - 0x10000;

        if (code > 0xfffff)
            return -1;
        *to = (wchar_t)(0xd800 + (code >> 10));
        state->_Wchar = 0xdc00 + (code & 0x3ff);
        state->_State = 0xffff;
        return (int)used;
    }
    *to = (wchar_t)state->_Wchar;
    if (*to >= 0xd800 && *to <= 0xdfff)
        return -1;
    *state = _Mbstatet();
    return (int)used;
}

int to_utf8(char *to, wchar_t c, _Mbstatet *state)
{
    unsigned long code = c;

    if (state->_Wchar) { /* a first half came before */
        if (c < 0xdc00 || c > 0xdfff)
            return -1;
        code = 0x10000 + ((state->_Wchar - 0xd800) << 10) + (c - 0xdc00u);
        state->_Wchar = 0;
        to[0] = (char)(0xf0 | code >> 18);
        to[1] = (char)(0x80 | (code >> 12 & 0x3f));
        to[2] = (char)(0x80 | (code >> 6 & 0x3f));
        to[3] = (char)(0x80 | (code & 0x3f));
        return 4;
    }
    if (c >= 0xd800 && c <= 0xdbff) {
        state->_Wchar = c;
        return 0;
    }
    if (c >= 0xdc00 && c <= 0xdfff)
        return -1;
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 0x3f));
    to[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* The wide form of bytes, in `room` or in memory that the caller frees if it is not that. */
wchar_t *widened(unsigned page, const char *from, const char *end, wchar_t *room, int room_size, int &size)
{
    wchar_t *wide = room;

    size = MultiByteToWideChar(page, 0, from, (int)(end - from), nullptr, 0);
    if (size > room_size)
        wide = static_cast<wchar_t *>(malloc((size_t)size * sizeof(wchar_t)));
    if (wide)
        MultiByteToWideChar(page, 0, from, (int)(end - from), wide, size);
    return wide;
}

} // namespace

extern "C" {

_Collvec _Getcoll() noexcept
{
    return _Collvec{ ___lc_codepage_func(), copy_name(___lc_locale_name_func()[1]) };
}

_Ctypevec _Getctype() noexcept
{
    short *table = static_cast<short *>(malloc(256 * sizeof(short)));
    const short *current = (const short *)__pctype_func();

    if (table)
        memcpy(table, current, 256 * sizeof(short));
    return _Ctypevec{ ___lc_codepage_func(), table ? table : current, table ? 1 : 0,
                      copy_name(___lc_locale_name_func()[2]) };
}

_Cvtvec _Getcvt() noexcept
{
    _Cvtvec vector = {};

    vector._Page = ___lc_codepage_func();
    vector._Mbcurmax = (unsigned)___mb_cur_max_func();
    vector._Isclocale = !___lc_locale_name_func()[2];
    if (vector._Mbcurmax == 2)
        for (unsigned c = 0; c < 256; c++)
            if (__pctype_func()[c] & 0x8000)
                vector._Isleadbyte[c >> 3] |= (unsigned char)(1 << (c & 7));
    return vector;
}

int _Getdateorder() noexcept
{
    return 2; /* month, day, year: the "C" locale's */
}

int _Mbrtowc(wchar_t *to, const char *from, size_t size, _Mbstatet *state, const _Cvtvec *vector) noexcept
{
    wchar_t unused;
    char bytes[2];

    if (!from || !size)
        return 0;
    if (!to)
        to = &unused;
    if (vector->_Isclocale) {
        *to = (unsigned char)*from;
        return *from ? 1 : 0;
    }
    if (vector->_Page == utf8) {
        int used = from_utf8(to, from, size, state);

        if (used == -1)
            *_errno() = 42; /* EILSEQ */
        return used;
    }
    if (state->_Wchar) { /* the lead byte came before */
        bytes[0] = (char)state->_Wchar;
        bytes[1] = *from;
        state->_Wchar = 0;
        if (MultiByteToWideChar(vector->_Page, 9, bytes, 2, to, 1) == 1)
            return 1;
    } else if (vector->_Isleadbyte[(unsigned char)*from >> 3] & 1 << (*from & 7)) {
        if (size == 1) {
            state->_Wchar = (unsigned char)*from;
            return -2;
        }
        if (MultiByteToWideChar(vector->_Page, 9, from, 2, to, 1) == 1)
            return 2;
    } else if (!*from) {
        *to = 0;
        return 0;
    } else if (MultiByteToWideChar(vector->_Page, 9, from, 1, to, 1) == 1) {
        return 1;
    }
    *_errno() = 42;
    return -1;
}

int _Wcrtomb(char *to, wchar_t c, _Mbstatet *state, const _Cvtvec *vector) noexcept
{
    int unknown = 0, size;

    if (vector->_Isclocale) {
        if (c < 0x100) {
            *to = (char)c;
            return 1;
        }
    } else if (vector->_Page == utf8) {
        size = to_utf8(to, c, state);
        if (size >= 0)
            return size;
    } else {
        size = WideCharToMultiByte(vector->_Page, 0, &c, 1, to, (int)vector->_Mbcurmax, nullptr, &unknown);
        if (size && !unknown)
            return size;
    }
    *_errno() = 42;
    return -1;
}

int __Wcrtomb_lk(char *to, wchar_t c, _Mbstatet *state, const _Cvtvec *vector) noexcept
{
    return _Wcrtomb(to, c, state, vector);
}

int _Tolower(int c, const _Ctypevec *vector) noexcept
{
    return map_byte(c, vector, false);
}

int _Toupper(int c, const _Ctypevec *vector) noexcept
{
    return map_byte(c, vector, true);
}

wchar_t _Towlower(wchar_t c, const _Ctypevec *vector) noexcept
{
    return map_wide(c, vector, false);
}

wchar_t _Towupper(wchar_t c, const _Ctypevec *vector) noexcept
{
    return map_wide(c, vector, true);
}

short _Getwctype(wchar_t c, const _Ctypevec *) noexcept
{
    unsigned short mask = 0;

    GetStringTypeW(1, &c, 1, &mask);
    return (short)mask;
}

const wchar_t *_Getwctypes(const wchar_t *first, const wchar_t *last, short *to, const _Ctypevec *) noexcept
{
    if (first != last)
        GetStringTypeW(1, first, (int)(last - first), (unsigned short *)to);
    return last;
}

int _Wcscoll(const wchar_t *a, const wchar_t *a_end, const wchar_t *b, const wchar_t *b_end,
             const _Collvec *vector) noexcept
{
    if (vector && vector->_LocaleName)
        return CompareStringEx(vector->_LocaleName, 0x1000, a, (int)(a_end - a), b, (int)(b_end - b), nullptr, nullptr,
                               0) -
               2;
    for (; a != a_end && b != b_end; ++a, ++b)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return a != a_end ? 1 : b != b_end ? -1 : 0;
}

int _Strcoll(const char *a, const char *a_end, const char *b, const char *b_end, const _Collvec *vector) noexcept
{
    size_t a_size = (size_t)(a_end - a), b_size = (size_t)(b_end - b);
    int result;

    if (vector && vector->_LocaleName && a_size && b_size) {
        wchar_t a_room[64], b_room[64];
        int a_count, b_count;
        wchar_t *wide_a = widened(vector->_Page, a, a_end, a_room, 64, a_count);
        wchar_t *wide_b = widened(vector->_Page, b, b_end, b_room, 64, b_count);

        result = wide_a && wide_b ? _Wcscoll(wide_a, wide_a + a_count, wide_b, wide_b + b_count, vector) : 0;
        if (wide_a != a_room)
            free(wide_a);
        if (wide_b != b_room)
            free(wide_b);
        return result;
    }
    result = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return result ? (result < 0 ? -1 : 1) : a_size == b_size ? 0 : a_size < b_size ? -1 : 1;
}

size_t _Strxfrm(char *to, char *to_end, const char *from, const char *end, const _Collvec *vector) noexcept
{
    size_t size = (size_t)(end - from), room = (size_t)(to_end - to);

    if (vector && vector->_LocaleName && size) {
        wchar_t wide_room[64];
        int count, needed = 0;
        wchar_t *wide = widened(vector->_Page, from, end, wide_room, 64, count);

        if (wide) {
            needed = LCMapStringEx(vector->_LocaleName, 0x400, wide, count, nullptr, 0, nullptr, nullptr, 0);
            if (needed && (size_t)needed <= room)
                LCMapStringEx(vector->_LocaleName, 0x400, wide, count, (wchar_t *)to, (int)room, nullptr, nullptr, 0);
        }
        if (wide != wide_room)
            free(wide);
        if (needed)
            return (size_t)needed;
    }
    if (size <= room)
        memcpy(to, from, size);
    return size;
}

size_t _Wcsxfrm(wchar_t *to, wchar_t *to_end, const wchar_t *from, const wchar_t *end, const _Collvec *vector) noexcept
{
    size_t size = (size_t)(end - from), room = (size_t)(to_end - to);

    if (vector && vector->_LocaleName && size) {
        int needed = LCMapStringEx(vector->_LocaleName, 0x400, from, (int)size, nullptr, 0, nullptr, nullptr, 0);
        unsigned char *key = needed ? static_cast<unsigned char *>(malloc((size_t)needed)) : nullptr;

        if (key) {
            /* The key's bytes, each a character of the result */
            LCMapStringEx(vector->_LocaleName, 0x400, from, (int)size, (wchar_t *)key, needed, nullptr, nullptr, 0);
            if ((size_t)needed <= room)
                for (int i = 0; i < needed; i++)
                    to[i] = key[i];
            free(key);
            return (size_t)needed;
        }
    }
    if (size <= room)
        memcpy(to, from, size * sizeof(wchar_t));
    return size;
}

/* ---- numbers: as strtod and its like, with a power of ten or an error to report ---- */

unsigned long long strtoull(const char *text, char **end, int base);
long long strtoll(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
long strtol(const char *text, char **end, int base);

} // extern "C"

static double scaled(double value, long exponent)
{
    for (; exponent > 0; exponent--)
        value *= 10;
    for (; exponent < 0; exponent++)
        value /= 10;
    return value;
}

template <class Number, class Function> static Number reported(int *error, Function convert)
{
    int saved = *_errno();
    Number value;

    *_errno() = 0;
    value = convert();
    if (error)
        *error = *_errno() == 34; /* ERANGE */
    *_errno() = saved;
    return value;
}

extern "C" {

double _Stodx(const char *text, char **end, long exponent, int *error)
{
    return reported<double>(error, [=] { return scaled(strtod(text, end), exponent); });
}
double _Stod(const char *text, char **end, long exponent)
{
    return _Stodx(text, end, exponent, nullptr);
}
float _Stofx(const char *text, char **end, long exponent, int *error)
{
    return reported<float>(error, [=] { return (float)scaled(strtof(text, end), exponent); });
}
float _Stof(const char *text, char **end, long exponent)
{
    return _Stofx(text, end, exponent, nullptr);
}
long double _Stoldx(const char *text, char **end, long exponent, int *error)
{
    return _Stodx(text, end, exponent, error);
}
long double _Stold(const char *text, char **end, long exponent)
{
    return _Stodx(text, end, exponent, nullptr);
}
long _Stolx(const char *text, char **end, int base, int *error)
{
    return reported<long>(error, [=] { return strtol(text, end, base); });
}
unsigned long _Stoulx(const char *text, char **end, int base, int *error)
{
    return reported<unsigned long>(error, [=] { return strtoul(text, end, base); });
}
unsigned long _Stoul(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}
long long _Stollx(const char *text, char **end, int base, int *error)
{
    return reported<long long>(error, [=] { return strtoll(text, end, base); });
}
long long _Stoll(const char *text, char **end, int base)
{
    return strtoll(text, end, base);
}
unsigned long long _Stoullx(const char *text, char **end, int base, int *error)
{
    return reported<unsigned long long>(error, [=] { return strtoull(text, end, base); });
}
unsigned long long _Stoull(const char *text, char **end, int base)
{
    return strtoull(text, end, base);
}

} // extern "C"
