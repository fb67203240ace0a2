/* SPDX-License-Identifier: MIT */
/* consoleapi2.c: the screen buffer: its size, cursor, attributes and cells. consoleapi3.h's few are here too. */
#include "console.h"
#include "unix_call.h"
#include "unix_console.h"

/* --- state --- */

static BOOL get_info(HANDLE handle, struct nt_console_info *info)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_GET_INFO, NULL, 0, info, sizeof(*info), NULL));
}

/* Without the cursor's place, which the terminal may have to be asked for. */
static BOOL get_still_info(HANDLE handle, struct nt_console_info *info)
{
    ULONG still = TRUE;

    return set_ntstatus(
        console_request(handle, IOCTL_NT_CONSOLE_GET_INFO, &still, sizeof(still), info, sizeof(*info), NULL));
}

static BOOL set_info(HANDLE handle, const struct nt_console_info *info)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_SET_INFO, info, sizeof(*info), NULL, 0, NULL));
}

BOOL WINAPI GetConsoleScreenBufferInfo(HANDLE handle, CONSOLE_SCREEN_BUFFER_INFO *result)
{
    struct nt_console_info info;

    if (!get_info(handle, &info))
        return FALSE;
    result->dwSize.X = info.width;
    result->dwSize.Y = info.height;
    result->dwCursorPosition.X = info.cursor_x;
    result->dwCursorPosition.Y = info.cursor_y;
    result->wAttributes = info.attributes;
    result->srWindow.Left = info.left;
    result->srWindow.Top = info.top;
    result->srWindow.Right = info.right;
    result->srWindow.Bottom = info.bottom;
    result->dwMaximumWindowSize.X = info.max_width;
    result->dwMaximumWindowSize.Y = info.max_height;
    return TRUE;
}

BOOL WINAPI GetConsoleScreenBufferInfoEx(HANDLE handle, CONSOLE_SCREEN_BUFFER_INFOEX *result)
{
    struct nt_console_info info;

    if (result->cbSize != sizeof(*result))
        return fail(ERROR_INVALID_PARAMETER);
    if (!get_info(handle, &info))
        return FALSE;
    result->dwSize.X = info.width;
    result->dwSize.Y = info.height;
    result->dwCursorPosition.X = info.cursor_x;
    result->dwCursorPosition.Y = info.cursor_y;
    result->wAttributes = info.attributes;
    result->srWindow.Left = info.left;
    result->srWindow.Top = info.top;
    result->srWindow.Right = info.right;
    result->srWindow.Bottom = info.bottom;
    result->dwMaximumWindowSize.X = info.max_width;
    result->dwMaximumWindowSize.Y = info.max_height;
    result->wPopupAttributes = info.popup_attributes;
    result->bFullscreenSupported = FALSE;
    memcpy(result->ColorTable, info.palette, sizeof(info.palette));
    return TRUE;
}

BOOL WINAPI SetConsoleScreenBufferInfoEx(HANDLE handle, CONSOLE_SCREEN_BUFFER_INFOEX *value)
{
    struct nt_console_info info;

    if (value->cbSize != sizeof(*value))
        return fail(ERROR_INVALID_PARAMETER);
    if (!get_info(handle, &info))
        return FALSE;
    info.width = value->dwSize.X;
    info.height = value->dwSize.Y;
    info.attributes = value->wAttributes;
    info.left = value->srWindow.Left;
    info.top = value->srWindow.Top;
    info.right = min(value->srWindow.Right, value->dwSize.X - 1); /* as Get gave it, or one beyond */
    info.bottom = min(value->srWindow.Bottom, value->dwSize.Y - 1);
    info.popup_attributes = value->wPopupAttributes;
    memcpy(info.palette, value->ColorTable, sizeof(info.palette));
    return set_info(handle, &info);
}

