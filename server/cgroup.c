/* SPDX-License-Identifier: MIT */
/*
 * cgroup.c: control groups of Linux, of both versions (cgroups(7)).
 *
 * Version 2: a group whose groups below are controlled has no processes itself. So the processes of each of ours are in one below
 * it, "members", and where ours are made is the first group above the server's own that is ours to write (systemd delegates
 * a user's), has the controller and can give it to those below. Version 1: below the server's own.
 *
 * A group's name has the server's process id, so that the next server removes what one that was killed has left.
 */
#include "cgroup.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX  "transom-"
#define MEMBERS "members"

static bool version_1;

/* --- files --- */

static bool put(const char *group, const char *name, const char *text)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", group, name) >= (int)sizeof(path))
        return false;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return written;
}

static bool put_number(const char *group, const char *name, long long number)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", number);
    return put(group, name, text);
}

/* Whether a file of words has this one. */
static bool has_word(const char *group, const char *name, const char *word)
{
    char path[PATH_MAX], text[64];
    bool found = false;
    if (snprintf(path, sizeof(path), "%s/%s", group, name) >= (int)sizeof(path))
        return false;
    FILE *file = fopen(path, "re");
    while (file && !found && fscanf(file, "%63s", text) == 1)
        found = !strcmp(text, word);
    if (file)
        fclose(file);
    return found;
}

static bool writable(const char *group, const char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof(path), "%s/%s", group, name) < (int)sizeof(path) && !access(path, W_OK);
}

static char *join(const char *group, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", group, name) < 0 ? NULL : path;
}

/* --- where groups can be made --- */

struct place {
    char mount[PATH_MAX], root[PATH_MAX], own[PATH_MAX];
};

/* An item of a list with commas. */
static bool listed(const char *list, const char *item)
{
    size_t length = strlen(item);
    for (const char *at = list; (at = strstr(at, item)); at += length)
        if ((at == list || at[-1] == ',') && (!at[length] || at[length] == ',' || at[length] == '\n'))
            return true;
    return false;
}

/* proc_pid_mountinfo(5): ID PARENT DEVICE ROOT MOUNT OPTIONS ... - TYPE SOURCE OPTIONS */
static bool find_mount(struct place *place, bool first)
{
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    while (file && !found && getline(&line, &room, file) > 0) {
        char type[32], options[512];
        const char *behind = strstr(line, " - ");
        found = behind && sscanf(behind, " - %31s %*s %511s", type, options) == 2 &&
                (first ? !strcmp(type, "cgroup") && listed(options, "cpu") : !strcmp(type, "cgroup2")) &&
                sscanf(line, "%*s %*s %*s %4095s %4095s", place->root, place->mount) == 2;
    }
    if (file)
        fclose(file);
    free(line);
    return found;
}

/* proc_pid_cgroup(5): NUMBER:CONTROLLERS:PATH; version 2 has no controllers here. */
static bool find_own(struct place *place, bool first)
{
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && !found && getline(&line, &room, file) > 0) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = 0;
        path[strcspn(path, "\n")] = 0;
        found = first ? listed(list + 1, "cpu") : !list[1];
        size_t skip = strcmp(place->root, "/") ? strlen(place->root) : 0;
        if (found)
            found = (!skip || !strncmp(path, place->root, skip)) && !strstr(path, "/..") &&
                    snprintf(place->own, sizeof(place->own), "%s%s", place->mount,
                             strcmp(path + skip, "/") ? path + skip : "") < (int)sizeof(place->own);
    }
    if (file)
        fclose(file);
    free(line);
    return found;
}

static bool controls_below(const char *group)
{
    return has_word(group, "cgroup.subtree_control", "cpu") || put(group, "cgroup.subtree_control", "+cpu");
}

/* In version 2 one that has processes of its own is not, as a rule: the kernel then lets no controller be given on. */
static bool suitable(const char *group)
{
    if (!writable(group, "") || !writable(group, "cgroup.procs"))
        return false;
    return version_1 || (has_word(group, "cgroup.controllers", "cpu") && controls_below(group));
}

/* What servers that were killed have left there, those below first. */
static void sweep(const char *base, bool below)
{
    DIR *list = opendir(base);
    for (struct dirent *entry; list && (entry = readdir(list));) {
        int server;
        if (sscanf(entry->d_name, PREFIX "%d.", &server) != 1 || (!below && (!kill(server, 0) || errno != ESRCH)))
            continue;
        char *group = join(base, entry->d_name);
        if (!group)
            continue;
        sweep(group, true);
        cgroup_remove(group);
    }
    if (list)
        closedir(list);
}

static const char *base_group(void)
{
    static struct place place;
    static bool known;
    if (known)
        return place.own;
    for (int version = 2; version > 0; version--) {
        version_1 = version == 1;
        if (!find_mount(&place, version_1) || !find_own(&place, version_1))
            continue;
        size_t least = strlen(place.mount);
        known = suitable(place.own);
        while (!known && !version_1 && strlen(place.own) > least) {
            *strrchr(place.own, '/') = 0;
            known = suitable(place.own);
        }
        if (!known)
            continue;
        sweep(place.own, false);
        return place.own;
    }
    return NULL;
}

/* --- groups --- */

char *cgroup_new(const char *above)
{
    static unsigned serial;
    char name[64], *group, *members;
    if (!above)
        above = base_group();
    if (!above || (!version_1 && !controls_below(above)))
        return NULL;
    snprintf(name, sizeof(name), PREFIX "%d.%u", (int)getpid(), ++serial);
    group = join(above, name);
    members = group ? join(group, MEMBERS) : NULL;
    bool made = members && !mkdir(group, 0755);
    if (made && mkdir(members, 0755)) {
        rmdir(group);
        made = false;
    }
    free(members);
    if (made)
        return group;
    free(group);
    return NULL;
}

/* Where it was made may have no processes: the server's own group may. */
static void send_members_away(const char *members)
{
    char path[PATH_MAX];
    static struct place own;
    unsigned id;
    if (!find_mount(&own, version_1) || !find_own(&own, version_1) ||
        snprintf(path, sizeof(path), "%s/cgroup.procs", members) >= (int)sizeof(path))
        return;
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%u", &id) == 1)
        put_number(own.own, "cgroup.procs", id);
    if (file)
        fclose(file);
}

void cgroup_remove(char *group)
{
    char *members = join(group, MEMBERS);
    if (members && rmdir(members) && errno == EBUSY) {
        send_members_away(members);
        rmdir(members);
    }
    rmdir(group);
    free(members);
    free(group);
}

bool cgroup_enter(const char *group, uint32_t id)
{
    char *members = join(group, MEMBERS);
    bool entered = members && put_number(members, "cgroup.procs", id);
    free(members);
    return entered;
}

bool cgroup_set_quota(const char *group, uint64_t quota, uint64_t period)
{
    char text[64];
    if (version_1) /* the period may be changed only as long as there is no quota */
        return put(group, "cpu.cfs_quota_us", "-1") &&
               (!quota || (put_number(group, "cpu.cfs_period_us", (long long)period) &&
                           put_number(group, "cpu.cfs_quota_us", (long long)quota)));
    if (quota)
        snprintf(text, sizeof(text), "%llu %llu", (unsigned long long)quota, (unsigned long long)period);
    return put(group, "cpu.max", quota ? text : "max");
}

bool cgroup_set_weight(const char *group, uint32_t weight)
{
    if (version_1) /* whose default is 1024 */
        return put_number(group, "cpu.shares", (long long)weight * 1024 / CGROUP_WEIGHT_DEFAULT);
    return put_number(group, "cpu.weight", weight);
}
