/* SPDX-License-Identifier: MIT */
/*
 * security_file.c: the security descriptors of files. One that a program gave is in an extended attribute,
 *   user.transom.security    the descriptor, self-relative
 * with the mode bit of file_attr.c; what its list allows the group and others is put into the Unix mode, too, for native programs.
 * The owner's own bits stay, as Unix owners can always change them, and read-only is an attribute. Where such a descriptor is no
 * longer what the mode and the owner say, a native program has changed these: then it counts no more. All other files have the
 * descriptor that their mode and owners amount to.
 *
 * Who may open a file is what both say: the kernel the Unix mode, and access_check() a stored descriptor (docs/files.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "file.h"
#include "path.h"
#include "security.h"

#define SECURITY_NAME "user.transom.security"
#define UNIX_USERS    1000 /* identifiers of users are that much more than Unix' */

/* --- identifiers --- */

static void sid_of_user(struct sid *sid, uid_t uid)
{
    sid_user(sid);
    ((DWORD *)((char *)sid + 8))[4] = UNIX_USERS + (DWORD)uid;
}

/* Which Unix user or group that is. */
static bool user_of_sid(const SID *sid, uid_t *uid)
{
    struct sid user;
    const DWORD *sub = (const DWORD *)((const char *)sid + 8);

    sid_user(&user);
    if (sid->SubAuthorityCount != 5 || memcmp(&user, sid, 8 + 4 * 4) || sub[4] < UNIX_USERS)
        return false;
    *uid = sub[4] - UNIX_USERS;
    return true;
}

static bool group_of_sid(const SID *sid, gid_t *gid)
{
    struct sid group;
    const DWORD *sub = (const DWORD *)((const char *)sid + 8);

    if (sid->SubAuthorityCount != 2)
        return false;
    *gid = sub[1];
    sid_make(&group, 22, 2, 2, (DWORD)*gid);
    return sid_equal(&group.sid, sid);
}

/* --- from the mode to a list --- */

#define OWNERS_RIGHTS                                                                                                  \
    (READ_CONTROL | WRITE_DAC | WRITE_OWNER | DELETE | SYNCHRONIZE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES)

/* What three bits of a mode allow. Linux programs need no right to execute to be read, so here reading gives that, too. */
static ACCESS_MASK rights_of(unsigned bits, bool directory)
{
    ACCESS_MASK rights = bits ? READ_CONTROL | SYNCHRONIZE | FILE_READ_ATTRIBUTES : 0;

    if (bits & 4)
        rights |= FILE_GENERIC_READ | (directory ? 0 : FILE_GENERIC_EXECUTE);
    if (bits & 2)
        rights |= FILE_GENERIC_WRITE | DELETE | (directory ? FILE_DELETE_CHILD : 0);
    if (bits & 1)
        rights |= FILE_GENERIC_EXECUTE;
    return rights;
}

static void add_entry(ACL *acl, BYTE type, BYTE flags, ACCESS_MASK mask, const struct sid *sid)
{
    ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)((char *)acl + acl->AclSize);
    size_t size = sid_size(&sid->sid);

    if (!mask)
        return;
    ace->Header = (ACE_HEADER){ type, flags, (WORD)(8 + size) };
    ace->Mask = mask;
    memcpy(&ace->SidStart, sid, size);
    acl->AclSize = (WORD)(acl->AclSize + ace->Header.AceSize);
    acl->AceCount++;
}

/* The process's umask, which can only be had by setting it, or as text. */
static mode_t own_umask(void)
{
    static unsigned known = 0x10000;
    unsigned mask = __atomic_load_n(&known, __ATOMIC_RELAXED);
    char line[128];
    FILE *in;

    if (mask < 0x10000)
        return mask;
    mask = 022;
    if ((in = fopen("/proc/self/status", "re"))) {
        while (fgets(line, sizeof line, in) && sscanf(line, "Umask: %o", &mask) != 1) {
        }
        fclose(in);
    }
    __atomic_store_n(&known, mask & 0777, __ATOMIC_RELAXED);
    return mask & 0777;
}

/*
 * Is a file's mode what every new one gets? Then its list is shown as inherited, else as protected from inheritance: what a
 * program has the directory hand down later replaces the one and leaves the other alone.
 */
static bool is_ordinary(const struct stat *st)
{
    mode_t looked_at = S_ISDIR(st->st_mode) ? 077 : 066;

    return !((st->st_mode ^ (0777 & ~own_umask())) & looked_at);
}

