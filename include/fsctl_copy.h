/* SPDX-License-Identifier: MIT */
/*
 * fsctl_copy.h: a control code of our own between kernelbase's CopyFile and the native half: copying a range between files in the
 * kernel, without passing the data through the process (copy_file_range; a reflink where the file system has that).
 */
#ifndef TRANSOM_FSCTL_COPY_H
#define TRANSOM_FSCTL_COPY_H

#define FSCTL_TRANSOM_COPY_RANGE 0x0009affc /* to the handle; the output is how many bytes: fewer at the source's end */

struct fsctl_copy_range { /* also DUPLICATE_EXTENTS_DATA */
    HANDLE source;
    LONGLONG from, to, length;
};

#endif
