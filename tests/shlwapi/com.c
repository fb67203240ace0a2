/* SPDX-License-Identifier: MIT */
/* QISearch, IUnknown_*, strings between character sets, IsOS. */
#define COBJMACROS
#include "../test.h"
#include <objbase.h>
#include <shlwapi.h>

struct object {
    int other;
    IUnknown iface;
    LONG refs;
};

static HRESULT STDMETHODCALLTYPE query(IUnknown *iface, REFIID iid, void **result)
{
    static const QITAB table[] = { { &IID_IPersist, offsetof(struct object, iface) }, { 0 } };

    return QISearch(CONTAINING_RECORD(iface, struct object, iface), table, iid, result);
}

static ULONG STDMETHODCALLTYPE add_ref(IUnknown *iface)
{
    return ++CONTAINING_RECORD(iface, struct object, iface)->refs;
}

static ULONG STDMETHODCALLTYPE release(IUnknown *iface)
{
    return --CONTAINING_RECORD(iface, struct object, iface)->refs;
}

TESTS
{
    static IUnknownVtbl vtbl = { query, add_ref, release };
    struct object object = { 1, { &vtbl }, 1 };
    IUnknown *found = NULL;
    WCHAR wide[8];
    char ansi[8];

    ok_hex(IUnknown_QueryInterface(&object.iface, &IID_IPersist, (void **)&found), S_OK);
    ok(found == &object.iface && object.refs == 2, "%ld references", object.refs);
    IUnknown_Release(found);
    ok_hex(IUnknown_QueryInterface(&object.iface, &IID_IUnknown, (void **)&found), S_OK);
    IUnknown_AtomicRelease((void **)&found);
    ok(!found && object.refs == 1, "%ld references", object.refs);
    ok_hex(IUnknown_QueryInterface(&object.iface, &IID_IStream, (void **)&found), E_NOINTERFACE);
    IUnknown_Set(&found, &object.iface);
    ok(found == &object.iface && object.refs == 2, "%ld references", object.refs);
    IUnknown_Set(&found, NULL);
    ok(!found && object.refs == 1, "%ld references", object.refs);

    ok_int(SHAnsiToUnicode("text", wide, 8), 5);
    ok_wstr(wide, L"text");
    ok_int(SHUnicodeToAnsi(L"text", ansi, 8), 5);
    ok_str(ansi, "text");
    ok(IsOS(OS_NT) && !IsOS(OS_EMBEDDED), "IsOS");
}
