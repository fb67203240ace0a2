/* SPDX-License-Identifier: MIT */
/* Initialisation files: GetPrivateProfile*, WritePrivateProfile*. */
#include "../test.h"

static char file[MAX_PATH];
static char buffer[256];

static void make(const void *text, size_t size)
{
    FILE *f = fopen(file, "wb");

    fwrite(text, 1, size, f);
    fclose(f);
}

static const char *content(void)
{
    static char text[1024];
    FILE *f = fopen(file, "rb");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

    if (f)
        fclose(f);
    text[n] = 0;
    return text;
}

static const char *get(const char *section, const char *key)
{
    memset(buffer, '#', sizeof buffer);
    GetPrivateProfileStringA(section, key, "default  ", buffer, sizeof buffer, file);
    return buffer;
}

static void test_reading(void)
{
    static const char text[] =
        "[a]\r\nk1=v1\r\n; k2=comment\r\n K2 = \"quoted \" \r\nk3='x'\r\nk4= two words \r\nnothing\r\n"
        "k5=0x10\r\nk6=-5\r\n[B]\nz=1\n\n[ c ]\r\nk1=other";
    DWORD n;

    make(text, sizeof text - 1);
    ok_str(get("a", "k1"), "v1");
    ok_str(get("A", "k2"), "quoted "); /* neither case nor the pair of quotation marks matter */
    ok_str(get("a", "k3"), "x");
    ok_str(get("a", "k4"), "two words");
    ok_str(get("c", "K1"), "other");
    ok_str(get("b", "z"), "1");
    ok_str(get("a", "nothing"), "default"); /* trailing blanks of the default are stripped */
    ok_str(get("nowhere", "k1"), "default");
    n = GetPrivateProfileStringA("a", NULL, "", buffer, sizeof buffer, file);
    ok_int(n, 18);
    ok_mem(buffer, "k1\0K2\0k3\0k4\0k5\0k6\0", 19);
    n = GetPrivateProfileStringA("a", NULL, "", buffer, 8, file); /* cut: two zeros at the end */
    ok_int(n, 6);
    ok_mem(buffer, "k1\0K2\0\0", 8);
    n = GetPrivateProfileStringA("a", "k1", "", buffer, 2, file);
    ok(n == 1 && !strcmp(buffer, "v"), "%lu %s", n, buffer);
    n = GetPrivateProfileSectionNamesA(buffer, sizeof buffer, file);
    ok_int(n, 6);
    ok_mem(buffer, "a\0B\0c\0", 7);
    n = GetPrivateProfileSectionA("b", buffer, sizeof buffer, file);
    ok_int(n, 4);
    ok_mem(buffer, "z=1\0", 5);
    ok_int(GetPrivateProfileIntA("a", "k5", 7, file), 16);
    ok_int((int)GetPrivateProfileIntA("a", "k6", 7, file), -5);
    ok_int(GetPrivateProfileIntA("a", "k1", 7, file), 0);
    ok_int(GetPrivateProfileIntA("a", "k0", 7, file), 7);
    DeleteFileA(file);
    SetLastError(0);
    ok_str(get("a", "k1"), "default");
    ok_int(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void test_writing(void)
{
    struct {
        int number;
        char text[4];
    } in = { 0x12345678, "abc" }, out;

    DeleteFileA(file);
    ok(WritePrivateProfileStringA("one", "key", "value", file), "error %lu", GetLastError());
    ok_str(content(), "[one]\r\nkey=value\r\n");
    ok(WritePrivateProfileStringA("two", "k", "v", file), "error %lu", GetLastError());
    ok(WritePrivateProfileStringA("one", "more", "x", file), "error %lu", GetLastError());
    ok(WritePrivateProfileStringA("ONE", "KEY", "longer value", file), "error %lu", GetLastError());
    ok_str(get("one", "key"), "longer value");
    ok_str(get("one", "more"), "x");
    ok_str(get("two", "k"), "v");
    ok(WritePrivateProfileStringA("one", "more", NULL, file), "error %lu", GetLastError());
    ok_str(get("one", "more"), "default");
    ok(WritePrivateProfileStringA("one", NULL, NULL, file), "error %lu", GetLastError());
    ok_str(content(), "[two]\r\nk=v\r\n");
    ok(WritePrivateProfileSectionA("two", "x=1\0y=2\0", file), "error %lu", GetLastError());
    ok_str(content(), "[two]\r\nx=1\r\ny=2\r\n");
    ok(WritePrivateProfileStructA("s", "data", &in, sizeof in, file), "error %lu", GetLastError());
    ok_str(get("s", "data"), "78563412616263003A");
    ok(GetPrivateProfileStructA("s", "data", &out, sizeof out, file), "error %lu", GetLastError());
    ok_mem(&out, &in, sizeof in);
    ok(!GetPrivateProfileStructA("s", "data", &out, 4, file), "a wrong size");
    DeleteFileA(file);
}

static void test_unicode(void)
{
    static const WCHAR text[] = L"\xfeff[s]\r\nname=\x65e5\x672c\r\n";
    WCHAR wide_file[MAX_PATH], wide[32];

    make(text, sizeof text - sizeof(WCHAR));
    MultiByteToWideChar(CP_ACP, 0, file, -1, wide_file, MAX_PATH);
    GetPrivateProfileStringW(L"S", L"NAME", L"", wide, 32, wide_file);
    ok_wstr(wide, L"\x65e5\x672c");
    ok(WritePrivateProfileStringW(L"s", L"new", L"\x4e2d", wide_file), "error %lu", GetLastError());
    GetPrivateProfileStringW(L"s", L"new", L"", wide, 32, wide_file);
    ok_wstr(wide, L"\x4e2d"); /* the file stays in UTF-16 */
    DeleteFileA(file);
}

TESTS
{
    char dir[MAX_PATH];

    GetTempPathA(sizeof dir, dir);
    snprintf(file, sizeof file, "%stransom-%lu.ini", dir, GetCurrentProcessId());
    test_reading();
    test_writing();
    test_unicode();
}
