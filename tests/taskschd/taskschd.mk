# SPDX-License-Identifier: MIT
taskschd_TEST_LIBS = -lole32 -loleaut32 -luuid
