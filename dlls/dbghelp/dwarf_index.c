/* SPDX-License-Identifier: MIT */
/*
 * dwarf_index.c: opening the sections, and the one walk over all entries: functions and variables with addresses, scopes that names
 * lie in, types by name, and which addresses a unit covers. Insides of functions are not looked at.
 */
#include "dwarf_private.h"

#define MAX_DEPTH 256

static struct bytes at_offset(struct bytes b, uint64_t offset)
{
    if (offset > bytes_left(&b))
        return bytes_of(NULL, 0);
    b.at += offset;
    return b;
}

static bool to_rva(const struct dwarf *dwarf, uint64_t address, uint32_t *rva)
{
    if (address < dwarf->image->base || address - dwarf->image->base >= dwarf->image->image_size)
        return false;
    *rva = (uint32_t)(address - dwarf->image->base);
    return true;
}

struct range_visit {
    struct dwarf *dwarf;
    dwarf_visit_range *visit;
    void *context;
};

static bool give_range(const struct range_visit *v, uint64_t low, uint64_t high)
{
    uint32_t rva;

    /* What the linker dropped begins at zero or elsewhere outside. */
    if (high <= low || high - low > UINT32_MAX || !to_rva(v->dwarf, low, &rva))
        return true;
    return v->visit(v->context, rva, (uint32_t)(high - low));
}

static void old_ranges(const struct range_visit *v, const struct dwarf_unit *unit, uint64_t offset)
{
    struct bytes b = at_offset(v->dwarf->ranges, offset);
    uint64_t base = unit->low, low, high, all = unit->address_size == 4 ? UINT32_MAX : UINT64_MAX;

    while (!b.bad) {
        low = get_number(&b, unit->address_size);
        high = get_number(&b, unit->address_size);
        if (b.bad || (!low && !high))
            break;
        if (low == all)
            base = high;
        else if (!give_range(v, base + low, base + high))
            break;
    }
}

static void new_ranges(const struct range_visit *v, const struct dwarf_unit *unit, const struct dwarf_value *where)
{
    struct bytes b = v->dwarf->rnglists, entry;
    uint64_t base = unit->low, low, high, offset = where->number;

    if (where->index) {
        entry = at_offset(b, unit->ranges_base + offset * unit->offset_size);
        offset = offset > 0x10000000 ? UINT64_MAX : unit->ranges_base + get_number(&entry, unit->offset_size);
    }
    b = at_offset(b, offset);
    while (!b.bad) {
        switch (get_u8(&b)) {
        case 1: /* base_addressx */
            base = dwarf_indexed_address(v->dwarf, unit, get_uleb(&b));
            continue;
        case 2: /* startx_endx */
            low = dwarf_indexed_address(v->dwarf, unit, get_uleb(&b));
            high = dwarf_indexed_address(v->dwarf, unit, get_uleb(&b));
            break;
        case 3: /* startx_length */
            low = dwarf_indexed_address(v->dwarf, unit, get_uleb(&b));
            high = low + get_uleb(&b);
            break;
        case 4: /* offset_pair */
            low = base + get_uleb(&b);
            high = base + get_uleb(&b);
            break;
        case 5: /* base_address */
            base = get_number(&b, unit->address_size);
            continue;
        case 6: /* start_end */
            low = get_number(&b, unit->address_size);
            high = get_number(&b, unit->address_size);
            break;
        case 7: /* start_length */
            low = get_number(&b, unit->address_size);
            high = low + get_uleb(&b);
            break;
        default:
            return;
        }
        if (b.bad || !give_range(v, low, high))
            return;
    }
}

void dwarf_ranges(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, dwarf_visit_range *visit,
                  void *context)
{
    struct range_visit v = { dwarf, visit, context };

    if (die->ranges.class == VALUE_OFFSET || die->ranges.class == VALUE_NUMBER) {
        if (unit->version >= 5)
            new_ranges(&v, unit, &die->ranges);
        else
            old_ranges(&v, unit, die->ranges.number);
    } else if (die->low.class == VALUE_ADDRESS && die->high.class) {
        give_range(&v, die->low.number,
                   die->high.class == VALUE_ADDRESS ? die->high.number : die->low.number + die->high.number);
    }
}

/* --- scopes and names --- */

