/* SPDX-License-Identifier: MIT */
/* securitybaseapi_sid.c: the well-known security identifiers (winnt.h's WELL_KNOWN_SID_TYPE), and domains'. */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* The authority's number, or one of these: */
enum {
    DOMAIN = 0x40, /* the given domain's SID with one more sub-authority */
    NONE           /* no constant SID: WinLogonIdsSid has the logon's number in it; retired numbers */
};

struct well_known {
    BYTE authority;
    BYTE count;
    DWORD sub[6];
};

#define NT(...)                                                                                                        \
    {                                                                                                                  \
        5, sizeof((DWORD[]){ __VA_ARGS__ }) / sizeof(DWORD),                                                           \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
#define BUILTIN(rid) NT(SECURITY_BUILTIN_DOMAIN_RID, rid)
#define ACCOUNT(rid)                                                                                                   \
    {                                                                                                                  \
        DOMAIN, 1,                                                                                                     \
        {                                                                                                              \
            rid                                                                                                        \
        }                                                                                                              \
    }
#define LABEL(rid)                                                                                                     \
    {                                                                                                                  \
        16, 1,                                                                                                         \
        {                                                                                                              \
            rid                                                                                                        \
        }                                                                                                              \
    }
#define CAPABILITY(rid)                                                                                                \
    {                                                                                                                  \
        15, 2,                                                                                                         \
        {                                                                                                              \
            3 /* SECURITY_CAPABILITY_BASE_RID */, rid                                                                  \
        }                                                                                                              \
    }

static const struct well_known well_known[] = {
    [WinNullSid] = { 0, 1, { 0 } },
    [WinWorldSid] = { 1, 1, { 0 } },
    [WinLocalSid] = { 2, 1, { 0 } },
    [WinCreatorOwnerSid] = { 3, 1, { 0 } },
    [WinCreatorGroupSid] = { 3, 1, { 1 } },
    [WinCreatorOwnerServerSid] = { 3, 1, { 2 } },
    [WinCreatorGroupServerSid] = { 3, 1, { 3 } },
    [WinNtAuthoritySid] = { 5, 0, { 0 } },
    [WinDialupSid] = NT(1),
    [WinNetworkSid] = NT(2),
    [WinBatchSid] = NT(3),
    [WinInteractiveSid] = NT(4),
    [WinServiceSid] = NT(6),
    [WinAnonymousSid] = NT(7),
    [WinProxySid] = NT(8),
    [WinEnterpriseControllersSid] = NT(9),
    [WinSelfSid] = NT(10),
    [WinAuthenticatedUserSid] = NT(11),
    [WinRestrictedCodeSid] = NT(12),
    [WinTerminalServerSid] = NT(13),
    [WinRemoteLogonIdSid] = NT(14),
    [WinLogonIdsSid] = { NONE, 0, { 0 } },
    [WinLocalSystemSid] = NT(18),
    [WinLocalServiceSid] = NT(19),
    [WinNetworkServiceSid] = NT(20),
    [WinBuiltinDomainSid] = NT(32),
    [WinBuiltinAdministratorsSid] = BUILTIN(544),
    [WinBuiltinUsersSid] = BUILTIN(545),
    [WinBuiltinGuestsSid] = BUILTIN(546),
    [WinBuiltinPowerUsersSid] = BUILTIN(547),
    [WinBuiltinAccountOperatorsSid] = BUILTIN(548),
    [WinBuiltinSystemOperatorsSid] = BUILTIN(549),
    [WinBuiltinPrintOperatorsSid] = BUILTIN(550),
    [WinBuiltinBackupOperatorsSid] = BUILTIN(551),
    [WinBuiltinReplicatorSid] = BUILTIN(552),
    [WinBuiltinPreWindows2000CompatibleAccessSid] = BUILTIN(554),
    [WinBuiltinRemoteDesktopUsersSid] = BUILTIN(555),
    [WinBuiltinNetworkConfigurationOperatorsSid] = BUILTIN(556),
    [WinAccountAdministratorSid] = ACCOUNT(500),
    [WinAccountGuestSid] = ACCOUNT(501),
    [WinAccountKrbtgtSid] = ACCOUNT(502),
    [WinAccountDomainAdminsSid] = ACCOUNT(512),
    [WinAccountDomainUsersSid] = ACCOUNT(513),
    [WinAccountDomainGuestsSid] = ACCOUNT(514),
    [WinAccountComputersSid] = ACCOUNT(515),
    [WinAccountControllersSid] = ACCOUNT(516),
    [WinAccountCertAdminsSid] = ACCOUNT(517),
    [WinAccountSchemaAdminsSid] = ACCOUNT(518),
    [WinAccountEnterpriseAdminsSid] = ACCOUNT(519),
    [WinAccountPolicyAdminsSid] = ACCOUNT(520),
    [WinAccountRasAndIasServersSid] = ACCOUNT(553),
    [WinNTLMAuthenticationSid] = NT(64, 10),
    [WinDigestAuthenticationSid] = NT(64, 21),
    [WinSChannelAuthenticationSid] = NT(64, 14),
    [WinThisOrganizationSid] = NT(15),
    [WinOtherOrganizationSid] = NT(1000),
    [WinBuiltinIncomingForestTrustBuildersSid] = BUILTIN(557),
    [WinBuiltinPerfMonitoringUsersSid] = BUILTIN(558),
    [WinBuiltinPerfLoggingUsersSid] = BUILTIN(559),
    [WinBuiltinAuthorizationAccessSid] = BUILTIN(560),
    [WinBuiltinTerminalServerLicenseServersSid] = BUILTIN(561),
    [WinBuiltinDCOMUsersSid] = BUILTIN(562),
    [WinBuiltinIUsersSid] = BUILTIN(568),
    [WinIUserSid] = NT(17),
    [WinBuiltinCryptoOperatorsSid] = BUILTIN(569),
    [WinUntrustedLabelSid] = LABEL(SECURITY_MANDATORY_UNTRUSTED_RID),
    [WinLowLabelSid] = LABEL(SECURITY_MANDATORY_LOW_RID),
    [WinMediumLabelSid] = LABEL(SECURITY_MANDATORY_MEDIUM_RID),
    [WinHighLabelSid] = LABEL(SECURITY_MANDATORY_HIGH_RID),
    [WinSystemLabelSid] = LABEL(SECURITY_MANDATORY_SYSTEM_RID),
    [WinWriteRestrictedCodeSid] = NT(33),
    [WinCreatorOwnerRightsSid] = { 3, 1, { 4 } },
    [WinCacheablePrincipalsGroupSid] = ACCOUNT(571),
    [WinNonCacheablePrincipalsGroupSid] = ACCOUNT(572),
    [WinEnterpriseReadonlyControllersSid] = NT(22),
    [WinAccountReadonlyControllersSid] = ACCOUNT(521),
    [WinBuiltinEventLogReadersGroup] = BUILTIN(573),
    [WinNewEnterpriseReadonlyControllersSid] = ACCOUNT(498),
    [WinBuiltinCertSvcDComAccessGroup] = BUILTIN(574),
    [WinMediumPlusLabelSid] = LABEL(SECURITY_MANDATORY_MEDIUM_RID + 0x100),
    [WinLocalLogonSid] = { 2, 1, { 0 } },
    [WinConsoleLogonSid] = { 2, 1, { 1 } },
    [WinThisOrganizationCertificateSid] = NT(65, 1),
    [WinApplicationPackageAuthoritySid] = { 15, 0, { 0 } },
    [WinBuiltinAnyPackageSid] = { 15, 2, { 2, 1 } },
    [WinCapabilityInternetClientSid] = CAPABILITY(1),
    [WinCapabilityInternetClientServerSid] = CAPABILITY(2),
    [WinCapabilityPrivateNetworkClientServerSid] = CAPABILITY(3),
    [WinCapabilityPicturesLibrarySid] = CAPABILITY(4),
    [WinCapabilityVideosLibrarySid] = CAPABILITY(5),
    [WinCapabilityMusicLibrarySid] = CAPABILITY(6),
    [WinCapabilityDocumentsLibrarySid] = CAPABILITY(7),
    [WinCapabilitySharedUserCertificatesSid] = CAPABILITY(9),
    [WinCapabilityEnterpriseAuthenticationSid] = CAPABILITY(8),
    [WinCapabilityRemovableStorageSid] = CAPABILITY(10),
    [WinBuiltinRDSRemoteAccessServersSid] = BUILTIN(575),
    [WinBuiltinRDSEndpointServersSid] = BUILTIN(576),
    [WinBuiltinRDSManagementServersSid] = BUILTIN(577),
    [WinUserModeDriversSid] = NT(84, 0, 0, 0, 0, 0),
    [WinBuiltinHyperVAdminsSid] = BUILTIN(578),
    [WinAccountCloneableControllersSid] = ACCOUNT(522),
    [WinBuiltinAccessControlAssistanceOperatorsSid] = BUILTIN(579),
    [WinBuiltinRemoteManagementUsersSid] = BUILTIN(580),
    [WinAuthenticationAuthorityAssertedSid] = { 18, 1, { 1 } },
    [WinAuthenticationServiceAssertedSid] = { 18, 1, { 2 } },
    [WinLocalAccountSid] = NT(113),
    [WinLocalAccountAndAdministratorSid] = NT(114),
    [WinAccountProtectedUsersSid] = ACCOUNT(525),
    [WinCapabilityAppointmentsSid] = CAPABILITY(11),
    [WinCapabilityContactsSid] = CAPABILITY(12),
    [WinAccountDefaultSystemManagedSid] = ACCOUNT(503),
    [WinBuiltinDefaultSystemManagedGroupSid] = BUILTIN(581),
    [WinBuiltinStorageReplicaAdminsSid] = BUILTIN(582),
    [WinAccountKeyAdminsSid] = ACCOUNT(526),
    [WinAccountEnterpriseKeyAdminsSid] = ACCOUNT(527),
    [WinAuthenticationKeyTrustSid] = { 18, 1, { 4 } },
    [WinAuthenticationKeyPropertyMFASid] = { 18, 1, { 5 } },
    [WinAuthenticationKeyPropertyAttestationSid] = { 18, 1, { 6 } },
};

BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid, DWORD *size)
{
    const struct well_known *known;
    UCHAR head = 0;
    DWORD needed;
    SID *out = sid;

    if (!size || (unsigned)type >= ARRAY_SIZE(well_known) || well_known[type].authority == NONE ||
        (domain && !RtlValidSid(domain)))
        return fail(ERROR_INVALID_PARAMETER);
    known = &well_known[type];
    if (known->authority == DOMAIN) {
        if (!domain)
            return fail(ERROR_INVALID_PARAMETER);
        head = *RtlSubAuthorityCountSid(domain);
        if (head + known->count > SID_MAX_SUB_AUTHORITIES)
            return fail(ERROR_INVALID_PARAMETER);
    }
    needed = RtlLengthRequiredSid(head + known->count);
    if (*size < needed || !sid) {
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = needed;
    if (known->authority == DOMAIN) {
        memcpy(out, domain, RtlLengthSid(domain));
        out->SubAuthorityCount = head + known->count;
    } else {
        SID_IDENTIFIER_AUTHORITY authority = { { 0, 0, 0, 0, 0, known->authority } };
        RtlInitializeSid(out, &authority, known->count);
    }
    memcpy(&out->SubAuthority[head], known->sub, known->count * sizeof(DWORD));
    return TRUE;
}

/* S-1-5-21-a-b-c, a machine's or domain's accounts; with `more` numbers after. */
static BOOL is_account_domain(const SID *sid, UCHAR more)
{
    static const SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };

    return sid->SubAuthorityCount == 4 + more && sid->SubAuthority[0] == SECURITY_NT_NON_UNIQUE &&
           !memcmp(&sid->IdentifierAuthority, &nt_authority, sizeof(nt_authority));
}

