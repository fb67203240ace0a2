/* SPDX-License-Identifier: MIT */
/* mount.c: which volume a drive letter means, and folders that volumes are mounted to: mount.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mount.h"
#include "path.h"

static bool has_drive(char letter)
{
    char target[PATH_MAX];

    return letter == 'C' || letter == 'Z' || !drive_target(letter, target, sizeof target);
}

char mount_volume_of(char letter)
{
    static const char device[] = "\\Device\\HarddiskVolume";
    WCHAR name[2] = { letter, ':' }, *target;
    char text[sizeof device + 3];
    unsigned number = 0;
    size_t length;

    if (!has_drive(letter))
        return 0;
    if (letter == 'C' || letter == 'Z' || !(target = device_definition(name, 2, &length)))
        return letter;
    if (length < sizeof text) {
        text[utf16_to_utf8(target, length, text, sizeof text - 1)] = 0;
        if (!strncmp(text, device, sizeof device - 1))
            number = strtoul(text + sizeof device - 1, NULL, 10);
    }
    free(target);
    return number >= 1 && number <= 26 && has_drive('A' + number - 1) ? 'A' + number - 1 : 0;
}

/* --- folders --- */

bool mount_is_link(const char *target, size_t length)
{
    const size_t mark = sizeof MOUNT_MARK - 1;

    return length >= mark && !memcmp(target + length - mark, MOUNT_MARK, mark);
}

static bool note_name(const char *folder, char *name, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (const char *at = folder; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    return (size_t)snprintf(name, size, "%s/mounts/%016llx", options.prefix_dir, (unsigned long long)hash) < size;
}

void mount_note(const char *folder)
{
    char name[PATH_MAX];

    if (prefix_create() || !note_name(folder, name, sizeof name))
        return;
    *strrchr(name, '/') = 0;
    if (mkdir(name, 0777) && errno != EEXIST)
        return;
    name[strlen(name)] = '/';
    if (symlink(folder, name) && errno == EEXIST && !unlink(name) && symlink(folder, name))
        return; /* it is mounted, if not listed */
}

void mount_forget(const char *folder)
{
    char name[PATH_MAX];

    if (note_name(folder, name, sizeof name))
        unlink(name);
}

char mount_of_folder(const char *folder)
{
    char target[PATH_MAX];
    ssize_t n = readlink(folder, target, sizeof target - 1);
    WCHAR drive = 0, *name;
    size_t length;

    if (n <= 0 || !mount_is_link(target, n))
        return 0;
    n -= sizeof MOUNT_MARK - 1;
    target[n ? n : 1] = 0;
    name = path_volume_name(target, &length, &drive);
    free(name);
    return name && length == 1 ? (char)drive : 0;
}

void mount_each(void (*each)(const char *folder, char volume, void *context), void *context)
{
    char name[PATH_MAX], folder[PATH_MAX], volume;
    struct dirent *entry;
    DIR *dir;

    if ((size_t)snprintf(name, sizeof name, "%s/mounts", options.prefix_dir) >= sizeof name || !(dir = opendir(name)))
        return;
    while ((entry = readdir(dir))) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, folder, sizeof folder - 1);
        if (n <= 0)
            continue;
        folder[n] = 0;
        if ((volume = mount_of_folder(folder)))
            each(folder, volume, context);
        else
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}