const struct dwarf_scope *dwarf_scope_of(const struct dwarf *dwarf, uint32_t offset)
{
    const struct dwarf_scope *scope;
    size_t low = 0, high = dwarf->scope_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (dwarf->scopes[middle].start < offset) /* not itself */
            low = middle + 1;
        else
            high = middle;
    }
    for (scope = low ? &dwarf->scopes[low - 1] : NULL; scope && offset >= scope->end;)
        scope = scope->parent ? &dwarf->scopes[scope->parent - 1] : NULL;
    return scope;
}

const char *dwarf_qualified(struct dwarf *dwarf, const struct dwarf_scope *scope, const char *name)
{
    size_t front, length;
    char *text;

    if (!scope || !scope->name[0] || !name)
        return name;
    front = strlen(scope->name);
    length = strlen(name);
    if (front + length > 4000 || !(text = arena_alloc(&dwarf->arena, front + length + 3)))
        return name;
    memcpy(text, scope->name, front);
    memcpy(text + front, "::", 2);
    memcpy(text + front + 2, name, length);
    return text;
}

static bool is_type(uint16_t tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_enumeration_type || tag == DW_TAG_interface_type || tag == DW_TAG_typedef ||
           tag == DW_TAG_base_type;
}

static bool is_scope(uint16_t tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_interface_type || tag == DW_TAG_module;
}

static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static void hash_types(struct dwarf *dwarf)
{
    uint32_t size = 64;

    while (size < 2 * dwarf->type_count && size < 0x40000000)
        size *= 2;
    if (!(dwarf->type_hash = dbg_alloc((size_t)size * sizeof(*dwarf->type_hash))))
        return;
    dwarf->type_hash_size = size;
    for (size_t i = 0; i < dwarf->type_count; i++) {
        uint32_t at = hash_text(dwarf->types[i].name) & (size - 1);
        while (dwarf->type_hash[at] && strcmp(dwarf->types[dwarf->type_hash[at] - 1].name, dwarf->types[i].name))
            at = (at + 1) & (size - 1);
        if (!dwarf->type_hash[at]) /* each unit has its own copy; the first will do */
            dwarf->type_hash[at] = (uint32_t)i + 1;
    }
}

uint32_t dwarf_definition(struct dwarf *dwarf, const char *name, uint32_t otherwise)
{
    dwarf_index(dwarf);
    if (!dwarf->type_hash)
        return otherwise;
    for (uint32_t at = hash_text(name) & (dwarf->type_hash_size - 1); dwarf->type_hash[at];
         at = (at + 1) & (dwarf->type_hash_size - 1)) {
        const struct dwarf_type *type = &dwarf->types[dwarf->type_hash[at] - 1];
        if (!strcmp(type->name, name))
            return type->offset;
    }
    return otherwise;
}

/* --- the walk --- */

struct function_range {
    uint32_t rva, size;
    bool any;
};

static bool first_range(void *context, uint32_t rva, uint32_t size)
{
    struct function_range *f = context;

    f->rva = rva;
    f->size = size;
    f->any = true;
    return false; /* the first is where it is entered; others are its cold parts */
}

static void add_function(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die)
{
    struct function_range range = { 0 };
    struct symbol *symbol;
    const char *name;
    uint32_t *place, type, declared;

    dwarf_ranges(dwarf, unit, die, first_range, &range);
    if (!range.any)
        return;
    dwarf_names(dwarf, die, &name, &type, &declared);
    if (!name)
        return;
    if ((place = ARRAY_ADD(dwarf->functions, dwarf->function_count, dwarf->function_room)))
        *place = die->offset;
    name = dwarf_qualified(dwarf, dwarf_scope_of(dwarf, declared), name);
    if ((symbol = symbol_add(&dwarf->symbols, range.rva, name, TAG_FUNCTION, RANK_DEBUG))) {
        symbol->size = range.size;
        symbol->id = die->offset;
    }
}

