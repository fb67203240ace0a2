/* SPDX-License-Identifier: MIT */
/*
 * mkbadpe FOLDER: writes a small good program and, one file for each, everything that its headers, sections, imports,
 * relocations, thread-local storage, resources and so on can lie about. For each it prints
 *
 *     NAME<tab>EXPECTED
 *
 * EXPECTED is `runs` (exit code 7), `refused TEXT` (a sentence with TEXT, and no more), or `any`: whatever the program gets,
 * it is its own end, not Transom's. "PE Format" in Microsoft's documentation describes the fields.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_BASE 0x140000000ull

/* Places in the file; sections lie in the file in the order and, from there on, at the distance that they have in memory. */
enum {
    PE = 0x80,
    MACHINE = PE + 4,
    SECTION_COUNT = PE + 6,
    OPTIONAL_SIZE = PE + 20,
    CHARACTERISTICS = PE + 22,
    OPTIONAL = PE + 24,
    CODE_SIZE = OPTIONAL + 4,
    ENTRY = OPTIONAL + 16,
    BASE = OPTIONAL + 24,
    SECTION_ALIGNMENT = OPTIONAL + 32,
    FILE_ALIGNMENT = OPTIONAL + 36,
    OS_VERSION = OPTIONAL + 40,
    SUBSYSTEM_VERSION = OPTIONAL + 48,
    WIN32_VERSION = OPTIONAL + 52,
    IMAGE_SIZE = OPTIONAL + 56,
    HEADERS_SIZE = OPTIONAL + 60,
    CHECKSUM = OPTIONAL + 64,
    SUBSYSTEM = OPTIONAL + 68,
    STACK_RESERVE = OPTIONAL + 72,
    STACK_COMMIT = OPTIONAL + 80,
    HEAP_RESERVE = OPTIONAL + 88,
    HEAP_COMMIT = OPTIONAL + 96,
    LOADER_FLAGS = OPTIONAL + 104,
    DIRECTORY_COUNT = OPTIONAL + 108,
    DIRECTORIES = OPTIONAL + 112,
    SECTIONS = OPTIONAL + 240,
    TEXT = 0x400,   /* in memory 0x1000 */
    DATA = 0x600,   /* 0x2000 */
    RDATA = 0x800,  /* 0x3000 */
    RELOC = 0x1000, /* 0x4000 */
    RSRC = 0x1200,  /* 0x5000 */
    FILE_SIZE = 0x1400,

    IMPORTS = RDATA,
    IMPORT_LOOKUP = RDATA + 0x40,
    IMPORT_ADDRESS = RDATA + 0x60,
    IMPORT_DLL = RDATA + 0x80,
    IMPORT_NAME = RDATA + 0xa0,
    TLS = RDATA + 0x100,
    EXPORTS = RDATA + 0x180,
    LOAD_CONFIG = RDATA + 0x200,
    DELAY = RDATA + 0x400,
    EXCEPTIONS = RDATA + 0x480,
    UNWIND = RDATA + 0x4a0,
    DEBUG = RDATA + 0x4c0,
    COM = RDATA + 0x500,
};

#define DIRECTORY(n)  (DIRECTORIES + 8 * (n))
#define SECTION(n, f) (SECTIONS + 40 * (n) + (f))
#define RVA(offset)                                                                                                    \
    ((offset) >= RSRC    ? (offset)-RSRC + 0x5000u                                                                     \
     : (offset) >= RELOC ? (offset)-RELOC + 0x4000u                                                                    \
     : (offset) >= RDATA ? (offset)-RDATA + 0x3000u                                                                    \
     : (offset) >= DATA  ? (offset)-DATA + 0x2000u                                                                     \
                         : (offset)-TEXT + 0x1000u)
enum { NAME = 0, VIRTUAL_SIZE = 8, ADDRESS = 12, RAW_SIZE = 16, RAW_OFFSET = 20, FLAGS = 36 };

static uint8_t file[FILE_SIZE + 0x1000];
static size_t file_size;

static void put(size_t offset, uint64_t value, size_t size)
{
    memcpy(file + offset, &value, size); /* little-endian, as the build's machine is */
}

static void put16(size_t offset, uint16_t value)
{
    put(offset, value, 2);
}

static void put32(size_t offset, uint32_t value)
{
    put(offset, value, 4);
}

static void put64(size_t offset, uint64_t value)
{
    put(offset, value, 8);
}