BOOL WINAPI SetConsoleScreenBufferSize(HANDLE handle, COORD size)
{
    struct nt_console_info info;

    if (!get_info(handle, &info))
        return FALSE;
    /* The buffer may not be smaller than the window. */
    if (size.X < info.right - info.left + 1 || size.Y < info.bottom - info.top + 1)
        return fail(ERROR_INVALID_PARAMETER);
    info.width = size.X;
    info.height = size.Y;
    if (info.right >= size.X) { /* the window stays within */
        info.left -= info.right - size.X + 1;
        info.right = size.X - 1;
    }
    if (info.bottom >= size.Y) {
        info.top -= info.bottom - size.Y + 1;
        info.bottom = size.Y - 1;
    }
    return set_info(handle, &info);
}

BOOL WINAPI SetConsoleWindowInfo(HANDLE handle, BOOL absolute, const SMALL_RECT *window)
{
    struct nt_console_info info;

    if (!get_info(handle, &info))
        return FALSE;
    info.left = window->Left + (absolute ? 0 : info.left);
    info.top = window->Top + (absolute ? 0 : info.top);
    info.right = window->Right + (absolute ? 0 : info.right);
    info.bottom = window->Bottom + (absolute ? 0 : info.bottom);
    if (info.left < 0 || info.top < 0 || info.right < info.left || info.bottom < info.top || info.right >= info.width ||
        info.bottom >= info.height || info.right - info.left >= info.max_width ||
        info.bottom - info.top >= info.max_height)
        return fail(ERROR_INVALID_PARAMETER);
    return set_info(handle, &info);
}

COORD WINAPI GetLargestConsoleWindowSize(HANDLE handle)
{
    struct nt_console_info info;
    COORD size = { 0, 0 };

    if (get_still_info(handle, &info)) {
        size.X = info.largest_width;
        size.Y = info.largest_height;
    }
    return size;
}

BOOL WINAPI SetConsoleCursorPosition(HANDLE handle, COORD position)
{
    return set_ntstatus(
        console_request(handle, IOCTL_NT_CONSOLE_SET_CURSOR, &position, sizeof(position), NULL, 0, NULL));
}

BOOL WINAPI SetConsoleTextAttribute(HANDLE handle, WORD attributes)
{
    return set_ntstatus(
        console_request(handle, IOCTL_NT_CONSOLE_SET_ATTRIBUTES, &attributes, sizeof(attributes), NULL, 0, NULL));
}

BOOL WINAPI GetConsoleCursorInfo(HANDLE handle, CONSOLE_CURSOR_INFO *cursor)
{
    struct nt_console_info info;

    if (!get_still_info(handle, &info))
        return FALSE;
    cursor->dwSize = info.cursor_size;
    cursor->bVisible = info.cursor_visible != 0;
    return TRUE;
}

BOOL WINAPI SetConsoleCursorInfo(HANDLE handle, const CONSOLE_CURSOR_INFO *cursor)
{
    ULONG request[2] = { cursor->dwSize, !!cursor->bVisible };

    if (cursor->dwSize < 1 || cursor->dwSize > 100)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(
        console_request(handle, IOCTL_NT_CONSOLE_SET_CURSOR_INFO, request, sizeof(request), NULL, 0, NULL));
}

/* --- screen buffers --- */

HANDLE WINAPI CreateConsoleScreenBuffer(DWORD access, DWORD share, const SECURITY_ATTRIBUTES *security, DWORD flags,
                                        void *data)
{
    struct unix_console_screen request = { access, security && security->bInheritHandle, 0 };

    if (flags != CONSOLE_TEXTMODE_BUFFER || data) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (share & ~(FILE_SHARE_READ | FILE_SHARE_WRITE)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!set_ntstatus(NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_CREATE_SCREEN, &request)))
        return INVALID_HANDLE_VALUE;
    return (HANDLE)(ULONG_PTR)request.handle;
}

BOOL WINAPI SetConsoleActiveScreenBuffer(HANDLE handle)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_SET_ACTIVE, NULL, 0, NULL, 0, NULL));
}

/* --- cells --- */

static BOOL fill(HANDLE handle, USHORT value, USHORT attribute, DWORD count, COORD at, DWORD *written)
{
    struct nt_console_fill request = { at.X, at.Y, count, value, attribute };
    ULONG cells = 0;
    NTSTATUS status =
        console_request(handle, IOCTL_NT_CONSOLE_FILL, &request, sizeof(request), &cells, sizeof(cells), NULL);

    *written = cells;
    return set_ntstatus(status);
}

