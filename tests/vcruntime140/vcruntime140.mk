# SPDX-License-Identifier: MIT
vcruntime140_async_TEST_CXXFLAGS = -fasync-exceptions
