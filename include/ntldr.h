/* SPDX-License-Identifier: MIT */
/*
 * ntldr.h: more of ntdll's loader, exceptions and activation contexts than ntdll.h declares, with their constants.
 */
#ifndef TRANSOM_NTLDR_H
#define TRANSOM_NTLDR_H

#include "ntdll.h"

/* LDR_DATA_TABLE_ENTRY.Flags */
#define LDRP_PACKAGED_BINARY       0x00000001
#define LDRP_STATIC_LINK           0x00000002
#define LDRP_IMAGE_DLL             0x00000004
#define LDRP_SHIMENG_SUPPRESSED    0x00000008
#define LDRP_IN_LEGACY_LISTS       0x00000080
#define LDRP_PROCESS_STATIC_IMPORT 0x00000020
#define LDRP_IN_INDEXES            0x00000100
#define LDRP_ENTRY_PROCESSED       0x00004000
#define LDRP_LOAD_IN_PROGRESS      0x00001000
#define LDRP_DONT_CALL_FOR_THREADS 0x00040000
#define LDRP_PROCESS_ATTACH_CALLED 0x00080000
#define LDRP_PROCESS_ATTACH_FAILED 0x00100000
#define LDRP_IMAGE_NOT_AT_BASE     0x10000000
#define LDRP_COR_IMAGE             0x00400000
#define LDRP_REDIRECTED            0x80000000

/*
 * Module handles: kernelbase maps data files itself and marks the handle in its low bits; the resource functions of ntdll
 * understand all of them. Bit 0: mapped as a plain file (LOAD_LIBRARY_AS_DATAFILE[_EXCLUSIVE]); bit 1: mapped as an image
 * that is not in the module list (LOAD_LIBRARY_AS_IMAGE_RESOURCE).
 */
#define LDR_IS_DATAFILE(handle)     (((ULONG_PTR)(handle)) & 1)
#define LDR_IS_IMAGEMAPPING(handle) (((ULONG_PTR)(handle)) & 2)
#define LDR_IS_RESOURCE(handle)     (((ULONG_PTR)(handle)) & 3)
#define LDR_MAPPED_BASE(handle)     ((PVOID)((ULONG_PTR)(handle) & ~(ULONG_PTR)3))

/* First argument of LdrLoadDll: NULL, a search path, or LOAD_LIBRARY_SEARCH_* and LOAD_WITH_ALTERED_SEARCH_PATH flags
 * shifted in as (flags | 1). A real path pointer is even. */
#define LDR_PATH_IS_FLAGS(path) (((ULONG_PTR)(path)) & 1)

NTSTATUS NTAPI LdrGetDllHandleByName(PUNICODE_STRING base_name, PUNICODE_STRING full_name, PVOID *base);
#define LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT 1
#define LDR_GET_DLL_HANDLE_EX_PIN                2
NTSTATUS NTAPI LdrGetDllPath(PCWSTR module, ULONG flags, PWSTR *path, PWSTR *unknown);
NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base, PANSI_STRING name, ULONG ordinal, PVOID *address, ULONG flags);
#define LDR_ADDREF_DLL_PIN 1
BOOLEAN NTAPI RtlDllShutdownInProgress(void);
VOID NTAPI RtlReleasePath(PWSTR path);

typedef struct _LDR_DLL_NOTIFICATION_DATA {
    ULONG Flags;
    PCUNICODE_STRING FullDllName;
    PCUNICODE_STRING BaseDllName;
    PVOID DllBase;
    ULONG SizeOfImage;
} LDR_DLL_NOTIFICATION_DATA;
#define LDR_DLL_NOTIFICATION_REASON_LOADED   1
#define LDR_DLL_NOTIFICATION_REASON_UNLOADED 2
typedef VOID(CALLBACK *PLDR_DLL_NOTIFICATION_FUNCTION)(ULONG reason, const LDR_DLL_NOTIFICATION_DATA *data,
                                                       PVOID context);
NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PLDR_DLL_NOTIFICATION_FUNCTION callback, PVOID context,
                                          PVOID *cookie);
NTSTATUS NTAPI LdrUnregisterDllNotification(PVOID cookie);

NTSTATUS NTAPI LdrQueryProcessModuleInformation(RTL_PROCESS_MODULES *info, ULONG size, PULONG needed);
NTSTATUS NTAPI LdrQueryImageFileExecutionOptions(PUNICODE_STRING image, PCWSTR option, ULONG type, PVOID data,
                                                 ULONG size, PULONG needed);
NTSTATUS NTAPI LdrOpenImageFileOptionsKey(PUNICODE_STRING image, BOOLEAN wow64, PHANDLE key);

/* Images */
#define RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK 1
PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva);
PIMAGE_BASE_RELOCATION NTAPI LdrProcessRelocationBlock(ULONG_PTR va, ULONG count, PUSHORT offsets, LONG_PTR diff);

