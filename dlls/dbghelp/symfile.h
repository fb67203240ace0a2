/* SPDX-License-Identifier: MIT */
/*
 * symfile.h: readers of symbol files (export tables, COFF symbol tables, DWARF, PDB) behind one interface. This part of dbghelp
 * is plain C without Windows, so that tests/fuzz can run it under sanitizers. Readers get bytes that anybody may have
 * written: nothing is believed without a check, and nothing is searched for linearly twice.
 */
#ifndef TRANSOM_SYMFILE_H
#define TRANSOM_SYMFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Memory: HeapAlloc in the DLL, malloc in a fuzz target. All of it is zero at first. */
void *dbg_alloc(size_t size);
void dbg_free(void *p);

/* Memory that is given back as a whole. */
struct arena {
    struct arena_block *blocks;
};
void *arena_alloc(struct arena *arena, size_t size);                          /* zero; NULL without memory */
const char *arena_copy(struct arena *arena, const char *text, size_t length); /* "" without memory */
void arena_free(struct arena *arena);

/* An array that grows: returns the place of a new last element (zero), or NULL. */
void *array_add(void *array, size_t *count, size_t *room, size_t size);
#define ARRAY_ADD(list, count, room) ((__typeof__(list))array_add(&(list), &(count), &(room), sizeof(*(list))))

/* Bytes with an end. A read behind it sets `bad` and gives zero. */
struct bytes {
    const uint8_t *at, *end;
    bool bad;
};
static inline struct bytes bytes_of(const void *data, size_t size) /* of NULL: nothing, and bad */
{
    const uint8_t *at = data ? data : (const uint8_t *)"";

    return (struct bytes){ at, at + (data ? size : 0), data == NULL };
}
static inline size_t bytes_left(const struct bytes *b)
{
    return (size_t)(b->end - b->at);
}
static inline const uint8_t *get_bytes(struct bytes *b, size_t size)
{
    const uint8_t *at = b->at;

    if (size > bytes_left(b)) {
        b->bad = true;
        b->at = b->end;
        return NULL;
    }
    b->at += size;
    return at;
}
static inline uint64_t get_number(struct bytes *b, unsigned size) /* little-endian, 1 to 8 bytes */
{
    const uint8_t *at = get_bytes(b, size);
    uint64_t value = 0;

    if (at)
        memcpy(&value, at, size);
    return value;
}
static inline uint8_t get_u8(struct bytes *b)
{
    if (b->at < b->end)
        return *b->at++;
    b->bad = true;
    return 0;
}
static inline uint16_t get_u16(struct bytes *b)
{
    return (uint16_t)get_number(b, 2);
}
static inline uint32_t get_u32(struct bytes *b)
{
    return (uint32_t)get_number(b, 4);
}
static inline uint64_t get_u64(struct bytes *b)
{
    return get_number(b, 8);
}
const char *get_string(struct bytes *b); /* "" if it has no end */
uint64_t get_uleb(struct bytes *b);
int64_t get_sleb(struct bytes *b);

/* --- images: pe_image.c --- */

struct pe_section {
    const char *name; /* long names too */
    uint32_t rva, virtual_size, offset, raw_size, flags;
};

struct pe_image {
    const uint8_t *data;
    size_t size;
    bool mapped; /* laid out as in memory, not as in the file */
    bool is64;
    uint16_t machine;
    uint32_t timestamp, checksum, image_size, entry, symbol_offset, symbol_count;
    uint64_t base; /* the preferred one */
    struct {
        uint32_t rva, size;
    } directories[16];
    struct pe_section *sections;
    uint32_t section_count;
    struct arena arena;
};

struct pe_codeview {
    uint8_t guid[16]; /* an old record's signature is in its first 4 bytes */
    bool old;         /* NB10: a signature, not a GUID */
    uint32_t age;
    const char *path;
    const void *record;
    uint32_t record_size;
};

bool pe_image_open(struct pe_image *image, const void *data, size_t size, bool mapped);
void pe_image_close(struct pe_image *image);
const void *pe_image_at(const struct pe_image *image, uint32_t rva, size_t size); /* NULL if it is not there */
size_t pe_image_left(const struct pe_image *image, uint32_t rva);                 /* bytes there from rva on */
struct bytes pe_image_section(const struct pe_image *image, const char *name);
bool pe_image_codeview(const struct pe_image *image, struct pe_codeview *codeview);
const void *pe_image_debug(const struct pe_image *image, uint32_t type, uint32_t *size);

/* --- what readers give --- */

enum { /* cvconst.h: SymTagEnum */
       TAG_EXE = 1,
       TAG_COMPILAND = 2,
       TAG_FUNCTION = 5,
       TAG_BLOCK = 6,
       TAG_DATA = 7,
       TAG_LABEL = 9,
       TAG_PUBLIC = 10,
       TAG_UDT = 11,
       TAG_ENUM = 12,
       TAG_FUNCTION_TYPE = 13,
       TAG_POINTER = 14,
       TAG_ARRAY = 15,
       TAG_BASE_TYPE = 16,
       TAG_TYPEDEF = 17,
       TAG_BASE_CLASS = 18,
       TAG_FUNCTION_ARGUMENT = 20,
       TAG_VTABLE_SHAPE = 24,
       TAG_VTABLE = 25,
       TAG_THUNK = 27,
       TAG_INLINE_SITE = 41,
};
enum { /* BasicType */
       BASE_NONE = 0,
       BASE_VOID = 1,
       BASE_CHAR = 2,
       BASE_WCHAR = 3,
       BASE_INT = 6,
       BASE_UINT = 7,
       BASE_FLOAT = 8,
       BASE_BOOL = 10,
       BASE_LONG = 13,
       BASE_ULONG = 14,
       BASE_COMPLEX = 28,
       BASE_HRESULT = 31,
       BASE_CHAR16 = 32,
       BASE_CHAR32 = 33,
       BASE_CHAR8 = 34,
};
enum { /* DataKind */
       DATA_LOCAL = 1,
       DATA_STATIC_LOCAL = 2,
       DATA_PARAMETER = 3,
       DATA_OBJECT_POINTER = 4,
       DATA_FILE_STATIC = 5,
       DATA_GLOBAL = 6,
       DATA_MEMBER = 7,
       DATA_STATIC_MEMBER = 8,
       DATA_CONSTANT = 9,
};
enum { UDT_STRUCT, UDT_CLASS, UDT_UNION, UDT_INTERFACE }; /* UdtKind */
enum {
    PLACE_NONE,
    PLACE_STATIC,
    PLACE_REGISTER,
    PLACE_REGISTER_RELATIVE,
    PLACE_FRAME_RELATIVE,
    PLACE_TLS,
    PLACE_MEMBER
};

