/* SPDX-License-Identifier: MIT */
/* winuser_window_info.c: what windows know of themselves: numbers, text, class, properties; finding and listing them. */
#include "winuser_private.h"
#include "winuser_class.h"

static LONG_PTR window_long(HWND handle, int index, BOOL set, LONG_PTR value, SIZE_T size, BOOL ansi)
{
    struct window *window;
    LONG_PTR old = 0;

    user_enter();
    if (!(window = find_window(handle))) {
        user_leave();
        return 0;
    }
    if (index >= 0) {
        if ((SIZE_T)index + size > (SIZE_T)window->class->window_extra) {
            SetLastError(ERROR_INVALID_INDEX);
        } else if (size == sizeof(LONG)) {
            LONG part;
            memcpy(&part, window->extra + index, sizeof(part));
            old = part;
            part = (LONG)value;
            if (set)
                memcpy(window->extra + index, &part, sizeof(part));
        } else {
            memcpy(&old, window->extra + index, sizeof(old));
            if (set)
                memcpy(window->extra + index, &value, sizeof(value));
        }
        user_leave();
        return old;
    }
    switch (index) {
    case GWLP_WNDPROC:
        old = (LONG_PTR)window->proc;
        if (set) {
            window->proc = (WNDPROC)value;
            window->ansi = ansi;
        }
        break;
    case GWLP_HINSTANCE:
        old = (LONG_PTR)window->instance;
        if (set)
            window->instance = (HINSTANCE)value;
        break;
    case GWLP_HWNDPARENT:
        old = window->message_only ? (LONG_PTR)HWND_MESSAGE : (LONG_PTR)window->parent;
        if (set)
            SetLastError(ERROR_NOT_SUPPORTED);
        break;
    case GWLP_ID:
        old = (LONG_PTR)window->id;
        if (set)
            window->id = (UINT_PTR)value;
        break;
    case GWLP_USERDATA:
        old = window->user_data;
        if (set)
            window->user_data = value;
        break;
    case GWL_STYLE:
        old = (LONG)window->style;
        if (set)
            window->style = (DWORD)(value & ~(LONG_PTR)WS_VISIBLE) | (window->style & WS_VISIBLE);
        break;
    case GWL_EXSTYLE:
        old = (LONG)window->ex_style;
        if (set)
            window->ex_style = (DWORD)value;
        break;
    default:
        SetLastError(ERROR_INVALID_INDEX);
    }
    user_leave();
    return old;
}

#ifdef _WIN64 /* otherwise these are other names of the functions below */
LONG_PTR WINAPI GetWindowLongPtrW(HWND window, int index)
{
    return window_long(window, index, FALSE, 0, sizeof(LONG_PTR), FALSE);
}

LONG_PTR WINAPI GetWindowLongPtrA(HWND window, int index)
{
    return window_long(window, index, FALSE, 0, sizeof(LONG_PTR), TRUE);
}

LONG_PTR WINAPI SetWindowLongPtrW(HWND window, int index, LONG_PTR value)
{
    return window_long(window, index, TRUE, value, sizeof(LONG_PTR), FALSE);
}

LONG_PTR WINAPI SetWindowLongPtrA(HWND window, int index, LONG_PTR value)
{
    return window_long(window, index, TRUE, value, sizeof(LONG_PTR), TRUE);
}
#endif

LONG WINAPI GetWindowLongW(HWND window, int index)
{
    return (LONG)window_long(window, index, FALSE, 0, sizeof(LONG), FALSE);
}

LONG WINAPI GetWindowLongA(HWND window, int index)
{
    return (LONG)window_long(window, index, FALSE, 0, sizeof(LONG), TRUE);
}

LONG WINAPI SetWindowLongW(HWND window, int index, LONG value)
{
    return (LONG)window_long(window, index, TRUE, value, sizeof(LONG), FALSE);
}

LONG WINAPI SetWindowLongA(HWND window, int index, LONG value)
{
    return (LONG)window_long(window, index, TRUE, value, sizeof(LONG), TRUE);
}

WINBOOL WINAPI SetWindowTextW(HWND window, LPCWSTR text)
{
    return SendMessageW(window, WM_SETTEXT, 0, (LPARAM)(text ? text : L"")) != 0;
}

