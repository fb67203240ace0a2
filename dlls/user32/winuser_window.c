/* SPDX-License-Identifier: MIT */
/*
 * winuser_window.c: windows that are not seen: message-only ones, and top-level ones that are never shown. What has a place on a
 * screen (visible windows, children) cannot be made yet and fails with ERROR_NOT_SUPPORTED.
 */
#include "winuser_private.h"
#include "winuser_class.h"

#define DESKTOP_WINDOW ((HWND)(ULONG_PTR)0x10010)
#define FIRST_INDEX    0x20
#define MOST_WINDOWS   10000 /* user handles of a process: documented limit */

/* A handle is an index and, above it, a number that tells its successive owners apart. */
static struct slot {
    struct window *window;
    WORD unique;
} * slots;
static ULONG slot_count, slot_room, first_free; /* no slot below first_free is free */

struct window *find_window(HWND handle)
{
    ULONG index = LOWORD(handle) - FIRST_INDEX;

    if (LOWORD(handle) >= FIRST_INDEX && index < slot_count && slots[index].window &&
        (!HIWORD(handle) || HIWORD(handle) == slots[index].unique))
        return slots[index].window;
    SetLastError(ERROR_INVALID_WINDOW_HANDLE);
    return NULL;
}

/* With the lock held. */
static BOOL give_handle(struct window *window)
{
    ULONG index;

    for (index = first_free; index < slot_count && slots[index].window; index++)
        ;
    first_free = index;
    if (index == slot_room) {
        ULONG room = slot_room ? slot_room * 2 : 16;
        struct slot *more;
        if (index >= MOST_WINDOWS)
            return user_fail(ERROR_NO_MORE_USER_HANDLES);
        if (!(more = user_alloc(room * sizeof(*more))))
            return user_fail(ERROR_NOT_ENOUGH_MEMORY);
        if (slots)
            memcpy(more, slots, slot_count * sizeof(*more));
        user_free(slots);
        slots = more;
        slot_room = room;
    }
    if (index == slot_count)
        slot_count++;
    if (!++slots[index].unique)
        slots[index].unique = 1;
    slots[index].window = window;
    window->handle = (HWND)(ULONG_PTR)MAKELONG(index + FIRST_INDEX, slots[index].unique);
    return TRUE;
}

HWND *top_windows(ULONG *count)
{
    HWND *list;

    *count = 0;
    user_enter();
    if ((list = user_alloc((slot_count + 1) * sizeof(*list))))
        for (ULONG i = 0; i < slot_count; i++)
            if (slots[i].window && !slots[i].window->message_only)
                list[(*count)++] = slots[i].window->handle;
    user_leave();
    return list;
}

static WCHAR *copy_text(const WCHAR *text)
{
    WCHAR *copy = user_alloc((wcslen(text) + 1) * sizeof(WCHAR));

    return copy ? wcscpy(copy, text) : NULL;
}

/*
 * Calls a procedure, converting the text of the messages that carry one if the two sides differ. WM_GETTEXT's result is the
 * number of characters on the caller's side.
 */
static LRESULT call_proc(WNDPROC proc, BOOL proc_ansi, BOOL ansi, HWND handle, UINT message, WPARAM wparam,
                         LPARAM lparam)
{
    LRESULT result;
    void *text;

    if (proc_ansi == ansi || !lparam)
        return proc(handle, message, wparam, lparam);
    switch (message) {
    case WM_SETTEXT:
        text = ansi ? (void *)user_wide((const char *)lparam) : (void *)user_narrow((const WCHAR *)lparam);
        result = proc(handle, message, wparam, (LPARAM)text);
        user_free(text);
        return result;
    case WM_GETTEXT:
        if (!wparam || !(text = user_alloc(wparam * 4)))
            return 0;
        proc(handle, message, wparam * 2, (LPARAM)text);
        if (ansi) {
            char *out = (char *)lparam;
            int length = WideCharToMultiByte(CP_ACP, 0, text, -1, out, (int)wparam, NULL, NULL);
            if (!length) {
                out[wparam - 1] = 0;
                length = (int)strlen(out) + 1;
            }
            result = length - 1;
        } else {
            WCHAR *out = (WCHAR *)lparam;
            int length = MultiByteToWideChar(CP_ACP, 0, text, -1, out, (int)wparam);
            if (!length) {
                out[wparam - 1] = 0;
                length = (int)wcslen(out) + 1;
            }
            result = length - 1;
        }
        user_free(text);
        return result;
    case WM_NCCREATE:
    case WM_CREATE: {
        CREATESTRUCTW wide = *(CREATESTRUCTW *)lparam; /* the A structure has the same layout */
        void *name = NULL, *class = NULL;
        if (ansi) {
            if (wide.lpszName)
                name = user_wide((const char *)wide.lpszName);
            if (!IS_INTRESOURCE(wide.lpszClass))
                class = user_wide((const char *)wide.lpszClass);
        } else {
            if (wide.lpszName)
                name = user_narrow(wide.lpszName);
            if (!IS_INTRESOURCE(wide.lpszClass))
                class = user_narrow(wide.lpszClass);
        }
        wide.lpszName = name;
        if (class)
            wide.lpszClass = class;
        result = proc(handle, message, wparam, (LPARAM)&wide);
        user_free(name);
        user_free(class);
        return result;
    }
    default:
        return proc(handle, message, wparam, lparam);
    }
}

