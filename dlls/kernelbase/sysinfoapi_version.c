/* SPDX-License-Identifier: MIT */
/*
 * sysinfoapi_version.c: which Windows this is. GetVersion, GetVersionEx and VerifyVersionInfo say 6.2 (Windows 8) to programs
 * whose manifest does not name a later one as supported ("Targeting your application for Windows", GetVersionEx).
 */
#include "kernelbase_private.h"
#include "ntldr.h"

static const GUID windows_10 = { 0x8e0f7a12, 0xbfb3, 0x4fe8, { 0xb9, 0xa5, 0x48, 0xfd, 0x50, 0xa1, 0x5a, 0x9a } };
static const GUID windows_8_1 = { 0x1f676c76, 0x80e1, 0x4239, { 0x95, 0xbb, 0x83, 0xd0, 0xf6, 0xd0, 0xda, 0x78 } };

enum shown { SHOWN_UNKNOWN, SHOWN_8, SHOWN_8_1, SHOWN_TRUE };

/* What the process's manifest allows to see: asked once. */
static enum shown shown_version(void)
{
    static LONG known;
    ACTIVATION_CONTEXT_COMPATIBILITY_INFORMATION *info;
    enum shown shown = SHOWN_8;
    SIZE_T size = 0, needed = 0;
    NTSTATUS status;
    DWORD i;

    if (known)
        return known;
    status = RtlQueryInformationActivationContext(0, NULL, NULL, CompatibilityInformationInActivationContext, NULL, 0,
                                                  &size);
    if (size < sizeof(DWORD) || !(info = kb_alloc_zeroed(size)))
        return SHOWN_8;
    status = RtlQueryInformationActivationContext(0, NULL, NULL, CompatibilityInformationInActivationContext, info,
                                                  size, &needed);
    for (i = 0; NT_SUCCESS(status) && i < info->ElementCount; i++) {
        const COMPATIBILITY_CONTEXT_ELEMENT *element = &info->Elements[i];

        if (element->Type != ACTCTX_COMPATIBILITY_ELEMENT_TYPE_OS)
            continue;
        if (IsEqualGUID(&element->Id, &windows_10))
            shown = SHOWN_TRUE;
        else if (IsEqualGUID(&element->Id, &windows_8_1) && shown < SHOWN_8_1)
            shown = SHOWN_8_1;
    }
    kb_free(info);
    known = shown;
    return shown;
}

static void shown_info(OSVERSIONINFOEXW *info)
{
    info->dwOSVersionInfoSize = sizeof(*info);
    RtlGetVersion((RTL_OSVERSIONINFOW *)info);
    switch (shown_version()) {
    case SHOWN_TRUE:
        break;
    case SHOWN_8_1:
        info->dwMajorVersion = 6;
        info->dwMinorVersion = 3;
        info->dwBuildNumber = 9600;
        break;
    default:
        info->dwMajorVersion = 6;
        info->dwMinorVersion = 2;
        info->dwBuildNumber = 9200;
    }
}

DWORD WINAPI GetVersion(VOID)
{
    OSVERSIONINFOEXW info;

    shown_info(&info);
    return info.dwMajorVersion | info.dwMinorVersion << 8 | info.dwBuildNumber << 16;
}

BOOL WINAPI GetVersionExW(OSVERSIONINFOW *result)
{
    OSVERSIONINFOEXW info;
    DWORD size = result->dwOSVersionInfoSize;

    if (size != sizeof(OSVERSIONINFOW) && size != sizeof(OSVERSIONINFOEXW))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    shown_info(&info);
    info.dwOSVersionInfoSize = size;
    memcpy(result, &info, size);
    return TRUE;
}

BOOL WINAPI GetVersionExA(OSVERSIONINFOA *result)
{
    OSVERSIONINFOEXA *more = (OSVERSIONINFOEXA *)result;
    OSVERSIONINFOEXW info;

    if (result->dwOSVersionInfoSize != sizeof(OSVERSIONINFOA) &&
        result->dwOSVersionInfoSize != sizeof(OSVERSIONINFOEXA))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    shown_info(&info);
    result->dwMajorVersion = info.dwMajorVersion;
    result->dwMinorVersion = info.dwMinorVersion;
    result->dwBuildNumber = info.dwBuildNumber;
    result->dwPlatformId = info.dwPlatformId;
    result->szCSDVersion[ansi_copy(result->szCSDVersion, sizeof(result->szCSDVersion) - 1, info.szCSDVersion,
                                   wcslen(info.szCSDVersion))] = 0;
    if (result->dwOSVersionInfoSize == sizeof(OSVERSIONINFOEXA)) {
        more->wServicePackMajor = info.wServicePackMajor;
        more->wServicePackMinor = info.wServicePackMinor;
        more->wSuiteMask = info.wSuiteMask;
        more->wProductType = info.wProductType;
        more->wReserved = 0;
    }
    return TRUE;
}

