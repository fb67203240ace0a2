# SPDX-License-Identifier: MIT
netapi32_TEST_LIBS = -lnetapi32
