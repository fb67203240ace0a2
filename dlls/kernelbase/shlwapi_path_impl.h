/* SPDX-License-Identifier: MIT */
/*
 * shlwapi_path_impl.h: the path functions that only look at and change text, for both character types: shlwapi_path.c includes
 * it with CHR, FN() and TEXT_() set for WCHAR, then for char.
 */

static SIZE_T FN(length)(const CHR *str)
{
    const CHR *p = str;

    while (*p)
        p++;
    return p - str;
}

static void FN(move)(CHR *to, const CHR *from)
{
    memmove(to, from, (FN(length)(from) + 1) * sizeof(CHR));
}

/* Copies into one of the buffers that these functions take to have MAX_PATH characters. */
static BOOL FN(put)(CHR *to, const CHR *from)
{
    SIZE_T length = FN(length)(from);

    if (length >= MAX_PATH)
        return FALSE;
    memmove(to, from, (length + 1) * sizeof(CHR));
    return TRUE;
}

static BOOL FN(is_drive)(const CHR *path)
{
    CHR c = path[0] | 0x20;

    return c >= 'a' && c <= 'z' && path[1] == ':';
}

/* --- parts --- */

CHR *WINAPI FN(PathFindFileName)(const CHR *path)
{
    const CHR *name = path;

    for (; path && *path; path++)
        if ((*path == '\\' || *path == '/' || *path == ':') && path[1] && path[1] != '\\' && path[1] != '/')
            name = path + 1;
    return (CHR *)name;
}

/* The last dot of the last component; blanks end an extension's search as backslashes do. */
CHR *WINAPI FN(PathFindExtension)(const CHR *path)
{
    const CHR *dot = NULL;

    for (; path && *path; path++) {
        if (*path == '.')
            dot = path;
        else if (*path == '\\' || *path == ' ')
            dot = NULL;
    }
    return (CHR *)(dot ? dot : path);
}

CHR *WINAPI FN(PathFindNextComponent)(const CHR *path)
{
    if (!path || !*path)
        return NULL;
    while (*path && *path != '\\')
        path++;
    if (*path && *++path == '\\')
        path++; /* the two of a UNC name */
    return (CHR *)path;
}

CHR *WINAPI FN(PathGetArgs)(const CHR *path)
{
    BOOL quoted = FALSE;

    for (; path && *path; path++) {
        if (*path == '"')
            quoted = !quoted;
        else if (*path == ' ' && !quoted)
            return (CHR *)path + 1;
    }
    return (CHR *)path;
}

int WINAPI FN(PathGetDriveNumber)(const CHR *path)
{
    if (path && path[0] == '\\' && path[1] == '\\' && path[2] == '?' && path[3] == '\\')
        path += 4;
    return path && FN(is_drive)(path) ? (path[0] | 0x20) - 'a' : -1;
}

CHR *WINAPI FN(PathSkipRoot)(const CHR *path)
{
    if (!path || !*path)
        return NULL;
    if (path[0] == '\\' && path[1] == '\\') {
        unsigned parts;

        path += 2;
        if (path[0] == '?' && path[1] == '\\') {
            path += 2;
            if (FN(is_drive)(path))
                return (CHR *)path + (path[2] == '\\' ? 3 : 2);
            if ((path[0] | 0x20) == 'u' && (path[1] | 0x20) == 'n' && (path[2] | 0x20) == 'c' && path[3] == '\\')
                path += 4;
        }
        for (parts = 0; parts < 2; parts++) {
            while (*path && *path != '\\')
                path++;
            if (!*path)
                return parts && path[-1] != '\\' ? (CHR *)path : NULL;
            path++;
        }
        return (CHR *)path;
    }
    if (FN(is_drive)(path) && path[2] == '\\')
        return (CHR *)path + 3;
    return NULL;
}

/* --- questions --- */

BOOL WINAPI FN(PathIsRelative)(const CHR *path)
{
    return !path || !*path || (*path != '\\' && !FN(is_drive)(path));
}

BOOL WINAPI FN(PathIsFileSpec)(const CHR *path)
{
    for (; path && *path; path++)
        if (*path == '\\' || *path == ':')
            return FALSE;
    return path != NULL;
}

