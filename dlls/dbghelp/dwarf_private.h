/* SPDX-License-Identifier: MIT */
/*
 * dwarf_private.h: what the files that read DWARF share. Versions 2 to 5 in the sections of an image, as gcc and clang for Windows
 * write them. The format: dwarfstd.org.
 *
 * This is ours, rather than libdw on the native side: the file is an image with sections of long names, which libdw does not open;
 * images of other processes and damaged ones must be read here; and dbghelp stays free of native parts.
 */
#ifndef TRANSOM_DWARF_PRIVATE_H
#define TRANSOM_DWARF_PRIVATE_H

#include "symfile.h"

enum {
    DW_TAG_array_type = 0x01,
    DW_TAG_class_type = 0x02,
    DW_TAG_enumeration_type = 0x04,
    DW_TAG_formal_parameter = 0x05,
    DW_TAG_label = 0x0a,
    DW_TAG_lexical_block = 0x0b,
    DW_TAG_member = 0x0d,
    DW_TAG_pointer_type = 0x0f,
    DW_TAG_reference_type = 0x10,
    DW_TAG_compile_unit = 0x11,
    DW_TAG_structure_type = 0x13,
    DW_TAG_subroutine_type = 0x15,
    DW_TAG_typedef = 0x16,
    DW_TAG_union_type = 0x17,
    DW_TAG_inheritance = 0x1c,
    DW_TAG_inlined_subroutine = 0x1d,
    DW_TAG_module = 0x1e,
    DW_TAG_ptr_to_member_type = 0x1f,
    DW_TAG_subrange_type = 0x21,
    DW_TAG_base_type = 0x24,
    DW_TAG_const_type = 0x26,
    DW_TAG_constant = 0x27,
    DW_TAG_enumerator = 0x28,
    DW_TAG_subprogram = 0x2e,
    DW_TAG_variable = 0x34,
    DW_TAG_volatile_type = 0x35,
    DW_TAG_restrict_type = 0x37,
    DW_TAG_interface_type = 0x38,
    DW_TAG_namespace = 0x39,
    DW_TAG_unspecified_type = 0x3b,
    DW_TAG_rvalue_reference_type = 0x42,
    DW_TAG_atomic_type = 0x47,
};

/* What values are, once their form is known. */
enum value_class { VALUE_NONE, VALUE_NUMBER, VALUE_ADDRESS, VALUE_BLOCK, VALUE_STRING, VALUE_REFERENCE, VALUE_OFFSET };

struct dwarf_value {
    uint8_t class;
    uint8_t size;      /* of a number with a fixed size */
    bool index;        /* an offset that is an index of a list */
    uint64_t number;   /* a reference's is an offset in .debug_info */
    const void *block; /* or the string */
};

/* A debugging information entry: of its attributes those that something is done with. */
struct dwarf_die {
    uint32_t offset, next; /* where it is in .debug_info, and what follows its attributes */
    uint16_t tag;          /* 0: the end of a list of children */
    bool has_children, declaration, external, artificial;
    const char *name, *linkage_name;
    uint32_t type, origin, specification, sibling;
    struct dwarf_value low, high, ranges, location, frame_base, constant, member_location, bound, count;
    bool has_byte_size, has_bit_size, has_bit_offset, has_data_bit_offset;
    uint64_t byte_size, bit_size, bit_offset, data_bit_offset, encoding, virtuality, call_file, call_line;
    uint64_t calling_convention;
    /* of units */
    const char *directory;
    struct dwarf_value statements, str_base, addr_base, ranges_base, lists_base;
};

struct dwarf_attribute {
    uint16_t name, form;
    int64_t implicit;
};

struct dwarf_abbreviation {
    uint32_t code;
    uint16_t tag;
    bool has_children;
    uint32_t first, count; /* in `attributes` */
};

struct dwarf_unit {
    uint32_t start, first, end; /* the header, the first entry, the end, in .debug_info */
    uint16_t version;
    uint8_t address_size, offset_size;
    uint64_t abbreviation_offset;
    bool tried;
    struct dwarf_abbreviation *abbreviations; /* by code */
    size_t abbreviation_count, abbreviation_room;
    struct dwarf_attribute *attributes;
    size_t attribute_count, attribute_room;
    uint64_t low, str_base, addr_base, ranges_base, lists_base, statements;
    bool has_statements;
    const char *name, *directory;
    struct line_table lines;
    /* the directories of the line program, as file names need them */
};

