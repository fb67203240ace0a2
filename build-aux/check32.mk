# SPDX-License-Identifier: MIT
#
# check32.mk: `make check-32` compiles the Windows half for 32 bits, as far as its syntax and types: no object is made. Sources in
# assembly are 64-bit. Left out when there is no compiler for it (Debian's gcc-mingw-w64-i686).

WIN32_CC := $(shell command -v i686-w64-mingw32-gcc 2>/dev/null)
i686_CLANG_TARGET = i686-pc-windows-msvc
# Windows 10 demands SSE2; its callers align the stack to 4 bytes.
i686_CFLAGS = -msse2 -mfpmath=sse -mstackrealign
check32_cc = $(WIN32_CC) $(filter-out -mcmodel=small,$(WIN_CFLAGS)) $(i686_CFLAGS)

check32_sources = $(filter %.c %.cpp,$(call dll_sources,$(1)) $($(1)_EXTRA))
define check32_rules
check-32: $$(patsubst %,obj/i686/$(1)/%.checked,$$(call check32_sources,$(1)))
obj/i686/$(1)/%.c.checked: $(srcdir)/%.c $(srcdir)/build-aux/check32.mk $(wildcard $(srcdir)/dlls/$(1)/$(1).mk) | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,CC32)$$(check32_cc) $$($(1)_CFLAGS) -MMD -MP -MT $$@ -MF $$(@:.checked=.d) -fsyntax-only $$< && touch $$@
obj/i686/$(1)/gen/%.c.checked: gen/%.c
	@mkdir -p $$(@D)
	$$(call say,CC32)$$(check32_cc) $$($(1)_CFLAGS) -I$(srcdir)/dlls/$(1) -fsyntax-only $$< && touch $$@
obj/i686/$(1)/%.cpp.checked: $(srcdir)/%.cpp $(srcdir)/build-aux/check32.mk $(wildcard $(srcdir)/dlls/$(1)/$(1).mk) | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(call say,CXX32)$$(WIN_CLANGXX) --target=$$(i686_CLANG_TARGET) $$(WIN_CXXFLAGS) -MMD -MP -MT $$@ -MF $$(@:.checked=.d) \
	    -fsyntax-only $$< && touch $$@
-include $$(patsubst %,obj/i686/$(1)/%.d,$$(call check32_sources,$(1)))
endef

.PHONY: check-32
check-32:
ifneq ($(WIN32_CC),)
$(foreach dll,$(DLLS),$(eval $(call check32_rules,$(dll))))
else
	@echo "skipped: there is no i686-w64-mingw32-gcc"
endif
