/* SPDX-License-Identifier: MIT */
/*
 * mkregistry.c: compiles the base registry (share/registry.txt) and the time zones (share/timezones.txt) into the image of
 * include/registry_image.h.
 *
 *   mkregistry REGISTRY TIMEZONES OUTPUT
 *
 * The rules of the zones come from the system's tz database, as they are in the year that the list names.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include "../include/registry_image.h"

#define ZONES_KEY "\\Registry\\Machine\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones"

#define MAX_NAME 255

enum { REG_SZ = 1, REG_EXPAND_SZ = 2, REG_BINARY = 3, REG_DWORD = 4, REG_LINK = 6, REG_MULTI_SZ = 7, REG_QWORD = 11 };

struct value {
    struct value *next;
    char *name;
    uint32_t type;
    bool template;
    unsigned char *data;
    size_t size;
};

struct key {
    char *name;
    uint8_t flags, fill;
    struct key **children;
    size_t child_count, child_capacity;
    struct value *values, **last_value;
    size_t value_count;
    uint32_t index; /* in the image */
};

static const char *file_name;
static int line_number;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file_name, line_number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

static void *check(void *memory)
{
    if (!memory) {
        fputs("mkregistry: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* --- the tree --- */

static struct key *key_new(const char *name, size_t length)
{
    struct key *key = check(calloc(1, sizeof(*key)));
    key->name = check(strndup(name, length));
    key->last_value = &key->values;
    if (!length || length > MAX_NAME)
        fail("bad length of a key's name");
    for (size_t i = 0; i < length; i++)
        if (name[i] < ' ' || name[i] > '~')
            fail("names of keys are ASCII here");
    return key;
}

static struct key *child(struct key *parent, const char *name, size_t length)
{
    for (size_t i = 0; i < parent->child_count; i++)
        if (strlen(parent->children[i]->name) == length && !strncasecmp(parent->children[i]->name, name, length))
            return parent->children[i];
    if (parent->child_count == parent->child_capacity) {
        parent->child_capacity = parent->child_capacity ? parent->child_capacity * 2 : 8;
        parent->children = check(realloc(parent->children, parent->child_capacity * sizeof(*parent->children)));
    }
    return parent->children[parent->child_count++] = key_new(name, length);
}

static struct key *descend(struct key *key, const char *path)
{
    while (*path == '\\')
        path++;
    while (*path) {
        size_t length = strcspn(path, "\\");
        key = child(key, path, length);
        path += length;
        while (*path == '\\')
            path++;
    }
    return key;
}

static struct key *roots[2]; /* REGISTRY_IMAGE_ROOT, REGISTRY_IMAGE_USER */

static struct key *key_by_path(const char *path)
{
    static const struct {
        const char *prefix, *path;
        int root;
    } names[] = {
        { "\\Registry", "", 0 }, { "HKLM", "Machine", 0 },
        { "HKU", "User", 0 },    { "HKCR", "Machine\\SOFTWARE\\Classes", 0 },
        { "HKCU", "", 1 },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i].prefix);
        if (!strncasecmp(path, names[i].prefix, length) && (!path[length] || path[length] == '\\'))
            return descend(descend(roots[names[i].root], names[i].path), path + length);
    }
    fail("unknown root in [%s]", path);
}

static void add_value(struct key *key, const char *name, uint32_t type, const void *data, size_t size)
{
    for (struct value *v = key->values; v; v = v->next)
        if (!strcasecmp(v->name, name))
            fail("value \"%s\" twice", name);
    if (strlen(name) > MAX_NAME)
        fail("bad length of a value's name");
    struct value *value = check(calloc(1, sizeof(*value)));
    value->name = check(strdup(name));
    value->type = type;
    value->data = check(malloc(size + 1));
    memcpy(value->data, data, size);
    value->size = size;
    *key->last_value = value;
    key->last_value = &value->next;
    key->value_count++;
}

/* --- texts --- */

/* UTF-8 to UTF-16 with a zero at the end; the length in bytes, with the zero. */
static size_t widen(const char *text, uint16_t *out)
{
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        uint32_t c = *p++;
        int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
        if (more)
            c &= 0x3fu >> more;
        while (more-- > 0) {
            if ((*p & 0xc0) != 0x80)
                fail("not UTF-8");
            c = c << 6 | (*p++ & 0x3f);
        }
        if (c >= 0x10000) {
            out[n++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        out[n++] = (uint16_t)c;
    }
    out[n++] = 0;
    return n * 2;
}

static bool is_template(const char *text)
{
#define X(word) || strstr(text, "{" #word "}")
    return false REGISTRY_WORDS(X);
#undef X
}

static void add_text(struct key *key, const char *name, uint32_t type, const char *text)
{
    uint16_t *wide = check(malloc(strlen(text) * 2 + 2));
    size_t size = widen(text, wide);
    /* The target of a link has no zero at its end. */
    add_value(key, name, type, wide, type == REG_LINK ? size - 2 : size);
    if (is_template(text)) {
        struct value *last = key->values;
        while (last->next)
            last = last->next;
        last->template = true;
    }
    free(wide);
}

/* --- the parser --- */

static char *skip_space(char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* A text in quotes, taken as it is, with "" for a quote. Ends it with a zero; *end is what follows. */
static char *quoted(char *p, char **end)
{
    if (*p != '"')
        fail("\" expected at: %s", p);
    char *text = p + 1, *out = text;
    for (p = text; *p; p++) {
        if (*p == '"') {
            if (p[1] != '"')
                break;
            p++;
        }
        *out++ = *p;
    }
    if (*p != '"')
        fail("\" missing at the end");
    *end = skip_space(p + 1);
    *out = 0;
    return text;
}

static void parse_value(struct key *key, char *line)
{
    char *name = line, *p;
    if (*line == '@') {
        p = skip_space(line + 1);
        name = "";
    } else {
        name = quoted(line, &p);
    }
    if (*p != '=')
        fail("= expected after \"%s\"", name);
    p = skip_space(p + 1);
    if (*p == '"') {
        char *text = quoted(p, &p);
        add_text(key, name, REG_SZ, text);
    } else if (!strncmp(p, "expand ", 7)) {
        char *text = quoted(skip_space(p + 7), &p);
        add_text(key, name, REG_EXPAND_SZ, text);
    } else if (!strncmp(p, "multi", 5)) {
        /* No text is longer in characters than the line is in bytes. */
        uint16_t *list = check(malloc((strlen(p) + 2) * 2));
        size_t size = 0;
        for (p = skip_space(p + 5); *p;) {
            char *text = quoted(p, &p);
            size += widen(text, list + size / 2);
        }
        list[size / 2] = 0;
        add_value(key, name, REG_MULTI_SZ, list, size + 2);
        free(list);
    } else if (!strncmp(p, "dword ", 6)) {
        uint32_t number = (uint32_t)strtoul(p + 6, &p, 0);
        add_value(key, name, REG_DWORD, &number, sizeof(number));
    } else if (!strncmp(p, "qword ", 6)) {
        uint64_t number = strtoull(p + 6, &p, 0);
        add_value(key, name, REG_QWORD, &number, sizeof(number));
    } else if (!strncmp(p, "hex", 3)) {
        unsigned char *bytes = check(malloc(strlen(p) + 1));
        size_t size = 0;
        for (p = skip_space(p + 3); isxdigit((unsigned char)*p); p = skip_space(p))
            bytes[size++] = (unsigned char)strtoul(p, &p, 16);
        add_value(key, name, REG_BINARY, bytes, size);
        free(bytes);
    } else {
        fail("unknown kind of value: %s", p);
    }
    if (*skip_space(p))
        fail("what is this: %s", p);
}

/* `!word`: a property of the key. */
static void parse_property(struct key *key, char *line)
{
    static const struct {
        const char *word;
        uint8_t flag;
    } flags[] = {
        { "volatile", REGISTRY_VOLATILE }, { "fixed", REGISTRY_FIXED },           { "redirect", REGISTRY_REDIRECT },
        { "shared", REGISTRY_SHARED },     { "redirected", REGISTRY_REDIRECTED },
    };
    static const char *const fills[] = { "",
#define X(name) #name,
                                         REGISTRY_FILLS(X)
#undef X
    };
    if (!strncmp(line, "link ", 5)) {
        char *end, *target = quoted(skip_space(line + 5), &end);
        key->flags |= REGISTRY_LINK;
        add_text(key, "SymbolicLinkValue", REG_LINK, target);
        return;
    }
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (!strcmp(line, flags[i].word)) {
            key->flags |= flags[i].flag;
            return;
        }
    }
    for (size_t i = 1; i < sizeof(fills) / sizeof(fills[0]); i++) {
        if (!strcmp(line, fills[i])) {
            key->fill = (uint8_t)i;
            return;
        }
    }
    fail("unknown property !%s", line);
}

static FILE *open_file(const char *name)
{
    FILE *file = fopen(name, "r");
    if (!file) {
        fprintf(stderr, "mkregistry: %s: %s\n", name, strerror(errno));
        exit(1);
    }
    file_name = name;
    line_number = 0;
    return file;
}

/* The next line that is neither empty nor a comment, without the space around it; NULL at the end. */
static char *next_line(FILE *file, char **buffer, size_t *capacity)
{
    ssize_t length;
    while ((length = getline(buffer, capacity, file)) >= 0) {
        char *line = skip_space(*buffer);
        line_number++;
        for (char *end = *buffer + length; end > line && isspace((unsigned char)end[-1]);)
            *--end = 0;
        if (*line && *line != '#')
            return line;
    }
    return NULL;
}

static void read_registry(const char *name)
{
    FILE *file = open_file(name);
    char *buffer = NULL, *line;
    size_t capacity = 0;
    struct key *key = NULL;

    while ((line = next_line(file, &buffer, &capacity))) {
        if (*line == '[') {
            char *end = strrchr(line, ']');
            if (!end || end[1])
                fail("] expected");
            *end = 0;
            key = key_by_path(line + 1);
        } else if (!key) {
            fail("[key] expected");
        } else if (*line == '!') {
            parse_property(key, line + 1);
        } else {
            parse_value(key, line);
        }
    }
    free(buffer);
    fclose(file);
}

/* --- time zones --- */

/* REG_TZI_FORMAT (timezoneapi/ns-timezoneapi-time_zone_information, "Time Zones" in the registry) */
struct tzi {
    int32_t bias, standard_bias, daylight_bias;
    struct {
        uint16_t year, month, weekday, day, hour, minute, second, milliseconds;
    } standard, daylight;
};

#define DAY        86400
#define FIRST_YEAR 2000 /* of what is told about rules that changed */
#define MAX_YEARS  64

static struct tm local(time_t at)
{
    struct tm tm;
    localtime_r(&at, &tm);
    return tm;
}

/* The first second after a change of the clock within the day that begins at `day`. */
static time_t find_change(time_t day)
{
    long offset = local(day).tm_gmtoff;
    time_t before = day, after = day + DAY;
    while (after - before > 1) {
        time_t middle = before + (after - before) / 2;
        if (local(middle).tm_gmtoff == offset)
            before = middle;
        else
            after = middle;
    }
    return after;
}

static struct tzi zone_rules(int year)
{
    struct tm start = { .tm_year = year - 1900, .tm_mday = 1 };
    time_t first = timegm(&start), change[2] = { 0, 0 };
    struct tzi tzi = { 0 };
    int changes = 0;
    long standard = local(first).tm_gmtoff, daylight = standard;

    for (time_t day = first; day < first + 365 * DAY; day += DAY) {
        long offset = local(day).tm_gmtoff;
        if (offset < standard)
            standard = offset;
        if (offset > daylight)
            daylight = offset;
        if (local(day + DAY).tm_gmtoff != offset) {
            time_t at = find_change(day);
            if (changes < 2)
                change[local(at).tm_gmtoff > offset] = at;
            changes++;
        }
    }
    tzi.daylight_bias = -60;
    if (changes != 2 || !change[0] || !change[1]) {
        /* No rule, or none that fits (Morocco's four changes): what holds at the year's end. */
        tzi.bias = (int32_t)(-local(first + 364 * DAY).tm_gmtoff / 60);
        return tzi;
    }
    tzi.bias = (int32_t)(-standard / 60);
    tzi.daylight_bias = (int32_t)(-(daylight - standard) / 60);
    for (int i = 0; i < 2; i++) {
        time_t clock = change[i] + (i ? standard : daylight); /* the local time that the change replaces */
        static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        struct tm tm;
        gmtime_r(&clock, &tm);
        int week = tm.tm_mday + 7 > lengths[tm.tm_mon] ? 5 : (tm.tm_mday - 1) / 7 + 1;
        __typeof__(tzi.standard) rule = { .month = (uint16_t)(tm.tm_mon + 1),
                                          .weekday = (uint16_t)tm.tm_wday,
                                          .day = (uint16_t)week,
                                          .hour = (uint16_t)tm.tm_hour,
                                          .minute = (uint16_t)tm.tm_min };
        *(i ? &tzi.daylight : &tzi.standard) = rule;
    }
    return tzi;
}

/*
 * Where the rules changed in the years before: a subkey with those of every year from the last of the oldest rules on. The
 * years before the first are taken to be like it, those after the last like it.
 */
static void add_years(struct key *zone, int year)
{
    struct tzi now = zone_rules(year), rules[MAX_YEARS];
    int first = year;

    for (int y = year - 1; y >= FIRST_YEAR; y--) {
        rules[y - FIRST_YEAR] = zone_rules(y);
        if (memcmp(&rules[y - FIRST_YEAR], y + 1 == year ? &now : &rules[y + 1 - FIRST_YEAR], sizeof(now)))
            first = y;
    }
    if (first == year)
        return;
    struct key *key = child(zone, "Dynamic DST", 11);
    rules[year - FIRST_YEAR] = now;
    int last = year;
    while (!memcmp(&rules[last - 1 - FIRST_YEAR], &now, sizeof(now)))
        last--;
    add_value(key, "FirstEntry", REG_DWORD, &(uint32_t){ (uint32_t)first }, 4);
    add_value(key, "LastEntry", REG_DWORD, &(uint32_t){ (uint32_t)last }, 4);
    for (int y = first; y <= last; y++) {
        char name[16];
        snprintf(name, sizeof(name), "%d", y);
        add_value(key, name, REG_BINARY, &rules[y - FIRST_YEAR], sizeof(now));
    }
}

static char *field(char **p)
{
    char *text = skip_space(*p), *end = strchr(text, '|');
    if (!end)
        end = text + strlen(text);
    *p = *end ? end + 1 : end;
    while (end > text && end[-1] == ' ')
        end--;
    *end = 0;
    return text;
}

static void read_zones(const char *name)
{
    FILE *file = open_file(name);
    char *buffer = NULL, *line;
    size_t capacity = 0;
    int year = FIRST_YEAR;
    struct key *zones = key_by_path(ZONES_KEY);

    while ((line = next_line(file, &buffer, &capacity))) {
        if (sscanf(line, "year %d", &year) == 1) {
            if (year < FIRST_YEAR || year >= FIRST_YEAR + MAX_YEARS)
                fail("year %d?", year);
            continue;
        }
        char *p = line, zone[640], path[512], daylight[128];
        const char *windows = field(&p), *linux_name = field(&p), *display = field(&p), *standard = field(&p);
        if (!*windows || !*linux_name || !*display)
            fail("three fields expected");
        if (!*standard)
            standard = windows;
        snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", linux_name);
        if (access(path, R_OK))
            fail("no zone %s in the system's tz database (package tzdata)", linux_name);
        snprintf(zone, sizeof(zone), ":%s", path);
        setenv("TZ", zone, 1);
        tzset();
        struct tzi tzi = zone_rules(year);
        const char *word = strstr(standard, "Standard Time");
        snprintf(daylight, sizeof(daylight), "%.*s%s", word ? (int)(word - standard) : 100, standard,
                 word ? "Daylight Time" : "");
        if (word && strlen(word) > 13) /* "Eastern Standard Time (Mexico)" */
            strncat(daylight, word + 13, sizeof(daylight) - strlen(daylight) - 1);
        struct key *key = child(zones, windows, strlen(windows));
        add_text(key, "Display", REG_SZ, display);
        add_text(key, "Dlt", REG_SZ, daylight);
        add_text(key, "Std", REG_SZ, standard);
        add_value(key, "TZI", REG_BINARY, &tzi, sizeof(tzi));
        add_years(key, year);
    }
    free(buffer);
    fclose(file);
}

/* --- the image --- */

static struct buffer {
    unsigned char *data;
    size_t size, capacity;
} heap;

static uint32_t put(const void *data, size_t size, size_t alignment)
{
    size_t at = (heap.size + alignment - 1) & ~(alignment - 1);
    if (at + size > heap.capacity) {
        heap.capacity = (at + size) * 2;
        heap.data = check(realloc(heap.data, heap.capacity));
    }
    memset(heap.data + heap.size, 0, at - heap.size);
    memcpy(heap.data + at, data, size);
    heap.size = at + size;
    return (uint32_t)at;
}

static uint32_t put_name(const char *name, uint16_t *length)
{
    uint16_t wide[MAX_NAME + 1];
    size_t size = widen(name, wide) - 2;
    *length = (uint16_t)(size / 2);
    return put(wide, size, 2);
}

static int compare_keys(const void *a, const void *b)
{
    const unsigned char *x = (unsigned char *)(*(struct key *const *)a)->name,
                        *y = (unsigned char *)(*(struct key *const *)b)->name;
    while (*x && toupper(*x) == toupper(*y))
        x++, y++;
    return toupper(*x) - toupper(*y);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: mkregistry REGISTRY TIMEZONES OUTPUT\n", stderr);
        return 2;
    }
    roots[0] = key_new("REGISTRY", 8);
    roots[1] = key_new("user", 4);
    read_registry(argv[1]);
    read_zones(argv[2]);

    /* Breadth first, so that children are neighbours. */
    struct key **order = NULL;
    size_t count = 0, values = 0;
    order = check(realloc(order, 2 * sizeof(*order)));
    order[count++] = roots[0];
    order[count++] = roots[1];
    for (size_t i = 0; i < count; i++) {
        struct key *key = order[i];
        key->index = (uint32_t)count; /* of its first child */
        values += key->value_count;
        if (!key->child_count)
            continue;
        qsort(key->children, key->child_count, sizeof(*key->children), compare_keys);
        order = check(realloc(order, (count + key->child_count) * sizeof(*order)));
        memcpy(order + count, key->children, key->child_count * sizeof(*order));
        count += key->child_count;
    }

    struct registry_image header = { .magic = REGISTRY_IMAGE_MAGIC,
                                     .time = 133107840000000000ull, /* the day 22H2 came out */
                                     .key_count = (uint32_t)count,
                                     .value_count = (uint32_t)values };
    struct registry_image_key *keys = check(calloc(count, sizeof(*keys)));
    struct registry_image_value *out = check(calloc(values + 1, sizeof(*out)));
    header.keys = sizeof(header);
    header.values = header.keys + (uint32_t)(count * sizeof(*keys));
    put(&header, sizeof(header), 8);
    put(keys, count * sizeof(*keys), 4);
    put(out, values * sizeof(*out), 4);
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        struct key *key = order[i];
        keys[i] = (struct registry_image_key){ .flags = key->flags,
                                               .fill = key->fill,
                                               .first_child = key->index,
                                               .child_count = (uint32_t)key->child_count,
                                               .first_value = (uint32_t)next,
                                               .value_count = (uint32_t)key->value_count };
        keys[i].name = put_name(key->name, &keys[i].name_length);
        for (struct value *value = key->values; value; value = value->next, next++) {
            out[next].name = put_name(value->name, &out[next].name_length);
            out[next].type = value->type;
            out[next].flags = value->template ? REGISTRY_TEMPLATE : 0;
            out[next].size = (uint32_t)value->size;
            out[next].data = put(value->data, value->size, 8);
        }
    }
    header.size = (uint32_t)heap.size;
    memcpy(heap.data, &header, sizeof(header));
    memcpy(heap.data + header.keys, keys, count * sizeof(*keys));
    memcpy(heap.data + header.values, out, values * sizeof(*out));

    FILE *file = fopen(argv[3], "wb");
    if (!file || fwrite(heap.data, 1, heap.size, file) != heap.size || fclose(file)) {
        fprintf(stderr, "mkregistry: %s: %s\n", argv[3], strerror(errno));
        return 1;
    }
    return 0;
}
