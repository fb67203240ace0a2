# SPDX-License-Identifier: MIT
dnsapi_TEST_LIBS = -ldnsapi