static void section(int n, const char *name, uint32_t offset, uint32_t size, uint32_t flags)
{
    strncpy((char *)file + SECTION(n, NAME), name, 8);
    put32(SECTION(n, VIRTUAL_SIZE), size);
    put32(SECTION(n, ADDRESS), RVA(offset));
    put32(SECTION(n, RAW_SIZE), size);
    put32(SECTION(n, RAW_OFFSET), offset);
    put32(SECTION(n, FLAGS), flags);
}

static void directory(int n, uint32_t offset, uint32_t size)
{
    put32(DIRECTORY(n), offset ? RVA(offset) : 0);
    put32(DIRECTORY(n) + 4, size);
}

/* The good program: ExitProcess(7). It has one of everything. */
static void good(void)
{
    static const uint8_t code[] = {
        0x48, 0x83, 0xec, 0x28,       /* sub rsp, 0x28 */
        0xb9, 7,    0,    0,    0,    /* mov ecx, 7 */
        0xff, 0x15, 0,    0,    0, 0, /* call [rip + ...] */
        0xcc,                         /* int3 */
    };
    static const uint8_t callback[] = { 0xc3 };

    memset(file, 0, sizeof(file));
    file_size = FILE_SIZE;
    put16(0, 0x5a4d);
    put32(0x3c, PE);
    put32(PE, 0x4550);
    put16(MACHINE, 0x8664);
    put16(SECTION_COUNT, 5);
    put16(OPTIONAL_SIZE, 240);
    put16(CHARACTERISTICS, 0x0022);
    put16(OPTIONAL, 0x20b);
    put32(CODE_SIZE, 0x200);
    put32(ENTRY, RVA(TEXT));
    put64(BASE, IMAGE_BASE);
    put32(SECTION_ALIGNMENT, 0x1000);
    put32(FILE_ALIGNMENT, 0x200);
    put16(OS_VERSION, 6);
    put16(SUBSYSTEM_VERSION, 6);
    put32(IMAGE_SIZE, 0x6000);
    put32(HEADERS_SIZE, 0x400);
    put16(SUBSYSTEM, 3);
    put64(STACK_RESERVE, 0x100000);
    put64(STACK_COMMIT, 0x1000);
    put64(HEAP_RESERVE, 0x100000);
    put64(HEAP_COMMIT, 0x1000);
    put32(DIRECTORY_COUNT, 16);
    section(0, ".text", TEXT, 0x200, 0x60000020);
    section(1, ".data", DATA, 0x200, 0xc0000040);
    section(2, ".rdata", RDATA, 0x800, 0xc0000040);
    section(3, ".reloc", RELOC, 0x200, 0x42000040);
    section(4, ".rsrc", RSRC, 0x200, 0x40000040);

    memcpy(file + TEXT, code, sizeof(code));
    put32(TEXT + 11, RVA(IMPORT_ADDRESS) - (RVA(TEXT) + 15));
    memcpy(file + TEXT + 0x40, callback, sizeof(callback));

    directory(1, IMPORTS, 40);
    put32(IMPORTS, RVA(IMPORT_LOOKUP));
    put32(IMPORTS + 12, RVA(IMPORT_DLL));
    put32(IMPORTS + 16, RVA(IMPORT_ADDRESS));
    put64(IMPORT_LOOKUP, RVA(IMPORT_NAME));
    put64(IMPORT_ADDRESS, RVA(IMPORT_NAME));
    strcpy((char *)file + IMPORT_DLL, "KERNEL32.dll");
    strcpy((char *)file + IMPORT_NAME + 2, "ExitProcess");

    directory(9, TLS, 40);
    put64(TLS, IMAGE_BASE + RVA(DATA) + 0x20);     /* data from */
    put64(TLS + 8, IMAGE_BASE + RVA(DATA) + 0x28); /* to */
    put64(TLS + 16, IMAGE_BASE + RVA(DATA));       /* index */
    put64(TLS + 24, IMAGE_BASE + RVA(DATA) + 8);   /* callbacks */
    put64(DATA + 8, IMAGE_BASE + RVA(TEXT) + 0x40);

    directory(0, EXPORTS, 0x80);
    put32(EXPORTS + 12, RVA(EXPORTS) + 0x50); /* name */
    put32(EXPORTS + 16, 1);
    put32(EXPORTS + 20, 1);
    put32(EXPORTS + 24, 1);
    put32(EXPORTS + 28, RVA(EXPORTS) + 0x40);
    put32(EXPORTS + 32, RVA(EXPORTS) + 0x44);
    put32(EXPORTS + 36, RVA(EXPORTS) + 0x48);
    put32(EXPORTS + 0x40, RVA(TEXT));
    put32(EXPORTS + 0x44, RVA(EXPORTS) + 0x60);
    strcpy((char *)file + EXPORTS + 0x50, "bad.exe");
    strcpy((char *)file + EXPORTS + 0x60, "entry");

    directory(10, LOAD_CONFIG, 0x94);
    put32(LOAD_CONFIG, 0x94);
    put64(LOAD_CONFIG + 0x58, IMAGE_BASE + RVA(DATA) + 0x40); /* the security cookie */
    put64(DATA + 0x40, 0x2b992ddfa232ull);

    directory(13, DELAY, 64);
    put32(DELAY, 1);
    put32(DELAY + 4, RVA(IMPORT_DLL));
    put32(DELAY + 8, RVA(DATA) + 0x80);
    put32(DELAY + 12, RVA(DATA) + 0x90);
    put32(DELAY + 16, RVA(IMPORT_LOOKUP));

    directory(3, EXCEPTIONS, 12);
    put32(EXCEPTIONS, RVA(TEXT));
    put32(EXCEPTIONS + 4, RVA(TEXT) + 16);
    put32(EXCEPTIONS + 8, RVA(UNWIND));
    put32(UNWIND, 0x00010401); /* version 1, prologue 4, one code */
    put16(UNWIND + 4, 0x4204); /* sub rsp, 0x28 */

    directory(6, DEBUG, 28);
    put32(DEBUG + 12, 2);

    directory(5, RELOC, 24);
    put32(RELOC, RVA(RDATA));
    put32(RELOC + 4, 16);
    for (int i = 0; i < 4; i++)
        put16(RELOC + 8 + 2 * i, (uint16_t)(0xa000 | (TLS - RDATA + 8 * i)));
    put32(RELOC + 16, RVA(DATA));
    put32(RELOC + 20, 8 + 4);
    put16(RELOC + 24, 0xa008);
    put32(DIRECTORY(5) + 4, 28);

    directory(2, RSRC, 0x100);
    put16(RSRC + 14, 1); /* one identifier: RT_MANIFEST */
    put32(RSRC + 16, 24);
    put32(RSRC + 20, 0x80000018);
    put16(RSRC + 0x18 + 14, 1);
    put32(RSRC + 0x28, 1);
    put32(RSRC + 0x2c, 0x80000030);
    put16(RSRC + 0x30 + 14, 1);
    put32(RSRC + 0x40, 0x409);
    put32(RSRC + 0x44, 0x48);
    put32(RSRC + 0x48, RVA(RSRC) + 0x60);
    put32(RSRC + 0x4c, 0x60);
    strcpy((char *)file + RSRC + 0x60,
           "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\"/>");
    put32(RSRC + 0x4c, (uint32_t)strlen((char *)file + RSRC + 0x60));
}

