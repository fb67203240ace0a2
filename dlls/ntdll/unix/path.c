/* SPDX-License-Identifier: MIT */
/*
 * path.c: the text of NT names. `\??\C:\x` is <prefix>/drive_c/x, `\??\Z:\x` is /x (others: drive.c); the standard folders of drive C:
 * (path_names.c) are put in their own spelling, so that the usual spellings of C:\Windows\System32 need no look-up.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

static const struct {
    const char *name;
    enum path_kind kind;
} dos_devices[] = {
    { "NUL", PATH_NULL },          { "CON", PATH_CONSOLE },       { "CONIN$", PATH_CONIN },
    { "CONOUT$", PATH_CONOUT },    { "PIPE", PATH_PIPE_ROOT },    { "MAILSLOT", PATH_MAILSLOT },
    { "MountPointManager", PATH_MOUNTMGR },
}, nt_devices[] = {
    { "Null", PATH_NULL },         { "NamedPipe", PATH_PIPE_ROOT }, { "Mailslot", PATH_MAILSLOT },
    { "CNG", PATH_RANDOM },        { "KsecDD", PATH_RANDOM },       { "Afd", PATH_AFD },
    { "MountPointManager", PATH_MOUNTMGR },
}, console_names[] = {
    { "CurrentIn", PATH_CONIN },   { "Input", PATH_CONIN },       { "CurrentOut", PATH_CONOUT },
    { "Output", PATH_CONOUT },     { "Console", PATH_CONSOLE },
};

/* The length of `prefix` (ASCII) if the text begins with it, case aside, else 0. */
static size_t skip(const WCHAR *text, size_t len, const char *prefix)
{
    size_t i;

    for (i = 0; prefix[i]; i++) {
        if (i >= len || unicode_upcase(text[i]) != unicode_upcase((unsigned char)prefix[i]))
            return 0;
    }
    return i;
}

static bool is_name(const WCHAR *text, size_t len, const char *name)
{
    return len == strlen(name) && skip(text, len, name) == len;
}

static bool reserve(struct nt_path *path, size_t more)
{
    size_t cap = path->cap;
    char *grown;

    if (path->len + more + 1 <= cap)
        return true;
    while (path->len + more + 1 > cap)
        cap *= 2;
    grown = path->name == path->buffer ? malloc(cap) : realloc(path->name, cap);
    if (!grown)
        return false;
    if (path->name == path->buffer)
        memcpy(grown, path->buffer, path->len + 1);
    path->name = grown;
    path->cap = cap;
    return true;
}

static bool append(struct nt_path *path, const char *text, size_t len)
{
    if (!reserve(path, len))
        return false;
    memcpy(path->name + path->len, text, len);
    path->len += len;
    path->name[path->len] = 0;
    return true;
}

static bool is_index(const WCHAR *text, size_t len)
{
    return is_name(text, len, ":$INDEX_ALLOCATION") || is_name(text, len, "$I30:$INDEX_ALLOCATION");
}