BOOL WINAPI FN(PathIsUNC)(const CHR *path)
{
    if (!path || path[0] != '\\' || path[1] != '\\')
        return FALSE;
    if (path[2] == '?' && path[3] == '\\')
        return (path[4] | 0x20) == 'u' && (path[5] | 0x20) == 'n' && (path[6] | 0x20) == 'c' && path[7] == '\\';
    return TRUE;
}

/* The number of backslashes behind `\\`; -1 if it is no UNC name. */
static int FN(unc_separators)(const CHR *path)
{
    int count = 0;

    if (!path || path[0] != '\\' || path[1] != '\\')
        return -1;
    for (path += 2; *path; path++)
        if (*path == '\\')
            count++;
    return count;
}

BOOL WINAPI FN(PathIsUNCServer)(const CHR *path)
{
    return !FN(unc_separators)(path);
}

BOOL WINAPI FN(PathIsUNCServerShare)(const CHR *path)
{
    return FN(unc_separators)(path) == 1;
}

BOOL WINAPI FN(PathIsRoot)(const CHR *path)
{
    if (!path || !*path)
        return FALSE;
    if (path[0] == '\\') {
        if (!path[1])
            return TRUE;
        if (path[1] == '\\') {
            int count = FN(unc_separators)(path);

            return count == 0 || (count == 1 && path[FN(length)(path) - 1] != '\\');
        }
        return FALSE;
    }
    return FN(is_drive)(path) && path[2] == '\\' && !path[3];
}

/* Does it begin with a scheme? One letter is a drive. */
BOOL WINAPI FN(PathIsURL)(const CHR *path)
{
    SIZE_T i;

    if (!path || !*path)
        return FALSE;
    for (i = 0; path[i] && path[i] != ':'; i++) {
        CHR c = path[i] | 0x20;

        if (!(c >= 'a' && c <= 'z') &&
            !(i && ((path[i] >= '0' && path[i] <= '9') || path[i] == '+' || path[i] == '-' || path[i] == '.')))
            return FALSE;
    }
    return path[i] == ':' && i >= 2;
}

/* The kinds of a character in names: GCT_* of shlwapi.h. */
UINT WINAPI FN(PathGetCharType)(UCHR c)
{
    UINT result;

    if (!c || c < ' ' || c == '<' || c == '>' || c == '"' || c == '|' || c == '/')
        return GCT_INVALID;
    if (c == '*' || c == '?')
        return GCT_WILD;
    if (c == '\\' || c == ':')
        return GCT_SEPARATOR;
    result = GCT_LFNCHAR;
    if (c != ' ' && c != ',' && c != ';')
        result |= GCT_SHORTCHAR;
    return result;
}

/* Is the name more than 8.3? */
BOOL WINAPI FN(PathIsLFNFileSpec)(const CHR *name)
{
    unsigned base = 0, extension = 0;
    BOOL dot = FALSE;

    for (; name && *name; name++) {
        if (*name == ' ')
            return TRUE;
        if (*name == '.') {
            if (dot)
                return TRUE;
            dot = TRUE;
        } else if (dot ? ++extension > 3 : ++base > 8)
            return TRUE;
    }
    return FALSE;
}

/* --- changes within a buffer of MAX_PATH --- */

CHR *WINAPI FN(PathAddBackslash)(CHR *path)
{
    SIZE_T length;

    if (!path || (length = FN(length)(path)) >= MAX_PATH)
        return NULL;
    if (length && path[length - 1] != '\\') {
        if (length + 1 >= MAX_PATH)
            return NULL;
        path[length++] = '\\';
        path[length] = 0;
    }
    return path + length;
}

CHR *WINAPI FN(PathRemoveBackslash)(CHR *path)
{
    SIZE_T length;

    if (!path)
        return NULL;
    length = FN(length)(path);
    if (!length)
        return path;
    if (path[length - 1] == '\\' && !FN(PathIsRoot)(path))
        path[length - 1] = 0;
    return path + length - 1;
}

void WINAPI FN(PathRemoveBlanks)(CHR *path)
{
    CHR *p = path;
    SIZE_T length;

    if (!path)
        return;
    while (*p == ' ')
        p++;
    FN(move)(path, p);
    for (length = FN(length)(path); length && path[length - 1] == ' ';)
        path[--length] = 0;
}

