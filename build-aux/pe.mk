# SPDX-License-Identifier: MIT
#
# pe.mk: the Windows half. Every folder dlls/NAME with a NAME.exports becomes <arch>-windows/NAME.dll, every folder
# programs/NAME becomes <arch>-windows/NAME.exe, or what NAME_FILE says. dlls/NAME/NAME.mk may set:
#
#   NAME_DIRS      folders below dlls/ whose sources make the DLL (default: NAME)
#   NAME_IMPORTS   the DLLs it may import from, by our import libraries (default: kernelbase ntdll)
#   NAME_CFLAGS    more options for the compiler
#   NAME_LIBS      more libraries, e.g. -lmingwex
#   NAME_EXTRA     generated sources (below gen/) that belong to it
#   NAME_MESSAGES  a message table (tools/mkmessages makes them) that is a resource of it
#   NAME_VERSION   the file version, with commas (default: 10,0,19041,3803)

WIN_ARCHS = x86_64
x86_64_CC = $(WIN64_CC)
x86_64_DLLTOOL = $(WIN64_DLLTOOL) -m i386:x86-64
x86_64_NM = $(WIN64_NM)
x86_64_STRIP = $(WIN64_STRIP)
x86_64_WINDRES = $(WIN64_WINDRES)

# The DLLs define what mingw-w64's headers declare as imported.
WIN_CFLAGS = -std=gnu11 -g -O2 -Wall -Wextra $(WERROR) -fno-strict-aliasing -fno-stack-protector -fno-ident -mcmodel=small \
	-DDECLSPEC_IMPORT= -D_CRTIMP= -D_SECIMP= -D__MINGW_IMPORT=extern -D_WIN32_WINNT=0x0a00 -DNTDDI_VERSION=0x0a00000c \
	-I$(srcdir)/include -Igen
# Pages of the file are pages in memory, so a DLL is mapped without being read or copied.
WIN_LDFLAGS = -nostdlib -shared -Wl,--file-alignment=4096 -Wl,--section-alignment=4096 -Wl,--no-insert-timestamp \
	-Wl,--dynamicbase -Wl,--nxcompat -Wl,--high-entropy-va -Wl,--exclude-all-symbols -Wl,--disable-auto-import \
	-Wl,--kill-at -Wl,--subsystem=console:10.0 -Wl,--major-os-version=10

# C++ with Microsoft's ABI (dlls/msvcp140/README.md says what for). Without clang, the functions written in it are missing.
WIN_CLANGXX := $(shell command -v clang++ 2>/dev/null)
$(if $(WIN_CLANGXX),,$(info clang++ was not found: msvcp140.dll will have no functions))
x86_64_CLANG_TARGET = x86_64-pc-windows-msvc
WIN_CXXFLAGS = -std=c++17 -g -gdwarf -O2 -Wall -Wextra $(WERROR) -ffreestanding -fno-builtin -fno-strict-aliasing -fexceptions \
	-fcxx-exceptions -fno-threadsafe-statics -fms-compatibility-version=19.29

