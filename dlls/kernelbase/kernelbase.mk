# SPDX-License-Identifier: MIT
# kernelbase.mk: the Unicode, locale and code-page data (nlsdata.h) and the system's messages that kernelbase carries.

kernelbase_EXTRA = gen/nlsdata.S
kernelbase_MESSAGES = gen/messages.bin
UNICODE_DATA = /usr/share/unicode

gen/codepages.bin: tools/mkcodepages $(UNICODE_DATA)/UnicodeData.txt
	@mkdir -p gen
	$(call say,GEN)tools/mkcodepages $(UNICODE_DATA)/UnicodeData.txt $@.new && mv $@.new $@
gen/locale.bin: tools/mklocale $(UNICODE_DATA)/UnicodeData.txt $(UNICODE_DATA)/allkeys.txt
	@mkdir -p gen
	$(call say,GEN)tools/mklocale $(UNICODE_DATA) $@.new && mv $@.new $@
gen/messages.bin: tools/mkmessages $(srcdir)/dlls/kernelbase/messages.tbl
	@mkdir -p gen
	$(call say,GEN)tools/mkmessages $(srcdir)/dlls/kernelbase/messages.tbl $@.new && mv $@.new $@
gen/nlsdata.S: gen/codepages.bin gen/locale.bin $(srcdir)/dlls/kernelbase/kernelbase.mk
	@mkdir -p gen
	$(call say,GEN)for name in codepages locale; do \
	    printf '\t.section .rdata,"dr"\n\t.globl\tnls_%s_data\n\t.balign\t4096\nnls_%s_data:\n\t.incbin\t"gen/%s.bin"\n' \
	        $$name $$name $$name; done > $@