static void *descriptor_of_mode(const struct stat *st, size_t *size)
{
    bool directory = S_ISDIR(st->st_mode);
    unsigned owner = st->st_mode >> 6 & 7, group = st->st_mode >> 3 & 7, other = st->st_mode & 7;
    struct sid user, users, everyone, administrators, system;
    union {
        ACL acl;
        char room[sizeof(ACL) + 7 * (8 + sizeof(struct sid))];
    } list = { .acl = { 2, 0, sizeof(ACL), 0, 0 } };
    bool inherited = is_ordinary(st);
    struct sd_parts parts = { .control = SE_DACL_PRESENT | (inherited ? SE_DACL_AUTO_INHERITED : SE_DACL_PROTECTED) };
    ACCESS_MASK mine;
    BYTE own = (BYTE)((inherited ? INHERITED_ACE : 0) | (directory ? OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE : 0));
    /* Of others' files in a directory that all may write to (/tmp) only the directory itself is for all. */
    BYTE others = st->st_mode & S_ISVTX ? own & INHERITED_ACE : own;

    if (!directory && !(st->st_mode & 0222) && (owner & 4)) /* read-only is an attribute */
        owner |= 2;
    sid_of_user(&user, st->st_uid);
    sid_make(&users, 22, 2, 2, (DWORD)st->st_gid);
    sid_make(&everyone, 1, 1, 0);
    sid_make(&administrators, 5, 2, 32, 544);
    sid_make(&system, 5, 1, 18);
    /* Whoever has fewer rights than all others has them denied. */
    mine = rights_of(owner, directory) | OWNERS_RIGHTS;
    if ((owner & 6) == 6 && (!directory || (owner & 1)))
        mine = FILE_ALL_ACCESS;
    add_entry(&list.acl, ACCESS_DENIED_ACE_TYPE, own, rights_of(group | other, directory) & ~mine, &user);
    add_entry(&list.acl, ACCESS_ALLOWED_ACE_TYPE, own, mine, &user);
    add_entry(&list.acl, ACCESS_DENIED_ACE_TYPE, others, rights_of(other, directory) & ~rights_of(group, directory),
              &users);
    add_entry(&list.acl, ACCESS_ALLOWED_ACE_TYPE, others, rights_of(group, directory), &users);
    add_entry(&list.acl, ACCESS_ALLOWED_ACE_TYPE, own, FILE_ALL_ACCESS, &system); /* as the superuser may do all */
    add_entry(&list.acl, ACCESS_ALLOWED_ACE_TYPE, own, FILE_ALL_ACCESS, &administrators);
    add_entry(&list.acl, ACCESS_ALLOWED_ACE_TYPE, others, rights_of(other, directory), &everyone);
    parts.owner = &user, parts.owner_size = sid_size(&user.sid);
    parts.group = &users, parts.group_size = sid_size(&users.sid);
    parts.dacl = &list.acl, parts.dacl_size = list.acl.AclSize;
    *size = sd_parts_size(&parts);
    return sd_parts_copy(&parts);
}

/* --- from a list to the mode --- */

