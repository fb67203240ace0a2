/* SPDX-License-Identifier: MIT */
/* icacls.h: what icacls is asked for (main.c), rights as text (rights.c), lists (change.c), files of them (save.c). */
#ifndef ICACLS_H
#define ICACLS_H

#include "../common/text.h"
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum change_kind { CHANGE_GRANT, CHANGE_SET, CHANGE_DENY, CHANGE_REMOVE, CHANGE_REMOVE_GRANTED, CHANGE_REMOVE_DENIED };

struct change {
    enum change_kind kind;
    PSID sid;
    DWORD mask;
    BYTE flags; /* inheritance */
};

/* /inheritance:e, :d, :r */
enum inheritance { INHERITANCE_KEPT, INHERITANCE_ENABLED, INHERITANCE_COPIED, INHERITANCE_REMOVED };

struct options {
    bool tree, go_on, quiet, link; /* /t, /c, /q, /l */
    bool verify, reset, found;     /* found: /findsid did */
    const WCHAR *save, *restore, *level;
    PSID owner, find;
    enum inheritance inheritance;
    struct change *changes;
    size_t change_count;
};
extern struct options options;

/* --- rights.c --- */

/* `(OI)(CI)(F)`, `RX`, `(RD,WD)`; false if it is none. And the text of an entry, to be freed. */
bool rights_parse(const WCHAR *text, bool deny, DWORD *mask, BYTE *flags);
WCHAR *rights_text(BYTE type, BYTE flags, DWORD mask);
/* An account's name, or `*S-1-...`; NULL: GetLastError() says why. */
PSID sid_parse(const WCHAR *text);
WCHAR *sid_name(PSID sid);

/* --- change.c: 0 or the error --- */

DWORD show_file(const WCHAR *path, const WCHAR *shown);
DWORD change_file(const WCHAR *path);
DWORD verify_file(const WCHAR *path);
DWORD find_in_file(const WCHAR *path);

/* --- save.c --- */

/* Adds what `path` has under `name`. And gives the files of a list below `folder` what it says. */
DWORD save_begin(const WCHAR *file);
DWORD save_file(const WCHAR *path, const WCHAR *name);
void save_end(void);
DWORD restore_files(const WCHAR *folder, const WCHAR *file, unsigned *done, unsigned *failed);

void say_error(const WCHAR *path, DWORD error);

#endif
