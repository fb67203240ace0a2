/* SPDX-License-Identifier: MIT */
/*
 * eh_msvcrt.c: the classes of typeinfo.h and stdexcpt.h that msvcrt.dll exports; later runtimes have them in headers.
 */
#ifdef CRT_MSVCRT
#include "eh_private.h"
#include <string.h>

struct std_exception {
    const void *table;
    const char *what;
    int owned;
};

struct type_info {
    const void *table;
    char *undecorated;
    char decorated[];
};

extern const void *const eh_table_exception[], *const eh_table_bad_cast[], *const eh_table_bad_typeid[],
                                                                               *const eh_table_non_rtti_object[];
char *__cdecl __unDName(char *buffer, const char *name, int length, void *(__cdecl *allocate)(size_t),
                        void(__cdecl *release)(void *), unsigned short flags);

static struct std_exception *construct(struct std_exception *this, const void *table, const char *text, bool copy)
{
    this->table = table;
    this->what = text;
    this->owned = 0;
    if (copy && text) {
        char *own = malloc(strlen(text) + 1);

        this->what = own ? strcpy(own, text) : NULL;
        this->owned = own != NULL;
    }
    return this;
}

static void destroy(struct std_exception *this)
{
    if (this->owned)
        free((void *)this->what);
    this->what = NULL;
    this->owned = 0;
}

static struct std_exception *assign(struct std_exception *this, const struct std_exception *other)
{
    if (this != other) {
        const void *table = this->table;

        destroy(this);
        construct(this, table, other->what, other->owned);
    }
    return this;
}

/* exception */
struct std_exception *exception_default(struct std_exception *this)
{
    return construct(this, eh_table_exception, NULL, false);
}
struct std_exception *exception_text(struct std_exception *this, const char *const *text)
{
    return construct(this, eh_table_exception, *text, true);
}
struct std_exception *exception_static(struct std_exception *this, const char *const *text, int unused)
{
    (void)unused;
    return construct(this, eh_table_exception, *text, false);
}
struct std_exception *exception_copy(struct std_exception *this, const struct std_exception *other)
{
    return construct(this, eh_table_exception, other->what, other->owned);
}
void exception_destroy(struct std_exception *this)
{
    this->table = eh_table_exception;
    destroy(this);
}
struct std_exception *exception_assign(struct std_exception *this, const struct std_exception *other)
{
    return assign(this, other);
}
const char *exception_what(const struct std_exception *this)
{
    return this->what ? this->what : "Unknown exception";
}

/* bad_cast */
struct std_exception *bad_cast_text(struct std_exception *this, const char *const *text)
{
    return construct(this, eh_table_bad_cast, *text, true);
}
struct std_exception *bad_cast_pointer(struct std_exception *this, const char *text)
{
    return construct(this, eh_table_bad_cast, text, true);
}
struct std_exception *bad_cast_copy(struct std_exception *this, const struct std_exception *other)
{
    return construct(this, eh_table_bad_cast, other->what, other->owned);
}
struct std_exception *bad_cast_default(struct std_exception *this)
{
    return construct(this, eh_table_bad_cast, "bad cast", false);
}

/* bad_typeid and __non_rtti_object */
struct std_exception *bad_typeid_pointer(struct std_exception *this, const char *text)
{
    return construct(this, eh_table_bad_typeid, text, true);
}
struct std_exception *bad_typeid_copy(struct std_exception *this, const struct std_exception *other)
{
    return construct(this, eh_table_bad_typeid, other->what, other->owned);
}
struct std_exception *bad_typeid_default(struct std_exception *this)
{
    return construct(this, eh_table_bad_typeid, "bad typeid", false);
}
struct std_exception *non_rtti_object_pointer(struct std_exception *this, const char *text)
{
    return construct(this, eh_table_non_rtti_object, text, true);
}
struct std_exception *non_rtti_object_copy(struct std_exception *this, const struct std_exception *other)
{
    return construct(this, eh_table_non_rtti_object, other->what, other->owned);
}

/* type_info */
void type_info_destroy(struct type_info *this)
{
    free(this->undecorated);
    this->undecorated = NULL;
}
int type_info_equal(const struct type_info *this, const struct type_info *other)
{
    return !strcmp(this->decorated + 1, other->decorated + 1);
}
int type_info_different(const struct type_info *this, const struct type_info *other)
{
    return strcmp(this->decorated + 1, other->decorated + 1) != 0;
}
int type_info_before(const struct type_info *this, const struct type_info *other)
{
    return strcmp(this->decorated + 1, other->decorated + 1) < 0;
}
const char *type_info_name(struct type_info *this)
{
    char *name = __atomic_load_n(&this->undecorated, __ATOMIC_ACQUIRE), *made;

    if (name)
        return name;
    made = __unDName(NULL, this->decorated + 1, 0, malloc, free, 0x2800);
    if (!made ||
        __atomic_compare_exchange_n(&this->undecorated, &name, made, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
        return made;
    free(made);
    return name;
}
const char *type_info_raw_name(const struct type_info *this)
{
    return this->decorated;
}
#endif
