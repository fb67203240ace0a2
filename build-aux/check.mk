# SPDX-License-Identifier: MIT
#
# check.mk: the tests. Every tests/DLL/NAME.c is a Windows program of its own; tests/unix/NAME.sh tests from the Unix side,
# with tests/unix/*.c as Windows programs that it may use, and tests/tools/NAME.sh the build and its tools.
# `make check TESTS='DLL/NAME ...'` runs some (unix/NAME too), `make check RUNNER=wine` runs them under something else,
# `make check-ubsan` with a native half that checks itself for undefined behaviour.

comma := ,
# tests/crt/NAME.c tests both C runtimes: it becomes tests/msvcrt/NAME.exe and tests/ucrtbase/NAME.exe.
CRT_TEST_NAMES = $(patsubst $(srcdir)/tests/crt/%.c,%,$(wildcard $(srcdir)/tests/crt/*.c))
TEST_NAMES = $(patsubst $(srcdir)/tests/%.c,%,$(filter-out $(foreach dir,unix tools fuzz bench stress crt,$(srcdir)/tests/$(dir)/%),\
	$(wildcard $(srcdir)/tests/*/*.c))) $(addprefix msvcrt/,$(CRT_TEST_NAMES)) $(addprefix ucrtbase/,$(CRT_TEST_NAMES))
