/* SPDX-License-Identifier: MIT */
/* process_policy.c: mitigation policies, execution state; activation contexts from a manifest. */
#include "../test.h"

static void test_policy(void)
{
    PROCESS_MITIGATION_DEP_POLICY dep;
    PROCESS_MITIGATION_ASLR_POLICY aslr;
    ULONG64 masks[2];

    memset(&dep, 0xff, sizeof(dep));
    ok(GetProcessMitigationPolicy(GetCurrentProcess(), ProcessDEPPolicy, &dep, sizeof(dep)), "error %lu",
       GetLastError());
    ok(dep.Enable && dep.Permanent, "data is not executable");
    ok(GetProcessMitigationPolicy(GetCurrentProcess(), ProcessASLRPolicy, &aslr, sizeof(aslr)), "error %lu",
       GetLastError());
    ok(GetProcessMitigationPolicy(GetCurrentProcess(), (PROCESS_MITIGATION_POLICY)5, masks, 8), "error %lu",
       GetLastError());
    ok_err(GetProcessMitigationPolicy(GetCurrentProcess(), ProcessASLRPolicy, &aslr, 1), ERROR_INVALID_PARAMETER);
    ok(SetThreadExecutionState(ES_CONTINUOUS | ES_SYSTEM_REQUIRED) != 0, "error %lu", GetLastError());
    ok_hex(SetThreadExecutionState(ES_CONTINUOUS), ES_CONTINUOUS | ES_SYSTEM_REQUIRED);
    ok_err(Beep(10, 1), ERROR_INVALID_PARAMETER);
}

static void test_activation_context(void)
{
    static const char manifest[] = "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">"
                                   "<assemblyIdentity name=\"test\" version=\"1.0.0.0\" type=\"win32\"/>"
                                   "<file name=\"some.dll\"><windowClass>SomeClass</windowClass></file></assembly>";
    ACTCTX_SECTION_KEYED_DATA data = { .cbSize = sizeof(data) };
    char folder[MAX_PATH], path[MAX_PATH];
    ACTCTXA info = { .cbSize = sizeof(info) };
    HANDLE file, context, current;
    ULONG_PTR cookie;
    DWORD written;

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "ctx", 0, path);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, manifest, sizeof(manifest) - 1, &written, NULL);
    CloseHandle(file);
    info.lpSource = path;
    context = CreateActCtxA(&info);
    ok(context != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    DeleteFileA(path);
    ok(!FindActCtxSectionStringA(0, NULL, ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION, "SomeClass", &data),
       "not active");
    ok(ActivateActCtx(context, &cookie), "error %lu", GetLastError());
    ok(GetCurrentActCtx(&current) && current == context, "current");
    ReleaseActCtx(current);
    ok(FindActCtxSectionStringA(0, NULL, ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION, "SomeClass", &data),
       "error %lu", GetLastError());
    ok_err(FindActCtxSectionStringA(0, NULL, ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION, "Other", &data),
           ERROR_SXS_KEY_NOT_FOUND);
    ok(DeactivateActCtx(0, cookie), "error %lu", GetLastError());
    ok(GetCurrentActCtx(&current) && !current, "none");
    ReleaseActCtx(context);
    info.lpSource = "C:\\no such file.manifest";
    ok(CreateActCtxA(&info) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu",
       GetLastError());
}

TESTS
{
    test_policy();
    test_activation_context();
}
