/* SPDX-License-Identifier: MIT */
/*
 * system_firmware.c: the firmware's tables (GetSystemFirmwareTable): SMBIOS and ACPI as Linux has them where the user may read
 * them, which often is root only. Instead of SMBIOS there is then a small one of what /sys tells everybody: who made the
 * computer, its processors and its memory.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "query.h"
#include "system.h"

#define RSMB 0x52534d42u /* 'RSMB' */
#define ACPI 0x41435049u /* 'ACPI' */
#define FIRM 0x4649524du /* 'FIRM' */

enum { ENUMERATE = 0, GET = 1 };

struct bytes {
    unsigned char *data;
    size_t size, cap;
    bool failed;
};

static void append(struct bytes *out, const void *data, size_t size)
{
    if (out->size + size > out->cap) {
        size_t cap = (out->size + size) * 2;
        unsigned char *grown = out->failed ? NULL : realloc(out->data, cap);
        if (!grown) {
            out->failed = true;
            return;
        }
        out->data = grown;
        out->cap = cap;
    }
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

static bool append_file(struct bytes *out, const char *path)
{
    char chunk[4096];
    size_t before = out->size;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while ((n = read(fd, chunk, sizeof(chunk))) > 0)
        append(out, chunk, (size_t)n);
    close(fd);
    return out->size > before;
}

/* --- SMBIOS --- */

/* A structure of SMBIOS: its fixed part, then its strings, which the fixed part names by number, then a zero. */
static void append_structure(struct bytes *out, unsigned char type, unsigned handle, const void *fixed, size_t size,
                             const char *const *strings, size_t count)
{
    unsigned char head[4] = { type, (unsigned char)(4 + size), (unsigned char)handle, (unsigned char)(handle >> 8) };
    append(out, head, sizeof(head));
    if (size)
        append(out, fixed, size);
    for (size_t i = 0; i < count; i++)
        append(out, strings[i], strlen(strings[i]) + 1);
    append(out, "\0", count ? 1 : 2);
}

static const char *identity(const char *file, const char *otherwise, char text[65])
{
    char path[128], all[256];
    snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", file);
    snprintf(text, 65, "%s", otherwise);
    if (read_small_file(path, all, sizeof(all)) && all[strcspn(all, "\n")]) {
        all[strcspn(all, "\n")] = 0;
        if (all[0])
            snprintf(text, 65, "%.64s", all);
    }
    return text;
}

/* The computer's identity: 16 bytes of /etc/machine-id. */
static void machine_uuid(unsigned char uuid[16])
{
    char text[64] = "";
    memset(uuid, 0, 16);
    if (read_small_file("/etc/machine-id", text, sizeof(text)) >= 32)
        for (int i = 0; i < 16; i++) {
            unsigned value = 0;
            sscanf(text + 2 * i, "%2x", &value);
            uuid[i] = (unsigned char)value;
        }
}

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)value;
    at[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value & 0xffff);
    put16(at + 2, value >> 16);
}

/* Offsets are those of the specification, from the structure's head, which the arrays do not hold. */
#define AT(offset) ((offset)-4)