BOOL WINAPI FN(PathAddExtension)(CHR *path, const CHR *extension)
{
    static const CHR exe[] = { '.', 'e', 'x', 'e', 0 };
    CHR *end;

    if (!path)
        return FALSE;
    if (!extension)
        extension = exe;
    end = FN(PathFindExtension)(path);
    if (*end || end - path + FN(length)(extension) >= MAX_PATH)
        return FALSE;
    FN(move)(end, extension);
    return TRUE;
}

void WINAPI FN(PathRemoveExtension)(CHR *path)
{
    if (path)
        *FN(PathFindExtension)(path) = 0;
}

BOOL WINAPI FN(PathRenameExtension)(CHR *path, const CHR *extension)
{
    CHR *end = FN(PathFindExtension)(path);

    if (!path || !extension || end - path + FN(length)(extension) >= MAX_PATH)
        return FALSE;
    FN(move)(end, extension);
    return TRUE;
}

/* Cuts the last component off, and the backslash before it, but for the one of a root. */
BOOL WINAPI FN(PathRemoveFileSpec)(CHR *path)
{
    CHR *cut, *p;

    if (!path)
        return FALSE;
    cut = p = path;
    if (FN(is_drive)(p)) {
        p += 2;
        if (*p == '\\')
            p++;
        cut = p;
    } else if (*p == '\\') {
        cut = ++p;
        if (*p == '\\')
            cut = ++p;
    }
    for (; *p; p++) {
        if (*p == '\\')
            cut = p;
        else if (*p == ':') { /* as of a drive, wherever it is */
            if (p[1] == '\\')
                p++;
            cut = p + 1;
        }
    }
    /* The server of `\\server\share` has nothing before it to keep. */
    if (cut == path + 2 && path[0] == '\\' && path[1] == '\\' && *cut)
        cut = path;
    if (!*cut)
        return FALSE;
    *cut = 0;
    return TRUE;
}

void WINAPI FN(PathStripPath)(CHR *path)
{
    if (path)
        FN(move)(path, FN(PathFindFileName)(path));
}

BOOL WINAPI FN(PathStripToRoot)(CHR *path)
{
    if (!path)
        return FALSE;
    while (!FN(PathIsRoot)(path))
        if (!FN(PathRemoveFileSpec)(path))
            return FALSE;
    return TRUE;
}

/* Silently does nothing if the result would not fit, as documented. */
void WINAPI FN(PathQuoteSpaces)(CHR *path)
{
    SIZE_T length, i;

    if (!path)
        return;
    length = FN(length)(path);
    for (i = 0; i < length && path[i] != ' ';)
        i++;
    if (i == length || length + 3 > MAX_PATH)
        return;
    memmove(path + 1, path, length * sizeof(CHR));
    path[0] = path[length + 1] = '"';
    path[length + 2] = 0;
}

void WINAPI FN(PathUnquoteSpaces)(CHR *path)
{
    SIZE_T length;

    if (!path || *path != '"')
        return;
    length = FN(length)(path);
    if (length < 2 || path[length - 1] != '"')
        return;
    path[length - 1] = 0;
    FN(move)(path, path + 1);
}

/* `name[3].txt` becomes `name.txt`: digits in brackets before the extension. */
void WINAPI FN(PathUndecorate)(CHR *path)
{
    CHR *extension, *p;

    if (!path)
        return;
    extension = FN(PathFindExtension)(path);
    if (extension == path || extension[-1] != ']')
        return;
    for (p = extension - 2; p > path && *p >= '0' && *p <= '9';)
        p--;
    if (p > path && *p == '[' && p[-1] != '\\' && p[-1] != '/')
        FN(move)(p, extension);
}

/* `file.ico,3` becomes `file.ico`; the number is the result. */
int WINAPI FN(PathParseIconLocation)(CHR *path)
{
    CHR *comma = NULL, *p;
    BOOL quoted = FALSE;
    int number = 0;

    if (!path)
        return 0;
    for (p = path; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == ',' && !quoted && !comma)
            comma = p;
    }
    if (comma) {
        BOOL minus;

        *comma++ = 0;
        while (*comma == ' ')
            comma++;
        if ((minus = *comma == '-'))
            comma++;
        for (; *comma >= '0' && *comma <= '9'; comma++)
            number = number * 10 + (*comma - '0');
        if (minus)
            number = -number;
    }
    FN(PathUnquoteSpaces)(path);
    FN(PathRemoveBlanks)(path);
    return number;
}

/* --- putting together --- */

