/* SPDX-License-Identifier: MIT */
/*
 * rtlenv.c: the environment: a block of NAME=value strings in the order of their upper-cased names, ended by an empty one.
 * The process's own is changed under the PEB lock; PEB.ProcessParameters->EnvironmentSize is what has been allocated for
 * it. Blocks are from the process heap, but for the one that the process was started with.
 */
#include "rtlnls.h"

static RTL_USER_PROCESS_PARAMETERS *params(void)
{
    return nt_peb()->ProcessParameters;
}

/* In characters, with the final zero. */
static SIZE_T block_length(const WCHAR *env)
{
    const WCHAR *s = env;

    while (*s)
        s += wcslen(s) + 1;
    /* An empty block is two zeros in Windows; one is all that readers need. */
    return (SIZE_T)(s - env) + 1;
}

/* Names may begin with '=' ("=C:"); the next one ends them. */
static SIZE_T name_length(const WCHAR *entry)
{
    SIZE_T n = *entry == '=' ? 1 : 0;

    while (entry[n] && entry[n] != '=')
        n++;
    return n;
}

/* The entry of that name, or NULL and where it would belong. */
static WCHAR *find(WCHAR *env, const WCHAR *name, SIZE_T length, WCHAR **place)
{
    for (WCHAR *s = env;; s += wcslen(s) + 1) {
        LONG order = *s ? RtlCompareUnicodeStrings(s, name_length(s), name, length, TRUE) : 1;

        if (!order)
            return s;
        /* Blocks that others made need not be sorted: all entries are looked at, the first greater one is the place. */
        if (order > 0 && place && !*place)
            *place = s;
        if (!*s)
            return NULL;
    }
}

NTSTATUS NTAPI RtlCreateEnvironmentEx(PVOID source, PVOID *environment, ULONG flags)
{
    SIZE_T size;
    WCHAR *env;
    bool own = !source;

    if (flags & ~1u)
        return STATUS_INVALID_PARAMETER;
    if (own)
        RtlAcquirePebLock();
    if (own && !(flags & 1))
        source = params()->Environment;
    size = source ? block_length(source) * sizeof(WCHAR) : sizeof(WCHAR);
    env = heap_alloc_zero(size + sizeof(WCHAR));
    if (env && source)
        memcpy(env, source, size);
    if (own)
        RtlReleasePebLock();
    if (!env)
        return STATUS_NO_MEMORY;
    *environment = env;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN clone, PVOID *environment)
{
    return RtlCreateEnvironmentEx(NULL, environment, clone ? 0 : 1);
}

NTSTATUS NTAPI RtlDestroyEnvironment(PVOID environment)
{
    heap_free(environment);
    return STATUS_SUCCESS;
}

static WCHAR *initial_environment; /* not from the heap */

void rtl_env_init(void)
{
    initial_environment = params()->Environment;
    if (initial_environment && !params()->EnvironmentSize)
        params()->EnvironmentSize = block_length(initial_environment) * sizeof(WCHAR);
}

static void free_block(WCHAR *env)
{
    if (env != initial_environment)
        heap_free(env);
}

VOID NTAPI RtlSetCurrentEnvironment(PVOID environment, PVOID *previous)
{
    WCHAR *old;

    RtlAcquirePebLock();
    old = params()->Environment;
    params()->Environment = environment;
    params()->EnvironmentSize = block_length(environment) * sizeof(WCHAR);
    params()->EnvironmentVersion++;
    RtlReleasePebLock();
    if (previous)
        *previous = old;
    else
        free_block(old);
}

