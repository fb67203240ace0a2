# SPDX-License-Identifier: MIT
rpcrt4_IMPORTS = kernelbase bcryptprimitives ntdll
rpcrt4_LIBS = -luuid
