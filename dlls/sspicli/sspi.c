/* SPDX-License-Identifier: MIT */
/*
 * sspi.c: the security support provider interface, without providers: packages are not found, and no handle to credentials or a
 * context is ever valid. The tables of functions are complete.
 */
#define SECURITY_WIN32
#include "nt.h"
#include "ntdll.h"
#include <sspi.h>
#include <secext.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wattributes" /* sspi.h declares some of them as imported, whatever the build says */

SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesW(unsigned long *count, PSecPkgInfoW *packages)
{
    *count = 0;
    *packages = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(**packages)); /* which the caller frees */
    return *packages ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesA(unsigned long *count, PSecPkgInfoA *packages)
{
    return EnumerateSecurityPackagesW(count, (PSecPkgInfoW *)packages);
}

SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoW(SEC_WCHAR *name, PSecPkgInfoW *info)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoA(SEC_CHAR *name, PSecPkgInfoA *info)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleW(SEC_WCHAR *principal, SEC_WCHAR *package, unsigned long use,
                                                    void *id, void *data, SEC_GET_KEY_FN get_key, void *argument,
                                                    PCredHandle handle, PTimeStamp expiry)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleA(SEC_CHAR *principal, SEC_CHAR *package, unsigned long use, void *id,
                                                    void *data, SEC_GET_KEY_FN get_key, void *argument,
                                                    PCredHandle handle, PTimeStamp expiry)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY FreeCredentialsHandle(PCredHandle handle)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesW(PCredHandle handle, unsigned long attribute, void *buffer)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesA(PCredHandle handle, unsigned long attribute, void *buffer)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY InitializeSecurityContextW(PCredHandle handle, PCtxtHandle context, SEC_WCHAR *target,
                                                     unsigned long request, unsigned long reserved,
                                                     unsigned long representation, PSecBufferDesc input,
                                                     unsigned long reserved2, PCtxtHandle result, PSecBufferDesc output,
                                                     unsigned long *attributes, PTimeStamp expiry)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY InitializeSecurityContextA(PCredHandle handle, PCtxtHandle context, SEC_CHAR *target,
                                                     unsigned long request, unsigned long reserved,
                                                     unsigned long representation, PSecBufferDesc input,
                                                     unsigned long reserved2, PCtxtHandle result, PSecBufferDesc output,
                                                     unsigned long *attributes, PTimeStamp expiry)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY AcceptSecurityContext(PCredHandle handle, PCtxtHandle context, PSecBufferDesc input,
                                                unsigned long request, unsigned long representation, PCtxtHandle result,
                                                PSecBufferDesc output, unsigned long *attributes, PTimeStamp expiry)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY CompleteAuthToken(PCtxtHandle context, PSecBufferDesc token)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY DeleteSecurityContext(PCtxtHandle context)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY ApplyControlToken(PCtxtHandle context, PSecBufferDesc input)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY QueryContextAttributesW(PCtxtHandle context, unsigned long attribute, void *buffer)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY QueryContextAttributesA(PCtxtHandle context, unsigned long attribute, void *buffer)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY SetContextAttributesW(PCtxtHandle context, unsigned long attribute, void *buffer,
                                                unsigned long size)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY SetContextAttributesA(PCtxtHandle context, unsigned long attribute, void *buffer,
                                                unsigned long size)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY QuerySecurityContextToken(PCtxtHandle context, void **token)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY ImpersonateSecurityContext(PCtxtHandle context)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY RevertSecurityContext(PCtxtHandle context)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle context, unsigned long quality, PSecBufferDesc message,
                                        unsigned long number)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle context, PSecBufferDesc message, unsigned long number,
                                          unsigned long *quality)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle context, unsigned long quality, PSecBufferDesc message,
                                         unsigned long number)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle context, PSecBufferDesc message, unsigned long number,
                                         unsigned long *quality)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY ExportSecurityContext(PCtxtHandle context, unsigned long flags, PSecBuffer packed,
                                                void **token)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY ImportSecurityContextW(SEC_WCHAR *package, PSecBuffer packed, void *token,
                                                 PCtxtHandle context)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY ImportSecurityContextA(SEC_CHAR *package, PSecBuffer packed, void *token, PCtxtHandle context)
{
    return SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS SEC_ENTRY AddCredentialsW(PCredHandle handle, SEC_WCHAR *principal, SEC_WCHAR *package,
                                          unsigned long use, void *data, SEC_GET_KEY_FN get_key, void *argument,
                                          PTimeStamp expiry)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY AddCredentialsA(PCredHandle handle, SEC_CHAR *principal, SEC_CHAR *package, unsigned long use,
                                          void *data, SEC_GET_KEY_FN get_key, void *argument, PTimeStamp expiry)
{
    return SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS SEC_ENTRY FreeContextBuffer(PVOID buffer)
{
    if (buffer)
        HeapFree(GetProcessHeap(), 0, buffer);
    return SEC_E_OK;
}

PSecurityFunctionTableW SEC_ENTRY InitSecurityInterfaceW(void)
{
    static SecurityFunctionTableW table = {
        .dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4,
        .EnumerateSecurityPackagesW = EnumerateSecurityPackagesW,
        .QueryCredentialsAttributesW = QueryCredentialsAttributesW,
        .AcquireCredentialsHandleW = AcquireCredentialsHandleW,
        .FreeCredentialsHandle = FreeCredentialsHandle,
        .InitializeSecurityContextW = InitializeSecurityContextW,
        .AcceptSecurityContext = AcceptSecurityContext,
        .CompleteAuthToken = CompleteAuthToken,
        .DeleteSecurityContext = DeleteSecurityContext,
        .ApplyControlToken = ApplyControlToken,
        .QueryContextAttributesW = QueryContextAttributesW,
        .ImpersonateSecurityContext = ImpersonateSecurityContext,
        .RevertSecurityContext = RevertSecurityContext,
        .MakeSignature = MakeSignature,
        .VerifySignature = VerifySignature,
        .FreeContextBuffer = FreeContextBuffer,
        .QuerySecurityPackageInfoW = QuerySecurityPackageInfoW,
        .ExportSecurityContext = ExportSecurityContext,
        .ImportSecurityContextW = ImportSecurityContextW,
        .AddCredentialsW = AddCredentialsW,
        .QuerySecurityContextToken = QuerySecurityContextToken,
        .EncryptMessage = EncryptMessage,
        .DecryptMessage = DecryptMessage,
        .SetContextAttributesW = SetContextAttributesW,
    };

    return &table;
}

PSecurityFunctionTableA SEC_ENTRY InitSecurityInterfaceA(void)
{
    static SecurityFunctionTableA table = {
        .dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4,
        .EnumerateSecurityPackagesA = EnumerateSecurityPackagesA,
        .QueryCredentialsAttributesA = QueryCredentialsAttributesA,
        .AcquireCredentialsHandleA = AcquireCredentialsHandleA,
        .FreeCredentialsHandle = FreeCredentialsHandle,
        .InitializeSecurityContextA = InitializeSecurityContextA,
        .AcceptSecurityContext = AcceptSecurityContext,
        .CompleteAuthToken = CompleteAuthToken,
        .DeleteSecurityContext = DeleteSecurityContext,
        .ApplyControlToken = ApplyControlToken,
        .QueryContextAttributesA = QueryContextAttributesA,
        .ImpersonateSecurityContext = ImpersonateSecurityContext,
        .RevertSecurityContext = RevertSecurityContext,
        .MakeSignature = MakeSignature,
        .VerifySignature = VerifySignature,
        .FreeContextBuffer = FreeContextBuffer,
        .QuerySecurityPackageInfoA = QuerySecurityPackageInfoA,
        .ExportSecurityContext = ExportSecurityContext,
        .ImportSecurityContextA = ImportSecurityContextA,
        .AddCredentialsA = AddCredentialsA,
        .QuerySecurityContextToken = QuerySecurityContextToken,
        .EncryptMessage = EncryptMessage,
        .DecryptMessage = DecryptMessage,
        .SetContextAttributesA = SetContextAttributesA,
    };

    return &table;
}
