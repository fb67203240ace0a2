# SPDX-License-Identifier: MIT
bcrypt_IMPORTS = kernelbase bcryptprimitives ntdll
