/* SPDX-License-Identifier: MIT */
/*
 * reg.c: the command line tool for the registry ("reg" among the Windows commands): so far `reg query`, which scripts use to
 * find out what is installed. The commands that change something wait for a registry that outlives its process.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#define MAX_NAME 16384

/* --- output: in the console's code page --- */

static void put(FILE *file, const WCHAR *format, ...)
{
    UINT page = GetConsoleOutputCP();
    va_list args;
    va_start(args, format);
    int length = _vscwprintf(format, args);
    va_end(args);
    WCHAR *text = malloc((length + 1) * sizeof(WCHAR));
    char *bytes = malloc(length * 3 + 1);
    if (!text || !bytes)
        exit(1);
    va_start(args, format);
    _vsnwprintf(text, length + 1, format, args);
    va_end(args);
    int n = WideCharToMultiByte(page ? page : CP_ACP, 0, text, length, bytes, length * 3, NULL, NULL);
    fwrite(bytes, 1, n, file);
    free(bytes);
    free(text);
}

static int error(const WCHAR *message)
{
    put(stderr, L"ERROR: %s\n", message);
    return 1;
}

static int system_error(LSTATUS code)
{
    WCHAR text[512];

    if (code == ERROR_FILE_NOT_FOUND)
        return error(L"The system was unable to find the specified registry key or value.");
    if (!FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, (DWORD)code, 0, text,
                        ARRAYSIZE(text), NULL))
        swprintf(text, ARRAYSIZE(text), L"Error %lu.", (unsigned long)code);
    text[wcscspn(text, L"\r\n")] = 0;
    return error(text);
}

/* --- keys --- */

static const struct {
    const WCHAR *name, *abbreviation;
    HKEY key;
} roots[] = {
    { L"HKEY_LOCAL_MACHINE", L"HKLM", HKEY_LOCAL_MACHINE },   { L"HKEY_CURRENT_USER", L"HKCU", HKEY_CURRENT_USER },
    { L"HKEY_CLASSES_ROOT", L"HKCR", HKEY_CLASSES_ROOT },     { L"HKEY_USERS", L"HKU", HKEY_USERS },
    { L"HKEY_CURRENT_CONFIG", L"HKCC", HKEY_CURRENT_CONFIG },
};

/* "HKLM\Software\X" -> the root, the full name of it, and the rest. */
static bool parse_key(const WCHAR *text, HKEY *root, const WCHAR **root_name, const WCHAR **path)
{
    size_t length = wcscspn(text, L"\\");

    for (size_t i = 0; i < ARRAYSIZE(roots); i++) {
        const WCHAR *names[] = { roots[i].name, roots[i].abbreviation };
        for (size_t k = 0; k < 2; k++) {
            if (wcslen(names[k]) == length && !_wcsnicmp(text, names[k], length)) {
                *root = roots[i].key;
                *root_name = roots[i].name;
                *path = text[length] ? text + length + 1 : text + length;
                return true;
            }
        }
    }
    return false;
}

static const WCHAR *type_name(DWORD type)
{
    static const WCHAR *const names[] = {
        L"REG_NONE",          L"REG_SZ",
        L"REG_EXPAND_SZ",     L"REG_BINARY",
        L"REG_DWORD",         L"REG_DWORD_BIG_ENDIAN",
        L"REG_LINK",          L"REG_MULTI_SZ",
        L"REG_RESOURCE_LIST", L"REG_FULL_RESOURCE_DESCRIPTOR",
    };
    static WCHAR number[16];

    if (type == REG_QWORD)
        return L"REG_QWORD";
    if (type < ARRAYSIZE(names))
        return names[type];
    swprintf(number, ARRAYSIZE(number), L"0x%lx", (unsigned long)type);
    return number;
}

