# SPDX-License-Identifier: MIT
# docs.mk: documentation that is made from the sources, and the manual pages.

EXPORT_LISTS = $(foreach dll,$(DLLS),$(srcdir)/dlls/$(dll)/$(dll).exports)

.PHONY: docs/compatibility.md install-docs
docs/compatibility.md: tools/mkexports
	$(call say,DOC)tools/mkexports --markdown $(EXPORT_LISTS) > $(srcdir)/$@.new && mv $(srcdir)/$@.new $(srcdir)/$@

install-docs:
	$(INSTALL) -d "$(DESTDIR)$(docdir)"
	$(INSTALL_DATA) $(srcdir)/LICENSE $(wildcard $(srcdir)/README.md) $(wildcard $(srcdir)/docs/*.md) "$(DESTDIR)$(docdir)"
	for page in $(wildcard $(srcdir)/docs/man/*.1); do \
	    $(INSTALL) -d "$(DESTDIR)$(mandir)/man1" && $(INSTALL_DATA) "$$page" "$(DESTDIR)$(mandir)/man1"; done
