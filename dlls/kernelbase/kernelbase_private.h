/* SPDX-License-Identifier: MIT */
/*
 * kernelbase_private.h: what the files of kernelbase share: from NTSTATUS to last error, from ANSI arguments to UTF-16,
 * from DOS names to NT names.
 */
#ifndef TRANSOM_KERNELBASE_PRIVATE_H
#define TRANSOM_KERNELBASE_PRIVATE_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#include "nt.h"
#include "ntdll.h"

/* The CRT's pure functions, as ntdll exports them. */
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* --- errors --- */

/* Sets the last error from a status; the return value of a BOOL function. Last error is left alone by success. */
static inline BOOL set_ntstatus(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(RtlNtStatusToDosError(status));
    return FALSE;
}

static inline BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* The same for functions that return a HANDLE or another pointer. */
static inline void *fail_null(DWORD error)
{
    SetLastError(error);
    return NULL;
}

/* --- memory: the process heap --- */

static inline void *kb_alloc(SIZE_T size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, 0, size);
}

static inline void *kb_alloc_zeroed(SIZE_T size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}

static inline void kb_free(void *ptr)
{
    if (ptr)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, ptr);
}

/* --- ANSI arguments (string_args.c) --- */

/*
 * An A function's string argument as UTF-16. Short ones stay in the structure, so that most calls allocate nothing. NULL
 * stays NULL. The three ways to fill it set the last error when they fail.
 */
struct wide_arg {
    WCHAR *str;
    WCHAR buffer[MAX_PATH];
};
BOOL wide_arg(struct wide_arg *arg, const char *str);      /* in the ANSI code page */
BOOL wide_file_arg(struct wide_arg *arg, const char *str); /* a file name: SetFileApisToOEM decides */
void wide_arg_free(struct wide_arg *arg);

/* Bytes that `length` characters need in the code page, and their conversion; both without terminating zero. */
SIZE_T ansi_size(const WCHAR *str, SIZE_T length);
SIZE_T file_ansi_size(const WCHAR *str, SIZE_T length);
SIZE_T ansi_copy(char *buffer, SIZE_T size, const WCHAR *str, SIZE_T length);
SIZE_T file_ansi_copy(char *buffer, SIZE_T size, const WCHAR *str, SIZE_T length);

/*
 * The result convention of GetFullPathName, GetTempPath and their like: copies the string with its zero and returns its
 * length if it fits; else returns the size needed, with the zero.
 */
DWORD return_string_w(const WCHAR *str, SIZE_T length, WCHAR *buffer, DWORD size);
DWORD return_string_a(const WCHAR *str, SIZE_T length, char *buffer, DWORD size);
DWORD return_file_string_a(const WCHAR *str, SIZE_T length, char *buffer, DWORD size);

/* The heap copy of a UTF-16 string in the ANSI code page, or NULL with the last error set; NULL gives NULL. */
char *ansi_dup(const WCHAR *str);
WCHAR *wide_dup(const WCHAR *str);

/* --- names --- */

/* NT names of DOS names: free with RtlFreeUnicodeString. Status as RtlDosPathNameToNtPathName_U_WithStatus. */
NTSTATUS dos_to_nt_path(const WCHAR *dos, UNICODE_STRING *nt);
/* What functions that open by name say when that or nt_name_init() fails: a path that is not found, unless it is longer than any. */
NTSTATUS nt_name_error(const WCHAR *dos, NTSTATUS status);

/* The same for a name that is only used at once: relative to the current directory where that is a shorter way. It stays
 * where it is until nt_name_free(); *attr is for NtCreateFile and its like, ignoring case. */
struct nt_name {
    UNICODE_STRING full;
    RTL_RELATIVE_NAME_U relative;
};
NTSTATUS nt_name_init(const WCHAR *dos, struct nt_name *name, OBJECT_ATTRIBUTES *attr);
void nt_name_free(struct nt_name *name);

/* Where SearchPath and CreateProcess look; kb_free (fileapi_path.c). */
WCHAR *default_search_path(void);

/* The alternate streams, which go with a file (winbase_copy.c). A volume without any is no error. */
NTSTATUS copy_streams(HANDLE source, const WCHAR *existing, const WCHAR *new, BOOL only_missing, const BOOL *cancel);

/* Deletes an open file (fileapi.c). */
NTSTATUS delete_by_handle(HANDLE file);

/* An OBJECT_ATTRIBUTES for a named kernel object; name may be NULL. Returns a pointer for the system call (NULL if neither
 * name nor security says anything). The name is looked up in \BaseNamedObjects of the session. */
struct object_name_arg {
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
};
NTSTATUS object_name_arg(struct object_name_arg *arg, const WCHAR *name, const SECURITY_ATTRIBUTES *security,
                         ULONG attributes, OBJECT_ATTRIBUTES **result);

/* The directory of the private namespace that a name begins with; *name is what follows. NULL: none (namespaceapi.c). */
HANDLE private_namespace(const WCHAR **name);

/* --- time --- */

/* Win32 milliseconds as NtWait*'s relative timeout; INFINITE gives NULL. */
static inline LARGE_INTEGER *relative_timeout(LARGE_INTEGER *time, DWORD milliseconds)
{
    if (milliseconds == INFINITE)
        return NULL;
    time->QuadPart = (LONGLONG)milliseconds * -10000;
    return time;
}

/* --- handles --- */

#define NT_CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
#define NT_CURRENT_THREAD  ((HANDLE)(LONG_PTR)-2)

/* GetStdHandle's constants, where a handle is expected, name the standard handles. */
HANDLE std_handle_value(HANDLE handle);

/* --- searches --- */

/* What FindFirstFileName's handle points to begins with this (fileapi_links.c). */
#define FIND_NAME_MAGIC 0x656d616eu
void find_name_free(void *find);

/* --- processes --- */

/* The NT_PRIORITY_CLASS_* of the *_PRIORITY_CLASS bit among CreateProcess flags; 0 if there is none. */
UCHAR nt_priority_class(DWORD flags);

/* --- start-up of the parts (called by DllMain, in this order) --- */

void processenv_init(void);
LONG NTAPI kernelbase_unhandled(EXCEPTION_POINTERS *pointers); /* errhandlingapi.c */

#endif
