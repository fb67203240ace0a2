/* SPDX-License-Identifier: MIT */
/* sddl_private.h: what the files about the security descriptor definition language share. */
#ifndef TRANSOM_SDDL_PRIVATE_H
#define TRANSOM_SDDL_PRIVATE_H

#include "advapi32_private.h"
#include <stdbool.h>

#define SID_TEXT 192 /* the text of a SID is at most 184 characters */

BOOL parse_number(const WCHAR **at, ULONGLONG limit, ULONGLONG *value);
void sid_text(PSID psid, WCHAR text[SID_TEXT]);
/* With two letters, if it has them. */
void sid_short_text(PSID psid, WCHAR text[SID_TEXT]);

/* Bytes that grow, and text that does, in the process heap; after a failure nothing is added any more. */
struct bytes {
    BYTE *data;
    SIZE_T size, cap;
    bool failed;
};
void put_bytes(struct bytes *bytes, const void *data, SIZE_T size);
void put_byte(struct bytes *bytes, BYTE value);
void put_dword(struct bytes *bytes, DWORD value);
void put_text(struct bytes *text, const WCHAR *str);
void put_chars(struct bytes *text, const WCHAR *str, SIZE_T length);

/* sddl_tables.c: two-letter names */
struct sddl_name {
    WCHAR name[3];
    DWORD value;
};
struct sddl_ace_type {
    WCHAR name[3];
    BYTE type;
    bool object, condition;
};
extern const struct sddl_ace_type sddl_ace_types[];
extern const struct sddl_name sddl_ace_flags[], sddl_rights[], sddl_label_rights[];
extern const UINT sddl_ace_type_count, sddl_ace_flag_count, sddl_right_count, sddl_label_right_count;

static inline const WCHAR *skip_space(const WCHAR *str)
{
    while (*str == ' ' || *str == '\t' || *str == '\r' || *str == '\n')
        str++;
    return str;
}

/* sddl_condition.c: "(expression)" to the bytes behind a callback entry's SID and back; *at is moved behind it. */
BOOL parse_condition(const WCHAR **at, struct bytes *out);
BOOL put_condition(struct bytes *text, const BYTE *data, SIZE_T size);
/* sddl_attribute.c: ("name",type,flags,values...) of a resource attribute entry. */
BOOL parse_attribute(const WCHAR **at, struct bytes *out);
BOOL put_attribute(struct bytes *text, const BYTE *data, SIZE_T size);

#endif