WINBOOL WINAPI SetWindowTextA(HWND window, LPCSTR text)
{
    return SendMessageA(window, WM_SETTEXT, 0, (LPARAM)(text ? text : "")) != 0;
}

int WINAPI GetWindowTextW(HWND window, LPWSTR text, int size)
{
    if (!text || size <= 0)
        return 0;
    *text = 0;
    return (int)SendMessageW(window, WM_GETTEXT, size, (LPARAM)text);
}

int WINAPI GetWindowTextA(HWND window, LPSTR text, int size)
{
    if (!text || size <= 0)
        return 0;
    *text = 0;
    return (int)SendMessageA(window, WM_GETTEXT, size, (LPARAM)text);
}

int WINAPI GetWindowTextLengthW(HWND window)
{
    return (int)SendMessageW(window, WM_GETTEXTLENGTH, 0, 0);
}

int WINAPI GetWindowTextLengthA(HWND window)
{
    return (int)SendMessageA(window, WM_GETTEXTLENGTH, 0, 0);
}

int WINAPI GetClassNameW(HWND handle, LPWSTR name, int size)
{
    struct window *window;
    int length = 0;

    if (!name || size <= 0)
        return user_fail(ERROR_INSUFFICIENT_BUFFER);
    user_enter();
    if ((window = find_window(handle))) {
        lstrcpynW(name, window->class->name, size);
        length = wcslen(name);
    }
    user_leave();
    return length;
}

int WINAPI GetClassNameA(HWND handle, LPSTR name, int size)
{
    WCHAR wide[256];
    char *narrow;
    int length = 0;

    if (!name || size <= 0)
        return user_fail(ERROR_INSUFFICIENT_BUFFER);
    if (!GetClassNameW(handle, wide, ARRAY_SIZE(wide)) || !(narrow = user_narrow(wide)))
        return 0;
    lstrcpynA(name, narrow, size);
    length = strlen(name);
    user_free(narrow);
    return length;
}

DWORD WINAPI GetWindowThreadProcessId(HWND handle, LPDWORD process)
{
    struct window *window;
    DWORD thread = 0;

    user_enter();
    if ((window = find_window(handle)))
        thread = window->queue->thread;
    user_leave();
    if (thread && process)
        *process = GetCurrentProcessId();
    return thread;
}

/* One field of a window; 0 if there is no such window. */
#define WINDOW_FIELD(handle, type, expression)                                                                         \
    struct window *window;                                                                                             \
    type value = 0;                                                                                                    \
    user_enter();                                                                                                      \
    if ((window = find_window(handle)))                                                                                \
        value = (expression);                                                                                          \
    user_leave();                                                                                                      \
    return value

WINBOOL WINAPI IsWindowUnicode(HWND handle)
{
    WINDOW_FIELD(handle, BOOL, !window->ansi);
}

WINBOOL WINAPI IsWindowVisible(HWND handle)
{
    WINDOW_FIELD(handle, BOOL, (window->style & WS_VISIBLE) != 0);
}

WINBOOL WINAPI IsWindowEnabled(HWND handle)
{
    WINDOW_FIELD(handle, BOOL, !(window->style & WS_DISABLED));
}

WINBOOL WINAPI IsIconic(HWND handle)
{
    WINDOW_FIELD(handle, BOOL, (window->style & WS_MINIMIZE) != 0);
}

WINBOOL WINAPI IsZoomed(HWND handle)
{
    WINDOW_FIELD(handle, BOOL, (window->style & WS_MAXIMIZE) != 0);
}

HWND WINAPI GetParent(HWND handle)
{
    WINDOW_FIELD(handle, HWND, window->style & (WS_CHILD | WS_POPUP) ? window->parent : NULL);
}

int WINAPI GetDlgCtrlID(HWND handle)
{
    WINDOW_FIELD(handle, int, (int)window->id);
}

WINBOOL WINAPI GetWindowRect(HWND handle, LPRECT rect)
{
    WINDOW_FIELD(handle, BOOL, (*rect = window->rect, TRUE));
}