static const char *folder;

static void finish(const char *name, const char *expected)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.exe", folder, name);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(file, 1, file_size, out) != file_size || fclose(out)) {
        fprintf(stderr, "mkbadpe: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    printf("%s\t%s\n", name, expected);
}

/* One lie: `value` at `offset`. */
struct lie {
    const char *name;
    uint32_t offset;
    uint8_t size;
    uint64_t value;
    const char *expected;
};

#define DAMAGED "refused is damaged"
#define BIG32   0xfffffff0u
#define BIG64   0xfffffffffffffff0ull

static const struct lie lies[] = {
    /* what kind of file it is */
    { "dos-signature", 0, 2, 0x4d5b, "refused is not a Windows program" },
    { "dos-lfanew-0", 0x3c, 4, 0, "refused is a DOS program" },
    { "dos-lfanew-odd", 0x3c, 4, PE + 1, "refused is a DOS program" },
    { "dos-lfanew-end", 0x3c, 4, FILE_SIZE - 4, "refused is a DOS program" },
    { "dos-lfanew-beyond", 0x3c, 4, FILE_SIZE + 0x1000, "refused is a DOS program" },
    { "dos-lfanew-negative", 0x3c, 4, BIG32, "refused is a DOS program" },
    { "pe-signature", PE, 4, 0x4551, "refused is a DOS program" },
    { "pe-ne", PE, 2, 0x454e, "refused is a 16-bit Windows program" },
    { "pe-le", PE, 2, 0x454c, "refused is a driver for old" },
    { "pe-lx", PE, 2, 0x584c, "refused is a driver for old" },
    { "machine-arm64", MACHINE, 2, 0xaa64, "refused for ARM processors" },
    { "machine-arm", MACHINE, 2, 0x1c4, "refused for ARM processors" },
    { "machine-ia64", MACHINE, 2, 0x200, "refused for another kind of processor" },
    { "machine-riscv", MACHINE, 2, 0x5064, "refused for another kind of processor" },
    { "machine-0", MACHINE, 2, 0, "refused " },
    { "characteristics-dll", CHARACTERISTICS, 2, 0x2022, "refused is a DLL" },
    { "characteristics-object", CHARACTERISTICS, 2, 0, DAMAGED },
    { "subsystem-native", SUBSYSTEM, 2, 1, "refused is a Windows driver" },
    { "subsystem-efi", SUBSYSTEM, 2, 10, "refused for another environment" },
    { "subsystem-posix", SUBSYSTEM, 2, 7, "refused for another environment" },
    { "subsystem-999", SUBSYSTEM, 2, 999, "refused for another environment" },
    { "dotnet", DIRECTORY(14), 4, RVA(COM), "refused is a .NET program" },
    /* sizes and counts of headers */
    { "optional-size-0", OPTIONAL_SIZE, 2, 0, DAMAGED },
    { "optional-size-1", OPTIONAL_SIZE, 2, 1, DAMAGED },
    { "optional-size-small", OPTIONAL_SIZE, 2, 100, DAMAGED },
    { "optional-size-large", OPTIONAL_SIZE, 2, 0xffff, DAMAGED },
    { "optional-magic-0", OPTIONAL, 2, 0, DAMAGED },
    { "optional-magic-rom", OPTIONAL, 2, 0x107, DAMAGED },
    { "optional-magic-32", OPTIONAL, 2, 0x10b, "refused " },
    { "section-count-0", SECTION_COUNT, 2, 0, "any" },
    { "section-count-4", SECTION_COUNT, 2, 4, "any" },
    { "section-count-6", SECTION_COUNT, 2, 6, DAMAGED },
    { "section-count-97", SECTION_COUNT, 2, 97, DAMAGED },
    { "section-count-ffff", SECTION_COUNT, 2, 0xffff, DAMAGED },
    { "headers-size-0", HEADERS_SIZE, 4, 0, "any" },
    { "headers-size-small", HEADERS_SIZE, 4, 0x100, "any" },
    { "headers-size-large", HEADERS_SIZE, 4, 0x2000, DAMAGED },
    { "headers-size-huge", HEADERS_SIZE, 4, BIG32, DAMAGED },
    { "image-size-0", IMAGE_SIZE, 4, 0, DAMAGED },
    { "image-size-small", IMAGE_SIZE, 4, 0x5000, DAMAGED },
    { "image-size-odd", IMAGE_SIZE, 4, 0x5001, "any" },
    { "image-size-large", IMAGE_SIZE, 4, 0x7000, "any" },
    { "image-size-1g", IMAGE_SIZE, 4, 0x40000000, "any" },
    { "image-size-negative", IMAGE_SIZE, 4, BIG32, DAMAGED },
    { "section-alignment-0", SECTION_ALIGNMENT, 4, 0, DAMAGED },
    { "section-alignment-3", SECTION_ALIGNMENT, 4, 0x1003, DAMAGED },
    { "section-alignment-200", SECTION_ALIGNMENT, 4, 0x200, "any" },
    { "section-alignment-2m", SECTION_ALIGNMENT, 4, 0x200000, DAMAGED },
    { "section-alignment-huge", SECTION_ALIGNMENT, 4, 0x80000000u, DAMAGED },
    { "file-alignment-0", FILE_ALIGNMENT, 4, 0, DAMAGED },
    { "file-alignment-3", FILE_ALIGNMENT, 4, 3, DAMAGED },
    { "file-alignment-large", FILE_ALIGNMENT, 4, 0x2000, DAMAGED },
    { "base-odd", BASE, 8, IMAGE_BASE + 0x1000, DAMAGED },
    { "base-0", BASE, 8, 0, "any" },
    { "base-kernel", BASE, 8, 0xffff800000000000ull, "any" },
    { "base-top", BASE, 8, 0xffffffffffff0000ull, "any" },
    { "base-limit", BASE, 8, 0x7fffffff0000ull, "any" },
    { "base-user-shared-data", BASE, 8, 0x7ffe0000, "any" },
    { "base-low", BASE, 8, 0x10000, "any" },
    { "entry-0", ENTRY, 4, 0, "any" },
    { "entry-header", ENTRY, 4, 0x80, "any" },
    { "entry-data", ENTRY, 4, RVA(DATA), "any" },
    { "entry-beyond", ENTRY, 4, 0x10000, DAMAGED },
    { "entry-at-end", ENTRY, 4, 0x6000, DAMAGED },
    { "entry-negative", ENTRY, 4, BIG32, DAMAGED },
    { "os-version-99", OS_VERSION, 2, 99, "any" },
    { "subsystem-version-99", SUBSYSTEM_VERSION, 2, 99, "any" },
    { "win32-version", WIN32_VERSION, 4, BIG32, "any" },
    { "checksum", CHECKSUM, 4, 1, "runs" },
    { "loader-flags", LOADER_FLAGS, 4, BIG32, "runs" },
    { "stack-reserve-0", STACK_RESERVE, 8, 0, "any" },
    { "stack-reserve-huge", STACK_RESERVE, 8, BIG64, "any" },
    { "stack-commit-huge", STACK_COMMIT, 8, BIG64, "any" },
    { "stack-commit-1t", STACK_COMMIT, 8, 1ull << 40, "any" },
    { "heap-reserve-huge", HEAP_RESERVE, 8, BIG64, "any" },
    { "heap-commit-huge", HEAP_COMMIT, 8, BIG64, "any" },
    { "directory-count-0", DIRECTORY_COUNT, 4, 0, "any" },
    { "directory-count-17", DIRECTORY_COUNT, 4, 17, "runs" },
    { "directory-count-huge", DIRECTORY_COUNT, 4, BIG32, "any" },
    /* sections */
    { "section-address-0", SECTION(1, ADDRESS), 4, 0, DAMAGED },
    { "section-address-overlap", SECTION(1, ADDRESS), 4, 0x1000, DAMAGED },
    { "section-address-gap", SECTION(4, ADDRESS), 4, 0x6000, DAMAGED },
    { "section-address-odd", SECTION(1, ADDRESS), 4, 0x2100, DAMAGED },
    { "section-address-huge", SECTION(4, ADDRESS), 4, BIG32, DAMAGED },
    { "section-size-0", SECTION(1, VIRTUAL_SIZE), 4, 0, "any" },
    { "section-size-large", SECTION(1, VIRTUAL_SIZE), 4, 0x2000, DAMAGED },
    { "section-size-last-large", SECTION(4, VIRTUAL_SIZE), 4, 0x10000, DAMAGED },
    { "section-size-huge", SECTION(4, VIRTUAL_SIZE), 4, BIG32, DAMAGED },
    { "section-raw-beyond", SECTION(4, RAW_OFFSET), 4, FILE_SIZE, DAMAGED },
    { "section-raw-far", SECTION(4, RAW_OFFSET), 4, BIG32, DAMAGED },
    { "section-raw-odd", SECTION(4, RAW_OFFSET), 4, RSRC + 0x10, "any" },
    { "section-raw-0", SECTION(1, RAW_OFFSET), 4, 0, "any" },
    { "section-raw-size-0", SECTION(1, RAW_SIZE), 4, 0, "any" },
    { "section-raw-size-large", SECTION(1, RAW_SIZE), 4, FILE_SIZE, DAMAGED },
    { "section-raw-size-huge", SECTION(1, RAW_SIZE), 4, BIG32, DAMAGED },
    { "section-not-executable", SECTION(0, FLAGS), 4, 0x40000040, "any" },
    { "section-no-access", SECTION(0, FLAGS), 4, 0x20, "any" },
    { "section-data-no-access", SECTION(2, FLAGS), 4, 0, "any" },
    { "section-data-read-only", SECTION(2, FLAGS), 4, 0x40000040, "runs" },
    { "section-shared", SECTION(1, FLAGS), 4, 0xd0000040, "any" },
    { "section-all-flags", SECTION(1, FLAGS), 4, 0xffffffff, "any" },
    /* imports */
    { "imports-beyond", DIRECTORY(1), 4, 0x10000, "refused " },
    { "imports-negative", DIRECTORY(1), 4, BIG32, "refused " },
    { "imports-at-end", DIRECTORY(1), 4, 0x5ffc, "refused " },
    { "imports-header", DIRECTORY(1), 4, 4, "any" },
    { "imports-size-0", DIRECTORY(1) + 4, 4, 0, "any" },
    { "imports-size-huge", DIRECTORY(1) + 4, 4, BIG32, "any" },
    { "imports-unbounded", IMPORTS + 20, 4, RVA(IMPORT_LOOKUP), "any" },
    { "imports-lookup-0", IMPORTS, 4, 0, "runs" },
    { "imports-lookup-beyond", IMPORTS, 4, 0x20000, "refused " },
    { "imports-name-0", IMPORTS + 12, 4, 0, "any" },
    { "imports-name-beyond", IMPORTS + 12, 4, 0x20000, "refused " },
    { "imports-name-empty", IMPORT_DLL, 1, 0, "refused " },
    { "imports-name-control", IMPORT_DLL, 4, 0x01020304, "refused " },
    { "imports-name-high", IMPORT_DLL, 4, 0xfffefdfc, "refused " },
    { "imports-name-path", IMPORT_DLL, 8, 0x5c2e2e5c2e2e5c2eull, "refused " },
    { "imports-address-0", IMPORTS + 16, 4, 0, "any" },
    { "imports-address-beyond", IMPORTS + 16, 4, 0x20000, "refused " },
    { "imports-address-code", IMPORTS + 16, 4, RVA(TEXT) + 0x80, "any" },
    { "imports-function-beyond", IMPORT_LOOKUP, 8, 0x20000, "refused " },
    { "imports-function-high", IMPORT_LOOKUP, 8, 0x7ffffff0ull, "refused " },
    { "imports-function-empty", IMPORT_NAME + 2, 1, 0, "refused has no function" },
    { "imports-function-unknown", IMPORT_NAME + 2, 2, 0x6262, "refused has no function" },
    { "imports-function-binary", IMPORT_NAME + 2, 4, 0xfffefdfc, "refused has no function" },
    { "imports-ordinal", IMPORT_LOOKUP, 8, 0x800000000000ffffull, "refused has no function" },
    { "imports-endless", IMPORT_LOOKUP + 8, 8, RVA(IMPORT_NAME), "any" },
    { "imports-bound", IMPORTS + 4, 4, 0xffffffff, "runs" },
    { "bound-imports-beyond", DIRECTORY(11), 4, 0x20000, "runs" },
    { "iat-directory", DIRECTORY(12), 4, 0x20000, "runs" },
    { "delay-beyond", DIRECTORY(13), 4, 0x20000, "runs" },
    { "delay-name-beyond", DELAY + 4, 4, 0x20000, "runs" },
    /* exports: nobody asks for them at the start */
    { "exports-beyond", DIRECTORY(0), 4, 0x20000, "runs" },
    { "exports-count-huge", EXPORTS + 20, 4, BIG32, "runs" },
    { "exports-names-huge", EXPORTS + 24, 4, BIG32, "runs" },
    { "exports-functions-beyond", EXPORTS + 28, 4, 0x20000, "runs" },
    { "exports-forwarder-self", EXPORTS + 0x40, 4, RVA(EXPORTS) + 0x60, "runs" },
    /* relocations matter where the base is taken or moved */
    { "reloc-beyond", DIRECTORY(5), 4, 0x20000, "any" },
    { "reloc-size-huge", DIRECTORY(5) + 4, 4, BIG32, "any" },
    { "reloc-none", DIRECTORY(5), 8, 0, "any" },
    { "reloc-block-0", RELOC + 4, 4, 0, "any" },
    { "reloc-block-4", RELOC + 4, 4, 4, "any" },
    { "reloc-block-odd", RELOC + 4, 4, 13, "any" },
    { "reloc-block-huge", RELOC + 4, 4, BIG32, "any" },
    { "reloc-page-beyond", RELOC, 4, 0x20000, "any" },
    { "reloc-page-negative", RELOC, 4, 0xfffff000u, "any" },
    { "reloc-kind-15", RELOC + 8, 2, 0xf100, "any" },
    /* thread-local storage */
    { "tls-beyond", DIRECTORY(9), 4, 0x20000, DAMAGED },
    { "tls-size-0", DIRECTORY(9) + 4, 4, 0, "any" },
    { "tls-start-0", TLS, 8, 0, DAMAGED },
    { "tls-start-after-end", TLS, 8, IMAGE_BASE + RVA(DATA) + 0x40, DAMAGED },
    { "tls-end-far", TLS + 8, 8, IMAGE_BASE + 0x4000000000ull, DAMAGED },
    { "tls-end-beyond", TLS + 8, 8, IMAGE_BASE + 0x100000, DAMAGED },
    { "tls-index-0", TLS + 16, 8, 0, "any" },
    { "tls-index-beyond", TLS + 16, 8, IMAGE_BASE + 0x100000, DAMAGED },
    { "tls-index-code", TLS + 16, 8, IMAGE_BASE + RVA(TEXT) + 0x100, "any" },
    { "tls-callbacks-beyond", TLS + 24, 8, IMAGE_BASE + 0x100000, DAMAGED },
    { "tls-callback-beyond", DATA + 8, 8, IMAGE_BASE + 0x100000, DAMAGED },
    { "tls-callback-low", DATA + 8, 8, 0x1000, DAMAGED },
    { "tls-callbacks-endless", TLS + 24, 8, IMAGE_BASE + 0x5ff8, "any" },
    { "tls-callback-data", DATA + 8, 8, IMAGE_BASE + RVA(DATA), "any" },
    { "tls-zero-fill-huge", TLS + 32, 4, BIG32, "any" },
    { "tls-alignment-15", TLS + 36, 4, 0x00f00000, "any" },
    /* the rest */
    { "load-config-beyond", DIRECTORY(10), 4, 0x20000, DAMAGED },
    { "load-config-size-0", LOAD_CONFIG, 4, 0, "runs" },
    { "load-config-size-huge", LOAD_CONFIG, 4, BIG32, "runs" },
    { "load-config-cookie-beyond", LOAD_CONFIG + 0x58, 8, IMAGE_BASE + 0x100000, "runs" },
    { "load-config-cookie-code", LOAD_CONFIG + 0x58, 8, IMAGE_BASE + RVA(TEXT), "runs" },
    { "exceptions-beyond", DIRECTORY(3), 4, 0x20000, "runs" },
    { "exceptions-size-huge", DIRECTORY(3) + 4, 4, BIG32, "runs" },
    { "debug-beyond", DIRECTORY(6), 4, 0x20000, "runs" },
    { "resources-beyond", DIRECTORY(2), 4, 0x20000, "runs" },
    { "resources-count-huge", RSRC + 12, 4, 0xffffffff, "runs" },
    { "resources-loop", RSRC + 20, 4, 0x80000000, "runs" },
    { "resources-entry-beyond", RSRC + 20, 4, 0x80010000, "runs" },
    { "resources-data-beyond", RSRC + 0x48, 4, 0x20000, "runs" },
    { "resources-size-huge", RSRC + 0x4c, 4, BIG32, "runs" },
    { "manifest-binary", RSRC + 0x61, 4, 0xfffefdfc, "refused manifest is not valid" },
    { "manifest-cut", RSRC + 0x4c, 4, 20, "refused manifest is not valid" },
};

