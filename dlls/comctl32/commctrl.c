/* SPDX-License-Identifier: MIT */
/* commctrl.c: initialisation of the common controls, whose classes are not there yet: a window of one cannot be made. */
#include "nt.h"
#include "ntdll.h"
#include <commctrl.h>

void WINAPI InitCommonControls(void) {}

WINBOOL WINAPI InitCommonControlsEx(const INITCOMMONCONTROLSEX *classes)
{
    return classes && classes->dwSize == sizeof(*classes);
}
