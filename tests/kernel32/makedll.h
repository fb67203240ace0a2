/* SPDX-License-Identifier: MIT */
/*
 * makedll.h: writes small DLLs, so that a test of the loader needs no file besides itself. What is called in such a DLL
 * (DllMain, a TLS callback) jumps to a function of the test.
 *
 * Exports, from ordinal 5: answer (42), badforward (to a function that does not exist), forwarded (to kernel32's
 * GetCurrentProcessId), imported (through the import table), tlsdata (the thread's block), a hole, and ordinal 11 without a
 * name (43).
 */
#ifndef MAKEDLL_H
#define MAKEDLL_H

#define DLL_RVA       0x1000
#define DLL_SIZE      0x1000
#define DLL_TLS_VALUE 0x1234567
#define DLL_ORDINAL   5

struct make_dll {
    BOOL(WINAPI *entry)(HINSTANCE base, DWORD reason, void *reserved);
    VOID(NTAPI *tls_callback)(PVOID base, DWORD reason, PVOID reserved);
    bool tls;
    const char *import_dll, *import_function;
    WORD machine;
};

struct dll_text {
    unsigned char bytes[DLL_SIZE];
    DWORD used;
};

static DWORD dll_put(struct dll_text *text, const void *data, size_t size)
{
    DWORD at = (text->used + 15) & ~15u;

    if (data)
        memcpy(text->bytes + at, data, size);
    text->used = at + (DWORD)size;
    return DLL_RVA + at;
}

static DWORD dll_string(struct dll_text *text, const char *string)
{
    return dll_put(text, string, strlen(string) + 1);
}

static void *dll_at(struct dll_text *text, DWORD rva)
{
    return text->bytes + (rva - DLL_RVA);
}

/* mov rax, target; jmp rax */
static DWORD dll_jump(struct dll_text *text, ULONG_PTR target)
{
    unsigned char code[] = { 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0 };

    memcpy(code + 2, &target, 8);
    return dll_put(text, code, sizeof code);
}

static bool dll_write_file(const WCHAR *path, const void *data, DWORD size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;
    bool done = file != INVALID_HANDLE_VALUE && WriteFile(file, data, size, &written, NULL) && written == size;

    CloseHandle(file);
    return done;
}

