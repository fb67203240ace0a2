/* SPDX-License-Identifier: MIT */
/*
 * DLLs whose tables lead nowhere: what is asked of them fails, nothing crashes. Microsoft's documentation promises nothing
 * here ("PE Format" says what the fields mean), so only that is claimed.
 */
#include "../test.h"
#include "makedll.h"
#include <winternl.h>

static WCHAR folder[MAX_PATH];

static const WCHAR *in_folder(const WCHAR *name)
{
    static WCHAR path[MAX_PATH];

    swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    return path;
}

/* ---- a DLL of makedll.h, changed here and there ---- */

static unsigned char image[0x200 + DLL_SIZE];

static void *rva(DWORD at)
{
    return image + (at - DLL_RVA) + 0x200;
}

static IMAGE_NT_HEADERS64 *headers(void)
{
    return (IMAGE_NT_HEADERS64 *)(image + sizeof(IMAGE_DOS_HEADER));
}

static IMAGE_DATA_DIRECTORY *directory(int which)
{
    return &headers()->OptionalHeader.DataDirectory[which];
}

static IMAGE_EXPORT_DIRECTORY *exports(void)
{
    return rva(directory(IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress);
}

static DWORD *functions(void)
{
    return rva(exports()->AddressOfFunctions);
}

static DWORD *names(void)
{
    return rva(exports()->AddressOfNames);
}

static void read_dll(const struct make_dll *dll)
{
    const WCHAR *path = in_folder(L"good.dll");
    DWORD got;
    HANDLE file;

    make_dll(path, dll);
    file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(ReadFile(file, image, sizeof image, &got, NULL) && got == sizeof image, "error %lu", GetLastError());
    CloseHandle(file);
}

static HMODULE load(void)
{
    const WCHAR *path = in_folder(L"damaged.dll");
    HMODULE module;

    ok(dll_write_file(path, image, sizeof image), "error %lu", GetLastError());
    module = LoadLibraryW(path);
    return module;
}

static const struct make_dll plain = { 0 };

/* ---- exports ---- */

#define FAR_AWAY 0x7ff00000

static void test_export(const char *what, bool by_name, bool by_ordinal)
{
    HMODULE module = load();
    int (*function)(void);

    ok(module != NULL, "%s: error %lu", what, GetLastError());
    if (!module)
        return;
    function = (void *)GetProcAddress(module, "answer");
    ok(!function == !by_name, "%s: answer is %p", what, (void *)function);
    if (function && by_name)
        ok_int(function(), 42);
    function = (void *)GetProcAddress(module, (char *)11);
    ok(!function == !by_ordinal, "%s: ordinal 11 is %p", what, (void *)function);
    if (function && by_ordinal)
        ok_int(function(), 43);
    GetProcAddress(module, "no such function");
    GetProcAddress(module, "zzz");
    FreeLibrary(module);
}

static void test_exports(void)
{
    read_dll(&plain);
    test_export("good", true, true);

    directory(IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress = FAR_AWAY;
    test_export("directory", false, false);
    read_dll(&plain);
    exports()->AddressOfNames = FAR_AWAY;
    test_export("names", false, true);
    read_dll(&plain);
    names()[0] = FAR_AWAY;
    test_export("name", false, true);
    read_dll(&plain);
    exports()->AddressOfNameOrdinals = FAR_AWAY;
    test_export("ordinals", false, true);
    read_dll(&plain);
    exports()->AddressOfFunctions = FAR_AWAY;
    test_export("functions", false, false);
    read_dll(&plain);
    functions()[0] = FAR_AWAY;
    test_export("function", false, true);
    read_dll(&plain);
    exports()->NumberOfNames = 0xfffffff0;
    test_export("number of names", true, true);
    read_dll(&plain);
    exports()->NumberOfFunctions = exports()->Base = 0xfffffff0;
    test_export("number of functions", true, false);
}

static void test_forwarders(void)
{
    HMODULE module;

    read_dll(&plain);
    strcpy(rva(functions()[2]), "damaged.forwarded"); /* in a circle */
    strcpy(rva(functions()[1]), "no dot");
    module = load();
    ok(!GetProcAddress(module, "forwarded"), "found");
    ok(!GetProcAddress(module, "badforward"), "found");
    FreeLibrary(module);

    read_dll(&plain);
    strcpy(rva(functions()[2]), "no-such-dll-anywhere.f");
    strcpy(rva(functions()[1]), ".");
    module = load();
    ok(!GetProcAddress(module, "forwarded"), "found");
    ok(!GetProcAddress(module, "badforward"), "found");
    FreeLibrary(module);

    read_dll(&plain); /* without an end before the image's */
    directory(IMAGE_DIRECTORY_ENTRY_EXPORT)->Size = FAR_AWAY;
    functions()[2] = DLL_RVA + DLL_SIZE - 1;
    image[sizeof image - 1] = 'x';
    module = load();
    ok(!GetProcAddress(module, "forwarded"), "found");
    FreeLibrary(module);
}

/* A DLL that imports from a damaged one is not loaded. */
static void test_importer(void)
{
    const struct make_dll importer = { .import_dll = "damaged.dll", .import_function = "answer" };
    HMODULE module;

    make_dll(in_folder(L"importer.dll"), &importer);
    read_dll(&plain);
    exports()->AddressOfNames = FAR_AWAY;
    dll_write_file(in_folder(L"damaged.dll"), image, sizeof image);
    module = LoadLibraryExW(in_folder(L"importer.dll"), NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    ok(!module, "loaded");
    ok(!GetModuleHandleW(L"damaged.dll"), "it stays");

    read_dll(&plain);
    dll_write_file(in_folder(L"damaged.dll"), image, sizeof image);
    module = LoadLibraryExW(in_folder(L"importer.dll"), NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    ok(module != NULL, "error %lu", GetLastError());
    FreeLibrary(module);
}

/* ---- what is called ---- */

static BOOL WINAPI entry(HINSTANCE base, DWORD reason, void *reserved)
{
    (void)base, (void)reason, (void)reserved;
    return TRUE;
}

static LONG callbacks;
static VOID NTAPI callback(PVOID base, DWORD reason, PVOID reserved)
{
    (void)base, (void)reason, (void)reserved;
    callbacks++;
}

static void refused(const char *what)
{
    HMODULE module = load();

    ok(!module, "%s: loaded", what);
    ok(module || GetLastError() == ERROR_BAD_EXE_FORMAT, "%s: error %lu", what, GetLastError());
}

static void test_calls(void)
{
    const struct make_dll with_entry = { .entry = entry }, with_tls = { .tls = true, .tls_callback = callback };
    IMAGE_TLS_DIRECTORY64 *tls;
    ULONGLONG base;

    read_dll(&with_entry);
    headers()->OptionalHeader.AddressOfEntryPoint = FAR_AWAY;
    refused("entry point");
    read_dll(&with_entry);
    headers()->OptionalHeader.AddressOfEntryPoint = headers()->OptionalHeader.SizeOfImage;
    refused("entry point at the end");

    read_dll(&with_tls);
    base = headers()->OptionalHeader.ImageBase;
    directory(IMAGE_DIRECTORY_ENTRY_TLS)->VirtualAddress = FAR_AWAY;
    refused("TLS directory");
#define TLS ((IMAGE_TLS_DIRECTORY64 *)rva(directory(IMAGE_DIRECTORY_ENTRY_TLS)->VirtualAddress))
    read_dll(&with_tls);
    TLS->AddressOfCallBacks = base + FAR_AWAY;
    refused("callbacks");
    read_dll(&with_tls);
    *(ULONGLONG *)rva((DWORD)(TLS->AddressOfCallBacks - base)) = base + FAR_AWAY;
    refused("callback");
    read_dll(&with_tls);
    TLS->AddressOfIndex = base + FAR_AWAY;
    refused("index");
    read_dll(&with_tls);
    TLS->EndAddressOfRawData = base + FAR_AWAY;
    refused("data");
    read_dll(&with_tls);
    TLS->StartAddressOfRawData -= 0x100000;
    TLS->EndAddressOfRawData -= 0x100000;
    refused("data before the image");

    /* Damaged later: threads start and end all the same. */
    read_dll(&with_tls);
    HMODULE module = load();
    ok(module != NULL, "error %lu", GetLastError());
    tls = (IMAGE_TLS_DIRECTORY64 *)((char *)module + directory(IMAGE_DIRECTORY_ENTRY_TLS)->VirtualAddress);
    ok_int(callbacks, 1);
    ULONGLONG kept = tls->AddressOfCallBacks;
    tls->AddressOfCallBacks = 0x10;
    HANDLE thread = CreateThread(NULL, 0, (LPTHREAD_START_ROUTINE)(void *)GetCurrentThreadId, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CloseHandle(thread);
    ok_int(callbacks, 1);
    tls->AddressOfCallBacks = kept;
    FreeLibrary(module);
    ok_int(callbacks, 2);
}

static void test_relocations(void)
{
    const struct make_dll with_tls = { .tls = true };
    IMAGE_BASE_RELOCATION *block;

    /* A block for the last page that leads out of the image. It counts if the image is moved: its base is taken. */
    read_dll(&with_tls);
    VirtualAlloc((void *)headers()->OptionalHeader.ImageBase, 0x10000, MEM_RESERVE, PAGE_NOACCESS);
    block = rva(directory(IMAGE_DIRECTORY_ENTRY_BASERELOC)->VirtualAddress);
    block->VirtualAddress = DLL_RVA + DLL_SIZE - 8;
    refused("relocations");
    block->VirtualAddress = FAR_AWAY;
    refused("relocations far away");
    VirtualFree((void *)headers()->OptionalHeader.ImageBase, 0, MEM_RELEASE);
}

/* ---- resources ---- */

#define RESOURCES (DLL_RVA + 0xc00)

static void put_directory(DWORD at, DWORD id, DWORD next)
{
    IMAGE_RESOURCE_DIRECTORY *dir = rva(RESOURCES + at);
    IMAGE_RESOURCE_DIRECTORY_ENTRY *only = (IMAGE_RESOURCE_DIRECTORY_ENTRY *)(dir + 1);

    dir->NumberOfIdEntries = 1;
    only->Id = (WORD)id;
    only->OffsetToData = next;
}

/* A message table, 0x100 bytes, with the message 5. */
static MESSAGE_RESOURCE_DATA *put_messages(void)
{
    IMAGE_RESOURCE_DATA_ENTRY *data;
    MESSAGE_RESOURCE_DATA *messages = rva(RESOURCES + 0x100);
    MESSAGE_RESOURCE_ENTRY *message = rva(RESOURCES + 0x120);

    read_dll(&plain);
    directory(IMAGE_DIRECTORY_ENTRY_RESOURCE)->VirtualAddress = RESOURCES;
    directory(IMAGE_DIRECTORY_ENTRY_RESOURCE)->Size = 0x400;
    put_directory(0, 11, 0x80000020);
    put_directory(0x20, 1, 0x80000040);
    put_directory(0x40, 0, 0x60);
    data = rva(RESOURCES + 0x60);
    data->OffsetToData = RESOURCES + 0x100;
    data->Size = 0x100;
    messages->NumberOfBlocks = 1;
    messages->Blocks[0].LowId = messages->Blocks[0].HighId = 5;
    messages->Blocks[0].OffsetToEntries = 0x20;
    message->Length = 12;
    message->Flags = 0;
    strcpy((char *)message->Text, "fine");
    return messages;
}

static void test_message(const char *what, bool expected)
{
    HMODULE module = load();
    char text[64] = "";
    DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, module, 5, 0, text, sizeof text, NULL);

    ok(!length == !expected, "%s: %lu, '%s', error %lu", what, length, text, GetLastError());
    if (expected)
        ok_str(text, "fine");
    FreeLibrary(module);
}

static void test_resources(void)
{
    MESSAGE_RESOURCE_DATA *messages;
    HMODULE module;
    HRSRC found;

    put_messages();
    test_message("good", true);
    directory(IMAGE_DIRECTORY_ENTRY_RESOURCE)->VirtualAddress = FAR_AWAY;
    test_message("directory", false);
    put_messages();
    put_directory(0, 11, 0x80000000 | FAR_AWAY);
    test_message("names", false);
    put_messages();
    put_directory(0x40, 0, FAR_AWAY);
    test_message("entry", false);
    put_messages();
    ((IMAGE_RESOURCE_DATA_ENTRY *)rva(RESOURCES + 0x60))->OffsetToData = FAR_AWAY;
    test_message("data", false);
    put_messages()->NumberOfBlocks = 0xfffffff0;
    test_message("blocks", false);
    put_messages()->Blocks[0].OffsetToEntries = FAR_AWAY;
    test_message("message", false);
    messages = put_messages();
    messages->Blocks[0].OffsetToEntries = 0x400;
    test_message("message behind the table", false);
    messages = put_messages();
    ((MESSAGE_RESOURCE_ENTRY *)rva(RESOURCES + 0x120))->Length = 0xfff0;
    test_message("message's length", false);
    messages = put_messages();
    messages->Blocks[0].LowId = 0;
    ((MESSAGE_RESOURCE_ENTRY *)rva(RESOURCES + 0x120))->Length = 0;
    test_message("messages without length", false);

    put_messages();
    ((IMAGE_RESOURCE_DIRECTORY *)rva(RESOURCES))->NumberOfNamedEntries = 0xffff;
    module = load();
    FindResourceA(module, "NAME", "TYPE"); /* whatever that finds */
    FreeLibrary(module);
    put_messages();
    put_directory(0, 11, 0x80000000 | FAR_AWAY);
    module = load();
    found = FindResourceA(module, "#1", "#11");
    ok(!found, "found");
    FreeLibrary(module);
}

TESTS
{
    WCHAR temp[MAX_PATH];

    GetTempPathW(MAX_PATH, temp);
    swprintf(folder, MAX_PATH, L"%lstransom-damaged-%lu", temp, GetCurrentProcessId());
    CreateDirectoryW(folder, NULL);
    test_exports();
    test_forwarders();
    test_importer();
    test_calls();
    test_relocations();
    test_resources();
    DeleteFileW(in_folder(L"good.dll"));
    DeleteFileW(in_folder(L"damaged.dll"));
    DeleteFileW(in_folder(L"importer.dll"));
    ok(RemoveDirectoryW(folder), "error %lu", GetLastError());
}
