/* SPDX-License-Identifier: MIT */
/* save.c: /save and /restore: a file of lines in UTF-16, a name and below it its list as SDDL. */
#include "icacls.h"

static HANDLE file = INVALID_HANDLE_VALUE;

DWORD save_begin(const WCHAR *name)
{
    file = CreateFileW(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    return file == INVALID_HANDLE_VALUE ? GetLastError() : 0;
}

void save_end(void)
{
    CloseHandle(file);
}

DWORD save_file(const WCHAR *path, const WCHAR *name)
{
    PSECURITY_DESCRIPTOR sd;
    WCHAR *text, *lines;
    DWORD size, error;

    error =
        GetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd);
    if (error)
        return error;
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text,
                                                              NULL)) {
        error = GetLastError();
        LocalFree(sd);
        return error;
    }
    lines = xformat(L"%s\r\n%s\r\n", name, text);
    if (!WriteFile(file, lines, (DWORD)(wcslen(lines) * sizeof(WCHAR)), &size, NULL))
        error = GetLastError();
    free(lines);
    LocalFree(text);
    LocalFree(sd);
    return error;
}

static DWORD restore_one(const WCHAR *path, const WCHAR *text)
{
    SECURITY_DESCRIPTOR_CONTROL control;
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR sd;
    BOOL present, defaulted;
    PACL acl = NULL;
    DWORD revision, error;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &sd, NULL))
        return GetLastError();
    GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted);
    if (GetSecurityDescriptorControl(sd, &control, &revision))
        what |=
            control & SE_DACL_PROTECTED ? PROTECTED_DACL_SECURITY_INFORMATION : UNPROTECTED_DACL_SECURITY_INFORMATION;
    error = SetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, what, NULL, NULL, acl, NULL);
    LocalFree(sd);
    return error;
}

/* All of a file in UTF-16, ended by a zero; NULL: GetLastError() says why. */
static WCHAR *read_all(const WCHAR *name)
{
    HANDLE in = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER size;
    WCHAR *text = NULL;
    DWORD done = 0;

    if (in == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetFileSizeEx(in, &size) && size.QuadPart < MAXLONG) {
        text = xrealloc(NULL, (size_t)size.QuadPart + 2 * sizeof(WCHAR));
        if (!ReadFile(in, text, (DWORD)size.QuadPart, &done, NULL))
            done = 0;
        text[done / sizeof(WCHAR)] = 0;
    }
    CloseHandle(in);
    return text;
}

static WCHAR *next_line(WCHAR **at)
{
    WCHAR *line = *at, *end = line + wcscspn(line, L"\r\n");

    if (!*line)
        return NULL;
    *at = end + (*end == '\r' && end[1] == '\n' ? 2 : *end != 0);
    *end = 0;
    return line;
}

DWORD restore_files(const WCHAR *folder, const WCHAR *name, unsigned *done, unsigned *failed)
{
    WCHAR *text = read_all(name), *at = text, *line, *sddl;
    DWORD error, last = 0;

    if (!text)
        return GetLastError();
    if (*at == 0xfeff)
        at++;
    while ((line = next_line(&at)) && (sddl = next_line(&at))) {
        WCHAR *path = xformat(L"%s\\%s", folder, line);
        if ((error = restore_one(path, sddl))) {
            say_error(path, error);
            ++*failed;
            last = error;
        } else {
            if (!options.quiet)
                out(L"processed file: %s\r\n", path);
            ++*done;
        }
        free(path);
        if (error && !options.go_on)
            break;
    }
    free(text);
    return last;
}