/* The data as text; free it. `data` has two zero characters behind it. */
static WCHAR *format_data(DWORD type, const BYTE *data, DWORD size)
{
    size_t capacity = (size_t)size * 2 + 32, n = 0;
    WCHAR *text = malloc(capacity * sizeof(WCHAR));

    if (!text)
        exit(1);
    text[0] = 0;
    switch (type) {
    case REG_SZ:
    case REG_EXPAND_SZ:
    case REG_LINK:
        wcscpy(text, (const WCHAR *)data);
        break;
    case REG_MULTI_SZ:
        for (const WCHAR *p = (const WCHAR *)data; *p; p += wcslen(p) + 1)
            n += swprintf(text + n, capacity - n, L"%ls%ls", n ? L"\\0" : L"", p);
        break;
    case REG_DWORD:
        if (size == 4) {
            swprintf(text, capacity, L"0x%lx", (unsigned long)*(const DWORD *)data);
            break;
        }
        /* fall through */
    case REG_QWORD:
        if (type == REG_QWORD && size == 8) {
            swprintf(text, capacity, L"0x%llx", *(const unsigned long long *)data);
            break;
        }
        /* fall through */
    default:
        for (DWORD i = 0; i < size; i++)
            n += swprintf(text + n, capacity - n, L"%02X", data[i]);
    }
    return text;
}

/* --- reg query --- */

struct query {
    const WCHAR *value;   /* /v, "" for /ve, NULL for all */
    const WCHAR *pattern; /* /f */
    bool recursive, keys_only, data_only, exact, match_case;
    const WCHAR *type; /* /t */
    REGSAM view;
    unsigned matches;
};

static bool matches(const struct query *query, const WCHAR *text)
{
    size_t length = wcslen(query->pattern);

    if (query->exact)
        return query->match_case ? !wcscmp(text, query->pattern) : !_wcsicmp(text, query->pattern);
    for (; wcslen(text) >= length; text++)
        if (query->match_case ? !wcsncmp(text, query->pattern, length) : !_wcsnicmp(text, query->pattern, length))
            return true;
    return false;
}

static void print_value(struct query *query, const WCHAR *path, bool *headed, const WCHAR *name, DWORD type,
                        const BYTE *data, DWORD size)
{
    WCHAR *text = format_data(type, data, size);
    bool wanted = !query->type || !_wcsicmp(query->type, type_name(type));

    if (query->pattern)
        wanted = wanted && !query->keys_only &&
                 ((!query->data_only && matches(query, name)) || (query->value == NULL && matches(query, text)));
    if (query->value)
        wanted = wanted && !_wcsicmp(query->value, name);
    if (wanted) {
        if (!*headed)
            put(stdout, L"\n%s\n", path);
        *headed = true;
        put(stdout, L"    %s    %s    %s\n", *name ? name : L"(Default)", type_name(type), text);
        query->matches++;
    }
    free(text);
}

static void query_values(HKEY key, struct query *query, const WCHAR *path, bool *headed)
{
    static WCHAR name[MAX_NAME];
    DWORD capacity = 0;
    BYTE *data = NULL;

    RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &capacity, NULL, NULL);
    if (!(data = malloc(capacity + 8)))
        exit(1);
    for (DWORD i = 0;; i++) {
        DWORD length = ARRAYSIZE(name), size = capacity, type;
        if (RegEnumValueW(key, i, name, &length, NULL, &type, data, &size))
            break;
        memset(data + size, 0, 8);
        print_value(query, path, headed, name, type, data, size);
    }
    free(data);
}

