/* SPDX-License-Identifier: MIT */
/*
 * dwarf_node.c: entries as SymGetTypeInfo shows symbols and types. Where CodeView has two things and DWARF one (a function and its
 * type, a parameter and its place in that type, each dimension of an array), the second has an identifier made up.
 */
#include "dwarf_private.h"

#define MAX_DEPTH 64

/* An entry's name and type, which may be with what it is an instance or the definition of. */
void dwarf_names(struct dwarf *dwarf, const struct dwarf_die *die, const char **name, uint32_t *type,
                 uint32_t *declared)
{
    struct dwarf_die at = *die;
    struct dwarf_unit *unit;

    *name = at.name;
    *type = at.type;
    *declared = at.offset;
    for (int depth = 0; depth < 8 && (at.origin || at.specification); depth++) {
        if (!dwarf_die_at(dwarf, at.origin ? at.origin : at.specification, &unit, &at))
            return;
        if (!*name)
            *name = at.name;
        if (!*type)
            *type = at.type;
        *declared = at.offset;
    }
}

static uint32_t type_id(uint32_t type)
{
    return type ? type : ID_VOID;
}

static uint64_t constant_of(const struct dwarf_value *value)
{
    if (value->class != VALUE_NUMBER)
        return 0;
    switch (value->size) { /* data1 and so on: whether it is signed is not said; what is small is likelier */
    case 1:
        return (uint64_t)(int64_t)(int8_t)value->number;
    case 2:
        return (uint64_t)(int64_t)(int16_t)value->number;
    case 4:
        return (uint64_t)(int64_t)(int32_t)value->number;
    }
    return value->number;
}

static void describe_base(const struct dwarf_die *die, struct node *node)
{
    static const uint8_t bases[0x13] = {
        [0x02] = BASE_BOOL, [0x03] = BASE_COMPLEX, [0x04] = BASE_FLOAT, [0x05] = BASE_INT,
        [0x06] = BASE_CHAR, [0x07] = BASE_UINT,    [0x08] = BASE_UINT
    };

    node->tag = TAG_BASE_TYPE;
    node->kind = die->encoding < sizeof(bases) ? bases[die->encoding] : BASE_NONE;
    if (die->encoding == 0x10) /* UTF */
        node->kind = die->byte_size == 1 ? BASE_CHAR8 : die->byte_size == 2 ? BASE_CHAR16 : BASE_CHAR32;
    if (die->encoding == 0x08 && die->name && !strcmp(die->name, "char"))
        node->kind = BASE_CHAR;
    /* "long" is a type of its own there, and names are all that tells it apart */
    if (die->name && strstr(die->name, "long") && die->byte_size == 4)
        node->kind = node->kind == BASE_INT ? BASE_LONG : node->kind == BASE_UINT ? BASE_ULONG : node->kind;
    if (die->name && !strcmp(die->name, "wchar_t"))
        node->kind = BASE_WCHAR;
    node->length = die->byte_size;
    node->has_length = true;
}

/* The number of elements of an array's dimension: a subrange among its children. */
static bool dimension_of(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *array, uint32_t number,
                         uint64_t *count, uint32_t *index_type, bool *last)
{
    struct dwarf_die die;
    uint32_t at = array->next, seen = 0;
    bool found = false;

    *last = true;
    while (array->has_children && dwarf_read_die(dwarf, unit, at, &die) && die.tag) {
        if (die.tag == DW_TAG_subrange_type) {
            if (seen > number) {
                *last = false;
                break;
            }
            if (seen++ == number) {
                *count = die.count.class == VALUE_NUMBER   ? die.count.number
                         : die.bound.class == VALUE_NUMBER ? die.bound.number + 1
                                                           : 0;
                if (die.bound.class == VALUE_NUMBER && die.bound.size == 4 && die.bound.number == UINT32_MAX)
                    *count = 0;
                *index_type = die.type;
                found = true;
            }
        }
        at = dwarf_after(dwarf, unit, &die);
    }
    return found;
}

