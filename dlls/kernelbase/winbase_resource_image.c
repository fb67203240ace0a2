/* SPDX-License-Identifier: MIT */
/*
 * winbase_resource_image.c: the resources of an image file: reading them as a tree, and writing the tree back.
 *
 * The section of the resources is rewritten where it is. What follows it in the file moves, and so do, when it grows beyond
 * its room in memory, the base relocations, which nothing in an image refers to. Where something else follows, or shares the
 * section, a new section at the end takes the resources. Data behind the sections (symbols, signatures, what installers
 * append) is kept.
 */
#include "resource_update.h"

#define MAXIMUM_SIZE 0x7fff0000

static SIZE_T align(SIZE_T value, SIZE_T alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* --- the headers, which are looked up anew after each change of the file's data --- */

struct headers {
    IMAGE_NT_HEADERS32 *nt; /* the file header and most of the optional header are the same with 64 bits */
    IMAGE_DATA_DIRECTORY *directories;
    DWORD directory_count;
    IMAGE_SECTION_HEADER *sections;
    UINT section_count;
};

static BOOL get_headers(const struct resource_image *image, struct headers *headers)
{
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)image->data;
    SIZE_T at, optional_size, sections_end;
    DWORD *count;

    if (image->size < sizeof(*dos) || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0)
        return fail(ERROR_BAD_EXE_FORMAT);
    at = dos->e_lfanew;
    if (at > image->size || image->size - at < sizeof(IMAGE_NT_HEADERS64))
        return fail(ERROR_BAD_EXE_FORMAT);
    headers->nt = (IMAGE_NT_HEADERS32 *)(image->data + at);
    optional_size = headers->nt->FileHeader.SizeOfOptionalHeader;
    if (headers->nt->Signature != IMAGE_NT_SIGNATURE)
        return fail(ERROR_BAD_EXE_FORMAT);
    if (headers->nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        IMAGE_OPTIONAL_HEADER64 *optional = (IMAGE_OPTIONAL_HEADER64 *)&headers->nt->OptionalHeader;

        headers->directories = optional->DataDirectory;
        count = &optional->NumberOfRvaAndSizes;
    } else if (headers->nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC) {
        headers->directories = headers->nt->OptionalHeader.DataDirectory;
        count = &headers->nt->OptionalHeader.NumberOfRvaAndSizes;
    } else
        return fail(ERROR_BAD_EXE_FORMAT);
    headers->directory_count = min(*count, IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
    headers->sections = (IMAGE_SECTION_HEADER *)((BYTE *)&headers->nt->OptionalHeader + optional_size);
    headers->section_count = headers->nt->FileHeader.NumberOfSections;
    sections_end = (BYTE *)(headers->sections + headers->section_count) - image->data;
    if ((BYTE *)(headers->directories + headers->directory_count) > (BYTE *)headers->sections ||
        headers->directory_count <= IMAGE_DIRECTORY_ENTRY_RESOURCE || sections_end > image->size ||
        !headers->section_count)
        return fail(ERROR_BAD_EXE_FORMAT);
    for (UINT i = 0; i < headers->section_count; i++) {
        const IMAGE_SECTION_HEADER *section = &headers->sections[i];

        if (section->SizeOfRawData && (section->PointerToRawData > image->size ||
                                       section->SizeOfRawData > image->size - section->PointerToRawData))
            return fail(ERROR_BAD_EXE_FORMAT);
    }
    return TRUE;
}

static DWORD section_span(const IMAGE_SECTION_HEADER *section)
{
    return max(section->Misc.VirtualSize, section->SizeOfRawData);
}

static IMAGE_SECTION_HEADER *section_of(const struct headers *headers, DWORD rva)
{
    for (UINT i = 0; i < headers->section_count; i++) {
        IMAGE_SECTION_HEADER *section = &headers->sections[i];

        if (rva >= section->VirtualAddress && rva - section->VirtualAddress < section_span(section))
            return section;
    }
    return NULL;
}

/* The bytes at an address of which the file has at least `size`. */
static BYTE *at_rva(const struct resource_image *image, const struct headers *headers, DWORD rva, DWORD size)
{
    const IMAGE_SECTION_HEADER *section = section_of(headers, rva);
    DWORD offset;

    if (!section)
        return NULL;
    offset = rva - section->VirtualAddress;
    if (offset > section->SizeOfRawData || size > section->SizeOfRawData - offset)
        return NULL;
    return image->data + section->PointerToRawData + offset;
}

/* --- opening --- */

BOOL resource_image_open(struct resource_image *image, const WCHAR *name)
{
    struct headers headers;
    LARGE_INTEGER size;
    DWORD read, error;

    memset(image, 0, sizeof(*image));
    image->file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (image->file == INVALID_HANDLE_VALUE)
        return FALSE;
    if (GetFileSizeEx(image->file, &size)) {
        if (size.QuadPart > MAXIMUM_SIZE)
            SetLastError(ERROR_FILE_TOO_LARGE);
        else if (!(image->data = kb_alloc(max(size.QuadPart, 1))))
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        else if (ReadFile(image->file, image->data, size.QuadPart, &read, NULL)) {
            image->size = read;
            if (get_headers(image, &headers))
                return TRUE;
        }
    }
    error = GetLastError();
    resource_image_close(image);
    return fail(error);
}

void resource_image_close(struct resource_image *image)
{
    NtClose(image->file);
    kb_free(image->data);
}

/* --- reading --- */

/* The directories' bytes: offsets in them are relative to their beginning. */
struct tree {
    const struct resource_image *image;
    const struct headers *headers;
    const BYTE *base;
    SIZE_T size;
};

static BOOL read_name(const struct tree *tree, DWORD offset, struct resource_key *key)
{
    USHORT length;

    if (offset > tree->size || tree->size - offset < sizeof(length))
        return fail(ERROR_BAD_EXE_FORMAT);
    memcpy(&length, tree->base + offset, sizeof(length));
    offset += sizeof(length);
    if (!length || tree->size - offset < length * sizeof(WCHAR))
        return fail(ERROR_BAD_EXE_FORMAT);
    if (!(key->name = kb_alloc(length * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(key->name, tree->base + offset, length * sizeof(WCHAR));
    key->length = length;
    return TRUE;
}

static BOOL read_data(const struct tree *tree, DWORD offset, struct resource_node *node)
{
    IMAGE_RESOURCE_DATA_ENTRY entry;

    if (offset > tree->size || tree->size - offset < sizeof(entry))
        return fail(ERROR_BAD_EXE_FORMAT);
    memcpy(&entry, tree->base + offset, sizeof(entry));
    node->original = at_rva(tree->image, tree->headers, entry.OffsetToData, entry.Size);
    if (!node->original)
        return fail(ERROR_BAD_EXE_FORMAT);
    node->size = entry.Size;
    node->code_page = entry.CodePage;
    return TRUE;
}

static BOOL read_directory(const struct tree *tree, DWORD offset, unsigned level, struct resource_node *node)
{
    IMAGE_RESOURCE_DIRECTORY directory;
    UINT count, i;

    if (offset > tree->size || tree->size - offset < sizeof(directory))
        return fail(ERROR_BAD_EXE_FORMAT);
    memcpy(&directory, tree->base + offset, sizeof(directory));
    offset += sizeof(directory);
    count = directory.NumberOfNamedEntries + directory.NumberOfIdEntries;
    if ((tree->size - offset) / sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY) < count)
        return fail(ERROR_BAD_EXE_FORMAT);
    for (i = 0; i < count; i++) {
        IMAGE_RESOURCE_DIRECTORY_ENTRY entry;
        struct resource_key key = { 0 };
        struct resource_node *child;

        memcpy(&entry, tree->base + offset + i * sizeof(entry), sizeof(entry));
        key.number = entry.Id;
        if (entry.NameIsString && !read_name(tree, entry.NameOffset, &key))
            return FALSE;
        if (!(child = resource_child(node, &key)))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        /* Exactly the last level has data. */
        if (!entry.DataIsDirectory != (level == RESOURCE_LEVELS - 1))
            return fail(ERROR_BAD_EXE_FORMAT);
        if (entry.DataIsDirectory ? !read_directory(tree, entry.OffsetToDirectory, level + 1, child)
                                  : !read_data(tree, entry.OffsetToData, child))
            return FALSE;
    }
    return TRUE;
}

BOOL resource_image_read(struct resource_image *image, struct resource_node *root)
{
    const IMAGE_SECTION_HEADER *section;
    struct headers headers;
    struct tree tree = { image, &headers, NULL, 0 };
    DWORD rva;

    if (!get_headers(image, &headers))
        return FALSE;
    rva = headers.directories[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress;
    if (!rva)
        return TRUE; /* it has none yet */
    section = section_of(&headers, rva);
    tree.base = at_rva(image, &headers, rva, 0);
    if (!section || !tree.base)
        return fail(ERROR_BAD_EXE_FORMAT);
    tree.size = section->SizeOfRawData - (rva - section->VirtualAddress);
    return read_directory(&tree, 0, 0, root);
}

/* --- the tree as bytes --- */

/* Directories, then names, then data entries, then data: what each part takes, and where in it the next goes. */
struct layout {
    SIZE_T directories, names, entries, data, size;
    SIZE_T directory_at, name_at, entry_at, data_at;
    DWORD rva;
    BYTE *bytes;
};

static void measure(const struct resource_node *node, unsigned level, struct layout *layout)
{
    if (node->key.name)
        layout->names += sizeof(USHORT) + node->key.length * sizeof(WCHAR);
    if (level == RESOURCE_LEVELS) {
        layout->entries += sizeof(IMAGE_RESOURCE_DATA_ENTRY);
        layout->data += align(node->size, 8);
        return;
    }
    layout->directories += sizeof(IMAGE_RESOURCE_DIRECTORY) + node->count * sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY);
    for (UINT i = 0; i < node->count; i++)
        measure(&node->children[i], level + 1, layout);
}

static DWORD put_name(const struct resource_key *key, struct layout *layout)
{
    BYTE *at = layout->bytes + layout->name_at;

    memcpy(at, &key->length, sizeof(key->length));
    memcpy(at + sizeof(key->length), key->name, key->length * sizeof(WCHAR));
    layout->name_at += sizeof(key->length) + key->length * sizeof(WCHAR);
    return at - layout->bytes;
}

static DWORD put_data(const struct resource_node *node, struct layout *layout)
{
    IMAGE_RESOURCE_DATA_ENTRY entry = { layout->rva + layout->data_at, node->size, node->code_page, 0 };
    DWORD offset = layout->entry_at;

    memcpy(layout->bytes + layout->data_at, node->data ? node->data : node->original, node->size);
    layout->data_at += align(node->size, 8);
    memcpy(layout->bytes + offset, &entry, sizeof(entry));
    layout->entry_at += sizeof(entry);
    return offset;
}

static DWORD put_directory(const struct resource_node *node, unsigned level, struct layout *layout)
{
    IMAGE_RESOURCE_DIRECTORY *directory = (IMAGE_RESOURCE_DIRECTORY *)(layout->bytes + layout->directory_at);
    IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = (IMAGE_RESOURCE_DIRECTORY_ENTRY *)(directory + 1);
    DWORD offset = layout->directory_at;

    layout->directory_at += sizeof(*directory) + node->count * sizeof(*entries);
    for (UINT i = 0; i < node->count; i++) {
        const struct resource_node *child = &node->children[i];

        if (child->key.name) {
            directory->NumberOfNamedEntries++;
            entries[i].Name = IMAGE_RESOURCE_NAME_IS_STRING | put_name(&child->key, layout);
        } else {
            directory->NumberOfIdEntries++;
            entries[i].Name = child->key.number;
        }
        entries[i].OffsetToData = level + 1 == RESOURCE_LEVELS
                                      ? put_data(child, layout)
                                      : IMAGE_RESOURCE_DATA_IS_DIRECTORY | put_directory(child, level + 1, layout);
    }
    return offset;
}

/* The section's content for this address; its size is known before, by measure(). */
static BYTE *serialise(const struct resource_node *root, struct layout *layout, DWORD rva)
{
    layout->rva = rva;
    layout->bytes = kb_alloc_zeroed(max(layout->size, 1));
    if (!layout->bytes)
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    layout->directory_at = 0;
    layout->name_at = layout->directories;
    layout->entry_at = align(layout->name_at + layout->names, 4);
    layout->data_at = align(layout->entry_at + layout->entries, 8);
    put_directory(root, 0, layout);
    return layout->bytes;
}

/* --- where it goes --- */

/* Do other parts of the image lie in this section? Packers put imports beside the resources. */
static BOOL is_shared(const struct headers *headers, const IMAGE_SECTION_HEADER *section)
{
    for (DWORD i = 0; i < headers->directory_count; i++) {
        DWORD rva = headers->directories[i].VirtualAddress;

        if (i != IMAGE_DIRECTORY_ENTRY_RESOURCE && i != IMAGE_DIRECTORY_ENTRY_SECURITY && rva &&
            section_of(headers, rva) == section)
            return TRUE;
    }
    return section_of(headers, headers->nt->OptionalHeader.AddressOfEntryPoint) == section;
}

/* Does only the section of base relocations follow in memory? */
static BOOL may_move_followers(const struct headers *headers, const IMAGE_SECTION_HEADER *section)
{
    DWORD reloc = headers->directory_count > IMAGE_DIRECTORY_ENTRY_BASERELOC
                      ? headers->directories[IMAGE_DIRECTORY_ENTRY_BASERELOC].VirtualAddress
                      : 0;

    for (UINT i = 0; i < headers->section_count; i++) {
        const IMAGE_SECTION_HEADER *other = &headers->sections[i];

        if (other->VirtualAddress > section->VirtualAddress && (!reloc || section_of(headers, reloc) != other))
            return FALSE;
    }
    return TRUE;
}

static DWORD image_end(const struct headers *headers)
{
    DWORD end = 0;

    for (UINT i = 0; i < headers->section_count; i++)
        end = max(end, headers->sections[i].VirtualAddress + section_span(&headers->sections[i]));
    return align(end, headers->nt->OptionalHeader.SectionAlignment);
}

/* A header for one more section, behind the others; NULL if there is no room for it. */
static IMAGE_SECTION_HEADER *add_section(struct resource_image *image, struct headers *headers)
{
    IMAGE_SECTION_HEADER *section = headers->sections + headers->section_count;
    SIZE_T end = (BYTE *)(section + 1) - image->data, first = headers->nt->OptionalHeader.SizeOfHeaders;
    DWORD address = image_end(headers);
    IMAGE_DATA_DIRECTORY *bound = headers->directory_count > IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT
                                      ? &headers->directories[IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT]
                                      : NULL;
    SIZE_T raw = 0;

    for (UINT i = 0; i < headers->section_count; i++) {
        const IMAGE_SECTION_HEADER *other = &headers->sections[i];

        if (other->SizeOfRawData) {
            first = min(first, other->PointerToRawData);
            raw = max(raw, (SIZE_T)other->PointerToRawData + other->SizeOfRawData);
        }
    }
    if (end > first)
        return fail_null(ERROR_NOT_SUPPORTED);
    /* Bound imports lie behind the section headers. They are only a cache. */
    if (bound && bound->VirtualAddress && bound->VirtualAddress < end)
        memset(bound, 0, sizeof(*bound));
    memset(section, 0, sizeof(*section));
    memcpy(section->Name, ".rsrc", 5);
    section->VirtualAddress = address;
    section->PointerToRawData = align(raw, headers->nt->OptionalHeader.FileAlignment);
    section->Characteristics = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
    headers->nt->FileHeader.NumberOfSections++;
    headers->section_count++;
    return section;
}

/* Everything behind `from` in the file moves by `delta`: what says where it is. */
static void move_file_offsets(struct headers *headers, DWORD from, LONG delta)
{
    IMAGE_FILE_HEADER *file = &headers->nt->FileHeader;

    for (UINT i = 0; i < headers->section_count; i++) {
        IMAGE_SECTION_HEADER *section = &headers->sections[i];

        if (section->SizeOfRawData && section->PointerToRawData >= from)
            section->PointerToRawData += delta;
        if (section->PointerToRelocations >= from)
            section->PointerToRelocations += delta;
        if (section->PointerToLinenumbers >= from)
            section->PointerToLinenumbers += delta;
    }
    if (file->PointerToSymbolTable >= from)
        file->PointerToSymbolTable += delta;
    if (headers->directory_count > IMAGE_DIRECTORY_ENTRY_SECURITY &&
        headers->directories[IMAGE_DIRECTORY_ENTRY_SECURITY].VirtualAddress >= from)
        headers->directories[IMAGE_DIRECTORY_ENTRY_SECURITY].VirtualAddress += delta;
}

/* Debug directories know both the address and the place in the file of their data. */
static void move_debug_data(struct resource_image *image, struct headers *headers, DWORD from, LONG delta)
{
    IMAGE_DATA_DIRECTORY *directory;
    IMAGE_DEBUG_DIRECTORY *debug;

    if (headers->directory_count <= IMAGE_DIRECTORY_ENTRY_DEBUG)
        return;
    directory = &headers->directories[IMAGE_DIRECTORY_ENTRY_DEBUG];
    if (!directory->VirtualAddress)
        return;
    debug = (IMAGE_DEBUG_DIRECTORY *)at_rva(image, headers, directory->VirtualAddress, directory->Size);
    for (DWORD i = 0; debug && i < directory->Size / sizeof(*debug); i++)
        if (debug[i].PointerToRawData >= from)
            debug[i].PointerToRawData += delta;
}

/* The sections behind the resources in memory (the relocations) make room. */
static void move_addresses(struct headers *headers, DWORD from, DWORD delta)
{
    for (UINT i = 0; i < headers->section_count; i++)
        if (headers->sections[i].VirtualAddress > from)
            headers->sections[i].VirtualAddress += delta;
    for (DWORD i = 0; i < headers->directory_count; i++)
        if (i != IMAGE_DIRECTORY_ENTRY_SECURITY && headers->directories[i].VirtualAddress > from &&
            i != IMAGE_DIRECTORY_ENTRY_RESOURCE)
            headers->directories[i].VirtualAddress += delta;
}

/* The sum that CheckSumMappedFile documents: 16-bit words with carry, the field itself left out, plus the size. */
static DWORD checksum(const BYTE *data, SIZE_T size, SIZE_T field)
{
    ULONGLONG sum = 0;
    SIZE_T i;

    for (i = 0; i + 1 < size; i += 2)
        if (i != field && i != field + 2)
            sum += data[i] | data[i + 1] << 8;
    if (i < size)
        sum += data[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum + size;
}

/* Replaces the section's bytes in the file's image in memory, and everything that depends on their place and size. */
static BOOL replace_section(struct resource_image *image, struct headers *headers, IMAGE_SECTION_HEADER *section,
                            const struct layout *layout)
{
    IMAGE_OPTIONAL_HEADER32 *optional = &headers->nt->OptionalHeader;
    DWORD raw_size = align(layout->size, optional->FileAlignment), old_size = section->SizeOfRawData;
    SIZE_T start = section->PointerToRawData, old_end = start + old_size, tail, new_size, field;
    LONG delta = (LONG)(raw_size - old_size);
    BYTE *data;

    old_end = min(old_end, image->size);
    tail = image->size - old_end;
    new_size = start + raw_size + tail;
    if (new_size > MAXIMUM_SIZE)
        return fail(ERROR_FILE_TOO_LARGE);
    section->SizeOfRawData = raw_size;
    section->Misc.VirtualSize = layout->size;
    optional->SizeOfInitializedData += delta;
    optional->SizeOfImage = image_end(headers);
    headers->directories[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress = layout->rva;
    headers->directories[IMAGE_DIRECTORY_ENTRY_RESOURCE].Size = layout->size;
    if (!(data = kb_alloc_zeroed(new_size)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(data, image->data, min(start, image->size));
    memcpy(data + start, layout->bytes, layout->size);
    memcpy(data + start + raw_size, image->data + old_end, tail);
    field = (BYTE *)&optional->CheckSum - image->data;
    if (optional->CheckSum) {
        DWORD sum = checksum(data, new_size, field);

        memcpy(data + field, &sum, sizeof(sum));
    }
    kb_free(image->data);
    image->data = data;
    image->size = new_size;
    return TRUE;
}

/* Finds or makes the section, moves what is in its way, and puts the resources there. */
static BOOL place(struct resource_image *image, struct headers *headers, const struct resource_node *root,
                  struct layout *layout)
{
    DWORD rva = headers->directories[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress, room, raw_size;
    IMAGE_SECTION_HEADER *section = rva ? section_of(headers, rva) : NULL;
    DWORD alignment = headers->nt->OptionalHeader.SectionAlignment;
    BOOL result;

    if (section && (section->VirtualAddress != rva || is_shared(headers, section)))
        section = NULL;
    if (section) {
        DWORD next = MAXDWORD;

        for (UINT i = 0; i < headers->section_count; i++)
            if (headers->sections[i].VirtualAddress > rva)
                next = min(next, headers->sections[i].VirtualAddress);
        room = next - rva;
        if (layout->size > room) {
            if (may_move_followers(headers, section))
                move_addresses(headers, rva, align(layout->size, alignment) - room);
            else
                section = NULL;
        }
    }
    if (section) {
        /* Debug data is found by its address: before anything of the file's places changes. */
        raw_size = align(layout->size, headers->nt->OptionalHeader.FileAlignment);
        move_debug_data(image, headers, section->PointerToRawData + section->SizeOfRawData,
                        (LONG)(raw_size - section->SizeOfRawData));
        move_file_offsets(headers, section->PointerToRawData + section->SizeOfRawData,
                          (LONG)(raw_size - section->SizeOfRawData));
    } else {
        if (!(section = add_section(image, headers)))
            return FALSE;
        raw_size = align(layout->size, headers->nt->OptionalHeader.FileAlignment);
        move_debug_data(image, headers, section->PointerToRawData, raw_size);
        move_file_offsets(headers, section->PointerToRawData, raw_size); /* not itself: it has no size yet */
    }
    if (!serialise(root, layout, section->VirtualAddress))
        return FALSE;
    result = replace_section(image, headers, section, layout);
    kb_free(layout->bytes);
    return result;
}

BOOL resource_image_write(struct resource_image *image, struct resource_node *root)
{
    LARGE_INTEGER zero = { .QuadPart = 0 };
    struct layout layout = { 0 };
    struct headers headers;
    DWORD written;

    if (!get_headers(image, &headers))
        return FALSE;
    if (headers.nt->OptionalHeader.FileAlignment & (headers.nt->OptionalHeader.FileAlignment - 1) ||
        headers.nt->OptionalHeader.SectionAlignment & (headers.nt->OptionalHeader.SectionAlignment - 1) ||
        !headers.nt->OptionalHeader.FileAlignment || !headers.nt->OptionalHeader.SectionAlignment)
        return fail(ERROR_BAD_EXE_FORMAT);
    measure(root, 0, &layout);
    layout.size = align(align(layout.directories + layout.names, 4) + layout.entries, 8) + layout.data;
    if (layout.size > MAXIMUM_SIZE)
        return fail(ERROR_FILE_TOO_LARGE);
    if (!place(image, &headers, root, &layout))
        return FALSE;
    return SetFilePointerEx(image->file, zero, NULL, FILE_BEGIN) &&
           WriteFile(image->file, image->data, image->size, &written, NULL) && SetEndOfFile(image->file);
}
