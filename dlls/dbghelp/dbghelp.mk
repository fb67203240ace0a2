# SPDX-License-Identifier: MIT
dbghelp_DIRS = dbghelp undname