/* A crash at once, with tables that the crash report and the unwinder read. */
static void crashing(const char *name, uint32_t offset, uint32_t value)
{
    good();
    file[TEXT + 4] = 0x0f; /* ud2 */
    file[TEXT + 5] = 0x0b;
    put32(offset, value);
    finish(name, "any");
}

/* The program somewhere else than it asks for. */
static void moved(const char *name, uint32_t offset, uint64_t value, size_t size)
{
    good();
    put64(BASE, 0x7ffe0000);
    for (int i = 0; i < 4; i++)
        put64(TLS + 8 * i, 0x7ffe0000 + RVA(DATA) + (i == 0 ? 0x20 : i == 1 ? 0x28 : i == 2 ? 0 : 8));
    put64(DATA + 8, 0x7ffe0000 + RVA(TEXT) + 0x40);
    put64(LOAD_CONFIG + 0x58, 0);
    if (size)
        put(offset, value, size);
    finish(name, size ? "any" : "runs");
}

/* Sections beyond the last page, within the alignment. */
static void wide_alignment(void)
{
    good();
    put32(SECTION_ALIGNMENT, 0x10000);
    for (int i = 0; i < 5; i++)
        put32(SECTION(i, ADDRESS), 0x10000 * (i + 1u));
    put32(IMAGE_SIZE, 0x51000);
    put32(SECTION(4, VIRTUAL_SIZE), 0x8000);
    finish("section-beyond-last-page", DAMAGED);
}

