# SPDX-License-Identifier: MIT
taskschd_IMPORTS = oleaut32 kernelbase ntdll
taskschd_LIBS = -luuid
