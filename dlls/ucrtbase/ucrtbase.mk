# SPDX-License-Identifier: MIT
# Both C runtimes are made of dlls/crt; they differ by CRT_UCRT and CRT_MSVCRT.
ucrtbase_DIRS = crt crt/eh undname ucrtbase
ucrtbase_CFLAGS = -DCRT_UCRT -fno-builtin -fno-tree-loop-distribute-patterns --param=min-pagesize=0 -Wno-attributes
