/* SPDX-License-Identifier: MIT */
/* dbghelp_line.c: source lines by address and by name, one after the other, all of them; source files. */
#include "dbghelp_private.h"

#define INLINE_DEPTH(context) (((context)&0xff000000) == 0x1a000000 ? (context)&0xffff : 0)

static const struct line_table *table_at(struct module *module, DWORD rva)
{
    uint32_t unit = module->debug ? module->debug->ops->unit_at(module->debug, rva) : UINT32_MAX;

    return unit == UINT32_MAX ? NULL : module->debug->ops->lines(module->debug, unit);
}

/* The line that begins at or before an address, unless what it stands for ends before it. */
static const struct line *line_at(const struct line_table *table, DWORD rva)
{
    SIZE_T low = 0, high = table ? table->count : 0;

    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        if (table->lines[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    /* of several at one address the first is where it begins */
    while (low > 1 && table->lines[low - 2].rva == table->lines[low - 1].rva && table->lines[low - 2].number)
        low--;
    return low && table->lines[low - 1].number ? &table->lines[low - 1] : NULL;
}

struct place { /* in a source */
    struct module *module;
    const char *file;
    DWORD number;
    DWORD64 address;
};

static void fill(struct session *session, const struct place *place, IMAGEHLP_LINE64 *line, BOOL wide)
{
    line->Key = (PVOID)(ULONG_PTR)place->module->base;
    line->LineNumber = place->number;
    line->Address = place->address;
    line->FileName = wide ? (char *)session_text(session, place->file) : (char *)place->file;
}

/* In a context of depth N, of the function inlined N deep. The others' lines are those of the calls in them. */
static BOOL inline_place(struct module *module, DWORD rva, ULONG depth, struct place *place)
{
    struct reader *reader = module->debug;
    ULONG inside, site;
    struct node node;

    if (reader->ops->inline_line) {
        uint32_t number;
        if (!depth || !(site = inline_site(module, rva, depth)) ||
            !reader->ops->inline_line(reader, site, rva, &place->file, &number))
            return depth == 0;
        place->number = number;
        return TRUE;
    }
    inside = inline_depth(module, rva);
    if (depth >= inside) /* the table's lines are the innermost one's */
        return TRUE;
    site = inline_site(module, rva, depth + 1);
    if (!site || !reader->ops->node(reader, site, &node) || !node.call_line)
        return FALSE;
    place->number = node.call_line;
    if (node.call_file)
        place->file = node.call_file;
    return TRUE;
}

static BOOL find_line(struct session *session, DWORD64 address, struct place *place)
{
    const struct line_table *table;
    const struct line *line;
    DWORD rva;

    if (!(place->module = module_at(session, address)))
        return FALSE;
    load_symbols(session, place->module);
    rva = address - place->module->base;
    table = table_at(place->module, rva);
    if (!(line = line_at(table, rva)))
        return sym_fail(ERROR_INVALID_ADDRESS);
    place->file = table->files[line->file];
    place->number = line->number;
    place->address = place->module->base + line->rva;
    return TRUE;
}

static BOOL line_from(HANDLE process, DWORD64 address, BOOL in_context, ULONG context, DWORD *displacement,
                      IMAGEHLP_LINE64 *line, BOOL wide)
{
    struct session *session;
    struct place place;

    if (!line || line->SizeOfStruct < sizeof(*line))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!find_line(session, address, &place))
        return unlock(FALSE);
    if (in_context && !inline_place(place.module, address - place.module->base, INLINE_DEPTH(context), &place))
        return unlock(sym_fail(ERROR_INVALID_ADDRESS));
    fill(session, &place, line, wide);
    if (displacement)
        *displacement = address - place.address;
    return unlock(TRUE);
}

WINBOOL WINAPI SymGetLineFromAddr64(HANDLE process, DWORD64 address, PDWORD displacement, PIMAGEHLP_LINE64 line)
{
    return line_from(process, address, FALSE, 0, displacement, line, FALSE);
}

WINBOOL WINAPI SymGetLineFromAddrW64(HANDLE process, DWORD64 address, PDWORD displacement, PIMAGEHLP_LINEW64 line)
{
    return line_from(process, address, FALSE, 0, displacement, (IMAGEHLP_LINE64 *)line, TRUE);
}

WINBOOL WINAPI SymGetLineFromInlineContext(HANDLE process, DWORD64 address, ULONG context, DWORD64 base,
                                           PDWORD displacement, PIMAGEHLP_LINE64 line)
{
    (void)base;
    return line_from(process, address, TRUE, context, displacement, line, FALSE);
}

WINBOOL WINAPI SymGetLineFromInlineContextW(HANDLE process, DWORD64 address, ULONG context, DWORD64 base,
                                            PDWORD displacement, PIMAGEHLP_LINEW64 line)
{
    (void)base;
    return line_from(process, address, TRUE, context, displacement, (IMAGEHLP_LINE64 *)line, TRUE);
}

/* --- neighbours --- */

static BOOL neighbour(HANDLE process, IMAGEHLP_LINE64 *line, BOOL next, BOOL wide)
{
    struct session *session;
    const struct line_table *table;
    const struct line *at;
    struct place place;

    if (!line || line->SizeOfStruct < sizeof(*line))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!find_line(session, line->Address, &place))
        return unlock(FALSE);
    table = table_at(place.module, line->Address - place.module->base);
    at = line_at(table, line->Address - place.module->base);
    do
        at = next ? at + 1 : at - 1;
    while (at >= table->lines && at < table->lines + table->count && at->number && at->number == line->LineNumber);
    if (at < table->lines || at >= table->lines + table->count || !at->number)
        return unlock(sym_fail(ERROR_NO_MORE_ITEMS)); /* of this function */
    place.file = table->files[at->file];
    place.number = at->number;
    place.address = place.module->base + at->rva;
    fill(session, &place, line, wide);
    return unlock(TRUE);
}

