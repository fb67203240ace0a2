# SPDX-License-Identifier: MIT
wevtapi_DIRS = wevtapi eventlog
wevtapi_IMPORTS = advapi32 kernelbase ntdll
# programs/wevtutil
wevtutil_LIBS = -lwevtapi