static void truncated(void)
{
    static const struct {
        size_t size;
        const char *expected;
    } cuts[] = {
        { 0, "refused is not a Windows program" },
        { 1, "refused is not a Windows program" },
        { 2, "refused is a DOS program" },
        { 63, "refused is a DOS program" },
        { 64, "refused is a DOS program" },
        { PE + 3, "refused is a DOS program" },
        { PE + 10, "refused is a DOS program" },
        { OPTIONAL + 10, DAMAGED },
        { OPTIONAL + 200, DAMAGED },
        { SECTIONS + 50, DAMAGED },
        { 0x3ff, DAMAGED },
        { 0x400, DAMAGED },
        { RDATA + 0x40, DAMAGED },
        { FILE_SIZE - 1, DAMAGED },
    };
    for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
        char name[32];
        good();
        file_size = cuts[i].size;
        snprintf(name, sizeof(name), "cut-at-%zu", cuts[i].size);
        finish(name, cuts[i].expected);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: mkbadpe FOLDER\n");
        return 2;
    }
    folder = argv[1];
    good();
    finish("good", "runs");
    for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
        good();
        put(lies[i].offset, lies[i].value, lies[i].size);
        finish(lies[i].name, lies[i].expected);
    }
    truncated();
    wide_alignment();

    good();
    put16(MACHINE, 0x14c);
    put16(OPTIONAL, 0x10b);
    put32(OPTIONAL + 28, 0x400000);
    finish("i386", "refused is a 32-bit program");
    put32(OPTIONAL + 92, 16);
    put32(OPTIONAL + 96 + 8 * 14, RVA(COM));
    finish("i386-dotnet", "refused is a .NET program");

    good(); /* a trailing byte more than the sections need hurts nobody */
    file_size = FILE_SIZE + 1;
    finish("trailing-byte", "runs");

    crashing("crash-good-tables", OPTIONAL + 8, 0);
    crashing("crash-functions-beyond", DIRECTORY(3), 0x20000);
    crashing("crash-functions-end", EXCEPTIONS + 4, BIG32);
    crashing("crash-unwind-beyond", EXCEPTIONS + 8, 0x20000);
    crashing("crash-unwind-chain-self", EXCEPTIONS + 8, RVA(UNWIND) | 1);
    crashing("crash-unwind-codes", UNWIND, 0xffffffff);
    crashing("crash-unwind-chained", UNWIND, 0x00000021);
    crashing("crash-unwind-version", UNWIND, 0x00000007);
    crashing("crash-exports-names", EXPORTS + 24, BIG32);
    crashing("crash-exports-beyond", EXPORTS + 32, 0x20000);
    crashing("crash-symbols", PE + 12, FILE_SIZE - 8);
    crashing("crash-symbols-count", PE + 16, BIG32);

    moved("moved-good", 0, 0, 0);
    moved("moved-reloc-block-0", RELOC + 4, 0, 4);
    moved("moved-reloc-block-4", RELOC + 4, 4, 4);
    moved("moved-reloc-block-odd", RELOC + 4, 13, 4);
    moved("moved-reloc-block-huge", RELOC + 4, BIG32, 4);
    moved("moved-reloc-page-beyond", RELOC, 0x20000, 4);
    moved("moved-reloc-page-negative", RELOC, 0xfffff000u, 4);
    moved("moved-reloc-page-last", RELOC, 0x5000, 4);
    moved("moved-reloc-kind-15", RELOC + 8, 0xf100, 2);
    moved("moved-reloc-kind-4", RELOC + 8, 0x4100, 2);
    moved("moved-reloc-directory-beyond", DIRECTORY(5), 0x20000, 4);
    moved("moved-reloc-directory-size", DIRECTORY(5) + 4, BIG32, 4);
    moved("moved-reloc-directory-code", DIRECTORY(5), RVA(TEXT), 4);
    moved("moved-reloc-none", DIRECTORY(5), 0, 8);
    return 0;
}