static uint32_t dimension_id(struct dwarf *dwarf, uint32_t array, uint32_t number)
{
    struct dwarf_dimension *place;

    for (size_t i = 0; i < dwarf->dimension_count && i < 1000; i++) /* few programs have any */
        if (dwarf->dimensions[i].array == array && dwarf->dimensions[i].number == number)
            return ID_DIMENSION + 1 + (uint32_t)i;
    if (dwarf->dimension_count > 0x100000 ||
        !(place = ARRAY_ADD(dwarf->dimensions, dwarf->dimension_count, dwarf->dimension_room)))
        return 0;
    *place = (struct dwarf_dimension){ array, number };
    return ID_DIMENSION + (uint32_t)dwarf->dimension_count;
}

static bool describe_array(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, uint32_t number,
                           struct node *node)
{
    uint64_t count = 0, size = 1, more;
    uint32_t index_type = 0, ignored;
    bool last;

    node->tag = TAG_ARRAY;
    if (!dimension_of(dwarf, unit, die, number, &count, &index_type, &last) && number)
        return false;
    node->count = (uint32_t)count;
    node->index_type = index_type;
    node->type = last ? type_id(die->type) : dimension_id(dwarf, die->offset, number + 1);
    size = count;
    for (uint32_t i = number + 1; !last && i < 32 && dimension_of(dwarf, unit, die, i, &more, &ignored, &last); i++)
        size *= more;
    node->length = size * dwarf_type_size(dwarf, die->type);
    node->has_length = true;
    return true;
}

static uint32_t count_children(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *parent,
                               uint16_t tag)
{
    struct dwarf_die die;
    uint32_t at = parent->next, count = 0;

    while (parent->has_children && dwarf_read_die(dwarf, unit, at, &die) && die.tag) {
        count += !tag || die.tag == tag;
        at = dwarf_after(dwarf, unit, &die);
    }
    return count;
}

static bool describe(struct dwarf *dwarf, uint32_t id, struct node *node, int depth);

/* A class that is only declared here is defined in another unit. */
static bool describe_udt(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node,
                         int depth)
{
    const struct dwarf_scope *scope;
    const char *name = die->name;
    uint32_t type = die->type, declared;

    if (die->specification)
        dwarf_names(dwarf, die, &name, &type, &declared);
    dwarf_index(dwarf);
    scope = dwarf_scope_of(dwarf, die->offset);
    name = dwarf_qualified(dwarf, scope, name);
    if (die->declaration && name && depth < MAX_DEPTH) {
        uint32_t definition = dwarf_definition(dwarf, name, die->offset);
        if (definition != die->offset)
            return describe(dwarf, definition, node, MAX_DEPTH);
    }
    node->tag = die->tag == DW_TAG_enumeration_type ? TAG_ENUM : TAG_UDT;
    node->name = name ? name : "";
    node->nested = scope != NULL;
    node->kind = die->tag == DW_TAG_class_type       ? UDT_CLASS
                 : die->tag == DW_TAG_union_type     ? UDT_UNION
                 : die->tag == DW_TAG_interface_type ? UDT_INTERFACE
                                                     : UDT_STRUCT;
    node->length = die->byte_size;
    node->has_length = die->has_byte_size;
    node->count = count_children(dwarf, unit, die, 0);
    if (node->tag == TAG_ENUM) {
        struct node base = { 0 };
        node->kind = BASE_INT;
        node->type = type;
        if (type && depth < MAX_DEPTH && describe(dwarf, type, &base, depth + 1))
            node->kind = base.kind;
    }
    return true;
}

static void describe_member(struct dwarf *dwarf, const struct dwarf_unit *unit, const struct dwarf_die *die,
                            struct node *node)
{
    const struct dwarf_value *where = &die->member_location;
    uint64_t size = dwarf_type_size(dwarf, die->type);

