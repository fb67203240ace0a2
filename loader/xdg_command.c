/* SPDX-License-Identifier: MIT */
/*
 * xdg_command.c: `transom prefix xdg`: the user's folders in the prefix (Documents, Downloads, ...) are links to those of the
 * desktop, as user-dirs.dirs names them ("xdg-user-dirs"), or the prefix's own again.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command.h"
#include "path.h"

static const struct {
    const char *folder, *variable, *usual;
} folders[] = {
    { "Desktop", "XDG_DESKTOP_DIR", "Desktop" },      { "Documents", "XDG_DOCUMENTS_DIR", "Documents" },
    { "Downloads", "XDG_DOWNLOAD_DIR", "Downloads" }, { "Music", "XDG_MUSIC_DIR", "Music" },
    { "Pictures", "XDG_PICTURES_DIR", "Pictures" },   { "Videos", "XDG_VIDEOS_DIR", "Videos" },
};
#define COUNT (sizeof folders / sizeof folders[0])

/* A value of user-dirs.dirs: "$HOME/..." or "/..." in double quotes. False if it is neither. */
static bool parse_value(const char *text, const char *home, char path[PATH_MAX])
{
    size_t n = 0;

    if (*text++ != '"')
        return false;
    if (!strncmp(text, "$HOME", 5) && (text[5] == '/' || text[5] == '"')) {
        n = (size_t)snprintf(path, PATH_MAX, "%s", home);
        text += 5;
    } else if (*text != '/') {
        return false;
    }
    for (; *text && *text != '"' && n < PATH_MAX - 1; text++) {
        if (*text == '\\' && text[1])
            text++;
        path[n++] = *text;
    }
    while (n > 1 && path[n - 1] == '/')
        n--;
    path[n] = 0;
    return *text == '"' && n > 0;
}

/* Where the desktop has a folder. False: nowhere, as it is the home directory itself ("disabled"). */
static bool desktop_folder(unsigned index, char path[PATH_MAX])
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME"), *variable = folders[index].variable;
    char name[PATH_MAX], line[PATH_MAX + 64];
    size_t n = strlen(variable);
    FILE *in;

    if (!home || home[0] != '/' || snprintf(path, PATH_MAX, "%s/%s", home, folders[index].usual) >= PATH_MAX)
        return false;
    snprintf(name, sizeof name, "%s%s/user-dirs.dirs", config && *config ? config : home,
             config && *config ? "" : "/.config");
    in = fopen(name, "re");
    while (in && fgets(line, sizeof line, in)) {
        const char *text = line + strspn(line, " \t");
        if (!strncmp(text, variable, n) && text[n] == '=')
            parse_value(text + n + 1, home, path);
    }
    if (in)
        fclose(in);
    return strcmp(path, home) != 0;
}

static void prefix_folder(unsigned index, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/users/%s/%s", path_drive_c(), path_user_name(), folders[index].folder);
}

int xdg_list(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        char path[PATH_MAX], target[PATH_MAX];
        prefix_folder(i, path);
        ssize_t n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = 0;
        printf("%s\t%s\n", folders[i].folder, n > 0 ? target : path);
    }
    return 0;
}

/* False after a message. */
static bool link_folder(unsigned index)
{
    char path[PATH_MAX], target[PATH_MAX];
    struct stat st;

    if (!desktop_folder(index, target))
        return true;
    prefix_folder(index, path);
    if (stat(target, &st) || !S_ISDIR(st.st_mode)) {
        if (mkdir(target, 0777)) {
            fprintf(stderr, "transom: %s: %s\n", target, strerror(errno));
            return false;
        }
    }
    if (path_make_directories(path, strrchr(path, '/') - path)) {
        fprintf(stderr, "transom: %s: the prefix cannot be made\n", path);
        return false;
    }
    if (!lstat(path, &st) && (S_ISLNK(st.st_mode) ? unlink(path) : rmdir(path))) {
        fprintf(stderr, "transom: %s: %s\n", path,
                errno == ENOTEMPTY || errno == EEXIST ? "has files in it; move them first" : strerror(errno));
        return false;
    }
    if (!symlink(target, path))
        return true;
    fprintf(stderr, "transom: %s: %s\n", path, strerror(errno));
    return false;
}

int xdg_on(void)
{
    bool all = true;

    for (unsigned i = 0; i < COUNT; i++)
        all = link_folder(i) && all;
    return !all;
}

int xdg_off(void)
{
    int result = 0;

    for (unsigned i = 0; i < COUNT; i++) {
        char path[PATH_MAX];
        struct stat st;
        prefix_folder(i, path);
        if (lstat(path, &st) || !S_ISLNK(st.st_mode) || !unlink(path))
            continue;
        fprintf(stderr, "transom: %s: %s\n", path, strerror(errno));
        result = 1;
    }
    return result;
}