# tests/DLL/NAME.cpp has Microsoft's C++ ABI, so it takes clang to build it (tests/vcruntime140/cxxtest.h). It links what is
# beside it in NAME_x64.S too, if there is that.
CXX_TEST_NAMES = $(patsubst $(srcdir)/tests/%.cpp,%,$(filter-out $(srcdir)/tests/bench/%,$(wildcard $(srcdir)/tests/*/*.cpp)))
ifneq ($(WIN_CLANGXX),)
TEST_NAMES += $(CXX_TEST_NAMES)
else
$(info clang++ was not found: tests left out: $(CXX_TEST_NAMES))
endif
TEST_PROGRAMS = $(patsubst %,tests/%.exe,$(TEST_NAMES))
SCRIPT_TESTS = $(patsubst $(srcdir)/tests/%.sh,%,$(wildcard $(srcdir)/tests/unix/*.sh $(srcdir)/tests/tools/*.sh))
UNIX_PROGRAMS = $(patsubst $(srcdir)/%.c,%.exe,$(wildcard $(srcdir)/tests/unix/*.c))

TESTS = $(TEST_NAMES) $(SCRIPT_TESTS)
RUNNER = $(abs_builddir)/transom
CHECK_FLAGS =

# Ordinary programs: mingw-w64's headers and import libraries, as anybody would build them. tests/DLL/DLL.mk may set
# DLL_TEST_CFLAGS and DLL_TEST_LIBS.
TEST_CFLAGS = -std=gnu11 -g -O1 -Wall -Wextra $(WERROR) -Wno-unused-function -D_WIN32_WINNT=0x0a00 -I$(srcdir)/tests
TEST_LIBS = -lntdll -lws2_32 -lbcrypt -lversion -lshlwapi -lole32 -loleaut32 -luuid -lpsapi -liphlpapi -luserenv -lcrypt32 \
	-ldbghelp -lwinmm -lsecur32 -lgdi32 -lpathcch

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
CXX_TEST_FLAGS = --target=$(x86_64_CLANG_TARGET) -std=c++17 -O1 -Wall -Wextra $(WERROR) -Wno-unused-function -Wno-potentially-evaluated-expression -Wno-unused-member-function \
	-ffreestanding -fno-builtin -fexceptions -fcxx-exceptions -fno-threadsafe-statics -fms-compatibility-version=19.29
CXX_TEST_IMPORTS = msvcp140 vcruntime140_1 vcruntime140 ucrtbase kernel32 ntdll
$(patsubst %,tests/%.exe,$(CXX_TEST_NAMES)): tests/%.exe: $(srcdir)/tests/%.cpp $(srcdir)/tests/vcruntime140/cxxtest.h \
		$(wildcard $(srcdir)/tests/*/*_x64.S) $(srcdir)/tests/vcruntime140/type_info.S $(srcdir)/build-aux/check.mk \
		$(patsubst %,implib/x86_64/lib%.a,$(CXX_TEST_IMPORTS))
	$(call say,TESTCXX)mkdir -p $(@D) && $(WIN_CLANGXX) $(CXX_TEST_FLAGS) $($(subst /,_,$*)_TEST_CXXFLAGS) \
	    -I$(srcdir)/tests/vcruntime140 -MMD -MP -MF $(@:.exe=.d) -MT $@ -c -o $(@:.exe=.o) $< && \
	    $(WIN64_CC) -nostdlib -Wl$(comma)-e$(comma)test_start -Wl$(comma)--subsystem$(comma)console -Wl$(comma)--no-insert-timestamp \
	    -o $@ $(@:.exe=.o) $(wildcard $(srcdir)/tests/$*_x64.S) $(srcdir)/tests/vcruntime140/type_info.S -Limplib/x86_64 \
	    $(patsubst %,-l%,$(CXX_TEST_IMPORTS))
-include $(TEST_PROGRAMS:.exe=.d)

-include $(patsubst %.exe,%.d,$(filter %.exe,$(UNIX_PROGRAMS)))

fuzz/mkbadpe: $(srcdir)/tests/fuzz/mkbadpe.c
	@mkdir -p $(@D)
	$(call say,TOOL)$(CC) $(TOOL_CFLAGS) $(LDFLAGS) -o $@ $<
UNIX_PROGRAMS += fuzz/mkbadpe

# The fuzz target on the native PE parsers: with clang's libFuzzer, or else with a driver of its own.
FUZZ_SOURCES = $(addprefix $(srcdir)/,tests/fuzz/pe.c loader/pefile.c dlls/ntdll/unix/image.c)
FUZZ_CFLAGS = -std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fno-strict-aliasing $(NATIVE_INCLUDES)
fuzz/pe: $(FUZZ_SOURCES) $(srcdir)/build-aux/check.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize=alignment \
	    -fno-sanitize-recover=undefined -w -o $@ $(FUZZ_SOURCES) 2>/dev/null || \
	$(CC) $(FUZZ_CFLAGS) -DSTANDALONE -fsanitize=address,undefined -fno-sanitize=alignment \
	    -fno-sanitize-recover=undefined -o $@ $(FUZZ_SOURCES)
# The one on the server: all of it but its listening socket, with processes and their pidfds made up.
FUZZ_SERVER_SOURCES = $(addprefix $(srcdir)/,tests/fuzz/server.c $(patsubst $(srcdir)/%,%,$(filter-out %/main.c,$(wildcard $(srcdir)/server/*.c))) \
	$(addprefix dlls/ntdll/unix/,nametable.c unicode.c cell.c cell_lock.c)) gen/protocol_server.c gen/protocol_shapes.c
FUZZ_SERVER_FLAGS = $(FUZZ_CFLAGS) -I$(srcdir)/server -Wl,--wrap=syscall,--wrap=recvmsg -fno-sanitize-recover=undefined
fuzz/server: $(FUZZ_SERVER_SOURCES) $(srcdir)/server/main.c $(wildcard $(srcdir)/server/*.h) $(srcdir)/build-aux/check.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_SERVER_FLAGS) -fsanitize=fuzzer,address,undefined -w -o $@ $(FUZZ_SERVER_SOURCES) 2>/dev/null || \
	$(CC) $(FUZZ_SERVER_FLAGS) -DSTANDALONE -fsanitize=address,undefined -o $@ $(FUZZ_SERVER_SOURCES)
# The one on dbghelp's readers of symbol files, which are plain C.
FUZZ_SYMFILE_SOURCES = $(srcdir)/tests/fuzz/symfile.c $(foreach name,symfile pe_image coff_symbols pdb_* dwarf_*,\
	$(wildcard $(srcdir)/dlls/dbghelp/$(name).c)) $(wildcard $(srcdir)/dlls/undname/*.c)
fuzz/symfile: $(FUZZ_SYMFILE_SOURCES) $(wildcard $(srcdir)/dlls/dbghelp/*.h $(srcdir)/dlls/undname/*.h) $(srcdir)/build-aux/check.mk
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize=alignment \
	    -fno-sanitize-recover=undefined -w -o $@ $(FUZZ_SYMFILE_SOURCES) 2>/dev/null || \
	$(CC) $(FUZZ_CFLAGS) -DSTANDALONE -fsanitize=address,undefined -fno-sanitize=alignment \
	    -fno-sanitize-recover=undefined -o $@ $(FUZZ_SYMFILE_SOURCES)
# The one on the reader of RPC packets.
FUZZ_RPC_FLAGS = $(FUZZ_CFLAGS) -I$(srcdir)/tests/fuzz/rpc -I$(srcdir)/dlls/rpcrt4 -fno-sanitize-recover=undefined
fuzz/rpc: $(srcdir)/tests/fuzz/rpc.c $(srcdir)/dlls/rpcrt4/rpc_pdu.c $(srcdir)/dlls/rpcrt4/rpc_pdu.h
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_RPC_FLAGS) -fsanitize=fuzzer,address,undefined -w -o $@ $(filter %.c,$^) 2>/dev/null || \
	$(CC) $(FUZZ_RPC_FLAGS) -DSTANDALONE -fsanitize=address,undefined -o $@ $(filter %.c,$^)
# The one on ntdll's compression.
FUZZ_COMPRESS_FLAGS = $(FUZZ_CFLAGS) -include $(srcdir)/tests/fuzz/compress.h -fno-sanitize-recover=undefined
fuzz/compress: $(srcdir)/tests/fuzz/compress.c $(wildcard $(srcdir)/dlls/ntdll/rtlcompress*.c) $(srcdir)/dlls/ntdll/rtlcompress.h \
	$(srcdir)/tests/fuzz/compress.h
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_COMPRESS_FLAGS) -fsanitize=fuzzer,address,undefined -w -o $@ $(filter %.c,$^) 2>/dev/null || \
	$(CC) $(FUZZ_COMPRESS_FLAGS) -DSTANDALONE -fsanitize=address,undefined -o $@ $(filter %.c,$^)
.PHONY: fuzz
fuzz: fuzz/mkbadpe fuzz/pe fuzz/server fuzz/symfile fuzz/rpc fuzz/compress

# Models of the wait protocol, over all interleavings: needs spin.
.PHONY: check-models
check-models:
	@CC="$(CC)" $(srcdir)/tests/models/run tests/models

.PHONY: tests check-tests check-ubsan
tests: $(TEST_PROGRAMS) $(UNIX_PROGRAMS)

SELECTED_SCRIPTS = $(filter unix/% tools/%,$(TESTS))
SELECTED_PROGRAMS = $(patsubst %,tests/%.exe,$(filter-out unix/% tools/%,$(TESTS)))
run_tests = BUILD=$(abs_builddir) $(srcdir)/tests/run-tests --with "$(1)" --out $(2) $(CHECK_FLAGS) \
	$(SELECTED_PROGRAMS) $(patsubst %,$(srcdir)/tests/%.sh,$(SELECTED_SCRIPTS))
check-tests: all $(SELECTED_PROGRAMS) $(if $(SELECTED_SCRIPTS),$(UNIX_PROGRAMS))
	@$(call run_tests,$(RUNNER),tests/out)

# What UBSan has to say is in tests/ubsan/report.PID; there must be nothing.
check-ubsan: SELECTED_SCRIPTS = $(filter unix/%,$(TESTS))
check-ubsan: all transom-ubsan $(SELECTED_PROGRAMS) $(UNIX_PROGRAMS)
	@rm -rf tests/ubsan && mkdir -p tests/ubsan
	@export UBSAN_OPTIONS=print_stacktrace=1:log_path=$(abs_builddir)/tests/ubsan/report; \
	    $(call run_tests,$(abs_builddir)/transom-ubsan,tests/ubsan/out)
	@if cat tests/ubsan/report.* 2>/dev/null; then exit 1; fi
