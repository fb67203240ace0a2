# SPDX-License-Identifier: MIT
advapi32_IMPORTS = kernelbase bcryptprimitives ntdll
