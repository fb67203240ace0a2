/* SPDX-License-Identifier: MIT */
/*
 * winuser_messagebox.c: MessageBox without a display: the text goes to standard error, and the answer is what Enter would
 * give, except where that means trying again: a program must not be caught in a loop.
 */
#include "user32_private.h"

/* Which answers a kind of box has, in the order of its buttons. */
static const struct {
    unsigned char count, answers[3];
    int instead; /* the answer without a user, if not the default button's */
} kinds[] = {
    [MB_OK] = { 1, { IDOK }, 0 },
    [MB_OKCANCEL] = { 2, { IDOK, IDCANCEL }, 0 },
    [MB_ABORTRETRYIGNORE] = { 3, { IDABORT, IDRETRY, IDIGNORE }, IDABORT },
    [MB_YESNOCANCEL] = { 3, { IDYES, IDNO, IDCANCEL }, 0 },
    [MB_YESNO] = { 2, { IDYES, IDNO }, 0 },
    [MB_RETRYCANCEL] = { 2, { IDRETRY, IDCANCEL }, IDCANCEL },
    [MB_CANCELTRYCONTINUE] = { 3, { IDCANCEL, IDTRYAGAIN, IDCONTINUE }, IDCANCEL },
};

static void put(const WCHAR *text)
{
    int length = wcslen(text), size = WideCharToMultiByte(CP_UTF8, 0, text, length, NULL, 0, NULL, NULL);
    char *utf8 = size ? user_alloc(size + 1) : NULL;
    DWORD written;
    int i, j = 0;

    if (!utf8)
        return;
    WideCharToMultiByte(CP_UTF8, 0, text, length, utf8, size, NULL, NULL);
    for (i = 0; i < size; i++) /* lines end as they do here */
        if (utf8[i] != '\r')
            utf8[j++] = utf8[i];
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), utf8, j, &written, NULL);
    user_free(utf8);
}

int WINAPI MessageBoxTimeoutW(HWND owner, LPCWSTR text, LPCWSTR caption, UINT type, WORD language, DWORD milliseconds)
{
    UINT kind = type & MB_TYPEMASK, button = (type & MB_DEFMASK) >> 8;

    (void)owner, (void)language, (void)milliseconds;
    if (kind >= ARRAY_SIZE(kinds)) {
        SetLastError(ERROR_INVALID_MSGBOX_STYLE);
        return 0;
    }
    put(caption ? caption : L"Error");
    put(L": ");
    put(text ? text : L"");
    put(L"\n");
    if (kinds[kind].instead)
        return kinds[kind].instead;
    return kinds[kind].answers[button < kinds[kind].count ? button : 0];
}

int WINAPI MessageBoxTimeoutA(HWND owner, LPCSTR text, LPCSTR caption, UINT type, WORD language, DWORD milliseconds)
{
    WCHAR *wide_text = user_wide(text), *wide_caption = user_wide(caption);
    int answer = MessageBoxTimeoutW(owner, wide_text, wide_caption, type, language, milliseconds);

    user_free(wide_text);
    user_free(wide_caption);
    return answer;
}

int WINAPI MessageBoxExW(HWND owner, LPCWSTR text, LPCWSTR caption, UINT type, WORD language)
{
    return MessageBoxTimeoutW(owner, text, caption, type, language, INFINITE);
}

int WINAPI MessageBoxExA(HWND owner, LPCSTR text, LPCSTR caption, UINT type, WORD language)
{
    return MessageBoxTimeoutA(owner, text, caption, type, language, INFINITE);
}

int WINAPI MessageBoxW(HWND owner, LPCWSTR text, LPCWSTR caption, UINT type)
{
    return MessageBoxTimeoutW(owner, text, caption, type, 0, INFINITE);
}

int WINAPI MessageBoxA(HWND owner, LPCSTR text, LPCSTR caption, UINT type)
{
    return MessageBoxTimeoutA(owner, text, caption, type, 0, INFINITE);
}

/* A text that may be a string resource. */
static const WCHAR *resource_text(HINSTANCE module, const WCHAR *text, WCHAR *buffer, int size)
{
    if (!text || !IS_INTRESOURCE(text))
        return text;
    return LoadStringW(module, (UINT)(ULONG_PTR)text, buffer, size) ? buffer : NULL;
}

int WINAPI MessageBoxIndirectW(const MSGBOXPARAMSW *params)
{
    WCHAR text[1024], caption[256];

    return MessageBoxTimeoutW(params->hwndOwner,
                              resource_text(params->hInstance, params->lpszText, text, ARRAY_SIZE(text)),
                              resource_text(params->hInstance, params->lpszCaption, caption, ARRAY_SIZE(caption)),
                              params->dwStyle, 0, INFINITE);
}
