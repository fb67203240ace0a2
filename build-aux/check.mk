# SPDX-License-Identifier: MIT
#
# check.mk: the tests. Every tests/DLL/NAME.c is a Windows program of its own; tests/unix/NAME.c and tests/unix/NAME.sh
# test from the Unix side. `make check TESTS='DLL/NAME ...'` runs some, `make check RUNNER=wine` under something else.

comma := ,
# tests/crt/NAME.c tests both C runtimes: it becomes tests/msvcrt/NAME.exe and tests/ucrtbase/NAME.exe.
CRT_TEST_NAMES = $(patsubst $(srcdir)/tests/crt/%.c,%,$(wildcard $(srcdir)/tests/crt/*.c))
TEST_NAMES = $(patsubst $(srcdir)/tests/%.c,%,$(filter-out $(foreach dir,unix fuzz bench crt,$(srcdir)/tests/$(dir)/%),\
	$(wildcard $(srcdir)/tests/*/*.c))) $(addprefix msvcrt/,$(CRT_TEST_NAMES)) $(addprefix ucrtbase/,$(CRT_TEST_NAMES))
TEST_PROGRAMS = $(patsubst %,tests/%.exe,$(TEST_NAMES))
UNIX_TESTS = $(patsubst $(srcdir)/tests/unix/%,%,$(wildcard $(srcdir)/tests/unix/*.sh))

TESTS = $(TEST_NAMES)
RUNNER = $(abs_builddir)/transom
CHECK_FLAGS =

# Ordinary programs: mingw-w64's headers and import libraries, as anybody would build them. tests/DLL/DLL.mk may set
# DLL_TEST_CFLAGS and DLL_TEST_LIBS.
TEST_CFLAGS = -std=gnu11 -g -O1 -Wall -Wextra $(WERROR) -Wno-unused-function -D_WIN32_WINNT=0x0a00 -I$(srcdir)/tests
TEST_LIBS = -lntdll -lws2_32 -lbcrypt -lversion -lshlwapi -lole32 -loleaut32 -luuid -lpsapi -liphlpapi -luserenv -lcrypt32 \
	-ldbghelp -lwinmm -lsecur32 -lgdi32

ucrtbase_TEST_CFLAGS = -D_UCRT
ucrtbase_TEST_LIBS = -nodefaultlibs -lmingw32 -lgcc -lmoldname -lmingwex -lucrt -lkernel32 -ladvapi32

-include $(wildcard $(srcdir)/tests/*/*.mk)

test_dir = $(notdir $(patsubst %/,%,$(dir $(1))))
build_test = $(call say,TESTCC)mkdir -p $(@D) && $(WIN64_CC) $(TEST_CFLAGS) $($(call test_dir,$@)_TEST_CFLAGS) -MMD -MP -MF $(@:.exe=.d) \
	-Wl$(comma)--no-insert-timestamp -o $@ $< $($(call test_dir,$@)_TEST_LIBS) $(TEST_LIBS)

tests/%.exe: $(srcdir)/tests/%.c $(srcdir)/tests/test.h $(srcdir)/build-aux/check.mk
	$(build_test)
tests/msvcrt/%.exe: $(srcdir)/tests/crt/%.c $(srcdir)/tests/test.h $(srcdir)/build-aux/check.mk
	$(build_test)
tests/ucrtbase/%.exe: $(srcdir)/tests/crt/%.c $(srcdir)/tests/test.h $(srcdir)/build-aux/check.mk
	$(build_test)
-include $(TEST_PROGRAMS:.exe=.d)

.PHONY: tests check-exports check-tests check-windows check-unix
tests: $(TEST_PROGRAMS)
check-tests: check-exports check-windows check-unix
check-windows: all $(patsubst %,tests/%.exe,$(TESTS))
	@$(srcdir)/tests/run-tests --with "$(RUNNER)" --out tests/out $(CHECK_FLAGS) $(patsubst %,tests/%.exe,$(TESTS))
check-unix: all
	@failed=0; for test in $(UNIX_TESTS); do \
	    TRANSOM=$(abs_builddir)/transom BUILD=$(abs_builddir) sh $(abs_srcdir)/tests/unix/$$test || { echo "unix/$$test failed"; failed=1; }; \
	done; exit $$failed
check-exports: tools/mkexports
	@tools/mkexports --check $(EXPORT_LISTS)
