/* SPDX-License-Identifier: MIT */
/* commctrl.c: loading and initialising the common controls. */
#include "nt.h"

/* Obsolete: it only makes sure that the DLL is loaded (commctrl/nf-commctrl-initcommoncontrols). */
void WINAPI InitCommonControls(void)
{
}
