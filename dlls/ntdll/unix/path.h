/* SPDX-License-Identifier: MIT */
/*
 * path.h: from NT names to Unix files and back (path.c, path_lookup.c, path_listing.c, path_names.c).
 *
 * A name is translated in two steps. path_parse() is text only: drive, checks, UTF-8. The caller then tries that spelling
 * with one *at() call, which nearly always succeeds. Only when it says ENOENT (or ENOTDIR) the caller asks path_resolve_other()
 * for what differs: another case, a short name, the other half of a joined directory; and tries again.
 */
#ifndef TRANSOM_PATH_H
#define TRANSOM_PATH_H

#include <limits.h>
#include <fcntl.h>
#include "unix.h"

struct file_object;

enum path_kind {
    PATH_FILE,    /* a file or directory: at dirfd / name */
    PATH_VOLUME,  /* a drive itself (`\??\C:`): name is its root directory */
    PATH_NULL,    /* NUL */
    PATH_CONSOLE, /* CON: input or output, as the access asks */
    PATH_CONIN,
    PATH_CONOUT,
    PATH_PIPE_ROOT, /* `\Device\NamedPipe\` itself */
    PATH_PIPE,      /* text = name of the pipe below it; root = the pipe that an empty name is relative to */
    PATH_MAILSLOT,  /* text = name of the mailslot */
    PATH_RANDOM,    /* `\Device\CNG`, `\Device\KsecDD` */
    PATH_MOUNTMGR,  /* `\Device\MountPointManager` */
    PATH_AFD,       /* `\Device\Afd`, whatever follows: sockets */
    PATH_SAME,      /* empty name relative to root: root's own file once more */
};

/* Folders of drive C: that every program may rely on, whether the prefix has them yet or not. */
struct standard_dir {
    const char *name; /* UTF-8; "" for the drive itself, "\1" stands for the user's name */
    const struct standard_dir *children;
    unsigned count;
};

struct nt_path {
    enum path_kind kind;
    int dirfd;                /* AT_FDCWD, or root's descriptor */
    struct file_object *root; /* referenced; NULL unless the name is relative to a handle */
    char *name;               /* what to give to *at() */
    size_t len, cap;
    size_t fixed;                        /* length of the part that comes from us: the walk need not look at it */
    const struct standard_dir *standard; /* the standard folder that is (or directly contains) the file */
    bool is_standard;                    /* it is that folder itself */
    bool in_drive_c;                     /* name is below <prefix>/drive_c */
    bool joined; /* after path_resolve: the file is the installation's; prefix_name is where a changed one goes */
    char *prefix_name;
    bool
        plain_above; /* after path_resolve: its directory exists and has no extended attributes of ours (file_attr.c) */
    bool must_be_dir; /* the name ended in a backslash, or as the next one */
    bool is_port;     /* of a serial port: name is its device's */
    bool names_index; /* `dir::$INDEX_ALLOCATION`: what a directory is */
    bool names_data;  /* `file::$DATA`: what a file is */
    char *stream;     /* `file:stream`: its name, malloc'ed */
    WCHAR *text;      /* pipes, mailslots: malloc'ed, zero-terminated */
    bool own_level;   /* pipes: the client says as what it may be impersonated: */
    UCHAR level;
    bool broadcast; /* mailslots: `\\*\mailslot\NAME`, those of all computers */
    size_t text_len;
    int own_dir;        /* a long name's: name is relative to this directory; 0: it is not long */
    char *long_name;    /* then: all of it; malloc'ed */
    unsigned char hops; /* defined devices that the name led through */
    char buffer[512];
};

/* Both read the program's memory guardedly. Free with path_free() also after failure. */
NTSTATUS path_parse(const OBJECT_ATTRIBUTES *user, struct nt_path *path);
NTSTATUS path_parse_text(struct file_object *root, const WCHAR *text, size_t len, struct nt_path *path);
void path_free(struct nt_path *path);

/*
 * Finds the spelling that exists. STATUS_SUCCESS: name exists now (or path->is_standard: the folder is only virtual, no such
 * file exists; name is where it would be). STATUS_OBJECT_NAME_NOT_FOUND: all but the last component exist, name is spelled
 * so that it can be created. STATUS_OBJECT_PATH_NOT_FOUND otherwise.
 */
NTSTATUS path_resolve(struct nt_path *path);
/* The same after the caller's own attempt: the exact spelling is not tried again. */
NTSTATUS path_resolve_other(struct nt_path *path);
/* Before the caller's own attempt: STATUS_OBJECT_NAME_NOT_FOUND if there certainly is no such file, in any spelling, and all but the
 * last component exist. STATUS_SUCCESS: try it; the spelling may have been changed to the one that is there. */
NTSTATUS path_guess(struct nt_path *path);
/* Makes the standard folder that the path lies in (and the prefix itself) real. */
NTSTATUS path_make_parents(struct nt_path *path);
NTSTATUS path_make_directories(const char *name, size_t len); /* name[0..len) being a standard folder */
/* --- path_long.c: names beyond PATH_MAX --- */
bool path_is_long(const struct nt_path *path);
NTSTATUS path_shorten(struct nt_path *path);
/* What the name is relative to lives as long as the file. */
void path_give_directory(struct nt_path *path, struct file_object *file);

bool path_replace(struct nt_path *path, size_t from, size_t to, const char *text); /* false: no memory */

/* Tells the look-up cache what this process did in a directory: `name` as given to *at() (the last component counts). */
void path_note_change(int dirfd, const char *name, bool added);

