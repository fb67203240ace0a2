/* SPDX-License-Identifier: MIT */
/* Modules: handles, names, exports, reference counts, DllMain, static thread-local storage, notifications. */
#include "../test.h"
#include "makedll.h"
#include <winternl.h>

typedef int (*int_function)(void);

static WCHAR dir[MAX_PATH];

static WCHAR *in_dir(const WCHAR *name)
{
    static WCHAR paths[8][MAX_PATH];
    static int next;
    WCHAR *path = paths[next++ % 8];

    swprintf(path, MAX_PATH, L"%ls\\%ls", dir, name);
    return path;
}

static void test_handles(void)
{
    HMODULE kernel = GetModuleHandleW(L"kernel32"), module, self = GetModuleHandleW(NULL);

    ok(kernel && kernel == GetModuleHandleA("KERNEL32.DLL"), "%p", kernel);
    ok_ptr(self, NtCurrentTeb()->ProcessEnvironmentBlock->Reserved3[1]);
    ok_err(GetModuleHandleW(L"transom-no-such.dll"), ERROR_MOD_NOT_FOUND);
    ok_err(GetModuleHandleA("kernel32."), ERROR_MOD_NOT_FOUND); /* the dot: no extension */
    ok_err(GetModuleHandleExW(0, L"kernel32", NULL), ERROR_INVALID_PARAMETER);
    ok_err(GetModuleHandleExW(8, L"kernel32", &module), ERROR_INVALID_PARAMETER);
    ok_err(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, L"kernel32",
                              &module),
           ERROR_INVALID_PARAMETER);
    ok_err(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)16, &module), ERROR_MOD_NOT_FOUND);
    ok_ptr(module, 0);
    module = (HMODULE)1;
    ok_err(GetModuleHandleExA(0, "transom-no-such.dll", &module), ERROR_MOD_NOT_FOUND);
    ok_ptr(module, 0);
    ok(GetModuleHandleExW(0, NULL, &module), "error %lu", GetLastError());
    ok_ptr(module, self);
    ok(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                          (const char *)test_handles, &module),
       "error %lu", GetLastError());
    ok_ptr(module, self);
    ok(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, L"kernel32.dll", &module), "error %lu", GetLastError());
    ok_ptr(module, kernel);
    /* API sets are names of what hosts them */
    module = LoadLibraryW(L"api-ms-win-core-synch-l1-2-0.dll");
    ok(module && GetProcAddress(module, "WaitOnAddress"), "error %lu", GetLastError());
    FreeLibrary(module);
    ok_err(LoadLibraryW(L"api-ms-win-transom-nosuch-l1-1-0.dll"), ERROR_MOD_NOT_FOUND);
}

static void test_file_name(void)
{
    WCHAR full[MAX_PATH], small[MAX_PATH];
    char ansi[MAX_PATH];
    DWORD length = GetModuleFileNameW(NULL, full, MAX_PATH);

    ok(length && length == wcslen(full) && !GetLastError(), "%lu, error %lu", length, GetLastError());
    ok(wcslen(full) > 4 && !_wcsicmp(full + length - 4, L".exe"), "%ls", full);
    memset(small, 0x55, sizeof small);
    SetLastError(0xdeadbeef);
    ok_int(GetModuleFileNameW(NULL, small, 5), 5);
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok(!wcsncmp(small, full, 4) && !small[4] && small[5] == 0x5555, "%ls", small);
    ok_int(GetModuleFileNameW(NULL, small, length), length); /* no room for the zero */
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok_int(GetModuleFileNameW(NULL, small, length + 1), length);
    ok_int(GetLastError(), 0);
    ok_int(GetModuleFileNameA(NULL, ansi, MAX_PATH), length);
    ok_int(GetModuleFileNameA(NULL, ansi, 4), 4);
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    ok(strlen(ansi) == 3, "%s", ansi);
    ok_err(GetModuleFileNameW((HMODULE)0x10000, small, MAX_PATH), ERROR_MOD_NOT_FOUND);
}

