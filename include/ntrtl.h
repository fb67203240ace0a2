/* SPDX-License-Identifier: MIT */
/*
 * ntrtl.h: more of ntdll's run-time library than ntdll.h declares.
 */
#ifndef TRANSOM_NTRTL_H
#define TRANSOM_NTRTL_H

#include "ntdll.h"
#include <stdarg.h>

/* --- heap (rtlheap.c) --- */
#ifndef HEAP_SETTABLE_USER_VALUE
#define HEAP_SETTABLE_USER_VALUE 0x00000100
#define HEAP_SETTABLE_USER_FLAG1 0x00000200
#define HEAP_SETTABLE_USER_FLAG2 0x00000400
#define HEAP_SETTABLE_USER_FLAG3 0x00000800
#define HEAP_SETTABLE_USER_FLAGS 0x00000e00
#endif
BOOLEAN NTAPI RtlValidateProcessHeaps(void);
NTSTATUS NTAPI RtlZeroHeap(PVOID heap, ULONG flags);
BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID heap, ULONG flags, PVOID ptr, ULONG reset, ULONG set);

/* --- locks (rtlcritsec.c, rtlsrw.c, rtlcondvar.c, rtlrunonce.c, rtlwait.c) --- */
ULONG NTAPI RtlIsCriticalSectionLocked(RTL_CRITICAL_SECTION *cs);
ULONG NTAPI RtlIsCriticalSectionLockedByThread(RTL_CRITICAL_SECTION *cs);
typedef struct _RTL_RWLOCK {
    RTL_CRITICAL_SECTION Lock;
    HANDLE SharedSemaphore;
    ULONG SharedWaiters;
    HANDLE ExclusiveSemaphore;
    ULONG ExclusiveWaiters;
    LONG NumberActive; /* readers, or -1: owned exclusively */
    HANDLE OwningThread;
    ULONG TimeoutBoost;
    PVOID DebugInfo;
} RTL_RWLOCK, *PRTL_RWLOCK;
VOID NTAPI RtlInitializeResource(RTL_RWLOCK *resource);
VOID NTAPI RtlDeleteResource(RTL_RWLOCK *resource);
BOOLEAN NTAPI RtlAcquireResourceExclusive(RTL_RWLOCK *resource, BOOLEAN wait);
BOOLEAN NTAPI RtlAcquireResourceShared(RTL_RWLOCK *resource, BOOLEAN wait);
VOID NTAPI RtlReleaseResource(RTL_RWLOCK *resource);
VOID NTAPI RtlConvertExclusiveToShared(RTL_RWLOCK *resource);
VOID NTAPI RtlConvertSharedToExclusive(RTL_RWLOCK *resource);

/* --- strings (rtlstr.c, rtlansi.c, rtlinteger.c) --- */
VOID NTAPI RtlInitString(STRING *dst, const char *src);
NTSTATUS NTAPI RtlInitStringEx(STRING *dst, const char *src);
VOID NTAPI RtlFreeUTF8String(STRING *str);
VOID NTAPI RtlCopyString(STRING *dst, const STRING *src);
NTSTATUS NTAPI RtlAppendAsciizToString(STRING *dst, const char *src);
NTSTATUS NTAPI RtlAppendStringToString(STRING *dst, const STRING *src);
LONG NTAPI RtlCompareString(const STRING *a, const STRING *b, BOOLEAN ignore_case);
BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b, BOOLEAN ignore_case);
BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *str, BOOLEAN ignore_case);
BOOLEAN NTAPI RtlSuffixUnicodeString(const UNICODE_STRING *suffix, const UNICODE_STRING *str, BOOLEAN ignore_case);
NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, const UNICODE_STRING *str, const UNICODE_STRING *chars,
                                          USHORT *position);
CHAR NTAPI RtlUpperChar(CHAR c);
VOID NTAPI RtlUpperString(STRING *dst, const STRING *src);
VOID NTAPI RtlEraseUnicodeString(UNICODE_STRING *str);
NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, const UNICODE_STRING *str);
NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size);
NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size);
NTSTATUS NTAPI RtlConsoleMultiByteToUnicodeN(WCHAR *dst, ULONG dst_size, ULONG *result, const char *src, ULONG src_size,
                                             ULONG *special);
