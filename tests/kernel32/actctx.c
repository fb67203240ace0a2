/* SPDX-License-Identifier: MIT */
/* Activation contexts: from a manifest's file, active in a thread, and what they redirect. */
#include "../test.h"
#include "makedll.h"

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static int next;
    WCHAR *path = paths[next++ % 4];

    swprintf(path, MAX_PATH, L"%ls\\%ls", dir, name);
    return path;
}

static void write_text(const WCHAR *name, const char *text)
{
    ok(dll_write_file(in_dir(name), text, (DWORD)strlen(text)), "%ls: error %lu", name, GetLastError());
}

#define MANIFEST(content)                                                                                              \
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n"                                                      \
    "<assembly xmlns='urn:schemas-microsoft-com:asm.v1' manifestVersion='1.0'>\r\n" content "</assembly>\r\n"
#define PRIVATE_ID                                                                                                     \
    "<assemblyIdentity type='win32' name='TransomTest.Private' version='1.2.0.0' processorArchitecture='amd64'/>"

static HANDLE create(const WCHAR *manifest)
{
    ACTCTXW info = { .cbSize = sizeof info,
                     .dwFlags = ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID,
                     .lpSource = manifest,
                     .lpAssemblyDirectory = dir };

    return CreateActCtxW(&info);
}

static void ok_not_created(const ACTCTXW *info, DWORD error)
{
    HANDLE context = (SetLastError(0xdeadbeef), CreateActCtxW(info));
    DWORD last = GetLastError();

    ok(context == INVALID_HANDLE_VALUE && last == error, "%p, error %lu, not %lu", context, last, error);
}

static void test_errors(void)
{
    ACTCTXW info = { .cbSize = sizeof info };
    ACTCTXW wrong = { .cbSize = 4, .lpSource = L"x" };

    ok_not_created(&wrong, ERROR_INVALID_PARAMETER);
    info.lpSource = in_dir(L"app.manifest");
    info.dwFlags = 0x80000000;
    ok_not_created(&info, ERROR_INVALID_PARAMETER);
    info.dwFlags = 0;
    info.lpSource = in_dir(L"none.manifest");
    ok_not_created(&info, ERROR_FILE_NOT_FOUND);
    info.lpSource = in_dir(L"bad.manifest");
    write_text(L"bad.manifest", "<assembly><unclosed");
    ok_not_created(&info, ERROR_SXS_CANT_GEN_ACTCTX);
    write_text(L"bad.manifest", MANIFEST("<dependency><dependentAssembly><assemblyIdentity type='win32' "
                                         "name='TransomTest.Missing' version='1.0.0.0' processorArchitecture='amd64'/>"
                                         "</dependentAssembly></dependency>"));
    ok_not_created(&info, ERROR_SXS_CANT_GEN_ACTCTX);
}

static void test_stack(HANDLE context)
{
    HANDLE current = NULL;
    ULONG_PTR cookie = 0, inner = 0;

    ok(GetCurrentActCtx(&current), "error %lu", GetLastError());
    ok(current != context, "active already");
    if (current)
        ReleaseActCtx(current);
    ok(ActivateActCtx(context, &cookie) && cookie, "error %lu", GetLastError());
    ok(GetCurrentActCtx(&current) && current == context, "%p", current);
    ReleaseActCtx(current);
    ok(ActivateActCtx(NULL, &inner), "error %lu", GetLastError()); /* the process's again */
    ok(GetCurrentActCtx(&current) && current != context, "%p", current);
    if (current)
        ReleaseActCtx(current);
    ok(DeactivateActCtx(0, inner), "error %lu", GetLastError());
    ok(GetCurrentActCtx(&current) && current == context, "%p", current);
    ReleaseActCtx(current);
    ok(DeactivateActCtx(0, cookie), "error %lu", GetLastError());
}

static DWORD WINAPI thread_context(void *context)
{
    HANDLE current = NULL;

    return GetCurrentActCtx(&current) && current == context;
}

