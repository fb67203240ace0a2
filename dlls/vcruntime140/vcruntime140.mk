# SPDX-License-Identifier: MIT
# The exception runtime is the one that is in the C runtimes too; memory and strings are ntdll's.
vcruntime140_DIRS = vcruntime140 crt/eh undname
vcruntime140_IMPORTS = ntdll kernelbase ucrtbase
vcruntime140_CFLAGS = -fno-builtin -fno-tree-loop-distribute-patterns
