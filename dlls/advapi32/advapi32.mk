# SPDX-License-Identifier: MIT
advapi32_IMPORTS = kernelbase bcryptprimitives ntdll
advapi32_DIRS = advapi32 eventlog
