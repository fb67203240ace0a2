/* SPDX-License-Identifier: MIT */
/* shlobj_folders.h: the table of known folders (shlobj_foldertable.c). */
#ifndef TRANSOM_SHLOBJ_FOLDERS_H
#define TRANSOM_SHLOBJ_FOLDERS_H

#include "nt.h"
#include "ntdll.h"
#include <objbase.h>
#include <shlobj.h>

enum folder_base {
    BASE_VIRTUAL, /* no place in the file system */
    BASE_USERPROFILE,
    BASE_APPDATA,
    BASE_LOCALAPPDATA,
    BASE_PROGRAMDATA,
    BASE_PUBLIC,
    BASE_PROFILES,
    BASE_WINDOWS,
    BASE_PROGRAM_FILES,
    BASE_PROGRAM_FILES_X64,
    BASE_PROGRAM_FILES_X86,
    BASE_COMMON_FILES,
    BASE_COMMON_FILES_X64,
    BASE_COMMON_FILES_X86,
};

extern const struct shell_folder {
    GUID id;
    int csidl[2];
    enum folder_base base;
    const WCHAR *path, *name;
} shell_folders[];
extern const unsigned shell_folder_count;

#endif
