/* SPDX-License-Identifier: MIT */
/* _splitpath, _makepath and the secure ones for one character type: CH, NAME(narrow, wide), NEXT(p), CALL(name). */

struct NAME(path_parts, wpath_parts) {
    const CH *start[4]; /* drive, directory, name, extension */
    size_t length[4];
};

static void NAME(split, wsplit)(const CH *path, struct NAME(path_parts, wpath_parts) * parts)
{
    const CH *p = path, *slash = NULL, *dot = NULL;

    if (CRT_IS_UCRT && p[0] == '\\' && p[1] == '\\' && p[2] == '?' && p[3] == '\\')
        p += 4;
    parts->start[0] = p;
    parts->length[0] = 0;
    if (p[0] && p[1] == ':') {
        parts->length[0] = 2;
        p += 2;
    }
    parts->start[1] = p;
    const CH *q = p;
    for (; *q; q = NEXT(q)) {
        if (*q == '/' || *q == '\\')
            slash = q + 1;
        else if (*q == '.')
            dot = q;
    }
    if (!slash)
        slash = p;
    if (!dot || dot < slash)
        dot = q;
    parts->length[1] = (size_t)(slash - p);
    parts->start[2] = slash;
    parts->length[2] = (size_t)(dot - slash);
    parts->start[3] = dot;
    parts->length[3] = (size_t)(q - dot);
}

errno_t __cdecl NAME(_splitpath_s, _wsplitpath_s)(const CH *path, CH *drive, size_t drive_size, CH *dir,
                                                  size_t dir_size, CH *name, size_t name_size, CH *ext, size_t ext_size)
{
    CH *out[4] = { drive, dir, name, ext };
    size_t size[4] = { drive_size, dir_size, name_size, ext_size };
    struct NAME(path_parts, wpath_parts) parts;
    errno_t error = path ? 0 : EINVAL;

    for (int i = 0; i < 4; i++)
        if (!out[i] != !size[i])
            error = EINVAL;
    if (!error) {
        NAME(split, wsplit)(path, &parts);
        for (int i = 0; i < 4; i++)
            if (out[i] && parts.length[i] >= size[i])
                error = ERANGE;
    }
    if (error) {
        for (int i = 0; i < 4; i++)
            if (out[i] && size[i])
                *out[i] = 0;
        CRT_VALIDATE(0, error, error);
    }
    for (int i = 0; i < 4; i++)
        if (out[i]) {
            memcpy(out[i], parts.start[i], parts.length[i] * sizeof(CH));
            out[i][parts.length[i]] = 0;
        }
    return 0;
}

/* The buffers have the documented sizes; what does not fit is cut. */
void __cdecl NAME(_splitpath, _wsplitpath)(const CH *path, CH *drive, CH *dir, CH *name, CH *ext)
{
    CH *out[4] = { drive, dir, name, ext };
    static const size_t size[4] = { _MAX_DRIVE, _MAX_DIR, _MAX_FNAME, _MAX_EXT };
    struct NAME(path_parts, wpath_parts) parts;

    CRT_VALIDATE(path, EINVAL);
    NAME(split, wsplit)(path, &parts);
    for (int i = 0; i < 4; i++)
        if (out[i]) {
            size_t n = parts.length[i] < size[i] ? parts.length[i] : size[i] - 1;
            memcpy(out[i], parts.start[i], n * sizeof(CH));
            out[i][n] = 0;
        }
}

/* Adds the colon, the slash and the dot where they are missing. */
static bool NAME(make, wmake)(CH *buf, size_t size, const CH *drive, const CH *dir, const CH *name, const CH *ext)
{
    size_t n = 0;
#define PUT(c)                                                                                                         \
    do {                                                                                                               \
        if (n + 1 >= size)                                                                                             \
            return false;                                                                                              \
        buf[n++] = (c);                                                                                                \
    } while (0)

    if (drive && *drive) {
        PUT(*drive);
        PUT(':');
    }
    if (dir && *dir) {
        const CH *last = dir;
        for (const CH *p = dir; *p;) {
            const CH *next = NEXT(p);
            last = p;
            for (; p < next; p++)
                PUT(*p);
        }
        if (*last != '/' && *last != '\\')
            PUT('\\');
    }
    for (; name && *name; name++)
        PUT(*name);
    if (ext && *ext && *ext != '.')
        PUT('.');
    for (; ext && *ext; ext++)
        PUT(*ext);
#undef PUT
    buf[n] = 0;
    return true;
}

errno_t __cdecl NAME(_makepath_s, _wmakepath_s)(CH *buf, size_t size, const CH *drive, const CH *dir, const CH *name,
                                                const CH *ext)
{
    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    if (NAME(make, wmake)(buf, size, drive, dir, name, ext))
        return 0;
    *buf = 0;
    CRT_VALIDATE(0, ERANGE, ERANGE);
    return 0;
}

void __cdecl NAME(_makepath, _wmakepath)(CH *buf, const CH *drive, const CH *dir, const CH *name, const CH *ext)
{
    NAME(make, wmake)(buf, SIZE_MAX, drive, dir, name, ext);
}

#undef CH
#undef NAME
#undef NEXT