ULONG NTAPI RtlAnsiStringToUnicodeSize(const STRING *src);
ULONG NTAPI RtlOemStringToUnicodeSize(const STRING *src);
ULONG NTAPI RtlUnicodeStringToAnsiSize(const UNICODE_STRING *src);
ULONG NTAPI RtlUnicodeStringToOemSize(const UNICODE_STRING *src);
ULONG NTAPI RtlxAnsiStringToUnicodeSize(const STRING *src);
ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *src);
ULONG NTAPI RtlxUnicodeStringToAnsiSize(const UNICODE_STRING *src);
ULONG NTAPI RtlxUnicodeStringToOemSize(const UNICODE_STRING *src);
NTSTATUS NTAPI RtlUTF8StringToUnicodeString(UNICODE_STRING *dst, const STRING *src, BOOLEAN allocate);
NTSTATUS NTAPI RtlUnicodeStringToUTF8String(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate);
NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate);
NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate);
NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate);
NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate);
WCHAR NTAPI RtlAnsiCharToUnicodeChar(char **src);
NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG value, ULONG base, UNICODE_STRING *str);
NTSTATUS NTAPI RtlIntegerToChar(ULONG value, ULONG base, LONG length, char *str);
NTSTATUS NTAPI RtlLargeIntegerToChar(const ULARGE_INTEGER *value, ULONG base, LONG length, char *str);
NTSTATUS NTAPI RtlCharToInteger(const char *str, ULONG base, ULONG *value);
VOID NTAPI RtlGetDefaultCodePage(USHORT *ansi, USHORT *oem);

/* --- environment and process parameters (rtlenv.c, rtlprocess.c) --- */
NTSTATUS NTAPI RtlSetEnvironmentStrings(const WCHAR *environment, SIZE_T size);
NTSTATUS NTAPI RtlCreateProcessParameters(RTL_USER_PROCESS_PARAMETERS **result, const UNICODE_STRING *image,
                                          const UNICODE_STRING *dll_path, const UNICODE_STRING *directory,
                                          const UNICODE_STRING *command_line, PWSTR environment,
                                          const UNICODE_STRING *title, const UNICODE_STRING *desktop,
                                          const UNICODE_STRING *shell_info, const UNICODE_STRING *runtime_data);
RTL_USER_PROCESS_PARAMETERS *NTAPI RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params);
RTL_USER_PROCESS_PARAMETERS *NTAPI RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params);

/* --- paths (rtlpath.c) --- */
typedef struct _RTLP_CURDIR_REF {
    LONG ReferenceCount;
    HANDLE DirectoryHandle;
} RTLP_CURDIR_REF, *PRTLP_CURDIR_REF;
ULONG NTAPI RtlIsDosDeviceName_Ustr(const UNICODE_STRING *path);
NTSTATUS NTAPI RtlGetFullPathName_UstrEx(const UNICODE_STRING *path, UNICODE_STRING *static_string,
                                         UNICODE_STRING *dynamic_string, UNICODE_STRING **used, SIZE_T *file_part,
                                         BOOLEAN *name_invalid, RTL_PATH_TYPE *type, SIZE_T *needed);
BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(const WCHAR *path, UNICODE_STRING *nt_path, WCHAR **file_part,
                                                   RTL_RELATIVE_NAME_U *relative);
ULONG NTAPI RtlGetLongestNtPathLength(void);

/* --- time (rtltime.c) --- */
VOID NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *time, TIME_FIELDS *fields);
BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *time, ULONG *seconds);
BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *time, ULONG *seconds);
VOID NTAPI RtlSecondsSince1970ToTime(ULONG seconds, LARGE_INTEGER *time);
VOID NTAPI RtlSecondsSince1980ToTime(ULONG seconds, LARGE_INTEGER *time);
NTSTATUS NTAPI RtlSetTimeZoneInformation(const RTL_TIME_ZONE_INFORMATION *info);
ULONGLONG NTAPI RtlGetTickCount(void);
ULONGLONG NTAPI RtlGetInterruptTimePrecise(LONGLONG *counter);

/* --- system facts (rtlversion.c, rtlprocessor.c) --- */
VOID NTAPI RtlGetNtVersionNumbers(ULONG *major, ULONG *minor, ULONG *build);
ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 mask);
#ifdef _WIN64
struct nt_context_ex; /* nt_xstate.h: rtlxstate.c */
struct nt_xstate_configuration;
NTSTATUS NTAPI RtlGetExtendedContextLength(ULONG flags, ULONG *length);
NTSTATUS NTAPI RtlGetExtendedContextLength2(ULONG flags, ULONG *length, ULONG64 compaction_mask);
NTSTATUS NTAPI RtlInitializeExtendedContext(void *buffer, ULONG flags, struct nt_context_ex **ex);
NTSTATUS NTAPI RtlInitializeExtendedContext2(void *buffer, ULONG flags, struct nt_context_ex **ex,
                                             ULONG64 compaction_mask);
void *NTAPI RtlLocateLegacyContext(const struct nt_context_ex *ex, ULONG *length);
void *NTAPI RtlLocateExtendedFeature(const struct nt_context_ex *ex, ULONG feature, ULONG *length);
void *NTAPI RtlLocateExtendedFeature2(const struct nt_context_ex *ex, ULONG feature,
                                      const struct nt_xstate_configuration *config, ULONG *length);
