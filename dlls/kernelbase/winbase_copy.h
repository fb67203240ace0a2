/* SPDX-License-Identifier: MIT */
/*
 * winbase_copy.h: copying a file: what is opened and what goes with it (winbase_copy.c), moving the data of one stream
 * (winbase_copy_data.c), telling the program (winbase_copy_report.c), going on with a copy that was not finished
 * (winbase_copy_restart.c).
 */
#ifndef TRANSOM_WINBASE_COPY_H
#define TRANSOM_WINBASE_COPY_H

#include "kernelbase_private.h"
#include <winioctl.h>

#define COPY_CHUNK 0x100000 /* what is read and written at once, and reported as progress */
#ifndef COPY_FILE_DIRECTORY
#define COPY_FILE_DIRECTORY 0x00000080
#endif
#ifndef COPY_FILE_ENABLE_SPARSE_COPY
#define COPY_FILE_ENABLE_SPARSE_COPY 0x20000000
#endif
#ifndef COPY_FILE_SKIP_ALTERNATE_STREAMS
#define COPY_FILE_SKIP_ALTERNATE_STREAMS      0x00008000
#define COPY_FILE_OPEN_AND_COPY_REPARSE_POINT 0x00200000
#define COPY_FILE_DISABLE_PRE_ALLOCATION      0x04000000
#define COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE  0x08000000
#endif
#ifndef ERROR_REQUEST_PAUSED
#define ERROR_REQUEST_PAUSED 3050
#endif
#define PROGRESS_PAUSE 0x100 /* COPYFILE2_PROGRESS_PAUSE, which CopyFileEx's callback has no word for */

/* One copy. */
struct copy {
    const WCHAR *existing, *new;
    DWORD flags;
    HANDLE file, file_copy;     /* both files */
    HANDLE source, destination; /* of the stream that is being copied */
    FILE_BASIC_INFORMATION basic;
    LONGLONG size, done;        /* of that stream */
    LONGLONG total, total_done; /* of all; of those before it */
    DWORD stream;               /* its number, from 1 */
    LONGLONG chunk, chunk_number;
    COPYFILE2_COPY_PHASE phase;
    const BOOL *cancel;
    BOOL quiet;      /* the callback does not want to know any more */
    BOOL keep;       /* what there is of the copy stays */
    BOOL paused;     /* it is to be gone on with */
    BOOL recording;  /* how far it got is written down as it goes */
    BOOL by_hand;    /* the kernel cannot copy */
    BOOL unbuffered; /* which is by hand always */
    char *buffer;    /* COPY_CHUNK bytes, aligned; NULL as long as the kernel copies */
    NTSTATUS error;
    DWORD (*report)(struct copy *copy, COPYFILE2_MESSAGE_TYPE event); /* PROGRESS_*; NULL: nobody wants to know */
    void *routine, *context;
};

/* --- winbase_copy_report.c --- */
DWORD copy_report_progress(struct copy *copy, COPYFILE2_MESSAGE_TYPE event); /* LPPROGRESS_ROUTINE */
DWORD copy_report_message(struct copy *copy, COPYFILE2_MESSAGE_TYPE event);  /* PCOPYFILE2_PROGRESS_ROUTINE */
/* STATUS_SUCCESS: go on; STATUS_REQUEST_ABORTED, with `keep` and `paused` saying what becomes of what there is. */
NTSTATUS copy_tell(struct copy *copy, COPYFILE2_MESSAGE_TYPE event);
void copy_tell_error(struct copy *copy, NTSTATUS error);

/* --- winbase_copy_data.c --- */
/* The stream that `source` and `destination` are, from `done` on. `holes`: it may have some. */
NTSTATUS copy_data(struct copy *copy, BOOL holes);
void copy_free_buffer(struct copy *copy);

/* --- winbase_copy_restart.c --- */
/* Whether `file_copy` is an unfinished copy of `file`, and how far it got. */
BOOL copy_find_restart(const struct copy *copy, LONGLONG *done);
void copy_write_restart(struct copy *copy); /* what there is, on disk; then how much it is */
void copy_remove_restart(struct copy *copy);
BOOL copy_is_restart(const FILE_FULL_EA_INFORMATION *attribute);

/* --- winbase_copy.c --- */
NTSTATUS copy_open(const WCHAR *name, ACCESS_MASK access, ULONG share, ULONG attributes, ULONG disposition,
                   ULONG options, HANDLE *handle, ULONG_PTR *how);
/* From one open file to another: extended attributes; what a link says. */
NTSTATUS copy_extended_attributes(HANDLE from, HANDLE to);
NTSTATUS copy_reparse_point(HANDLE from, HANDLE to);

/* --- winbase_copy_stream.c --- */
/* The alternate streams of `file`, each told of and counted from copy->stream on. */
NTSTATUS copy_other_streams(struct copy *copy, BOOL only_missing);
/* How much all streams are. */
LONGLONG copy_streams_size(HANDLE file);

/* --- winbase_copy_directory.c --- */
/* COPY_FILE_DIRECTORY: the directory itself, not what is in it. */
NTSTATUS copy_directory(struct copy *copy);

#endif
