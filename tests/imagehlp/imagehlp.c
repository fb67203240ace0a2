/* SPDX-License-Identifier: MIT */
/* imagehlp: check sums, mapping, base addresses, certificates and digests, on a copy of this program. */
#include "../test.h"
#include <imagehlp.h>

#define IMPORT(name) name##_t p##name = (void *)GetProcAddress(dll, #name)
typedef DWORD(WINAPI *MapFileAndCheckSumA_t)(PCSTR, DWORD *, DWORD *);
typedef PIMAGE_NT_HEADERS(WINAPI *CheckSumMappedFile_t)(void *, DWORD, DWORD *, DWORD *);
typedef BOOL(WINAPI *MapAndLoad_t)(PCSTR, PCSTR, PLOADED_IMAGE, BOOL, BOOL);
typedef BOOL(WINAPI *UnMapAndLoad_t)(PLOADED_IMAGE);
typedef PLOADED_IMAGE(WINAPI *ImageLoad_t)(PCSTR, PCSTR);
typedef BOOL(WINAPI *ImageUnload_t)(PLOADED_IMAGE);
typedef BOOL(WINAPI *ReBaseImage64_t)(PCSTR, PCSTR, BOOL, BOOL, BOOL, ULONG, ULONG *, ULONG64 *, ULONG *, ULONG64 *,
                                      ULONG);
typedef BOOL(WINAPI *ImageEnumerateCertificates_t)(HANDLE, WORD, DWORD *, DWORD *, DWORD);
typedef BOOL(WINAPI *ImageAddCertificate_t)(HANDLE, LPWIN_CERTIFICATE, DWORD *);
typedef BOOL(WINAPI *ImageRemoveCertificate_t)(HANDLE, DWORD);
typedef BOOL(WINAPI *ImageGetCertificateData_t)(HANDLE, DWORD, LPWIN_CERTIFICATE, DWORD *);
typedef BOOL(WINAPI *ImageGetDigestStream_t)(HANDLE, DWORD, DIGEST_FUNCTION, DIGEST_HANDLE);
typedef BOOL(WINAPI *TouchFileTimes_t)(HANDLE, SYSTEMTIME *);
typedef DWORD(WINAPI *GetImageUnusedHeaderBytes_t)(PLOADED_IMAGE, DWORD *);

static HMODULE dll;
static char path[MAX_PATH];

static DWORD make_copy(void)
{
    char own[MAX_PATH];

    GetModuleFileNameA(NULL, own, MAX_PATH);
    GetTempPathA(MAX_PATH, path);
    sprintf(path + strlen(path), "imagehlp%lu.exe", GetCurrentProcessId());
    ok(CopyFileA(own, path, FALSE), "error %lu", GetLastError());
    return 0;
}

static void test_checksum(void)
{
    IMPORT(MapFileAndCheckSumA);
    IMPORT(CheckSumMappedFile);
    DWORD header = 1, sum = 2;
    BYTE text[] = { 1, 2, 3, 4, 5 };

    ok_int(pMapFileAndCheckSumA(path, &header, &sum), CHECKSUM_SUCCESS);
    ok_hex(header, sum); /* the linker writes the right one */
    ok(sum != 0, "nothing");
    ok_int(pMapFileAndCheckSumA("no such file", &header, &sum), CHECKSUM_OPEN_FAILURE);
    ok(!pCheckSumMappedFile(text, sizeof(text), &header, &sum), "headers of nothing");
    ok_hex(sum, 0x0201 + 0x0403 + 5 + 5);
}

static void test_mapping(void)
{
    IMPORT(MapAndLoad);
    IMPORT(UnMapAndLoad);
    IMPORT(ImageLoad);
    IMPORT(ImageUnload);
    IMPORT(MapFileAndCheckSumA);
    IMPORT(GetImageUnusedHeaderBytes);
    LOADED_IMAGE image;
    PLOADED_IMAGE loaded;
    DWORD header, sum, unused;

    ok(pMapAndLoad(path, NULL, &image, FALSE, FALSE), "error %lu", GetLastError());
    ok_hex(image.FileHeader->Signature, IMAGE_NT_SIGNATURE);
    ok_int(image.NumberOfSections, image.FileHeader->FileHeader.NumberOfSections);
    ok(!memcmp(image.Sections[0].Name, ".text", 5), "another first section");
    ok(!image.fReadOnly && !_stricmp(image.ModuleName, path), "%s", image.ModuleName);
    ok(pGetImageUnusedHeaderBytes(&image, &unused) >= 0x200, "no header");
    image.FileHeader->FileHeader.TimeDateStamp = 0x12345678;
    ok(pUnMapAndLoad(&image), "error %lu", GetLastError());
    ok_int(pMapFileAndCheckSumA(path, &header, &sum), CHECKSUM_SUCCESS);
    ok_hex(header, sum); /* brought up to date */
    if ((loaded = pImageLoad(path, NULL))) {
        ok_hex(loaded->FileHeader->FileHeader.TimeDateStamp, 0x12345678);
        ok(loaded->fReadOnly, "not read-only");
        ok(pImageUnload(loaded), "error %lu", GetLastError());
    } else {
        ok(0, "error %lu", GetLastError());
    }
    ok_err(pMapAndLoad("no such image", NULL, &image, TRUE, TRUE), ERROR_FILE_NOT_FOUND);
}