ULONG64 NTAPI RtlGetExtendedFeaturesMask(const struct nt_context_ex *ex);
VOID NTAPI RtlSetExtendedFeaturesMask(struct nt_context_ex *ex, ULONG64 mask);
NTSTATUS NTAPI RtlCopyExtendedContext(struct nt_context_ex *destination, ULONG flags,
                                      const struct nt_context_ex *source);
NTSTATUS NTAPI RtlCopyContext(CONTEXT *destination, ULONG flags, const CONTEXT *source);
VOID NTAPI RtlCaptureContext2(CONTEXT *context);
#endif
PEB *NTAPI RtlGetCurrentPeb(void);
ULONG NTAPI RtlGetNtGlobalFlags(void);

/* --- bitmaps (rtlbitmap.c) --- */
typedef struct _RTL_BITMAP_RUN {
    ULONG StartingIndex;
    ULONG NumberOfBits;
} RTL_BITMAP_RUN, *PRTL_BITMAP_RUN;
VOID NTAPI RtlClearAllBits(RTL_BITMAP *bitmap);
VOID NTAPI RtlSetAllBits(RTL_BITMAP *bitmap);
VOID NTAPI RtlClearBit(RTL_BITMAP *bitmap, ULONG bit);
VOID NTAPI RtlSetBit(RTL_BITMAP *bitmap, ULONG bit);
BOOLEAN NTAPI RtlTestBit(const RTL_BITMAP *bitmap, ULONG bit);
BOOLEAN NTAPI RtlAreBitsClear(const RTL_BITMAP *bitmap, ULONG start, ULONG count);
ULONG NTAPI RtlFindClearBits(const RTL_BITMAP *bitmap, ULONG count, ULONG hint);
ULONG NTAPI RtlFindSetBits(const RTL_BITMAP *bitmap, ULONG count, ULONG hint);
ULONG NTAPI RtlFindSetBitsAndClear(RTL_BITMAP *bitmap, ULONG count, ULONG hint);
ULONG NTAPI RtlNumberOfClearBits(const RTL_BITMAP *bitmap);
ULONG NTAPI RtlNumberOfSetBits(const RTL_BITMAP *bitmap);
ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR value);
ULONG NTAPI RtlFindNextForwardRunClear(const RTL_BITMAP *bitmap, ULONG from, ULONG *start);
ULONG NTAPI RtlFindNextForwardRunSet(const RTL_BITMAP *bitmap, ULONG from, ULONG *start);
ULONG NTAPI RtlFindLastBackwardRunClear(const RTL_BITMAP *bitmap, ULONG from, ULONG *start);
ULONG NTAPI RtlFindLastBackwardRunSet(const RTL_BITMAP *bitmap, ULONG from, ULONG *start);
ULONG NTAPI RtlFindClearRuns(const RTL_BITMAP *bitmap, RTL_BITMAP_RUN *runs, ULONG count, BOOLEAN longest);
ULONG NTAPI RtlFindSetRuns(const RTL_BITMAP *bitmap, RTL_BITMAP_RUN *runs, ULONG count, BOOLEAN longest);
ULONG NTAPI RtlFindLongestRunClear(const RTL_BITMAP *bitmap, ULONG *start);
ULONG NTAPI RtlFindLongestRunSet(const RTL_BITMAP *bitmap, ULONG *start);
ULONG NTAPI RtlFindFirstRunClear(const RTL_BITMAP *bitmap, ULONG *start);
CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG value);
CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG value);

/* --- messages, debug output (rtlmessage.c, dbgprint.c) --- */
NTSTATUS NTAPI RtlFormatMessage(const WCHAR *src, ULONG width, BOOLEAN ignore_inserts, BOOLEAN ansi, BOOLEAN array,
                                va_list *args, WCHAR *dst, ULONG dst_size, ULONG *result);
ULONG __cdecl DbgPrintEx(ULONG component, ULONG level, const char *format, ...);
ULONG NTAPI vDbgPrintEx(ULONG component, ULONG level, const char *format, va_list args);
ULONG NTAPI vDbgPrintExWithPrefix(const char *prefix, ULONG component, ULONG level, const char *format, va_list args);

