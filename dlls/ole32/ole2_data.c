/* SPDX-License-Identifier: MIT */
/* ole2_data.c: data for transfer, and dragging, which no window takes part in. */
#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <ole2.h>

/* Frees what a medium holds, unless somebody else does that by being released. Metafiles and bitmaps are not made yet. */
void WINAPI ReleaseStgMedium(LPSTGMEDIUM medium)
{
    if (!medium)
        return;
    switch (medium->tymed) {
    case TYMED_HGLOBAL:
        if (!medium->pUnkForRelease && medium->hGlobal)
            GlobalFree(medium->hGlobal);
        break;
    case TYMED_FILE:
        if (!medium->pUnkForRelease && medium->lpszFileName)
            DeleteFileW(medium->lpszFileName);
        CoTaskMemFree(medium->lpszFileName);
        break;
    case TYMED_ISTREAM:
        if (medium->pstm)
            IStream_Release(medium->pstm);
        break;
    case TYMED_ISTORAGE:
        if (medium->pstg)
            IStorage_Release(medium->pstg);
        break;
    }
    if (medium->pUnkForRelease)
        IUnknown_Release(medium->pUnkForRelease);
    medium->tymed = TYMED_NULL;
    medium->pUnkForRelease = NULL;
    medium->hGlobal = NULL;
}

HRESULT WINAPI RegisterDragDrop(HWND window, LPDROPTARGET target)
{
    (void)window;
    return target ? DRAGDROP_E_INVALIDHWND : E_INVALIDARG;
}

HRESULT WINAPI RevokeDragDrop(HWND window)
{
    return window ? DRAGDROP_E_NOTREGISTERED : DRAGDROP_E_INVALIDHWND;
}
