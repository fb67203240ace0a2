/* SPDX-License-Identifier: MIT */
/*
 * dwarf.c: source lines by DWARF. elfutils reads ELF only, so the debug sections of a PE file are given to it as the
 * sections of an ELF image made in memory. Addresses in them are those of the preferred base; no relocation is needed.
 */
#include "crash.h"

#ifdef HAVE_LIBDW
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEBUG_SECTIONS 24
#define MAX_DEBUG_SIZE     (512u << 20)

struct pe_section {
    char name[8];
    uint32_t virtual_size, address, raw_size, raw_offset;
    uint8_t rest[16];
};
_Static_assert(sizeof(struct pe_section) == 40, "pe_section");

static bool read_file(int fd, void *buffer, size_t size, off_t offset)
{
    return pread(fd, buffer, size, offset) == (ssize_t)size;
}

/* The ELF image: header, section headers, their names, then the sections' contents. */
static char *make_elf(int fd, size_t *elf_size, uint64_t *base)
{
    uint32_t header, table[2];
    uint16_t count, optional;
    if (!read_file(fd, &header, 4, 0x3c) || !read_file(fd, &count, 2, header + 6) ||
        !read_file(fd, table, 8, header + 12) || !read_file(fd, &optional, 2, header + 20) ||
        !read_file(fd, base, 8, header + 24 + 24) || count > 96)
        return NULL;
    off_t strings = (off_t)table[0] + (off_t)table[1] * 18;
    struct {
        struct pe_section pe;
        char name[64];
    } found[MAX_DEBUG_SECTIONS];
    unsigned n = 0;
    size_t total = 0;
    for (unsigned i = 0; i < count && n < MAX_DEBUG_SECTIONS; i++) {
        struct pe_section *pe = &found[n].pe;
        char *name = found[n].name;
        if (!read_file(fd, pe, sizeof(*pe), header + 24 + optional + i * 40))
            return NULL;
        memset(name, 0, sizeof(found[n].name));
        memcpy(name, pe->name, 8);
        if (name[0] == '/' && table[0]) {
            ssize_t len = pread(fd, name, sizeof(found[n].name) - 1, strings + atoi(name + 1));
            if (len <= 0)
                continue;
        }
        if (strncmp(name, ".debug_", 7))
            continue;
        if (pe->virtual_size && pe->virtual_size < pe->raw_size)
            pe->raw_size = pe->virtual_size;
        total += pe->raw_size + 16;
        n++;
    }
    if (!n || total > MAX_DEBUG_SIZE)
        return NULL;
    size_t names_size = n * 64 + 16, headers = sizeof(Elf64_Ehdr) + (n + 2) * sizeof(Elf64_Shdr);
    char *image = calloc(1, headers + names_size + total);
    if (!image)
        return NULL;
    Elf64_Ehdr *ehdr = (Elf64_Ehdr *)image;
    Elf64_Shdr *shdr = (Elf64_Shdr *)(image + sizeof(*ehdr));
    memcpy(ehdr->e_ident, ELFMAG, SELFMAG);
    ehdr->e_ident[EI_CLASS] = ELFCLASS64;
    ehdr->e_ident[EI_DATA] = ELFDATA2LSB;
    ehdr->e_ident[EI_VERSION] = EV_CURRENT;
    ehdr->e_type = ET_EXEC;
    ehdr->e_machine = EM_X86_64;
    ehdr->e_version = EV_CURRENT;
    ehdr->e_shoff = sizeof(*ehdr);
    ehdr->e_ehsize = sizeof(*ehdr);
    ehdr->e_shentsize = sizeof(*shdr);
    ehdr->e_shnum = (Elf64_Half)(n + 2);
    ehdr->e_shstrndx = 1;
    char *names = image + headers;
    size_t name_at = 1, at = headers + names_size;
    shdr[1].sh_type = SHT_STRTAB;
    shdr[1].sh_offset = headers;
    shdr[1].sh_size = names_size;
    for (unsigned i = 0; i < n; i++) {
        Elf64_Shdr *s = &shdr[i + 2];
        s->sh_name = (Elf64_Word)name_at;
        strcpy(names + name_at, found[i].name);
        name_at += strlen(found[i].name) + 1;
        s->sh_type = SHT_PROGBITS;
        s->sh_offset = at;
        s->sh_size = found[i].pe.raw_size;
        s->sh_addralign = 1;
        if (!read_file(fd, image + at, found[i].pe.raw_size, found[i].pe.raw_offset)) {
            free(image);
            return NULL;
        }
        at += (found[i].pe.raw_size + 15u) & ~15u;
    }
    *elf_size = at;
    return image;
}

bool dwarf_find(const struct crash_module *module, uint64_t rva, struct symbol *symbol)
{
    size_t size;
    uint64_t base;
    bool ok = false;
    int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    char *image = fd >= 0 ? make_elf(fd, &size, &base) : NULL;
    if (fd >= 0)
        close(fd);
    if (!image)
        return false;
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory(image, size);
    Dwarf *dwarf = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
    Dwarf_Off offset = 0, next;
    size_t header_size;
    /* No index by address is promised (.debug_aranges may be absent): the units are asked one by one. */
    while (dwarf && !ok && !dwarf_nextcu(dwarf, offset, &next, &header_size, NULL, NULL, NULL)) {
        Dwarf_Die die;
        if (dwarf_offdie(dwarf, offset + header_size, &die) && dwarf_haspc(&die, base + rva) > 0) {
            Dwarf_Line *line = dwarf_getsrc_die(&die, base + rva);
            const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
            if (file && !dwarf_lineno(line, &symbol->line)) {
                const char *slash = strrchr(file, '/');
                strncpy(symbol->file, slash ? slash + 1 : file, sizeof(symbol->file) - 1);
                ok = true;
            }
        }
        offset = next;
    }
    if (dwarf)
        dwarf_end(dwarf);
    if (elf)
        elf_end(elf);
    free(image);
    return ok;
}
#else
bool dwarf_find(const struct crash_module *module, uint64_t rva, struct symbol *symbol)
{
    (void)module;
    (void)rva;
    (void)symbol;
    return false;
}
#endif