/* Resources */
typedef struct _LDR_ENUM_RESOURCE_ENTRY {
    ULONG_PTR Type;
    ULONG_PTR Name;
    ULONG_PTR Language;
    PVOID Data;
    ULONG Size;
    ULONG Reserved;
} LDR_ENUM_RESOURCE_ENTRY;
NTSTATUS NTAPI LdrEnumResources(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level, PULONG count,
                                LDR_ENUM_RESOURCE_ENTRY *entries);

/* Exceptions */
typedef LONG(NTAPI *PRTLP_UNHANDLED_EXCEPTION_FILTER)(PEXCEPTION_POINTERS);
BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD record, PCONTEXT context);
/* What kernelbase's UnhandledExceptionFilter does last: EXCEPTION_CONTINUE_SEARCH, to the second chance and the report. */
LONG NTAPI RtlUnhandledExceptionFilter(PEXCEPTION_POINTERS pointers);
ULONG NTAPI RtlWalkFrameChain(PVOID *callers, ULONG count, ULONG flags);
VOID NTAPI RtlGetCallersAddress(PVOID *caller, PVOID *callers_caller);

/* Activation contexts */
struct _ACTIVATION_CONTEXT;
typedef struct _RTL_ACTIVATION_CONTEXT_STACK_FRAME {
    struct _RTL_ACTIVATION_CONTEXT_STACK_FRAME *Previous;
    struct _ACTIVATION_CONTEXT *ActivationContext;
    ULONG Flags;
} RTL_ACTIVATION_CONTEXT_STACK_FRAME;
typedef struct _RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME {
    SIZE_T Size;
    ULONG Format;
    RTL_ACTIVATION_CONTEXT_STACK_FRAME Frame;
    PVOID Extra[4];
} RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME;

/* Flags of RtlQueryInformationActivationContext; QUERY_ACTCTX_FLAG_* of the Windows API have other values. */
#define RTL_QUERY_ACTCTX_USE_ACTIVE 0x00000001
#define RTL_QUERY_ACTCTX_IS_MODULE  0x00000002
#define RTL_QUERY_ACTCTX_IS_ADDRESS 0x00000004
#define RTL_QUERY_ACTCTX_NO_ADDREF  0x80000000

/* Makes a context from the manifest that CreateActCtx's structure describes. */
NTSTATUS NTAPI RtlCreateActivationContext(PHANDLE handle, const ACTCTXW *info);
VOID NTAPI RtlAddRefActivationContext(HANDLE handle);
VOID NTAPI RtlReleaseActivationContext(HANDLE handle);
NTSTATUS NTAPI RtlZombifyActivationContext(HANDLE handle);
NTSTATUS NTAPI RtlActivateActivationContext(ULONG flags, HANDLE handle, PULONG_PTR cookie);
NTSTATUS NTAPI RtlActivateActivationContextEx(ULONG flags, TEB *teb, HANDLE handle, PULONG_PTR cookie);
NTSTATUS NTAPI RtlDeactivateActivationContext(ULONG flags, ULONG_PTR cookie);
RTL_ACTIVATION_CONTEXT_STACK_FRAME *NTAPI
RtlActivateActivationContextUnsafeFast(RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME *frame, HANDLE handle);
RTL_ACTIVATION_CONTEXT_STACK_FRAME *NTAPI
RtlDeactivateActivationContextUnsafeFast(RTL_CALLER_ALLOCATED_ACTIVATION_CONTEXT_STACK_FRAME *frame);
NTSTATUS NTAPI RtlGetActiveActivationContext(PHANDLE handle);
BOOLEAN NTAPI RtlIsActivationContextActive(HANDLE handle);
NTSTATUS NTAPI RtlAllocateActivationContextStack(PACTIVATION_CONTEXT_STACK *stack);
VOID NTAPI RtlFreeActivationContextStack(PACTIVATION_CONTEXT_STACK stack);
VOID NTAPI RtlFreeThreadActivationContextStack(void);
NTSTATUS NTAPI RtlQueryInformationActivationContext(ULONG flags, HANDLE handle, PVOID sub_instance, ULONG info_class,
                                                    PVOID buffer, SIZE_T size, SIZE_T *needed);
NTSTATUS NTAPI RtlFindActivationContextSectionString(ULONG flags, const GUID *extension, ULONG section,
                                                     const UNICODE_STRING *name, PVOID data);
NTSTATUS NTAPI RtlFindActivationContextSectionGuid(ULONG flags, const GUID *extension, ULONG section, const GUID *guid,
                                                   PVOID data);

/* Of Transom's own: ends the program, naming the function (stubs of missing exports call it). */

NTSTATUS NTAPI RtlQueryInformationActiveActivationContext(ULONG info_class, PVOID buffer, SIZE_T size, SIZE_T *needed);
NTSTATUS NTAPI RtlQueryActivationContextApplicationSettings(ULONG flags, HANDLE handle, PCWSTR name_space, PCWSTR name,
                                                            PWSTR buffer, SIZE_T size, SIZE_T *needed);

#endif
