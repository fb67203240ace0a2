# SPDX-License-Identifier: MIT
ole32_IMPORTS = combase kernelbase ntdll
