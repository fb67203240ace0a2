# SPDX-License-Identifier: MIT
authz_IMPORTS = advapi32 kernelbase ntdll