NTSTATUS NTAPI RtlSetEnvironmentStrings(const WCHAR *environment, SIZE_T size)
{
    SIZE_T length = size / sizeof(WCHAR);
    PVOID env;
    NTSTATUS status;

    /* Whole entries, each with a name, ended by an empty one. */
    if (size & 1 || !length || environment[length - 1] || (length > 1 && environment[length - 2]))
        return STATUS_INVALID_PARAMETER;
    for (const WCHAR *s = environment; *s; s += wcslen(s) + 1) {
        if (s[name_length(s)] != '=' || (!name_length(s)))
            return STATUS_INVALID_PARAMETER;
    }
    status = RtlCreateEnvironmentEx((PVOID)environment, &env, 0);
    if (NT_SUCCESS(status))
        RtlSetCurrentEnvironment(env, NULL);
    return status;
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID environment, const WCHAR *name, SIZE_T length, PWSTR value,
                                           SIZE_T size, SIZE_T *return_length)
{
    NTSTATUS status = STATUS_VARIABLE_NOT_FOUND;
    WCHAR *env = environment, *entry;

    if (!env) {
        RtlAcquirePebLock();
        env = params()->Environment;
    }
    *return_length = 0;
    entry = length && env ? find(env, name, length, NULL) : NULL;
    if (entry && entry[length] == '=') {
        SIZE_T count = wcslen(entry += length + 1);

        if (count < size || (count == size && !value)) {
            /* A value that fits without its zero is not enough: callers want the zero. */
            if (value)
                memcpy(value, entry, (count + 1) * sizeof(WCHAR));
            *return_length = count;
            status = STATUS_SUCCESS;
        } else {
            *return_length = count + 1;
            status = STATUS_BUFFER_TOO_SMALL;
        }
    }
    if (!environment)
        RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID environment, const UNICODE_STRING *name, UNICODE_STRING *value)
{
    SIZE_T length = name->Length / sizeof(WCHAR);
    NTSTATUS status = STATUS_VARIABLE_NOT_FOUND;
    WCHAR *env = environment, *entry;

    if (!env) {
        RtlAcquirePebLock();
        env = params()->Environment;
    }
    entry = length && env ? find(env, name->Buffer, length, NULL) : NULL;
    if (entry && entry[length] == '=') {
        SIZE_T size = wcslen(entry += length + 1) * sizeof(WCHAR);

        value->Length = (USHORT)size;
        status = STATUS_SUCCESS;
        if (size > value->MaximumLength)
            status = STATUS_BUFFER_TOO_SMALL;
        else
            memcpy(value->Buffer, entry, size + (size + sizeof(WCHAR) <= value->MaximumLength ? sizeof(WCHAR) : 0));
    }
    if (!environment)
        RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *environment, const WCHAR *name, SIZE_T length, const WCHAR *value,
                                    SIZE_T value_length)
{
    WCHAR *env, *entry, *place = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    SIZE_T total, old, new, at, room;

    if (!length)
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T i = 1; i < length; i++) {
        if (name[i] == '=')
            return STATUS_INVALID_PARAMETER;
    }
    RtlAcquirePebLock();
    env = environment ? *environment : params()->Environment;
    entry = env ? find(env, name, length, &place) : NULL;
    total = env ? block_length(env) : 1;
    old = entry ? wcslen(entry) + 1 : 0;
    new = value ? length + value_length + 2 : 0;
    at = !env ? 0 : (SIZE_T)((entry ? entry : place) - env);
    if (!value && !entry)
        goto done; /* removing what is not there is a success */

    room = environment ? (env ? RtlSizeHeap(nt_peb()->ProcessHeap, 0, env) : 0) : params()->EnvironmentSize;
    if ((total - old + new) * sizeof(WCHAR) > room || !env) {
        SIZE_T size = (total - old + new) * sizeof(WCHAR);
        WCHAR *bigger;

        /* Room to grow for the process's block: programs set many, one after the other. */
        if (!environment)
            size += size / 4 + 256;
        if (!(bigger = heap_alloc(size + sizeof(WCHAR)))) {
            status = STATUS_NO_MEMORY;
            goto done;
        }
        if (env)
            memcpy(bigger, env, total * sizeof(WCHAR));
        else
            *bigger = 0;
        if (environment) {
            heap_free(env);
            *environment = bigger;
        } else {
            free_block(env);
            params()->Environment = bigger;
            params()->EnvironmentSize = size;
        }
        env = bigger;
    }
    memmove(env + at + new, env + at + old, (total - at - old) * sizeof(WCHAR));
    if (value) {
        memcpy(env + at, name, length * sizeof(WCHAR));
        env[at + length] = '=';
        memcpy(env + at + length + 1, value, value_length * sizeof(WCHAR));
        env[at + new - 1] = 0;
    }
    if (!environment)
        params()->EnvironmentVersion++;
done:
    RtlReleasePebLock();
    return status;
}

NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *environment, const UNICODE_STRING *name, const UNICODE_STRING *value)
{
    return RtlSetEnvironmentVar(environment, name->Buffer, name->Length / sizeof(WCHAR), value ? value->Buffer : NULL,
                                value ? value->Length / sizeof(WCHAR) : 0);
}

/* Replaces %NAME%; what is no variable stays as it is. Lengths are in characters, the result's with its zero. */
NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID environment, const WCHAR *src, SIZE_T src_length, PWSTR dst,
                                           SIZE_T dst_length, SIZE_T *return_length)
{
    const WCHAR *end = src + src_length;
    WCHAR *env = environment;
    SIZE_T total = 0;
    bool fits = true;

    if (!env) {
        RtlAcquirePebLock();
        env = params()->Environment;
    }
    while (src < end) {
        const WCHAR *piece = src, *entry = NULL;
        SIZE_T length;

        if (*src == '%') {
            const WCHAR *stop = src + 1;

            while (stop < end && *stop != '%')
                stop++;
            length = (SIZE_T)(stop - src - 1);
            if (stop < end && length && env)
                entry = find(env, src + 1, length, NULL);
            if (entry) {
                piece = entry + length + 1;
                length = wcslen(piece);
                src = stop + 1;
            } else {
                /* The second % may begin a variable. */
                length = (SIZE_T)(stop - src);
                src = stop;
            }
        } else {
            while (src < end && *src != '%')
                src++;
            length = (SIZE_T)(src - piece);
        }
        if (fits && total + length < dst_length)
            memcpy(dst + total, piece, length * sizeof(WCHAR));
        else
            fits = false;
        total += length;
    }
    if (!environment)
        RtlReleasePebLock();
    if (return_length)
        *return_length = total + 1;
    if (!fits || !dst_length)
        return STATUS_BUFFER_TOO_SMALL;
    dst[total] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID environment, const UNICODE_STRING *src, UNICODE_STRING *dst,
                                             ULONG *return_length)
{
    SIZE_T length = 0;
    NTSTATUS status = RtlExpandEnvironmentStrings(environment, src->Buffer, src->Length / sizeof(WCHAR), dst->Buffer,
                                                  dst->MaximumLength / sizeof(WCHAR), &length);

    if (return_length)
        *return_length = (ULONG)(length * sizeof(WCHAR));
    if (length * sizeof(WCHAR) > 0xffff)
        return NT_SUCCESS(status) ? STATUS_BUFFER_TOO_SMALL : status;
    if (NT_SUCCESS(status))
        dst->Length = (USHORT)((length - 1) * sizeof(WCHAR));
    return status;
}
