/* SPDX-License-Identifier: MIT */
/* The bounds-checked string functions, for one character type. CH, F(narrow, wide), LEN and NLEN come from string_s.c. */

/* "_FILL_BUFFER"-free failure: the destination becomes empty, then the handler runs. */
#define FAIL(dst, size, error)                                                                                         \
    do {                                                                                                               \
        if ((dst) && (size))                                                                                           \
            *(dst) = 0;                                                                                                \
        CRT_VALIDATE(0, error, error);                                                                                 \
    } while (0)

errno_t __cdecl F(strcpy_s, wcscpy_s)(CH *dst, size_t size, const CH *src)
{
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    if (!src)
        FAIL(dst, size, EINVAL);
    size_t len = NLEN(src, size);
    if (len == size)
        FAIL(dst, size, ERANGE);
    memmove(dst, src, (len + 1) * sizeof(CH));
    return 0;
}

errno_t __cdecl F(strncpy_s, wcsncpy_s)(CH *dst, size_t size, const CH *src, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    if (!n) {
        *dst = 0;
        return 0;
    }
    if (!src)
        FAIL(dst, size, EINVAL);
    if (n == _TRUNCATE) {
        size_t len = NLEN(src, size);
        bool cut = len == size;
        len -= cut;
        memmove(dst, src, len * sizeof(CH));
        dst[len] = 0;
        return cut ? STRUNCATE : 0;
    }
    size_t len = NLEN(src, n < size ? n : size);
    if (len == size)
        FAIL(dst, size, ERANGE);
    memmove(dst, src, len * sizeof(CH));
    dst[len] = 0;
    return 0;
}

errno_t __cdecl F(strcat_s, wcscat_s)(CH *dst, size_t size, const CH *src)
{
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    if (!src)
        FAIL(dst, size, EINVAL);
    size_t used = NLEN(dst, size);
    if (used == size)
        FAIL(dst, size, EINVAL);
    size_t len = NLEN(src, size - used);
    if (len == size - used)
        FAIL(dst, size, ERANGE);
    memmove(dst + used, src, (len + 1) * sizeof(CH));
    return 0;
}

errno_t __cdecl F(strncat_s, wcsncat_s)(CH *dst, size_t size, const CH *src, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    if (n && !src)
        FAIL(dst, size, EINVAL);
    size_t used = NLEN(dst, size), room = size - used;
    if (!room)
        FAIL(dst, size, EINVAL);
    if (!n)
        return 0;
    size_t len = NLEN(src, n < room ? n : room);
    if (len == room) {
        if (n != _TRUNCATE)
            FAIL(dst, size, ERANGE);
        memmove(dst + used, src, (room - 1) * sizeof(CH));
        dst[size - 1] = 0;
        return STRUNCATE;
    }
    memmove(dst + used, src, len * sizeof(CH));
    dst[used + len] = 0;
    return 0;
}

errno_t __cdecl F(_strset_s, _wcsset_s)(CH *dst, size_t size, XINT c)
{
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    size_t len = NLEN(dst, size);
    if (len == size)
        FAIL(dst, size, EINVAL);
    for (size_t i = 0; i < len; i++)
        dst[i] = (CH)c;
    return 0;
}

errno_t __cdecl F(_strnset_s, _wcsnset_s)(CH *dst, size_t size, XINT c, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    CRT_VALIDATE(dst && size, EINVAL, EINVAL);
    size_t len = NLEN(dst, size);
    if (len == size)
        FAIL(dst, size, EINVAL);
    for (size_t i = 0; i < len && i < n; i++)
        dst[i] = (CH)c;
    return 0;
}

#undef FAIL
#undef CH
#undef F
#undef LEN
#undef NLEN
#undef XINT