static void add_variable(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die)
{
    struct symbol *symbol;
    const char *name;
    uint64_t address;
    uint32_t rva = 0, type, declared;
    bool constant = die->constant.class == VALUE_NUMBER;

    if (!constant && (!dwarf_static_address(dwarf, unit, &die->location, &address) || !to_rva(dwarf, address, &rva)))
        return;
    dwarf_names(dwarf, die, &name, &type, &declared);
    if (!name)
        return;
    name = dwarf_qualified(dwarf, dwarf_scope_of(dwarf, declared), name);
    if (!(symbol = symbol_add(&dwarf->symbols, rva, name, TAG_DATA, RANK_DEBUG)))
        return;
    symbol->id = die->offset;
    symbol->size = (uint32_t)dwarf_type_size(dwarf, type);
    if (constant) {
        symbol->absolute = true;
        symbol->flags = SYM_CONSTANT;
        symbol->value = die->constant.number;
    }
}

/* Functions come last: their declarations, and the scopes of those, may lie behind them. */
static void walk_unit(struct dwarf *dwarf, uint32_t number, bool symbols)
{
    struct dwarf_unit *unit = &dwarf->units[number];
    struct dwarf_die die;
    uint32_t at = unit->first, depth = 0, open[MAX_DEPTH];

    while (dwarf_read_die(dwarf, unit, at, &die)) {
        bool enter = die.has_children;
        at = die.next;
        if (!die.tag) { /* the end of children; of the unit's, too */
            if (depth < 2)
                break;
            depth--;
            if (depth < MAX_DEPTH && open[depth] && !symbols)
                dwarf->scopes[open[depth] - 1].end = at;
            continue;
        }
        if (die.tag == DW_TAG_subprogram || die.tag == DW_TAG_variable || die.tag == DW_TAG_member) {
            if (symbols && die.tag == DW_TAG_subprogram && !die.declaration)
                add_function(dwarf, unit, &die);
            else if (symbols && !die.declaration && die.tag == DW_TAG_variable)
                add_variable(dwarf, unit, &die);
            at = dwarf_after(dwarf, unit, &die);
            enter = false;
        } else if (is_type(die.tag) && die.name && !die.declaration && !symbols) {
            struct dwarf_type *type = ARRAY_ADD(dwarf->types, dwarf->type_count, dwarf->type_room);
            if (type)
                *type = (struct dwarf_type){ die.offset,
                                             dwarf_qualified(dwarf, dwarf_scope_of(dwarf, die.offset), die.name) };
        }
        if (!enter)
            continue;
        if (die.tag != DW_TAG_compile_unit && !is_scope(die.tag) && depth) {
            at = dwarf_after(dwarf, unit, &die);
            continue;
        }
        if (depth < MAX_DEPTH)
            open[depth] = 0;
        if (depth && depth < MAX_DEPTH && !symbols) {
            uint32_t parent = 0;
            struct dwarf_scope *scope;
            const char *name;
            for (uint32_t i = depth; i-- > 1 && !parent;)
                parent = open[i];
            name = die.name ? dwarf_qualified(dwarf, parent ? &dwarf->scopes[parent - 1] : NULL, die.name)
                   : parent ? dwarf->scopes[parent - 1].name
                            : "";
            if ((scope = ARRAY_ADD(dwarf->scopes, dwarf->scope_count, dwarf->scope_room))) {
                *scope = (struct dwarf_scope){ die.offset, unit->end, parent, name };
                open[depth] = (uint32_t)dwarf->scope_count;
            }
        }
        depth++;
    }
}

struct covering {
    struct dwarf *dwarf;
    uint32_t unit;
};

static bool add_covered(void *context, uint32_t rva, uint32_t size)
{
    const struct covering *covering = context;
    struct dwarf *dwarf = covering->dwarf;
    struct dwarf_range *range;

    if (dwarf->covered_count > bytes_left(&dwarf->info) + 0x10000) /* units that share a list */
        return false;
    if ((range = ARRAY_ADD(dwarf->covered, dwarf->covered_count, dwarf->covered_room)))
        *range = (struct dwarf_range){ rva, size, covering->unit };
    return range != NULL;
}

static uint64_t base_of(const struct dwarf_value *value, uint64_t otherwise)
{
    return value->class == VALUE_OFFSET || value->class == VALUE_NUMBER ? value->number : otherwise;
}