/* What the list allows somebody who has these identifiers. */
static ACCESS_MASK allowed(const ACL *acl, const SID *const *sids, unsigned count)
{
    ACCESS_MASK granted = 0, denied = 0;
    const char *at = (const char *)(acl + 1);

    for (unsigned i = 0; i < acl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACCESS_ALLOWED_ACE *ace = (const ACCESS_ALLOWED_ACE *)at;
        bool match = false;
        if (ace->Header.AceFlags & INHERIT_ONLY_ACE || ace->Header.AceSize < 16)
            continue;
        for (unsigned k = 0; k < count && !match; k++)
            match = sid_equal((const SID *)&ace->SidStart, sids[k]);
        if (match && ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE)
            granted |= ace->Mask & ~denied;
        else if (match && ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            denied |= ace->Mask & ~granted;
    }
    return granted;
}

static unsigned bits_of(ACCESS_MASK rights, bool directory, unsigned old)
{
    unsigned bits = (rights & FILE_READ_DATA ? 4 : 0) | (rights & FILE_WRITE_DATA ? 2 : 0);

    if (directory)
        return bits | (rights & FILE_TRAVERSE ? 1 : 0);
    return bits | (rights & FILE_EXECUTE ? old & 1 : 0); /* that it can be executed is not for a list to say */
}

/* The mode of a file with this descriptor: what group and others may do. */
static mode_t mode_of(const struct sd_parts *sd, mode_t old)
{
    struct sid everyone, authenticated, users;
    bool directory = S_ISDIR(old);
    const SID *who[4];
    unsigned group, other;

    if (!sd->dacl) /* all is allowed to all */
        return (old & ~077u) | (directory ? 077 : 066 | (old & 011));
    sid_make(&everyone, 1, 1, 0);
    sid_make(&authenticated, 5, 1, 11);
    sid_make(&users, 5, 2, 32, 545);
    who[0] = &everyone.sid, who[1] = &authenticated.sid, who[2] = &users.sid;
    other = bits_of(allowed(sd->dacl, who, 3), directory, old >> 6);
    who[3] = sd->group;
    group = bits_of(allowed(sd->dacl, who, sd->group ? 4 : 3), directory, old >> 6);
    if (!directory && !(old & 0222)) /* it is read-only */
        group &= ~2u, other &= ~2u;
    return (old & ~077u) | group << 3 | other;
}

/* --- what is stored --- */

/* Is it still what it was made to be? */
static bool agrees(const void *descriptor, const struct stat *st)
{
    struct sd_parts parts = sd_parts_of(descriptor);
    uid_t uid;

    if (parts.owner && user_of_sid(parts.owner, &uid) && uid != st->st_uid)
        return false;
    return !((mode_of(&parts, st->st_mode) ^ st->st_mode) & (st->st_mode & 0111 ? 077 : 066));
}

void *security_stored(const char *name, const struct stat *st, size_t *size)
{
    char *data = NULL;
    ssize_t n;

    while ((n = xattr_get(name, SECURITY_NAME, NULL, 0)) > 0) {
        free(data);
        if (!(data = malloc((size_t)n)))
            return NULL;
        n = xattr_get(name, SECURITY_NAME, data, (size_t)n);
        if (n >= 0 || errno != ERANGE) /* else it has grown meanwhile */
            break;
    }
    if (n <= 0 || !sd_valid(data, (size_t)n) || !agrees(data, st)) {
        free(data);
        return NULL;
    }
    *size = (size_t)n;
    return data;
}

static bool is_on_disk(const struct object *obj)
{
    const struct file_object *file = (const struct file_object *)obj;

    return obj->type == &file_type && file->fd >= 0 && file->ops == &disk_ops;
}

void *security_file_load(const struct object *obj, size_t *size)
{
    const struct file_object *file = (const struct file_object *)obj;
    struct fd_path self;
    struct stat st;
    void *stored = NULL;

    if (!is_on_disk(obj) || fstat(file->fd, &st))
        return NULL;
    if (!file->is_symlink) /* by the descriptor's name, as the descriptor itself may be one of O_PATH */
        stored = security_stored(fd_path(file->fd, &self), &st, size);
    return stored ? stored : descriptor_of_mode(&st, size);
}

/* The owner and the group, as far as they are Unix', and this process may give files away. */
static void set_owners(const char *name, const struct sd_parts *parts, const struct stat *st)
{
    uid_t uid = st->st_uid;
    gid_t gid = st->st_gid;

    if (parts->owner && !user_of_sid(parts->owner, &uid))
        uid = st->st_uid;
    if (parts->group && !group_of_sid(parts->group, &gid))
        gid = st->st_gid;
    if ((uid != st->st_uid || gid != st->st_gid) && chown(name, uid, gid))
        return; /* then the descriptor alone says so */
}

/* Where the file system keeps no such attributes, what the mode can say is kept, as FAT keeps what it can. */
NTSTATUS security_file_store(const struct object *obj, const void *descriptor, size_t size)
{
    const struct file_object *file = (const struct file_object *)obj;
    struct sd_parts parts = sd_parts_of(descriptor);
    struct fd_path self;
    const char *name;
    struct stat st;
    mode_t mode;
    int err = 0;

    if (!is_on_disk(obj) || file->is_symlink)
        return STATUS_SUCCESS;
    if (file->installation)
        return STATUS_ACCESS_DENIED;
    name = fd_path(file->fd, &self);
    if (fstat(file->fd, &st))
        return status_from_errno(errno);
    set_owners(name, &parts, &st);
    if (fstat(file->fd, &st))
        return status_from_errno(errno);
    mode = mode_of(&parts, st.st_mode);
    /* An attribute can only be written to what may be written. */
    if (!(st.st_mode & 0200) && chmod(name, (st.st_mode | 0200) & 07777))
        return status_from_errno(errno);
    err = xattr_set(name, SECURITY_NAME, descriptor, size);
    if (!err && !xattr_elsewhere(st.st_dev, AT_FDCWD, name))
        mode |= S_ISDIR(mode) ? S_ISUID : S_ISREG(mode) ? S_ISVTX : 0;
    else if (err == ENOTSUP || err == ENOSPC || err == E2BIG || err == EDQUOT)
        err = 0;
    if ((mode != st.st_mode || !(st.st_mode & 0200)) && chmod(name, mode & 07777))
        err = err ? err : errno;
    return status_from_errno(err);
}

/* --- opening --- */

/* What the privileges of who makes and restores backups give, whatever the descriptor says. */
static ACCESS_MASK backup_rights(void)
{
    struct token *token = token_effective();
    ACCESS_MASK rights = 0;

    if (token_privileged(token, SE_BACKUP))
        rights |= READ_CONTROL | ACCESS_SYSTEM_SECURITY | FILE_GENERIC_READ | FILE_TRAVERSE;
    if (token_privileged(token, SE_RESTORE))
        rights |= WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY | FILE_GENERIC_WRITE | DELETE;
    return rights;
}

NTSTATUS security_file_wanted(ACCESS_MASK access, ULONG options)
{
    if (!(access & ACCESS_SYSTEM_SECURITY) ||
        ((options & FILE_OPEN_FOR_BACKUP_INTENT) && (backup_rights() & ACCESS_SYSTEM_SECURITY)))
        return STATUS_SUCCESS;
    return security_check_new(access);
}

/* The descriptor of the directory that a file is in, if one is stored; malloc'ed. `name` as given to *at(). */
void *security_of_parent(int dirfd, const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t length = slash ? (slash == name ? 1 : (size_t)(slash - name)) : 1, size;
    struct stat st;
    void *stored = NULL;
    char *parent = slash ? strndup(name, length) : strdup(".");
    int fd;

    if (parent && !fstatat(dirfd, parent, &st, 0) && S_ISDIR(st.st_mode) &&
        file_is_extended(dirfd == AT_FDCWD ? parent : ".", &st) &&
        (fd = unix_fd_reserve(openat(dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC))) >= 0) {
        struct fd_path self;
        stored = security_stored(fd_path(fd, &self), &st, &size);
        close(fd);
    }
    free(parent);
    return stored;
}

/* "Standard access rights of files": who may delete what a directory holds may delete each file, and so with attributes. */
static ACCESS_MASK rights_by_parent(int dirfd, const char *name, ACCESS_MASK wanted)
{
    void *above = security_of_parent(dirfd, name);
    ACCESS_MASK granted, rights = 0;

    if (!above)
        return wanted & (DELETE | FILE_READ_ATTRIBUTES); /* the kernel knows */
    if ((wanted & DELETE) && !security_grant_by(above, &file_type, FILE_DELETE_CHILD, &granted))
        rights |= DELETE;
    if ((wanted & FILE_READ_ATTRIBUTES) && !security_grant_by(above, &file_type, FILE_LIST_DIRECTORY, &granted))
        rights |= FILE_READ_ATTRIBUTES;
    free(above);
    return rights;
}

NTSTATUS security_file_check(int fd, const struct stat *st, int dirfd, const char *name, ULONG options, bool maximum,
                             ACCESS_MASK *access)
{
    struct fd_path self;
    size_t size;
    ACCESS_MASK granted = 0, wanted = *access, more;
    void *stored = security_stored(fd_path(fd, &self), st, &size);
    NTSTATUS status;

    if (!stored)
        return STATUS_SUCCESS;
    if (options & FILE_OPEN_FOR_BACKUP_INTENT)
        wanted &= ~backup_rights();
    if (maximum) {
        status = security_grant_by(stored, &file_type, MAXIMUM_ALLOWED, &granted);
        *access &=
            granted | rights_by_parent(dirfd, name, DELETE | FILE_READ_ATTRIBUTES) | SYNCHRONIZE | (*access & ~wanted);
    } else {
        status = security_grant_by(stored, &file_type, wanted, &granted);
        more = wanted & (DELETE | FILE_READ_ATTRIBUTES);
        if (status == STATUS_ACCESS_DENIED && more && (more = rights_by_parent(dirfd, name, more)))
            status = security_grant_by(stored, &file_type, wanted & ~more, &granted);
    }
    free(stored);
    return status;
}

/* --- creating --- */

NTSTATUS security_may_create(int dirfd, const char *name, bool directory, void **above)
{
    ACCESS_MASK granted;

    *above = security_of_parent(dirfd, name);
    if (!*above)
        return STATUS_SUCCESS;
    return security_grant_by(*above, &file_type, directory ? FILE_ADD_SUBDIRECTORY : FILE_ADD_FILE, &granted);
}

NTSTATUS security_file_assign(struct file_object *file, void *given, const void *above)
{
    void *made = NULL;
    struct sd_parts parts;
    NTSTATUS status;

    if (!is_on_disk(&file->obj) || (!given && (!above || !security_inheritable(above)))) {
        free(given);
        return STATUS_SUCCESS;
    }
    status = security_assign(&file_type, given, above,
                             ASSIGN_AUTO_INHERIT | (file->kind == FILE_KIND_DIRECTORY ? ASSIGN_CONTAINER : 0), &made);
    if (status || !made)
        return status;
    parts = sd_parts_of(made);
    status = security_file_store(&file->obj, made, sd_parts_size(&parts));
    free(made);
    return status;
}
