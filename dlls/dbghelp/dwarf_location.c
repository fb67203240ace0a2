/* SPDX-License-Identifier: MIT */
/*
 * dwarf_location.c: where variables are. Of the expressions only those are understood that SYMBOL_INFO can tell: an address, a
 * register, a distance from a register or from the frame.
 */
#include "dwarf_private.h"

enum {
    OP_addr = 0x03,
    OP_reg0 = 0x50,
    OP_breg0 = 0x70,
    OP_regx = 0x90,
    OP_fbreg = 0x91,
    OP_bregx = 0x92,
    OP_form_tls_address = 0x9b,
    OP_call_frame_cfa = 0x9c,
    OP_addrx = 0xa1,
    OP_GNU_push_tls_address = 0xe0,
};

static struct bytes at_offset(struct bytes b, uint64_t offset)
{
    if (offset > bytes_left(&b))
        return bytes_of(NULL, 0);
    b.at += offset;
    return b;
}

bool dwarf_static_address(struct dwarf *dwarf, const struct dwarf_unit *unit, const struct dwarf_value *location,
                          uint64_t *address)
{
    struct bytes b;
    uint8_t op;

    if (location->class != VALUE_BLOCK)
        return false;
    b = bytes_of(location->block, (size_t)location->number);
    op = get_u8(&b);
    if (op == OP_addr)
        *address = get_number(&b, unit->address_size);
    else if (op == OP_addrx)
        *address = dwarf_indexed_address(dwarf, unit, get_uleb(&b));
    else
        return false;
    return !b.bad && !bytes_left(&b);
}

