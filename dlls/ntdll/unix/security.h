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

#define ACCESS_ALLOWED_ACE_TYPE                 0x00
#define ACCESS_DENIED_ACE_TYPE                  0x01
#define ACCESS_ALLOWED_OBJECT_ACE_TYPE          0x05
#define ACCESS_DENIED_OBJECT_ACE_TYPE           0x06
#define ACCESS_ALLOWED_CALLBACK_ACE_TYPE        0x09
#define ACCESS_DENIED_CALLBACK_ACE_TYPE         0x0a
#define ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE 0x0b
#define ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE  0x0c
#define SYSTEM_MANDATORY_LABEL_ACE_TYPE         0x11

#define OBJECT_INHERIT_ACE       0x01
#define CONTAINER_INHERIT_ACE    0x02
#define NO_PROPAGATE_INHERIT_ACE 0x04
#define INHERIT_ONLY_ACE         0x08
#define INHERITED_ACE            0x10

#define ACE_OBJECT_TYPE_PRESENT           0x1
#define ACE_INHERITED_OBJECT_TYPE_PRESENT 0x2

#define SYSTEM_MANDATORY_LABEL_NO_WRITE_UP   0x1
#define SYSTEM_MANDATORY_LABEL_NO_READ_UP    0x2
#define SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP 0x4

#define SECURITY_MANDATORY_LOW_RID    0x1000
#define SECURITY_MANDATORY_MEDIUM_RID 0x2000
#define SECURITY_MANDATORY_HIGH_RID   0x3000

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

#define SE_OWNER_DEFAULTED       0x0001
#define SE_GROUP_DEFAULTED       0x0002
#define SE_DACL_PRESENT          0x0004
#define SE_DACL_DEFAULTED        0x0008
#define SE_SACL_PRESENT          0x0010
#define SE_SACL_DEFAULTED        0x0020
#define SE_DACL_AUTO_INHERIT_REQ 0x0100
#define SE_SACL_AUTO_INHERIT_REQ 0x0200
#define SE_DACL_AUTO_INHERITED   0x0400
#define SE_SACL_AUTO_INHERITED   0x0800
#define SE_DACL_PROTECTED        0x1000
#define SE_SACL_PROTECTED        0x2000
#define SE_SELF_RELATIVE         0x8000

#define OWNER_SECURITY_INFORMATION     0x00000001
#define GROUP_SECURITY_INFORMATION     0x00000002
#define DACL_SECURITY_INFORMATION      0x00000004
#define SACL_SECURITY_INFORMATION      0x00000008
#define LABEL_SECURITY_INFORMATION     0x00000010
#define ATTRIBUTE_SECURITY_INFORMATION 0x00000020
#define SCOPE_SECURITY_INFORMATION     0x00000040
#define BACKUP_SECURITY_INFORMATION    0x00010000

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
#define SE_PRIVILEGE_USED_FOR_ACCESS    0x80000000u

/* Privileges by number, as LUIDs' LowPart ("Privilege Constants") */
enum {
    SE_CREATE_TOKEN = 2,
    SE_ASSIGNPRIMARYTOKEN = 3,
    SE_TCB = 7,
    SE_SECURITY = 8,
    SE_TAKE_OWNERSHIP = 9,
    SE_CREATE_PERMANENT = 16,
    SE_BACKUP = 17,
    SE_RESTORE = 18,
    SE_DEBUG = 20,
    SE_AUDIT = 21,
    SE_CHANGE_NOTIFY = 23,
    SE_MANAGE_VOLUME = 28,
    SE_IMPERSONATE = 29,
    SE_CREATE_GLOBAL = 30,
    SE_RELABEL = 32,
};

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

/* struct token's flags */
#define TOKEN_FLAG_FILTERED         0x01 /* made by NtFilterToken */
#define TOKEN_FLAG_RESTRICTED       0x02 /* has restricting SIDs, perhaps none that is in them */
#define TOKEN_FLAG_WRITE_RESTRICTED 0x04 /* they count for writing only */
#define TOKEN_FLAG_SANDBOX_INERT    0x08
#define TOKEN_FLAG_VIRTUALIZE_ALLOW 0x10
#define TOKEN_FLAG_VIRTUALIZE       0x20

