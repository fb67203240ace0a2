# SPDX-License-Identifier: MIT
oleaut32_IMPORTS = combase kernelbase ntdll
oleaut32_LIBS = -luuid
