# SPDX-License-Identifier: MIT
rpcrt4_TEST_LIBS = -lrpcrt4
