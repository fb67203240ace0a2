# SPDX-License-Identifier: MIT
#
# link.mk: where things lie in memory. Starting a process is mapping files: what follows makes that few mappings, and few pages
# that are touched before the program runs.

# System DLLs: read-only sections, code, data (dll.ld).
WIN_LDFLAGS += -Wl,-L$(srcdir)/build-aux -Wl,-T,$(srcdir)/build-aux/dll.ld

# The native program has a fixed address too, far from what programs and the C library use: of its thousands of pointers in
# tables none is relocated, and their pages stay the file's. (Its start files are those of shared objects and PIE, as
# the ordinary ones must lie in the low 2 GB.)
crt_file = $(shell $(CC) -print-file-name=$(1))
transom: private LDFLAGS += -no-pie -nostartfiles -Wl,--no-relax,-Ttext-segment=0x6fe000000000 $(call crt_file,Scrt1.o) $(call crt_file,crti.o) \
	$(call crt_file,crtbeginS.o)
transom: private LDFLAGS += -Wl,-T,$(srcdir)/build-aux/start_native.ld
transom: $(srcdir)/build-aux/start_native.ld
transom: LIBS += $(call crt_file,crtendS.o) $(call crt_file,crtn.o)

# The DLLs that nearly every program has find their imports bound, if they were made after ntdll and kernelbase.
BOUND_DLLS = kernel32 kernelbase msvcrt ucrtbase
# Of these and ntdll, functions that run at a program's start lie together (start_windows.ld).
$(foreach dll,ntdll $(filter-out kernel32,$(BOUND_DLLS)),$(eval $(dll)_CFLAGS += -ffunction-sections))
$(foreach arch,$(WIN_ARCHS),$(foreach dll,ntdll $(filter-out kernel32,$(BOUND_DLLS)),obj/$(arch)/$(dll)/$(call dll_file,$(dll)))): \
	$(srcdir)/build-aux/start_windows.ld
$(foreach arch,$(WIN_ARCHS),$(foreach dll,$(DLLS),$(arch)-windows/$(call dll_file,$(dll)))): tools/finishdll
$(foreach arch,$(WIN_ARCHS),$(eval $(arch)-windows/%.dll: private $(arch)_STRIP = \
	tools/finishdll $$(WIN64_STRIP) -w -N '.text?*' -N '.pdata?*' -N '.xdata?*') \
	$(eval $(arch)-windows/kernelbase.dll: $(arch)-windows/ntdll.dll) \
	$(eval $(addprefix $(arch)-windows/,$(addsuffix .dll,$(filter-out kernelbase,$(BOUND_DLLS)))): \
	    $(arch)-windows/kernelbase.dll))
