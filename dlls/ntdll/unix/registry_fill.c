/* SPDX-License-Identifier: MIT */
/* registry_fill.c: what the base registry cannot say in advance: about the user, the computer, its processors and time. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "path.h"
#include "processor.h"
#include "query.h"
#include "registry.h"
#include "security.h"
#include "system.h"

/* --- names --- */

static const char *computer_name(void)
{
    static char name[16]; /* NetBIOS names have 15 characters */
    char host[256] = "";
    if (!name[0]) {
        gethostname(host, sizeof(host) - 1);
        host[strcspn(host, ".")] = 0;
        for (size_t i = 0; host[i] && i < sizeof(name) - 1; i++)
            name[i] = host[i] >= 'a' && host[i] <= 'z' ? host[i] - 'a' + 'A' : host[i];
        if (!name[0])
            strcpy(name, "LOCALHOST");
    }
    return name;
}

static const char *user_sid_text(void)
{
    static char text[128];
    struct sid sid;
    if (!text[0]) {
        sid_user(&sid);
        sid_to_text(&sid.sid, text, sizeof(text));
    }
    return text;
}

static const struct {
    const char *word;
    const char *(*text)(void);
} words[] = {
    { "{user}", path_user_name },
    { "{computer}", computer_name },
    { "{sid}", user_sid_text },
};

static bool begins_with(const WCHAR *text, size_t length, const char *word)
{
    for (size_t i = 0; word[i]; i++)
        if (i >= length || text[i] != (unsigned char)word[i])
            return false;
    return true;
}

void *registry_expand(const void *text, ULONG *size)
{
    const WCHAR *in = text;
    size_t length = *size / sizeof(WCHAR), capacity = length, n = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        for (size_t at = 0; at < length; at++)
            capacity += begins_with(in + at, length - at, words[i].word) ? strlen(words[i].text()) : 0;
    WCHAR *out = malloc(capacity * sizeof(WCHAR));
    if (!out)
        return NULL;
    for (size_t at = 0; at < length;) {
        size_t i = 0;
        while (i < sizeof(words) / sizeof(words[0]) && !begins_with(in + at, length - at, words[i].word))
            i++;
        if (i == sizeof(words) / sizeof(words[0])) {
            out[n++] = in[at++];
            continue;
        }
        const char *replacement = words[i].text();
        n += utf8_to_utf16(replacement, strlen(replacement), out + n, capacity - n);
        at += strlen(words[i].word);
    }
    *size = (ULONG)(n * sizeof(WCHAR));
    return out;
}

/* --- setting values; when memory is short the value is just not there --- */

#define MAX_TEXT 1024

static struct name widen(const char *text, WCHAR buffer[MAX_TEXT])
{
    size_t length = strlen(text);
    return (struct name){ buffer, utf8_to_utf16(text, length, buffer, MAX_TEXT) };
}

void fill_data(struct key *key, const char *name, ULONG type, const void *data, size_t size)
{
    WCHAR buffer[MAX_TEXT];
    void *copy = malloc(size ? size : 1);
    if (!copy)
        return;
    memcpy(copy, data, size);
    uint64_t time = key->time; /* it was so from the beginning */
    if (!key_set_value(key, widen(name, buffer), type, copy, (ULONG)size))
        free(copy);
    key->time = time;
}

void fill_text(struct key *key, const char *name, ULONG type, const char *text)
{
    WCHAR buffer[MAX_TEXT + 1];
    size_t length = widen(text, buffer).length;
    buffer[length] = 0;
    fill_data(key, name, type, buffer, (length + 1) * sizeof(WCHAR));
}

void fill_dword(struct key *key, const char *name, ULONG value)
{
    fill_data(key, name, REG_DWORD, &value, sizeof(value));
}

struct key *fill_key(struct key *parent, const char *name, uint8_t flags)
{
    WCHAR buffer[MAX_TEXT];
    struct name wide = widen(name, buffer);
    struct key *key = key_child(parent, wide);
    return key ? key : key_add(parent, wide, flags);
}

