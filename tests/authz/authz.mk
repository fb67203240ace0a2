# SPDX-License-Identifier: MIT
authz_TEST_LIBS = -lauthz