struct dwarf_scope { /* a namespace or class; in the order of their beginnings */
    uint32_t start, end;
    uint32_t parent;  /* + 1 */
    const char *name; /* with those of the scopes around */
};

struct dwarf_range {
    uint32_t rva, size, unit;
};

struct dwarf_type {
    uint32_t offset;
    const char *name;
};

struct dwarf {
    struct reader reader;
    const struct pe_image *image;
    struct arena arena;
    struct bytes info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets, loc, loclists;
    struct dwarf_unit *units;
    size_t unit_count, unit_room;
    uint64_t abbreviation_budget; /* units may share tables, but not all of them all */
    uint64_t line_budget;
    bool indexed;
    struct symbol_list symbols;
    struct dwarf_scope *scopes;
    size_t scope_count, scope_room;
    struct dwarf_range *covered; /* by units */
    size_t covered_count, covered_room;
    uint32_t *functions; /* the entries of those with code, ascending */
    size_t function_count, function_room;
    struct dwarf_type *types;
    size_t type_count, type_room;
    uint32_t *type_hash; /* definitions by name: number + 1 */
    uint32_t type_hash_size;
    struct dwarf_dimension {
        uint32_t array, number;
    } * dimensions; /* of arrays that have several */
    size_t dimension_count, dimension_room;
};

/* Identifiers of nodes are offsets of entries; these are of what has no entry of its own. */
#define ID_FUNCTION_TYPE 0x80000000u /* | the function's */
#define ID_ARGUMENT      0x40000000u /* | the parameter's */
#define ID_DIMENSION     0xc0000000u /* | number in dimensions + 1 */
#define ID_VOID          0xc0000000u
#define ID_MASK          0x3fffffffu

/* dwarf_die.c */
struct dwarf_unit *dwarf_unit_of(struct dwarf *dwarf, uint32_t offset);
bool dwarf_read_die(struct dwarf *dwarf, struct dwarf_unit *unit, uint32_t offset, struct dwarf_die *die);
bool dwarf_die_at(struct dwarf *dwarf, uint32_t offset, struct dwarf_unit **unit, struct dwarf_die *die);
uint32_t dwarf_after(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die); /* and its children */
bool dwarf_form(struct dwarf *dwarf, const struct dwarf_unit *unit, struct bytes *b, uint16_t form, int64_t implicit,
                struct dwarf_value *value);
uint64_t dwarf_indexed_address(const struct dwarf *dwarf, const struct dwarf_unit *unit, uint64_t index);

/* dwarf_index.c */
void dwarf_index(struct dwarf *dwarf);
const struct dwarf_scope *dwarf_scope_of(const struct dwarf *dwarf, uint32_t offset);
const char *dwarf_qualified(struct dwarf *dwarf, const struct dwarf_scope *scope, const char *name);
/* Every range of code of an entry, as addresses relative to the image; false: enough */
typedef bool dwarf_visit_range(void *context, uint32_t rva, uint32_t size);
void dwarf_ranges(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, dwarf_visit_range *visit,
                  void *context);
uint32_t dwarf_definition(struct dwarf *dwarf, const char *name, uint32_t otherwise);

/* dwarf_node.c */
bool dwarf_node(struct reader *reader, uint32_t id, struct node *node);
bool dwarf_children(struct reader *reader, uint32_t id, visit_node *visit, void *context);
uint64_t dwarf_type_size(struct dwarf *dwarf, uint32_t id);
void dwarf_names(struct dwarf *dwarf, const struct dwarf_die *die, const char **name, uint32_t *type,
                 uint32_t *declared);

/* dwarf_location.c */
void dwarf_place(struct dwarf *dwarf, struct dwarf_unit *unit, const struct dwarf_die *die, struct node *node);
bool dwarf_static_address(struct dwarf *dwarf, const struct dwarf_unit *unit, const struct dwarf_value *location,
                          uint64_t *address);

/* dwarf_line.c */
const struct line_table *dwarf_lines(struct reader *reader, uint32_t unit);

#endif
