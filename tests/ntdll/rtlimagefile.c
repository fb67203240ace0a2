/* SPDX-License-Identifier: MIT */
/* rtlimagefile.c: RtlGetImageFileMachines, RtlIsEcCode; the device family's name; the volume's system folder; TraceEvent without a session. */
#include "../test.h"
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlGetImageFileMachines, const WCHAR *, ULONG *)                                                           \
    X(BOOLEAN, RtlIsEcCode, void *)                                                                                    \
    X(DWORD, RtlConvertDeviceFamilyInfoToString, DWORD *, DWORD *, WCHAR *, WCHAR *)                                   \
    X(LONG, RtlCreateSystemVolumeInformationFolder, const nt_string *)                                                 \
    X(ULONG, EtwLogTraceEvent, ULONG64, void *)
DECLARE_FUNCTIONS

static WCHAR path[MAX_PATH];
static BYTE file[0x600];

static LONG machines_of(DWORD size, ULONG *machines)
{
    HANDLE handle = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    WriteFile(handle, file, size, &written, NULL);
    CloseHandle(handle);
    *machines = 99;
    return RtlGetImageFileMachines(path, machines);
}

/* An image of one section, 0x200 bytes in memory at 0x1000 and in the file at 0x400 */
static void make_image(WORD machine, bool wide)
{
    IMAGE_DOS_HEADER *dos = (IMAGE_DOS_HEADER *)file;
    IMAGE_NT_HEADERS64 *nt = (IMAGE_NT_HEADERS64 *)(file + 0x80);
    IMAGE_NT_HEADERS32 *nt32 = (IMAGE_NT_HEADERS32 *)nt;
    IMAGE_SECTION_HEADER *section;

    memset(file, 0, sizeof(file));
    dos->e_magic = IMAGE_DOS_SIGNATURE;
    dos->e_lfanew = 0x80;
    nt->Signature = IMAGE_NT_SIGNATURE;
    nt->FileHeader.Machine = machine;
    nt->FileHeader.NumberOfSections = 1;
    nt->FileHeader.SizeOfOptionalHeader = wide ? sizeof(nt->OptionalHeader) : sizeof(nt32->OptionalHeader);
    if (wide) {
        nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
        nt->OptionalHeader.NumberOfRvaAndSizes = 16;
    } else {
        nt32->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC;
        nt32->OptionalHeader.NumberOfRvaAndSizes = 16;
    }
    section = IMAGE_FIRST_SECTION(nt);
    section->VirtualAddress = 0x1000;
    section->Misc.VirtualSize = section->SizeOfRawData = 0x200;
    section->PointerToRawData = 0x400;
}

static void set_directory(bool wide, int index, DWORD rva, DWORD size)
{
    IMAGE_NT_HEADERS64 *nt = (IMAGE_NT_HEADERS64 *)(file + 0x80);
    IMAGE_DATA_DIRECTORY *directory =
        wide ? nt->OptionalHeader.DataDirectory : ((IMAGE_NT_HEADERS32 *)nt)->OptionalHeader.DataDirectory;

    directory[index].VirtualAddress = rva;
    directory[index].Size = size;
}