LRESULT call_window(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi)
{
    struct window *window;
    WNDPROC proc = NULL;
    BOOL proc_ansi = FALSE;

    user_enter();
    if ((window = find_window(handle))) {
        proc = window->proc;
        proc_ansi = window->ansi;
    }
    user_leave();
    return proc ? call_proc(proc, proc_ansi, ansi, handle, message, wparam, lparam) : 0;
}

LRESULT WINAPI CallWindowProcW(WNDPROC proc, HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return proc ? proc(window, message, wparam, lparam) : 0;
}

LRESULT WINAPI CallWindowProcA(WNDPROC proc, HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return proc ? proc(window, message, wparam, lparam) : 0;
}

/* Releases what belongs to a window; without the lock. */
static void free_window(struct window *window)
{
    while (window->properties) {
        struct property *next = window->properties->next;
        user_free(window->properties->name);
        user_free(window->properties);
        window->properties = next;
    }
    user_free(window->text);
    user_free(window);
}

/* Takes a window out of everything. */
static void remove_window(struct window *window)
{
    user_enter();
    queue_forget_window(window->queue, window->handle);
    slots[LOWORD(window->handle) - FIRST_INDEX].window = NULL;
    if ((ULONG)LOWORD(window->handle) - FIRST_INDEX < first_free)
        first_free = LOWORD(window->handle) - FIRST_INDEX;
    window->class->windows--;
    window->queue->windows--;
    user_leave();
    free_window(window);
}

static HWND create(DWORD ex_style, const WCHAR *class_name, const WCHAR *text, DWORD style, int x, int y, int width,
                   int height, HWND parent, HMENU menu, HINSTANCE instance, void *data, BOOL ansi)
{
    struct queue *queue = own_queue();
    struct window_class *class;
    struct window *window = NULL;
    CREATESTRUCTW create;
    HWND handle = NULL;
    void *ansi_text = NULL, *ansi_class = NULL;

    if (!queue || !class_name)
        return NULL;
    if (parent != HWND_MESSAGE && (style & (WS_VISIBLE | WS_CHILD))) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    user_enter();
    if (parent && parent != HWND_MESSAGE && !find_window(parent) && parent != DESKTOP_WINDOW) {
        user_leave();
        return NULL;
    }
    if (!(class = find_class(class_name, instance ? instance : GetModuleHandleW(NULL)))) {
        SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
    } else if (!(window = user_alloc(sizeof(*window) + class->window_extra)) ||
               !(window->text = copy_text(text ? text : L""))) {
        user_free(window);
        window = NULL;
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    } else if (!give_handle(window)) {
        user_free(window->text);
        user_free(window);
        window = NULL;
    } else {
        window->class = class;
        class->windows++;
        window->queue = queue;
        queue->windows++;
        window->proc = class->proc;
        window->ansi = class->ansi;
        window->style = style & WS_CHILD ? style : style | WS_CLIPSIBLINGS;
        window->ex_style = ex_style;
        window->message_only = parent == HWND_MESSAGE;
        window->parent = parent == HWND_MESSAGE ? NULL : parent;
        window->instance = instance;
        window->id = (UINT_PTR)menu;
        if (x == (int)CW_USEDEFAULT)
            x = y = 0;
        if (width == (int)CW_USEDEFAULT)
            width = height = 0;
        window->rect = (RECT){ x, y, x + (width > 0 ? width : 0), y + (height > 0 ? height : 0) };
        handle = window->handle;
    }
    user_leave();
    if (!handle)
        return NULL;
    create =
        (CREATESTRUCTW){ data, instance, menu, parent, height, width, y, x, (LONG)style, text, class_name, ex_style };
    if (ansi) {
        create.lpszName = ansi_text = user_narrow(text);
        if (!IS_INTRESOURCE(class_name))
            create.lpszClass = ansi_class = user_narrow(class_name);
    }
    if (!call_window(handle, WM_NCCREATE, 0, (LPARAM)&create, ansi)) {
        user_enter();
        window = find_window(handle);
        user_leave();
        if (window)
            remove_window(window);
        handle = NULL;
    } else if (call_window(handle, WM_CREATE, 0, (LPARAM)&create, ansi) == -1) {
        DestroyWindow(handle);
        handle = NULL;
    }
    user_free(ansi_text);
    user_free(ansi_class);
    return handle;
}

