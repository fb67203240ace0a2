/* SPDX-License-Identifier: MIT */
/*
 * A table of the environment, for one character type: CH, NAME(narrow, wide), LEN(s), TABLE and INITIAL (the table now and
 * at the start) come from environ.c.
 */

static size_t NAME(narrow_count, wide_count)(CH **table)
{
    size_t n = 0;
    while (table && table[n])
        n++;
    return n;
}

/* ---- look-up ---- */

static CH *NAME(find_narrow, find_wide)(const CH *name, size_t *index)
{
    size_t len = LEN(name);

    for (size_t i = 0; TABLE && TABLE[i]; i++)
        if (!NAME(_strnicmp, _wcsnicmp)(TABLE[i], name, len) && TABLE[i][len] == '=') {
            *index = i;
            return TABLE[i] + len + 1;
        }
    return NULL;
}

errno_t __cdecl NAME(getenv_s, _wgetenv_s)(size_t *needed, CH *buf, size_t size, const CH *name)
{
    CRT_VALIDATE(needed, EINVAL, EINVAL);
    *needed = 0;
    CRT_VALIDATE((buf && size) || (!buf && !size), EINVAL, EINVAL);
    if (buf)
        *buf = 0;
    const CH *value = NAME(getenv, _wgetenv)(name);
    if (!value)
        return 0;
    *needed = LEN(value) + 1;
    if (!size)
        return 0;
    if (*needed > size)
        return ERANGE;
    memcpy(buf, value, *needed * sizeof(CH));
    return 0;
}

errno_t __cdecl NAME(_dupenv_s, _wdupenv_s)(CH **buf, size_t *size, const CH *name)
{
    CRT_VALIDATE(buf, EINVAL, EINVAL);
    *buf = NULL;
    if (size)
        *size = 0;
    CRT_VALIDATE(name, EINVAL, EINVAL);
    const CH *value = NAME(getenv, _wgetenv)(name);
    if (!value)
        return 0;
    *buf = NAME(_strdup, _wcsdup)(value);
    if (!*buf)
        return ENOMEM;
    if (size)
        *size = LEN(value) + 1;
    return 0;
}

/* ---- changes ---- */

/*
 * Programs keep what getenv returned, and __initenv may be the table: replaced strings are left alone, as the table is
 * when it grows (a program changes few variables in its life).
 */
static bool NAME(set_narrow, set_wide)(const CH *name, const CH *value)
{
    size_t i, name_len = LEN(name), value_len = LEN(value);
    bool found = NAME(find_narrow, find_wide)(name, &i) != NULL;

    if (!*value) {
        if (found)
            for (; TABLE[i]; i++)
                TABLE[i] = TABLE[i + 1];
        return true;
    }
    CH *entry = malloc((name_len + value_len + 2) * sizeof(CH));
    if (!entry)
        return false;
    memcpy(entry, name, name_len * sizeof(CH));
    entry[name_len] = '=';
    memcpy(entry + name_len + 1, value, (value_len + 1) * sizeof(CH));
    if (found) {
        TABLE[i] = entry;
        return true;
    }
    size_t n = NAME(narrow_count, wide_count)(TABLE);
    CH **grown = malloc((n + 2) * sizeof(*grown));
    if (!grown)
        return false;
    memcpy(grown, TABLE, n * sizeof(*grown));
    grown[n] = entry;
    grown[n + 1] = NULL;
    if (TABLE != INITIAL)
        free(TABLE);
    TABLE = grown;
    return true;
}

int __cdecl NAME(_putenv, _wputenv)(const CH *entry)
{
    CRT_VALIDATE(entry, EINVAL, -1);
    const CH *equal = NAME(strchr, wcschr)(entry, '=');
    if (!equal || equal == entry) {
        errno = EINVAL;
        return -1;
    }
    CH *name = NAME(_strdup, _wcsdup)(entry);
    if (!name)
        return -1;
    name[equal - entry] = 0;
    errno_t error = NAME(_putenv_s, _wputenv_s)(name, equal + 1);
    free(name);
    return error ? -1 : 0;
}

#undef CH
#undef NAME
#undef LEN
#undef TABLE
#undef INITIAL
