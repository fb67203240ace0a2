/* SPDX-License-Identifier: MIT */
/* sc.h: what the files of sc share. */
#ifndef SC_H
#define SC_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <windows.h>
#include <sddl.h>
#include "nt_winsvc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

extern const WCHAR *sc_machine;

void say(const WCHAR *format, ...);
/* "[SC] WHAT FAILED n:" and the error's text; returns the error, which is the exit code. */
int failed(const WCHAR *what);
int succeeded(const WCHAR *what);
int invalid_usage(const WCHAR *problem);

SC_HANDLE open_manager(DWORD access);
/* NULL if it was reported; `context` is what stands before "OpenService". */
SC_HANDLE open_service(const WCHAR *name, DWORD access, const WCHAR *context);

/* The value of "name= value" or "name=value" at argv[*i], moving *i on; NULL if it is another option. */
const WCHAR *option(WCHAR **argv, int *i, int argc, const WCHAR *name);

/* Commands: argv[0] is the command. */
int command_query(int argc, WCHAR **argv);
int command_qc(int argc, WCHAR **argv);
int command_qdescription(int argc, WCHAR **argv);
int command_qfailure(int argc, WCHAR **argv);
int command_query_flag(int argc, WCHAR **argv);
int command_qprivs(int argc, WCHAR **argv);
int command_enumdepend(int argc, WCHAR **argv);
int command_name(int argc, WCHAR **argv);
int command_querylock(int argc, WCHAR **argv);
int command_sdshow(int argc, WCHAR **argv);
int command_showsid(int argc, WCHAR **argv);
int command_create(int argc, WCHAR **argv);
int command_config(int argc, WCHAR **argv);
int command_description(int argc, WCHAR **argv);
int command_failure(int argc, WCHAR **argv);
int command_set_flag(int argc, WCHAR **argv);
int command_privs(int argc, WCHAR **argv);
int command_sdset(int argc, WCHAR **argv);
int command_delete(int argc, WCHAR **argv);
int command_start(int argc, WCHAR **argv);
int command_control(int argc, WCHAR **argv);
int command_qtriggerinfo(int argc, WCHAR **argv);
int command_triggerinfo(int argc, WCHAR **argv);
int command_preferrednode(int argc, WCHAR **argv);
int command_qpreferrednode(int argc, WCHAR **argv);
int command_qprotection(int argc, WCHAR **argv);

void print_status(const WCHAR *name, const WCHAR *display, const SERVICE_STATUS_PROCESS *status, bool with_process);
void print_type(DWORD type);
/* Says how it went; `access` beyond SERVICE_CHANGE_CONFIG. */
int change_level(const WCHAR *name, DWORD level, void *info, DWORD access);
/* QueryServiceConfig2 with as large a buffer as it needs: to be freed. */
void *query_level(SC_HANDLE service, DWORD level);

#endif
