/* SPDX-License-Identifier: MIT */
/* winbase_atom.c: atoms of the process (a table of ntdll's) and of the session (system calls). */
#include "kernelbase_private.h"

/* --- of the process: the table is made on first need --- */

static PRTL_ATOM_TABLE local_table;

static PRTL_ATOM_TABLE local_atoms(void)
{
    static RTL_SRWLOCK lock;

    RtlAcquireSRWLockExclusive(&lock);
    if (!local_table)
        set_ntstatus(RtlCreateAtomTable(37, &local_table));
    RtlReleaseSRWLockExclusive(&lock);
    return local_table;
}

BOOL WINAPI InitAtomTable(DWORD size)
{
    (void)size; /* tables grow by themselves */
    return local_atoms() != NULL;
}

ATOM WINAPI AddAtomW(const WCHAR *name)
{
    RTL_ATOM atom = 0;

    return local_atoms() && set_ntstatus(RtlAddAtomToAtomTable(local_table, name, &atom)) ? atom : 0;
}

ATOM WINAPI FindAtomW(const WCHAR *name)
{
    RTL_ATOM atom = 0;

    return local_atoms() && set_ntstatus(RtlLookupAtomInAtomTable(local_table, name, &atom)) ? atom : 0;
}

/* Returns 0; the atom, if it is none. */
ATOM WINAPI DeleteAtom(ATOM atom)
{
    return local_atoms() && set_ntstatus(RtlDeleteAtomFromAtomTable(local_table, atom)) ? 0 : atom;
}

/* A name that does not fit is cut, as documented of these functions. */
UINT WINAPI GetAtomNameW(ATOM atom, WCHAR *buffer, int size)
{
    ULONG bytes = size > 0 ? size * sizeof(WCHAR) : 0;

    if (size <= 0)
        return fail(ERROR_MORE_DATA);
    if (!local_atoms() || !set_ntstatus(RtlQueryAtomInAtomTable(local_table, atom, NULL, NULL, buffer, &bytes)))
        return 0;
    return bytes / sizeof(WCHAR);
}

/* --- of the session --- */

ATOM WINAPI GlobalAddAtomExW(const WCHAR *name, DWORD flags)
{
    RTL_ATOM atom = 0;

    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtAddAtom((WCHAR *)name, IS_INTRESOURCE(name) ? 0 : wcslen(name) * sizeof(WCHAR), &atom)) ? atom
                                                                                                                  : 0;
}

ATOM WINAPI GlobalAddAtomW(const WCHAR *name)
{
    return GlobalAddAtomExW(name, 0);
}

ATOM WINAPI GlobalFindAtomW(const WCHAR *name)
{
    RTL_ATOM atom = 0;

    return set_ntstatus(NtFindAtom((WCHAR *)name, IS_INTRESOURCE(name) ? 0 : wcslen(name) * sizeof(WCHAR), &atom))
               ? atom
               : 0;
}

ATOM WINAPI GlobalDeleteAtom(ATOM atom)
{
    return set_ntstatus(NtDeleteAtom(atom)) ? 0 : atom;
}

UINT WINAPI GlobalGetAtomNameW(ATOM atom, WCHAR *buffer, int size)
{
    struct {
        USHORT references, flags, length;
        WCHAR name[256];
    } info;
    UINT length;

    if (size <= 0)
        return fail(ERROR_MORE_DATA);
    if (!set_ntstatus(NtQueryInformationAtom(atom, 0, &info, sizeof(info), NULL)))
        return 0;
    length = min((UINT)size - 1, info.length / sizeof(WCHAR));
    memcpy(buffer, info.name, length * sizeof(WCHAR));
    buffer[length] = 0;
    if (length < info.length / sizeof(WCHAR))
        return fail(ERROR_MORE_DATA);
    return length;
}

/* --- with ANSI names --- */

static ATOM with_wide(const char *name, ATOM(WINAPI *function)(const WCHAR *))
{
    struct wide_arg wide;
    ATOM atom;

    if (IS_INTRESOURCE(name))
        return function((const WCHAR *)name);
    if (!wide_arg(&wide, name))
        return 0;
    atom = function(wide.str);
    wide_arg_free(&wide);
    return atom;
}

ATOM WINAPI AddAtomA(const char *name)
{
    return with_wide(name, AddAtomW);
}

ATOM WINAPI FindAtomA(const char *name)
{
    return with_wide(name, FindAtomW);
}

ATOM WINAPI GlobalAddAtomA(const char *name)
{
    return with_wide(name, GlobalAddAtomW);
}

ATOM WINAPI GlobalAddAtomExA(const char *name, DWORD flags)
{
    return flags ? fail(ERROR_INVALID_PARAMETER) : GlobalAddAtomA(name);
}

ATOM WINAPI GlobalFindAtomA(const char *name)
{
    return with_wide(name, GlobalFindAtomW);
}

/* A name that does not fit is cut; of session atoms that is an error. */
static UINT ansi_name(const WCHAR *name, UINT length, char *buffer, int size, BOOL may_cut)
{
    SIZE_T copied;

    if (!length)
        return 0;
    if (size <= 0)
        return fail(ERROR_MORE_DATA);
    copied = ansi_copy(buffer, size - 1, name, length);
    buffer[copied] = 0;
    return may_cut || ansi_size(name, length) < (SIZE_T)size ? copied : (UINT)fail(ERROR_MORE_DATA);
}

UINT WINAPI GetAtomNameA(ATOM atom, char *buffer, int size)
{
    WCHAR name[256];
    UINT length = GetAtomNameW(atom, name, ARRAY_SIZE(name));

    return ansi_name(name, length, buffer, size, TRUE);
}

UINT WINAPI GlobalGetAtomNameA(ATOM atom, char *buffer, int size)
{
    WCHAR name[256];
    UINT length = GlobalGetAtomNameW(atom, name, ARRAY_SIZE(name));

    return ansi_name(name, length, buffer, size, FALSE);
}