/* Resolves `.` and `..` as far as there is something to go up to. */
BOOL WINAPI FN(PathCanonicalize)(CHR *result, const CHR *path)
{
    CHR out[MAX_PATH + 2];
    SIZE_T n = 0, root;
    const CHR *p = path, *after;

    if (result)
        *result = 0;
    if (!result || !path)
        return fail(ERROR_INVALID_PARAMETER);
    if (!*path) {
        result[0] = '\\';
        result[1] = 0;
        return TRUE;
    }
    after = FN(PathSkipRoot)(path);
    if (!after && path[0] == '\\')
        after = path + (path[1] == '\\' ? 2 : 1);
    if (after && (after - path) >= MAX_PATH)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    for (; p < after; p++)
        out[n++] = *p;
    root = n;
    while (*p) {
        SIZE_T length = 0;

        while (p[length] && p[length] != '\\')
            length++;
        if (length == 2 && p[0] == '.' && p[1] == '.' && (n > root || root)) {
            /* What is before it goes, with its backslash; the root stays. */
            if (n > root && out[n - 1] == '\\')
                n--;
            while (n > root && out[n - 1] != '\\')
                n--;
            p += length;
            /* A relative name that went all the way up is the root: `a\..\b` is `\b`. One that begins with `..` keeps it. */
            if (*p == '\\' && n)
                p++;
            else if (*p == '\\')
                out[n++] = *p++;
            else if (n > root)
                n--;
        } else if (length == 1 && p[0] == '.' && (n || p[1])) {
            p += length;
            if (*p == '\\')
                p++;
            else if (n > root && out[n - 1] == '\\')
                n--;
        } else {
            if (n + length + 1 > MAX_PATH)
                return fail(ERROR_FILENAME_EXCED_RANGE);
            memcpy(out + n, p, length * sizeof(CHR));
            n += length;
            p += length;
            if (*p == '\\')
                out[n++] = *p++;
        }
    }
    if (n >= MAX_PATH)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    /* What would be nothing, or a drive without its root, is the root. */
    if (!n || (n == 2 && out[1] == ':'))
        out[n++] = '\\';
    out[n] = 0;
    return FN(put)(result, out);
}

CHR *WINAPI FN(PathCombine)(CHR *result, const CHR *dir, const CHR *file)
{
    CHR joined[2 * MAX_PATH];
    SIZE_T n;

    if (!result)
        return NULL;
    if (!dir && !file)
        goto failed;
    if ((dir && FN(length)(dir) >= MAX_PATH) || (file && FN(length)(file) >= MAX_PATH))
        goto failed;
    if (!file || !*file) {
        FN(move)(joined, dir ? dir : file);
    } else if (!dir || !*dir || FN(is_drive)(file) || (file[0] == '\\' && file[1] == '\\')) {
        FN(move)(joined, file);
    } else {
        FN(move)(joined, dir);
        if (*file == '\\') { /* below the root of the directory's drive */
            if (FN(is_drive)(joined))
                joined[2] = 0;
            else
                FN(PathStripToRoot)(joined); /* nothing, if it has none */
            file++;
        }
        n = FN(length)(joined);
        if (n && joined[n - 1] != '\\')
            joined[n++] = '\\';
        FN(move)(joined + n, file);
    }
    if (FN(PathCanonicalize)(result, joined))
        return result;
failed:
    *result = 0;
    return NULL;
}

BOOL WINAPI FN(PathAppend)(CHR *path, const CHR *more)
{
    if (!path || !more)
        return FALSE;
    /* A leading backslash does not mean the root here. */
    if (!FN(PathIsUNC)(more))
        while (*more == '\\')
            more++;
    return FN(PathCombine)(path, path, more) != NULL;
}

/* The length of what both begin with, in whole components; of a drive it is always 3, with the backslash. */
int WINAPI FN(PathCommonPrefix)(const CHR *a, const CHR *b, CHR *result)
{
    SIZE_T i, common = 0;

    if (result)
        *result = 0;
    if (!a || !b)
        return 0;
    /* `\\server` has nothing in common with a drive. */
    if (FN(PathIsUNC)(a) != FN(PathIsUNC)(b))
        return 0;
    for (i = 0;; i++) {
        if ((!a[i] || a[i] == '\\') && (!b[i] || b[i] == '\\'))
            common = i;
        if (!a[i] || !b[i] || FN(upper)(a[i]) != FN(upper)(b[i]))
            break;
    }
    if (FN(PathIsUNC)(a) && common <= 2)
        common = 0;
    if (common == 2 && a[1] == ':')
        common = 3;
    if (result && common < MAX_PATH) {
        for (i = 0; i < common && a[i]; i++)
            result[i] = a[i];
        result[i] = 0;
    }
    return common;
}

