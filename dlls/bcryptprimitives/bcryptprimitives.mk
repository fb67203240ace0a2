# SPDX-License-Identifier: MIT
bcryptprimitives_IMPORTS = ntdll
