/* SPDX-License-Identifier: MIT */
/* crt_path_impl.h: taking paths apart and putting them together, for both character types: CH, NAME(narrow, wide). */

/* Copies to a buffer that may be absent, with size 0; false if it does not fit. */
static bool NAME(put, wput)(CH *buffer, size_t size, const CH *from, size_t length)
{
    if (!buffer)
        return true;
    if (length >= size)
        return false;
    memcpy(buffer, from, length * sizeof(CH));
    buffer[length] = 0;
    return true;
}

errno_t __cdecl NAME(_splitpath_s, _wsplitpath_s)(const CH *path, CH *drive, size_t drive_size, CH *dir,
                                                  size_t dir_size, CH *name, size_t name_size, CH *ext,
                                                  size_t ext_size);
errno_t __cdecl NAME(_splitpath_s, _wsplitpath_s)(const CH *path, CH *drive, size_t drive_size, CH *dir,
                                                  size_t dir_size, CH *name, size_t name_size, CH *ext, size_t ext_size)
{
    const CH *start = path, *slash = NULL, *dot = NULL, *end;
    errno_t error = 0;

    if (!path || (!drive) != (!drive_size) || (!dir) != (!dir_size) || (!name) != (!name_size) || (!ext) != (!ext_size))
        error = EINVAL;
    if (!error) {
        size_t drive_length = path[0] && path[1] == ':' ? 2 : 0;

        if (!NAME(put, wput)(drive, drive_size, path, drive_length))
            error = ERANGE;
        start += drive_length;
        for (end = start; *end; end++) {
            if (*end == '/' || *end == '\\') {
                slash = end + 1;
                dot = NULL;
            } else if (*end == '.') {
                dot = end;
            }
        }
        if (!slash)
            slash = start;
        if (!dot)
            dot = end;
        if (!NAME(put, wput)(dir, dir_size, start, (size_t)(slash - start)) ||
            !NAME(put, wput)(name, name_size, slash, (size_t)(dot - slash)) ||
            !NAME(put, wput)(ext, ext_size, dot, (size_t)(end - dot)))
            error = ERANGE;
    }
    if (error) {
        if (drive && drive_size)
            *drive = 0;
        if (dir && dir_size)
            *dir = 0;
        if (name && name_size)
            *name = 0;
        if (ext && ext_size)
            *ext = 0;
    }
    return error;
}

void __cdecl NAME(_splitpath, _wsplitpath)(const CH *path, CH *drive, CH *dir, CH *name, CH *ext);
void __cdecl NAME(_splitpath, _wsplitpath)(const CH *path, CH *drive, CH *dir, CH *name, CH *ext)
{
    /* _MAX_DRIVE, _MAX_DIR, _MAX_FNAME, _MAX_EXT */
    NAME(_splitpath_s, _wsplitpath_s)
    (path, drive, drive ? 3 : 0, dir, dir ? 256 : 0, name, name ? 256 : 0, ext, ext ? 256 : 0);
}

/* Appends with its zero; false if there is no room. */
static bool NAME(add, wadd)(CH *path, size_t size, size_t *used, const CH *text, size_t length)
{
    if (length >= size - *used)
        return false;
    memcpy(path + *used, text, length * sizeof(CH));
    *used += length;
    path[*used] = 0;
    return true;
}

errno_t __cdecl NAME(_makepath_s, _wmakepath_s)(CH *path, size_t size, const CH *drive, const CH *dir, const CH *name,
                                                const CH *ext);
errno_t __cdecl NAME(_makepath_s, _wmakepath_s)(CH *path, size_t size, const CH *drive, const CH *dir, const CH *name,
                                                const CH *ext)
{
    static const CH colon = ':', backslash = '\\', dot = '.';
    size_t used = 0;
    bool fits = true;

    if (!path || !size)
        return EINVAL;
    *path = 0;
    if (drive && *drive)
        fits = NAME(add, wadd)(path, size, &used, drive, 1) && NAME(add, wadd)(path, size, &used, &colon, 1);
    if (dir && *dir) {
        size_t length = NAME(strlen, wcslen)(dir);

        fits = fits && NAME(add, wadd)(path, size, &used, dir, length);
        if (dir[length - 1] != '/' && dir[length - 1] != '\\')
            fits = fits && NAME(add, wadd)(path, size, &used, &backslash, 1);
    }
    if (name)
        fits = fits && NAME(add, wadd)(path, size, &used, name, NAME(strlen, wcslen)(name));
    if (ext && *ext) {
        if (*ext != '.')
            fits = fits && NAME(add, wadd)(path, size, &used, &dot, 1);
        fits = fits && NAME(add, wadd)(path, size, &used, ext, NAME(strlen, wcslen)(ext));
    }
    if (fits)
        return 0;
    *path = 0;
    return ERANGE;
}
