# SPDX-License-Identifier: MIT
combase_IMPORTS = kernelbase bcryptprimitives ntdll
combase_CFLAGS = -D_OLE32_