/* No part of the windows that exist is a frame. */
WINBOOL WINAPI GetClientRect(HWND handle, LPRECT rect)
{
    WINDOW_FIELD(
        handle, BOOL,
        (*rect = (RECT){ 0, 0, window->rect.right - window->rect.left, window->rect.bottom - window->rect.top }, TRUE));
}

/* Nothing has the focus, is active, or has caught the mouse. */
/* clang-format off */
#define NO_WINDOW(name) HWND WINAPI name(void) { return NULL; }
NO_WINDOW(GetForegroundWindow)
NO_WINDOW(GetActiveWindow)
NO_WINDOW(GetFocus)
NO_WINDOW(GetCapture)
NO_WINDOW(GetShellWindow)
NO_WINDOW(GetClipboardOwner)
NO_WINDOW(GetClipboardViewer)
NO_WINDOW(GetOpenClipboardWindow)
/* clang-format on */

/* The mouse never moved from the corner, and no key is down. */
WINBOOL WINAPI GetCursorPos(LPPOINT point)
{
    if (!point)
        return user_fail(ERROR_NOACCESS);
    *point = (POINT){ 0, 0 };
    return TRUE;
}

WINBOOL WINAPI GetCaretPos(LPPOINT point)
{
    return GetCursorPos(point);
}

SHORT WINAPI GetKeyState(int key)
{
    (void)key;
    return 0;
}

SHORT WINAPI GetAsyncKeyState(int key)
{
    (void)key;
    return 0;
}

WINBOOL WINAPI GetKeyboardState(PBYTE state)
{
    memset(state, 0, 256);
    return TRUE;
}

static BOOL names(const struct window *window, const WCHAR *class, const WCHAR *text)
{
    if (class && (IS_INTRESOURCE(class) ? window->class->atom != (ATOM)(ULONG_PTR) class
                                        : _wcsicmp(window->class->name, class) != 0))
        return FALSE;
    return !text || !_wcsicmp(window->text, text);
}

/* Of this process. HWND_MESSAGE as the parent finds message-only windows, no parent and no predecessor both kinds: documented. */
HWND WINAPI FindWindowExW(HWND parent, HWND after, LPCWSTR class, LPCWSTR text)
{
    struct window *window;
    HWND found = NULL;
    ULONG index = after ? LOWORD(after) + 1 : 0x20;

    if (parent && parent != HWND_MESSAGE && parent != GetDesktopWindow())
        return NULL; /* there are no children */
    user_enter();
    for (; !found && index < 0x10000; index++) {
        DWORD error = GetLastError();
        if (!(window = find_window((HWND)(ULONG_PTR)index))) {
            SetLastError(error);
            if (index > 0x20 + 10000)
                break;
            continue;
        }
        if ((window->message_only == (parent == HWND_MESSAGE) || (!parent && !after)) && names(window, class, text))
            found = window->handle;
    }
    user_leave();
    return found;
}

HWND WINAPI FindWindowW(LPCWSTR class, LPCWSTR text)
{
    return FindWindowExW(NULL, NULL, class, text);
}

HWND WINAPI FindWindowExA(HWND parent, HWND after, LPCSTR class, LPCSTR text)
{
    BOOL atom = IS_INTRESOURCE(class);
    WCHAR *wide_class = atom ? (WCHAR *)class : user_wide(class), *wide_text = user_wide(text);
    HWND found = FindWindowExW(parent, after, wide_class, wide_text);

    if (!atom)
        user_free(wide_class);
    user_free(wide_text);
    return found;
}

HWND WINAPI FindWindowA(LPCSTR class, LPCSTR text)
{
    return FindWindowExA(NULL, NULL, class, text);
}

WINBOOL WINAPI EnumWindows(WNDENUMPROC callback, LPARAM data)
{
    ULONG count;
    HWND *list = top_windows(&count);
    BOOL more = TRUE;

    for (ULONG i = 0; i < count && more; i++)
        more = callback(list[i], data);
    user_free(list);
    return more;
}

WINBOOL WINAPI EnumThreadWindows(DWORD thread, WNDENUMPROC callback, LPARAM data)
{
    ULONG count;
    HWND *list = top_windows(&count);
    BOOL more = TRUE;

    for (ULONG i = 0; i < count && more; i++)
        if (GetWindowThreadProcessId(list[i], NULL) == thread)
            more = callback(list[i], data);
    user_free(list);
    return more;
}