static void add_link(struct key *parent, const char *name, const char *target)
{
    WCHAR buffer[MAX_TEXT];
    struct key *key = fill_key(parent, name, REGISTRY_LINK | REGISTRY_VOLATILE);
    if (key)
        fill_data(key, REG_LINK_VALUE_NAME, REG_LINK, buffer, widen(target, buffer).length * sizeof(WCHAR));
}

/* --- users --- */

static void registry_fill_users(struct key *key)
{
    WCHAR buffer[MAX_TEXT];
    char name[160];

    key_add_image(key, widen(".DEFAULT", buffer), REGISTRY_IMAGE_USER);
    key_add_image(key, widen(user_sid_text(), buffer), REGISTRY_IMAGE_USER);
    snprintf(name, sizeof(name), "%s_Classes", user_sid_text());
    fill_key(key, name, 0);
    add_link(key, "S-1-5-18", "\\Registry\\User\\.DEFAULT");
    fill_key(key, "S-1-5-19", 0);
    fill_key(key, "S-1-5-20", 0);
}

static void registry_fill_profiles(struct key *key)
{
    char folder[512];
    struct key *user = fill_key(key, user_sid_text(), 0);
    struct sid sid;

    if (!user)
        return;
    sid_user(&sid);
    snprintf(folder, sizeof(folder), "C:\\users\\%s", path_user_name());
    fill_text(user, "ProfileImagePath", REG_EXPAND_SZ, folder);
    fill_dword(user, "Flags", 0);
    fill_dword(user, "State", 0);
    fill_data(user, "Sid", REG_BINARY, &sid, sid_size(&sid.sid));
    struct key *system = fill_key(key, "S-1-5-18", 0);
    if (system)
        fill_text(system, "ProfileImagePath", REG_EXPAND_SZ, "%systemroot%\\system32\\config\\systemprofile");
}

static void registry_fill_volatile_environment(struct key *key)
{
    char text[512];
    const char *user = path_user_name();

    snprintf(text, sizeof(text), "C:\\users\\%s\\AppData\\Roaming", user);
    fill_text(key, "APPDATA", REG_SZ, text);
    fill_text(key, "HOMEDRIVE", REG_SZ, "C:");
    snprintf(text, sizeof(text), "\\users\\%s", user);
    fill_text(key, "HOMEPATH", REG_SZ, text);
    snprintf(text, sizeof(text), "C:\\users\\%s\\AppData\\Local", user);
    fill_text(key, "LOCALAPPDATA", REG_SZ, text);
    snprintf(text, sizeof(text), "\\\\%s", computer_name());
    fill_text(key, "LOGONSERVER", REG_SZ, text);
    fill_text(key, "USERDOMAIN", REG_SZ, computer_name());
    fill_text(key, "USERDOMAIN_ROAMINGPROFILE", REG_SZ, computer_name());
    fill_text(key, "USERNAME", REG_SZ, user);
    snprintf(text, sizeof(text), "C:\\users\\%s", user);
    fill_text(key, "USERPROFILE", REG_SZ, text);
}

/* --- processors --- */

static void registry_fill_processors(struct key *key)
{
    struct processor cpu = processor_identify();
    unsigned mhz = (unsigned)(system_cycles(1000000000) / 1000000);
    char model[PROCESSOR_NAME_SIZE];
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    char text[128];

    processor_name(model);
    for (long i = 0; i < count; i++) {
        char name[24];
        snprintf(name, sizeof(name), "%ld", i);
        struct key *processor = fill_key(key, name, REGISTRY_VOLATILE);
        if (!processor)
            return;
        fill_dword(processor, "~MHz", mhz);
        fill_dword(processor, "FeatureSet", 0x3d1b3fff);
        processor_describe(&cpu, text, sizeof(text));
        fill_text(processor, "Identifier", REG_SZ, text);
        fill_text(processor, "ProcessorNameString", REG_SZ, model);
        fill_text(processor, "VendorIdentifier", REG_SZ, cpu.vendor);
    }
}

