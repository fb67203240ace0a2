# SPDX-License-Identifier: MIT
# catch (...) without the mark that only thrown objects are meant
vcruntime140_async_TEST_CXXFLAGS = -fasync-exceptions
# setjmp is the compiler's, which gives it the frame
vcruntime140_jump_TEST_CXXFLAGS = -fhosted -fbuiltin
