/* SPDX-License-Identifier: MIT */
/* rtlapp.c: packages, placeholders of cloud files, kinds of devices and of editions: what an ordinary desktop answers. */
#include "ntdll_private.h"
#include "nt_file.h"
#include "ntrtl.h"

/* --- packages: no program has an identity --- */

NTSTATUS NTAPI RtlQueryPackageIdentityEx(HANDLE token, WCHAR *name, SIZE_T *name_size, WCHAR *app, SIZE_T *app_size,
                                         GUID *dynamic_id, ULONGLONG *flags)
{
    (void)token, (void)dynamic_id, (void)flags;
    if ((name && !name_size) || (app && !app_size))
        return STATUS_INVALID_PARAMETER;
    return STATUS_NOT_FOUND;
}

NTSTATUS NTAPI RtlQueryPackageIdentity(HANDLE token, WCHAR *name, SIZE_T *name_size, WCHAR *app, SIZE_T *app_size,
                                       BOOLEAN *packaged)
{
    if (packaged)
        *packaged = FALSE;
    return RtlQueryPackageIdentityEx(token, name, name_size, app, app_size, NULL, NULL);
}

/* --- placeholders (ntifs.h) --- */

#define CLOUD_TAG      0x9000001au
#define CLOUD_TAG_MASK 0x0000f000u
#define RECALL         (0x00040000u | 0x00400000u) /* FILE_ATTRIBUTE_RECALL_ON_OPEN, _ON_DATA_ACCESS */

enum { PHCM_APPLICATION_DEFAULT, PHCM_DISGUISE, PHCM_EXPOSE, PHCM_ERROR_INVALID_PARAMETER = -1 };

BOOLEAN NTAPI RtlIsCloudFilesPlaceholder(ULONG attributes, ULONG tag)
{
    return attributes & FILE_ATTRIBUTE_REPARSE_POINT && (tag & ~CLOUD_TAG_MASK) == CLOUD_TAG;
}

/* One whose contents are not all there. */
BOOLEAN NTAPI RtlIsPartialPlaceholder(ULONG attributes, ULONG tag)
{
    return RtlIsCloudFilesPlaceholder(attributes, tag) && attributes & RECALL;
}

NTSTATUS NTAPI RtlIsPartialPlaceholderFileHandle(HANDLE file, BOOLEAN *partial)
{
    FILE_ATTRIBUTE_TAG_INFORMATION info;
    IO_STATUS_BLOCK io;
    NTSTATUS status = NtQueryInformationFile(file, &io, &info, sizeof(info), FileAttributeTagInformation);

    if (!status)
        *partial = RtlIsPartialPlaceholder(info.FileAttributes, info.ReparseTag);
    return status;
}