BOOL WINAPI FillConsoleOutputCharacterW(HANDLE handle, WCHAR character, DWORD count, COORD at, DWORD *written)
{
    return fill(handle, character, 0, count, at, written);
}

BOOL WINAPI FillConsoleOutputCharacterA(HANDLE handle, char character, DWORD count, COORD at, DWORD *written)
{
    WCHAR wide = 0;

    MultiByteToWideChar(GetConsoleOutputCP(), 0, &character, 1, &wide, 1);
    return fill(handle, wide, 0, count, at, written);
}

BOOL WINAPI FillConsoleOutputAttribute(HANDLE handle, WORD attribute, DWORD count, COORD at, DWORD *written)
{
    return fill(handle, attribute, 1, count, at, written);
}

/*
 * The part of `region` that lies in the screen and, counted from `from`, in the caller's buffer. FALSE if there is none;
 * the region is then empty, as documented.
 */
static BOOL clip(HANDLE handle, COORD size, COORD *from, SMALL_RECT *region, BOOL *valid)
{
    struct nt_console_info info;

    if (!(*valid = get_still_info(handle, &info)))
        return FALSE;
    if (region->Left < 0) {
        from->X -= region->Left;
        region->Left = 0;
    }
    if (region->Top < 0) {
        from->Y -= region->Top;
        region->Top = 0;
    }
    region->Right = min(region->Right, info.width - 1);
    region->Bottom = min(region->Bottom, info.height - 1);
    region->Right = min(region->Right, region->Left + size.X - from->X - 1);
    region->Bottom = min(region->Bottom, region->Top + size.Y - from->Y - 1);
    if (region->Right >= region->Left && region->Bottom >= region->Top && from->X >= 0 && from->Y >= 0)
        return TRUE;
    region->Right = region->Left - 1;
    region->Bottom = region->Top - 1;
    return FALSE;
}

