/* SPDX-License-Identifier: MIT */
/* winuser_class.c: window classes, registered messages and clipboard formats. */
#include "winuser_private.h"
#include "winuser_class.h"
#include <stdio.h>

static struct window_class *classes;

ATOM user_atom(const WCHAR *name)
{
    RTL_ATOM atom;
    NTSTATUS status = NtAddAtom((PWSTR)name, wcslen(name) * sizeof(WCHAR), &atom);

    if (NT_SUCCESS(status))
        return atom;
    SetLastError(RtlNtStatusToDosError(status));
    return 0;
}

UINT WINAPI RegisterWindowMessageW(LPCWSTR name)
{
    return name && *name ? user_atom(name) : (UINT)user_fail(ERROR_INVALID_PARAMETER);
}

UINT WINAPI RegisterWindowMessageA(LPCSTR name)
{
    WCHAR *wide = user_wide(name);
    UINT atom = wide ? RegisterWindowMessageW(wide) : (UINT)user_fail(ERROR_INVALID_PARAMETER);

    user_free(wide);
    return atom;
}

UINT WINAPI RegisterClipboardFormatW(LPCWSTR name)
{
    return RegisterWindowMessageW(name);
}

UINT WINAPI RegisterClipboardFormatA(LPCSTR name)
{
    return RegisterWindowMessageA(name);
}

/*
 * The controls that exist without being registered, as classes of windows without a look: as message-only windows they do
 * what DefWindowProc does.
 */
static void add_system_classes(void)
{
    static const WCHAR *const names[] = { L"Static",   L"Button",    L"Edit",   L"ListBox",
                                          L"ComboBox", L"ScrollBar", L"Message" };
    static BOOL done;

    if (done)
        return;
    done = TRUE;
    for (SIZE_T i = 0; i < ARRAY_SIZE(names); i++) {
        struct window_class *class = user_alloc(sizeof(*class));
        if (!class)
            return;
        class->name = (WCHAR *)names[i];
        class->proc = DefWindowProcW;
        class->system = TRUE;
        class->window_extra = sizeof(void *);
        class->style = CS_GLOBALCLASS | CS_PARENTDC;
        class->atom = user_atom(names[i]);
        class->next = classes;
        classes = class;
    }
}

/* By name or atom: of this module first, then global ones. With the lock held. */
struct window_class *find_class(const WCHAR *name, HINSTANCE instance)
{
    struct window_class *class, *global = NULL;

    add_system_classes();
    for (class = classes; class; class = class->next) {
        if (IS_INTRESOURCE(name) ? class->atom != (ATOM)(ULONG_PTR)name : _wcsicmp(class->name, name) != 0)
            continue;
        if (!class->system && class->instance == instance)
            return class;
        if (class->style & CS_GLOBALCLASS)
            global = class;
    }
    return global;
}