static void test_machines(void)
{
    static const struct {
        WORD machine;
        bool wide;
        ULONG expected;
    } plain[] = { { IMAGE_FILE_MACHINE_I386, false, 1 },
                  { IMAGE_FILE_MACHINE_AMD64, true, 2 },
                  { IMAGE_FILE_MACHINE_ARMNT, false, 4 },
                  { IMAGE_FILE_MACHINE_ARM64, true, 8 } };
    IMAGE_COR20_HEADER *managed = (IMAGE_COR20_HEADER *)(file + 0x400);
    WCHAR self[MAX_PATH];
    ULONG machines = 0;

    GetModuleFileNameW(NULL, self, MAX_PATH);
    ok_hex(RtlGetImageFileMachines(self, &machines), 0);
    ok_hex(machines, 2);
    ok_hex(RtlGetImageFileMachines(L"C:\\windows\\system32\\kernel32.dll", &machines), 0);
    ok_hex(machines, 2);
    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
        make_image(plain[i].machine, plain[i].wide);
        ok_hex(machines_of(sizeof(file), &machines), 0);
        ok_hex(machines, plain[i].expected);
    }
    /* "ILOnly-AnyCPU ... this API will return all the bits" */
    make_image(IMAGE_FILE_MACHINE_I386, false);
    set_directory(false, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, 0x1000, sizeof(*managed));
    managed->cb = sizeof(*managed);
    managed->Flags = COMIMAGE_FLAGS_ILONLY;
    ok_hex(machines_of(sizeof(file), &machines), 0);
    ok_hex(machines, 0x1f);
    managed->Flags |= COMIMAGE_FLAGS_32BITREQUIRED;
    ok_hex(machines_of(sizeof(file), &machines), 0);
    ok_hex(machines, 1);
    /* "Arm64X ... compatible with both Arm64 and Arm64EC" */
    make_image(IMAGE_FILE_MACHINE_ARM64, true);
    set_directory(true, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, 0x1000, 0x140);
    *(DWORD *)(file + 0x400) = 0x140;
    *(ULONG64 *)(file + 0x400 + 0xc8) = 0x180001180;
    ok_hex(machines_of(sizeof(file), &machines), 0);
    ok_hex(machines, 0x18);

    /* What is damaged is no image. */
    ok_hex(machines_of(0x3f, &machines), 0xc000012f); /* STATUS_INVALID_IMAGE_NOT_MZ */
    ok_hex(machines_of(0x100, &machines), 0xc000007b);
    ok_hex(machines_of(0, &machines), 0xc000012f);
    ok_hex(machines_of(0x410, &machines), 0); /* without its configuration */
    ok_hex(machines, 8);
    set_directory(true, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, 0xfffffff0, 0x140);
    ok_hex(machines_of(sizeof(file), &machines), 0);
    ok_hex(machines, 8);
    ((IMAGE_NT_HEADERS64 *)(file + 0x80))->FileHeader.NumberOfSections = 0xffff;
    ok_hex(machines_of(sizeof(file), &machines), 0);
    make_image(0x1234, true);
    ok_hex(machines_of(sizeof(file), &machines), 0xc000007b);
    DeleteFileW(path);
    ok_hex(RtlGetImageFileMachines(path, &machines), 0xc0000034);
    ok_int(RtlIsEcCode((void *)machines_of), FALSE);
}

static void test_family(void)
{
    DWORD family_size = 0, form_size = 0;
    WCHAR family[64], form[64];

    ok_hex(RtlConvertDeviceFamilyInfoToString(&family_size, &form_size, NULL, NULL), 0xc0000023);
    ok(family_size == sizeof(L"Windows.Desktop") && form_size > 2, "%lu, %lu bytes", family_size, form_size);
    ok_hex(RtlConvertDeviceFamilyInfoToString(&family_size, &form_size, family, form), 0);
    ok_wstr(family, L"Windows.Desktop");
    family_size = 10;
    form_size = sizeof(form);
    ok_hex(RtlConvertDeviceFamilyInfoToString(&family_size, &form_size, family, form), 0xc0000023);
}

/* In a folder of the test's own, as if a volume had its root there */
static void test_volume(void)
{
    WCHAR folder[MAX_PATH + 40], root[MAX_PATH + 8];
    nt_string name;
    DWORD attributes;

    GetTempPathW(MAX_PATH, folder);
    swprintf(root, MAX_PATH, L"\\??\\%lssvi%lu", folder, GetCurrentProcessId());
    ok(CreateDirectoryW(root + 4, NULL), "error %lu", GetLastError());
    name = nt_string_of(root);
    ok_hex(RtlCreateSystemVolumeInformationFolder(&name), 0);
    swprintf(folder, MAX_PATH + 40, L"%ls\\System Volume Information", root + 4);
    attributes = GetFileAttributesW(folder);
    ok((attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_DIRECTORY)) ==
           (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_DIRECTORY),
       "attributes %lx", attributes);
    RemoveDirectoryW(folder);
    ok(CreateDirectoryW(folder, NULL), "error %lu", GetLastError());
    ok_hex(RtlCreateSystemVolumeInformationFolder(&name), 0); /* it is there already */
    RemoveDirectoryW(folder);
    ok(RemoveDirectoryW(root + 4), "error %lu", GetLastError());
    ok_hex(RtlCreateSystemVolumeInformationFolder(&name), 0xc000003a);
}

TESTS
{
    ULONG header[12] = { sizeof(header) };

    if (!get_functions())
        return;
    GetTempPathW(MAX_PATH, path);
    swprintf(path + wcslen(path), 40, L"machines%lu.bin", GetCurrentProcessId());
    test_machines();
    test_family();
    test_volume();
    ok_int(EtwLogTraceEvent(0, header), ERROR_INVALID_PARAMETER);
    ok_int(EtwLogTraceEvent(5, header), ERROR_INVALID_FLAG_NUMBER);
    header[11] = 0x20000; /* WNODE_FLAG_TRACED_GUID */
    ok_int(EtwLogTraceEvent(5, header), ERROR_INVALID_HANDLE);
}
