/* SPDX-License-Identifier: MIT */
/* crt_ctype.c: classes of characters (ctype.h). As in ntdll on Windows: ASCII for bytes; wide ones beyond it have none. */
#include "ntdll_private.h"

/* The bits of ctype.h: _UPPER 1, _LOWER 2, _DIGIT 4, _SPACE 8, _PUNCT 0x10, _CONTROL 0x20, _BLANK 0x40, _HEX 0x80 */
static USHORT class_of(int c)
{
    USHORT bits = 0;

    if (c < 0 || c > 0x7f)
        return 0;
    if (c >= 'A' && c <= 'Z')
        bits |= _UPPER;
    else if (c >= 'a' && c <= 'z')
        bits |= _LOWER;
    else if (c >= '0' && c <= '9')
        bits |= _DIGIT;
    else if (c < ' ' || c == 0x7f)
        bits |= _CONTROL;
    else if (c != ' ')
        bits |= _PUNCT;
    if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f'))
        bits |= _HEX;
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        bits |= _SPACE;
    if (c == ' ')
        bits |= _BLANK;
    return bits;
}

#undef iswalnum
#undef iswalpha
#undef iswdigit
#undef iswgraph
#undef iswlower
#undef iswprint
#undef iswspace
#undef iswxdigit
#undef iswascii
#undef __isascii
#undef __toascii
#undef __iscsym
#undef __iscsymf
#undef _tolower
#undef _toupper
#define CLASS_FUNCTION(NAME, BITS)                                                                                     \
    int __cdecl NAME(int c)                                                                                            \
    {                                                                                                                  \
        return class_of(c) & (BITS);                                                                                   \
    }
#define WIDE_FUNCTION(NAME, BITS)                                                                                      \
    int __cdecl NAME(wint_t c)                                                                                         \
    {                                                                                                                  \
        return class_of(c) & (BITS);                                                                                   \
    }

#define LETTER (_UPPER | _LOWER)
CLASS_FUNCTION(isalnum, LETTER | _DIGIT)
CLASS_FUNCTION(isalpha, LETTER)
CLASS_FUNCTION(iscntrl, _CONTROL)
CLASS_FUNCTION(isdigit, _DIGIT)
CLASS_FUNCTION(isgraph, LETTER | _DIGIT | _PUNCT)
CLASS_FUNCTION(islower, _LOWER)
CLASS_FUNCTION(isprint, LETTER | _DIGIT | _PUNCT | _BLANK)
CLASS_FUNCTION(ispunct, _PUNCT)
CLASS_FUNCTION(isspace, _SPACE)
CLASS_FUNCTION(isupper, _UPPER)
CLASS_FUNCTION(isxdigit, _HEX)
WIDE_FUNCTION(iswalnum, LETTER | _DIGIT)
WIDE_FUNCTION(iswalpha, LETTER)
WIDE_FUNCTION(iswdigit, _DIGIT)
WIDE_FUNCTION(iswgraph, LETTER | _DIGIT | _PUNCT)
WIDE_FUNCTION(iswlower, _LOWER)
WIDE_FUNCTION(iswprint, LETTER | _DIGIT | _PUNCT | _BLANK)
WIDE_FUNCTION(iswspace, _SPACE)
WIDE_FUNCTION(iswxdigit, _HEX)

int __cdecl iswctype(wint_t c, wctype_t bits)
{
    return class_of(c) & bits;
}

int __cdecl __isascii(int c)
{
    return (unsigned)c < 0x80;
}

int __cdecl iswascii(wint_t c);
int __cdecl iswascii(wint_t c)
{
    return c < 0x80;
}

int __cdecl __toascii(int c)
{
    return c & 0x7f;
}

int __cdecl __iscsymf(int c)
{
    return (class_of(c) & LETTER) || c == '_';
}

int __cdecl __iscsym(int c)
{
    return (class_of(c) & (LETTER | _DIGIT)) || c == '_';
}

int __cdecl tolower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int __cdecl toupper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

int __cdecl _tolower(int c)
{
    return c + 32;
}

int __cdecl _toupper(int c)
{
    return c - 32;
}

wint_t __cdecl towlower(wint_t c)
{
    return c < 0x80 ? (wint_t)tolower(c) : RtlDowncaseUnicodeChar(c);
}

wint_t __cdecl towupper(wint_t c)
{
    return c < 0x80 ? (wint_t)toupper(c) : RtlUpcaseUnicodeChar(c);
}

int *__cdecl _errno(void);
int *__cdecl _errno(void)
{
    /* TEB.ReservedForCrt: nothing else in this process has a use for it. */
    return (int *)&nt_teb()->ReservedForCrt;
}
