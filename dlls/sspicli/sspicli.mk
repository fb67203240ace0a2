# SPDX-License-Identifier: MIT
sspicli_IMPORTS = kernelbase ntdll