/* SYMFLAG_* that readers set */
#define SYM_CONSTANT 0x100
#define SYM_EXPORT   0x200
#define SYM_FUNCTION 0x800
#define SYM_TLSREL   0x4000

/* How good the knowledge of a symbol is; the best is first at an address. */
enum { RANK_DEBUG, RANK_PUBLIC, RANK_COFF, RANK_EXPORT };

/* A function or variable with an address, or a constant. */
struct symbol {
    uint32_t rva, size;
    const char *name; /* as in the file: decorated if it is public */
    uint32_t id;      /* of its node; 0 if the reader has none */
    uint32_t flags;
    uint64_t value;               /* a constant's */
    uint8_t tag, rank, node_from; /* node_from: 1 + which reader of the module */
    bool absolute;                /* a constant: it has no address */
};

struct symbol_list {
    struct symbol *list;
    size_t count, room;
};
struct symbol *symbol_add(struct symbol_list *list, uint32_t rva, const char *name, uint8_t tag, uint8_t rank);

/* A symbol or type as SymGetTypeInfo describes it. */
struct node {
    uint16_t tag;
    uint16_t kind; /* DataKind, UdtKind or BasicType */
    uint16_t calling_convention;
    uint16_t place;   /* PLACE_* */
    const char *name; /* NULL: none */
    bool has_length, has_value, nested, constant, is_volatile, reference, virtual_base, bit_field, is_static;
    uint64_t length;
    uint32_t type, index_type, class_parent, lexical_parent, virtual_table_shape;
    uint32_t count;
    uint32_t rva;   /* PLACE_STATIC, functions, blocks */
    uint32_t reg;   /* a CV_AMD64_* or CV_REG_* number */
    int64_t offset; /* of a member, or from a register */
    uint32_t bit_position;
    int64_t value; /* constants, enumerators */
    uint8_t value_size;
    uint32_t call_line; /* TAG_INLINE_SITE: where it is called */
    const char *call_file;
    uint32_t debug_start; /* functions: where the prologue ends; 0 if unknown */
};

struct line {
    uint32_t rva;
    uint32_t number; /* 0: no source from here on */
    uint32_t file;   /* in `files` of its table */
};

struct line_table {
    struct line *lines; /* by rva */
    size_t count, room;
    const char **files;
    size_t file_count, file_room;
    bool loaded;
};

typedef bool visit_node(void *context, uint32_t id); /* false: enough */

struct reader {
    const struct reader_ops *ops;
    uint32_t unit_count; /* compilands */
    uint32_t pc;         /* where variables are wanted; 0: anywhere */
};

struct reader_ops {
    uint32_t sym_type; /* SYM_TYPE */
    void (*close)(struct reader *reader);
    void (*symbols)(struct reader *reader, struct symbol_list *list);
    /* What follows may be NULL. */
    uint32_t (*unit_at)(struct reader *reader, uint32_t rva); /* UINT32_MAX: none */
    const char *(*unit_name)(struct reader *reader, uint32_t unit);
    const struct line_table *(*lines)(struct reader *reader, uint32_t unit);
    bool (*node)(struct reader *reader, uint32_t id, struct node *node);
    bool (*children)(struct reader *reader, uint32_t id, visit_node *visit, void *context);
    /* All named types, and one of them. */
    void (*types)(struct reader *reader, visit_node *visit, void *context);
    /* Whether code at rva belongs to the block, function or inline site. */
    bool (*covers)(struct reader *reader, uint32_t id, uint32_t rva);
    /* Lines of an inline site at an address; NULL: the table's lines are those of the innermost site. */
    bool (*inline_line)(struct reader *reader, uint32_t id, uint32_t rva, const char **file, uint32_t *line);
};

struct reader *exports_open(const struct pe_image *image);
struct reader *coff_open(const struct pe_image *image);
struct reader *dwarf_open(const struct pe_image *image);
/* `guid` NULL: any will do */
struct reader *pdb_open(const void *data, size_t size, const uint8_t *guid, uint32_t age);
bool pdb_identity(const void *data, size_t size, uint8_t *guid, uint32_t *age, uint32_t *signature);

/* CodeView's numbers for the registers that DWARF and frames use */
enum {
    CV_AMD64_RAX = 328,
    CV_AMD64_RBP = 334,
    CV_AMD64_RSP = 335,
    CV_AMD64_R8 = 336,
    CV_AMD64_XMM0 = 154,
    CV_AMD64_RIP = 33
};
uint32_t cv_register_of_dwarf(uint32_t number, bool is64); /* 0: has none */

#endif