static void test_references(void)
{
    const struct make_dll dll = { 0 };
    WCHAR *path = in_dir(L"refs.dll");
    HMODULE module, again;

    ok(make_dll(path, &dll), "error %lu", GetLastError());
    module = LoadLibraryW(path);
    ok(module != NULL, "error %lu", GetLastError());
    if (!module)
        return;
    ok_ptr(LoadLibraryW(path), module);
    ok_ptr(LoadLibraryW(L"REFS"), module); /* loaded already: no search */
    ok(FreeLibrary(module) && FreeLibrary(module), "error %lu", GetLastError());
    ok_ptr(GetModuleHandleW(path), module);
    ok(GetModuleHandleExW(0, L"refs.dll", &again) && again == module, "error %lu", GetLastError());
    ok(FreeLibrary(module), "error %lu", GetLastError());
    ok(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, L"refs.dll", &again), "error %lu",
       GetLastError());
    ok(FreeLibrary(module), "error %lu", GetLastError());
    ok_ptr(GetModuleHandleW(L"refs.dll"), NULL);
    ok_err(FreeLibrary(module), ERROR_MOD_NOT_FOUND);
    ok(DeleteFileW(path), "error %lu", GetLastError());

    /* pinned: one of the system's, because it keeps its file in use */
    module = LoadLibraryW(L"winmm.dll");
    ok(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, L"winmm.dll", &again) && again == module, "error %lu",
       GetLastError());
    for (int n = 0; n < 4; n++)
        ok(FreeLibrary(module), "error %lu", GetLastError());
    ok_ptr(GetModuleHandleW(L"winmm.dll"), module);
}

/* Either is documented: the one for GetProcAddress's errors, the other as what the loader's status becomes. */
static void ok_no_ordinal(HMODULE module, WORD ordinal)
{
    SetLastError(0xdeadbeef);
    ok(!GetProcAddress(module, MAKEINTRESOURCEA(ordinal)), "ordinal %d is there", ordinal);
    ok(GetLastError() == ERROR_INVALID_ORDINAL || GetLastError() == ERROR_PROC_NOT_FOUND, "error %lu", GetLastError());
}

static void test_exports(void)
{
    const struct make_dll dll = { .import_dll = "kernel32.dll", .import_function = "GetCurrentProcessId" };
    WCHAR *path = in_dir(L"exports.dll");
    HMODULE module;
    int_function f;

    make_dll(path, &dll);
    module = LoadLibraryW(path);
    ok(module != NULL, "error %lu", GetLastError());
    if (!module)
        return;
    f = (int_function)(void *)GetProcAddress(module, "answer");
    ok(f && f() == 42, "error %lu", GetLastError());
    ok_ptr(GetProcAddress(module, MAKEINTRESOURCEA(DLL_ORDINAL)), f);
    f = (int_function)(void *)GetProcAddress(module, MAKEINTRESOURCEA(11));
    ok(f && f() == 43, "error %lu", GetLastError());
    f = (int_function)(void *)GetProcAddress(module, "imported");
    ok(f && f() == (int)GetCurrentProcessId(), "error %lu", GetLastError());
    f = (int_function)(void *)GetProcAddress(module, "forwarded");
    ok(f && f() == (int)GetCurrentProcessId(), "error %lu", GetLastError());
    ok_ptr(GetProcAddress(module, MAKEINTRESOURCEA(DLL_ORDINAL + 2)), f);
    ok_ptr(f, GetProcAddress(GetModuleHandleW(L"kernel32"), "GetCurrentProcessId"));
    ok_err(GetProcAddress(module, "Answer"), ERROR_PROC_NOT_FOUND); /* with case */
    ok_err(GetProcAddress(module, ""), ERROR_PROC_NOT_FOUND);
    ok_err(GetProcAddress(module, "badforward"), ERROR_PROC_NOT_FOUND);
    ok_no_ordinal(module, 4);
    ok_no_ordinal(module, 10); /* the hole */
    ok_no_ordinal(module, 12);
    ok_no_ordinal(module, 0xffff);
    ok_err(GetProcAddress((HMODULE)0x10000, "answer"), ERROR_MOD_NOT_FOUND);
    FreeLibrary(module);
}