static void query_key(HKEY key, struct query *query, const WCHAR *path)
{
    WCHAR name[256], *child_path;
    bool headed = false, searching = query->value || query->pattern || query->type;
    HKEY child;

    if (query->recursive && !searching) {
        put(stdout, L"\n%s\n", path);
        headed = true;
    }
    query_values(key, query, path, &headed);
    if (query->value && !query->recursive)
        return;
    if (!query->recursive)
        put(stdout, L"\n");
    for (DWORD i = 0;; i++) {
        DWORD length = ARRAYSIZE(name);
        if (RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, NULL))
            break;
        if (!(child_path = malloc((wcslen(path) + length + 2) * sizeof(WCHAR))))
            exit(1);
        swprintf(child_path, wcslen(path) + length + 2, L"%ls\\%ls", path, name);
        if (query->pattern && !query->data_only && !query->value && matches(query, name)) {
            put(stdout, L"\n%s\n", child_path);
            query->matches++;
        } else if (!query->recursive && !searching) {
            put(stdout, L"%s\n", child_path);
        }
        if (query->recursive && !RegOpenKeyExW(key, name, 0, KEY_READ | query->view, &child)) {
            query_key(child, query, child_path);
            RegCloseKey(child);
        }
        free(child_path);
    }
}

static int run_query(int argc, WCHAR **argv)
{
    struct query query = { 0 };
    const WCHAR *root_name, *path;
    HKEY root, key;
    LSTATUS status;

    if (argc < 1 || !parse_key(argv[0], &root, &root_name, &path))
        return error(argc < 1 ? L"Invalid syntax.\nType \"REG QUERY /?\" for usage." : L"Invalid key name.");
    for (int i = 1; i < argc; i++) {
        const WCHAR *option = argv[i];
        bool more = i + 1 < argc;
        if (!_wcsicmp(option, L"/v") && more && argv[i + 1][0] != '/')
            query.value = argv[++i];
        else if (!_wcsicmp(option, L"/ve"))
            query.value = L"";
        else if (!_wcsicmp(option, L"/s"))
            query.recursive = true;
        else if (!_wcsicmp(option, L"/f") && more)
            query.pattern = argv[++i];
        else if (!_wcsicmp(option, L"/t") && more)
            query.type = argv[++i];
        else if (!_wcsicmp(option, L"/k"))
            query.keys_only = true;
        else if (!_wcsicmp(option, L"/d"))
            query.data_only = true;
        else if (!_wcsicmp(option, L"/c"))
            query.match_case = true;
        else if (!_wcsicmp(option, L"/e"))
            query.exact = true;
        else if (!_wcsicmp(option, L"/reg:32"))
            query.view = KEY_WOW64_32KEY;
        else if (!_wcsicmp(option, L"/reg:64"))
            query.view = KEY_WOW64_64KEY;
        else
            return error(L"Invalid syntax.\nType \"REG QUERY /?\" for usage.");
    }
    if ((status = RegOpenKeyExW(root, path, 0, KEY_READ | query.view, &key)))
        return system_error(status);
    WCHAR *full = malloc((wcslen(root_name) + wcslen(path) + 2) * sizeof(WCHAR));
    if (!full)
        return 1;
    wcscpy(full, root_name);
    if (*path) {
        wcscat(full, L"\\");
        wcscat(full, path);
        size_t length = wcslen(full);
        if (full[length - 1] == '\\')
            full[length - 1] = 0;
    }
    query_key(key, &query, full);
    RegCloseKey(key);
    if (query.pattern || (query.value && query.recursive)) {
        put(stdout, L"\nEnd of search: %u match(es) found.\n", query.matches);
        return query.matches ? 0 : 1;
    }
    if (query.value && !query.matches) {
        if (*query.value)
            return system_error(ERROR_FILE_NOT_FOUND);
        put(stdout, L"\n%s\n    (Default)    REG_SZ    (value not set)\n", full);
    }
    if (query.value)
        put(stdout, L"\n");
    free(full);
    return 0;
}

int main(void)
{
    int argc;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (!argv || argc < 2 || !wcscmp(argv[1], L"/?")) {
        put(stdout, L"\nREG QUERY KeyName [/v [ValueName] | /ve] [/s] [/f Data [/k | /d] [/c] [/e]] [/t Type]\n"
                    L"          [/reg:32 | /reg:64]\n");
        return argc < 2 ? 1 : 0;
    }
    if (!_wcsicmp(argv[1], L"query"))
        return run_query(argc - 2, argv + 2);
    return error(L"Only REG QUERY is there: what other commands would change is not kept yet.");
}
