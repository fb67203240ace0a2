/* SPDX-License-Identifier: MIT */
/* prompt.c: the prompt and its codes, and PROMPT, PATH, DATE, TIME. */
#include "cmd.h"

WCHAR *date_text(void)
{
    static const WCHAR *const days[] = { L"Sun", L"Mon", L"Tue", L"Wed", L"Thu", L"Fri", L"Sat" };
    struct text text = { 0 };
    SYSTEMTIME now;
    GetLocalTime(&now);
    text_format(&text, L"%ls %02d/%02d/%04d", days[now.wDayOfWeek % 7], now.wMonth, now.wDay, now.wYear);
    return text_take(&text);
}

WCHAR *time_text(void)
{
    struct text text = { 0 };
    SYSTEMTIME now;
    GetLocalTime(&now);
    text_format(&text, L"%2d:%02d:%02d.%02d", now.wHour, now.wMinute, now.wSecond, now.wMilliseconds / 10);
    return text_take(&text);
}

static void add_taken(struct text *text, WCHAR *more)
{
    text_add(text, more);
    free(more);
}

/* What one $ code stands for. */
static void add_code(struct text *text, WCHAR code)
{
    static const WCHAR plain[][2] = { { 'A', '&' }, { 'B', '|' }, { 'C', '(' }, { 'E', 27 },  { 'F', ')' },
                                      { 'G', '>' }, { 'L', '<' }, { 'Q', '=' }, { 'S', ' ' }, { '$', '$' } };
    WCHAR version[80];
    code = towupper(code);
    switch (code) {
    case 'D':
        add_taken(text, date_text());
        return;
    case 'T':
        add_taken(text, time_text());
        return;
    case 'P':
        add_taken(text, current_folder());
        return;
    case 'N': {
        WCHAR *folder = current_folder();
        text_char(text, folder[0]);
        free(folder);
        return;
    }
    case 'V':
        version_text(version, COUNT(version));
        text_add(text, version);
        return;
    case '_':
        text_add(text, L"\r\n");
        return;
    case 'H':
        if (text->length)
            text->data[--text->length] = 0;
        return;
    }
    for (size_t i = 0; i < COUNT(plain); i++)
        if (plain[i][0] == code)
            text_char(text, plain[i][1]);
}

void show_prompt(void)
{
    WCHAR *format = get_variable(L"PROMPT", 6);
    struct text text = { 0 };
    for (const WCHAR *p = format ? format : L"$P$G"; *p; p++) {
        if (*p != '$')
            text_char(&text, *p);
        else if (p[1])
            add_code(&text, *++p);
    }
    if (text.length)
        out_n(text.data, text.length);
    free(text.data);
    free(format);
}

int builtin_prompt(const WCHAR *arguments)
{
    set_variable(L"PROMPT", skip_delimiters(arguments));
    return 0;
}

static int show_or_set_path(const WCHAR *arguments, const WCHAR *variable, const WCHAR *none)
{
    const WCHAR *p = skip_space(arguments);
    if (*p == ';' && !*skip_space(p + 1)) { /* path ; */
        set_variable(variable, NULL);
    } else if (*(p = skip_delimiters(p))) {
        set_variable(variable, p);
    } else {
        WCHAR *value = get_variable(variable, wcslen(variable));
        if (value)
            outf(L"%ls=%ls\r\n", variable, value);
        else
            out(none);
        free(value);
    }
    return 0;
}

int builtin_path(const WCHAR *arguments)
{
    return show_or_set_path(arguments, L"PATH", L"No Path\r\n");
}

/* The folders in which TYPE looks for files too. */
int builtin_dpath(const WCHAR *arguments)
{
    return show_or_set_path(arguments, L"DPATH", L"No Data Path\r\n");
}

/* The date and time of the machine are shown; setting them takes a right that programs do not have here. */
int builtin_date(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    WCHAR *text = date_text();
    if (!_wcsnicmp(p, L"/t", 2))
        outf(L"%ls \r\n", text);
    else if (!*p)
        outf(L"The current date is: %ls \r\n", text);
    free(text);
    return *p && _wcsnicmp(p, L"/t", 2) ? fail_system(ERROR_PRIVILEGE_NOT_HELD) : 0;
}

int builtin_time(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    SYSTEMTIME now;
    WCHAR *text = time_text();
    GetLocalTime(&now);
    if (!_wcsnicmp(p, L"/t", 2))
        outf(L"%02d:%02d %ls\r\n", (now.wHour + 11) % 12 + 1, now.wMinute, now.wHour < 12 ? L"AM" : L"PM");
    else if (!*p)
        outf(L"The current time is: %ls\r\n", text);
    free(text);
    return *p && _wcsnicmp(p, L"/t", 2) ? fail_system(ERROR_PRIVILEGE_NOT_HELD) : 0;
}
