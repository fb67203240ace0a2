# SPDX-License-Identifier: MIT
# shlwapi.mk: identifiers of interfaces.
shlwapi_LIBS = -luuid
