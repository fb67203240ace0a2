/* SPDX-License-Identifier: MIT */
/*
 * symfile.c: a libFuzzer target: dbghelp's readers of symbol files get arbitrary files, and are asked everything there is to ask. With
 * -DSTANDALONE it is a program that reads the files given as arguments and random variants of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../dlls/dbghelp/symfile.h"
#include "../../dlls/undname/undname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void *dbg_alloc(size_t size)
{
    return size > 0x20000000 ? NULL : calloc(1, size ? size : 1);
}

void dbg_free(void *p)
{
    free(p);
}

static const struct undname_memory memory = { dbg_alloc, dbg_free };

struct budget {
    struct reader *reader;
    unsigned left; /* nodes to look at: a small file can have very many */
    int depth;
};

static bool look_at(void *context, uint32_t id)
{
    struct budget *b = context;
    struct node node;

    if (!b->left)
        return false;
    b->left--;
    if (b->reader->ops->node(b->reader, id, &node)) {
        if (node.name && strlen(node.name) > 0x1000000)
            abort();
        if (node.type && b->depth < 8) {
            b->depth++;
            look_at(b, node.type);
            b->depth--;
        }
        b->reader->ops->covers(b->reader, id, node.rva + 1);
        if (node.tag == TAG_INLINE_SITE && b->reader->ops->inline_line) {
            const char *file;
            uint32_t line;
            if (b->reader->ops->inline_line(b->reader, id, b->reader->pc, &file, &line) && strlen(file) > 0x1000000)
                abort();
        }
    }
    if (b->depth >= 8)
        return true;
    b->depth++;
    b->reader->ops->children(b->reader, id, look_at, b);
    b->depth--;
    return true;
}

static void ask_everything(struct reader *reader)
{
    struct symbol_list list = { 0 };
    struct budget budget = { reader, 3000, 0 };
    size_t names = 0;

    if (!reader)
        return;
    reader->ops->symbols(reader, &list);
    for (size_t i = 0; i < list.count; i++)
        names += strlen(list.list[i].name);
    for (size_t i = 0; i < list.count && i < 300; i++) {
        const struct symbol *symbol = &list.list[i];
        dbg_free(undecorate(symbol->name, (unsigned)i, false, &memory));
        reader->pc = symbol->rva + 4;
        if (reader->ops->node && symbol->id)
            look_at(&budget, symbol->id);
        if (reader->ops->unit_at)
            reader->ops->unit_at(reader, symbol->rva);
    }
    for (uint32_t unit = 0; reader->ops->lines && unit < reader->unit_count && unit < 64; unit++) {
        const struct line_table *table = reader->ops->lines(reader, unit);
        if (strlen(reader->ops->unit_name(reader, unit)) > 0x1000000)
            abort();
        for (size_t i = 0; table && i < table->count; i++)
            if (table->lines[i].number &&
                (table->lines[i].file >= table->file_count || !table->files[table->lines[i].file]))
                abort();
    }
    budget.left = 3000;
    if (reader->ops->types)
        reader->ops->types(reader, look_at, &budget);
    dbg_free(list.list);
    reader->ops->close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pe_image image;
    struct pe_codeview codeview;
    uint8_t guid[16];
    uint32_t age, signature;

    if (size && data[0] == '?') {
        char name[4096];
        size_t length = size < sizeof(name) ? size : sizeof(name) - 1;
        memcpy(name, data, length);
        name[length] = 0;
        for (unsigned flags = 0; flags < 0x8000; flags = flags * 2 + 1) {
            dbg_free(undecorate(name, flags, false, &memory));
            dbg_free(undecorate(name, flags, true, &memory));
        }
        return 0;
    }
    pdb_identity(data, size, guid, &age, &signature);
    ask_everything(pdb_open(data, size, NULL, 0));
    for (int mapped = 0; mapped < 2; mapped++) {
        if (pe_image_open(&image, data, size, mapped)) {
            if (pe_image_codeview(&image, &codeview) && strlen(codeview.path) > size)
                abort();
            ask_everything(exports_open(&image));
            ask_everything(coff_open(&image));
            ask_everything(dwarf_open(&image));
        }
        pe_image_close(&image);
    }
    return 0;
}

#define VARIANTS 200
#include "standalone.h"