/* The unit's own entry; bases first, since the other attributes may be read through them. */
static void read_unit_entry(struct dwarf *dwarf, uint32_t number)
{
    struct dwarf_unit *unit = &dwarf->units[number];
    struct covering covering = { dwarf, number };
    struct dwarf_die die;

    if (!dwarf_read_die(dwarf, unit, unit->first, &die))
        return;
    unit->str_base = base_of(&die.str_base, unit->version >= 5 ? 2u * unit->offset_size : 0);
    unit->addr_base = base_of(&die.addr_base, unit->version >= 5 ? 8 : 0);
    unit->ranges_base = base_of(&die.ranges_base, unit->version >= 5 ? (unit->offset_size == 8 ? 20 : 12) : 0);
    unit->lists_base = base_of(&die.lists_base, unit->version >= 5 ? (unit->offset_size == 8 ? 20 : 12) : 0);
    dwarf_read_die(dwarf, unit, unit->first, &die);
    unit->low = die.low.class == VALUE_ADDRESS ? die.low.number : 0;
    unit->name = die.name ? die.name : "";
    unit->directory = die.directory ? die.directory : "";
    unit->has_statements = die.statements.class == VALUE_OFFSET || die.statements.class == VALUE_NUMBER;
    unit->statements = die.statements.number;
    dwarf_ranges(dwarf, unit, &die, add_covered, &covering);
}

static int by_rva(const void *a, const void *b)
{
    const struct dwarf_range *x = a, *y = b;

    return x->rva < y->rva ? -1 : x->rva > y->rva;
}

void dwarf_index(struct dwarf *dwarf)
{
    if (dwarf->indexed)
        return;
    dwarf->indexed = true;
    for (uint32_t i = 0; i < dwarf->unit_count; i++)
        walk_unit(dwarf, i, false);
    hash_types(dwarf);
    for (uint32_t i = 0; i < dwarf->unit_count; i++)
        walk_unit(dwarf, i, true);
}

static void list_symbols(struct reader *reader, struct symbol_list *list)
{
    struct dwarf *dwarf = (struct dwarf *)reader;

    dwarf_index(dwarf);
    for (size_t i = 0; i < dwarf->symbols.count; i++) {
        struct symbol *symbol = ARRAY_ADD(list->list, list->count, list->room);
        if (symbol)
            *symbol = dwarf->symbols.list[i];
    }
}

static void list_types(struct reader *reader, visit_node *visit, void *context)
{
    struct dwarf *dwarf = (struct dwarf *)reader;

    dwarf_index(dwarf);
    for (size_t i = 0; i < dwarf->type_count; i++)
        if (dwarf_definition(dwarf, dwarf->types[i].name, 0) == dwarf->types[i].offset &&
            !visit(context, dwarf->types[i].offset))
            return;
}

