/* SPDX-License-Identifier: MIT */
/* rtlpath.h: DOS paths within ntdll: rtlpath.c makes them full, rtlpath_current.c names in the NT namespace of them. */
#ifndef TRANSOM_RTLPATH_H
#define TRANSOM_RTLPATH_H

#include "ntdll_private.h"
#include "ntrtl.h"

#define MAX_PATH_CHARS 0x7ffe

static inline bool is_slash(WCHAR c)
{
    return c == '\\' || c == '/';
}

static inline CURDIR *path_current(void)
{
    return &nt_peb()->ProcessParameters->CurrentDirectory;
}

RTL_PATH_TYPE path_type(const WCHAR *s, SIZE_T n);

struct full_path {
    WCHAR *text; /* `fixed`, or from the heap */
    SIZE_T length;
    SIZE_T root;        /* where ".." stops: the length of what names the volume, with its backslash */
    SIZE_T file;        /* where the last component begins; 0: there is none */
    RTL_PATH_TYPE type; /* of the given path */
    bool device;        /* the path was that of a DOS device: text is \\.\NAME */
    WCHAR fixed[MAX_PATH + 8];
};

/* Under the PEB lock or not. Free with path_full_free() after success. */
NTSTATUS path_full(const WCHAR *s, SIZE_T n, struct full_path *full);
void path_full_free(struct full_path *full);

enum {
    PATH_ANY_LENGTH = 1, /* more than MAX_PATH, whatever the program is */
    PATH_RELATIVE = 2,   /* fill *relative in, if the name is below the current directory */
};

NTSTATUS path_dos_to_nt(const WCHAR *s, SIZE_T n, unsigned flags, UNICODE_STRING *nt_path, WCHAR **file_part,
                        RTL_RELATIVE_NAME_U *relative);

#endif
