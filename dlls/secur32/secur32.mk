# SPDX-License-Identifier: MIT
secur32_IMPORTS = kernelbase ntdll
