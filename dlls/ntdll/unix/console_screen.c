/* SPDX-License-Identifier: MIT */
/* console_screen.c: screen buffers: cells, windows, scrolling, colours. Nothing here touches a terminal. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "console.h"

static const uint32_t default_palette[16] = { 0x0c0c0c, 0xda3700, 0x0ea113, 0xdd963a, 0x1f0fc5, 0x981788,
                                              0x009cc1, 0xcccccc, 0x767676, 0xff783b, 0x0cc616, 0xd6d661,
                                              0x5648e7, 0x9e00b4, 0xa5f1f9, 0xf2f2f2 }; /* COLORREFs */

/* --- colours: Windows' bits are blue, green, red, intense; a terminal's numbers are red, green, blue --- */

static const uint8_t swapped[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

USHORT attribute_from_ansi(unsigned index)
{
    return swapped[index & 7] | (index & 8);
}

unsigned ansi_from_attribute(unsigned four_bits)
{
    return swapped[four_bits & 7] | (four_bits & 8);
}

unsigned nearest_color(const struct screen *screen, uint32_t rgb)
{
    unsigned best = 0, least = UINT32_MAX;
    for (unsigned i = 0; i < 16; i++) {
        int red = (int)(rgb >> 16 & 255) - (int)(screen->palette[i] & 255);
        int green = (int)(rgb >> 8 & 255) - (int)(screen->palette[i] >> 8 & 255);
        int blue = (int)(rgb & 255) - (int)(screen->palette[i] >> 16 & 255);
        unsigned distance = (unsigned)(red * red + green * green + blue * blue);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* Columns that a character takes on every terminal: UAX #11's wide ones, emoji, and none for what combines. */
int character_width(uint32_t c)
{
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {
        { 0x300, 0x36f, 0 },     { 0x483, 0x489, 0 },     { 0x591, 0x5bd, 0 },     { 0x610, 0x61a, 0 },
        { 0x64b, 0x65f, 0 },     { 0xe31, 0xe31, 0 },     { 0xe34, 0xe3a, 0 },     { 0xe47, 0xe4e, 0 },
        { 0x1100, 0x115f, 2 },   { 0x200b, 0x200f, 0 },   { 0x202a, 0x202e, 0 },   { 0x2060, 0x2064, 0 },
        { 0x20d0, 0x20f0, 0 },   { 0x231a, 0x231b, 2 },   { 0x2329, 0x232a, 2 },   { 0x23e9, 0x23ec, 2 },
        { 0x25fd, 0x25fe, 2 },   { 0x2614, 0x2615, 2 },   { 0x2648, 0x2653, 2 },   { 0x26aa, 0x26ab, 2 },
        { 0x26bd, 0x26be, 2 },   { 0x2705, 0x2705, 2 },   { 0x270a, 0x270b, 2 },   { 0x2728, 0x2728, 2 },
        { 0x274c, 0x274c, 2 },   { 0x2753, 0x2755, 2 },   { 0x2795, 0x2797, 2 },   { 0x2b1b, 0x2b1c, 2 },
        { 0x2b50, 0x2b50, 2 },   { 0x2e80, 0x303e, 2 },   { 0x3041, 0x33ff, 2 },   { 0x3400, 0x4dbf, 2 },
        { 0x4e00, 0xa4cf, 2 },   { 0xa960, 0xa97c, 2 },   { 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },
        { 0xfe00, 0xfe0f, 0 },   { 0xfe10, 0xfe19, 2 },   { 0xfe20, 0xfe2f, 0 },   { 0xfe30, 0xfe6f, 2 },
        { 0xff00, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },   { 0x1f300, 0x1f320, 2 }, { 0x1f32d, 0x1f335, 2 },
        { 0x1f337, 0x1f37c, 2 }, { 0x1f37e, 0x1f393, 2 }, { 0x1f3a0, 0x1f3ca, 2 }, { 0x1f3e0, 0x1f3f0, 2 },
        { 0x1f400, 0x1f43e, 2 }, { 0x1f440, 0x1f440, 2 }, { 0x1f442, 0x1f4fc, 2 }, { 0x1f4ff, 0x1f53d, 2 },
        { 0x1f550, 0x1f567, 2 }, { 0x1f5fb, 0x1f64f, 2 }, { 0x1f680, 0x1f6c5, 2 }, { 0x1f900, 0x1f9ff, 2 },
        { 0x1fa70, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 }, { 0xe0100, 0xe01ef, 0 },
    };
    size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
    if (c < 0x300)
        return 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else if (c < ranges[middle].first)
            high = middle;
        else
            return ranges[middle].width;
    }
    return 1;
}

/* --- screens --- */

struct screen *screen_find(uint32_t id)
{
    uint32_t at = console.shared->screens;
    for (unsigned steps = 0; at && steps < 100000; steps++) {
        struct screen *screen = shared_at(at, sizeof(*screen));
        if (!screen)
            return NULL;
        if (screen->id == id)
            return screen->width > 0 && screen->height > 0 ? screen : NULL;
        at = screen->next;
    }
    return NULL;
}

struct screen *screen_create(int width, int height)
{
    struct console_shared *shared = console.shared;
    uint32_t at = shared_alloc(sizeof(struct screen));
    uint32_t cells = at ? shared_alloc((size_t)width * (size_t)height * sizeof(struct cell)) : 0;
    if (!cells) {
        shared_free(at, sizeof(struct screen));
        return NULL;
    }
    struct screen *screen = shared_at(at, sizeof(*screen));
    screen->id = shared->next_screen++;
    screen->next = shared->screens;
    screen->width = (int16_t)width;
    screen->height = (int16_t)height;
    screen->cells = cells;
    screen->window_right = (int16_t)(width - 1);
    screen->window_bottom = (int16_t)(height - 1);
    screen->scroll_bottom = (int16_t)(height - 1);
    screen->mode = console_default_mode();
    screen->pen = (struct cell){ ' ', 7, 0, 0, { 0, 0 } };
    screen->saved_pen = screen->pen;
    screen->popup_attributes = 0xf5;
    screen->cursor_size = 25;
    screen->cursor_visible = 1;
    memcpy(screen->palette, default_palette, sizeof(default_palette));
    screen_fill(screen, (struct rect){ 0, 0, width - 1, height - 1 }, &screen->pen);
    shared->screens = at;
    return screen;
}

static void terminal_size(int *columns, int *rows)
{
    struct winsize size;
    *columns = 80;
    *rows = 25;
    if (console.tty >= 0 && !ioctl(console.tty, TIOCGWINSZ, &size) && size.ws_col && size.ws_row) {
        *columns = size.ws_col < 10000 ? size.ws_col : 9999;
        *rows = size.ws_row < 10000 ? size.ws_row : 9999;
    }
}

/* The first screen is made when it is first asked for. */
static struct screen *first_screen(void)
{
    struct console_shared *shared = console.shared;
    struct screen *screen = screen_find(0);
    int columns = 120, rows = 30;

    if (screen || shared->screens)
        return screen;
    shared->columns = 240; /* as if on a large display */
    shared->rows = 84;
    if (console.kind == CONSOLE_TERMINAL) {
        terminal_size(&columns, &rows);
        shared->columns = columns;
        shared->rows = rows;
    }
    if ((screen = screen_create(columns, rows)))
        screen->references = 1;
    if (shared->pseudo || console.kind == CONSOLE_HEADLESS)
        shared->cursor_known = 1; /* it begins empty */
    return screen;
}

struct screen *screen_active(void)
{
    struct screen *screen = screen_find(console.shared->active);
    if (screen)
        return screen;
    screen = first_screen();
    if (screen)
        console.shared->active = screen->id;
    return screen;
}

void screen_release(uint32_t id)
{
    uint32_t *link = &console.shared->screens;
    for (unsigned steps = 0; *link && steps < 100000; steps++) {
        uint32_t at = *link;
        struct screen *screen = shared_at(at, sizeof(*screen));
        if (!screen)
            return;
        if (screen->id == id) {
            if (id == 0 || --screen->references)
                return;
            *link = screen->next;
            if (console.shared->active == id) {
                struct screen *first = first_screen();
                console.shared->active = 0;
                if (first)
                    paint_switch(NULL, first);
            }
            shared_free(screen->cells, (size_t)screen->width * (size_t)screen->height * sizeof(struct cell));
            shared_free(screen->shelf, (size_t)screen->width * (size_t)screen->height * sizeof(struct cell));
            shared_free(at, sizeof(*screen));
            return;
        }
        link = &screen->next;
    }
}

struct cell *screen_row(struct screen *screen, int y)
{
    uint32_t row = ((uint32_t)y + screen->first_row) % (uint32_t)screen->height;
    size_t size = (size_t)screen->width * sizeof(struct cell);
    return shared_at(screen->cells, size * (size_t)screen->height)
               ? (struct cell *)((char *)console.shared + screen->cells + row * size)
               : NULL;
}

static void clamp_window(struct screen *screen, int columns, int rows)
{
    if (columns > screen->width)
        columns = screen->width;
    if (rows > screen->height)
        rows = screen->height;
    if (screen->window_left + columns > screen->width)
        screen->window_left = (int16_t)(screen->width - columns);
    if (screen->window_top + rows > screen->height)
        screen->window_top = (int16_t)(screen->height - rows);
    screen->window_right = (int16_t)(screen->window_left + columns - 1);
    screen->window_bottom = (int16_t)(screen->window_top + rows - 1);
}

bool screen_resize(struct screen *screen, int width, int height)
{
    if (width == screen->width && height == screen->height)
        return true;
    size_t old_size = (size_t)screen->width * (size_t)screen->height * sizeof(struct cell);
    size_t size = (size_t)width * (size_t)height * sizeof(struct cell);
    uint32_t at = shared_alloc(size);
    struct cell *cells = at ? shared_at(at, size) : NULL;
    if (!cells)
        return false;
    /* What is cut off is the top, if the cursor would be. */
    int skip = screen->cursor_y >= height ? screen->cursor_y - height + 1 : 0;
    for (int y = 0; y < height; y++) {
        struct cell *from = y + skip < screen->height ? screen_row(screen, y + skip) : NULL;
        for (int x = 0; x < width; x++)
            cells[(size_t)y * (size_t)width + (size_t)x] = from && x < screen->width ? from[x] : screen->pen;
    }
    shared_free(screen->cells, old_size);
    shared_free(screen->shelf, old_size);
    screen->shelf = 0;
    screen->cells = at;
    screen->first_row = 0;
    screen->width = (int16_t)width;
    screen->height = (int16_t)height;
    screen->cursor_y = (int16_t)(screen->cursor_y - skip);
    if (screen->cursor_x >= width)
        screen->cursor_x = (int16_t)(width - 1);
    screen->wrapped = 0;
    screen->scroll_top = 0;
    screen->scroll_bottom = (int16_t)(height - 1);
    clamp_window(screen, screen->window_right - screen->window_left + 1,
                 screen->window_bottom - screen->window_top + 1);
    return true;
}

/* A screen as large as the terminal stays so; of another one the window follows. */
void screen_check_size(void)
{
    struct console_shared *shared = console.shared;
    struct screen *screen = screen_active();
    int columns, rows;

    if (!screen || console.kind != CONSOLE_TERMINAL)
        return;
    terminal_size(&columns, &rows);
    if (columns == shared->columns && rows == shared->rows)
        return;
    if (screen->width == shared->columns && screen->height == shared->rows) {
        screen_resize(screen, columns, rows);
        screen->window_left = screen->window_top = 0;
        if (!shared->pseudo)
            shared->cursor_known = 0; /* terminals differ in where they leave it */
    }
    clamp_window(screen, columns, rows);
    shared->columns = columns;
    shared->rows = rows;
    if (shared->input_mode & ENABLE_WINDOW_INPUT) {
        INPUT_RECORD record = { .EventType = WINDOW_BUFFER_SIZE_EVENT };
        record.Event.WindowBufferSize.X = screen->width;
        record.Event.WindowBufferSize.Y = screen->height;
        input_add(&record);
        input_changed();
        input_wake_others();
    }
}

void screen_fill(struct screen *screen, struct rect rect, const struct cell *with)
{
    for (int y = rect.top; y <= rect.bottom; y++) {
        struct cell *row = screen_row(screen, y);
        for (int x = rect.left; row && x <= rect.right; x++)
            row[x] = *with;
    }
}

void screen_scroll_lines(struct screen *screen, int top, int bottom, int lines, const struct cell *with)
{
    int count = bottom - top + 1, distance = abs(lines);
    size_t size = (size_t)screen->width * sizeof(struct cell);

    if (!lines || count <= 0)
        return;
    if (distance >= count) {
        screen_fill(screen, (struct rect){ 0, top, screen->width - 1, bottom }, with);
        return;
    }
    if (top == 0 && bottom == screen->height - 1) {
        screen->first_row = (uint32_t)((int)screen->first_row + lines + screen->height) % (uint32_t)screen->height;
    } else if (lines > 0) {
        for (int y = top; y + lines <= bottom; y++) {
            struct cell *to = screen_row(screen, y), *from = screen_row(screen, y + lines);
            if (to && from)
                memcpy(to, from, size);
        }
    } else {
        for (int y = bottom; y - distance >= top; y--) {
            struct cell *to = screen_row(screen, y), *from = screen_row(screen, y - distance);
            if (to && from)
                memcpy(to, from, size);
        }
    }
    if (lines > 0)
        screen_fill(screen, (struct rect){ 0, bottom - lines + 1, screen->width - 1, bottom }, with);
    else
        screen_fill(screen, (struct rect){ 0, top, screen->width - 1, top + distance - 1 }, with);
}

void screen_show_cursor(struct screen *screen)
{
    int columns = screen->window_right - screen->window_left, rows = screen->window_bottom - screen->window_top;

    if (screen->cursor_x < screen->window_left)
        screen->window_left = screen->cursor_x;
    if (screen->cursor_x > screen->window_left + columns)
        screen->window_left = (int16_t)(screen->cursor_x - columns);
    if (screen->cursor_y < screen->window_top)
        screen->window_top = screen->cursor_y;
    if (screen->cursor_y > screen->window_top + rows)
        screen->window_top = (int16_t)(screen->cursor_y - rows);
    screen->window_right = (int16_t)(screen->window_left + columns);
    screen->window_bottom = (int16_t)(screen->window_top + rows);
}