/* The ports that programs may open: those with hardware behind them, and those that were defined (drive_define.c). */
static void registry_fill_serial_ports(struct key *key)
{
    char name[PATH_MAX], text[24], type[8];
    struct dirent *entry;
    DIR *dir;

    for (unsigned i = 0; i < 32; i++) { /* as many as Linux makes devices for, at most */
        snprintf(name, sizeof(name), "/sys/class/tty/ttyS%u/type", i);
        if (!read_small_file(name, type, sizeof(type)) || *type == '0')
            continue;
        snprintf(name, sizeof(name), "\\Device\\Serial%u", i);
        snprintf(text, sizeof(text), "COM%u", i + 1);
        fill_text(key, name, REG_SZ, text);
    }
    snprintf(name, sizeof(name), "%s/devices", options.prefix_dir);
    if (!(dir = opendir(name)))
        return;
    while ((entry = readdir(dir))) {
        if (strncasecmp(entry->d_name, "COM", 3) || !entry->d_name[3] ||
            entry->d_name[3 + strspn(entry->d_name + 3, "0123456789")] || strlen(entry->d_name) > 6)
            continue;
        snprintf(name, sizeof(name), "\\Device\\Defined%s", entry->d_name + 3);
        fill_text(key, name, REG_SZ, entry->d_name);
    }
    closedir(dir);
}

/* The processor's part of the system's environment. */
static void registry_fill_environment(struct key *key)
{
    struct processor_variables variables;
    char text[24];

    processor_variables(&variables);
    snprintf(text, sizeof(text), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    fill_text(key, "NUMBER_OF_PROCESSORS", REG_SZ, text);
    fill_text(key, "PROCESSOR_ARCHITECTURE", REG_SZ, "AMD64");
    fill_text(key, "PROCESSOR_IDENTIFIER", REG_SZ, variables.identifier);
    fill_text(key, "PROCESSOR_LEVEL", REG_SZ, variables.level);
    fill_text(key, "PROCESSOR_REVISION", REG_SZ, variables.revision);
}

/* --- time --- */

/* As the registry has it: a SYSTEMTIME whose day is the n-th of its weekday. */
static void set_rule(struct key *key, const char *name, const TIME_FIELDS *rule)
{
    USHORT time[8] = { (USHORT)rule->Year, (USHORT)rule->Month,  (USHORT)rule->Weekday, (USHORT)rule->Day,
                       (USHORT)rule->Hour, (USHORT)rule->Minute, (USHORT)rule->Second,  (USHORT)rule->Milliseconds };
    fill_data(key, name, REG_BINARY, time, sizeof(time));
}

static void set_wide(struct key *key, const char *name, const WCHAR *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    fill_data(key, name, REG_SZ, text, (length + 1) * sizeof(WCHAR));
}

static void registry_fill_time_zone(struct key *key)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION zone = { 0 };
    ULONG needed;

    if (time_zone_query(true, &zone, sizeof(zone), &needed))
        return;
    fill_dword(key, "ActiveTimeBias", (ULONG)(time_zone_bias() / 600000000));
    fill_dword(key, "Bias", (ULONG)zone.tzi.Bias);
    fill_dword(key, "DaylightBias", (ULONG)zone.tzi.DaylightBias);
    set_wide(key, "DaylightName", zone.tzi.DaylightName);
    set_rule(key, "DaylightStart", &zone.tzi.DaylightStart);
    fill_dword(key, "DynamicDaylightTimeDisabled", 0);
    fill_dword(key, "StandardBias", (ULONG)zone.tzi.StandardBias);
    set_wide(key, "StandardName", zone.tzi.StandardName);
    set_rule(key, "StandardStart", &zone.tzi.StandardStart);
    set_wide(key, "TimeZoneKeyName", zone.TimeZoneKeyName);
}

void registry_fill(struct key *key, uint8_t fill)
{
    static void (*const fills[])(struct key *) = { NULL,
#define X(name) registry_fill_##name,
                                                   REGISTRY_FILLS(X)
#undef X
    };
    if (fill < sizeof(fills) / sizeof(fills[0]) && fills[fill])
        fills[fill](key);
}