/* The function that an entry is in: the last one with code that begins before it. */
static uint32_t function_around(struct dwarf *dwarf, uint32_t offset)
{
    size_t low = 0, high = dwarf->function_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (dwarf->functions[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? dwarf->functions[low - 1] : 0;
}

/* The expression of a location list for an address: versions 2 to 4. */
static struct bytes old_list(struct dwarf *dwarf, const struct dwarf_unit *unit, uint64_t offset, uint64_t pc)
{
    struct bytes b = at_offset(dwarf->loc, offset);
    uint64_t base = unit->low, low, high, all = unit->address_size == 4 ? UINT32_MAX : UINT64_MAX;
    uint16_t size;

    while (!b.bad) {
        low = get_number(&b, unit->address_size);
        high = get_number(&b, unit->address_size);
        if (low == all) {
            base = high;
            continue;
        }
        if (!low && !high)
            break;
        size = get_u16(&b);
        if (pc >= base + low && pc < base + high && size <= bytes_left(&b))
            return bytes_of(b.at, size);
        get_bytes(&b, size);
    }
    return bytes_of(NULL, 0);
}

static struct bytes new_list(struct dwarf *dwarf, const struct dwarf_unit *unit, const struct dwarf_value *where,
                             uint64_t pc)
{
    struct bytes b = dwarf->loclists, entry;
    uint64_t base = unit->low, low, high, size, offset = where->number;

    if (where->index) {
        entry = at_offset(b, unit->lists_base + offset * unit->offset_size);
        offset = offset > 0x10000000 ? UINT64_MAX : unit->lists_base + get_number(&entry, unit->offset_size);
    }
    b = at_offset(b, offset);
    while (!b.bad) {
        low = high = 0;
        switch (get_u8(&b)) {
        case 1:
            base = dwarf_indexed_address(dwarf, unit, get_uleb(&b));
            continue;
        case 2:
            low = dwarf_indexed_address(dwarf, unit, get_uleb(&b));
            high = dwarf_indexed_address(dwarf, unit, get_uleb(&b));
            break;
        case 3:
            low = dwarf_indexed_address(dwarf, unit, get_uleb(&b));
            high = low + get_uleb(&b);
            break;
        case 4:
            low = base + get_uleb(&b);
            high = base + get_uleb(&b);
            break;
        case 5: /* for where no other entry is */
            high = UINT64_MAX;
            break;
        case 6:
            base = get_number(&b, unit->address_size);
            continue;
        case 7:
            low = get_number(&b, unit->address_size);
            high = get_number(&b, unit->address_size);
            break;
        case 8:
            low = get_number(&b, unit->address_size);
            high = low + get_uleb(&b);
            break;
        case 9: /* a view pair: gcc's extension */
            get_uleb(&b);
            get_uleb(&b);
            continue;
        default:
            return bytes_of(NULL, 0);
        }
        size = get_uleb(&b);
        if (size > bytes_left(&b))
            break;
        if (pc >= low && pc < high)
            return bytes_of(b.at, (size_t)size);
        get_bytes(&b, (size_t)size);
    }
    return bytes_of(NULL, 0);
}

/* The expression that holds at the address that is asked for. */
static bool expression(struct dwarf *dwarf, const struct dwarf_unit *unit, const struct dwarf_value *location,
                       struct bytes *b)
{
    uint64_t pc = dwarf->image->base + dwarf->reader.pc;

    if (location->class == VALUE_BLOCK)
        *b = bytes_of(location->block, (size_t)location->number);
    else if ((location->class == VALUE_OFFSET || location->class == VALUE_NUMBER) && dwarf->reader.pc)
        *b = unit->version >= 5 ? new_list(dwarf, unit, location, pc) : old_list(dwarf, unit, location->number, pc);
    else
        return false;
    return !b->bad && bytes_left(b);
}

/* A distance from the frame is one from what DW_AT_frame_base of the function says. */
static void place_in_frame(struct dwarf *dwarf, const struct dwarf_die *die, int64_t distance, struct node *node)
{
    struct dwarf_unit *unit;
    struct dwarf_die function;
    struct bytes b;
    uint8_t op;

    dwarf_index(dwarf);
    if (!dwarf_die_at(dwarf, function_around(dwarf, die->offset), &unit, &function) ||
        !expression(dwarf, unit, &function.frame_base, &b))
        return;
    op = get_u8(&b);
    node->offset = distance;
    if (op == OP_call_frame_cfa) {
        /* StackWalk64's frame is two words below the caller's stack pointer: the saved frame pointer's place, if there is one */
        node->place = PLACE_FRAME_RELATIVE;
        node->offset += 2 * unit->address_size;
    } else if (op >= OP_breg0 && op < OP_breg0 + 32) {
        node->place = PLACE_REGISTER_RELATIVE;
        node->reg = cv_register_of_dwarf(op - OP_breg0, dwarf->image->is64);
        node->offset += get_sleb(&b);
    } else if (op >= OP_reg0 && op < OP_reg0 + 32) {
        node->place = PLACE_REGISTER_RELATIVE;
        node->reg = cv_register_of_dwarf(op - OP_reg0, dwarf->image->is64);
    }
}

static void place_by_expression(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die,
                                struct bytes b, struct node *node)
{
    bool is64 = dwarf->image->is64;
    uint64_t number;
    uint8_t op = get_u8(&b), after;

    if (op >= OP_reg0 && op < OP_reg0 + 32) {
        node->place = PLACE_REGISTER;
        node->reg = cv_register_of_dwarf(op - OP_reg0, is64);
    } else if (op >= OP_breg0 && op < OP_breg0 + 32) {
        node->place = PLACE_REGISTER_RELATIVE;
        node->reg = cv_register_of_dwarf(op - OP_breg0, is64);
        node->offset = get_sleb(&b);
    } else if (op == OP_regx || op == OP_bregx) {
        number = get_uleb(&b);
        node->place = op == OP_regx ? PLACE_REGISTER : PLACE_REGISTER_RELATIVE;
        node->reg = number < 256 ? cv_register_of_dwarf((uint32_t)number, is64) : 0;
        node->offset = op == OP_bregx ? get_sleb(&b) : 0;
    } else if (op == OP_fbreg) {
        place_in_frame(dwarf, die, get_sleb(&b), node);
    } else if (op == OP_addr || op == OP_addrx) {
        number = op == OP_addr ? get_number(&b, unit->address_size) : dwarf_indexed_address(dwarf, unit, get_uleb(&b));
        after = bytes_left(&b) ? get_u8(&b) : 0;
        if (after == OP_form_tls_address || after == OP_GNU_push_tls_address) {
            node->place = PLACE_TLS;
            node->offset = (int64_t)number;
        } else if (number >= dwarf->image->base && number - dwarf->image->base < dwarf->image->image_size) {
            node->place = PLACE_STATIC;
            node->rva = (uint32_t)(number - dwarf->image->base);
        }
    }
    /* What goes on computes a value; and a register that CodeView has no number for cannot be told. */
    if (bytes_left(&b) || b.bad ||
        ((node->place == PLACE_REGISTER || node->place == PLACE_REGISTER_RELATIVE) && !node->reg))
        node->place = PLACE_NONE;
}

void dwarf_place(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node)
{
    struct bytes b;

    node->place = PLACE_NONE;
    if (expression(dwarf, unit, &die->location, &b))
        place_by_expression(dwarf, unit, die, b, node);
}