static BOOL transfer_cells(HANDLE handle, CHAR_INFO *cells, COORD size, COORD from, SMALL_RECT *region, BOOL write,
                           BOOL ansi)
{
    UINT cp = ansi ? GetConsoleOutputCP() : 0;
    struct nt_console_cells *request;
    SIZE_T bytes;
    CHAR_INFO *block;
    BOOL valid;
    int x, y, width, height;
    NTSTATUS status;

    if (!clip(handle, size, &from, region, &valid))
        return valid;
    width = region->Right - region->Left + 1;
    height = region->Bottom - region->Top + 1;
    bytes = (SIZE_T)width * height * sizeof(CHAR_INFO);
    if (!(request = kb_alloc(sizeof(*request) + bytes)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    request->x = region->Left;
    request->y = region->Top;
    request->width = width;
    request->height = height;
    block = (CHAR_INFO *)(request + 1);
    if (write) {
        for (y = 0; y < height; y++) {
            memcpy(block + y * width, cells + (from.Y + y) * size.X + from.X, width * sizeof(CHAR_INFO));
            for (x = 0; x < width && ansi; x++) {
                CHAR_INFO *cell = block + y * width + x;
                char byte = cell->Char.AsciiChar;

                cell->Char.UnicodeChar = 0;
                MultiByteToWideChar(cp, 0, &byte, 1, &cell->Char.UnicodeChar, 1);
            }
        }
        status =
            console_request(handle, IOCTL_NT_CONSOLE_WRITE_CELLS, request, sizeof(*request) + bytes, NULL, 0, NULL);
    } else {
        status = console_request(handle, IOCTL_NT_CONSOLE_READ_CELLS, request, sizeof(*request), block, bytes, NULL);
        for (y = 0; y < height && !status; y++) {
            for (x = 0; x < width && ansi; x++) {
                CHAR_INFO *cell = block + y * width + x;
                char text[8] = { 0 };

                WideCharToMultiByte(cp, 0, &cell->Char.UnicodeChar, 1, text, sizeof(text), NULL, NULL);
                cell->Char.UnicodeChar = (BYTE)text[0];
            }
            memcpy(cells + (from.Y + y) * size.X + from.X, block + y * width, width * sizeof(CHAR_INFO));
        }
    }
    kb_free(request);
    return set_ntstatus(status);
}

BOOL WINAPI WriteConsoleOutputW(HANDLE handle, const CHAR_INFO *cells, COORD size, COORD from, SMALL_RECT *region)
{
    return transfer_cells(handle, (CHAR_INFO *)cells, size, from, region, TRUE, FALSE);
}

BOOL WINAPI WriteConsoleOutputA(HANDLE handle, const CHAR_INFO *cells, COORD size, COORD from, SMALL_RECT *region)
{
    return transfer_cells(handle, (CHAR_INFO *)cells, size, from, region, TRUE, TRUE);
}

BOOL WINAPI ReadConsoleOutputW(HANDLE handle, CHAR_INFO *cells, COORD size, COORD from, SMALL_RECT *region)
{
    return transfer_cells(handle, cells, size, from, region, FALSE, FALSE);
}

BOOL WINAPI ReadConsoleOutputA(HANDLE handle, CHAR_INFO *cells, COORD size, COORD from, SMALL_RECT *region)
{
    return transfer_cells(handle, cells, size, from, region, FALSE, TRUE);
}

/*
 * Runs of characters or attributes from a position on, across line ends: line by line through the cells, reading first
 * what is to stay.
 */
enum run { RUN_READ_TEXT, RUN_READ_ATTRIBUTES, RUN_WRITE_ATTRIBUTES };

static BOOL transfer_run(HANDLE handle, enum run kind, WORD *values, DWORD count, COORD at, DWORD *done)
{
    struct nt_console_info info;
    CHAR_INFO *line;
    BOOL result = TRUE;
    DWORD n, i;

    *done = 0;
    if (!get_still_info(handle, &info))
        return FALSE;
    if (at.X < 0 || at.Y < 0 || at.X >= info.width || at.Y >= info.height)
        return TRUE;
    if (!(line = kb_alloc(info.width * sizeof(*line))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    while (result && *done < count && at.Y < info.height) {
        COORD size, origin = { 0, 0 };
        SMALL_RECT region;

        n = min(count - *done, (DWORD)(info.width - at.X));
        size.X = n;
        size.Y = 1;
        region.Left = at.X;
        region.Right = at.X + n - 1;
        region.Top = region.Bottom = at.Y;
        if (!(result = ReadConsoleOutputW(handle, line, size, origin, &region)))
            break;
        for (i = 0; i < n; i++) {
            WORD *value = values + *done + i;

            switch (kind) {
            case RUN_READ_TEXT:
                *value = line[i].Char.UnicodeChar;
                break;
            case RUN_READ_ATTRIBUTES:
                *value = line[i].Attributes;
                break;
            case RUN_WRITE_ATTRIBUTES:
                line[i].Attributes = *value;
                break;
            }
        }
        if (kind == RUN_WRITE_ATTRIBUTES)
            result = WriteConsoleOutputW(handle, line, size, origin, &region);
        if (result)
            *done += n;
        at.X = 0;
        at.Y++;
    }
    kb_free(line);
    return result;
}

BOOL WINAPI ReadConsoleOutputCharacterW(HANDLE handle, WCHAR *text, DWORD count, COORD at, DWORD *read)
{
    return transfer_run(handle, RUN_READ_TEXT, (WORD *)text, count, at, read);
}

BOOL WINAPI ReadConsoleOutputAttribute(HANDLE handle, WORD *attributes, DWORD count, COORD at, DWORD *read)
{
    return transfer_run(handle, RUN_READ_ATTRIBUTES, attributes, count, at, read);
}

BOOL WINAPI WriteConsoleOutputCharacterW(HANDLE handle, const WCHAR *text, DWORD count, COORD at, DWORD *written)
{
    struct nt_console_run *run;
    ULONG units = 0;
    NTSTATUS status;

    *written = 0;
    if (count > 0x3fffffff || !(run = kb_alloc(sizeof(*run) + count * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    run->x = at.X;
    run->y = at.Y;
    memcpy(run + 1, text, count * sizeof(WCHAR));
    status = console_request(handle, IOCTL_NT_CONSOLE_WRITE_TEXT, run, sizeof(*run) + count * sizeof(WCHAR), &units,
                             sizeof(units), NULL);
    kb_free(run);
    if (!status)
        *written = units;
    return set_ntstatus(status);
}

BOOL WINAPI WriteConsoleOutputAttribute(HANDLE handle, const WORD *attributes, DWORD count, COORD at, DWORD *written)
{
    return transfer_run(handle, RUN_WRITE_ATTRIBUTES, (WORD *)attributes, count, at, written);
}

BOOL WINAPI ReadConsoleOutputCharacterA(HANDLE handle, char *text, DWORD count, COORD at, DWORD *read)
{
    WCHAR *wide = kb_alloc(count * sizeof(WCHAR));
    BOOL result;

    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    result = ReadConsoleOutputCharacterW(handle, wide, count, at, read);
    if (result && *read)
        *read = WideCharToMultiByte(GetConsoleOutputCP(), 0, wide, *read, text, count, NULL, NULL);
    kb_free(wide);
    return result;
}

BOOL WINAPI WriteConsoleOutputCharacterA(HANDLE handle, const char *text, DWORD count, COORD at, DWORD *written)
{
    WCHAR *wide = kb_alloc(count * sizeof(WCHAR));
    BOOL result;
    DWORD n;

    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    n = count ? MultiByteToWideChar(GetConsoleOutputCP(), 0, text, count, wide, count) : 0;
    if ((result = WriteConsoleOutputCharacterW(handle, wide, n, at, written)))
        *written = count;
    kb_free(wide);
    return result;
}

static BOOL scroll(HANDLE handle, const SMALL_RECT *from, const SMALL_RECT *clip_rect, COORD to, WCHAR character,
                   WORD attributes)
{
    struct nt_console_scroll request;
    struct nt_console_info info;

    if (!get_still_info(handle, &info))
        return FALSE;
    request.left = from->Left;
    request.top = from->Top;
    request.right = from->Right;
    request.bottom = from->Bottom;
    request.clip_left = clip_rect ? clip_rect->Left : 0;
    request.clip_top = clip_rect ? clip_rect->Top : 0;
    request.clip_right = clip_rect ? clip_rect->Right : info.width - 1;
    request.clip_bottom = clip_rect ? clip_rect->Bottom : info.height - 1;
    request.to_x = to.X;
    request.to_y = to.Y;
    request.fill_char = character;
    request.fill_attributes = attributes;
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_SCROLL, &request, sizeof(request), NULL, 0, NULL));
}

BOOL WINAPI ScrollConsoleScreenBufferW(HANDLE handle, const SMALL_RECT *from, const SMALL_RECT *clip_rect, COORD to,
                                       const CHAR_INFO *fill_cell)
{
    return scroll(handle, from, clip_rect, to, fill_cell->Char.UnicodeChar, fill_cell->Attributes);
}

BOOL WINAPI ScrollConsoleScreenBufferA(HANDLE handle, const SMALL_RECT *from, const SMALL_RECT *clip_rect, COORD to,
                                       const CHAR_INFO *fill_cell)
{
    char byte = fill_cell->Char.AsciiChar;
    WCHAR wide = 0;

    MultiByteToWideChar(GetConsoleOutputCP(), 0, &byte, 1, &wide, 1);
    return scroll(handle, from, clip_rect, to, wide, fill_cell->Attributes);
}

/* --- consoleapi3.h --- */

BOOL WINAPI GetNumberOfConsoleMouseButtons(DWORD *count)
{
    *count = 3;
    return TRUE;
}

BOOL WINAPI GetConsoleDisplayMode(DWORD *flags)
{
    *flags = 0; /* a window */
    return TRUE;
}

BOOL WINAPI GetConsoleSelectionInfo(CONSOLE_SELECTION_INFO *info)
{
    memset(info, 0, sizeof(*info)); /* CONSOLE_NO_SELECTION: a terminal's selection is its own business */
    return TRUE;
}

/* --- fonts: what a program sets is kept and told; a terminal has its own --- */

static BOOL get_font(HANDLE handle, struct nt_console_font *font)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_GET_FONT, NULL, 0, font, sizeof(*font), NULL));
}

COORD WINAPI GetConsoleFontSize(HANDLE handle, DWORD index)
{
    COORD size = { 0, 0 };
    struct nt_console_font font;

    if (!get_font(handle, &font))
        return size;
    if (index != font.index) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return size;
    }
    size.X = font.width;
    size.Y = font.height;
    return size;
}

BOOL WINAPI GetCurrentConsoleFontEx(HANDLE handle, BOOL maximum, CONSOLE_FONT_INFOEX *info)
{
    struct nt_console_font font;

    (void)maximum;
    if (info->cbSize != sizeof(*info))
        return fail(ERROR_INVALID_PARAMETER);
    if (!get_font(handle, &font))
        return FALSE;
    info->nFont = font.index;
    info->dwFontSize.X = font.width;
    info->dwFontSize.Y = font.height;
    info->FontFamily = font.family;
    info->FontWeight = font.weight;
    memcpy(info->FaceName, font.face, sizeof(info->FaceName));
    return TRUE;
}

BOOL WINAPI SetCurrentConsoleFontEx(HANDLE handle, BOOL maximum, CONSOLE_FONT_INFOEX *info)
{
    struct nt_console_font font;

    (void)maximum;
    if (info->cbSize != sizeof(*info))
        return fail(ERROR_INVALID_PARAMETER);
    if (!get_font(handle, &font))
        return FALSE;
    if (info->dwFontSize.X > 0)
        font.width = info->dwFontSize.X;
    if (info->dwFontSize.Y > 0)
        font.height = info->dwFontSize.Y;
    font.family = info->FontFamily;
    font.weight = info->FontWeight;
    memcpy(font.face, info->FaceName, sizeof(font.face));
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_SET_FONT, &font, sizeof(font), NULL, 0, NULL));
}