    node->place = PLACE_MEMBER;
    node->kind = DATA_MEMBER;
    node->length = size;
    node->has_length = true;
    if (where->class == VALUE_NUMBER) {
        node->offset = (int64_t)where->number;
    } else if (where->class == VALUE_BLOCK) { /* DW_OP_plus_uconst */
        struct bytes b = bytes_of(where->block, (size_t)where->number);
        if (get_u8(&b) == 0x23)
            node->offset = (int64_t)get_uleb(&b);
    } else if (die->external || die->declaration) {
        node->kind = DATA_STATIC_MEMBER;
        node->place = PLACE_STATIC;
    }
    if (!die->has_bit_size)
        return;
    node->bit_field = true;
    node->length = die->bit_size;
    if (die->has_data_bit_offset) {
        uint64_t bits = size ? size * 8 : 32;
        node->offset = (int64_t)(die->data_bit_offset / bits * size);
        node->bit_position = (uint32_t)(die->data_bit_offset % bits);
    } else if (die->has_bit_offset) { /* counted from the other end */
        uint64_t bits = (die->has_byte_size ? die->byte_size : size) * 8;
        node->bit_position = (uint32_t)(bits - die->bit_offset - die->bit_size);
    }
    (void)unit;
}

static bool only_one(void *context, uint32_t rva, uint32_t size)
{
    struct node *node = context;

    node->rva = rva;
    node->length = size;
    node->has_length = true;
    return false;
}

static void describe_code(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node)
{
    const struct line_table *table;
    const char *name;
    uint32_t type, declared;

    dwarf_names(dwarf, die, &name, &type, &declared);
    dwarf_index(dwarf);
    node->name = dwarf_qualified(dwarf, dwarf_scope_of(dwarf, declared), name);
    node->place = PLACE_STATIC;
    dwarf_ranges(dwarf, unit, die, only_one, node);
    if (die->tag == DW_TAG_subprogram) {
        node->tag = TAG_FUNCTION;
        node->type = ID_FUNCTION_TYPE | die->offset;
        if (dwarf_scope_of(dwarf, declared))
            node->class_parent = dwarf_scope_of(dwarf, declared)->start;
    } else if (die->tag == DW_TAG_inlined_subroutine) {
        node->tag = TAG_INLINE_SITE;
        node->type = die->origin ? ID_FUNCTION_TYPE | die->origin : 0;
        node->call_line = (uint32_t)die->call_line;
        table = dwarf_lines(&dwarf->reader, (uint32_t)(unit - dwarf->units));
        if (table && die->call_file < table->file_count)
            node->call_file = table->files[die->call_file];
    } else {
        node->tag = die->tag == DW_TAG_label ? TAG_LABEL : TAG_BLOCK;
        if (die->low.class == VALUE_ADDRESS && !node->has_length)
            node->rva = (uint32_t)(die->low.number - dwarf->image->base);
    }
}

static void describe_data(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node)
{
    uint32_t type, declared;
    bool in_function;
    const char *name;

    dwarf_names(dwarf, die, &name, &type, &declared);
    dwarf_place(dwarf, unit, die, node);
    node->tag = TAG_DATA;
    node->name = name;
    node->type = type_id(type);
    node->length = dwarf_type_size(dwarf, type);
    node->has_length = true;
    in_function = node->place != PLACE_STATIC && node->place != PLACE_TLS;
    node->kind = die->tag == DW_TAG_formal_parameter   ? DATA_PARAMETER
                 : die->constant.class == VALUE_NUMBER ? DATA_CONSTANT
                 : in_function                         ? DATA_LOCAL
                 : die->external                       ? DATA_GLOBAL
                                                       : DATA_FILE_STATIC;
    if (node->kind == DATA_PARAMETER && name && !strcmp(name, "this"))
        node->kind = DATA_OBJECT_POINTER;
    if (!in_function)
        node->name = dwarf_qualified(dwarf, dwarf_scope_of(dwarf, declared), name);
    if (die->constant.class == VALUE_NUMBER) {
        node->has_value = true;
        node->value = (int64_t)constant_of(&die->constant);
        node->value_size = (uint8_t)(node->length <= 8 ? node->length : 8);
    }
}

