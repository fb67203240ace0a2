/* SPDX-License-Identifier: MIT */
/* console_cells.c: what programs write into a screen buffer's cells, and read from them, without the cursor's taking part. */
#include <stdlib.h>
#include "console.h"

static bool is_pair(WCHAR high, WCHAR low)
{
    return (high & 0xfc00) == 0xd800 && (low & 0xfc00) == 0xdc00;
}

/* Columns; what combines has a cell of its own here. */
static int width_of(WCHAR high, WCHAR low)
{
    uint32_t c = low ? 0x10000 + ((uint32_t)(high & 0x3ff) << 10) + (low & 0x3ff) : high;

    return character_width(c) == 2 ? 2 : 1;
}

/* Keeps the colours of the cells. */
static void store(struct cell *cell, WCHAR high, WCHAR low, int columns)
{
    bool narrow = low && columns == 1;

    cell->character = narrow ? 0xfffd : high;
    cell->pair[0] = narrow ? high : 0;
    cell->pair[1] = narrow ? low : 0;
    cell->attributes &= (USHORT) ~(ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING);
    if (columns != 2)
        return;
    cell->attributes |= ATTRIBUTE_LEADING;
    cell[1].character = low ? low : high;
    cell[1].pair[0] = 0;
    cell[1].attributes = (USHORT)((cell[1].attributes & ~ATTRIBUTE_LEADING) | ATTRIBUTE_TRAILING);
}

/* Half of a wide character is none: what was cut by a change of the cells from `left` to `right` becomes a space. */
static void cells_mend(struct screen *screen, struct cell *row, int left, int right)
{
    if (left > 0 && row[left - 1].attributes & ATTRIBUTE_LEADING && !(row[left].attributes & ATTRIBUTE_TRAILING))
        store(&row[left - 1], ' ', 0, 1);
    if (right + 1 < screen->width && row[right + 1].attributes & ATTRIBUTE_TRAILING &&
        !(row[right].attributes & ATTRIBUTE_LEADING))
        store(&row[right + 1], ' ', 0, 1);
}

static void fill_characters(struct cell *row, int left, int right, WCHAR character)
{
    int columns = width_of(character, 0);

    for (int x = left; x <= right; x += columns) {
        bool cut = columns == 2 && x == right;
        store(&row[x], cut ? ' ' : character, 0, cut ? 1 : columns);
    }
}

/* Attributes of programs: the flags for wide characters are ours to set. */
static void set_cell_attributes(struct cell *cell, USHORT attributes)
{
    cell->attributes = (USHORT)((attributes & ~(ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING)) |
                                (cell->attributes & (ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING)));
    cell->fore = cell->back = 0;
}

ULONG cells_fill(struct screen *screen, const struct nt_console_fill *request)
{
    int x = request->x, y = request->y, width = screen->width;

    if (x < 0 || y < 0 || x >= width || y >= screen->height)
        return 0;
    uint32_t room = (uint32_t)((screen->height - y) * width - x);
    uint32_t count = request->count < room ? request->count : room, done = 0;
    while (done < count) {
        struct cell *row = screen_row(screen, y);
        int right = (uint32_t)(width - x) < count - done ? width - 1 : x + (int)(count - done) - 1;
        if (!row)
            break;
        if (request->attribute)
            for (int at = x; at <= right; at++)
                set_cell_attributes(&row[at], request->value);
        else
            fill_characters(row, x, right, request->value);
        cells_mend(screen, row, x, right);
        paint_rect(screen, (struct rect){ x ? x - 1 : 0, y, right + 1 < width ? right + 1 : right, y });
        done += (uint32_t)(right - x + 1);
        x = 0;
        y++;
    }
    return done;
}

/*
 * WriteConsoleOutputCharacter: text from a place on, over the ends of lines; colours stay. A wide character takes two cells,
 * and the next line if it does not fit. How many units of the text there was room for.
 */
ULONG cells_write_text(struct screen *screen, const struct nt_console_run *run, size_t count)
{
    const WCHAR *text = (const WCHAR *)(run + 1);
    int x = run->x, y = run->y;
    size_t done = 0;

    if (x < 0 || y < 0 || x >= screen->width)
        return 0;
    for (; done < count && y < screen->height; x = 0, y++) {
        struct cell *row = screen_row(screen, y);
        int left = x;
        if (!row)
            break;
        while (done < count && x < screen->width) {
            WCHAR low = done + 1 < count && is_pair(text[done], text[done + 1]) ? text[done + 1] : 0;
            int columns = width_of(text[done], low);
            if (columns == 2 && x + 1 == screen->width && screen->width > 1) {
                store(&row[x++], ' ', 0, 1);
                break;
            }
            store(&row[x], text[done], low, columns);
            x += columns;
            done += low ? 2 : 1;
        }
        cells_mend(screen, row, left, x - 1);
        paint_rect(screen, (struct rect){ left ? left - 1 : 0, y, x < screen->width ? x : x - 1, y });
    }
    return (ULONG)done;
}

static NTSTATUS check_cells(struct screen *screen, const struct nt_console_cells *head)
{
    return head->x < 0 || head->y < 0 || head->width <= 0 || head->height <= 0 ||
                   head->x + head->width > screen->width || head->y + head->height > screen->height
               ? STATUS_INVALID_PARAMETER
               : STATUS_SUCCESS;
}

NTSTATUS cells_write(struct screen *screen, const struct nt_console_cells *head, const CHAR_INFO *cells, size_t count)
{
    if (check_cells(screen, head) || (size_t)head->width * (size_t)head->height > count)
        return STATUS_INVALID_PARAMETER;
    for (int y = 0; y < head->height; y++) {
        struct cell *row = screen_row(screen, head->y + y);
        for (int x = 0; row && x < head->width; x++) {
            const CHAR_INFO *from = &cells[y * head->width + x];
            struct cell *to = &row[head->x + x];
            *to = (struct cell){ from->Char.UnicodeChar, from->Attributes, 0, 0, { 0, 0 } };
            if ((from->Char.UnicodeChar & 0xfc00) != 0xd800 && character_width(from->Char.UnicodeChar) == 2 &&
                !(from->Attributes & (ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING)) && x + 1 < head->width) {
                to->attributes |= ATTRIBUTE_LEADING; /* it takes the next place too, whoever says nothing about that */
                to[1] = *to;
                to[1].attributes ^= ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING;
                x++;
            }
        }
        if (row)
            cells_mend(screen, row, head->x, head->x + head->width - 1);
    }
    int right = head->x + head->width;
    paint_rect(screen, (struct rect){ head->x ? head->x - 1 : 0, head->y, right < screen->width ? right : right - 1,
                                      head->y + head->height - 1 });
    return STATUS_SUCCESS;
}

/* To memory of ours: nothing of the program's is touched under the lock. */
NTSTATUS cells_read(struct screen *screen, const struct nt_console_cells *head, CHAR_INFO **cells)
{
    if (check_cells(screen, head))
        return STATUS_INVALID_PARAMETER;
    CHAR_INFO *to = *cells = malloc((size_t)head->width * (size_t)head->height * sizeof **cells);
    if (!to)
        return STATUS_NO_MEMORY;
    for (int y = 0; y < head->height; y++) {
        const struct cell *row = screen_row(screen, head->y + y);
        for (int x = 0; x < head->width; x++, to++) {
            to->Char.UnicodeChar = row ? row[head->x + x].character : ' ';
            to->Attributes = row ? row[head->x + x].attributes : 7;
        }
    }
    return STATUS_SUCCESS;
}
