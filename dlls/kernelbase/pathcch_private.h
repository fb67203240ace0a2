/* SPDX-License-Identifier: MIT */
/* pathcch_private.h: what the two files of pathcch.h's functions share. */
#ifndef TRANSOM_KERNELBASE_PATHCCH_PRIVATE_H
#define TRANSOM_KERNELBASE_PATHCCH_PRIVATE_H

#include "kernelbase_private.h"
#include <pathcch.h>

/* Flags of Windows 10 1703, which mingw-w64's header lacks. */
#ifndef PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS
#define PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS  0x02
#define PATHCCH_FORCE_DISABLE_LONG_NAME_PROCESS 0x04
#define PATHCCH_DO_NOT_NORMALIZE_SEGMENTS       0x08
#define PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH  0x10
#define PATHCCH_ENSURE_TRAILING_SLASH           0x20
#endif

#ifndef STRSAFE_E_INSUFFICIENT_BUFFER
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007a)
#endif

/* The length of `\\?\` before a drive, or of `\\?\UNC\`; 0 if there is neither. */
size_t pathcch_prefix(const WCHAR *path, BOOL *unc);
/* The length of the root, with its last backslash: `C:\`, `\\server\share\`, `\\?\...`, `\`; 0 of a relative path. */
SIZE_T pathcch_root(const WCHAR *path);

#endif
