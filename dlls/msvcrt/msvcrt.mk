# SPDX-License-Identifier: MIT
# Both C runtimes are made of dlls/crt; they differ by CRT_UCRT and CRT_MSVCRT.
msvcrt_DIRS = crt crt/eh undname msvcrt
msvcrt_CFLAGS = -DCRT_MSVCRT -fno-builtin -fno-tree-loop-distribute-patterns --param=min-pagesize=0 -Wno-attributes
msvcrt_VERSION = 7,0,19041,3636