BOOL WINAPI IsWellKnownSid(PSID psid, WELL_KNOWN_SID_TYPE type)
{
    const SID *sid = psid;
    const struct well_known *known;

    if (!RtlValidSid(psid) || (unsigned)type >= ARRAY_SIZE(well_known))
        return FALSE;
    known = &well_known[type];
    switch (known->authority) {
    case NONE: /* S-1-5-5-x-y */
        return sid->IdentifierAuthority.Value[5] == 5 && sid->SubAuthorityCount == SECURITY_LOGON_IDS_RID_COUNT &&
               sid->SubAuthority[0] == SECURITY_LOGON_IDS_RID;
    case DOMAIN:
        return is_account_domain(sid, 1) && sid->SubAuthority[4] == known->sub[0];
    }
    return sid->SubAuthorityCount == known->count && !memcmp(sid->IdentifierAuthority.Value, "\0\0\0\0", 5) &&
           sid->IdentifierAuthority.Value[5] == known->authority &&
           !memcmp(sid->SubAuthority, known->sub, known->count * sizeof(DWORD));
}

BOOL WINAPI GetWindowsAccountDomainSid(PSID psid, PSID domain, DWORD *size)
{
    const SID *sid = psid;
    DWORD needed = RtlLengthRequiredSid(4);

    if (!RtlValidSid(psid))
        return fail(ERROR_INVALID_SID);
    if (!is_account_domain(sid, 0) && !is_account_domain(sid, 1))
        return fail(ERROR_NON_ACCOUNT_SID);
    if (*size < needed || !domain) {
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = needed;
    memcpy(domain, sid, needed);
    ((SID *)domain)->SubAuthorityCount = 4;
    return TRUE;
}

/* Both of account domains, or both of the built-in one. */
BOOL WINAPI EqualDomainSid(PSID first, PSID second, BOOL *equal)
{
    const SID *a = first, *b = second;

    if (!RtlValidSid(first) || !RtlValidSid(second))
        return fail(ERROR_INVALID_SID);
    if ((is_account_domain(a, 0) || is_account_domain(a, 1)) && (is_account_domain(b, 0) || is_account_domain(b, 1))) {
        *equal = !memcmp(a->SubAuthority, b->SubAuthority, 4 * sizeof(DWORD));
        return TRUE;
    }
    if (a->IdentifierAuthority.Value[5] == 5 && b->IdentifierAuthority.Value[5] == 5 && a->SubAuthorityCount &&
        b->SubAuthorityCount && a->SubAuthority[0] == SECURITY_BUILTIN_DOMAIN_RID &&
        b->SubAuthority[0] == SECURITY_BUILTIN_DOMAIN_RID) {
        *equal = TRUE;
        return TRUE;
    }
    return fail(ERROR_NON_DOMAIN_SID);
}

/* A list of one SID, both to be freed with LocalFree. */
static PSID *sid_list(PSID sid)
{
    PSID *list = RtlAllocateHeap(nt_peb()->ProcessHeap, 0, sizeof(*list));
    PSID copy = list ? RtlAllocateHeap(nt_peb()->ProcessHeap, 0, RtlLengthSid(sid)) : NULL;

    if (!copy) {
        kb_free(list);
        return NULL;
    }
    *list = memcpy(copy, sid, RtlLengthSid(sid));
    return list;
}

BOOL WINAPI DeriveCapabilitySidsFromName(LPCWSTR name, PSID **group_sids, DWORD *group_count, PSID **sids, DWORD *count)
{
    BYTE group[SECURITY_MAX_SID_SIZE], sid[SECURITY_MAX_SID_SIZE];
    UNICODE_STRING str;

    if (!name || !group_sids || !group_count || !sids || !count)
        return fail(ERROR_INVALID_PARAMETER);
    RtlInitUnicodeString(&str, name);
    if (!set_ntstatus(RtlDeriveCapabilitySidsFromName(&str, group, sid)))
        return FALSE;
    *group_sids = sid_list(group);
    *sids = sid_list(sid);
    if (!*group_sids || !*sids) {
        if (*group_sids)
            kb_free(**group_sids);
        if (*sids)
            kb_free(**sids);
        kb_free(*group_sids);
        kb_free(*sids);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    *group_count = *count = 1;
    return TRUE;
}
