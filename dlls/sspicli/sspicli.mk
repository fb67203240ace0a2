# SPDX-License-Identifier: MIT
sspicli_IMPORTS = advapi32 kernelbase ntdll