DLLS = $(sort $(foreach dir,$(patsubst $(srcdir)/dlls/%/,%,$(wildcard $(srcdir)/dlls/*/)),\
	$(if $(wildcard $(srcdir)/dlls/$(dir)/$(dir).exports),$(dir))))
PROGRAMS_WIN = $(filter-out common,$(patsubst $(srcdir)/programs/%/,%,$(wildcard $(srcdir)/programs/*/)))
# What of programs/common a program uses. Those that do are written for UTF-16 throughout and start at wmain.
tasklist_COMMON = text table tasks
taskkill_COMMON = text tasks
schtasks_COMMON = text
whoami_COMMON = text table
where_COMMON = text
icacls_COMMON = text
find_COMMON = text lines
findstr_COMMON = text lines
more_COMMON = text lines
sort_COMMON = text lines
whoami_LIBS = -lsecur32
# Batch files call these two by their whole names.
chcp_FILE = chcp.com
more_FILE = more.com
program_file = $(or $($(1)_FILE),$(1).exe)

system_version = 10,0,19041,3803
dll_file = $(if $(findstring .,$(1)),$(1),$(1).dll)
dll_dirs = $(or $($(1)_DIRS),$(1))
dll_sources = $(patsubst $(srcdir)/%,%,$(foreach dir,$(call dll_dirs,$(1)),\
	$(if $(WIN_CLANGXX),$(wildcard $(srcdir)/dlls/$(dir)/*.cpp)) \
	$(wildcard $(srcdir)/dlls/$(dir)/*.c $(srcdir)/dlls/$(dir)/*.S)))
dll_imports = $(if $(filter ntdll,$(1)),,$(if $(filter undefined,$(origin $(1)_IMPORTS)),\
	$(filter-out $(1),kernelbase ntdll),$($(1)_IMPORTS)))

# Each DLL has an address of its own (its number in the sorted list, taken as hexadecimal digits): none is relocated.
dll_numbers := $(shell i=100; for dll in $(DLLS); do echo $$dll:$$i; i=$$((i+1)); done)
dll_number = $(patsubst $(1):%,%,$(filter $(1):%,$(dll_numbers)))

-include $(foreach dll,$(DLLS),$(wildcard $(srcdir)/dlls/$(dll)/$(dll).mk))

# $(1) the architecture, $(2) the DLL, $(3) its number
define dll_rules
$(1)-$(2)-own = $$(patsubst %,obj/$(1)/$(2)/%.o,$$(basename $$(call dll_sources,$(2)) $$($(2)_EXTRA)))
$(1)-$(2)-objects = $$($(1)-$(2)-own) obj/$(1)/$(2)/$(2)_stubs.o obj/$(1)/$(2)/$(2)_version.o \
	obj/$(1)/common/dlls/common/missing.o
obj/$(1)/$(2)/%.o: $(srcdir)/%.c $(srcdir)/build-aux/pe.mk $(wildcard $(srcdir)/dlls/$(2)/$(2).mk) | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,WINCC)$$($(1)_CC) $$(WIN_CFLAGS) $$($(2)_CFLAGS) -MMD -MP -c -o $$@ $$<
obj/$(1)/$(2)/%.o: $(srcdir)/%.cpp $(srcdir)/build-aux/pe.mk $(wildcard $(srcdir)/dlls/$(2)/$(2).mk) | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,WINCXX)$$(WIN_CLANGXX) --target=$$($(1)_CLANG_TARGET) $$(WIN_CXXFLAGS) -MMD -MP -c -o $$@.new $$< && \
	    $$(patsubst %strip,%objcopy,$$($(1)_STRIP)) --remove-section=.drectve $$@.new $$@ && rm $$@.new
obj/$(1)/$(2)/%.o: $(srcdir)/%.S $(srcdir)/build-aux/pe.mk $(wildcard $(srcdir)/dlls/$(2)/$(2).mk) | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,WINAS)$$($(1)_CC) $$(WIN_CFLAGS) $$($(2)_CFLAGS) -MMD -MP -c -o $$@ $$<
obj/$(1)/$(2)/gen/%.o: gen/%.c
	@mkdir -p $$(@D)
	$$(call say,WINCC)$$($(1)_CC) $$(WIN_CFLAGS) $$($(2)_CFLAGS) -I$(srcdir)/dlls/$(2) -MMD -MP -c -o $$@ $$<
obj/$(1)/$(2)/gen/%.o: gen/%.S
	@mkdir -p $$(@D)
	$$(call say,WINAS)$$($(1)_CC) $$(WIN_CFLAGS) $$($(2)_CFLAGS) -c -o $$@ $$<
obj/$(1)/$(2)/$(2).def: $(srcdir)/dlls/$(2)/$(2).exports tools/mkexports
	@mkdir -p $$(@D)
	$$(call say,GEN)tools/mkexports --def $$< > $$@.new && mv $$@.new $$@
obj/$(1)/$(2)/$(2)_stubs.o: $(srcdir)/dlls/$(2)/$(2).exports tools/mkexports $$($(1)-$(2)-own)
	@mkdir -p $$(@D)
	$$(call say,GEN)$$(if $$($(1)-$(2)-own),$$($(1)_NM) -g --defined-only $$($(1)-$(2)-own),:) | \
	    sed -n 's/^[0-9a-f]* [A-Z] //p' > $$(@:.o=.defined) && \
	tools/mkexports --stubs $$< $$(@:.o=.defined) > $$(@:.o=.S) && $$($(1)_CC) -c -o $$@ $$(@:.o=.S)
obj/$(1)/$(2)/$(2)_version.o: $(srcdir)/build-aux/version.rc $(wildcard $(srcdir)/dlls/$(2)/$(2).mk) $$($(2)_MESSAGES)
	@mkdir -p $$(@D)
	$$(call say,WINDRES)$$($(1)_WINDRES) -DNAME=$(call dll_file,$(2)) -DVERSION=$$(or $$($(2)_VERSION),$$(system_version)) \
	    $$(addprefix -DMESSAGES=,$$($(2)_MESSAGES)) $$< $$@
implib/$(1)/lib$(2).a: $(srcdir)/dlls/$(2)/$(2).exports tools/mkexports
	@mkdir -p $$(@D)
	$$(call say,IMPLIB)tools/mkexports --implib $$< > $$@.def && $$($(1)_DLLTOOL) -d $$@.def -l $$@.new && mv $$@.new $$@
# The DLL with its debug information stays below obj/; what is run has the symbol table only: a section of DWARF more is a
# mapping more at each start.
$(1)-windows/$(call dll_file,$(2)): obj/$(1)/$(2)/$(call dll_file,$(2))
	@mkdir -p $$(@D)
	@$$($(1)_STRIP) --strip-debug -o $$@.new $$< && mv $$@.new $$@
obj/$(1)/$(2)/$(call dll_file,$(2)): $$($(1)-$(2)-objects) obj/$(1)/$(2)/$(2).def \
		$$(patsubst %,implib/$(1)/lib%.a,$$(call dll_imports,$(2)))
	@mkdir -p $$(@D)
	$$(call say,WINLD)entry=0; if $$($(1)_NM) $$($(1)-$(2)-objects) | grep -q ' T DllMain$$$$'; then entry=DllMain; fi; \
	$$($(1)_CC) $$(WIN_LDFLAGS) -Wl,-e,$$$$entry -Wl,--image-base=0x6ff$(3)000000 -o $$@ \
	    obj/$(1)/$(2)/$(2).def $$($(1)-$(2)-objects) -Limplib/$(1) $$(patsubst %,-l%,$$(call dll_imports,$(2))) $$($(2)_LIBS) -lgcc
-include $$($(1)-$(2)-objects:.o=.d)
windows: $(1)-windows/$(call dll_file,$(2)) implib/$(1)/lib$(2).a
objects-$(2): $$($(1)-$(2)-objects)
endef

define program_rules
$(1)-windows/$(call program_file,$(2)): $$(wildcard $(srcdir)/programs/$(2)/*.c $(srcdir)/programs/$(2)/*.h) \
		$$(foreach part,$$($(2)_COMMON),$(srcdir)/programs/common/$$(part).c $(srcdir)/programs/common/$$(part).h)
	@mkdir -p $$(@D)
	$$(call say,WINLD)$$($(1)_CC) -std=gnu11 -g -O2 -Wall -Wextra $$(WERROR) -I$(srcdir)/include $$($(2)_CFLAGS) \
	    $$(if $$($(2)_COMMON),-municode) -Wl,--no-insert-timestamp -o $$@ $$(filter %.c,$$^) $$($(2)_LIBS)
windows: $(1)-windows/$(call program_file,$(2))
endef

.PHONY: windows clean-windows install-windows
windows:

$(foreach arch,$(WIN_ARCHS),$(foreach dll,$(DLLS),$(eval $(call dll_rules,$(arch),$(dll),$(call dll_number,$(dll))))))
$(foreach arch,$(WIN_ARCHS),$(foreach program,$(PROGRAMS_WIN),$(eval $(call program_rules,$(arch),$(program)))))

define common_rules
obj/$(1)/common/%.o: $(srcdir)/%.c $(srcdir)/build-aux/pe.mk | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,WINCC)$$($(1)_CC) $$(WIN_CFLAGS) -fno-builtin -MMD -MP -c -o $$@ $$<
endef
$(foreach arch,$(WIN_ARCHS),$(eval $(call common_rules,$(arch))))

clean-windows:
	rm -rf $(addprefix obj/,$(WIN_ARCHS)) implib $(addsuffix -windows,$(WIN_ARCHS))

define install_arch
	$(INSTALL) -d "$(DESTDIR)$(pkglibdir)/$(1)-windows"
	$(INSTALL_DATA) $(1)-windows/* "$(DESTDIR)$(pkglibdir)/$(1)-windows"

endef
install-windows: windows
	$(foreach arch,$(WIN_ARCHS),$(call install_arch,$(arch)))