static void test_sections(HANDLE context)
{
    ACTCTX_SECTION_KEYED_DATA data = { .cbSize = sizeof data };
    ULONG_PTR cookie;
    HMODULE module, plain;
    HANDLE thread;
    WCHAR path[MAX_PATH];
    DWORD same = 0;

    /* without a manifest of the program's there is not even a section */
    ok(!FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"transompriv.dll", &data),
       "found");
    ok(GetLastError() == ERROR_SXS_SECTION_NOT_FOUND || GetLastError() == ERROR_SXS_KEY_NOT_FOUND, "error %lu",
       GetLastError());
    ok_err(LoadLibraryW(L"transompriv.dll"), ERROR_MOD_NOT_FOUND);
    ok(ActivateActCtx(context, &cookie), "error %lu", GetLastError());
    ok(FindActCtxSectionStringW(FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX, NULL,
                                ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"TransomPriv.dll", &data),
       "error %lu", GetLastError());
    ok(data.lpData && data.ulLength && data.hActCtx == context, "%p %lu %p", data.lpData, data.ulLength, data.hActCtx);
    ok_int(data.ulAssemblyRosterIndex, 2); /* the manifest itself is the first */
    if (data.hActCtx)
        ReleaseActCtx(data.hActCtx);
    memset(&data, 0, sizeof data);
    data.cbSize = sizeof data;
    ok(FindActCtxSectionStringA(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, "transompriv.dll", &data),
       "error %lu", GetLastError());
    ok_ptr(data.hActCtx, NULL);
    ok_err(FindActCtxSectionStringW(0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, L"other.dll", &data),
           ERROR_SXS_KEY_NOT_FOUND);
    /* the DLL of the private assembly */
    module = LoadLibraryW(L"transompriv.dll");
    ok(module != NULL, "error %lu", GetLastError());
    ok(GetModuleFileNameW(module, path, MAX_PATH) && !_wcsicmp(path, in_dir(L"TransomTest.Private\\transompriv.dll")),
       "%ls", path);
    plain = GetModuleHandleW(L"transompriv.dll");
    ok_ptr(plain, module);
    FreeLibrary(module);
    /* a thread inherits what is active where it is made */
    thread = CreateThread(NULL, 0, thread_context, context, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &same);
    CloseHandle(thread);
    ok(same, "the thread has another one");
    ok(DeactivateActCtx(0, cookie), "error %lu", GetLastError());
    ok_err(LoadLibraryW(L"transompriv.dll"), ERROR_MOD_NOT_FOUND);
}

static void test_query(HANDLE context)
{
    union {
        ACTIVATION_CONTEXT_DETAILED_INFORMATION details;
        ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION assembly;
        char room[4096];
    } buffer;
    SIZE_T needed = 0;
    ULONG index = 2;

    ok_err(QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, NULL, 0, &needed),
           ERROR_INSUFFICIENT_BUFFER);
    ok(needed > sizeof buffer.details && needed < sizeof buffer, "%zu", (size_t)needed);
    ok(QueryActCtxW(0, context, NULL, ActivationContextDetailedInformation, &buffer, sizeof buffer, &needed),
       "error %lu", GetLastError());
    ok_int(buffer.details.ulAssemblyCount, 2);
    ok(buffer.details.lpRootManifestPath && !_wcsicmp(buffer.details.lpRootManifestPath, in_dir(L"app.manifest")),
       "%ls", buffer.details.lpRootManifestPath ? buffer.details.lpRootManifestPath : L"(null)");
    ok(QueryActCtxW(0, context, &index, AssemblyDetailedInformationInActivationContext, &buffer, sizeof buffer,
                    &needed),
       "error %lu", GetLastError());
    ok(buffer.assembly.lpAssemblyEncodedAssemblyIdentity &&
           !wcsncmp(buffer.assembly.lpAssemblyEncodedAssemblyIdentity, L"TransomTest.Private", 19),
       "%ls", buffer.assembly.lpAssemblyEncodedAssemblyIdentity);
}

TESTS
{
    const struct make_dll dll = { 0 };
    WCHAR temp[MAX_PATH];
    HANDLE context;

    GetTempPathW(MAX_PATH, temp);
    swprintf(dir, MAX_PATH, L"%lsactctx%lu", temp, GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL) && CreateDirectoryW(in_dir(L"TransomTest.Private"), NULL), "error %lu",
       GetLastError());
    ok(make_dll(in_dir(L"TransomTest.Private\\transompriv.dll"), &dll), "error %lu", GetLastError());
    write_text(L"TransomTest.Private\\TransomTest.Private.manifest",
               MANIFEST(PRIVATE_ID "<file name='transompriv.dll'/>"));
    write_text(L"app.manifest",
               MANIFEST("<assemblyIdentity type='win32' name='TransomTest.App' version='1.0.0.0' "
                        "processorArchitecture='amd64'/>"
                        "<dependency><dependentAssembly>" PRIVATE_ID "</dependentAssembly></dependency>"));
    test_errors();
    context = create(in_dir(L"app.manifest"));
    ok(context != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    if (context != INVALID_HANDLE_VALUE) {
        test_stack(context);
        test_sections(context);
        test_query(context);
        ReleaseActCtx(context);
    }
    DeleteFileW(in_dir(L"TransomTest.Private\\transompriv.dll"));
    DeleteFileW(in_dir(L"TransomTest.Private\\TransomTest.Private.manifest"));
    DeleteFileW(in_dir(L"app.manifest"));
    DeleteFileW(in_dir(L"bad.manifest"));
    RemoveDirectoryW(in_dir(L"TransomTest.Private"));
    ok(RemoveDirectoryW(dir), "error %lu", GetLastError());
}
