/* SPDX-License-Identifier: MIT */
/* shlwapi_qisearch.c: QISearch: QueryInterface by a table of interfaces and where in the object they are (shlwapi.h). */
#include "nt.h"
#include <objbase.h>
#include <shlwapi.h>

HRESULT WINAPI QISearch(void *object, LPCQITAB table, REFIID iid, void **result)
{
    LPCQITAB entry;
    IUnknown *found = NULL;

    if (!result)
        return E_POINTER;
    *result = NULL;
    for (entry = table; entry->piid && !found; entry++)
        if (IsEqualIID(iid, entry->piid))
            found = (IUnknown *)((BYTE *)object + entry->dwOffset);
    /* The first interface stands for IUnknown. */
    if (!found && IsEqualIID(iid, &IID_IUnknown) && table->piid)
        found = (IUnknown *)((BYTE *)object + table->dwOffset);
    if (!found)
        return E_NOINTERFACE;
    found->lpVtbl->AddRef(found);
    *result = found;
    return S_OK;
}