static void test_errors(void)
{
    const struct make_dll nothing = { .import_dll = "transom-no-such.dll", .import_function = "f" };
    const struct make_dll function = { .import_dll = "kernel32.dll", .import_function = "TransomNoSuchFunction" };
    const struct make_dll other = { .machine = IMAGE_FILE_MACHINE_ARM64 };
    const DWORD invalid[] = { 0x80000000, 0x00100000, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE,
                              LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_SYSTEM32,
                              LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS };

    char dos[200] = { 0 };

    ok_err(LoadLibraryW(NULL), ERROR_INVALID_PARAMETER);
    ok_err(LoadLibraryW(L"transom-no-such"), ERROR_MOD_NOT_FOUND);
    ok_err(LoadLibraryW(in_dir(L"none.dll")), ERROR_MOD_NOT_FOUND);
    ok_err(LoadLibraryW(in_dir(L"none\\none.dll")), ERROR_MOD_NOT_FOUND);
    ok_err(LoadLibraryExW(L"kernel32.dll", (HANDLE)1, 0), ERROR_INVALID_PARAMETER);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        SetLastError(0xdeadbeef);
        ok(!LoadLibraryExW(in_dir(L"text.dll"), NULL, invalid[i]) && GetLastError() == ERROR_INVALID_PARAMETER,
           "%lx: error %lu", invalid[i], GetLastError());
    }
    /* a relative name has no directory of its own */
    ok_err(LoadLibraryExW(L"text.dll", NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR), ERROR_INVALID_PARAMETER);
    dll_write_file(in_dir(L"text.dll"), "this is no image", 16);
    ok_err(LoadLibraryW(in_dir(L"text.dll")), ERROR_BAD_EXE_FORMAT);
    ok_err(LoadLibraryExW(in_dir(L"text.dll"), NULL, LOAD_LIBRARY_AS_DATAFILE), ERROR_BAD_EXE_FORMAT);
    /* a DOS program, whose header leads nowhere */
    memcpy(dos, "MZ", 2);
    memset(dos + 0x3c, 0x0f, 4);
    dll_write_file(in_dir(L"dos.exe"), dos, sizeof dos);
    ok_err(LoadLibraryExW(in_dir(L"dos.exe"), NULL, LOAD_LIBRARY_AS_DATAFILE), ERROR_BAD_EXE_FORMAT);
    ok_err(LoadLibraryW(in_dir(L"dos.exe")), ERROR_BAD_EXE_FORMAT);
    DeleteFileW(in_dir(L"dos.exe"));
    make_dll(in_dir(L"other.dll"), &other);
    ok_err(LoadLibraryW(in_dir(L"other.dll")), ERROR_BAD_EXE_FORMAT);
    make_dll(in_dir(L"nothing.dll"), &nothing);
    ok_err(LoadLibraryW(in_dir(L"nothing.dll")), ERROR_MOD_NOT_FOUND);
    ok_ptr(GetModuleHandleW(L"nothing.dll"), NULL);
    /* Found is found, even if what it needs is not: the directories behind are not looked into. */
    static const struct make_dll good = { 0 };
    WCHAR *path = malloc(0x8000 * sizeof *path), *longer = malloc(0x8000 * sizeof *path);
    CreateDirectoryW(in_dir(L"behind"), NULL);
    make_dll(in_dir(L"behind\\nothing.dll"), &good);
    GetEnvironmentVariableW(L"PATH", path, 0x8000);
    _snwprintf(longer, 0x8000, L"%ls;%ls", in_dir(L"behind"), path);
    SetEnvironmentVariableW(L"PATH", longer);
    SetDllDirectoryW(dir);
    ok_err(LoadLibraryW(L"nothing.dll"), ERROR_MOD_NOT_FOUND);
    SetDllDirectoryW(NULL);
    HMODULE behind = LoadLibraryW(L"nothing.dll");
    ok(behind != NULL, "error %lu", GetLastError());
    FreeLibrary(behind);
    SetEnvironmentVariableW(L"PATH", path);
    free(path);
    free(longer);
    DeleteFileW(in_dir(L"behind\\nothing.dll"));
    RemoveDirectoryW(in_dir(L"behind"));
    make_dll(in_dir(L"function.dll"), &function);
    ok_err(LoadLibraryW(in_dir(L"function.dll")), ERROR_PROC_NOT_FOUND);
    ok_ptr(GetModuleHandleW(L"function.dll"), NULL);
}

