# SPDX-License-Identifier: MIT
# docs.mk: documentation that is made from the sources, and the manual pages.

EXPORT_LISTS = $(foreach dll,$(DLLS),$(srcdir)/dlls/$(dll)/$(dll).exports)
MANUALS = $(wildcard $(srcdir)/docs/man/*.1)

# `make docs` brings the copy under version control up to date; what is installed is made with the build.
.PHONY: docs install-docs
docs: docs/compatibility.md
	cmp -s $< $(srcdir)/$< || cp $< $(srcdir)/$<
docs/compatibility.md: tools/mkexports $(EXPORT_LISTS) $(srcdir)/docs/limits.md
	@mkdir -p $(@D)
	$(call say,DOC)(tools/mkexports --markdown $(EXPORT_LISTS) && cat $(srcdir)/docs/limits.md) > $@.new && mv $@.new $@
all-local: docs/compatibility.md

install-docs: docs/compatibility.md
	$(INSTALL) -d "$(DESTDIR)$(docdir)" "$(DESTDIR)$(mandir)/man1"
	$(INSTALL_DATA) $(srcdir)/LICENSE $(srcdir)/README.md \
	    $(filter-out %/compatibility.md %/limits.md %/README.md,$(wildcard $(srcdir)/docs/*.md)) docs/compatibility.md "$(DESTDIR)$(docdir)"
	$(INSTALL_DATA) $(MANUALS) "$(DESTDIR)$(mandir)/man1"
include $(srcdir)/build-aux/link.mk
