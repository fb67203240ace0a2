/* SPDX-License-Identifier: MIT */
/* dwarf_die.c: abbreviations, forms, entries. */
#include "dwarf_private.h"

static struct bytes at_offset(struct bytes b, uint64_t offset)
{
    if (offset > bytes_left(&b))
        return bytes_of(NULL, 0);
    b.at += offset;
    return b;
}

static const char *string_at(struct bytes section, uint64_t offset)
{
    struct bytes b = at_offset(section, offset);

    return get_string(&b);
}

static const char *indexed_string(const struct dwarf *dwarf, const struct dwarf_unit *unit, uint64_t index)
{
    struct bytes b = at_offset(dwarf->str_offsets, unit->str_base + index * unit->offset_size);

    return index > 0x10000000 ? "" : string_at(dwarf->str, get_number(&b, unit->offset_size));
}

uint64_t dwarf_indexed_address(const struct dwarf *dwarf, const struct dwarf_unit *unit, uint64_t index)
{
    struct bytes b = at_offset(dwarf->addr, unit->addr_base + index * unit->address_size);

    return index > 0x10000000 ? 0 : get_number(&b, unit->address_size);
}

static bool block(struct bytes *b, uint64_t size, struct dwarf_value *value)
{
    value->class = VALUE_BLOCK;
    value->number = size;
    value->block = size <= bytes_left(b) ? get_bytes(b, (size_t)size) : NULL;
    return value->block != NULL;
}

static bool number(struct bytes *b, unsigned size, struct dwarf_value *value)
{
    value->class = VALUE_NUMBER;
    value->size = (uint8_t)size;
    value->number = get_number(b, size);
    return !b->bad;
}

static bool text(const char *string, struct dwarf_value *value)
{
    value->class = VALUE_STRING;
    value->block = string;
    return true;
}

static bool reference(const struct dwarf_unit *unit, uint64_t offset, struct dwarf_value *value)
{
    value->class = VALUE_REFERENCE;
    value->number = offset < ID_MASK ? unit->start + offset : 0;
    return true;
}

bool dwarf_form(struct dwarf *dwarf, const struct dwarf_unit *unit, struct bytes *b, uint16_t form, int64_t implicit,
                struct dwarf_value *value)
{
    memset(value, 0, sizeof(*value));
    for (int depth = 0; form == 0x16 && depth < 4; depth++) /* DW_FORM_indirect */
        form = (uint16_t)get_uleb(b);
    switch (form) {
    case 0x01: /* addr */
        number(b, unit->address_size, value);
        value->class = VALUE_ADDRESS;
        return !b->bad;
    case 0x03: /* block2, block4, block, block1 */
        return block(b, get_u16(b), value);
    case 0x04:
        return block(b, get_u32(b), value);
    case 0x09:
    case 0x18: /* exprloc */
        return block(b, get_uleb(b), value);
    case 0x0a:
        return block(b, get_u8(b), value);
    case 0x0b: /* data1, 2, 4, 8, flag */
    case 0x0c:
        return number(b, 1, value);
    case 0x05:
        return number(b, 2, value);
    case 0x06:
        return number(b, 4, value);
    case 0x07:
        return number(b, 8, value);
    case 0x1e: /* data16 */
        return block(b, 16, value);
    case 0x0d: /* sdata */
        value->class = VALUE_NUMBER;
        value->number = (uint64_t)get_sleb(b);
        return !b->bad;
    case 0x0f: /* udata */
        value->class = VALUE_NUMBER;
        value->number = get_uleb(b);
        return !b->bad;
    case 0x19: /* flag_present */
        value->class = VALUE_NUMBER;
        value->number = 1;
        return true;
    case 0x21: /* implicit_const */
        value->class = VALUE_NUMBER;
        value->number = (uint64_t)implicit;
        return true;
    case 0x08: /* string, strp, line_strp */
        return text(get_string(b), value);
    case 0x0e:
        return text(string_at(dwarf->str, get_number(b, unit->offset_size)), value);
    case 0x1f:
        return text(string_at(dwarf->line_str, get_number(b, unit->offset_size)), value);
    case 0x1a: /* strx, strx1 to strx4 */
    case 0x1f02:
        return text(indexed_string(dwarf, unit, get_uleb(b)), value);
    case 0x25:
    case 0x26:
    case 0x27:
    case 0x28:
        return text(indexed_string(dwarf, unit, get_number(b, form - 0x24u)), value);
    case 0x1b: /* addrx, addrx1 to addrx4 */
    case 0x1f01:
        value->number = dwarf_indexed_address(dwarf, unit, get_uleb(b));
        value->class = VALUE_ADDRESS;
        return !b->bad;
    case 0x29:
    case 0x2a:
    case 0x2b:
    case 0x2c:
        value->number = dwarf_indexed_address(dwarf, unit, get_number(b, form - 0x28u));
        value->class = VALUE_ADDRESS;
        return !b->bad;
    case 0x11: /* ref1, 2, 4, 8, udata: within the unit */
        return reference(unit, get_u8(b), value);
    case 0x12:
        return reference(unit, get_u16(b), value);
    case 0x13:
        return reference(unit, get_u32(b), value);
    case 0x14:
        return reference(unit, get_u64(b), value);
    case 0x15:
        return reference(unit, get_uleb(b), value);
    case 0x10: /* ref_addr: anywhere in the section */
        value->class = VALUE_REFERENCE;
        value->number = get_number(b, unit->version == 2 ? unit->address_size : unit->offset_size);
        return !b->bad;
    case 0x17: /* sec_offset */
        value->class = VALUE_OFFSET;
        value->number = get_number(b, unit->offset_size);
        return !b->bad;
    case 0x22: /* loclistx, rnglistx */
    case 0x23:
        value->class = VALUE_OFFSET;
        value->index = true;
        value->number = get_uleb(b);
        return !b->bad;
    case 0x1c: /* in other files: ref_sup4, strp_sup, ref_sup8, and the extensions of the same purpose; ref_sig8 */
        get_u32(b);
        return !b->bad;
    case 0x1d:
    case 0x1f20:
    case 0x1f21:
        get_number(b, unit->offset_size);
        return !b->bad;
    case 0x20:
    case 0x24:
        get_u64(b);
        return !b->bad;
    }
    b->bad = true;
    return false;
}