BOOL WINAPI FN(PathIsPrefix)(const CHR *prefix, const CHR *path)
{
    return prefix && path && FN(PathCommonPrefix)(path, prefix, NULL) == (int)FN(length)(prefix);
}

BOOL WINAPI FN(PathIsSameRoot)(const CHR *a, const CHR *b)
{
    const CHR *end;
    int root, common;

    if (!a || !b || !(end = FN(PathSkipRoot)(a)))
        return FALSE;
    root = end - a;
    common = FN(PathCommonPrefix)(a, b, NULL);
    return common >= root || (common == root - 1 && a[common] == '\\');
}

BOOL WINAPI FN(PathRelativePathTo)(CHR *result, const CHR *from, DWORD from_attributes, const CHR *to,
                                   DWORD to_attributes)
{
    CHR base[MAX_PATH], target[MAX_PATH], out[2 * MAX_PATH];
    const CHR *p, *rest;
    SIZE_T n = 0;
    int common;

    if (!result)
        return FALSE;
    *result = 0;
    if (!from || !to || !FN(put)(base, from) || !FN(put)(target, to))
        return FALSE;
    if (!(from_attributes & FILE_ATTRIBUTE_DIRECTORY))
        FN(PathRemoveFileSpec)(base);
    /* A file's own name is never part of what both have in common. */
    if (!(to_attributes & FILE_ATTRIBUTE_DIRECTORY))
        FN(PathRemoveFileSpec)(target);
    common = FN(PathCommonPrefix)(base, target, NULL);
    if (!common || !FN(put)(target, to))
        return FALSE;
    /* One step up for each component of the base that is left. */
    p = base + min((SIZE_T)common, FN(length)(base));
    if (*p == '\\')
        p++;
    if (!*p)
        out[n++] = '.';
    while (*p && n < MAX_PATH) {
        if (n)
            out[n++] = '\\';
        out[n++] = '.';
        out[n++] = '.';
        while (*p && *p != '\\')
            p++;
        if (*p)
            p++;
    }
    rest = target + min((SIZE_T)common, FN(length)(target));
    if (*rest && *rest != '\\')
        out[n++] = '\\';
    if (n + FN(length)(rest) >= MAX_PATH)
        return FALSE;
    FN(move)(out + n, rest);
    return FN(put)(result, out);
}

/* --- masks --- */

/* One mask, which ends at `end`. Backtracks to the last star only, so no mask is slow. */
static BOOL FN(match_one)(const CHR *name, const CHR *mask, const CHR *end)
{
    const CHR *star = NULL, *resume = NULL;

    if (end - mask == 3 && mask[0] == '*' && mask[1] == '.' && mask[2] == '*')
        return TRUE;
    while (*name) {
        if (mask < end && *mask == '*') {
            star = ++mask;
            resume = name;
        } else if (mask < end && (*mask == '?' || FN(upper)(*mask) == FN(upper)(*name))) {
            mask++;
            name++;
        } else if (star) {
            mask = star;
            name = ++resume;
        } else
            return FALSE;
    }
    while (mask < end && *mask == '*')
        mask++;
    return mask == end;
}

HRESULT WINAPI FN2(PathMatchSpecEx)(const CHR *name, const CHR *mask, DWORD flags)
{
    if (!name || !mask)
        return E_INVALIDARG;
    for (;;) {
        const CHR *end = mask;

        if (!(flags & PMSF_DONT_STRIP_SPACES))
            while (*mask == ' ')
                mask++;
        for (end = mask; *end && (*end != ';' || !(flags & PMSF_MULTIPLE));)
            end++;
        if (FN(match_one)(name, mask, end))
            return S_OK;
        if (!*end)
            return S_FALSE;
        mask = end + 1;
    }
}

BOOL WINAPI FN(PathMatchSpec)(const CHR *name, const CHR *mask)
{
    return FN2(PathMatchSpecEx)(name, mask, PMSF_MULTIPLE) == S_OK;
}
