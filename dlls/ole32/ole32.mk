# SPDX-License-Identifier: MIT
ole32_IMPORTS = combase kernelbase ntdll
ole32_LIBS = -luuid
