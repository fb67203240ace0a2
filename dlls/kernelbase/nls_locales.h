/* SPDX-License-Identifier: MIT */
/* nls_locales.h: how a locale is represented. */
#ifndef TRANSOM_NLS_LOCALES_H
#define TRANSOM_NLS_LOCALES_H

#include "nls.h"
#include "locale_data.h"

enum locale_value {
#define X(type, value, number) V_##type,
    LOCALE_VALUES(X)
#undef X
        LOCALE_VALUE_COUNT
};

struct locale {
    LCID lcid;
    BOOL neutral;
    const WCHAR *values[LOCALE_VALUE_COUNT]; /* NULL: as in English (United States) */
};

extern const struct locale *const locales[]; /* in ascending order of names, without case */
extern const UINT locale_count;

const WCHAR *locale_value(const struct locale *locale, enum locale_value value);
/* Any LCTYPE of a string; NULL if there is none. *number: whether it is numeric. */
const WCHAR *locale_string(const struct locale *locale, LCTYPE type, BOOL *number);
UINT locale_number(const struct locale *locale, enum locale_value value);

#endif