struct token {
    struct object header;
    uint32_t lock;
    enum token_type type;
    enum impersonation_level level;
    LUID id, authentication_id, modified_id, parent_id;
    struct sid user;
    DWORD user_attributes;
    struct sid owner, primary_group;
    uint32_t integrity; /* RID of the mandatory label */
    uint32_t flags;     /* TOKEN_FLAG_* */
    bool elevated;
    bool anonymous;
    ULONG session_id;
    uint32_t group_count, privilege_count, restricted_count;
    struct token_group *groups;
    LUID_AND_ATTRIBUTES *privileges;
    struct token_group *restricted_sids;
    ACL *default_dacl;
    /* If other processes have it too (token_shared.c): */
    uint32_t version; /* of the server's that this is a copy of */
    uint32_t version_cell;
    uint32_t changes; /* made here, ever */
};
extern const struct object_type token_type;

/* token_shared.c: the token as it is now, wherever it was changed last, stays so until it is unlocked. */
void token_lock(struct token *token);
void token_unlock(struct token *token);
/* Brings what is read without the lock up to date. */
void token_refresh(struct token *token);
/*
 * A change: begin locks. What follows it unlocks, or is true if another process has changed the token in the meantime: then it is
 * as that one has left it, still locked, and the change must be made anew. *status becomes the server's if that refuses.
 */
void token_change_begin(struct token *token);
bool token_change_again(struct token *token, bool changed, NTSTATUS *status);

struct object *token_process(void); /* the process's token; not referenced */
bool token_process_known(void);     /* whether that has been made: else it is the ordinary one, unchanged */

/* token_start.c: a token as bytes (malloc'ed; the lock is held), and back as a new one; NULL if they are none. */
void *token_save(const struct token *token, size_t *size);
struct token *token_load(const void *data, size_t size);
/* The same token in another process: with its identity. */
struct token *token_load_same(const void *data, size_t size);
struct shared_form;
NTSTATUS token_share(struct object *obj, struct shared_form *form);
NTSTATUS token_adopt(struct shared_form *form, struct object **obj);
void token_shared(struct object *obj, uint32_t cell);

/* The token that the thread impersonates with; replaces it (referenced here; NULL = none). thread.c drops it at the end. */
NTSTATUS token_set_thread(struct thread *thread, struct object *token);
/* The calling thread acts as a client of this process: who is the same Unix user. */
NTSTATUS token_impersonate_client(void);
/* The token that the calling thread acts with: its own, or the process's; not referenced. */
struct token *token_effective(void);
/* Whether a privilege is there and enabled. */
bool token_privileged(struct token *token, DWORD privilege);
/* Whether the identifier counts for the token; `deny`: in an entry that denies. The token's lock is held. */
bool token_has(const struct token *token, const SID *sid, bool deny);
/* Whether it may be made an object's owner by this token. The token's lock is held. */
bool token_may_own(const struct token *token, const SID *sid);
struct token *token_copy(struct token *from);
/* TOKEN_GROUPS of the program: the list is malloc'ed (NULL for none). */
NTSTATUS token_groups_in(const void *user, struct token_group **groups, uint32_t *count);
/* token_duplicate.c; the lock is held, or the token is new. */
void token_set_integrity(struct token *token, uint32_t level);

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

/* A descriptor's parts where they are; NULL where absent. */
struct sd_parts {
    WORD control;
    const void *owner, *group, *sacl, *dacl;
    size_t owner_size, group_size, sacl_size, dacl_size;
};
struct sd_parts sd_parts_of(const void *self_relative);
size_t sd_parts_size(const struct sd_parts *parts);
void sd_parts_put(const struct sd_parts *parts, void *out);
/* The same in memory of its own, or NULL. */
void *sd_parts_copy(const struct sd_parts *parts);
/* Whether a descriptor that comes from outside is a self-relative one, sound in all its parts. */
bool sd_valid(const void *descriptor, size_t size);
bool acl_valid(const ACL *acl);
NTSTATUS acl_in(const void *user, ACL **acl);
/* The label in a SACL: its level and policy; false if there is none. */
bool acl_label(const ACL *sacl, uint32_t *level, ACCESS_MASK *policy);