/* DSP0134, the SMBIOS reference specification: structures 0 to 4, 16, 17, 32 and 127. */
static void append_identity(struct bytes *out)
{
    char a[65], b[65], c[65], d[65];
    unsigned char bios[AT(0x18)] = { [AT(0x04)] = 1,
                                     [AT(0x05)] = 2,
                                     [AT(0x07)] = 0xf0,
                                     [AT(0x08)] = 3,
                                     [AT(0x0a)] = 0x08 /* characteristics: not told */ };
    unsigned char system[AT(0x1b)] = { [AT(0x04)] = 1, 2, 3, 4, [AT(0x18)] = 6 /* started by the power switch */ };
    unsigned char board[AT(0x0f)] = { [AT(0x04)] = 1, 2, 3, 4, [AT(0x0d)] = 10 /* a mother board */ };
    unsigned char chassis[AT(0x16)] = { [AT(0x04)] = 1, 0x01 /* other */, 2, [AT(0x09)] = 3, 3, 3 /* safe */, 2 };

    memset(bios + AT(0x14), 0xff, 4); /* no versions of firmware */
    const char *bios_strings[] = { identity("bios_vendor", "Unknown", a), identity("bios_version", "1.0", b),
                                   identity("bios_date", "01/01/2020", c) };
    append_structure(out, 0, 0, bios, sizeof(bios), bios_strings, 3);

    machine_uuid(system + AT(0x08));
    const char *system_strings[] = { identity("sys_vendor", "Unknown", a), identity("product_name", "Computer", b),
                                     identity("product_version", "1.0", c), identity("product_serial", "0", d) };
    append_structure(out, 1, 1, system, sizeof(system), system_strings, 4);

    put16(board + AT(0x0b), 3); /* its chassis */
    const char *board_strings[] = { identity("board_vendor", "Unknown", a), identity("board_name", "Computer", b),
                                    identity("board_version", "1.0", c), identity("board_serial", "0", d) };
    append_structure(out, 2, 2, board, sizeof(board), board_strings, 4);

    const char *chassis_strings[] = { identity("chassis_vendor", "Unknown", a), identity("chassis_version", "1.0", b) };
    append_structure(out, 3, 3, chassis, sizeof(chassis), chassis_strings, 2);
}

static void append_processor(struct bytes *out)
{
    unsigned char processor[AT(0x30)] = { [AT(0x04)] = 1,
                                          [AT(0x05)] = 3 /* central */,
                                          [AT(0x06)] = 2 /* unknown */,
                                          [AT(0x07)] = 2,
                                          [AT(0x10)] = 3,
                                          [AT(0x18)] = 0x41 /* enabled */,
                                          [AT(0x19)] = 0x06 /* no socket */ };
    unsigned mhz = system_processor_mhz(), cores = (unsigned)__builtin_popcountll(process_affinity());
    char brand[49] = "";

    put16(processor + AT(0x14), mhz);
    put16(processor + AT(0x16), mhz);
    memset(processor + AT(0x1a), 0xff, 6); /* no structures of caches */
    memset(processor + AT(0x23), (int)(cores < 256 ? cores : 255), 3);
    put16(processor + AT(0x26), 4); /* 64-bit capable */
    put16(processor + AT(0x28), 2);
    put16(processor + AT(0x2a), cores);
    put16(processor + AT(0x2c), cores);
    put16(processor + AT(0x2e), cores);
    system_processor_brand(brand);
    const char *strings[] = { "CPU 0", "Unknown", brand[0] ? brand : "x86-64" };
    append_structure(out, 4, 4, processor, sizeof(processor), strings, 3);
}

static void append_memory(struct bytes *out)
{
    unsigned char array[AT(0x17)] = { [AT(0x04)] = 3, 3, 3, [AT(0x0a)] = 0x80 /* the capacity is at the end */ };
    unsigned char device[AT(0x28)] = { [AT(0x0e)] = 9 /* a DIMM */, [AT(0x10)] = 1, 2, 2 /* of unknown type */ };
    uint64_t size = (uint64_t)get_phys_pages() * NT_PAGE_SIZE;
    uint32_t megabytes = (uint32_t)(size >> 20);

    put16(array + AT(0x0b), 0xfffe); /* no structure of errors */
    put16(array + AT(0x0d), 1);
    put32(array + AT(0x0f), (uint32_t)size);
    put32(array + AT(0x13), (uint32_t)(size >> 32));
    append_structure(out, 16, 5, array, sizeof(array), NULL, 0);

    put16(device + AT(0x04), 5); /* its array */
    put16(device + AT(0x06), 0xfffe);
    put16(device + AT(0x08), 64);
    put16(device + AT(0x0a), 64);
    put16(device + AT(0x0c), megabytes < 0x7fff ? megabytes : 0x7fff);
    put16(device + AT(0x13), 4);
    put32(device + AT(0x1c), megabytes);
    const char *strings[] = { "DIMM 0", "BANK 0" };
    append_structure(out, 17, 6, device, sizeof(device), strings, 2);
}

