# SPDX-License-Identifier: MIT
# kernel32.mk: programs look the system's messages up in kernel32.dll too.
kernel32_MESSAGES = gen/messages.bin
