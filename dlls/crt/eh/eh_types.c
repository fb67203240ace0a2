/* SPDX-License-Identifier: MIT */
/*
 * eh_types.c: which handlers take which objects, and making and destroying them.
 */
#include "eh_private.h"
#include <string.h>

void *__cdecl __AdjustPointer(void *object, const member_displacement *where)
{
    char *result = (char *)object + where->mdisp;

    if (where->pdisp >= 0) {
        const char *table = *(const char **)((char *)object + where->pdisp);

        result += where->pdisp + *(const int *)(table + where->vdisp);
    }
    return result;
}

static bool same_type(const type_descriptor *a, const type_descriptor *b)
{
    return a == b || !strcmp(a->name, b->name); /* each module has its own */
}

bool eh_handler_takes(const struct eh_handler *handler, const catchable_type *type, const throw_info *info,
                      const char *image)
{
    if (!handler->type)
        return true;
    if ((handler->adjectives & HT_BAD_ALLOC) && (type->properties & CT_BAD_ALLOC))
        return true;
    if (!same_type(handler->type, (const type_descriptor *)(image + type->type_rva)))
        return false;
    if ((type->properties & CT_REFERENCE_ONLY) && !(handler->adjectives & HT_REFERENCE))
        return false;
    return (!(info->attributes & TI_CONST) || (handler->adjectives & HT_CONST)) &&
           (!(info->attributes & TI_VOLATILE) || (handler->adjectives & HT_VOLATILE)) &&
           (!(info->attributes & TI_UNALIGNED) || (handler->adjectives & HT_UNALIGNED));
}

/* Initialises the catch block's object from the thrown one. Constructors that throw end the program. */
bool eh_build_catch_object(const EXCEPTION_RECORD *record, char *frame, const struct eh_handler *handler,
                           const catchable_type *type)
{
    const char *image = eh_throw_image(record);
    void *object = (void *)record->ExceptionInformation[EI_OBJECT];
    char *to = frame + handler->object_offset;

    if (!handler->type || !handler->object_offset)
        return false;
    if (!object)
        terminate();
    if (handler->adjectives & HT_REFERENCE) {
        *(void **)to = __AdjustPointer(object, &type->displacement);
    } else if (type->properties & CT_SIMPLE) {
        memmove(to, object, (size_t)type->size);
        /* A pointer to a derived class becomes one to its base. */
        if (type->size == sizeof(void *) && *(void **)to)
            *(void **)to = __AdjustPointer(*(void **)to, &type->displacement);
    } else if (!type->copy_rva) {
        memmove(to, __AdjustPointer(object, &type->displacement), (size_t)type->size);
    } else {
        /* A class with virtual bases has a flag more: to construct them too. */
        eh_guarded((void *)(image + type->copy_rva), to, __AdjustPointer(object, &type->displacement), (void *)1);
    }
    return true;
}

void eh_destroy_object(const EXCEPTION_RECORD *record)
{
    const throw_info *info = eh_is_cxx(record) ? eh_throw_info(record) : NULL;

    if (info && info->destructor_rva && record->ExceptionInformation[EI_OBJECT])
        eh_guarded((void *)(eh_throw_image(record) + info->destructor_rva),
                   (void *)record->ExceptionInformation[EI_OBJECT], NULL, NULL);
}

void __cdecl __DestructExceptionObject(EXCEPTION_RECORD *record, bool throw_not_allowed)
{
    (void)throw_not_allowed; /* it never is */
    if (record)
        eh_destroy_object(record);
}

/* ---- exported for code that brings its own frame handler ---- */

static struct eh_handler from_table(const handler_type *handler, const char *image)
{
    struct eh_handler result = { .adjectives = handler->adjectives, .object_offset = handler->object_offset };
    const type_descriptor *type = (const type_descriptor *)(image + handler->type_rva);

    if (handler->type_rva && type->name[0])
        result.type = type;
    return result;
}

int __cdecl __TypeMatch(const handler_type *handler, const catchable_type *type, const throw_info *info)
{
    struct eh_handler taken = from_table(handler, eh_image_of(handler));

    return eh_handler_takes(&taken, type, info, eh_image_of(info));
}

/* What there is to do: 0 nothing, 1 copy with a copy constructor, 2 with one that constructs virtual bases too. */
int __cdecl __BuildCatchObjectHelper(EXCEPTION_RECORD *record, void *frame, const handler_type *handler,
                                     const catchable_type *type)
{
    struct eh_handler taken = from_table(handler, eh_image_of(handler));

    if (taken.type && taken.object_offset && !(taken.adjectives & HT_REFERENCE) && !(type->properties & CT_SIMPLE) &&
        type->copy_rva)
        return type->properties & CT_VIRTUAL_BASE ? 2 : 1;
    eh_build_catch_object(record, frame, &taken, type);
    return 0;
}

void __cdecl __BuildCatchObject(EXCEPTION_RECORD *record, void *frame, const handler_type *handler,
                                const catchable_type *type)
{
    struct eh_handler taken = from_table(handler, eh_image_of(handler));

    eh_build_catch_object(record, frame, &taken, type);
}