BOOL WINAPI GetCurrentConsoleFont(HANDLE handle, BOOL maximum, CONSOLE_FONT_INFO *info)
{
    struct nt_console_font font;

    (void)maximum;
    if (!get_font(handle, &font))
        return FALSE;
    info->nFont = font.index;
    info->dwFontSize.X = font.width;
    info->dwFontSize.Y = font.height;
    return TRUE;
}

/* There is the one. */
DWORD WINAPI GetNumberOfConsoleFonts(VOID);
DWORD WINAPI GetNumberOfConsoleFonts(VOID)
{
    return 1;
}

BOOL WINAPI GetConsoleFontInfo(HANDLE handle, BOOL maximum, DWORD count, CONSOLE_FONT_INFO *info);
BOOL WINAPI GetConsoleFontInfo(HANDLE handle, BOOL maximum, DWORD count, CONSOLE_FONT_INFO *info)
{
    return count ? GetCurrentConsoleFont(handle, maximum, info) : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI SetConsoleFont(HANDLE handle, DWORD index);
BOOL WINAPI SetConsoleFont(HANDLE handle, DWORD index)
{
    struct nt_console_font font;

    if (!get_font(handle, &font))
        return FALSE;
    return index == font.index ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* A terminal's window is its user's: there is no full screen that a program could ask for. */
BOOL WINAPI SetConsoleDisplayMode(HANDLE handle, DWORD flags, COORD *size)
{
    struct nt_console_info info;

    if (!get_info(handle, &info))
        return FALSE;
    if (flags != CONSOLE_WINDOWED_MODE)
        return fail(flags == CONSOLE_FULLSCREEN_MODE ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
    if (size) {
        size->X = info.width;
        size->Y = info.height;
    }
    return TRUE;
}

BOOL WINAPI VerifyConsoleIoHandle(HANDLE handle);
BOOL WINAPI VerifyConsoleIoHandle(HANDLE handle)
{
    ULONG mode;

    return !console_request(handle, IOCTL_NT_CONSOLE_GET_MODE, NULL, 0, &mode, sizeof(mode), NULL);
}
