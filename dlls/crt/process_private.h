/* SPDX-License-Identifier: MIT */
/* Starting programs: what process.h's functions, system and _popen share. */
#ifndef TRANSOM_PROCESS_PRIVATE_H
#define TRANSOM_PROCESS_PRIVATE_H

#include "crt_private.h"
#include <process.h>

/* -1 with errno; else the exit code (_P_WAIT) or the process's handle. environment: a table or NULL for this process's. */
intptr_t crt_spawn(int mode, const wchar_t *file, const wchar_t *const *argv, const wchar_t *const *environment,
                   bool search);

/* COMSPEC, or cmd.exe in the system folder; malloc'ed, NULL if there is none (errno ENOENT). */
wchar_t *crt_command_interpreter(void);

const wchar_t *crt_next_folder(const wchar_t *list, wchar_t *folder, size_t size);

#endif
