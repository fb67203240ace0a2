# SPDX-License-Identifier: MIT
shell32_IMPORTS = combase kernelbase ntdll
