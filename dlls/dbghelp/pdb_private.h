/* SPDX-License-Identifier: MIT */
/* pdb_private.h: what the files that read PDBs share. The format: llvm.org/docs/PDB. */
#ifndef TRANSOM_PDB_PRIVATE_H
#define TRANSOM_PDB_PRIVATE_H

#include "symfile.h"

enum { /* of symbol records */
       S_END = 0x0006,
       S_FRAMEPROC = 0x1012,
       S_THUNK32 = 0x1102,
       S_BLOCK32 = 0x1103,
       S_LABEL32 = 0x1105,
       S_REGISTER = 0x1106,
       S_CONSTANT = 0x1107,
       S_UDT = 0x1108,
       S_BPREL32 = 0x110b,
       S_LDATA32 = 0x110c,
       S_GDATA32 = 0x110d,
       S_PUB32 = 0x110e,
       S_LPROC32 = 0x110f,
       S_GPROC32 = 0x1110,
       S_REGREL32 = 0x1111,
       S_LTHREAD32 = 0x1112,
       S_GTHREAD32 = 0x1113,
       S_LOCAL = 0x113e,
       S_DEFRANGE_REGISTER = 0x1141,
       S_DEFRANGE_FRAMEPOINTER_REL = 0x1142,
       S_DEFRANGE_SUBFIELD_REGISTER = 0x1143,
       S_DEFRANGE_FRAMEPOINTER_REL_FULL_SCOPE = 0x1144,
       S_DEFRANGE_REGISTER_REL = 0x1145,
       S_LPROC32_ID = 0x1146,
       S_GPROC32_ID = 0x1147,
       S_INLINESITE = 0x114d,
       S_INLINESITE_END = 0x114e,
       S_PROC_ID_END = 0x114f,
       S_INLINESITE2 = 0x115d,
};

enum { /* of type records */
       LF_VTSHAPE = 0x000a,
       LF_MODIFIER = 0x1001,
       LF_POINTER = 0x1002,
       LF_PROCEDURE = 0x1008,
       LF_MFUNCTION = 0x1009,
       LF_ARGLIST = 0x1201,
       LF_FIELDLIST = 0x1203,
       LF_BITFIELD = 0x1205,
       LF_BCLASS = 0x1400,
       LF_VBCLASS = 0x1401,
       LF_IVBCLASS = 0x1402,
       LF_INDEX = 0x1404,
       LF_VFUNCTAB = 0x1409,
       LF_ENUMERATE = 0x1502,
       LF_ARRAY = 0x1503,
       LF_CLASS = 0x1504,
       LF_STRUCTURE = 0x1505,
       LF_UNION = 0x1506,
       LF_ENUM = 0x1507,
       LF_MEMBER = 0x150d,
       LF_STMEMBER = 0x150e,
       LF_METHOD = 0x150f,
       LF_NESTTYPE = 0x1510,
       LF_ONEMETHOD = 0x1511,
       LF_INTERFACE = 0x1519,
       LF_FUNC_ID = 0x1601,
       LF_MFUNC_ID = 0x1602,
};

/* Identifiers of nodes are type indices, or these with a number in the table of nodes. */
#define PDB_NODE 0x80000000u
enum { NODE_SYMBOL = 1, NODE_PARAMETER, NODE_GLOBAL, NODE_MEMBER, NODE_ARGUMENT };

struct pdb_node {
    uint32_t kind;
    uint32_t a, b; /* module and offset; 0 and offset; field list and offset; argument list and number */
    uint32_t parent;
};

struct pdb_stream {
    uint32_t size;
    const uint8_t *blocks; /* u32 each; not aligned */
    const void *data;      /* once it has been asked for */
};

struct pdb_module {
    const char *name, *object;
    uint16_t stream;
    uint32_t symbol_size, c11_size, c13_size;
    struct line_table lines;
    bool failed;
};

struct pdb_contribution {
    uint32_t rva, size, module;
};

struct pdb_types { /* TPI or IPI */
    struct bytes records;
    uint32_t first, count;
    uint32_t *offsets; /* of the records, by index; made on first use */
    bool tried;
};

struct pdb {
    struct reader reader;
    const uint8_t *data;
    size_t size;
    uint32_t block_size, block_count;
    struct pdb_stream *streams;
    uint32_t stream_count;
    struct arena arena;
    uint64_t gathered, walked; /* bytes: what has been copied, and what symbols have been listed of */

    uint16_t symbol_stream, machine;
    struct pdb_module *modules;
    uint32_t module_count;
    struct pdb_contribution *contributions;
    size_t contribution_count;
    struct {
        uint32_t rva, size;
    } * sections;
    uint32_t section_count;
    struct bytes names; /* the strings of /names */

    struct pdb_types tpi, ipi;
    uint32_t *type_hash; /* definitions of types by name; type indices */
    uint32_t type_hash_size;
    bool type_hash_tried;

    struct pdb_node *nodes;
    size_t node_count, node_room;
    uint32_t *node_hash; /* number + 1 */
    uint32_t node_hash_size;
};

/* pdb_msf.c */
struct bytes pdb_stream(struct pdb *pdb, uint32_t number);
struct bytes pdb_module_stream(struct pdb *pdb, uint32_t module);
uint32_t pdb_rva(const struct pdb *pdb, uint32_t section, uint32_t offset); /* 0: nowhere */
uint32_t pdb_node_id(struct pdb *pdb, uint32_t kind, uint32_t a, uint32_t b, uint32_t parent);
uint32_t pdb_hash_text(const char *text);

/* pdb_symbols.c */
void pdb_symbols(struct reader *reader, struct symbol_list *list);
bool pdb_symbol_node(struct pdb *pdb, const struct pdb_node *at, struct node *node);
bool pdb_symbol_children(struct pdb *pdb, uint32_t id, const struct pdb_node *at, visit_node *visit, void *context);
/* The record at an offset of a stream of symbols: its kind, and what follows that. */
uint16_t pdb_record(struct bytes stream, uint32_t offset, struct bytes *record);

/* pdb_types.c */
int64_t pdb_numeric(struct bytes *b, uint8_t *size); /* size: how many bytes it had, may be NULL */
bool pdb_type_record(struct pdb *pdb, struct pdb_types *types, uint32_t index, uint16_t *leaf, struct bytes *record);
bool pdb_type_node(struct pdb *pdb, uint32_t index, struct node *node);
bool pdb_member_node(struct pdb *pdb, const struct pdb_node *at, struct node *node);
bool pdb_argument_node(struct pdb *pdb, const struct pdb_node *at, struct node *node);
bool pdb_type_children(struct pdb *pdb, uint32_t index, visit_node *visit, void *context);
void pdb_all_types(struct reader *reader, visit_node *visit, void *context);
uint64_t pdb_type_size(struct pdb *pdb, uint32_t index);
const char *pdb_inlinee(struct pdb *pdb, uint32_t item, uint32_t *type);
void pdb_types_open(struct pdb *pdb);
void pdb_types_close(struct pdb *pdb);

/* pdb_lines.c */
const struct line_table *pdb_lines(struct reader *reader, uint32_t unit);
bool pdb_inline_line(struct reader *reader, uint32_t id, uint32_t rva, const char **file, uint32_t *line);
bool pdb_covers(struct reader *reader, uint32_t id, uint32_t rva);
void pdb_names_open(struct pdb *pdb);

#endif