WINBOOL WINAPI SymGetLineNext64(HANDLE process, PIMAGEHLP_LINE64 line)
{
    return neighbour(process, line, TRUE, FALSE);
}

WINBOOL WINAPI SymGetLinePrev64(HANDLE process, PIMAGEHLP_LINE64 line)
{
    return neighbour(process, line, FALSE, FALSE);
}

WINBOOL WINAPI SymGetLineNextW64(HANDLE process, PIMAGEHLP_LINEW64 line)
{
    return neighbour(process, (IMAGEHLP_LINE64 *)line, TRUE, TRUE);
}

WINBOOL WINAPI SymGetLinePrevW64(HANDLE process, PIMAGEHLP_LINEW64 line)
{
    return neighbour(process, (IMAGEHLP_LINE64 *)line, FALSE, TRUE);
}

/* --- by name --- */

static BOOL same_file(const char *have, const char *want)
{
    SIZE_T length = strlen(have), wanted = strlen(want);
    PSTR file_stop, want_stop;

    if (wanted > length || !wanted || !SymMatchFileName((char *)have, (char *)want, &file_stop, &want_stop))
        return FALSE;
    return length == wanted || have[length - wanted - 1] == '/' || have[length - wanted - 1] == '\\' ||
           want[0] == '/' || want[0] == '\\';
}

/* The line with that number, or else the first with a higher one, in any unit that has the file. */
static BOOL line_in_module(struct module *module, const char *file, DWORD number, struct place *place)
{
    BOOL any = FALSE;

    for (uint32_t unit = 0; module->debug && unit < module->debug->unit_count; unit++) {
        const struct line_table *table = module->debug->ops->lines(module->debug, unit);
        for (SIZE_T f = 0; table && f < table->file_count; f++) {
            if (!same_file(table->files[f], file))
                continue;
            for (SIZE_T i = 0; i < table->count; i++) {
                const struct line *line = &table->lines[i];
                if (line->file != f || line->number < number || (any && line->number >= place->number))
                    continue;
                *place = (struct place){ module, table->files[f], line->number, module->base + line->rva };
                any = TRUE;
            }
        }
    }
    return any;
}

static BOOL line_by_name(HANDLE process, const char *name, const char *file, DWORD number, LONG *displacement,
                         IMAGEHLP_LINE64 *line, BOOL wide)
{
    struct session *session;
    struct place place = { 0 };

    if (!line || line->SizeOfStruct < sizeof(*line))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return FALSE;
    if (!file && line->Key && line->FileName && !wide) /* another line of the file that it has */
        file = line->FileName;
    if (!file)
        return unlock(sym_fail(ERROR_INVALID_PARAMETER));
    for (SIZE_T i = 0; i < session->module_count; i++) {
        struct module *module = session->modules[i];
        if (name && name[0] && _stricmp(module->name, name))
            continue;
        load_symbols(session, module);
        if (!line_in_module(module, file, number, &place))
            continue;
        fill(session, &place, line, wide);
        if (displacement)
            *displacement = (LONG)(place.number - number);
        return unlock(TRUE);
    }
    return unlock(sym_fail(ERROR_NOT_FOUND));
}

