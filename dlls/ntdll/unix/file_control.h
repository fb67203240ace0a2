/* SPDX-License-Identifier: MIT */
/*
 * file_control.h: control codes of files, directories and volumes as data. The table says how much input and output a code needs
 * at least; a handler sees copies of both, never the program's memory, whatever the code's transfer method is.
 */
#ifndef TRANSOM_FILE_CONTROL_H
#define TRANSOM_FILE_CONTROL_H

#include "file.h"

struct control {
    struct io *io;
    const void *in; /* all of it, at most CONTROL_INPUT */
    size_t in_size;
    char *out; /* zeroed; as long as the program's, at most CONTROL_OUTPUT, at least as the table says */
    size_t out_size, used;
};

#define CONTROL_INPUT  0x10000
#define CONTROL_OUTPUT 0x100000

enum control_where {
    CONTROL_ANY,
    CONTROL_FILE,
    CONTROL_VOLUME
}; /* CONTROL_FILE: a regular one that can be read or written */

struct control_code {
    ULONG code;
    enum control_where where;
    unsigned in, out; /* bytes that must be there */
    NTSTATUS (*run)(struct control *control);
};

struct control_table {
    const struct control_code *codes; /* sorted by code */
    size_t count;
};
extern const struct control_table fsctl_layout_codes, fsctl_volume_codes, fsctl_usn_codes, ioctl_storage_codes,
    ioctl_volume_codes, objectid_codes;

/* Looks the code up and runs it; STATUS_NOT_FOUND: it is not in the table. */
NTSTATUS control_run(struct io *io, const struct control_table *table);

/* Gives a structure: what fits of it, and STATUS_BUFFER_OVERFLOW if that is not all. */
NTSTATUS control_give(struct control *control, const void *data, size_t size);

/* --- disk.c --- */

/* The disk that a file lies on, as far as Linux tells; a file system without one is a disk of its own. */
struct disk {
    uint64_t start, length, disk_length; /* bytes: the partition's place and size, the whole disk */
    unsigned number, partition;          /* of the disk; of the partition, 0: the disk has none */
    unsigned sector, physical_sector;
    unsigned queue_depth;
    uint64_t trim_unit, trim_most; /* bytes */
    bool rotational, trims, removable, read_only, real, write_cache;
    char name[32], model[64], serial[64], revision[32]; /* Linux' name: sda, nvme0n1 */
};
int disk_of(struct file_object *file, struct disk *disk);
NTSTATUS control_disk(struct control *control, struct disk *disk);

/* What was read and written since Linux started: of the partition below a file, of the whole disk. Zero where that is unknown. */
struct disk_counts {
    uint64_t reads, read_bytes, read_ms, writes, written_bytes, write_ms, under_way, busy_ms;
};
int disk_count(struct file_object *file, struct disk_counts *counts);
void disk_count_whole(const struct disk *disk, struct disk_counts *counts);

#endif
