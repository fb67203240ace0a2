/* SPDX-License-Identifier: MIT */
/* namespaceapi.c: private namespaces: boundaries, prefixes, closing ("Object namespaces", namespaceapi.h). */
#include "../test.h"
#include <namespaceapi.h>
#include <sddl.h>

static HANDLE boundary_with(const WCHAR *name, PSID sid)
{
    HANDLE boundary = CreateBoundaryDescriptorW(name, 0);
    ok(boundary != NULL, "CreateBoundaryDescriptor: %lu", GetLastError());
    if (sid)
        ok(AddSIDToBoundaryDescriptor(&boundary, sid), "AddSIDToBoundaryDescriptor: %lu", GetLastError());
    return boundary;
}

TESTS
{
    BYTE everyone[SECURITY_MAX_SID_SIZE], anonymous[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(everyone);
    ok(CreateWellKnownSid(WinWorldSid, NULL, everyone, &size), "everyone");
    size = sizeof(anonymous);
    ok(CreateWellKnownSid(WinAnonymousSid, NULL, anonymous, &size), "anonymous");

    HANDLE boundary = boundary_with(L"transom boundary", everyone), same = boundary_with(L"transom boundary", everyone);
    HANDLE space = CreatePrivateNamespaceW(NULL, boundary, L"alias");
    ok(space != NULL, "CreatePrivateNamespace: %lu", GetLastError());
    ok_err(CreatePrivateNamespaceW(NULL, same, L"other"), ERROR_ALREADY_EXISTS);
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, "alias\\event");
    ok(event && GetLastError() == ERROR_SUCCESS, "an event in it: %lu", GetLastError());
    ok_err(OpenEventA(EVENT_ALL_ACCESS, FALSE, "event"), ERROR_FILE_NOT_FOUND);
    HANDLE opened = OpenPrivateNamespaceW(same, L"second");
    ok(opened != NULL, "OpenPrivateNamespace: %lu", GetLastError());
    HANDLE again = OpenEventA(SYNCHRONIZE, FALSE, "second\\event");
    ok(again && WaitForSingleObject(again, 0) == WAIT_OBJECT_0, "the same event by another prefix: %lu",
       GetLastError());
    CloseHandle(again);

    /* "The system supports multiple private namespaces with the same name, as long as they define different boundaries." */
    HANDLE open_to_all = boundary_with(L"transom boundary", NULL);
    HANDLE wide = CreatePrivateNamespaceA(NULL, open_to_all, "wide");
    ok(wide != NULL, "another boundary: %lu", GetLastError());
    ok_err(OpenEventA(EVENT_ALL_ACCESS, FALSE, "wide\\event"), ERROR_FILE_NOT_FOUND);
    ok(ClosePrivateNamespace(wide, PRIVATE_NAMESPACE_FLAG_DESTROY), "ClosePrivateNamespace: %lu", GetLastError());

    /* Names are of any characters, and make no SIDs and no directories. */
    char forged[100], *text;
    ConvertSidToStringSidA(everyone, &text);
    sprintf(forged, "transom boundary|%s", text);
    LocalFree(text);
    static const char *const names[] = { "transom\\slash", "transom/slash", "transom|slash", "transom/bslash" };
    HANDLE named[5], spaces[5];
    for (int i = 0; i < 5; i++) {
        char alias[20];
        sprintf(alias, "named %d", i);
        named[i] = CreateBoundaryDescriptorA(i < 4 ? names[i] : forged, 0);
        spaces[i] = CreatePrivateNamespaceA(NULL, named[i], alias);
        ok(spaces[i] != NULL, "%s: %lu", i < 4 ? names[i] : forged, GetLastError());
    }
    for (int i = 0; i < 5; i++) {
        ok(ClosePrivateNamespace(spaces[i], PRIVATE_NAMESPACE_FLAG_DESTROY), "%d: %lu", i, GetLastError());
        DeleteBoundaryDescriptor(named[i]);
    }

    /* "The caller must be within this boundary." */
    HANDLE outside = boundary_with(L"transom boundary", anonymous);
    ok_err(CreatePrivateNamespaceW(NULL, outside, L"outside"), ERROR_ACCESS_DENIED);

    ok(ClosePrivateNamespace(space, 0), "ClosePrivateNamespace: %lu", GetLastError());
    ok(!OpenPrivateNamespaceW(same, L"third"), "it cannot be opened once its creator has closed it");
    again = OpenEventA(SYNCHRONIZE, FALSE, "second\\event");
    ok(again != NULL, "objects in it go on: %lu", GetLastError());
    CloseHandle(again);
    ok(ClosePrivateNamespace(opened, 0), "ClosePrivateNamespace: %lu", GetLastError());
    ok_err(ClosePrivateNamespace(opened, 0), ERROR_INVALID_HANDLE);
    CloseHandle(event);
    DeleteBoundaryDescriptor(boundary);
    DeleteBoundaryDescriptor(same);
    DeleteBoundaryDescriptor(outside);
    DeleteBoundaryDescriptor(open_to_all);
}