/* --- VerifyVersionInfo --- */

static int compare(DWORD is, DWORD wanted)
{
    return is < wanted ? -1 : is > wanted;
}

static BOOL holds(int order, unsigned condition)
{
    switch (condition) {
    case VER_EQUAL:
        return !order;
    case VER_GREATER:
        return order > 0;
    case VER_GREATER_EQUAL:
        return order >= 0;
    case VER_LESS:
        return order < 0;
    case VER_LESS_EQUAL:
        return order <= 0;
    }
    return FALSE;
}

static unsigned condition_of(DWORDLONG mask, DWORD type)
{
    return mask >> (__builtin_ctz(type) * VER_NUM_BITS_PER_CONDITION_MASK) & VER_CONDITION_MASK;
}

BOOL WINAPI VerifyVersionInfoW(OSVERSIONINFOEXW *wanted, DWORD types, DWORDLONG mask)
{
    const DWORD versions = VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR | VER_SERVICEPACKMINOR;
    OSVERSIONINFOEXW is;
    NTSTATUS status;

    if (shown_version() == SHOWN_TRUE || !types || !mask) {
        status = RtlVerifyVersionInfo(wanted, types, mask);
    } else {
        shown_info(&is);
        /* The parts that do not depend on the version are ntdll's business. */
        status = types & ~(versions | VER_BUILDNUMBER)
                     ? RtlVerifyVersionInfo(wanted, types & ~(versions | VER_BUILDNUMBER), mask)
                     : STATUS_SUCCESS;
        if (!status && types & VER_BUILDNUMBER &&
            !holds(compare(is.dwBuildNumber, wanted->dwBuildNumber), condition_of(mask, VER_BUILDNUMBER)))
            status = STATUS_REVISION_MISMATCH;
        if (!status && types & versions) {
            const struct {
                DWORD type, is, wanted;
            } parts[] = {
                { VER_MAJORVERSION, is.dwMajorVersion, wanted->dwMajorVersion },
                { VER_MINORVERSION, is.dwMinorVersion, wanted->dwMinorVersion },
                { VER_SERVICEPACKMAJOR, is.wServicePackMajor, wanted->wServicePackMajor },
                { VER_SERVICEPACKMINOR, is.wServicePackMinor, wanted->wServicePackMinor },
            };
            unsigned condition = 0, i;
            int order = 0;

            /* Hierarchically: the first part that differs decides, by the first part's condition. */
            for (i = 0; i < ARRAY_SIZE(parts) && !order; i++) {
                if (!(types & parts[i].type))
                    continue;
                if (!condition || condition == VER_EQUAL)
                    condition = condition_of(mask, parts[i].type);
                order = compare(parts[i].is, parts[i].wanted);
            }
            if (!holds(order, condition))
                status = STATUS_REVISION_MISMATCH;
        }
    }
    if (status == STATUS_INVALID_PARAMETER)
        return fail(ERROR_BAD_ARGUMENTS);
    return status == STATUS_REVISION_MISMATCH ? fail(ERROR_OLD_WIN_VERSION) : set_ntstatus(status);
}

BOOL WINAPI VerifyVersionInfoA(OSVERSIONINFOEXA *wanted, DWORD types, DWORDLONG mask)
{
    OSVERSIONINFOEXW wide = {
        .dwOSVersionInfoSize = sizeof(wide),
        .dwMajorVersion = wanted->dwMajorVersion,
        .dwMinorVersion = wanted->dwMinorVersion,
        .dwBuildNumber = wanted->dwBuildNumber,
        .dwPlatformId = wanted->dwPlatformId,
        .wServicePackMajor = wanted->wServicePackMajor,
        .wServicePackMinor = wanted->wServicePackMinor,
        .wSuiteMask = wanted->wSuiteMask,
        .wProductType = wanted->wProductType,
    };

    return VerifyVersionInfoW(&wide, types, mask);
}

/* The edition, as far as one of this version has it. */
BOOL WINAPI GetProductInfo(DWORD major, DWORD minor, DWORD sp_major, DWORD sp_minor, DWORD *type)
{
    (void)minor, (void)sp_major, (void)sp_minor;
    if (!type)
        return FALSE;
    *type = PRODUCT_UNDEFINED;
    if (major < 6)
        return FALSE; /* documented: the major version must be 6 or more */
    *type = PRODUCT_PROFESSIONAL;
    return TRUE;
}

BOOL WINAPI GetOsSafeBootMode(DWORD *flags)
{
    if (!flags)
        return fail(ERROR_INVALID_PARAMETER);
    *flags = 0; /* no safe mode */
    return TRUE;
}