ACCESS_MASK generic_map(ACCESS_MASK access, const GENERIC_MAPPING *mapping);
/* The generic rights in a list's entries replaced by what they mean for a type. */
void acl_map_generic(ACL *acl, const GENERIC_MAPPING *mapping);

/* security_access.c */
struct access_node {
    GUID type;
    WORD level;
    int parent; /* index, or -1 */
    struct {
        ACCESS_MASK granted, denied;
    } pass[2]; /* by the token, by its restricting SIDs */
    ACCESS_MASK granted;
    NTSTATUS status;
};
struct access_check {
    struct token *token;
    struct sd_parts sd;
    const GENERIC_MAPPING *mapping;
    ACCESS_MASK desired; /* without generic rights */
    const SID *self;     /* whom PRINCIPAL_SELF means, or NULL */
    struct access_node *nodes;
    unsigned count;                          /* of them, at least 1: the first is the object itself */
    bool used_security, used_take_ownership; /* privileges that were needed */
};
/* Fills the nodes' granted and status. Takes the token's lock. */
void access_check(struct access_check *check);

/* security_condition.c: what the condition of a callback entry says of a token. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };
enum truth condition_evaluate(const struct token *token, const void *condition, size_t size);

/* security_object.c */
/* What the calling thread may do with an object that exists, of what it wishes. */
NTSTATUS security_grant(struct object *obj, ACCESS_MASK desired, ACCESS_MASK *granted);
/* What a duplicate of a handle may have: more than the source only as far as the object's descriptor allows. */
NTSTATUS security_duplicate(struct object *obj, ACCESS_MASK source, ACCESS_MASK desired, ACCESS_MASK *granted);
/* The size of an object's descriptor. */
size_t security_size(struct object *obj);
/* A copy of the descriptor that it has been given, malloc'ed; NULL if it has the default one. */
void *security_given(struct object *obj, size_t *size);
/* What an object's descriptor is in another process now. */
void security_adopt(struct object *obj, const void *descriptor, size_t size);
/* The same for a descriptor (self-relative) of an object that is elsewhere. */
NTSTATUS security_grant_by(const void *descriptor, const struct object_type *type, ACCESS_MASK desired,
                           ACCESS_MASK *granted);
/* The descriptor of a new object: from the one that was given (consumed; NULL if none), its container's and the token.
 * *made is malloc'ed, or NULL for the default one. */
#define ASSIGN_CONTAINER    0x1u /* the new object is a container itself */
#define ASSIGN_AUTO_INHERIT 0x2u /* what it inherits is marked as such: registry keys */
NTSTATUS security_assign(const struct object_type *type, void *given, const void *container, unsigned flags,
                         void **made);
/* Whether a descriptor has entries that new objects inherit. */
bool security_inheritable(const void *descriptor);
/* Whether the calling thread may have a new object with such rights: those to its SACL are a matter of privilege. */
NTSTATUS security_check_new(ACCESS_MASK desired);
/* To be called before the process's token changes in what new objects get from it. */
void security_freeze_default(void);
/* What an object that nobody gave a descriptor has, self-relative; not to be freed. */
const void *security_default(void);

/* security_file.c: the descriptor of a file, malloc'ed; NULL for other objects. And a new one for it. */
void *security_file_load(const struct object *obj, size_t *size);
NTSTATUS security_file_store(const struct object *obj, const void *descriptor, size_t size);
/* What a program gave the file of this name, if that still counts; malloc'ed. */
struct stat;
void *security_stored(const char *name, const struct stat *st, size_t *size);
void *security_of_parent(int dirfd, const char *name);
/* May a file that has a stored descriptor be opened for this? With `maximum` *access becomes what is allowed of it. */
NTSTATUS security_file_check(int fd, const struct stat *st, int dirfd, const char *name, ULONG options, bool maximum,
                             ACCESS_MASK *access);
/* Before a file is opened or made: the right to see and change what is audited comes by privilege only. */
NTSTATUS security_file_wanted(ACCESS_MASK access, ULONG options);
/* May a file be made there? *above: the stored descriptor of its directory (or NULL), for: */
NTSTATUS security_may_create(int dirfd, const char *name, bool directory, void **above);
/* Gives a new file what it was given (consumed; NULL for nothing) and inherits. */
struct file_object;
NTSTATUS security_file_assign(struct file_object *file, void *given, const void *above);

#endif