static int attach_calls;

static BOOL WINAPI count_attach(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    attach_calls += reason == DLL_PROCESS_ATTACH;
    return TRUE;
}

static void test_load_flags(void)
{
    const struct make_dll dll = { .entry = count_attach };
    WCHAR *path = in_dir(L"data.dll");
    HMODULE module;

    make_dll(path, &dll);
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    ok(module && ((ULONG_PTR)module & 3) == 1, "%p, error %lu", module, GetLastError());
    ok(module && *(WORD *)((ULONG_PTR)module & ~3ull) == IMAGE_DOS_SIGNATURE, "%p", module);
    ok_ptr(GetModuleHandleW(L"data.dll"), NULL); /* no module of the process */
    ok(!GetProcAddress(module, "answer"), "found");
    ok(FreeLibrary(module), "error %lu", GetLastError());
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    ok(module && ((ULONG_PTR)module & 3) == 2, "%p, error %lu", module, GetLastError());
    ok(FreeLibrary(module), "error %lu", GetLastError());
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE);
    ok(module != NULL, "error %lu", GetLastError());
    ok(FreeLibrary(module), "error %lu", GetLastError());
    ok_int(attach_calls, 0);
    module = LoadLibraryExW(path, NULL, DONT_RESOLVE_DLL_REFERENCES);
    ok(module && !((ULONG_PTR)module & 3), "error %lu", GetLastError());
    ok_ptr(GetModuleHandleW(L"data.dll"), module);
    ok(GetProcAddress(module, "answer") != NULL, "error %lu", GetLastError());
    ok(FreeLibrary(module), "error %lu", GetLastError());
    ok_int(attach_calls, 0);
    module = LoadLibraryW(path);
    ok_int(attach_calls, 1);
    ok(FreeLibrary(module), "error %lu", GetLastError());
    ok(DeleteFileW(path), "error %lu", GetLastError());
}

