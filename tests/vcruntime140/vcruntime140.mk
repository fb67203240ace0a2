# SPDX-License-Identifier: MIT
# catch (...) without the mark that only thrown objects are meant
vcruntime140_async_TEST_CXXFLAGS = -fasync-exceptions
