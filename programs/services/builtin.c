/* SPDX-License-Identifier: MIT */
/* builtin.c: Windows' own services (include/services_builtin.h), with the state that they have here. */
#include "manager.h"
#include "services_builtin.h"

static const struct {
    const WCHAR *name, *display;
    DWORD type, start;
    const WCHAR *path, *account, *group, *depends; /* depends: a list */
    bool running;
    const WCHAR *description;
} builtins[] = {
#define X(name, display, type, start, path, account, group, depends, running, description)                             \
    { L"" name, L"" display, type, start, L"" path, L"" account, L"" group, L"" depends, running, L"" description },
    SERVICES_BUILTIN(X)
#undef X
};

static void set_text(struct service *service, const WCHAR *name, DWORD type, const WCHAR *text)
{
    const WCHAR *end = text;

    if (!*text)
        return;
    while (*end && (type == REG_MULTI_SZ || end == text))
        end += wcslen(end) + 1;
    service_set(service, name, type, text,
                (DWORD)((type == REG_MULTI_SZ ? (size_t)(end + 1 - text) : wcslen(text) + 1) * sizeof(WCHAR)));
}

void builtin_add(void)
{
    for (size_t i = 0; i < ARRAYSIZE(builtins); i++) {
        struct service *service = service_add(builtins[i].name);
        WCHAR path[MAX_PATH];
        if (!service)
            return;
        service_set_number(service, L"Type", builtins[i].type);
        service_set_number(service, L"Start", builtins[i].start);
        service_set_number(service, L"ErrorControl", SERVICE_ERROR_NORMAL);
        ExpandEnvironmentStringsW(builtins[i].path, path, ARRAYSIZE(path));
        set_text(service, L"ImagePath", REG_EXPAND_SZ, path);
        set_text(service, L"DisplayName", REG_SZ, builtins[i].display);
        set_text(service, L"Description", REG_SZ, builtins[i].description);
        set_text(service, L"ObjectName", REG_SZ, builtins[i].account);
        set_text(service, L"Group", REG_SZ, builtins[i].group);
        set_text(service, L"DependOnService", REG_MULTI_SZ, builtins[i].depends);
        service->status.dwServiceType = builtins[i].type;
        if (builtins[i].running) {
            service->status.dwCurrentState = SERVICE_RUNNING;
            service->status.dwWin32ExitCode = 0;
        }
        service->builtin = true;
        service->changed = false;
    }
}
