/* SPDX-License-Identifier: MIT */
/* nt_registry.h: structures, classes and constants of the registry system calls that mingw-w64's public headers do not declare for
 * PE code, or that native code needs. Included by nt.h on both sides. */
#ifndef TRANSOM_NT_REGISTRY_H
#define TRANSOM_NT_REGISTRY_H

/* --- what winnt.h and winreg.h declare for PE code --- */
#ifndef _WIN32
#define KEY_QUERY_VALUE        0x0001
#define KEY_SET_VALUE          0x0002
#define KEY_CREATE_SUB_KEY     0x0004
#define KEY_ENUMERATE_SUB_KEYS 0x0008
#define KEY_NOTIFY             0x0010
#define KEY_CREATE_LINK        0x0020
#define KEY_WOW64_64KEY        0x0100
#define KEY_WOW64_32KEY        0x0200
#define KEY_WOW64_RES          0x0300
#define KEY_READ               0x00020019
#define KEY_WRITE              0x00020006
#define KEY_EXECUTE            0x00020019
#define KEY_ALL_ACCESS         0x000f003f

#define REG_OPTION_NON_VOLATILE   0x0000
#define REG_OPTION_VOLATILE       0x0001
#define REG_OPTION_CREATE_LINK    0x0002
#define REG_OPTION_BACKUP_RESTORE 0x0004
#define REG_OPTION_OPEN_LINK      0x0008

#define REG_CREATED_NEW_KEY     1
#define REG_OPENED_EXISTING_KEY 2

#define REG_NOTIFY_CHANGE_NAME       0x00000001
#define REG_NOTIFY_CHANGE_ATTRIBUTES 0x00000002
#define REG_NOTIFY_CHANGE_LAST_SET   0x00000004
#define REG_NOTIFY_CHANGE_SECURITY   0x00000008
#define REG_NOTIFY_THREAD_AGNOSTIC   0x10000000

#define REG_NONE                       0
#define REG_SZ                         1
#define REG_EXPAND_SZ                  2
#define REG_BINARY                     3
#define REG_DWORD                      4
#define REG_DWORD_BIG_ENDIAN           5
#define REG_LINK                       6
#define REG_MULTI_SZ                   7
#define REG_RESOURCE_LIST              8
#define REG_FULL_RESOURCE_DESCRIPTOR   9
#define REG_RESOURCE_REQUIREMENTS_LIST 10
#define REG_QWORD                      11
#endif

/* The symbolic link's target is the value of this name, of type REG_LINK, in a key made with REG_OPTION_CREATE_LINK. */
#define REG_LINK_VALUE_NAME "SymbolicLinkValue"

/* Limits ("Registry Element Size Limits"), in characters and levels. */
#define REG_MAX_KEY_NAME   255
#define REG_MAX_VALUE_NAME 16383
#define REG_MAX_DEPTH      512

/* --- NtQueryKey, NtEnumerateKey, NtSetInformationKey --- */
typedef enum _KEY_INFORMATION_CLASS {
    KeyBasicInformation,
    KeyNodeInformation,
    KeyFullInformation,
    KeyNameInformation,
    KeyCachedInformation,
    KeyFlagsInformation,
    KeyVirtualizationInformation,
    KeyHandleTagsInformation,
    KeyTrustInformation,
    KeyLayerInformation
} KEY_INFORMATION_CLASS;

typedef enum _KEY_SET_INFORMATION_CLASS {
    KeyWriteTimeInformation,
    KeyWow64FlagsInformation,
    KeyControlFlagsInformation,
    KeySetVirtualizationInformation,
    KeySetDebugInformation,
    KeySetHandleTagsInformation
} KEY_SET_INFORMATION_CLASS;

typedef struct _KEY_BASIC_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_BASIC_INFORMATION;
NT_ASSERT_OFFSET(KEY_BASIC_INFORMATION, Name, 16);

typedef struct _KEY_NODE_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG ClassOffset;
    ULONG ClassLength;
    ULONG NameLength;
    WCHAR Name[1]; /* the class follows, aligned to 4 */
} KEY_NODE_INFORMATION;
NT_ASSERT_OFFSET(KEY_NODE_INFORMATION, Name, 24);

typedef struct _KEY_FULL_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG ClassOffset;
    ULONG ClassLength;
    ULONG SubKeys;
    ULONG MaxNameLen;
    ULONG MaxClassLen;
    ULONG Values;
    ULONG MaxValueNameLen;
    ULONG MaxValueDataLen;
    WCHAR Class[1];
} KEY_FULL_INFORMATION;
NT_ASSERT_OFFSET(KEY_FULL_INFORMATION, Class, 44);

typedef struct _KEY_NAME_INFORMATION {
    ULONG NameLength;
    WCHAR Name[1];
} KEY_NAME_INFORMATION;

typedef struct _KEY_CACHED_INFORMATION {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG SubKeys;
    ULONG MaxNameLen;
    ULONG Values;
    ULONG MaxValueNameLen;
    ULONG MaxValueDataLen;
    ULONG NameLength;
} KEY_CACHED_INFORMATION;
NT_ASSERT_SIZE(KEY_CACHED_INFORMATION, 40);

typedef struct _KEY_FLAGS_INFORMATION {
    ULONG Wow64Flags;
    ULONG KeyFlags; /* KEY_FLAG_* */
    ULONG ControlFlags;
} KEY_FLAGS_INFORMATION;
#define KEY_FLAG_VOLATILE 0x1
#define KEY_FLAG_LINK     0x2

typedef struct _KEY_HANDLE_TAGS_INFORMATION {
    ULONG HandleTags;
} KEY_HANDLE_TAGS_INFORMATION;

/* --- NtQueryValueKey, NtEnumerateValueKey, NtQueryMultipleValueKey --- */
typedef enum _KEY_VALUE_INFORMATION_CLASS {
    KeyValueBasicInformation,
    KeyValueFullInformation,
    KeyValuePartialInformation,
    KeyValueFullInformationAlign64,
    KeyValuePartialInformationAlign64
} KEY_VALUE_INFORMATION_CLASS;

typedef struct _KEY_VALUE_BASIC_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG NameLength;
    WCHAR Name[1];
} KEY_VALUE_BASIC_INFORMATION;

typedef struct _KEY_VALUE_FULL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataOffset;
    ULONG DataLength;
    ULONG NameLength;
    WCHAR Name[1]; /* the data are at DataOffset */
} KEY_VALUE_FULL_INFORMATION;

typedef struct _KEY_VALUE_PARTIAL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataLength;
    UCHAR Data[1];
} KEY_VALUE_PARTIAL_INFORMATION;

typedef struct _KEY_VALUE_PARTIAL_INFORMATION_ALIGN64 {
    ULONG Type;
    ULONG DataLength;
    UCHAR Data[1];
} KEY_VALUE_PARTIAL_INFORMATION_ALIGN64;

typedef struct _KEY_VALUE_ENTRY {
    PUNICODE_STRING ValueName;
    ULONG DataLength;
    ULONG DataOffset;
    ULONG Type;
} KEY_VALUE_ENTRY;

/*
 * An OpenOptions bit of ours for NtOpenKeyEx and NtCreateKey: the key is wanted as HKEY_CLASSES_ROOT shows it, the user's
 * classes before the machine's. It is inherited by what is opened below such a handle.
 */
#define REG_OPTION_TRANSOM_CLASSES 0x80000000u

#endif
