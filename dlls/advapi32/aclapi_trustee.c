/* SPDX-License-Identifier: MIT */
/* aclapi_trustee.c: trustees for parts of objects and for impersonation, which differ in what their pointers point to. */
#include "advapi32_private.h"
#include <aclapi.h>

/* --- impersonation: "not currently supported", but the structures are made --- */

VOID WINAPI BuildImpersonateTrusteeW(PTRUSTEE_W trustee, PTRUSTEE_W impersonated)
{
    trustee->pMultipleTrustee = impersonated;
    trustee->MultipleTrusteeOperation = TRUSTEE_IS_IMPERSONATE;
}

VOID WINAPI BuildImpersonateTrusteeA(PTRUSTEE_A trustee, PTRUSTEE_A impersonated)
{
    BuildImpersonateTrusteeW((PTRUSTEE_W)trustee, (PTRUSTEE_W)impersonated);
}

VOID WINAPI BuildImpersonateExplicitAccessWithNameW(PEXPLICIT_ACCESS_W access, LPWSTR name, PTRUSTEE_W trustee,
                                                    DWORD permissions, ACCESS_MODE mode, DWORD inheritance)
{
    BuildExplicitAccessWithNameW(access, name, permissions, mode, inheritance);
    BuildImpersonateTrusteeW(&access->Trustee, trustee);
}

VOID WINAPI BuildImpersonateExplicitAccessWithNameA(PEXPLICIT_ACCESS_A access, LPSTR name, PTRUSTEE_A trustee,
                                                    DWORD permissions, ACCESS_MODE mode, DWORD inheritance)
{
    BuildImpersonateExplicitAccessWithNameW((PEXPLICIT_ACCESS_W)access, (LPWSTR)name, (PTRUSTEE_W)trustee, permissions,
                                            mode, inheritance);
}

PTRUSTEE_W WINAPI GetMultipleTrusteeW(PTRUSTEE_W trustee)
{
    return trustee->pMultipleTrustee;
}

PTRUSTEE_A WINAPI GetMultipleTrusteeA(PTRUSTEE_A trustee)
{
    return trustee->pMultipleTrustee;
}

MULTIPLE_TRUSTEE_OPERATION WINAPI GetMultipleTrusteeOperationW(PTRUSTEE_W trustee)
{
    return trustee->MultipleTrusteeOperation;
}

MULTIPLE_TRUSTEE_OPERATION WINAPI GetMultipleTrusteeOperationA(PTRUSTEE_A trustee)
{
    return trustee->MultipleTrusteeOperation;
}

/* --- parts of objects --- */

static void build(PTRUSTEE_W trustee, TRUSTEE_FORM form, void *what)
{
    trustee->pMultipleTrustee = NULL;
    trustee->MultipleTrusteeOperation = NO_MULTIPLE_TRUSTEE;
    trustee->TrusteeForm = form;
    trustee->TrusteeType = TRUSTEE_IS_UNKNOWN;
    trustee->ptstrName = what;
}

VOID WINAPI BuildTrusteeWithObjectsAndSidW(PTRUSTEE_W trustee, POBJECTS_AND_SID objects, GUID *type, GUID *inherited,
                                           PSID sid)
{
    static const GUID none;

    objects->ObjectsPresent =
        (type ? ACE_OBJECT_TYPE_PRESENT : 0) | (inherited ? ACE_INHERITED_OBJECT_TYPE_PRESENT : 0);
    objects->ObjectTypeGuid = type ? *type : none;
    objects->InheritedObjectTypeGuid = inherited ? *inherited : none;
    objects->pSid = sid;
    build(trustee, TRUSTEE_IS_OBJECTS_AND_SID, objects);
}

VOID WINAPI BuildTrusteeWithObjectsAndSidA(PTRUSTEE_A trustee, POBJECTS_AND_SID objects, GUID *type, GUID *inherited,
                                           PSID sid)
{
    BuildTrusteeWithObjectsAndSidW((PTRUSTEE_W)trustee, objects, type, inherited, sid);
}

VOID WINAPI BuildTrusteeWithObjectsAndNameW(PTRUSTEE_W trustee, POBJECTS_AND_NAME_W objects, SE_OBJECT_TYPE kind,
                                            LPWSTR type, LPWSTR inherited, LPWSTR name)
{
    objects->ObjectsPresent =
        (type ? ACE_OBJECT_TYPE_PRESENT : 0) | (inherited ? ACE_INHERITED_OBJECT_TYPE_PRESENT : 0);
    objects->ObjectType = kind;
    objects->ObjectTypeName = type;
    objects->InheritedObjectTypeName = inherited;
    objects->ptstrName = name;
    build(trustee, TRUSTEE_IS_OBJECTS_AND_NAME, objects);
}

VOID WINAPI BuildTrusteeWithObjectsAndNameA(PTRUSTEE_A trustee, POBJECTS_AND_NAME_A objects, SE_OBJECT_TYPE kind,
                                            LPSTR type, LPSTR inherited, LPSTR name)
{
    BuildTrusteeWithObjectsAndNameW((PTRUSTEE_W)trustee, (POBJECTS_AND_NAME_W)objects, kind, (LPWSTR)type,
                                    (LPWSTR)inherited, (LPWSTR)name);
}
