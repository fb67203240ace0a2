/* SPDX-License-Identifier: MIT */
/* rtlversion.c: the version of the system, the processor, encoded pointers. */
#include "rtl_private.h"

VOID NTAPI RtlGetNtVersionNumbers(ULONG *major, ULONG *minor, ULONG *build)
{
    if (major)
        *major = NT_MAJOR_VERSION;
    if (minor)
        *minor = NT_MINOR_VERSION;
    if (build)
        *build = NT_BUILD_NUMBER | 0xf0000000; /* a free (not a checked) build */
}

NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *info)
{
    PEB *peb = nt_peb();

    info->dwMajorVersion = peb->OSMajorVersion;
    info->dwMinorVersion = peb->OSMinorVersion;
    info->dwBuildNumber = peb->OSBuildNumber;
    info->dwPlatformId = VER_PLATFORM_WIN32_NT;
    info->szCSDVersion[0] = 0;
    if (info->dwOSVersionInfoSize == sizeof(RTL_OSVERSIONINFOEXW)) {
        RTL_OSVERSIONINFOEXW *more = (RTL_OSVERSIONINFOEXW *)info;

        more->wServicePackMajor = more->wServicePackMinor = 0;
        more->wSuiteMask = VER_SUITE_SINGLEUSERTS;
        more->wProductType = VER_NT_WORKSTATION;
        more->wReserved = 0;
    }
    return STATUS_SUCCESS;
}

/* A condition for one field is three bits of the mask, in the order of the VER_* bits. */
#define CONDITION_BITS 3

ULONGLONG NTAPI VerSetConditionMask(ULONGLONG mask, DWORD type, BYTE condition)
{
    for (ULONG i = 0; i < 8; i++) {
        /* The highest bit that is set decides. */
        ULONG bit = 7 - i;

        if (type & (1u << bit))
            return mask | (ULONGLONG)(condition & 7) << (bit * CONDITION_BITS);
    }
    return mask;
}

static ULONG condition_of(ULONGLONG mask, ULONG type)
{
    return (ULONG)(mask >> ((ULONG)__builtin_ctz(type) * CONDITION_BITS)) & 7;
}

/* < 0, 0, > 0 as the system's value is less than, equal to, greater than the asked-for one. */
static int order(ULONG system, ULONG asked)
{
    return system < asked ? -1 : system > asked;
}

static bool holds(int result, ULONG condition)
{
    switch (condition) {
    case VER_EQUAL:
        return result == 0;
    case VER_GREATER:
        return result > 0;
    case VER_GREATER_EQUAL:
        return result >= 0;
    case VER_LESS:
        return result < 0;
    case VER_LESS_EQUAL:
        return result <= 0;
    default:
        return false;
    }
}

NTSTATUS NTAPI RtlVerifyVersionInfo(RTL_OSVERSIONINFOEXW *info, ULONG types, ULONGLONG mask)
{
    RTL_OSVERSIONINFOEXW now = { .dwOSVersionInfoSize = sizeof(now) };
    ULONG condition;
    int result = 0;

    RtlGetVersion((RTL_OSVERSIONINFOW *)&now);
    if (!types || !mask)
        return STATUS_INVALID_PARAMETER;
    if (types & VER_PRODUCT_TYPE &&
        !holds(order(now.wProductType, info->wProductType), condition_of(mask, VER_PRODUCT_TYPE)))
        return STATUS_REVISION_MISMATCH;
    if (types & VER_SUITENAME) {
        switch (condition_of(mask, VER_SUITENAME)) {
        case VER_AND:
            if ((info->wSuiteMask & now.wSuiteMask) != info->wSuiteMask)
                return STATUS_REVISION_MISMATCH;
            break;
        case VER_OR:
            if (!(info->wSuiteMask & now.wSuiteMask) && info->wSuiteMask)
                return STATUS_REVISION_MISMATCH;
            break;
        default:
            return STATUS_INVALID_PARAMETER;
        }
    }
    if (types & VER_PLATFORMID &&
        !holds(order(now.dwPlatformId, info->dwPlatformId), condition_of(mask, VER_PLATFORMID)))
        return STATUS_REVISION_MISMATCH;
    if (types & VER_BUILDNUMBER &&
        !holds(order(now.dwBuildNumber, info->dwBuildNumber), condition_of(mask, VER_BUILDNUMBER)))
        return STATUS_REVISION_MISMATCH;

    /* The version proper is compared hierarchically, by the condition of its first part (VerifyVersionInfo). */
    if (!(types & (VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR | VER_SERVICEPACKMINOR)))
        return STATUS_SUCCESS;
    condition = types & VER_MAJORVERSION       ? condition_of(mask, VER_MAJORVERSION)
                : types & VER_MINORVERSION     ? condition_of(mask, VER_MINORVERSION)
                : types & VER_SERVICEPACKMAJOR ? condition_of(mask, VER_SERVICEPACKMAJOR)
                                               : condition_of(mask, VER_SERVICEPACKMINOR);
    if (types & VER_MAJORVERSION)
        result = order(now.dwMajorVersion, info->dwMajorVersion);
    if (!result && types & VER_MINORVERSION)
        result = order(now.dwMinorVersion, info->dwMinorVersion);
    if (!result && types & VER_SERVICEPACKMAJOR)
        result = order(now.wServicePackMajor, info->wServicePackMajor);
    if (!result && types & VER_SERVICEPACKMINOR)
        result = order(now.wServicePackMinor, info->wServicePackMinor);
    return holds(result, condition) ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}

