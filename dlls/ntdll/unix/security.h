/* SPDX-License-Identifier: MIT */
/* security.h: SIDs, access lists and descriptors as winnt.h lays them out, for native code; and tokens. */
#ifndef TRANSOM_SECURITY_H
#define TRANSOM_SECURITY_H

#include "unix.h"

#define SID_MAX_SUB_AUTHORITIES 15

typedef struct _SID {
    BYTE Revision;
    BYTE SubAuthorityCount;
    BYTE IdentifierAuthority[6];
    DWORD SubAuthority[1];
} SID;

/* Room for any SID. */
struct sid {
    SID sid;
    DWORD more[SID_MAX_SUB_AUTHORITIES - 1];
};

typedef struct _ACL {
    BYTE AclRevision;
    BYTE Sbz1;
    WORD AclSize;
    WORD AceCount;
    WORD Sbz2;
} ACL;

typedef struct _ACE_HEADER {
    BYTE AceType;
    BYTE AceFlags;
    WORD AceSize;
} ACE_HEADER;

typedef struct _ACCESS_ALLOWED_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    DWORD SidStart;
} ACCESS_ALLOWED_ACE;

#define ACCESS_ALLOWED_ACE_TYPE 0
#define ACCESS_DENIED_ACE_TYPE  1
#define INHERIT_ONLY_ACE        0x08

typedef struct _SECURITY_DESCRIPTOR_RELATIVE {
    BYTE Revision;
    BYTE Sbz1;
    WORD Control;
    DWORD Owner;
    DWORD Group;
    DWORD Sacl;
    DWORD Dacl;
} SECURITY_DESCRIPTOR_RELATIVE;

typedef struct _SECURITY_DESCRIPTOR {
    BYTE Revision;
    BYTE Sbz1;
    WORD Control;
    PVOID Owner;
    PVOID Group;
    PVOID Sacl;
    PVOID Dacl;
} SECURITY_DESCRIPTOR;

#define SE_OWNER_DEFAULTED 0x0001
#define SE_GROUP_DEFAULTED 0x0002
#define SE_DACL_PRESENT    0x0004
#define SE_DACL_DEFAULTED  0x0008
#define SE_SACL_PRESENT    0x0010
#define SE_SACL_DEFAULTED  0x0020
#define SE_SELF_RELATIVE   0x8000

#define OWNER_SECURITY_INFORMATION 0x00000001
#define GROUP_SECURITY_INFORMATION 0x00000002
#define DACL_SECURITY_INFORMATION  0x00000004
#define SACL_SECURITY_INFORMATION  0x00000008
#define LABEL_SECURITY_INFORMATION 0x00000010

#define SE_GROUP_MANDATORY          0x00000001
#define SE_GROUP_ENABLED_BY_DEFAULT 0x00000002
#define SE_GROUP_ENABLED            0x00000004
#define SE_GROUP_OWNER              0x00000008
#define SE_GROUP_USE_FOR_DENY_ONLY  0x00000010
#define SE_GROUP_INTEGRITY          0x00000020
#define SE_GROUP_INTEGRITY_ENABLED  0x00000040
#define SE_GROUP_LOGON_ID           0xc0000000u

#define SE_PRIVILEGE_ENABLED_BY_DEFAULT 0x00000001
#define SE_PRIVILEGE_ENABLED            0x00000002
#define SE_PRIVILEGE_REMOVED            0x00000004

#define TOKEN_ASSIGN_PRIMARY    0x0001
#define TOKEN_DUPLICATE         0x0002
#define TOKEN_IMPERSONATE       0x0004
#define TOKEN_QUERY             0x0008
#define TOKEN_QUERY_SOURCE      0x0010
#define TOKEN_ADJUST_PRIVILEGES 0x0020
#define TOKEN_ADJUST_GROUPS     0x0040
#define TOKEN_ADJUST_DEFAULT    0x0080
#define TOKEN_ADJUST_SESSIONID  0x0100
#define TOKEN_ALL_ACCESS        0x000f01ff

enum token_type { TokenPrimary = 1, TokenImpersonation = 2 };
enum impersonation_level { SecurityAnonymous, SecurityIdentification, SecurityImpersonation, SecurityDelegation };

typedef struct __attribute__((packed, aligned(4))) _LUID_AND_ATTRIBUTES {
    LUID Luid;
    DWORD Attributes;
} LUID_AND_ATTRIBUTES;

typedef struct _SID_AND_ATTRIBUTES {
    PVOID Sid;
    DWORD Attributes;
} SID_AND_ATTRIBUTES;

struct token_group {
    struct sid sid;
    DWORD attributes;
    DWORD default_attributes;
};

struct token {
    struct object header;
    uint32_t lock;
    enum token_type type;
    enum impersonation_level level;
    LUID id, authentication_id, modified_id;
    struct sid user;
    DWORD user_attributes;
    struct sid owner, primary_group;
    uint32_t integrity; /* RID of the mandatory label */
    bool elevated;
    bool restricted;
    ULONG session_id;
    uint32_t group_count, privilege_count, restricted_count;
    struct token_group *groups;
    LUID_AND_ATTRIBUTES *privileges;
    struct token_group *restricted_sids;
    ACL *default_dacl;
};
extern const struct object_type token_type;

struct object *token_process(void); /* the process's token; not referenced */
bool token_process_known(void);     /* whether that has been made: else it is the ordinary one, unchanged */

/* token_start.c: a token as bytes (malloc'ed), and back, as a primary token; NULL if they are none. */
void *token_save(struct object *token, size_t *size);
struct token *token_load(const void *data, size_t size);

/* The token that the thread impersonates with; replaces it (referenced here; NULL = none). thread.c drops it at the end. */
NTSTATUS token_set_thread(struct thread *thread, struct object *token);

/* security.c */
static inline size_t sid_size(const SID *sid)
{
    return 8 + 4 * (size_t)sid->SubAuthorityCount;
}
bool sid_equal(const SID *a, const SID *b);
void sid_make(struct sid *sid, BYTE authority, unsigned count, ...);
/* The user's own SID, and as text (S-1-5-21-…). */
void sid_user(struct sid *sid);
size_t sid_to_text(const SID *sid, char *text, size_t cap);
/* Copies in from the program, checked. */
bool sid_in(struct sid *sid, const void *user);
LUID luid_allocate(void);

/* security_file.c: the stored descriptor of a file, malloc'ed and as found there; NULL for none, and for other objects. */
void *security_file_load(const struct object *obj, size_t *size);
NTSTATUS security_file_store(const struct object *obj, const void *descriptor, size_t size);

#endif