WINBOOL WINAPI SymGetLineFromName64(HANDLE process, PCSTR module, PCSTR file, DWORD number, PLONG displacement,
                                    PIMAGEHLP_LINE64 line)
{
    return line_by_name(process, module, file, number, displacement, line, FALSE);
}

WINBOOL WINAPI SymGetLineFromNameW64(HANDLE process, PCWSTR module, PCWSTR file, DWORD number, PLONG displacement,
                                     PIMAGEHLP_LINEW64 line)
{
    char *module_text = narrow(module), *file_text = narrow(file);
    BOOL good = line_by_name(process, module_text, file_text, number, displacement, (IMAGEHLP_LINE64 *)line, TRUE);

    sym_free(module_text);
    sym_free(file_text);
    return good;
}

/* Addresses of a file's lines from 1 on; those without code have none. Returns the highest number. */
ULONG WINAPI SymGetFileLineOffsets64(HANDLE process, PCSTR module_name, PCSTR file, PDWORD64 buffer, ULONG count)
{
    struct session *session = file && buffer ? lock_session(process) : NULL;
    ULONG highest = 0;

    if (!session)
        return file && buffer ? (ULONG)-1 : (sym_fail(ERROR_INVALID_PARAMETER), (ULONG)-1);
    memset(buffer, 0, count * sizeof(*buffer));
    for (SIZE_T i = 0; i < session->module_count; i++) {
        struct module *module = session->modules[i];
        if (module_name && module_name[0] && _stricmp(module->name, module_name))
            continue;
        load_symbols(session, module);
        for (uint32_t unit = 0; module->debug && unit < module->debug->unit_count; unit++) {
            const struct line_table *table = module->debug->ops->lines(module->debug, unit);
            for (SIZE_T k = 0; table && k < table->count; k++) {
                const struct line *line = &table->lines[k];
                if (!line->number || !same_file(table->files[line->file], file))
                    continue;
                highest = max(highest, line->number);
                if (line->number <= count && !buffer[line->number - 1])
                    buffer[line->number - 1] = module->base + line->rva;
            }
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return highest;
}

/* --- all of them --- */

struct line_visitor {
    void *callback, *context;
    BOOL wide;
    const char *object, *file;
    DWORD number; /* 0: any */
};

static BOOL give_line(const struct line_visitor *v, struct module *module, const char *unit, const char *file,
                      const struct line *line)
{
    union {
        SRCCODEINFO narrow;
        SRCCODEINFOW wide;
    } *info = sym_alloc(sizeof(*info));
    BOOL more;

    if (!info)
        return FALSE;
    if (v->wide) {
        info->wide = (SRCCODEINFOW){ .SizeOfStruct = sizeof(info->wide),
                                     .ModBase = module->base,
                                     .LineNumber = line->number,
                                     .Address = module->base + line->rva };
        MultiByteToWideChar(CP_UTF8, 0, unit, -1, info->wide.Obj, MAX_PATH);
        MultiByteToWideChar(CP_UTF8, 0, file, -1, info->wide.FileName, MAX_PATH);
        more = ((PSYM_ENUMLINES_CALLBACKW)v->callback)(&info->wide, v->context);
    } else {
        info->narrow = (SRCCODEINFO){ .SizeOfStruct = sizeof(info->narrow),
                                      .ModBase = module->base,
                                      .LineNumber = line->number,
                                      .Address = module->base + line->rva };
        lstrcpynA(info->narrow.Obj, unit, MAX_PATH);
        lstrcpynA(info->narrow.FileName, file, MAX_PATH);
        more = ((PSYM_ENUMLINES_CALLBACK)v->callback)(&info->narrow, v->context);
    }
    sym_free(info);
    return more;
}

static BOOL enumerate_lines(HANDLE process, ULONG64 base, const struct line_visitor *v)
{
    struct session *session = v->callback ? lock_session(process) : NULL;
    struct module *module;

    if (!session)
        return v->callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (!(module = module_at(session, base)))
        return unlock(FALSE);
    load_symbols(session, module);
    if (!module->debug)
        return unlock(sym_fail(ERROR_NOT_SUPPORTED));
    for (uint32_t unit = 0; unit < module->debug->unit_count; unit++) {
        const char *name = module->debug->ops->unit_name(module->debug, unit), *file = NULL;
        const struct line_table *table;
        uint32_t last = UINT32_MAX;
        BOOL wanted = FALSE;
        if (v->object && v->object[0] && !match_text(name, v->object, FALSE) &&
            !match_text(base_name(name), v->object, FALSE))
            continue;
        table = module->debug->ops->lines(module->debug, unit);
        for (SIZE_T i = 0; table && i < table->count; i++) {
            const struct line *line = &table->lines[i];
            if (!line->number || (v->number && line->number != v->number))
                continue;
            if (line->file != last) {
                last = line->file;
                file = table->files[last];
                wanted = !v->file || !v->file[0] || match_text(file, v->file, FALSE) || same_file(file, v->file);
            }
            if (wanted && !give_line(v, module, name, file, line))
                return unlock(TRUE);
        }
    }
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumLines(HANDLE process, ULONG64 base, PCSTR object, PCSTR file, PSYM_ENUMLINES_CALLBACK callback,
                            PVOID context)
{
    return enumerate_lines(process, base, &(struct line_visitor){ callback, context, FALSE, object, file, 0 });
}

/* (mingw-w64 declares `file` as narrow.) */
WINBOOL WINAPI SymEnumLinesW(HANDLE process, ULONG64 base, PCWSTR object, PCSTR file, PSYM_ENUMLINES_CALLBACKW callback,
                             PVOID context)
{
    char *object_text = narrow(object), *file_text = narrow((const WCHAR *)file);
    BOOL good =
        enumerate_lines(process, base, &(struct line_visitor){ callback, context, TRUE, object_text, file_text, 0 });

    sym_free(object_text);
    sym_free(file_text);
    return good;
}

WINBOOL WINAPI SymEnumSourceLines(HANDLE process, ULONG64 base, PCSTR object, PCSTR file, DWORD number, DWORD flags,
                                  PSYM_ENUMLINES_CALLBACK callback, PVOID context)
{
    (void)flags;
    return enumerate_lines(process, base, &(struct line_visitor){ callback, context, FALSE, object, file, number });
}

WINBOOL WINAPI SymEnumSourceLinesW(HANDLE process, ULONG64 base, PCWSTR object, PCWSTR file, DWORD number, DWORD flags,
                                   PSYM_ENUMLINES_CALLBACKW callback, PVOID context)
{
    char *object_text = narrow(object), *file_text = narrow(file);
    BOOL good = enumerate_lines(process, base,
                                &(struct line_visitor){ callback, context, TRUE, object_text, file_text, number });

    (void)flags;
    sym_free(object_text);
    sym_free(file_text);
    return good;
}

/* Each file once in each unit that has lines of it. */
static BOOL enumerate_files(HANDLE process, ULONG64 base, const char *mask, void *callback, void *context, BOOL wide)
{
    struct session *session = callback ? lock_session(process) : NULL;
    struct module *module;

    if (!session)
        return callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    if (!(module = module_at(session, base)))
        return unlock(FALSE);
    load_symbols(session, module);
    for (uint32_t unit = 0; module->debug && unit < module->debug->unit_count; unit++) {
        const struct line_table *table = module->debug->ops->lines(module->debug, unit);
        for (SIZE_T i = 0; table && i < table->file_count; i++) {
            SOURCEFILE info = { module->base, (char *)table->files[i] };
            SOURCEFILEW info_wide = { module->base, NULL };
            BOOL more;
            if ((mask && mask[0] && !match_text(info.FileName, mask, FALSE)) || !info.FileName[0])
                continue;
            if (i && i + 1 < table->file_count && info.FileName == table->files[i - 1])
                continue;
            if (wide) {
                info_wide.FileName = session_text(session, info.FileName);
                more = ((PSYM_ENUMSOURCEFILES_CALLBACKW)callback)(&info_wide, context);
            } else {
                more = ((PSYM_ENUMSOURCEFILES_CALLBACK)callback)(&info, context);
            }
            if (!more)
                return unlock(TRUE);
        }
    }
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumSourceFiles(HANDLE process, ULONG64 base, PCSTR mask, PSYM_ENUMSOURCEFILES_CALLBACK callback,
                                  PVOID context)
{
    return enumerate_files(process, base, mask, callback, context, FALSE);
}

WINBOOL WINAPI SymEnumSourceFilesW(HANDLE process, ULONG64 base, PCWSTR mask, PSYM_ENUMSOURCEFILES_CALLBACKW callback,
                                   PVOID context)
{
    char *text = narrow(mask);
    BOOL good = enumerate_files(process, base, text, callback, context, TRUE);

    sym_free(text);
    return good;
}
