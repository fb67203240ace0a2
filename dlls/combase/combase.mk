# SPDX-License-Identifier: MIT
combase_IMPORTS = kernelbase bcryptprimitives ntdll
combase_LIBS = -luuid
