/* SPDX-License-Identifier: MIT */
/* winuser_class.h: looking up classes and atoms. */
#ifndef TRANSOM_WINUSER_CLASS_H
#define TRANSOM_WINUSER_CLASS_H

#include "winuser_private.h"

struct window_class *find_class(const WCHAR *name, HINSTANCE instance); /* with the lock held */
ATOM user_atom(const WCHAR *name);                                      /* 0 with the last error set */

#endif
