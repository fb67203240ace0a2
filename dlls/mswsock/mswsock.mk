# SPDX-License-Identifier: MIT
mswsock_IMPORTS = ws2_32 kernelbase ntdll