static int by_code(const void *a, const void *b)
{
    const struct dwarf_abbreviation *x = a, *y = b;

    return x->code < y->code ? -1 : x->code > y->code;
}

static void read_abbreviations(struct dwarf *dwarf, struct dwarf_unit *unit)
{
    struct bytes b = at_offset(dwarf->abbrev, unit->abbreviation_offset);
    bool sorted = true;

    unit->tried = true;
    while (!b.bad && dwarf->abbreviation_budget) {
        uint64_t code = get_uleb(&b);
        struct dwarf_abbreviation *a;
        struct dwarf_attribute *attribute;
        if (!code || code > UINT32_MAX || b.bad)
            break;
        if (!(a = ARRAY_ADD(unit->abbreviations, unit->abbreviation_count, unit->abbreviation_room)))
            break;
        a->code = (uint32_t)code;
        a->tag = (uint16_t)get_uleb(&b);
        a->has_children = get_u8(&b) != 0;
        a->first = (uint32_t)unit->attribute_count;
        a->count = 0;
        dwarf->abbreviation_budget--;
        sorted = sorted && (unit->abbreviation_count < 2 || a[-1].code < a->code);
        for (;;) {
            uint64_t name = get_uleb(&b), form = get_uleb(&b);
            int64_t implicit = form == 0x21 ? get_sleb(&b) : 0;
            if ((!name && !form) || b.bad)
                break;
            if (!(attribute = ARRAY_ADD(unit->attributes, unit->attribute_count, unit->attribute_room)))
                return;
            *attribute = (struct dwarf_attribute){ (uint16_t)(name > 0xffff ? 0xffff : name),
                                                   (uint16_t)(form > 0xffff ? 0xffff : form), implicit };
            a->count++;
            dwarf->abbreviation_budget -= dwarf->abbreviation_budget != 0;
        }
    }
    if (!sorted)
        qsort(unit->abbreviations, unit->abbreviation_count, sizeof(*unit->abbreviations), by_code);
}