/* --- security data (rtlsid.c, rtlacl.c, rtlsd.c) --- */
NTSTATUS __cdecl RtlInitializeSidEx(PSID sid, SID_IDENTIFIER_AUTHORITY *authority, UCHAR count, ...);
NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID sid, ULONG *length);
NTSTATUS NTAPI RtlAddAuditAccessAceEx(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                                      BOOLEAN success, BOOLEAN failure);
NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                            GUID *inherited, PSID sid);
NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                           GUID *inherited, PSID sid);
NTSTATUS NTAPI RtlAddAuditAccessObjectAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                          GUID *inherited, PSID sid, BOOLEAN success, BOOLEAN failure);
NTSTATUS NTAPI RtlAddMandatoryAce(ACL *acl, ULONG revision, ULONG flags, PSID sid, UCHAR type, ACCESS_MASK mask);
NTSTATUS NTAPI RtlAddResourceAttributeAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                                          CLAIM_SECURITY_ATTRIBUTES_INFORMATION *info, ULONG *needed);
NTSTATUS NTAPI RtlAddScopedPolicyIDAce(ACL *acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid);
NTSTATUS NTAPI RtlDeriveCapabilitySidsFromName(UNICODE_STRING *name, PSID group_sid, PSID capability_sid);
NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD2(PSECURITY_DESCRIPTOR descriptor, ULONG *size);
NTSTATUS NTAPI RtlCreateServiceSid(const UNICODE_STRING *name, PSID sid, ULONG *length);

/* --- C run time subset (crt_*.c) that kernelbase and other DLLs without a C run time use --- */
int __cdecl _snprintf(char *dst, size_t count, const char *format, ...);
int __cdecl _vsnprintf(char *dst, size_t count, const char *format, va_list args);
int __cdecl _snwprintf(WCHAR *dst, size_t count, const WCHAR *format, ...);
int __cdecl _vsnwprintf(WCHAR *dst, size_t count, const WCHAR *format, va_list args);

/* --- descriptors of private objects (rtlsecurityobject.c) --- */
NTSTATUS NTAPI RtlNewSecurityObject(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                    PSECURITY_DESCRIPTOR *result, BOOLEAN is_container, HANDLE token,
                                    GENERIC_MAPPING *mapping);
NTSTATUS NTAPI RtlNewSecurityObjectEx(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                      PSECURITY_DESCRIPTOR *result, GUID *type, BOOLEAN is_container, ULONG flags,
                                      HANDLE token, GENERIC_MAPPING *mapping);
NTSTATUS NTAPI RtlNewSecurityObjectWithMultipleInheritance(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                                           PSECURITY_DESCRIPTOR *result, GUID **types, ULONG type_count,
                                                           BOOLEAN is_container, ULONG flags, HANDLE token,
                                                           GENERIC_MAPPING *mapping);
NTSTATUS NTAPI RtlDeleteSecurityObject(PSECURITY_DESCRIPTOR *object);
NTSTATUS NTAPI RtlQuerySecurityObject(PSECURITY_DESCRIPTOR object, SECURITY_INFORMATION info,
                                      PSECURITY_DESCRIPTOR result, ULONG length, ULONG *needed);
NTSTATUS NTAPI RtlSetSecurityObject(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR modification,
                                    PSECURITY_DESCRIPTOR *object, GENERIC_MAPPING *mapping, HANDLE token);
NTSTATUS NTAPI RtlSetSecurityObjectEx(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR modification,
                                      PSECURITY_DESCRIPTOR *object, ULONG flags, GENERIC_MAPPING *mapping,
                                      HANDLE token);
NTSTATUS NTAPI RtlConvertToAutoInheritSecurityObject(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR current,
                                                     PSECURITY_DESCRIPTOR *result, GUID *type, BOOLEAN is_container,
                                                     GENERIC_MAPPING *mapping);

/* --- normalization and domain names (rtlnormalize.c, rtlidn.c) --- */
NTSTATUS NTAPI RtlNormalizeString(ULONG form, const WCHAR *src, LONG src_len, WCHAR *dst, LONG *dst_len);
NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, const WCHAR *src, LONG src_len, BOOLEAN *normalized);
NTSTATUS NTAPI RtlIdnToAscii(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size);
NTSTATUS NTAPI RtlIdnToNameprepUnicode(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size);
NTSTATUS NTAPI RtlIdnToUnicode(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size);

/* No part of Windows: for kernelbase. Whether `transom trace` runs the program, and text that it shows (dbgprint.c). */
BOOLEAN NTAPI TransomTracing(VOID);
VOID NTAPI TransomTraceText(const WCHAR *text, SIZE_T chars);

/* No part of Windows: for kernelbase. The full decomposition of a code point that has one: its length, else 0. Hangul
 * syllables included; out holds 18. */
UINT NTAPI TransomDecompose(UINT c, BOOL compatibility, UINT *out);
/* The character that the two compose to, or 0. */
UINT NTAPI TransomCompose(UINT first, UINT second);
/* Normalizes; lone surrogates stay. Returns a block of the process heap and its length, NULL if there is no memory. */
WCHAR *NTAPI TransomNormalize(const WCHAR *src, SIZE_T len, BOOL compatibility, BOOL compose, SIZE_T *result);

#endif
