# SPDX-License-Identifier: MIT
# shcore.mk: streams are COM objects, and give their names in memory of COM's allocator.
shcore_IMPORTS = combase kernelbase ntdll
shcore_LIBS = -luuid