static bool make_dll(const WCHAR *path, const struct make_dll *dll)
{
    static const char *const names[] = { "answer", "badforward", "forwarded", "imported", "tlsdata" };
    static unsigned char file[0x200 + DLL_SIZE];
    static const ULONGLONG base = 0x6a0000000;
    IMAGE_DOS_HEADER *dos = (IMAGE_DOS_HEADER *)file;
    IMAGE_NT_HEADERS64 *nt = (IMAGE_NT_HEADERS64 *)(file + sizeof *dos);
    IMAGE_SECTION_HEADER *section = (IMAGE_SECTION_HEADER *)(nt + 1);
    IMAGE_DATA_DIRECTORY *directory = nt->OptionalHeader.DataDirectory;
    IMAGE_EXPORT_DIRECTORY exports = { .Base = DLL_ORDINAL, .NumberOfFunctions = 7, .NumberOfNames = 5 };
    struct dll_text *text = calloc(1, sizeof *text);
    DWORD functions[7] = { 0 }, name_rvas[5], import_thunks = 0, index, start;
    WORD ordinals[5] = { 0, 1, 2, 3, 4 };

    memset(file, 0, sizeof file);
    dos->e_magic = IMAGE_DOS_SIGNATURE;
    dos->e_lfanew = sizeof *dos;
    nt->Signature = IMAGE_NT_SIGNATURE;
    nt->FileHeader.Machine = dll->machine ? dll->machine : IMAGE_FILE_MACHINE_AMD64;
    nt->FileHeader.NumberOfSections = 1;
    nt->FileHeader.SizeOfOptionalHeader = sizeof nt->OptionalHeader;
    nt->FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE | IMAGE_FILE_DLL;
    nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    nt->OptionalHeader.ImageBase = base;
    nt->OptionalHeader.SectionAlignment = 0x1000;
    nt->OptionalHeader.FileAlignment = 0x200;
    nt->OptionalHeader.MajorOperatingSystemVersion = nt->OptionalHeader.MajorSubsystemVersion = 6;
    nt->OptionalHeader.SizeOfImage = DLL_RVA + DLL_SIZE;
    nt->OptionalHeader.SizeOfHeaders = 0x200;
    nt->OptionalHeader.Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;
    nt->OptionalHeader.DllCharacteristics = IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE | IMAGE_DLLCHARACTERISTICS_NX_COMPAT;
    nt->OptionalHeader.NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    memcpy(section->Name, ".all", 5);
    section->Misc.VirtualSize = section->SizeOfRawData = DLL_SIZE;
    section->VirtualAddress = DLL_RVA;
    section->PointerToRawData = 0x200;
    section->Characteristics = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE;

    functions[0] = dll_put(text, "\xb8\x2a\0\0\0\xc3", 6);
    functions[6] = dll_put(text, "\xb8\x2b\0\0\0\xc3", 6);
    if (dll->entry)
        nt->OptionalHeader.AddressOfEntryPoint = dll_jump(text, (ULONG_PTR)dll->entry);
    if (dll->import_dll) {
        IMAGE_IMPORT_DESCRIPTOR imports[2] = { 0 };
        unsigned char name[64] = { 0 }, jump[6] = { 0xff, 0x25 };
        ULONGLONG thunks[2] = { 0 };
        DWORD distance;

        strcpy((char *)name + 2, dll->import_function);
        thunks[0] = dll_put(text, name, sizeof name);
        imports[0].OriginalFirstThunk = dll_put(text, thunks, sizeof thunks);
        imports[0].FirstThunk = import_thunks = dll_put(text, thunks, sizeof thunks);
        imports[0].Name = dll_string(text, dll->import_dll);
        directory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress = dll_put(text, imports, sizeof imports);
        directory[IMAGE_DIRECTORY_ENTRY_IMPORT].Size = sizeof imports;
        functions[3] = dll_put(text, jump, sizeof jump);
        distance = import_thunks - (functions[3] + 6);
        memcpy((char *)dll_at(text, functions[3]) + 2, &distance, 4);
    }
    if (dll->tls) {
        /* mov eax, [index]; mov rcx, gs:[0x58]; mov rax, [rcx + rax * 8]; ret */
        unsigned char code[] = { 0x8b, 0x05, 0, 0, 0, 0,    0x65, 0x48, 0x8b, 0x0c,
                                 0x25, 0x58, 0, 0, 0, 0x48, 0x8b, 0x04, 0xc1, 0xc3 };
        ULONGLONG callbacks[2] = { 0 };
        DWORD value = DLL_TLS_VALUE, data = dll_put(text, &value, 4), distance;
        IMAGE_TLS_DIRECTORY64 tls = { base + data, base + data + 4, 0, 0, 4, 0 };
        WORD fixups[16];

        index = dll_put(text, NULL, 4);
        tls.AddressOfIndex = base + index;
        if (dll->tls_callback)
            callbacks[0] = base + dll_jump(text, (ULONG_PTR)dll->tls_callback);
        start = dll_put(text, callbacks, sizeof callbacks);
        tls.AddressOfCallBacks = base + start;
        directory[IMAGE_DIRECTORY_ENTRY_TLS].VirtualAddress = dll_put(text, &tls, sizeof tls);
        directory[IMAGE_DIRECTORY_ENTRY_TLS].Size = sizeof tls;
        functions[4] = dll_put(text, code, sizeof code);
        distance = index - (functions[4] + 6);
        memcpy((char *)dll_at(text, functions[4]) + 2, &distance, 4);
        /* one block of relocations: the four addresses in the directory, and the callback's */
        memset(fixups, 0, sizeof fixups);
        *(DWORD *)fixups = DLL_RVA;
        *((DWORD *)fixups + 1) = sizeof fixups;
        for (WORD i = 0; i < 4; i++)
            fixups[4 + i] = (WORD)(0xa000 | ((directory[IMAGE_DIRECTORY_ENTRY_TLS].VirtualAddress - DLL_RVA) + 8 * i));
        if (dll->tls_callback)
            fixups[8] = (WORD)(0xa000 | (start - DLL_RVA));
        directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].VirtualAddress = dll_put(text, fixups, sizeof fixups);
        directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size = sizeof fixups;
    } else {
        WORD fixups[6] = { 0 };

        *(DWORD *)fixups = DLL_RVA;
        *((DWORD *)fixups + 1) = sizeof fixups;
        directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].VirtualAddress = dll_put(text, fixups, sizeof fixups);
        directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size = sizeof fixups;
    }

    /* forwarders are known by lying in the export directory */
    start = dll_put(text, &exports, sizeof exports);
    functions[1] = dll_string(text, "KERNEL32.TransomNoSuchFunction");
    functions[2] = dll_string(text, "KERNEL32.GetCurrentProcessId");
    for (int i = 0; i < 5; i++)
        name_rvas[i] = dll_string(text, names[i]);
    exports.Name = dll_string(text, "made.dll");
    exports.AddressOfFunctions = dll_put(text, functions, sizeof functions);
    exports.AddressOfNames = dll_put(text, name_rvas, sizeof name_rvas);
    exports.AddressOfNameOrdinals = dll_put(text, ordinals, sizeof ordinals);
    memcpy(dll_at(text, start), &exports, sizeof exports);
    directory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress = start;
    directory[IMAGE_DIRECTORY_ENTRY_EXPORT].Size = DLL_RVA + text->used - start;

    memcpy(file + 0x200, text->bytes, DLL_SIZE);
    free(text);
    return dll_write_file(path, file, sizeof file);
}

#endif
