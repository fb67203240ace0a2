# SPDX-License-Identifier: MIT
# ntdll has its own memcpy and friends: the compiler must not make calls to them out of their own loops.
ntdll_CFLAGS = -fno-builtin -fno-tree-loop-distribute-patterns
ntdll_EXTRA = gen/nt_stubs.S gen/ntdll_nls.c gen/ntdll_normalization.S
ntdll_MESSAGES = gen/ntdll_messages.bin

gen/ntdll_nls.c: tools/mknls /usr/share/unicode/UnicodeData.txt
	@mkdir -p gen
	$(call say,GEN)tools/mknls /usr/share/unicode/UnicodeData.txt > $@.new && mv $@.new $@

gen/ntdll_messages.bin: tools/mkmessages $(srcdir)/dlls/ntdll/messages.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mkmessages $(srcdir)/dlls/ntdll/messages.tbl $@.new && mv $@.new $@
gen/normalization.bin: tools/mklocale /usr/share/unicode/UnicodeData.txt
	@mkdir -p gen
	$(call say,GEN)tools/mklocale --normalization /usr/share/unicode $@.new && mv $@.new $@
gen/ntdll_normalization.S: gen/normalization.bin $(srcdir)/dlls/ntdll/ntdll.mk
	@mkdir -p gen
	$(call say,GEN)printf '\t.section .rdata,"dr"\n\t.globl\tnls_normalization_data\n\t.balign\t4096\n%s\t.incbin\t"gen/normalization.bin"\n' \
	    'nls_normalization_data:' > $@