/* Of what NtQueryInformationFile or NtQueryDirectoryFile has returned; entries that do not tell the tag will not do. */
NTSTATUS NTAPI RtlIsPartialPlaceholderFileInfo(const void *info, FILE_INFORMATION_CLASS class, BOOLEAN *partial)
{
    const ULONG *fields = info;
    unsigned attributes, tag;

    switch ((ULONG) class) {
    case FileAttributeTagInformation:
        attributes = 0;
        tag = 4;
        break;
    case FileFullDirectoryInformation:
    case FileBothDirectoryInformation:
    case FileIdFullDirectoryInformation:
    case FileIdBothDirectoryInformation:
        attributes = 56;
        tag = 64; /* the size of extended attributes, which a file with a reparse point has not */
        break;
    case FileIdExtdDirectoryInformation:
    case FileIdExtdBothDirectoryInformation:
        attributes = 56;
        tag = 68;
        break;
    case FileStatInformation:
        attributes = 56;
        tag = 60;
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    *partial = RtlIsPartialPlaceholder(fields[attributes / 4], fields[tag / 4]);
    return STATUS_SUCCESS;
}

CHAR NTAPI RtlQueryThreadPlaceholderCompatibilityMode(VOID)
{
    return nt_teb()->PlaceholderCompatibilityMode;
}

CHAR NTAPI RtlSetThreadPlaceholderCompatibilityMode(CHAR mode)
{
    CHAR old = nt_teb()->PlaceholderCompatibilityMode;

    if (mode < PHCM_APPLICATION_DEFAULT || mode > PHCM_EXPOSE)
        return PHCM_ERROR_INVALID_PARAMETER;
    nt_teb()->PlaceholderCompatibilityMode = mode;
    return old;
}

static CHAR process_mode = PHCM_APPLICATION_DEFAULT;

CHAR NTAPI RtlQueryProcessPlaceholderCompatibilityMode(VOID)
{
    return process_mode;
}

CHAR NTAPI RtlSetProcessPlaceholderCompatibilityMode(CHAR mode)
{
    if (mode < PHCM_APPLICATION_DEFAULT || mode > PHCM_EXPOSE)
        return PHCM_ERROR_INVALID_PARAMETER;
    return (CHAR)__atomic_exchange_n(&process_mode, mode, __ATOMIC_SEQ_CST);
}

/* --- triggers of background tasks (ntddk.h) --- */

typedef struct {
    ULONG Size;
    const WCHAR *TriggerId;
} CUSTOM_SYSTEM_EVENT_TRIGGER_CONFIG;

/* There are no background tasks, hence nobody who subscribes: the documented status for that. */
NTSTATUS NTAPI RtlRaiseCustomSystemEventTrigger(const CUSTOM_SYSTEM_EVENT_TRIGGER_CONFIG *config)
{
    if (!config || config->Size != sizeof(*config) || !config->TriggerId)
        return STATUS_INVALID_PARAMETER;
    return STATUS_INSTANCE_NOT_AVAILABLE;
}

/* --- the edition and the device --- */

BOOLEAN NTAPI RtlIsMultiSessionSku(VOID)
{
    return FALSE;
}

BOOLEAN NTAPI RtlIsStateSeparationEnabled(VOID)
{
    return FALSE;
}

/* Nothing is redirected: the caller's default is where the state is. */
NTSTATUS NTAPI RtlGetPersistedStateLocation(const WCHAR *source, const WCHAR *value, const WCHAR *default_path,
                                            ULONG type, WCHAR *target, ULONG size, ULONG *needed)
{
    ULONG length;

    (void)value, (void)type;
    if (!source)
        return STATUS_INVALID_PARAMETER;
    if (!default_path)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    length = (ULONG)((wcslen(default_path) + 1) * sizeof(WCHAR));
    if (needed)
        *needed = length;
    if (!target || size < length)
        return STATUS_BUFFER_OVERFLOW;
    memcpy(target, default_path, length);
    return STATUS_SUCCESS;
}

/* A desktop computer of unknown form; the version is four numbers of 16 bits. */
VOID NTAPI RtlGetDeviceFamilyInfoEnum(ULONGLONG *version, ULONG *family, ULONG *form)
{
    OSVERSIONINFOW info = { .dwOSVersionInfoSize = sizeof(info) };

    RtlGetVersion((RTL_OSVERSIONINFOW *)&info);
    if (version)
        *version = (ULONGLONG)info.dwMajorVersion << 48 | (ULONGLONG)info.dwMinorVersion << 32 |
                   (ULONGLONG)info.dwBuildNumber << 16;
    if (family)
        *family = 3; /* DEVICEFAMILYINFOENUM_DESKTOP */
    if (form)
        *form = 0;
}

/* `size`, in bytes, becomes what the text takes with its end; false if it does not fit. */
static bool family_text(DWORD *size, WCHAR *to, const WCHAR *text)
{
    DWORD needed = (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)), had = *size;

    *size = needed;
    if (!to || had < needed)
        return false;
    memcpy(to, text, needed);
    return true;
}

/* The same in words */
DWORD NTAPI RtlConvertDeviceFamilyInfoToString(DWORD *family_size, DWORD *form_size, PWSTR family, PWSTR form)
{
    bool fits;

    if (!family_size || !form_size)
        return (DWORD)STATUS_INVALID_PARAMETER;
    fits = family_text(family_size, family, L"Windows.Desktop");
    fits &= family_text(form_size, form, L"Unknown");
    return fits ? STATUS_SUCCESS : (DWORD)STATUS_BUFFER_TOO_SMALL;
}