NTSTATUS NTAPI RtlGetNativeSystemInformation(ULONG class, PVOID info, ULONG length, ULONG *needed);
NTSTATUS NTAPI RtlGetNativeSystemInformation(ULONG class, PVOID info, ULONG length, ULONG *needed)
{
    return NtQuerySystemInformation(class, info, length, needed);
}

BOOLEAN NTAPI RtlGetProductInfo(DWORD major, DWORD minor, DWORD sp_major, DWORD sp_minor, DWORD *type)
{
    (void)minor;
    (void)sp_major;
    (void)sp_minor;
    if (!type || major < 6)
        return FALSE;
    *type = PRODUCT_PROFESSIONAL;
    return TRUE;
}

BOOLEAN NTAPI RtlGetNtProductType(ULONG *type);
BOOLEAN NTAPI RtlGetNtProductType(ULONG *type)
{
    *type = VER_NT_WORKSTATION;
    return TRUE;
}

/* --- the processor --- */

BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature)
{
    /* KUSER_SHARED_DATA.ProcessorFeatures */
    return feature < 64 && ((const BOOLEAN *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x274))[feature];
}

ULONG NTAPI RtlGetCurrentProcessorNumber(VOID)
{
    unsigned cpu;

    /* Linux keeps the number of the processor in the limit of a segment for this purpose (vgetcpu), in its lower bits. */
    __asm__("lsl %1,%0" : "=r"(cpu) : "r"(0x7b));
    return cpu & 0xfff;
}

VOID NTAPI RtlGetCurrentProcessorNumberEx(PROCESSOR_NUMBER *number)
{
    ULONG cpu = RtlGetCurrentProcessorNumber();

    number->Group = (WORD)(cpu / 64);
    number->Number = (BYTE)(cpu % 64);
    number->Reserved = 0;
}

/* --- pointers that are kept encoded, so that overwriting them does not help --- */

static ULONG_PTR encode(ULONG_PTR value, ULONG cookie)
{
    value ^= cookie;
    return value >> (cookie & 63) | value << (-cookie & 63);
}

static ULONG_PTR decode(ULONG_PTR value, ULONG cookie)
{
    value = value << (cookie & 63) | value >> (-cookie & 63);
    return value ^ cookie;
}

static ULONG process_cookie(void)
{
    static ULONG cookie;

    if (!cookie) {
        ULONG value = 0;

        if (!rtl_core.clock_gettime)
            rtl_core_init();
        rtl_core.getrandom(&value, sizeof(value), 0);
        value |= 1;

        ULONG none = 0;

        __atomic_compare_exchange_n(&cookie, &none, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
    return cookie;
}

static ULONG system_cookie(void)
{
    return *(const volatile ULONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x330);
}

PVOID NTAPI RtlEncodePointer(PVOID ptr)
{
    return (PVOID)encode((ULONG_PTR)ptr, process_cookie());
}

PVOID NTAPI RtlDecodePointer(PVOID ptr)
{
    return (PVOID)decode((ULONG_PTR)ptr, process_cookie());
}

PVOID NTAPI RtlEncodeSystemPointer(PVOID ptr)
{
    return (PVOID)encode((ULONG_PTR)ptr, system_cookie());
}

PVOID NTAPI RtlDecodeSystemPointer(PVOID ptr)
{
    return (PVOID)decode((ULONG_PTR)ptr, system_cookie());
}