static void test_rebase(void)
{
    IMPORT(ReBaseImage64);
    IMPORT(MapFileAndCheckSumA);
    ULONG old_size, new_size;
    ULONG64 old_base, new_base = 0x7654320000;
    STARTUPINFOA start = { .cb = sizeof(start) };
    PROCESS_INFORMATION child;
    char command[MAX_PATH + 16];
    DWORD code = 0, header, sum;

    ok(pReBaseImage64(path, NULL, TRUE, TRUE, FALSE, 0, &old_size, &old_base, &new_size, &new_base, 99), "error %lu",
       GetLastError());
    ok_int(old_size, new_size);
    ok(new_base == 0x7654320000 + ((new_size + 0xffffull) & ~0xffffull), "%llx", new_base);
    ok_int(pMapFileAndCheckSumA(path, &header, &sum), CHECKSUM_SUCCESS);
    ok_hex(header, sum);
    sprintf(command, "\"%s\" child", path); /* and it runs */
    if (ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &child), "error %lu",
           GetLastError())) {
        WaitForSingleObject(child.hProcess, 10000);
        GetExitCodeProcess(child.hProcess, &code);
        CloseHandle(child.hProcess);
        CloseHandle(child.hThread);
    }
    ok_int(code, 33);
    ok(!pReBaseImage64(path, NULL, TRUE, TRUE, FALSE, 0x1000, &old_size, &old_base, &new_size, &new_base, 0),
       "too large");
}

static DWORD digested;

static BOOL WINAPI digest(DIGEST_HANDLE handle, BYTE *data, DWORD size)
{
    ok(handle == &digested && data != NULL, "parameters");
    digested += size;
    return TRUE;
}

static void test_certificates(void)
{
    IMPORT(ImageEnumerateCertificates);
    IMPORT(ImageAddCertificate);
    IMPORT(ImageRemoveCertificate);
    IMPORT(ImageGetCertificateData);
    IMPORT(ImageGetDigestStream);
    IMPORT(TouchFileTimes);
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    union {
        WIN_CERTIFICATE head;
        char room[64];
    } certificate = { .head = { .dwLength = 20, .wRevision = 0x200, .wCertificateType = 2 } }, back;
    DWORD count = 77, index = 77, indices[4], size = GetFileSize(file, NULL), need = 4, whole;
    SYSTEMTIME time = { .wYear = 2001, .wMonth = 2, .wDay = 3, .wHour = 4 }, got;
    FILETIME written;

    ok(pImageEnumerateCertificates(file, CERT_SECTION_TYPE_ANY, &count, NULL, 0), "error %lu", GetLastError());
    ok_int(count, 0);
    ok(pImageGetDigestStream(file, 0xf, digest, &digested), "error %lu", GetLastError());
    ok_int(digested, size - 4 - 8); /* all but the check sum and the directory's entry */
    whole = digested;
    memcpy(certificate.head.bCertificate, "twelve bytes", 12);
    ok(pImageAddCertificate(file, &certificate.head, &index), "error %lu", GetLastError());
    ok_int(index, 0);
    memcpy(certificate.head.bCertificate, "TWELVE BYTES", 12);
    ok(pImageAddCertificate(file, &certificate.head, &index), "error %lu", GetLastError());
    ok_int(index, 1);
    ok(pImageEnumerateCertificates(file, 2, &count, indices, 4), "error %lu", GetLastError());
    ok(count == 2 && indices[1] == 1, "%lu certificates", count);
    ok(pImageEnumerateCertificates(file, 1, &count, NULL, 0) && count == 0, "of another type");
    ok_err(pImageGetCertificateData(file, 1, &back.head, &need), ERROR_INSUFFICIENT_BUFFER);
    ok_int(need, 20);
    need = sizeof(back);
    ok(pImageGetCertificateData(file, 1, &back.head, &need), "error %lu", GetLastError());
    ok_mem(back.head.bCertificate, "TWELVE BYTES", 12);
    digested = 0; /* certificates are not signed */
    ok(pImageGetDigestStream(file, 0xf, digest, &digested), "error %lu", GetLastError());
    ok(digested - whole < 8, "%lu bytes, %lu before", digested, whole);
    ok(pImageRemoveCertificate(file, 0), "error %lu", GetLastError());
    need = sizeof(back);
    ok(pImageGetCertificateData(file, 0, &back.head, &need), "error %lu", GetLastError());
    ok_mem(back.head.bCertificate, "TWELVE BYTES", 12);
    ok(!pImageRemoveCertificate(file, 1), "one that is not there");
    ok(pImageRemoveCertificate(file, 0), "error %lu", GetLastError());
    ok(GetFileSize(file, NULL) - size < 8, "%lu bytes, %lu before", GetFileSize(file, NULL), size);
    ok(pTouchFileTimes(file, &time), "error %lu", GetLastError());
    GetFileTime(file, NULL, NULL, &written);
    FileTimeToSystemTime(&written, &got);
    ok(got.wYear == 2001 && got.wDay == 3 && got.wHour == 4, "another time");
    CloseHandle(file);
}

TESTS
{
    if (test_argc > 1)
        ExitProcess(33);
    dll = LoadLibraryW(L"imagehlp.dll");
    ok(GetProcAddress(dll, "SymInitialize") == GetProcAddress(LoadLibraryW(L"dbghelp.dll"), "SymInitialize"),
       "no forward");
    make_copy();
    test_checksum();
    test_mapping();
    test_rebase();
    test_certificates();
    DeleteFileA(path);
}
