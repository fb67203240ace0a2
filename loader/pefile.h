/* SPDX-License-Identifier: MIT */
/* pefile.h: reading the tables of a PE file that is not loaded. Nothing in it is believed: what lies outside the file is NULL. */
#ifndef TRANSOM_PEFILE_H
#define TRANSOM_PEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pe_file {
    const uint8_t *data;
    size_t size;
    bool is_64;
    uint16_t machine;
    uint64_t base;
    uint32_t headers_size, directory_count;
    const uint8_t *directories; /* address and size, of directory_count entries */
    const uint8_t *sections;    /* section_count headers */
    uint32_t section_count;
};

enum { PE_EXPORTS = 0, PE_IMPORTS = 1, PE_DELAY_IMPORTS = 13 };

/* False if the headers are not those of a PE file. The data stays the caller's. */
bool pe_open(struct pe_file *pe, const void *data, size_t size);

/* `size` bytes at an address of the image, or NULL */
const void *pe_at(const struct pe_file *pe, uint32_t address, size_t size);
/* A text that ends within the file, or NULL */
const char *pe_text(const struct pe_file *pe, uint32_t address);

/* Called for each import until it returns false. `name` is NULL for an import by ordinal. */
typedef bool (*pe_import_function)(void *context, const char *dll, const char *name, uint16_t ordinal, bool delayed);
/* False if the tables are damaged (or the function said so). */
bool pe_imports(const struct pe_file *pe, pe_import_function function, void *context);

enum pe_export { PE_NOT_EXPORTED, PE_EXPORTED, PE_FORWARDED };
/* By name, or by ordinal if `name` is NULL. *forwarder is "DLL.name" or "DLL.#ordinal". */
enum pe_export pe_find_export(const struct pe_file *pe, const char *name, uint16_t ordinal, const char **forwarder);

#endif
