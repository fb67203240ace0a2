# SPDX-License-Identifier: MIT
wevtapi_TEST_LIBS = -lwevtapi
