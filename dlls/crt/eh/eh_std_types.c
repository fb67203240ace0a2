/* SPDX-License-Identifier: MIT */
/*
 * eh_std_types.c: std::exception and the classes derived from it that this runtime throws itself. Their tables are in
 * eh_std_types_x64.S.
 */
#include "eh_private.h"

struct std_exception_data {
    const char *what;
    bool owned;
};
struct std_exception {
    const void *table;
    struct std_exception_data data;
};

void __cdecl __std_exception_copy(const struct std_exception_data *from, struct std_exception_data *to);
void __cdecl __std_exception_destroy(struct std_exception_data *data);
DECLSPEC_NORETURN void __stdcall _CxxThrowException(void *object, const throw_info *info);

extern const void *const eh_table_bad_cast[], *const eh_table_bad_typeid[], *const eh_table_non_rtti_object[];
extern const throw_info eh_throw_info_bad_cast, eh_throw_info_bad_typeid, eh_throw_info_non_rtti_object;

/* Each class's own copy constructor would set its own table: the original has it. */
struct std_exception *__attribute__((used))
eh_exception_copy(struct std_exception *to, const struct std_exception *from)
{
    to->table = from->table;
    to->data.what = NULL;
    to->data.owned = false;
    __std_exception_copy(&from->data, &to->data);
    return to;
}

void __attribute__((used)) eh_exception_destroy(struct std_exception *exception)
{
    __std_exception_destroy(&exception->data);
}

/* Flags: 1 the memory is to be freed, 2 it is an array, whose length is before it. */
void *__attribute__((used)) eh_exception_delete(struct std_exception *exception, unsigned flags)
{
    if (flags & 2) {
        size_t *count = (size_t *)exception - 1;

        for (size_t i = *count; i > 0; i--)
            eh_exception_destroy(&exception[i - 1]);
        if (flags & 1)
            free(count);
        return count;
    }
    eh_exception_destroy(exception);
    if (flags & 1)
        free(exception);
    return exception;
}

const char *__attribute__((used)) eh_exception_what(const struct std_exception *exception)
{
    return exception->data.what ? exception->data.what : "Unknown exception";
}

void *__attribute__((used)) eh_type_info_delete(void *type, unsigned flags)
{
    if (flags & 1)
        free(type);
    return type;
}

static DECLSPEC_NORETURN void throw_text(const void *table, const throw_info *info, const char *text)
{
    struct std_exception exception = { table, { text, false } };

    _CxxThrowException(&exception, info);
}

DECLSPEC_NORETURN void eh_throw_bad_cast(const char *text)
{
    throw_text(eh_table_bad_cast, &eh_throw_info_bad_cast, text);
}

DECLSPEC_NORETURN void eh_throw_bad_typeid(const char *text)
{
    throw_text(eh_table_bad_typeid, &eh_throw_info_bad_typeid, text);
}

DECLSPEC_NORETURN void eh_throw_non_rtti_object(const char *text)
{
    throw_text(eh_table_non_rtti_object, &eh_throw_info_non_rtti_object, text);
}
