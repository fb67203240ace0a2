/* SPDX-License-Identifier: MIT */
/*
 * registry.c: what the interpreter reads from the registry when it starts: AutoRun and the defaults of its switches; and the
 * types of files, which ASSOC and FTYPE show and set. The functions are taken from kernelbase, where they are, by name: by
 * advapi32 each start would load three libraries for nothing.
 */
#include "cmd.h"

static const WCHAR processor_key[] = L"Software\\Microsoft\\Command Processor";

static struct {
    LSTATUS(WINAPI *close)(HKEY);
    LSTATUS(WINAPI *create)(HKEY, const WCHAR *, DWORD, WCHAR *, DWORD, REGSAM, SECURITY_ATTRIBUTES *, HKEY *, DWORD *);
    LSTATUS(WINAPI *delete_tree)(HKEY, const WCHAR *);
    LSTATUS(WINAPI *enumerate)(HKEY, DWORD, WCHAR *, DWORD *, DWORD *, WCHAR *, DWORD *, FILETIME *);
    LSTATUS(WINAPI *get)(HKEY, const WCHAR *, const WCHAR *, DWORD, DWORD *, void *, DWORD *);
    LSTATUS(WINAPI *open)(HKEY, const WCHAR *, DWORD, REGSAM, HKEY *);
    LSTATUS(WINAPI *set)(HKEY, const WCHAR *, DWORD, DWORD, const BYTE *, DWORD);
} registry;

static bool load(void)
{
    static const struct {
        void *pointer;
        const char *name;
    } functions[] = {
        { &registry.close, "RegCloseKey" },          { &registry.create, "RegCreateKeyExW" },
        { &registry.delete_tree, "RegDeleteTreeW" }, { &registry.enumerate, "RegEnumKeyExW" },
        { &registry.get, "RegGetValueW" },           { &registry.open, "RegOpenKeyExW" },
        { &registry.set, "RegSetValueExW" },
    };
    HMODULE module = GetModuleHandleW(L"kernelbase.dll");
    if (registry.set)
        return true;
    if (!module && !(module = LoadLibraryW(L"advapi32.dll")))
        return false;
    for (size_t i = 0; i < COUNT(functions); i++) {
        FARPROC function = GetProcAddress(module, functions[i].name);
        if (!function)
            return false;
        memcpy(functions[i].pointer, &function, sizeof(function));
    }
    return true;
}

/* A string value as it is stored; NULL if there is none. */
static WCHAR *get_string(HKEY root, const WCHAR *key, const WCHAR *name)
{
    const DWORD flags = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
    DWORD size = 0;
    if (registry.get(root, key, name, flags, NULL, NULL, &size))
        return NULL;
    WCHAR *text = xalloc(size + sizeof(WCHAR));
    if (!registry.get(root, key, name, flags, NULL, text, &size))
        return text;
    free(text);
    return NULL;
}

/* Documented for cmd: the user's values come after the machine's, switches of the command line after both. */
void read_defaults(void)
{
    static const HKEY roots[] = { HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER };
    for (size_t i = 0; i < COUNT(roots) && load(); i++) {
        DWORD value, size = sizeof(value);
        if (!registry.get(roots[i], processor_key, L"EnableExtensions", RRF_RT_REG_DWORD, NULL, &value, &size))
            extensions = value != 0;
        size = sizeof(value);
        if (!registry.get(roots[i], processor_key, L"DelayedExpansion", RRF_RT_REG_DWORD, NULL, &value, &size))
            delayed_expansion = value != 0;
    }
}

void run_autorun(void)
{
    static const HKEY roots[] = { HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER };
    for (size_t i = 0; i < COUNT(roots) && load(); i++) {
        WCHAR *line = get_string(roots[i], processor_key, L"AutoRun");
        if (line)
            run_line(line);
    }
}

/* --- types of files --- */

#define OPEN_COMMAND L"\\shell\\open\\command"

/* The default value of HKCR\name + below. */
static WCHAR *class_value(const WCHAR *name, const WCHAR *below)
{
    struct text key = { 0 };
    text_format(&key, L"%ls%ls", name, below);
    WCHAR *value = get_string(HKEY_CLASSES_ROOT, key.data, NULL);
    free(key.data);
    return value;
}

static DWORD set_class_value(const WCHAR *name, const WCHAR *below, const WCHAR *value)
{
    struct text path = { 0 };
    HKEY key;
    text_format(&path, L"Software\\Classes\\%ls%ls", name, below);
    DWORD error = *value ? registry.create(HKEY_LOCAL_MACHINE, path.data, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL)
                         : registry.delete_tree(HKEY_LOCAL_MACHINE, path.data);
    if (!error && *value) {
        error = registry.set(key, NULL, 0, wcschr(value, '%') ? REG_EXPAND_SZ : REG_SZ, (const BYTE *)value,
                             (DWORD)(wcslen(value) + 1) * sizeof(WCHAR));
        registry.close(key);
    }
    free(path.data);
    return error;
}

/* Shows every class that has the value: those with a dot are the extensions. */
static void show_all(const WCHAR *below)
{
    WCHAR name[256];
    HKEY key;
    if (registry.open(HKEY_CLASSES_ROOT, NULL, 0, KEY_ENUMERATE_SUB_KEYS, &key))
        return;
    for (DWORD i = 0, size; !interrupted; i++) {
        size = COUNT(name);
        LSTATUS error = registry.enumerate(key, i, name, &size, NULL, NULL, NULL, NULL);
        if (error == ERROR_NO_MORE_ITEMS)
            break;
        if (error || (*name == '.') != !*below)
            continue;
        WCHAR *value = class_value(name, below);
        if (value)
            outf(L"%ls=%ls\r\n", name, value);
        free(value);
    }
    registry.close(key);
}

static int show_or_set(const WCHAR *arguments, const WCHAR *below, const WCHAR *unknown)
{
    const WCHAR *p = skip_space(arguments), *equal = wcschr(p, '=');
    int result = 0;
    if (!load())
        return fail_system(GetLastError());
    if (!*p) {
        show_all(below);
        return 0;
    }
    WCHAR *name = xdup_n(p, equal ? (size_t)(equal - p) : wcslen(p));
    for (size_t length = wcslen(name); length && is_space(name[length - 1]); length--)
        name[length - 1] = 0;
    if (equal) {
        DWORD error = set_class_value(name, below, skip_space(equal + 1));
        if (error && *(equal + 1))
            result = fail_system(error);
    }
    WCHAR *value = class_value(name, below);
    if (value && !result) {
        outf(L"%ls=%ls\r\n", name, value);
    } else if (!result && !(equal && !equal[1])) {
        errf(unknown, name);
        result = errorlevel = 2;
    }
    free(value);
    free(name);
    return result;
}

int builtin_assoc(const WCHAR *arguments)
{
    return show_or_set(arguments, L"", L"File association not found for extension %ls\r\n");
}

int builtin_ftype(const WCHAR *arguments)
{
    return show_or_set(arguments, OPEN_COMMAND,
                       L"File type '%ls' not found or no open command associated with it.\r\n");
}
