/* SPDX-License-Identifier: MIT */
/* winbase_actctx.c: activation contexts, which ntdll keeps (actctx*.c). */
#include "kernelbase_private.h"
#include "ntldr.h"

HANDLE WINAPI CreateActCtxW(const ACTCTXW *info)
{
    HANDLE context = INVALID_HANDLE_VALUE;

    /* With ACTCTX_FLAG_SET_PROCESS_DEFAULT a success gives no handle. */
    return set_ntstatus(RtlCreateActivationContext(&context, info)) ? context : INVALID_HANDLE_VALUE;
}

/* A resource's name may be a number. */
static BOOL resource_name_arg(struct wide_arg *arg, const char *name)
{
    if (!IS_INTRESOURCE(name))
        return wide_arg(arg, name);
    arg->str = (WCHAR *)name;
    return TRUE;
}

HANDLE WINAPI CreateActCtxA(const ACTCTXA *info)
{
    enum { SOURCE, DIRECTORY, RESOURCE, APPLICATION, COUNT };
    ACTCTXW wide = { .cbSize = sizeof(wide) };
    HANDLE context = INVALID_HANDLE_VALUE;
    struct wide_arg *args;
    int i;

    if (!info || info->cbSize < offsetof(ACTCTXA, lpAssemblyDirectory)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!(args = kb_alloc_zeroed(COUNT * sizeof(*args)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    wide.dwFlags = info->dwFlags;
    if (!wide_file_arg(&args[SOURCE], info->lpSource))
        goto done;
    wide.lpSource = args[SOURCE].str;
    if (wide.dwFlags & ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID)
        wide.wProcessorArchitecture = info->wProcessorArchitecture;
    if (wide.dwFlags & ACTCTX_FLAG_LANGID_VALID)
        wide.wLangId = info->wLangId;
    if (wide.dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID) {
        if (!wide_file_arg(&args[DIRECTORY], info->lpAssemblyDirectory))
            goto done;
        wide.lpAssemblyDirectory = args[DIRECTORY].str;
    }
    if (wide.dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID) {
        if (!resource_name_arg(&args[RESOURCE], info->lpResourceName))
            goto done;
        wide.lpResourceName = args[RESOURCE].str;
    }
    if (wide.dwFlags & ACTCTX_FLAG_APPLICATION_NAME_VALID) {
        if (!wide_arg(&args[APPLICATION], info->lpApplicationName))
            goto done;
        wide.lpApplicationName = args[APPLICATION].str;
    }
    if (wide.dwFlags & ACTCTX_FLAG_HMODULE_VALID)
        wide.hModule = info->hModule;
    context = CreateActCtxW(&wide);
done:
    if (IS_INTRESOURCE(args[RESOURCE].str))
        args[RESOURCE].str = NULL;
    for (i = 0; i < COUNT; i++)
        wide_arg_free(&args[i]);
    kb_free(args);
    return context;
}

VOID WINAPI AddRefActCtx(HANDLE context)
{
    RtlAddRefActivationContext(context);
}

VOID WINAPI ReleaseActCtx(HANDLE context)
{
    RtlReleaseActivationContext(context);
}

BOOL WINAPI ZombifyActCtx(HANDLE context)
{
    return set_ntstatus(RtlZombifyActivationContext(context));
}

BOOL WINAPI ActivateActCtx(HANDLE context, ULONG_PTR *cookie)
{
    return set_ntstatus(RtlActivateActivationContext(0, context, cookie));
}

BOOL WINAPI DeactivateActCtx(DWORD flags, ULONG_PTR cookie)
{
    if (flags & ~DEACTIVATE_ACTCTX_FLAG_FORCE_EARLY_DEACTIVATION)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(RtlDeactivateActivationContext(flags, cookie));
}

BOOL WINAPI GetCurrentActCtx(HANDLE *context)
{
    return set_ntstatus(RtlGetActiveActivationContext(context));
}

BOOL WINAPI FindActCtxSectionStringW(DWORD flags, const GUID *extension, ULONG section, const WCHAR *name,
                                     ACTCTX_SECTION_KEYED_DATA *data)
{
    UNICODE_STRING string;

    if (!data || data->cbSize < offsetof(ACTCTX_SECTION_KEYED_DATA, ulAssemblyRosterIndex))
        return fail(ERROR_INVALID_PARAMETER);
    RtlInitUnicodeString(&string, name);
    return set_ntstatus(RtlFindActivationContextSectionString(flags, extension, section, &string, data));
}

BOOL WINAPI FindActCtxSectionStringA(DWORD flags, const GUID *extension, ULONG section, const char *name,
                                     ACTCTX_SECTION_KEYED_DATA *data)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, name))
        return FALSE;
    result = FindActCtxSectionStringW(flags, extension, section, wide.str, data);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI FindActCtxSectionGuid(DWORD flags, const GUID *extension, ULONG section, const GUID *guid,
                                  ACTCTX_SECTION_KEYED_DATA *data)
{
    if (!data || data->cbSize < offsetof(ACTCTX_SECTION_KEYED_DATA, ulAssemblyRosterIndex))
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(RtlFindActivationContextSectionGuid(flags, extension, section, guid, data));
}

BOOL WINAPI QueryActCtxW(DWORD flags, HANDLE context, void *sub_instance, ULONG class, void *buffer, SIZE_T size,
                         SIZE_T *needed)
{
    ULONG rtl = flags & QUERY_ACTCTX_FLAG_NO_ADDREF ? RTL_QUERY_ACTCTX_NO_ADDREF : 0;

    /* At most one of the three says what `context` is. */
    switch (flags & ~(DWORD)QUERY_ACTCTX_FLAG_NO_ADDREF) {
    case 0:
        break;
    case QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX:
        rtl |= RTL_QUERY_ACTCTX_USE_ACTIVE;
        break;
    case QUERY_ACTCTX_FLAG_ACTCTX_IS_HMODULE:
        rtl |= RTL_QUERY_ACTCTX_IS_MODULE;
        break;
    case QUERY_ACTCTX_FLAG_ACTCTX_IS_ADDRESS:
        rtl |= RTL_QUERY_ACTCTX_IS_ADDRESS;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return set_ntstatus(RtlQueryInformationActivationContext(rtl, context, sub_instance, class, buffer, size, needed));
}

BOOL WINAPI QueryActCtxSettingsW(DWORD flags, HANDLE context, const WCHAR *name_space, const WCHAR *name, WCHAR *buffer,
                                 SIZE_T size, SIZE_T *needed)
{
    return set_ntstatus(
        RtlQueryActivationContextApplicationSettings(flags, context, name_space, name, buffer, size, needed));
}