/* What follows the colon of a last component: `stream`, `stream:$DATA`, or `:$DATA`, which is the file itself ([MS-FSCC] 2.1.5). */
static NTSTATUS parse_stream(struct nt_path *path, const WCHAR *text, size_t len)
{
    size_t n = 0;

    if (is_index(text, len)) {
        path->names_index = path->must_be_dir = true;
        return STATUS_SUCCESS;
    }

    while (n < len && text[n] != ':') {
        if (!text[n] || text[n] == '/')
            return STATUS_OBJECT_NAME_INVALID;
        n++;
    }
    if (n > 255 || (n == len && !n) || (n < len && (n + 6 != len || !skip(text + n, 6, ":$DATA"))))
        return STATUS_OBJECT_NAME_INVALID;
    if (!n) {
        path->names_data = true;
        return STATUS_SUCCESS;
    }
    path->stream = malloc(3 * n + 1);
    if (!path->stream)
        return STATUS_NO_MEMORY;
    path->stream[utf16_to_utf8(text, n, path->stream, 3 * n)] = 0;
    return strlen(path->stream) < 255 ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

/* Appends one component, checked: Windows forbids some characters. Only the last one may have a stream. */
static NTSTATUS append_component(struct nt_path *path, const WCHAR *text, size_t len, bool last)
{
    size_t i, end, start;

    if (!len || (len == 1 && text[0] == '.') || (len == 2 && text[0] == '.' && text[1] == '.'))
        return STATUS_OBJECT_NAME_INVALID;
    if (!reserve(path, 3 * len + 1))
        return STATUS_NO_MEMORY;
    if (path->len && path->name[path->len - 1] != '/')
        path->name[path->len++] = '/';
    start = path->len;
    /* What follows a colon is a stream's name; the name itself must not be empty. */
    for (end = 1; end < len && text[end] != ':';)
        end++;
    if (end < len && (last ? parse_stream(path, text + end + 1, len - end - 1) != STATUS_SUCCESS
                           : !is_index(text + end + 1, len - end - 1)))
        goto invalid;
    for (i = 0; i < end;) {
        WCHAR c = text[i];
        if (c < 0x80) {
            if (path_char_forbidden(c))
                goto invalid;
            path->name[path->len++] = c;
            i++;
        } else if ((c & 0xff80) == 0xf000 && path_char_escaped(c & 0x7f, i + 1 == end)) {
            path->name[path->len++] = c & 0x7f;
            i++;
        } else {
            size_t run = 1;
            while (i + run < end && text[i + run] >= 0x80 && (text[i + run] & 0xff80) != 0xf000)
                run++;
            path->len += utf16_to_utf8(text + i, run, path->name + path->len, path->cap - path->len - 1);
            i += run;
        }
    }
    path->name[path->len] = 0;
    if (path->len - start > 255 && len > 255)
        goto invalid;
    return STATUS_SUCCESS;
invalid:
    path->name[path->len] = 0;
    return STATUS_OBJECT_NAME_INVALID;
}

bool path_component_to_unix(const WCHAR *text, size_t len, char *dst)
{
    struct nt_path path = { .cap = sizeof path.buffer };
    bool valid;

    path.name = path.buffer;
    valid = !append_component(&path, text, len, false) && path.len <= NAME_MAX;
    if (valid)
        memcpy(dst, path.name, path.len + 1);
    path_free(&path);
    return valid;
}

/* Appends all that is left of a file's name. */
static NTSTATUS append_components(struct nt_path *path, const WCHAR *text, size_t len)
{
    bool standard = path->is_standard;

    while (len) {
        size_t n = 0, before = path->len;
        NTSTATUS status;
        while (n < len && text[n] != '\\')
            n++;
        status = append_component(path, text, n, n == len);
        if (status)
            return status;
        if (standard) {
            size_t name = before + (before && path->name[before] == '/');
            const struct standard_dir *child = path_standard_child(path->standard, path->name + name, path->len - name);
            if (child) {
                path->len = name;
                if (!append(path, path_standard_name(child), strlen(path_standard_name(child))))
                    return STATUS_NO_MEMORY;
                path->standard = child;
                path->fixed = path->len;
            } else {
                standard = false;
            }
        }
        if (n == len)
            break;
        text += n + 1;
        len -= n + 1;
        if (!len)
            path->must_be_dir = true;
    }
    path->is_standard = standard;
    return STATUS_SUCCESS;
}

/* The file `text` (no leading backslash) of a drive. */
static NTSTATUS parse_on_drive(WCHAR letter, const WCHAR *text, size_t len, struct nt_path *path)
{
    char root[PATH_MAX];
    size_t n;

    path->kind = PATH_FILE;
    switch (unicode_upcase(letter)) {
    case 'C':
        if (!append(path, path_drive_c(), strlen(path_drive_c())))
            return STATUS_NO_MEMORY;
        path->fixed = path->len;
        path->in_drive_c = path->is_standard = true;
        path->standard = &path_standard_root;
        break;
    case 'Z':
        if (!append(path, "/", 1))
            return STATUS_NO_MEMORY;
        path->fixed = 1;
        break;
    default:
        if (!(n = drive_root(letter, root, sizeof root)))
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (!append(path, root, n))
            return STATUS_NO_MEMORY;
        path->fixed = n;
    }
    return append_components(path, text, len);
}

static NTSTATUS parse_device_text(enum path_kind kind, const WCHAR *text, size_t len, struct nt_path *path)
{
    path->kind = kind;
    if (kind == PATH_PIPE_ROOT || kind == PATH_MAILSLOT) {
        if (len && *text == '\\')
            text++, len--;
        if (len && kind == PATH_PIPE_ROOT)
            path->kind = PATH_PIPE;
        path->text = malloc((len + 1) * sizeof(WCHAR));
        if (!path->text)
            return STATUS_NO_MEMORY;
        memcpy(path->text, text, len * sizeof(WCHAR));
        path->text[len] = 0;
        path->text_len = len;
        return STATUS_SUCCESS;
    }
    if (len > 1 && kind != PATH_NULL && kind != PATH_AFD)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    return STATUS_SUCCESS;
}

static NTSTATUS parse_absolute(const WCHAR *text, size_t len, struct nt_path *path);
static NTSTATUS parse_device(const WCHAR *text, size_t len, struct nt_path *path);

/* `X$` or `X$\...`: a drive as administrators share it. */
static NTSTATUS parse_share(const WCHAR *text, size_t len, struct nt_path *path)
{
    if (len >= 2 && (unsigned)(unicode_upcase(text[0]) - 'A') < 26 && text[1] == '$' && (len == 2 || text[2] == '\\')) {
        NTSTATUS status = parse_on_drive(text[0], text + 3, len > 3 ? len - 3 : 0, path);
        return status == STATUS_OBJECT_PATH_NOT_FOUND ? STATUS_BAD_NETWORK_NAME : status;
    }
    return STATUS_BAD_NETWORK_NAME;
}

/* `COMPUTER\pipe\NAME`, `COMPUTER\mailslot\NAME`, `COMPUTER\SHARE\...`: this computer's, and for mailslots that of all (`*`). */
static NTSTATUS parse_network(const WCHAR *text, size_t len, struct nt_path *path)
{
    char own[HOST_NAME_MAX + 1] = "";
    size_t n = 0, k;

    while (n < len && text[n] != '\\')
        n++;
    bool all = n == 1 && text[0] == '*';
    gethostname(own, sizeof own - 1);
    own[strcspn(own, ".")] = 0;
    if (!all && !is_name(text, n, "localhost") && !is_name(text, n, "127.0.0.1") && !is_name(text, n, "::1") &&
        !is_name(text, n, "0--1.ipv6-literal.net") && !is_name(text, n, own))
        return STATUS_BAD_NETWORK_PATH;
    if (!all && (k = skip(text + n, len - n, "\\pipe\\")))
        return parse_device_text(PATH_PIPE_ROOT, text + n + k, len - n - k, path);
    if ((k = skip(text + n, len - n, "\\mailslot\\"))) {
        path->broadcast = all;
        return parse_device_text(PATH_MAILSLOT, text + n + k, len - n - k, path);
    }
    return all || n + 1 >= len ? STATUS_BAD_NETWORK_PATH : parse_share(text + n + 1, len - n - 1, path);
}

bool path_is_device(const WCHAR *name, size_t len)
{
    static const char *const others[] = { "GLOBALROOT", "Global", "UNC", "AUX", "PRN" };

    for (size_t i = 0; i < sizeof dos_devices / sizeof dos_devices[0]; i++) {
        if (is_name(name, len, dos_devices[i].name))
            return true;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (is_name(name, len, others[i]))
            return true;
    }
    return skip(name, len, "HarddiskVolume") || skip(name, len, "PhysicalDrive") || skip(name, len, "Volume{");
}

/* `NAME\rest` for a device that a program defined: its definition, and the rest. */
static NTSTATUS parse_defined(const WCHAR *text, size_t n, size_t len, struct nt_path *path)
{
    size_t length;
    WCHAR *target = device_definition(text, n, &length), *name;
    NTSTATUS status;

    if (!target)
        return n < len ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND;
    if (++path->hops > 16) { /* one leads to the other */
        free(target);
        return STATUS_OBJECT_PATH_INVALID;
    }
    name = realloc(target, (length + len - n + 1) * sizeof(WCHAR));
    if (!name) {
        free(target);
        return STATUS_NO_MEMORY;
    }
    if (n < len && length && name[length - 1] == '\\')
        length--;
    memcpy(name + length, text + n, (len - n) * sizeof(WCHAR));
    status = parse_absolute(name, length + len - n, path);
    free(name);
    return status;
}

/* The number of `COM1` and its like (superscript digits count, "Naming Files"), of `AUX` and `PRN`; 0: it is no port's name. */
static unsigned port_number(const WCHAR *text, size_t n, const char *kind, const char *other)
{
    unsigned number = 0;

    if (is_name(text, n, other))
        return 1;
    if (n < 4 || n > 6 || !skip(text, 3, kind))
        return 0;
    if (n == 4 && (text[3] == 0xb9 || text[3] == 0xb2 || text[3] == 0xb3))
        return text[3] == 0xb9 ? 1 : text[3] & 7;
    for (size_t i = 3; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        number = number * 10 + (text[i] - '0');
    }
    return text[3] == '0' ? 0 : number;
}

/* A port is what was defined as it, else Linux' of that number: /dev/ttyS0 is COM1, /dev/lp0 is LPT1. */
static NTSTATUS parse_port(const char *kind, unsigned number, const WCHAR *rest, size_t len, struct nt_path *path)
{
    bool serial = *kind == 'C';
    char name[24];
    WCHAR wide[8], *target;
    size_t n = (size_t)snprintf(name, sizeof name, "%s%u", kind, number), length;
    NTSTATUS status = STATUS_SUCCESS;

    if (len && *rest != ':')
        return STATUS_OBJECT_PATH_NOT_FOUND;
    for (size_t i = 0; i < n; i++)
        wide[i] = (WCHAR)name[i];
    if ((target = device_definition(wide, n, &length))) {
        if (++path->hops > 16)
            status = STATUS_OBJECT_PATH_INVALID;
        else
            status = parse_absolute(target, length, path);
        free(target);
    } else {
        n = (size_t)snprintf(name, sizeof name, serial ? "/dev/ttyS%u" : "/dev/lp%u", number - 1);
        path->kind = PATH_FILE;
        if (!append(path, name, n))
            return STATUS_NO_MEMORY;
        path->fixed = path->len;
        if (access(path->name, F_OK))
            status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    path->is_port = serial && path->kind == PATH_FILE;
    return status;
}

/* What follows `\??\`. */
static NTSTATUS parse_dos_device(const WCHAR *text, size_t len, struct nt_path *path)
{
    size_t n;

    if (len >= 2 && text[1] == ':' && (unsigned)(unicode_upcase(text[0]) - 'A') < 26) {
        NTSTATUS status;
        if (len == 2) {
            status = parse_on_drive(text[0], NULL, 0, path);
            path->kind = PATH_VOLUME;
            return status == STATUS_OBJECT_PATH_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
        }
        if (text[2] != '\\')
            return STATUS_OBJECT_NAME_INVALID;
        return parse_on_drive(text[0], text + 3, len - 3, path);
    }
    if ((n = skip(text, len, "GLOBALROOT\\")))
        return parse_absolute(text + n - 1, len - n + 1, path);
    if ((n = skip(text, len, "Global\\")))
        return parse_dos_device(text + n, len - n, path);
    if ((n = skip(text, len, "UNC\\")))
        return parse_network(text + n, len - n, path);
    if ((n = skip(text, len, PATH_VOLUME_GUID)) && len >= n + 3 && text[n + 2] == '}') {
        WCHAR letter =
            (text[n] - '0') * 16 + (text[n + 1] <= '9' ? text[n + 1] - '0' : (text[n + 1] | 0x20) - 'a' + 10);
        if ((unsigned)(unicode_upcase(letter) - 'A') >= 26)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (len == n + 3) {
            NTSTATUS status = parse_on_drive(letter, NULL, 0, path);
            path->kind = PATH_VOLUME;
            return status;
        }
        if (text[n + 3] == '\\')
            return parse_on_drive(letter, text + n + 4, len - n - 4, path);
    }
    for (n = 0; n < len && text[n] != '\\';)
        n++;
    for (size_t i = 0; i < sizeof dos_devices / sizeof dos_devices[0]; i++) {
        if (is_name(text, n, dos_devices[i].name))
            return parse_device_text(dos_devices[i].kind, text + n, len - n, path);
    }
    if (skip(text, len, "HarddiskVolume"))
        return parse_device(text, len, path);
    if (is_name(text, len, "PhysicalDrive0")) { /* the disk that / lies on, for what is asked of disks */
        NTSTATUS status = parse_on_drive('Z', NULL, 0, path);
        path->kind = PATH_VOLUME;
        return status;
    }
    unsigned port = port_number(text, n, "COM", "AUX");
    if (port)
        return parse_port("COM", port, text + n, len - n, path);
    if ((port = port_number(text, n, "LPT", "PRN")))
        return parse_port("LPT", port, text + n, len - n, path);
    return parse_defined(text, n, len, path);
}

static NTSTATUS parse_system(const WCHAR *text, size_t len, bool installed, struct nt_path *path)
{
    static const char prefix_dir[] = "/windows/system32";
    const char *root = installed ? options.system_dir : path_drive_c();

    if (!root)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    path->kind = PATH_FILE;
    path->joined = installed;
    if (!append(path, root, strlen(root)) || (!installed && !append(path, prefix_dir, sizeof prefix_dir - 1)))
        return STATUS_NO_MEMORY;
    path->fixed = path->len;
    NTSTATUS status = append_components(path, text, len);
    if (!status && installed &&
        asprintf(&path->prefix_name, "%s%s%s", path_drive_c(), prefix_dir, path->name + path->fixed) < 0) {
        path->prefix_name = NULL;
        return STATUS_NO_MEMORY;
    }
    return status;
}

/* What follows `\Device\`. */
static NTSTATUS parse_device(const WCHAR *text, size_t len, struct nt_path *path)
{
    size_t n;

    if ((n = skip(text, len, "HarddiskVolume"))) {
        unsigned number = 0;
        while (n < len && text[n] >= '0' && text[n] <= '9' && number < 100)
            number = number * 10 + text[n++] - '0';
        if (number < 1 || number > 26 || (n < len && text[n] != '\\'))
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (n < len)
            return parse_on_drive('A' + number - 1, text + n + 1, len - n - 1, path);
        NTSTATUS status = parse_on_drive('A' + number - 1, NULL, 0, path);
        path->kind = PATH_VOLUME;
        return status;
    }
    /* Files of C:\\windows\\system32: only those that the prefix has there, only those of the installation (ldrload.c). */
    if ((n = skip(text, len, "Transom\\native\\")))
        return parse_system(text + n, len - n, false, path);
    if ((n = skip(text, len, "Transom\\builtin\\")))
        return parse_system(text + n, len - n, true, path);
    if ((n = skip(text, len, "Mup\\")) || (n = skip(text, len, "LanmanRedirector\\")))
        return parse_network(text + n, len - n, path);
    if ((n = skip(text, len, "ConDrv\\"))) {
        for (size_t i = 0; i < sizeof console_names / sizeof console_names[0]; i++) {
            if (is_name(text + n, len - n, console_names[i].name))
                return parse_device_text(console_names[i].kind, NULL, 0, path);
        }
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    for (n = 0; n < len && text[n] != '\\';)
        n++;
    for (size_t i = 0; i < sizeof nt_devices / sizeof nt_devices[0]; i++) {
        if (is_name(text, n, nt_devices[i].name))
            return parse_device_text(nt_devices[i].kind, text + n, len - n, path);
    }
    return n < len ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS parse_absolute(const WCHAR *text, size_t len, struct nt_path *path)
{
    static const WCHAR windows[] = u"windows";
    NTSTATUS status;
    size_t n;

    if ((n = skip(text, len, "\\??\\")) || (n = skip(text, len, "\\DosDevices\\")) ||
        (n = skip(text, len, "\\GLOBAL??\\")))
        return parse_dos_device(text + n, len - n, path);
    if ((n = skip(text, len, "\\Device\\")))
        return parse_device(text + n, len - n, path);
    if ((n = skip(text, len, "\\SystemRoot")) && (n == len || text[n] == '\\')) {
        status = parse_on_drive('C', windows, sizeof windows / sizeof windows[0] - 1, path);
        return status || n == len ? status : append_components(path, text + n + 1, len - n - 1);
    }
    if (!len || text[0] != '\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    for (n = 1; n < len && text[n] != '\\';)
        n++;
    return n < len ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS parse_relative(struct file_object *root, const WCHAR *text, size_t len, struct nt_path *path)
{
    path->root = root;
    object_ref(&root->obj);
    if (root->kind == FILE_KIND_PIPE || root->kind == FILE_KIND_PIPE_ROOT) {
        NTSTATUS status = parse_device_text(PATH_PIPE_ROOT, text, len, path);
        if (!status && root->kind == FILE_KIND_PIPE)
            path->kind = PATH_PIPE;
        return status;
    }
    if (!len) {
        path->kind = PATH_SAME;
        path->standard = root->standard;
        path->is_standard = root->standard != NULL;
        path->fixed = 0;
        return append(path, root->unix_path, strlen(root->unix_path)) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (text[0] == ':' && (root->kind == FILE_KIND_FILE || root->kind == FILE_KIND_DIRECTORY)) { /* a stream of it */
        path->kind = PATH_FILE;
        if (!append(path, root->unix_path, strlen(root->unix_path)))
            return STATUS_NO_MEMORY;
        path->fixed = path->len;
        return parse_stream(path, text + 1, len - 1);
    }
    if (root->kind != FILE_KIND_DIRECTORY)
        return root->kind == FILE_KIND_FILE ? STATUS_INVALID_PARAMETER : STATUS_OBJECT_TYPE_MISMATCH;
    if (text[0] == '\\')
        return STATUS_OBJECT_NAME_INVALID;
    path->kind = PATH_FILE;
    if (!root->standard) {
        path->dirfd = root->fd;
        return append_components(path, text, len);
    }
    if (!append(path, root->unix_path, strlen(root->unix_path)))
        return STATUS_NO_MEMORY;
    path->standard = root->standard;
    path->is_standard = path->in_drive_c = true;
    path->fixed = path->len;
    return append_components(path, text, len);
}

NTSTATUS path_parse_text(struct file_object *root, const WCHAR *text, size_t len, struct nt_path *path)
{
    memset(path, 0, offsetof(struct nt_path, buffer));
    path->dirfd = AT_FDCWD;
    path->name = path->buffer;
    path->cap = sizeof path->buffer;
    path->buffer[0] = 0;
    NTSTATUS status = root ? parse_relative(root, text, len, path) : parse_absolute(text, len, path);
    return !status && path_is_long(path) ? path_shorten(path) : status;
}

NTSTATUS path_parse(const OBJECT_ATTRIBUTES *user, struct nt_path *path)
{
    WCHAR stack[400], *text = stack;
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    struct object *root = NULL;
    int level = -1;
    NTSTATUS status;

    memset(path, 0, offsetof(struct nt_path, buffer));
    path->name = path->buffer;
    if (!user_copy_in(&attr, user, sizeof attr))
        return STATUS_ACCESS_VIOLATION;
    if (attr.Length != sizeof attr)
        return STATUS_INVALID_PARAMETER;
    if (!attr.ObjectName)
        return STATUS_OBJECT_NAME_INVALID;
    if (!user_copy_in(&name, attr.ObjectName, sizeof name))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length & 1)
        return STATUS_OBJECT_NAME_INVALID;
    if (name.Length > sizeof stack && !(text = malloc(name.Length)))
        return STATUS_NO_MEMORY;
    if (name.Length && !user_copy_in(text, name.Buffer, name.Length)) {
        status = STATUS_ACCESS_VIOLATION;
        goto done;
    }
    if (attr.SecurityQualityOfService) {
        struct {
            ULONG length, level;
            UCHAR tracking, effective_only;
        } quality;
        if (!user_copy_in(&quality, attr.SecurityQualityOfService, sizeof quality)) {
            status = STATUS_ACCESS_VIOLATION;
            goto done;
        }
        if (quality.level > 3) {
            status = STATUS_BAD_IMPERSONATION_LEVEL;
            goto done;
        }
        level = (int)quality.level;
    }
    if (attr.RootDirectory) {
        status = handle_lookup(attr.RootDirectory, &file_type, 0, &root);
        if (status)
            goto done;
    }
    status = path_parse_text((struct file_object *)root, text, name.Length / sizeof(WCHAR), path);
    path->own_level = level >= 0;
    path->level = (UCHAR)level;
done:
    if (text != stack)
        free(text);
    if (root)
        object_unref(root);
    return status;
}

void path_free(struct nt_path *path)
{
    if (path->name != path->buffer)
        free(path->name);
    free(path->text);
    free(path->stream);
    free(path->prefix_name);
    free(path->long_name);
    if (path->own_dir > 0)
        close(path->own_dir);
    if (path->root)
        object_unref(&path->root->obj);
}

/* For path_lookup.c: puts `text` in place of the bytes from..to. */
bool path_replace(struct nt_path *path, size_t from, size_t to, const char *text)
{
    size_t n = strlen(text);

    if (n > to - from && !reserve(path, n - (to - from)))
        return false;
    memmove(path->name + from + n, path->name + to, path->len - to + 1);
    memcpy(path->name + from, text, n);
    path->len += n - (to - from);
    return true;
}