WINBOOL WINAPI EnumChildWindows(HWND parent, WNDENUMPROC callback, LPARAM data)
{
    return parent ? FALSE : EnumWindows(callback, data);
}

/* With the lock held. */
static struct property **find_property(struct window *window, const WCHAR *name)
{
    struct property **link = &window->properties;

    while (*link && (IS_INTRESOURCE(name) ? (*link)->atom != (ATOM)(ULONG_PTR)name
                                          : !(*link)->name || _wcsicmp((*link)->name, name) != 0))
        link = &(*link)->next;
    return link;
}

WINBOOL WINAPI SetPropW(HWND handle, LPCWSTR name, HANDLE value)
{
    struct property *property = user_alloc(sizeof(*property)), **link;
    struct window *window;
    BOOL good = FALSE;

    if (!property)
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    if (IS_INTRESOURCE(name)) {
        property->atom = (ATOM)(ULONG_PTR)name;
    } else if ((property->name = user_alloc((wcslen(name) + 1) * sizeof(WCHAR)))) {
        wcscpy(property->name, name);
        property->atom = user_atom(name);
    }
    user_enter();
    if ((window = find_window(handle)) && (property->name || property->atom)) {
        good = TRUE;
        link = find_property(window, name);
        if (*link) {
            (*link)->value = value;
        } else {
            property->value = value;
            *link = property;
            property = NULL;
        }
    }
    user_leave();
    if (property)
        user_free(property->name);
    user_free(property);
    return good;
}

HANDLE WINAPI GetPropW(HWND handle, LPCWSTR name)
{
    struct property **link;
    struct window *window;
    HANDLE value = NULL;

    user_enter();
    if ((window = find_window(handle)) && *(link = find_property(window, name)))
        value = (*link)->value;
    user_leave();
    return value;
}

HANDLE WINAPI RemovePropW(HWND handle, LPCWSTR name)
{
    struct property **link, *property = NULL;
    struct window *window;
    HANDLE value = NULL;

    user_enter();
    if ((window = find_window(handle)) && (property = *(link = find_property(window, name)))) {
        value = property->value;
        *link = property->next;
    }
    user_leave();
    if (property)
        user_free(property->name);
    user_free(property);
    return value;
}

WINBOOL WINAPI SetPropA(HWND window, LPCSTR name, HANDLE value)
{
    WCHAR *wide = IS_INTRESOURCE(name) ? (WCHAR *)name : user_wide(name);
    BOOL good = wide && SetPropW(window, wide, value);

    if (!IS_INTRESOURCE(name))
        user_free(wide);
    return good;
}

HANDLE WINAPI GetPropA(HWND window, LPCSTR name)
{
    WCHAR *wide = IS_INTRESOURCE(name) ? (WCHAR *)name : user_wide(name);
    HANDLE value = wide ? GetPropW(window, wide) : NULL;

    if (!IS_INTRESOURCE(name))
        user_free(wide);
    return value;
}

HANDLE WINAPI RemovePropA(HWND window, LPCSTR name)
{
    WCHAR *wide = IS_INTRESOURCE(name) ? (WCHAR *)name : user_wide(name);
    HANDLE value = wide ? RemovePropW(window, wide) : NULL;

    if (!IS_INTRESOURCE(name))
        user_free(wide);
    return value;
}

/* Events of other processes' windows and consoles are not reported: the hook cannot be set. */
HWINEVENTHOOK WINAPI SetWinEventHook(DWORD first, DWORD last, HMODULE module, WINEVENTPROC callback, DWORD process,
                                     DWORD thread, DWORD flags)
{
    (void)first, (void)last, (void)module, (void)callback, (void)process, (void)thread, (void)flags;
    SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
    return NULL;
}

WINBOOL WINAPI UnhookWinEvent(HWINEVENTHOOK hook)
{
    (void)hook;
    return user_fail(ERROR_INVALID_HANDLE);
}

VOID WINAPI NotifyWinEvent(DWORD event, HWND window, LONG object, LONG child)
{
    (void)event, (void)window, (void)object, (void)child; /* nobody listens */
}