HWND WINAPI CreateWindowExW(DWORD ex_style, LPCWSTR class_name, LPCWSTR text, DWORD style, int x, int y, int width,
                            int height, HWND parent, HMENU menu, HINSTANCE instance, LPVOID data)
{
    return create(ex_style, class_name, text, style, x, y, width, height, parent, menu, instance, data, FALSE);
}

HWND WINAPI CreateWindowExA(DWORD ex_style, LPCSTR class_name, LPCSTR text, DWORD style, int x, int y, int width,
                            int height, HWND parent, HMENU menu, HINSTANCE instance, LPVOID data)
{
    BOOL atom = IS_INTRESOURCE(class_name);
    WCHAR *wide_class = atom ? (WCHAR *)class_name : user_wide(class_name), *wide_text = user_wide(text);
    HWND window =
        create(ex_style, wide_class, wide_text, style, x, y, width, height, parent, menu, instance, data, TRUE);

    if (!atom)
        user_free(wide_class);
    user_free(wide_text);
    return window;
}

WINBOOL WINAPI DestroyWindow(HWND handle)
{
    struct queue *queue = own_queue();
    struct window *window;
    BOOL mine = FALSE, again = FALSE;

    user_enter();
    if ((window = find_window(handle))) {
        if ((mine = window->queue == queue)) {
            again = window->destroying;
            window->destroying = TRUE;
        } else {
            SetLastError(ERROR_ACCESS_DENIED); /* another thread's */
        }
    }
    user_leave();
    if (!mine || again)
        return mine;
    call_window(handle, WM_DESTROY, 0, 0, FALSE);
    call_window(handle, WM_NCDESTROY, 0, 0, FALSE);
    remove_window(window);
    return TRUE;
}

void destroy_thread_windows(struct queue *queue)
{
    for (ULONG i = 0; i < slot_count; i++)
        if (slots[i].window && slots[i].window->queue == queue)
            remove_window(slots[i].window);
}

/* What a window does by itself, without a place on a screen. Texts are of the window procedure's kind. */
static LRESULT default_proc(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi)
{
    struct window *window;
    WCHAR *text;
    LRESULT result = 0;

    switch (message) {
    case WM_NCCREATE:
        return TRUE;
    case WM_CLOSE:
        DestroyWindow(handle);
        return 0;
    case WM_QUERYENDSESSION:
    case WM_QUERYOPEN:
        return TRUE;
    case WM_QUERYDRAGICON:
        return 0;
    case WM_SETTEXT:
        if (!(text = !lparam ? copy_text(L"")
                     : ansi  ? user_wide((const char *)lparam)
                             : copy_text((const WCHAR *)lparam)))
            return FALSE;
        user_enter();
        if ((window = find_window(handle))) {
            WCHAR *old = window->text;
            window->text = text;
            text = old;
            result = TRUE;
        }
        user_leave();
        user_free(text);
        return result;
    case WM_GETTEXT:
    case WM_GETTEXTLENGTH:
        user_enter();
        text = (window = find_window(handle)) ? copy_text(window->text) : NULL;
        user_leave();
        if (!text)
            return 0;
        if (message == WM_GETTEXTLENGTH) {
            result = ansi ? WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL) - 1 : (LRESULT)wcslen(text);
        } else if (wparam && lparam && ansi) {
            char *narrow = user_narrow(text);
            if (narrow) {
                lstrcpynA((char *)lparam, narrow, (int)wparam);
                result = strlen((char *)lparam);
            }
            user_free(narrow);
        } else if (wparam && lparam) {
            lstrcpynW((WCHAR *)lparam, text, (int)wparam);
            result = wcslen((WCHAR *)lparam);
        }
        user_free(text);
        return result;
    default:
        return 0;
    }
}

LRESULT WINAPI DefWindowProcW(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return default_proc(window, message, wparam, lparam, FALSE);
}

LRESULT WINAPI DefWindowProcA(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return default_proc(window, message, wparam, lparam, TRUE);
}

HWND WINAPI GetDesktopWindow(void)
{
    return DESKTOP_WINDOW;
}

WINBOOL WINAPI IsWindow(HWND handle)
{
    BOOL found;

    if (handle == DESKTOP_WINDOW)
        return TRUE;
    user_enter();
    found = find_window(handle) != NULL;
    user_leave();
    return found;
}
