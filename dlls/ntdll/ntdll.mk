# SPDX-License-Identifier: MIT
# ntdll has its own memcpy and friends: the compiler must not make calls to them out of their own loops.
ntdll_CFLAGS = -fno-builtin -fno-tree-loop-distribute-patterns
ntdll_EXTRA = gen/nt_stubs.S gen/ntdll_nls.c
ntdll_MESSAGES = gen/ntdll_messages.bin

gen/ntdll_nls.c: tools/mknls /usr/share/unicode/UnicodeData.txt
	@mkdir -p gen
	$(call say,GEN)tools/mknls /usr/share/unicode/UnicodeData.txt > $@.new && mv $@.new $@

gen/ntdll_messages.bin: tools/mkmessages $(srcdir)/dlls/ntdll/messages.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mkmessages $(srcdir)/dlls/ntdll/messages.tbl $@.new && mv $@.new $@
