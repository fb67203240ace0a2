/* SPDX-License-Identifier: MIT */
/* compress.h: included before all else: as much of Windows' types as ntdll's compression needs as native code. */
#ifndef TRANSOM_FUZZ_COMPRESS_H
#define TRANSOM_FUZZ_COMPRESS_H
#define TRANSOM_RTL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t UCHAR;
typedef uint16_t USHORT;
typedef uint32_t ULONG;
typedef uint64_t ULONGLONG;
typedef int32_t LONG, NTSTATUS;
typedef void *PVOID;
typedef size_t SIZE_T;
#define NTAPI
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define COMPRESSION_FORMAT_NONE        0x0000
#define COMPRESSION_FORMAT_DEFAULT     0x0001
#define COMPRESSION_FORMAT_LZNT1       0x0002
#define COMPRESSION_FORMAT_XPRESS      0x0003
#define COMPRESSION_FORMAT_XPRESS_HUFF 0x0004
#define COMPRESSION_ENGINE_STANDARD    0x0000
#define COMPRESSION_ENGINE_MAXIMUM     0x0100

#define STATUS_SUCCESS                 0
#define STATUS_BUFFER_ALL_ZEROS        0x117
#define STATUS_INVALID_PARAMETER       ((NTSTATUS)0xc000000d)
#define STATUS_BUFFER_TOO_SMALL        ((NTSTATUS)0xc0000023)
#define STATUS_NOT_SUPPORTED           ((NTSTATUS)0xc00000bb)
#define STATUS_BAD_COMPRESSION_BUFFER  ((NTSTATUS)0xc0000242)
#define STATUS_UNSUPPORTED_COMPRESSION ((NTSTATUS)0xc000025f)

NTSTATUS RtlGetCompressionWorkSpaceSize(USHORT format, ULONG *compress, ULONG *fragment);
NTSTATUS RtlCompressBuffer(USHORT format, UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG chunk_size,
                           ULONG *final_size, PVOID workspace);
NTSTATUS RtlDecompressBufferEx(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size, ULONG *final_size,
                               PVOID workspace);
NTSTATUS RtlDecompressFragment(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size, ULONG offset,
                               ULONG *final_size, PVOID workspace);

#endif
