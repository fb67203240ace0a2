/* SPDX-License-Identifier: MIT */
/*
 * eh_rtti.c: dynamic_cast and typeid, by the tables that the slot before an object's virtual functions names.
 */
#include "eh_private.h"
#include <string.h>

struct base_class {
    int type_rva;
    int contained; /* the bases of this base follow it, so many */
    member_displacement displacement;
    unsigned attributes;
    int hierarchy_rva;
};
enum { BASE_NOT_VISIBLE = 1, BASE_AMBIGUOUS = 2, BASE_PRIVATE = 4, BASE_PRIVATE_OR_PROTECTED = 8, BASE_VIRTUAL = 16 };

struct hierarchy {
    unsigned signature;
    unsigned attributes;
    int count;
    int bases_rva; /* of an array of RVAs: the class itself, then its bases, depth first */
};
enum { HIERARCHY_MULTIPLE = 1, HIERARCHY_VIRTUAL = 2, HIERARCHY_AMBIGUOUS = 4 };

struct locator {
    unsigned signature; /* 1: relative to the image, which self_rva tells */
    int offset;         /* of this virtual function table's pointer in the object */
    int constructor_displacement;
    int type_rva;
    int hierarchy_rva;
#ifdef _WIN64
    int self_rva;
#endif
};

/* Exceptions with these types are thrown as if by the C++ standard library's header. */
void eh_throw_bad_cast(const char *text);
void eh_throw_bad_typeid(const char *text);
void eh_throw_non_rtti_object(const char *text);

static const struct locator *locator_of(const void *object)
{
    return (*(const struct locator *const *const *)object)[-1];
}

static const char *image_of(const struct locator *locator)
{
#ifdef _WIN64
    if (locator->signature)
        return (const char *)locator - locator->self_rva;
#endif
    return eh_image_of(locator);
}

static char *complete_object(void *object, const struct locator *locator)
{
    char *complete = (char *)object - locator->offset;

    if (locator->constructor_displacement)
        complete -= *(const int *)((char *)object - locator->constructor_displacement);
    return complete;
}

void *__cdecl __AdjustPointer(void *object, const member_displacement *where);

static bool is_type(const char *image, int rva, const type_descriptor *type)
{
    const type_descriptor *other = (const type_descriptor *)(image + rva);

    return other == type || !strcmp(other->name, type->name);
}

static const struct base_class *base_at(const char *image, const struct hierarchy *hierarchy, int index)
{
    return (const struct base_class *)(image + ((const int *)(image + hierarchy->bases_rva))[index]);
}

/*
 * The standard's rule for a cast of the subobject at `from_offset`: down to a target that contains it publicly, if there is
 * one such; else across to the only public target in the complete object.
 */
static const struct base_class *find_target(const char *image, const struct hierarchy *hierarchy, char *complete,
                                            const type_descriptor *source, ptrdiff_t from_offset,
                                            const type_descriptor *target)
{
    const struct base_class *down = NULL, *across = NULL;
    ptrdiff_t down_offset = 0, across_offset = 0;
    bool down_ambiguous = false, across_ambiguous = false, source_public = false;

    for (int i = 0; i < hierarchy->count; i++) {
        const struct base_class *base = base_at(image, hierarchy, i);

        if (is_type(image, base->type_rva, source) &&
            (char *)__AdjustPointer(complete, &base->displacement) - complete == from_offset &&
            !(base->attributes & BASE_NOT_VISIBLE))
            source_public = true;
        if (!is_type(image, base->type_rva, target))
            continue;

        ptrdiff_t offset = (char *)__AdjustPointer(complete, &base->displacement) - complete;

        for (int j = i + 1; j <= i + base->contained && j < hierarchy->count; j++) {
            const struct base_class *inner = base_at(image, hierarchy, j);

            if (!is_type(image, inner->type_rva, source) || (inner->attributes & BASE_PRIVATE_OR_PROTECTED) ||
                (char *)__AdjustPointer(complete, &inner->displacement) - complete != from_offset)
                continue;
            if (down && down_offset != offset)
                down_ambiguous = true;
            down = base;
            down_offset = offset;
        }
        if (base->attributes & BASE_NOT_VISIBLE)
            continue;
        if (across && across_offset != offset)
            across_ambiguous = true;
        across = base;
        across_offset = offset;
    }
    if (down)
        return down_ambiguous ? NULL : down;
    return across && !across_ambiguous && source_public ? across : NULL;
}

void *__cdecl __RTDynamicCast(void *object, LONG table_offset, type_descriptor *source, type_descriptor *target,
                              BOOL is_reference)
{
    const struct locator *locator;
    const struct base_class *base;
    const char *image;
    char *complete;

    if (!object)
        return NULL;
    locator = locator_of(object);
    image = image_of(locator);
    complete = complete_object(object, locator);
    base = find_target(image, (const struct hierarchy *)(image + locator->hierarchy_rva), complete, source,
                       (char *)object - table_offset - complete, target);
    if (base)
        return __AdjustPointer(complete, &base->displacement);
    if (is_reference)
        eh_throw_bad_cast("Bad dynamic_cast!");
    return NULL;
}

void *__cdecl __RTtypeid(void *object)
{
    const struct locator *locator;

    if (!object)
        eh_throw_bad_typeid("Attempted a typeid of nullptr pointer!");
    locator = locator_of(object);
    return (void *)(image_of(locator) + locator->type_rva);
}

void *__cdecl __RTCastToVoid(void *object)
{
    return object ? complete_object(object, locator_of(object)) : NULL;
}
