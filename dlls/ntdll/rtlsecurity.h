/* SPDX-License-Identifier: MIT */
/* rtlsecurity.h: what the files about security descriptors and their lists share. */
#ifndef TRANSOM_RTLSECURITY_H
#define TRANSOM_RTLSECURITY_H

#include "ntdll_private.h"
#include "ntrtl.h"

#define SD_ROUND(n) (((ULONG)(n) + 3) & ~3u)

/* A descriptor's parts, whatever its form. The lists are NULL when present but null, too. */
struct sd_parts {
    SECURITY_DESCRIPTOR_CONTROL control;
    SID *owner, *group;
    ACL *sacl, *dacl;
};
struct sd_parts sd_parts_of(PSECURITY_DESCRIPTOR sd); /* rtlsd.c; NULL has none */

/* The SID in an entry of a type that has one, or else NULL (rtlacl.c). */
SID *ace_sid(const ACE_HEADER *ace);

static inline ACE_HEADER *first_ace(const ACL *acl)
{
    return (ACE_HEADER *)(acl + 1);
}
static inline ACE_HEADER *next_ace(const ACE_HEADER *ace)
{
    return (ACE_HEADER *)((char *)ace + ace->AceSize);
}

#endif
