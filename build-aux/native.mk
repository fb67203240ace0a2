# SPDX-License-Identifier: MIT
# native.mk: the tools of the build and the native program `transom`.

ifeq ($(V),1)
say =
else
say = @printf '  %-8s %s\n' $(1) $(patsubst $(abs_builddir)/%,%,$@);
endif

TOOL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) $(CFLAGS) $(ASAN_FLAGS)
NATIVE_INCLUDES = -I$(srcdir)/include -Igen -I$(srcdir)/dlls/ntdll/unix -idirafter $(MINGW_INCLUDE)
NATIVE_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -fno-strict-aliasing -fvisibility=hidden -pthread \
	-ffunction-sections -fdata-sections \
	$(NATIVE_INCLUDES) -DTRANSOM_VERSION='"$(PACKAGE_VERSION)"' -DTRANSOM_LIBDIR='"$(pkglibdir)"' $(CFLAGS) $(UBSAN_FLAGS)

# --- tools ---

TOOLS = $(patsubst $(srcdir)/tools/%.c,tools/%,$(wildcard $(srcdir)/tools/*.c))

tools/%: $(srcdir)/tools/%.c
	@mkdir -p $(@D)
	$(call say,TOOL)$(CC) $(TOOL_CFLAGS) $(LDFLAGS) -o $@ $<

# --- generated sources, used by both halves ---

SYSCALL_SOURCES = gen/nt_syscalls.h gen/nt_stubs.S gen/nt_dispatch.c gen/nt_decode.c
GENERATED = gen/stamp-syscalls gen/apisets.h

gen/stamp-syscalls: tools/mksyscalls $(srcdir)/include/syscalls.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mksyscalls $(srcdir)/include/syscalls.tbl gen && touch $@
$(SYSCALL_SOURCES): gen/stamp-syscalls ;

gen/apisets.h: tools/mkapiset $(srcdir)/include/apisets.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mkapiset $(srcdir)/include/apisets.tbl > $@.new && mv $@.new $@

PROTOCOL_SOURCES = gen/protocol.h gen/protocol_shapes.c gen/protocol_server.c gen/protocol_agent.c
GENERATED += gen/stamp-protocol

gen/stamp-protocol: tools/mkprotocol $(srcdir)/include/protocol.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mkprotocol $(srcdir)/include/protocol.tbl gen && touch $@
$(PROTOCOL_SOURCES): gen/stamp-protocol ;

# --- the base registry ---

gen/registry.bin: tools/mkregistry $(srcdir)/share/registry.txt $(srcdir)/share/timezones.txt
	@mkdir -p gen
	$(call say,GEN)tools/mkregistry $(srcdir)/share/registry.txt $(srcdir)/share/timezones.txt $@.new && mv $@.new $@
tools/mkregistry: $(srcdir)/include/registry_image.h
obj/native/dlls/ntdll/unix/registry_image.o: gen/registry.bin

# --- transom ---

NATIVE_SOURCES = $(foreach dir,loader $(patsubst $(srcdir)/%/,%,$(wildcard $(srcdir)/dlls/*/unix/)),\
	$(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/$(dir)/*.c $(srcdir)/$(dir)/*.S)))
NATIVE_OBJECTS = $(patsubst %,obj/native/%.o,$(basename $(NATIVE_SOURCES))) \
	obj/native/gen/nt_dispatch.o obj/native/gen/nt_decode.o obj/native/gen/protocol_shapes.o obj/native/gen/protocol_agent.o

obj/native/%.o: $(srcdir)/%.c $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(NATIVE_CFLAGS) -MMD -MP -c -o $@ $<
obj/native/%.o: $(srcdir)/%.S $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,AS)$(CC) $(NATIVE_CFLAGS) -MMD -MP -c -o $@ $<
obj/native/gen/%.o: gen/%.c $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(NATIVE_CFLAGS) -MMD -MP -c -o $@ $<

transom: $(NATIVE_OBJECTS)
	$(call say,LD)$(CC) $(CFLAGS) $(UBSAN_FLAGS) -pthread -rdynamic $(LDFLAGS) -o $@ $(NATIVE_OBJECTS) $(LIBS)

-include $(NATIVE_OBJECTS:.o=.d)

# --- the server ---

SERVER_OBJECTS = $(patsubst $(srcdir)/%.c,obj/native/%.o,$(wildcard $(srcdir)/server/*.c)) \
	$(patsubst %,obj/native/%.o,dlls/ntdll/unix/nametable dlls/ntdll/unix/unicode dlls/ntdll/unix/cell dlls/ntdll/unix/cell_lock gen/protocol_server gen/protocol_shapes)
transomserver: $(SERVER_OBJECTS)
	$(call say,LD)$(CC) $(CFLAGS) $(UBSAN_FLAGS) $(LDFLAGS) -o $@ $(SERVER_OBJECTS)
-include $(SERVER_OBJECTS:.o=.d)

# The same once more under UBSan, beside the DLLs of the ordinary build: what `make check-ubsan` runs the tests with.
# (Programs may pass pointers that are not aligned, as on Windows.)
UBSAN_OBJECTS = $(patsubst obj/native/%,obj/ubsan/%,$(NATIVE_OBJECTS))
UBSAN_CHECKS = -fsanitize=undefined -fno-sanitize=alignment -fno-sanitize-recover=undefined
obj/ubsan/%.o: $(srcdir)/%.c $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(NATIVE_CFLAGS) $(UBSAN_CHECKS) -MMD -MP -c -o $@ $<
obj/ubsan/%.o: $(srcdir)/%.S $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,AS)$(CC) $(NATIVE_CFLAGS) -MMD -MP -c -o $@ $<
obj/ubsan/gen/%.o: gen/%.c $(srcdir)/build-aux/native.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(NATIVE_CFLAGS) $(UBSAN_CHECKS) -MMD -MP -c -o $@ $<
transom-ubsan: $(UBSAN_OBJECTS)
	$(call say,LD)$(CC) $(CFLAGS) $(UBSAN_CHECKS) -pthread -rdynamic $(LDFLAGS) -o $@ $(UBSAN_OBJECTS) $(LIBS)
-include $(UBSAN_OBJECTS:.o=.d)

.PHONY: native clean-native install-native
native: $(TOOLS) $(if $(filter loader/%,$(NATIVE_SOURCES)),transom) transomserver
clean-native:
	rm -rf tools gen windir obj/native obj/ubsan transom transom-ubsan transomserver
install-native: native
	$(INSTALL) -d "$(DESTDIR)$(bindir)"
	$(INSTALL_PROGRAM) transom "$(DESTDIR)$(bindir)/transom"
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)"
	$(INSTALL_PROGRAM) transomserver "$(DESTDIR)$(pkglibdir)/transomserver"

# --- what the system DLLs have and lack, for `transom check` ---

exports.tbl: tools/mkexports $(wildcard $(srcdir)/dlls/*/*.exports)
	$(call say,GEN)tools/mkexports --table $(wildcard $(srcdir)/dlls/*/*.exports) > $@.new && mv $@.new $@
native: exports.tbl
install-native: install-exports
install-exports: exports.tbl
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)"
	$(INSTALL_DATA) exports.tbl "$(DESTDIR)$(pkglibdir)/exports.tbl"

# --- files of C:\windows that programs read, write and look for ---

WINDOWS_FILES = windir/win.ini windir/system.ini
$(WINDOWS_FILES): windir/%: $(srcdir)/share/windir/%
	@mkdir -p windir && cp $< $@
native: $(WINDOWS_FILES)
install-native: install-windows-files
install-windows-files: $(WINDOWS_FILES)
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)/windir"
	$(INSTALL_DATA) $(WINDOWS_FILES) "$(DESTDIR)$(pkglibdir)/windir"

# --- the crash report: a library of its own, as it needs others that nothing else does ---

CRASH_SOURCES = $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/crash/*.c))
CRASH_OBJECTS = $(patsubst %.c,obj/native/%.o,$(CRASH_SOURCES))
$(CRASH_OBJECTS): NATIVE_CFLAGS += -fPIC $(CRASH_CFLAGS)
libtransom-crash.so: $(CRASH_OBJECTS)
	$(call say,LD)$(CC) $(CFLAGS) $(UBSAN_FLAGS) -shared $(LDFLAGS) -o $@ $(CRASH_OBJECTS) $(CRASH_LIBS)
-include $(CRASH_OBJECTS:.o=.d)
native: libtransom-crash.so
install-native: install-crash
install-crash: libtransom-crash.so
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)"
	$(INSTALL_PROGRAM) libtransom-crash.so "$(DESTDIR)$(pkglibdir)/libtransom-crash.so"

# --- gdb's script (docs/debugging.md) ---

install-native: install-gdb
install-gdb:
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)/gdb"
	$(INSTALL_DATA) $(srcdir)/share/gdb/transom.py "$(DESTDIR)$(pkglibdir)/gdb/transom.py"