static ATOM add_class(const WNDCLASSEXW *wc, BOOL ansi)
{
    struct window_class *class;
    HINSTANCE instance = wc->hInstance ? wc->hInstance : GetModuleHandleW(NULL);
    const WCHAR *name = wc->lpszClassName;
    WCHAR number[16];
    ATOM atom;

    if (wc->cbSize != sizeof(*wc) || !name || wc->cbClsExtra < 0 || wc->cbWndExtra < 0 || !wc->lpfnWndProc)
        return user_fail(ERROR_INVALID_PARAMETER);
    if (IS_INTRESOURCE(name)) {
        _snwprintf(number, ARRAY_SIZE(number), L"#%u", (unsigned)(ULONG_PTR)name);
        name = number;
    }
    if (!(atom = user_atom(name)))
        return 0;
    if (!(class = user_alloc(sizeof(*class))) || !(class->name = user_alloc((wcslen(name) + 1) * sizeof(WCHAR))) ||
        (wc->cbClsExtra && !(class->extra = user_alloc(wc->cbClsExtra)))) {
        if (class)
            user_free(class->name);
        user_free(class);
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    wcscpy(class->name, name);
    class->atom = atom;
    class->instance = instance;
    class->style = wc->style;
    class->proc = wc->lpfnWndProc;
    class->ansi = ansi;
    class->class_extra = wc->cbClsExtra;
    class->window_extra = wc->cbWndExtra;
    class->icon = wc->hIcon;
    class->small_icon = wc->hIconSm;
    class->cursor = wc->hCursor;
    class->background = wc->hbrBackground;
    user_enter();
    for (struct window_class *old = classes; old; old = old->next) {
        if (!old->system && old->instance == instance && !_wcsicmp(old->name, name)) {
            user_leave();
            user_free(class->extra);
            user_free(class->name);
            user_free(class);
            return user_fail(ERROR_CLASS_ALREADY_EXISTS);
        }
    }
    class->next = classes;
    classes = class;
    user_leave();
    return atom;
}

ATOM WINAPI RegisterClassExW(const WNDCLASSEXW *wc)
{
    return add_class(wc, FALSE);
}

ATOM WINAPI RegisterClassExA(const WNDCLASSEXA *wc)
{
    WNDCLASSEXW wide;
    WCHAR *name = NULL;
    ATOM atom;

    memcpy(&wide, wc, sizeof(wide));
    if (wc->lpszClassName && !IS_INTRESOURCE(wc->lpszClassName))
        wide.lpszClassName = name = user_wide(wc->lpszClassName);
    atom = add_class(&wide, TRUE);
    user_free(name);
    return atom;
}

ATOM WINAPI RegisterClassW(const WNDCLASSW *wc)
{
    WNDCLASSEXW ex = { sizeof(ex), wc->style,   wc->lpfnWndProc,   wc->cbClsExtra,   wc->cbWndExtra,    wc->hInstance,
                       wc->hIcon,  wc->hCursor, wc->hbrBackground, wc->lpszMenuName, wc->lpszClassName, NULL };

    return add_class(&ex, FALSE);
}

ATOM WINAPI RegisterClassA(const WNDCLASSA *wc)
{
    WNDCLASSEXA ex = { sizeof(ex), wc->style,   wc->lpfnWndProc,   wc->cbClsExtra,   wc->cbWndExtra,    wc->hInstance,
                       wc->hIcon,  wc->hCursor, wc->hbrBackground, wc->lpszMenuName, wc->lpszClassName, NULL };

    return RegisterClassExA(&ex);
}

WINBOOL WINAPI UnregisterClassW(LPCWSTR name, HINSTANCE instance)
{
    struct window_class **link, *class = NULL;
    DWORD error = ERROR_CLASS_DOES_NOT_EXIST;

    if (!name)
        return user_fail(ERROR_INVALID_PARAMETER);
    if (!instance)
        instance = GetModuleHandleW(NULL);
    user_enter();
    for (link = &classes; (class = *link); link = &class->next)
        if (!class->system && class->instance == instance &&
            (IS_INTRESOURCE(name) ? class->atom == (ATOM)(ULONG_PTR)name : !_wcsicmp(class->name, name)))
            break;
    if (class && class->windows) {
        class = NULL;
        error = ERROR_CLASS_HAS_WINDOWS;
    } else if (class) {
        *link = class->next;
    }
    user_leave();
    if (!class)
        return user_fail(error);
    user_free(class->name);
    user_free(class->extra);
    user_free(class);
    return TRUE;
}

WINBOOL WINAPI UnregisterClassA(LPCSTR name, HINSTANCE instance)
{
    WCHAR *wide;
    BOOL good;

    if (IS_INTRESOURCE(name))
        return UnregisterClassW((LPCWSTR)name, instance);
    wide = user_wide(name);
    good = wide && UnregisterClassW(wide, instance);
    user_free(wide);
    return good;
}

WINBOOL WINAPI GetClassInfoExW(HINSTANCE instance, LPCWSTR name, LPWNDCLASSEXW wc)
{
    struct window_class *class;

    if (!name || !wc)
        return user_fail(ERROR_NOACCESS);
    user_enter();
    class = find_class(name, instance ? instance : GetModuleHandleW(NULL));
    if (class) {
        wc->style = class->style;
        wc->lpfnWndProc = class->proc;
        wc->cbClsExtra = class->class_extra;
        wc->cbWndExtra = class->window_extra;
        wc->hInstance = class->system ? NULL : class->instance;
        wc->hIcon = class->icon;
        wc->hCursor = class->cursor;
        wc->hbrBackground = class->background;
        wc->lpszMenuName = NULL;
        wc->lpszClassName = name;
        wc->hIconSm = class->small_icon;
    }
    user_leave();
    return class ? class->atom : user_fail(ERROR_CLASS_DOES_NOT_EXIST);
}

WINBOOL WINAPI GetClassInfoW(HINSTANCE instance, LPCWSTR name, LPWNDCLASSW wc)
{
    WNDCLASSEXW ex = { .cbSize = sizeof(ex) };
    BOOL good;

    if (!wc)
        return user_fail(ERROR_NOACCESS);
    if ((good = GetClassInfoExW(instance, name, &ex)))
        *wc = (WNDCLASSW){ ex.style, ex.lpfnWndProc, ex.cbClsExtra,    ex.cbWndExtra,   ex.hInstance,
                           ex.hIcon, ex.hCursor,     ex.hbrBackground, ex.lpszMenuName, ex.lpszClassName };
    return good;
}