static bool describe_entry(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node,
                           int depth)
{
    switch (die->tag) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_lexical_block:
    case DW_TAG_label:
        describe_code(dwarf, unit, die, node);
        return true;
    case DW_TAG_variable:
    case DW_TAG_formal_parameter:
    case DW_TAG_constant:
        describe_data(dwarf, unit, die, node);
        return true;
    case DW_TAG_base_type:
        describe_base(die, node);
        return true;
    case DW_TAG_unspecified_type:
        node->tag = TAG_BASE_TYPE;
        node->kind = BASE_VOID;
        node->has_length = true;
        return true;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_ptr_to_member_type:
        node->tag = TAG_POINTER;
        node->type = type_id(die->type);
        node->reference = die->tag == DW_TAG_reference_type || die->tag == DW_TAG_rvalue_reference_type;
        node->length = die->has_byte_size ? die->byte_size : unit->address_size;
        node->has_length = true;
        return true;
    case DW_TAG_array_type:
        return describe_array(dwarf, unit, die, 0, node);
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
    case DW_TAG_enumeration_type:
        return describe_udt(dwarf, unit, die, node, depth);
    case DW_TAG_subroutine_type:
        node->tag = TAG_FUNCTION_TYPE;
        node->type = type_id(die->type);
        node->count = count_children(dwarf, unit, die, DW_TAG_formal_parameter);
        return true;
    case DW_TAG_typedef:
        node->tag = TAG_TYPEDEF;
        dwarf_index(dwarf);
        node->name = dwarf_qualified(dwarf, dwarf_scope_of(dwarf, die->offset), die->name);
        node->type = type_id(die->type);
        node->length = dwarf_type_size(dwarf, die->type);
        node->has_length = true;
        return true;
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_restrict_type:
    case DW_TAG_atomic_type:
    case DW_TAG_subrange_type:
        if (depth >= MAX_DEPTH || !describe(dwarf, type_id(die->type), node, depth + 1))
            return false;
        node->constant |= die->tag == DW_TAG_const_type;
        node->is_volatile |= die->tag == DW_TAG_volatile_type;
        return true;
    case DW_TAG_member:
        node->tag = TAG_DATA;
        node->name = die->name;
        node->type = type_id(die->type);
        describe_member(dwarf, unit, die, node);
        dwarf_index(dwarf);
        if (dwarf_scope_of(dwarf, die->offset))
            node->class_parent = dwarf_scope_of(dwarf, die->offset)->start;
        return true;
    case DW_TAG_inheritance: {
        struct node base = { 0 };
        describe_member(dwarf, unit, die, node);
        node->tag = TAG_BASE_CLASS;
        node->type = die->type;
        node->kind = 0;
        node->virtual_base = die->virtuality != 0;
        if (depth < MAX_DEPTH && describe(dwarf, die->type, &base, depth + 1))
            node->name = base.name;
        return true;
    }
    case DW_TAG_enumerator:
        node->tag = TAG_DATA;
        node->kind = DATA_CONSTANT;
        node->name = die->name;
        node->has_value = true;
        node->value = (int64_t)constant_of(&die->constant);
        node->value_size = 4;
        return true;
    }
    return false;
}

static bool describe(struct dwarf *dwarf, uint32_t id, struct node *node, int depth)
{
    struct dwarf_unit *unit;
    struct dwarf_die die;
    uint32_t number = id - ID_DIMENSION;
    const char *name;
    uint32_t type, declared;

    if (id == ID_VOID) {
        node->tag = TAG_BASE_TYPE;
        node->kind = BASE_VOID;
        node->has_length = true;
        return true;
    }
    if ((id & ID_DIMENSION) == ID_DIMENSION)
        return number && number <= dwarf->dimension_count &&
               dwarf_die_at(dwarf, dwarf->dimensions[number - 1].array, &unit, &die) && die.tag == DW_TAG_array_type &&
               describe_array(dwarf, unit, &die, dwarf->dimensions[number - 1].number, node);
    if (!dwarf_die_at(dwarf, id & ID_MASK, &unit, &die))
        return false;
    if (id & (ID_FUNCTION_TYPE | ID_ARGUMENT)) {
        dwarf_names(dwarf, &die, &name, &type, &declared);
        node->tag = id & ID_ARGUMENT ? TAG_FUNCTION_ARGUMENT : TAG_FUNCTION_TYPE;
        node->type = type_id(type);
        if (!(id & ID_ARGUMENT))
            node->count = count_children(dwarf, unit, &die, DW_TAG_formal_parameter);
        return true;
    }
    return describe_entry(dwarf, unit, &die, node, depth);
}

