# SPDX-License-Identifier: MIT
msvcp140_IMPORTS = vcruntime140 ucrtbase kernelbase ntdll