/* The case-insensitive look-up in one directory: `name` (UTF-8, len bytes) -> *found malloc'ed, or NULL if there is none.
 * *plain (if not NULL): the directory has no extended attributes of ours. Returns an errno. */
int path_lookup(int dirfd, const char *dir, const char *name, size_t len, char **found, bool *plain);

/* What a table that is up to date says without a look at the file itself. PATH_RESPELLED: *found as above. */
enum path_answer { PATH_UNSURE, PATH_ABSENT, PATH_RESPELLED };
enum path_answer path_ask(int dirfd, const char *dir, const char *name, size_t len, char **found, bool *plain);

/* The flag of a directory that it distinguishes case (FILE_CASE_SENSITIVE_INFORMATION). */
bool path_case_sensitive(int fd);
NTSTATUS path_set_case_sensitive(int fd, bool on);

/* One component between UTF-16 as programs see it and the bytes of a Unix name: characters that Windows forbids in names
 * are U+F000 + character on the Windows side. Sizes as in utf8_to_utf16 / utf16_to_utf8; dst must be large enough. */
size_t path_component_to_windows(const char *src, size_t len, WCHAR *dst, size_t cap);
/* The other way; `dst` has NAME_MAX + 1 bytes. False: no file has such a name (wildcards are none). */
bool path_component_to_unix(const WCHAR *text, size_t len, char *dst);
bool path_name_equal(const WCHAR *a, size_t a_len, const WCHAR *b, size_t b_len); /* without case */

/* The DOS path without its drive letter of an absolute Unix path (`\usr\bin`), and the drive; malloc'ed, zero-terminated. */
WCHAR *path_volume_name(const char *unix_path, size_t *len, WCHAR *drive);

/* What {7472616e-736f-6d00-0000-0000000000XX} is in memory: the GUID that a drive's volume has in its name. */
static inline void path_volume_guid(WCHAR letter, unsigned char guid[16])
{
    static const unsigned char all[15] = { 0x6e, 0x61, 0x72, 0x74, 0x6f, 0x73, 0x00, 0x6d };

    for (int i = 0; i < 15; i++)
        guid[i] = all[i];
    guid[15] = (unsigned char)letter;
}

/* --- drive.c: drives that the user added. Functions that return an int give an errno --- */

/* The Unix name of a drive's root, whether it is there or not; its length, 0 if it is too long. */
size_t drive_root(WCHAR letter, char *name, size_t size);
/* If path is below a drive's root as drive_root() names it: what follows, and the letter. Otherwise NULL. */
const char *drive_of_path(const char *path, WCHAR *letter);
/* A file's real path as one on the drive that it was opened on; malloc'ed. NULL: it is not there, or on no such drive. */
char *drive_path_of(const char *opened, const char *real);
int drive_target(char letter, char *target, size_t size);
int drive_add(char letter, const char *folder);
int drive_link(char letter, const char *target); /* drive_add() without a look at the folder */
int drive_remove(char letter);
enum drive_type { DRIVE_TYPE_FIXED, DRIVE_TYPE_REMOVABLE, DRIVE_TYPE_CDROM, DRIVE_TYPE_NETWORK, DRIVE_TYPE_RAM };
extern const char *const drive_type_names[];
enum drive_type drive_type(char letter);
int drive_set_type(char letter, enum drive_type type);

/* --- drive_define.c: devices that programs defined --- */

/* The current definition of a device, a name of the NT namespace; malloc'ed. NULL: there is none. */
WCHAR *device_definition(const WCHAR *name, size_t len, size_t *length);
NTSTATUS device_define(const WCHAR *name, size_t name_length, const WCHAR *target, size_t target_length, ULONG flags);
bool path_is_device(const WCHAR *name, size_t len); /* one of ours: NUL, PIPE, GLOBALROOT, ... (path.c) */

const char *path_drive_c(void);   /* <prefix>/drive_c */
const char *path_user_name(void); /* NAME of C:\users\NAME */
const struct standard_dir *path_standard_child(const struct standard_dir *dir, const char *name, size_t len);
const char *path_standard_name(const struct standard_dir *dir);
/* Files of a standard folder that are elsewhere on the Linux side (drivers\etc\hosts): the one of this name; the names in turn. */
bool path_joined_file(const struct standard_dir *dir, const char *name, char file[PATH_MAX]);
bool path_is_template(const char *unix_name); /* one that a program may write to: its copy in the prefix, then */
const char *path_joined_name(const struct standard_dir *dir, unsigned index);
extern const struct standard_dir path_standard_root;
extern const struct standard_dir *const path_system32;

/* The short (8.3) name of a long one: a function of the name alone, in the form NTFS uses where many names are alike (two
 * characters and a hash). 0 if the name is a valid short name itself: then it has no other. */
size_t path_short_name(const WCHAR *name, size_t len, WCHAR out[12]);

/* Characters that no Windows name contains: those are U+F000 + c. A space or dot at the end is one, too. */
static inline bool path_char_forbidden(WCHAR c)
{
    return c < 0x20 || (c < 0x80 && (c == '"' || c == '*' || c == '/' || c == ':' || c == '<' || c == '>' || c == '?' ||
                                     c == '\\' || c == '|'));
}
static inline bool path_char_escaped(WCHAR c, bool last)
{
    return c && c != '/' && (path_char_forbidden(c) || (last && (c == ' ' || c == '.')));
}
#define PATH_VOLUME_GUID                                                                                               \
    "Volume{7472616e-736f-6d00-0000-0000000000" /* two hex digits of the drive's letter and } follow */

#endif
