# SPDX-License-Identifier: MIT
crypt32_IMPORTS = bcrypt kernelbase ntdll