bool dwarf_node(struct reader *reader, uint32_t id, struct node *node)
{
    memset(node, 0, sizeof(*node));
    return describe((struct dwarf *)reader, id, node, 0);
}

static uint64_t size_of(struct dwarf *dwarf, uint32_t id, int depth)
{
    struct dwarf_unit *unit;
    struct dwarf_die die;

    for (; depth < MAX_DEPTH && id && dwarf_die_at(dwarf, id, &unit, &die); depth++) {
        struct node node = { 0 };
        switch (die.tag) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_restrict_type:
        case DW_TAG_atomic_type:
        case DW_TAG_subrange_type:
            id = die.type;
            continue;
        case DW_TAG_pointer_type:
        case DW_TAG_reference_type:
        case DW_TAG_rvalue_reference_type:
            return die.has_byte_size ? die.byte_size : unit->address_size;
        case DW_TAG_array_type: {
            uint64_t size = 1, count;
            uint32_t index_type;
            bool last = false;
            for (uint32_t i = 0; i < 32 && !last && dimension_of(dwarf, unit, &die, i, &count, &index_type, &last); i++)
                size *= count;
            if (die.has_byte_size)
                return die.byte_size;
            return size * size_of(dwarf, die.type, depth + 8); /* arrays of arrays do not go deep */
        }
        }
        if (die.declaration && die.name && dwarf->indexed && describe_udt(dwarf, unit, &die, &node, 0))
            return node.length;
        return die.byte_size;
    }
    return 0;
}

uint64_t dwarf_type_size(struct dwarf *dwarf, uint32_t id)
{
    return size_of(dwarf, id, 0);
}

bool dwarf_children(struct reader *reader, uint32_t id, visit_node *visit, void *context)
{
    struct dwarf *dwarf = (struct dwarf *)reader;
    struct dwarf_unit *unit;
    struct dwarf_die parent, die;
    bool arguments = (id & ID_FUNCTION_TYPE) != 0;
    uint32_t at, definition;

    if (id >= ID_DIMENSION || (id & ID_ARGUMENT))
        return true;
    for (int depth = 0;; depth++) {
        if (!dwarf_die_at(dwarf, id & ID_MASK, &unit, &parent) || depth > MAX_DEPTH)
            return true;
        if (parent.tag == DW_TAG_const_type || parent.tag == DW_TAG_volatile_type) {
            id = parent.type;
        } else if (parent.declaration && parent.name && parent.tag != DW_TAG_subprogram) {
            dwarf_index(dwarf);
            definition = dwarf_definition(
                dwarf, dwarf_qualified(dwarf, dwarf_scope_of(dwarf, parent.offset), parent.name), parent.offset);
            if (definition == parent.offset)
                break;
            id = definition;
        } else {
            break;
        }
    }
    arguments = arguments || parent.tag == DW_TAG_subroutine_type;
    for (at = parent.next; parent.has_children && dwarf_read_die(dwarf, unit, at, &die) && die.tag;) {
        bool wanted = die.tag == DW_TAG_formal_parameter;
        at = dwarf_after(dwarf, unit, &die);
        if (!arguments)
            wanted = wanted || die.tag == DW_TAG_variable || die.tag == DW_TAG_lexical_block ||
                     die.tag == DW_TAG_inlined_subroutine || die.tag == DW_TAG_member ||
                     die.tag == DW_TAG_inheritance || die.tag == DW_TAG_enumerator || die.tag == DW_TAG_subprogram ||
                     die.tag == DW_TAG_label || die.tag == DW_TAG_typedef || die.tag == DW_TAG_structure_type ||
                     die.tag == DW_TAG_class_type || die.tag == DW_TAG_union_type || die.tag == DW_TAG_enumeration_type;
        if (wanted && !visit(context, arguments ? ID_ARGUMENT | die.offset : die.offset))
            return false;
    }
    return true;
}