static void test_directories(void)
{
    const struct make_dll dll = { 0 }, importer = { .import_dll = "depended.dll", .import_function = "answer" };
    WCHAR sub[MAX_PATH], path[MAX_PATH], got[MAX_PATH];
    DLL_DIRECTORY_COOKIE cookie;
    HMODULE module;
    char ansi[MAX_PATH];

    swprintf(sub, MAX_PATH, L"%ls\\sub", dir);
    CreateDirectoryW(sub, NULL);
    make_dll(in_dir(L"sub\\depended.dll"), &dll);
    wcscpy(path, in_dir(L"sub\\importer.dll"));
    make_dll(path, &importer);

    ok_err(LoadLibraryW(path), ERROR_MOD_NOT_FOUND); /* its own directory is not searched */
    module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    ok(module && GetModuleHandleW(L"depended.dll"), "error %lu", GetLastError());
    FreeLibrary(module);
    ok_ptr(GetModuleHandleW(L"depended.dll"), NULL); /* goes with it */
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    ok(module && ((int_function)(void *)GetProcAddress(module, "imported"))() == 42, "error %lu", GetLastError());
    FreeLibrary(module);

    ok(SetDllDirectoryW(sub), "error %lu", GetLastError());
    ok_int(GetDllDirectoryW(MAX_PATH, got), wcslen(sub));
    ok_wstr(got, sub);
    ok_int(GetDllDirectoryW(2, got), wcslen(sub) + 1);
    ok_int(GetDllDirectoryA(MAX_PATH, ansi), wcslen(sub));
    module = LoadLibraryW(L"importer");
    ok(module != NULL, "error %lu", GetLastError());
    ok(GetModuleFileNameW(module, got, MAX_PATH) && !_wcsicmp(got, path), "%ls", got);
    FreeLibrary(module);
    ok_err(LoadLibraryExW(L"importer.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32), ERROR_MOD_NOT_FOUND);
    ok(SetDllDirectoryW(NULL), "error %lu", GetLastError());
    ok_int(GetDllDirectoryW(MAX_PATH, got), 0);
    ok_err(LoadLibraryW(L"importer.dll"), ERROR_MOD_NOT_FOUND);

    ok_err(AddDllDirectory(L"relative"), ERROR_INVALID_PARAMETER);
    ok_err(AddDllDirectory(in_dir(L"nowhere")), ERROR_FILE_NOT_FOUND);
    cookie = AddDllDirectory(sub);
    ok(cookie != NULL, "error %lu", GetLastError());
    ok_err(LoadLibraryW(L"importer.dll"), ERROR_MOD_NOT_FOUND); /* only when asked for */
    module = LoadLibraryExW(L"importer.dll", NULL, LOAD_LIBRARY_SEARCH_USER_DIRS);
    ok(module != NULL, "error %lu", GetLastError());
    FreeLibrary(module);
    module = LoadLibraryExW(L"importer.dll", NULL, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    ok(module != NULL, "error %lu", GetLastError());
    FreeLibrary(module);
    ok_err(SetDefaultDllDirectories(0), ERROR_INVALID_PARAMETER);
    ok_err(SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR), ERROR_INVALID_PARAMETER);
    ok(SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS), "error %lu", GetLastError());
    module = LoadLibraryW(L"importer.dll"); /* now without being asked */
    ok(module != NULL, "error %lu", GetLastError());
    FreeLibrary(module);
    ok(RemoveDllDirectory(cookie), "error %lu", GetLastError());
    ok_err(LoadLibraryW(L"importer.dll"), ERROR_MOD_NOT_FOUND);
}

static char reasons[64];

static void record(char what)
{
    size_t length = strlen(reasons);

    if (length < sizeof reasons - 1)
        reasons[length] = what;
}

static void *seen_reserved[4];

static BOOL WINAPI record_entry(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base;
    record("dptl"[reason]); /* detach, process, thread, leaves */
    seen_reserved[reason] = reserved;
    return TRUE;
}

static VOID NTAPI record_tls(PVOID base, DWORD reason, PVOID reserved)
{
    (void)base, (void)reserved;
    record("DPTL"[reason]);
}

static void *(*tls_data)(void);
static int thread_value;

static DWORD WINAPI read_tls(void *arg)
{
    int *data;

    (void)arg;
    if (tls_data) {
        data = tls_data();
        thread_value = *data;
        *data = 1;
    }
    return 0;
}

static void run_thread(void)
{
    HANDLE thread = CreateThread(NULL, 0, read_tls, NULL, 0, NULL);

    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static HANDLE go, done;

static DWORD WINAPI early_thread(void *arg)
{
    WaitForSingleObject(go, INFINITE);
    read_tls(arg);
    SetEvent(done);
    return 0;
}

static void test_entry(void)
{
    struct make_dll dll = { .entry = record_entry };
    HMODULE module;

    make_dll(in_dir(L"entry.dll"), &dll);
    memset(reasons, 0, sizeof reasons);
    memset(seen_reserved, 0x55, sizeof seen_reserved);
    module = LoadLibraryW(in_dir(L"entry.dll"));
    ok_str(reasons, "p");
    ok_ptr(seen_reserved[DLL_PROCESS_ATTACH], NULL); /* dynamic */
    run_thread();
    ok_str(reasons, "ptl");
    ok(DisableThreadLibraryCalls(module), "error %lu", GetLastError());
    run_thread();
    ok_str(reasons, "ptl");
    FreeLibrary(module);
    ok_str(reasons, "ptld");
    ok_ptr(seen_reserved[DLL_PROCESS_DETACH], NULL);
    ok_err(DisableThreadLibraryCalls((HMODULE)0x10000), ERROR_MOD_NOT_FOUND);
}

static void test_tls(void)
{
    struct make_dll dll = { .entry = record_entry, .tls_callback = record_tls, .tls = true };
    HANDLE thread;
    HMODULE module, more;

    go = CreateEventW(NULL, FALSE, FALSE, NULL);
    done = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, early_thread, NULL, 0, NULL);
    make_dll(in_dir(L"tls.dll"), &dll);
    memset(reasons, 0, sizeof reasons);
    module = LoadLibraryW(in_dir(L"tls.dll"));
    ok(module != NULL, "error %lu", GetLastError());
    ok(!strncmp(reasons, "Pp", 2), "%s", reasons);
    tls_data = (void *)GetProcAddress(module, "tlsdata");
    ok(tls_data != NULL, "error %lu", GetLastError());
    if (!tls_data)
        return;
    read_tls(NULL);
    ok_hex(thread_value, DLL_TLS_VALUE);
    read_tls(NULL);
    ok_hex(thread_value, 1); /* this thread's own */
    SetEvent(go);            /* a thread that ran already */
    WaitForSingleObject(done, INFINITE);
    ok_hex(thread_value, DLL_TLS_VALUE);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    memset(reasons, 0, sizeof reasons);
    thread_value = 0;
    run_thread();
    ok_hex(thread_value, DLL_TLS_VALUE);
    ok(strchr(reasons, 'T') && strchr(reasons, 't') && strchr(reasons, 'L') && strchr(reasons, 'l'), "%s", reasons);
    ok(strchr(reasons, 'T') < strchr(reasons, 't'), "%s", reasons);
    /* no effect with static thread-local storage */
    DisableThreadLibraryCalls(module);
    memset(reasons, 0, sizeof reasons);
    run_thread();
    ok(strchr(reasons, 't') != NULL, "\"%s\"", reasons);
    /* a second one has an index of its own */
    dll.tls_callback = NULL;
    make_dll(in_dir(L"tls2.dll"), &dll);
    more = LoadLibraryW(in_dir(L"tls2.dll"));
    ok(more != NULL, "error %lu", GetLastError());
    ok(((void *(*)(void))(void *)GetProcAddress(more, "tlsdata"))() != tls_data(), "one block for two");
    tls_data = NULL;
    FreeLibrary(more);
    FreeLibrary(module);
    CloseHandle(go);
    CloseHandle(done);
}

static BOOL WINAPI refuse(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    record("dptl"[reason]);
    return FALSE;
}

static DWORD WINAPI exit_with_library(void *module)
{
    FreeLibraryAndExitThread(module, 77);
}

static void test_attach_failure(void)
{
    struct make_dll dll = { .entry = refuse };
    HANDLE thread;
    HMODULE module;
    DWORD code = 0;

    make_dll(in_dir(L"refuse.dll"), &dll);
    memset(reasons, 0, sizeof reasons);
    ok_err(LoadLibraryW(in_dir(L"refuse.dll")), ERROR_DLL_INIT_FAILED);
    ok_str(reasons, "pd"); /* documented: "then with DLL_PROCESS_DETACH" */
    ok_ptr(GetModuleHandleW(L"refuse.dll"), NULL);

    dll.entry = record_entry;
    make_dll(in_dir(L"exits.dll"), &dll);
    module = LoadLibraryW(in_dir(L"exits.dll"));
    thread = CreateThread(NULL, 0, exit_with_library, module, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    ok(GetExitCodeThread(thread, &code) && code == 77, "%lu", code);
    CloseHandle(thread);
    ok_ptr(GetModuleHandleW(L"exits.dll"), NULL);
}

static BOOL WINAPI cycle_a(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    record(reason == DLL_PROCESS_ATTACH ? 'A' : 'a');
    return TRUE;
}

static BOOL WINAPI cycle_b(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    record(reason == DLL_PROCESS_ATTACH ? 'B' : 'b');
    return TRUE;
}

static HMODULE loaded_inside;

/* Loads another DLL when it comes and frees that when it goes. */
static BOOL WINAPI load_inside(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        loaded_inside = LoadLibraryW(in_dir(L"cycle_b.dll"));
    if (reason == DLL_PROCESS_DETACH)
        FreeLibrary(loaded_inside);
    return TRUE;
}

static void test_dependencies(void)
{
    struct make_dll a = { .entry = cycle_a, .import_dll = "cycle_b.dll", .import_function = "answer" };
    struct make_dll b = { .entry = cycle_b, .import_dll = "cycle_a.dll", .import_function = "forwarded" };
    struct make_dll importer = { .import_dll = "refuse.dll", .import_function = "answer" };
    struct make_dll loader = { .entry = load_inside };
    HMODULE module, other;

    /* two that need each other: what is loaded first is initialised last */
    make_dll(in_dir(L"cycle_a.dll"), &a);
    make_dll(in_dir(L"cycle_b.dll"), &b);
    memset(reasons, 0, sizeof reasons);
    module = LoadLibraryExW(in_dir(L"cycle_a.dll"), NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    ok(module != NULL, "error %lu", GetLastError());
    ok_str(reasons, "BA");
    ok(module && ((int_function)(void *)GetProcAddress(module, "imported"))() == 42, "wrong function");
    other = GetModuleHandleW(L"cycle_b.dll");
    ok(other && ((int_function)(void *)GetProcAddress(other, "imported"))() == (int)GetCurrentProcessId(),
       "wrong function");
    ok_ptr(LoadLibraryW(L"cycle_b.dll"), other);
    FreeLibrary(module); /* the second still needs it */
    ok_str(reasons, "BA");
    ok_ptr(GetModuleHandleW(L"cycle_a.dll"), module);
    FreeLibrary(other);
    ok_str(reasons, "BAab");
    ok_ptr(GetModuleHandleW(L"cycle_a.dll"), NULL);
    ok_ptr(GetModuleHandleW(L"cycle_b.dll"), NULL);

    /* a dependency that refuses */
    make_dll(in_dir(L"needs_refuse.dll"), &importer);
    ok_err(LoadLibraryExW(in_dir(L"needs_refuse.dll"), NULL, LOAD_WITH_ALTERED_SEARCH_PATH), ERROR_DLL_INIT_FAILED);
    ok_ptr(GetModuleHandleW(L"needs_refuse.dll"), NULL);
    ok_ptr(GetModuleHandleW(L"refuse.dll"), NULL);
    ok_err(LoadLibraryExW(in_dir(L"needs_refuse.dll"), NULL, LOAD_WITH_ALTERED_SEARCH_PATH), ERROR_DLL_INIT_FAILED);

    /* loading and freeing in DllMain */
    a.import_dll = b.import_dll = NULL;
    make_dll(in_dir(L"cycle_b.dll"), &b);
    make_dll(in_dir(L"loader.dll"), &loader);
    memset(reasons, 0, sizeof reasons);
    module = LoadLibraryW(in_dir(L"loader.dll"));
    ok(module && loaded_inside, "error %lu", GetLastError());
    ok_str(reasons, "B");
    FreeLibrary(module);
    ok_str(reasons, "Bb");
    ok_ptr(GetModuleHandleW(L"cycle_b.dll"), NULL);
}

static void test_same_name(void)
{
    struct make_dll dll = { 0 };
    HMODULE first, second;

    CreateDirectoryW(in_dir(L"sub"), NULL);
    make_dll(in_dir(L"same.dll"), &dll);
    make_dll(in_dir(L"sub\\same.dll"), &dll);
    first = LoadLibraryW(in_dir(L"same.dll"));
    second = LoadLibraryW(in_dir(L"sub\\same.dll"));
    ok(first && second && first != second, "%p, %p", first, second);
    ok_ptr(GetModuleHandleW(L"same.dll"), first);
    ok_ptr(GetModuleHandleW(in_dir(L"sub\\same.dll")), second);
    ok_ptr(GetModuleHandleW(in_dir(L"sub/same.dll")), second);
    ok_ptr(LoadLibraryW(in_dir(L"sub\\..\\SAME.dll")), first);
    FreeLibrary(first);
    ok_err(DeleteFileW(in_dir(L"same.dll")), ERROR_ACCESS_DENIED); /* it is in use */
    FreeLibrary(first);
    ok_ptr(GetModuleHandleW(L"same.dll"), second);
    FreeLibrary(second);
    ok(DeleteFileW(in_dir(L"same.dll")) && DeleteFileW(in_dir(L"sub\\same.dll")), "error %lu", GetLastError());
}

/* --- notifications, and the lists in the PEB --- */

struct notification_data {
    ULONG flags;
    const UNICODE_STRING *full, *base;
    void *dll_base;
    ULONG size;
};

typedef VOID(CALLBACK *notify_function)(ULONG reason, const struct notification_data *data, void *context);

static int told[3];

static VOID CALLBACK notified(ULONG reason, const struct notification_data *data, void *context)
{
    ok_ptr(context, told);
    if (_wcsicmp(data->base->Buffer, L"notify.dll") || reason > 2)
        return;
    told[reason]++;
    ok_int(data->flags, 0);
    ok(!_wcsicmp(data->full->Buffer, in_dir(L"notify.dll")), "%ls", data->full->Buffer);
    ok_int(data->size, DLL_RVA + DLL_SIZE);
    ok_ptr(data->dll_base, GetModuleHandleW(L"notify.dll"));
}

static void test_notification(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll"), module;
    NTSTATUS(NTAPI * reg)
    (ULONG, notify_function, void *, void **) = (void *)GetProcAddress(ntdll, "LdrRegisterDllNotification");
    NTSTATUS(NTAPI * unreg)(void *) = (void *)GetProcAddress(ntdll, "LdrUnregisterDllNotification");
    struct make_dll dll = { 0 };
    void *cookie = NULL;

    ok(reg && unreg, "not exported");
    make_dll(in_dir(L"notify.dll"), &dll);
    ok_status(reg(0, notified, told, &cookie), 0);
    module = LoadLibraryW(in_dir(L"notify.dll"));
    ok_int(told[1], 1);
    LoadLibraryW(in_dir(L"notify.dll"));
    ok_int(told[1], 1);
    FreeLibrary(module);
    ok_int(told[2], 0);
    FreeLibrary(module);
    ok_int(told[2], 1);
    ok_status(unreg(cookie), 0);
    module = LoadLibraryW(in_dir(L"notify.dll"));
    FreeLibrary(module);
    ok_int(told[1], 1);
    ok_status(unreg(cookie), 0xc0000135);
}

static void test_lists(void)
{
    PEB_LDR_DATA *ldr = NtCurrentTeb()->ProcessEnvironmentBlock->Ldr;
    LIST_ENTRY *memory = &ldr->InMemoryOrderModuleList, *load = memory - 1, *init = memory + 1, *link, *other;
    int count = 0, count_init = 0;

    for (link = load->Flink, other = memory->Flink; link != load && other != memory;
         link = link->Flink, other = other->Flink) {
        LDR_DATA_TABLE_ENTRY *entry = CONTAINING_RECORD(other, LDR_DATA_TABLE_ENTRY, InMemoryOrderLinks);

        ok_ptr(link, other - 1);
        ok_ptr(link->Flink->Blink, link);
        ok_ptr(other->Flink->Blink, other);
        ok_ptr(GetModuleHandleW(entry->FullDllName.Buffer), entry->DllBase);
        if (!count)
            ok_ptr(entry->DllBase, GetModuleHandleW(NULL)); /* the program first */
        if (count == 1)
            ok_ptr(entry->DllBase, GetModuleHandleW(L"ntdll.dll"));
        count++;
    }
    ok(link == load && other == memory, "lists of different length");
    for (link = init->Flink; link != init; link = link->Flink) {
        ok_ptr(link->Flink->Blink, link);
        count_init++;
    }
    ok_int(count_init, count - 1); /* all but the program */
}

TESTS
{
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(dir, MAX_PATH, L"%lsldr%lu", temp, GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
    test_handles();
    test_file_name();
    test_references();
    test_exports();
    test_errors();
    test_load_flags();
    test_entry();
    test_tls();
    test_attach_failure();
    test_dependencies();
    test_same_name();
    test_notification();
    test_lists();
    test_directories();
    {
        static const WCHAR *const files[] = { L"exports.dll", L"text.dll",         L"other.dll",
                                              L"nothing.dll", L"function.dll",     L"entry.dll",
                                              L"tls.dll",     L"tls2.dll",         L"refuse.dll",
                                              L"exits.dll",   L"notify.dll",       L"sub\\depended.dll",
                                              L"cycle_a.dll", L"cycle_b.dll",      L"needs_refuse.dll",
                                              L"loader.dll",  L"sub\\importer.dll" };

        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
            ok(DeleteFileW(in_dir(files[i])), "%ls: error %lu", files[i], GetLastError());
        RemoveDirectoryW(in_dir(L"sub"));
        ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
    }
}