static const struct dwarf_abbreviation *find_abbreviation(const struct dwarf_unit *unit, uint64_t code)
{
    size_t low = 0, high = unit->abbreviation_count;

    if (code && code <= high && unit->abbreviations[code - 1].code == code) /* as all compilers number them */
        return &unit->abbreviations[code - 1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unit->abbreviations[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < unit->abbreviation_count && unit->abbreviations[low].code == code ? &unit->abbreviations[low] : NULL;
}

static void take(struct dwarf_die *die, uint16_t name, const struct dwarf_value *value)
{
    uint32_t target = value->class == VALUE_REFERENCE && value->number < ID_MASK ? (uint32_t)value->number : 0;
    const char *string = value->class == VALUE_STRING ? value->block : NULL;

    switch (name) {
    case 0x01:
        die->sibling = target;
        break;
    case 0x02:
        die->location = *value;
        break;
    case 0x03:
        die->name = string;
        break;
    case 0x0b:
        die->byte_size = value->number;
        die->has_byte_size = value->class == VALUE_NUMBER;
        break;
    case 0x0c:
        die->bit_offset = value->number;
        die->has_bit_offset = value->class == VALUE_NUMBER;
        break;
    case 0x0d:
        die->bit_size = value->number;
        die->has_bit_size = value->class == VALUE_NUMBER;
        break;
    case 0x10:
        die->statements = *value;
        break;
    case 0x11:
        die->low = *value;
        break;
    case 0x12:
        die->high = *value;
        break;
    case 0x1b:
        die->directory = string;
        break;
    case 0x1c:
        die->constant = *value;
        break;
    case 0x2f:
        die->bound = *value;
        break;
    case 0x31:
        die->origin = target;
        break;
    case 0x34:
        die->artificial = value->number != 0;
        break;
    case 0x36:
        die->calling_convention = value->number;
        break;
    case 0x37:
        die->count = *value;
        break;
    case 0x38:
        die->member_location = *value;
        break;
    case 0x3c:
        die->declaration = value->number != 0;
        break;
    case 0x3e:
        die->encoding = value->number;
        break;
    case 0x3f:
        die->external = value->number != 0;
        break;
    case 0x40:
        die->frame_base = *value;
        break;
    case 0x47:
        die->specification = target;
        break;
    case 0x49:
        die->type = target;
        break;
    case 0x4c:
        die->virtuality = value->number;
        break;
    case 0x55:
        die->ranges = *value;
        break;
    case 0x58:
        die->call_file = value->number;
        break;
    case 0x59:
        die->call_line = value->number;
        break;
    case 0x6b:
        die->data_bit_offset = value->number;
        die->has_data_bit_offset = value->class == VALUE_NUMBER;
        break;
    case 0x6e:
    case 0x2007:
        die->linkage_name = string;
        break;
    case 0x72:
        die->str_base = *value;
        break;
    case 0x73:
    case 0x2133:
        die->addr_base = *value;
        break;
    case 0x74:
    case 0x2132:
        die->ranges_base = *value;
        break;
    case 0x8c:
        die->lists_base = *value;
        break;
    }
}

bool dwarf_read_die(struct dwarf *dwarf, struct dwarf_unit *unit, uint32_t offset, struct dwarf_die *die)
{
    struct bytes b = dwarf->info;
    const struct dwarf_abbreviation *a;
    struct dwarf_value value;
    uint64_t code;

    if (!unit->tried)
        read_abbreviations(dwarf, unit);
    memset(die, 0, sizeof(*die));
    die->offset = offset;
    if (offset < unit->first || offset >= unit->end)
        return false;
    b.end = b.at + unit->end;
    b.at += offset;
    code = get_uleb(&b);
    if (!code) {
        die->next = (uint32_t)(b.at - dwarf->info.at);
        return !b.bad;
    }
    if (!(a = find_abbreviation(unit, code)))
        return false;
    die->tag = a->tag;
    die->has_children = a->has_children;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct dwarf_attribute *attribute = &unit->attributes[a->first + i];
        if (!dwarf_form(dwarf, unit, &b, attribute->form, attribute->implicit, &value))
            return false;
        take(die, attribute->name, &value);
    }
    die->next = (uint32_t)(b.at - dwarf->info.at);
    return die->tag != 0;
}

struct dwarf_unit *dwarf_unit_of(struct dwarf *dwarf, uint32_t offset)
{
    size_t low = 0, high = dwarf->unit_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (dwarf->units[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low && offset < dwarf->units[low - 1].end ? &dwarf->units[low - 1] : NULL;
}

bool dwarf_die_at(struct dwarf *dwarf, uint32_t offset, struct dwarf_unit **unit, struct dwarf_die *die)
{
    *unit = dwarf_unit_of(dwarf, offset);
    return *unit && dwarf_read_die(dwarf, *unit, offset, die) && die->tag;
}

/* What follows an entry with all that is inside. */
uint32_t dwarf_after(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die)
{
    struct dwarf_die child;
    uint32_t at = die->next, depth = 1;

    if (!die->has_children)
        return at;
    if (die->sibling > die->offset && die->sibling < unit->end)
        return die->sibling;
    while (depth && dwarf_read_die(dwarf, unit, at, &child)) {
        at = child.next;
        if (!child.tag)
            depth--;
        else if (child.has_children && child.sibling > child.offset && child.sibling < unit->end)
            at = child.sibling;
        else if (child.has_children)
            depth++;
    }
    return depth ? unit->end : at;
}