static uint32_t unit_at(struct reader *reader, uint32_t rva)
{
    struct dwarf *dwarf = (struct dwarf *)reader;
    size_t low = 0, high = dwarf->covered_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (dwarf->covered[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || rva - dwarf->covered[low - 1].rva >= dwarf->covered[low - 1].size)
        return UINT32_MAX;
    return dwarf->covered[low - 1].unit;
}

static const char *unit_name(struct reader *reader, uint32_t unit)
{
    struct dwarf *dwarf = (struct dwarf *)reader;

    return unit < dwarf->unit_count ? dwarf->units[unit].name : "";
}

struct cover {
    uint32_t rva;
    bool found;
};

static bool look_for(void *context, uint32_t rva, uint32_t size)
{
    struct cover *cover = context;

    cover->found = cover->rva - rva < size;
    return !cover->found;
}

static bool covers(struct reader *reader, uint32_t id, uint32_t rva)
{
    struct dwarf *dwarf = (struct dwarf *)reader;
    struct cover cover = { rva, false };
    struct dwarf_unit *unit;
    struct dwarf_die die;

    if (dwarf_die_at(dwarf, id, &unit, &die))
        dwarf_ranges(dwarf, unit, &die, look_for, &cover);
    return cover.found;
}

static void close_dwarf(struct reader *reader)
{
    struct dwarf *dwarf = (struct dwarf *)reader;

    for (size_t i = 0; i < dwarf->unit_count; i++) {
        dbg_free(dwarf->units[i].abbreviations);
        dbg_free(dwarf->units[i].attributes);
        dbg_free(dwarf->units[i].lines.lines);
        dbg_free(dwarf->units[i].lines.files);
    }
    dbg_free(dwarf->units);
    dbg_free(dwarf->symbols.list);
    dbg_free(dwarf->scopes);
    dbg_free(dwarf->covered);
    dbg_free(dwarf->functions);
    dbg_free(dwarf->types);
    dbg_free(dwarf->type_hash);
    dbg_free(dwarf->dimensions);
    arena_free(&dwarf->arena);
    dbg_free(dwarf);
}

static void read_units(struct dwarf *dwarf)
{
    struct bytes b = dwarf->info;

    while (bytes_left(&b) > 11) {
        struct dwarf_unit header = { .start = (uint32_t)(b.at - dwarf->info.at), .offset_size = 4 }, *unit;
        uint64_t length = get_u32(&b);
        uint8_t kind = 1;
        if (length == 0xffffffff) {
            length = get_u64(&b);
            header.offset_size = 8;
        }
        if (length > bytes_left(&b) || length < 8)
            break;
        header.end = (uint32_t)(b.at - dwarf->info.at + (ptrdiff_t)length);
        header.version = get_u16(&b);
        if (header.version >= 5) {
            kind = get_u8(&b);
            header.address_size = get_u8(&b);
            header.abbreviation_offset = get_number(&b, header.offset_size);
            if (kind == 4 || kind == 5) /* skeleton, split: an identifier */
                get_u64(&b);
            else if (kind == 2 || kind == 6) /* of one type */
                get_bytes(&b, 8u + header.offset_size);
        } else {
            header.abbreviation_offset = get_number(&b, header.offset_size);
            header.address_size = get_u8(&b);
        }
        header.first = (uint32_t)(b.at - dwarf->info.at);
        header.name = header.directory = "";
        if (header.version >= 2 && header.version <= 5 && header.first < header.end &&
            (header.address_size == 4 || header.address_size == 8) &&
            (unit = ARRAY_ADD(dwarf->units, dwarf->unit_count, dwarf->unit_room)))
            *unit = header;
        b.at = dwarf->info.at + header.end;
    }
    dwarf->reader.unit_count = (uint32_t)dwarf->unit_count;
}

static const struct reader_ops dwarf_ops = {
    .sym_type = 7,
    .close = close_dwarf,
    .symbols = list_symbols,
    .unit_at = unit_at,
    .unit_name = unit_name,
    .lines = dwarf_lines,
    .node = dwarf_node,
    .children = dwarf_children,
    .types = list_types,
    .covers = covers,
};

struct reader *dwarf_open(const struct pe_image *image)
{
    struct dwarf *dwarf;
    struct bytes info = pe_image_section(image, ".debug_info");

    if (info.bad || !bytes_left(&info) || bytes_left(&info) > ID_MASK || !(dwarf = dbg_alloc(sizeof(*dwarf))))
        return NULL;
    dwarf->reader.ops = &dwarf_ops;
    dwarf->image = image;
    dwarf->info = info;
    dwarf->abbrev = pe_image_section(image, ".debug_abbrev");
    dwarf->line = pe_image_section(image, ".debug_line");
    dwarf->str = pe_image_section(image, ".debug_str");
    dwarf->line_str = pe_image_section(image, ".debug_line_str");
    dwarf->ranges = pe_image_section(image, ".debug_ranges");
    dwarf->rnglists = pe_image_section(image, ".debug_rnglists");
    dwarf->addr = pe_image_section(image, ".debug_addr");
    dwarf->str_offsets = pe_image_section(image, ".debug_str_offsets");
    dwarf->loc = pe_image_section(image, ".debug_loc");
    dwarf->loclists = pe_image_section(image, ".debug_loclists");
    dwarf->abbreviation_budget = 16 * (uint64_t)bytes_left(&dwarf->abbrev) + 0x100000;
    dwarf->line_budget = 4 * (uint64_t)bytes_left(&dwarf->line);
    read_units(dwarf);
    for (uint32_t i = 0; i < dwarf->unit_count; i++)
        read_unit_entry(dwarf, i);
    if (dwarf->covered_count)
        qsort(dwarf->covered, dwarf->covered_count, sizeof(*dwarf->covered), by_rva);
    if (dwarf->unit_count)
        return &dwarf->reader;
    close_dwarf(&dwarf->reader);
    return NULL;
}