static void append_synthesised(struct bytes *out)
{
    static const unsigned char boot[AT(0x0b)];

    append_identity(out);
    append_processor(out);
    append_memory(out);
    append_structure(out, 32, 7, boot, sizeof(boot), NULL, 0);
    append_structure(out, 127, 8, NULL, 0, NULL, 0);
}

/* RawSMBIOSData: calling method, version, length, the table. */
static void append_smbios(struct bytes *out)
{
    unsigned char head[8] = { 0, 3, 0, 0 }, entry[64];
    size_t n;
    append(out, head, sizeof(head));
    if (append_file(out, "/sys/firmware/dmi/tables/DMI")) {
        if ((n = read_small_file("/sys/firmware/dmi/tables/smbios_entry_point", (char *)entry, sizeof(entry))) > 9 &&
            out->data) {
            bool v3 = !memcmp(entry, "_SM3_", 5);
            out->data[1] = entry[v3 ? 7 : 6];
            out->data[2] = entry[v3 ? 8 : 7];
        }
    } else {
        append_synthesised(out);
    }
    if (!out->failed)
        put32(out->data + 4, (uint32_t)(out->size - sizeof(head)));
}

/* --- ACPI --- */

#define ACPI_TABLES "/sys/firmware/acpi/tables"

/* Tables with the same signature are SSDT1, SSDT2, ...: a table is asked for by its signature, which gives the first. */
static void enumerate_acpi(struct bytes *out)
{
    DIR *dir = opendir(ACPI_TABLES);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[512];
        if (strlen(entry->d_name) < 4 || entry->d_type == DT_DIR)
            continue;
        snprintf(path, sizeof(path), ACPI_TABLES "/%s", entry->d_name);
        if (!access(path, R_OK))
            append(out, entry->d_name, 4);
    }
    closedir(dir);
}

static bool append_acpi(struct bytes *out, ULONG table)
{
    char name[5], path[128];
    memcpy(name, &table, 4);
    name[4] = 0;
    for (int i = 0; i < 4; i++)
        if ((name[i] < 'A' || name[i] > 'Z') && (name[i] < '0' || name[i] > '9') && name[i] != '_' && name[i] != '!')
            return false;
    snprintf(path, sizeof(path), ACPI_TABLES "/%s", name);
    if (append_file(out, path))
        return true;
    snprintf(path, sizeof(path), ACPI_TABLES "/%s1", name);
    return append_file(out, path);
}

/* --- the call --- */

NTSTATUS system_firmware(void *info, ULONG length, ULONG *needed)
{
    struct {
        ULONG provider, action, table, length;
    } request;
    struct bytes out = { 0 };
    NTSTATUS status = STATUS_SUCCESS;
    static const ULONG only = 0;

    *needed = sizeof(request);
    if (length < sizeof(request))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&request, info, sizeof(request));
    if (request.action != ENUMERATE && request.action != GET)
        return STATUS_INVALID_PARAMETER;
    switch (request.provider) {
    case RSMB:
        if (request.action == ENUMERATE)
            append(&out, &only, sizeof(only));
        else if (request.table)
            status = STATUS_NOT_FOUND;
        else
            append_smbios(&out);
        break;
    case ACPI:
        if (request.action == ENUMERATE)
            enumerate_acpi(&out);
        else if (!append_acpi(&out, request.table))
            status = STATUS_NOT_FOUND;
        break;
    case FIRM: /* the memory below 1 MB, which nobody may read */
    default:
        status = STATUS_NOT_IMPLEMENTED;
    }
    if (!status && out.failed)
        status = STATUS_NO_MEMORY;
    if (!status) {
        request.length = (ULONG)out.size;
        *needed = (ULONG)(sizeof(request) + out.size);
        if (length < *needed)
            status = STATUS_BUFFER_TOO_SMALL;
        else
            memcpy((char *)info + sizeof(request), out.data, out.size);
        memcpy(info, &request, sizeof(request));
    }
    free(out.data);
    return status;
}
