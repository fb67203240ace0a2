/* SPDX-License-Identifier: MIT */
/* rtlmisc.c: correlation vectors, names, hardware addresses, short names, cut-over times, maths and paths of ntdll. */
#include "../test.h"
#include "ntdll_functions.h"
#include <errno.h>

typedef struct {
    SHORT year, month, day, hour, minute, second, milliseconds, weekday;
} fields;
typedef struct {
    char version, vector[129];
} vector;
typedef struct {
    USHORT checksum;
    BOOLEAN inserted;
    UCHAR length;
    WCHAR name[8];
    ULONG extension_length;
    WCHAR extension[4];
    ULONG index;
} short_context;
typedef struct {
    nt_string string;
    struct {
        UCHAR *buffer, *static_buffer;
        SIZE_T size, static_size, reserved;
        void *imalloc;
    } bytes;
    UCHAR room[2];
} string_buffer;
typedef struct {
    ULONG size;
    const WCHAR *id;
} trigger;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlInitializeCorrelationVector, vector *, ULONG, const GUID *)                                             \
    X(LONG, RtlIncrementCorrelationVector, vector *)                                                                   \
    X(LONG, RtlExtendCorrelationVector, vector *)                                                                      \
    X(LONG, RtlValidateCorrelationVector, vector *)                                                                    \
    X(WCHAR *, RtlFindUnicodeSubstring, nt_string *, nt_string *, BOOLEAN)                                             \
    X(LONG, RtlDnsHostNameToComputerName, nt_string *, nt_string *, BOOLEAN)                                           \
    X(char *, RtlEthernetAddressToStringA, const UCHAR *, char *)                                                      \
    X(LONG, RtlEthernetStringToAddressA, const char *, const char **, UCHAR *)                                         \
    X(LONG, RtlEthernetStringToAddressW, const WCHAR *, const WCHAR **, UCHAR *)                                       \
    X(LONG, RtlGenerate8dot3Name, nt_string *, BOOLEAN, short_context *, nt_string *)                                  \
    X(BOOLEAN, RtlCutoverTimeToSystemTime, const fields *, LARGE_INTEGER *, const LARGE_INTEGER *, BOOLEAN)            \
    X(BOOLEAN, RtlTimeFieldsToTime, fields *, LARGE_INTEGER *)                                                         \
    X(void, RtlTimeToTimeFields, LARGE_INTEGER *, fields *)                                                            \
    X(LONG, RtlNtPathNameToDosPathName, ULONG, string_buffer *, ULONG *, WCHAR **)                                     \
    X(BOOLEAN, RtlIsCloudFilesPlaceholder, ULONG, ULONG)                                                               \
    X(LONG, RtlIsPartialPlaceholderFileInfo, const void *, ULONG, BOOLEAN *)                                           \
    X(char, RtlSetThreadPlaceholderCompatibilityMode, char)                                                            \
    X(char, RtlQueryThreadPlaceholderCompatibilityMode, void)                                                          \
    X(LONG, RtlRaiseCustomSystemEventTrigger, const trigger *)                                                         \
    X(ULONG, DbgPrompt, const char *, char *, ULONG)                                                                   \
    X(LONG, RtlQueryPackageIdentity, HANDLE, WCHAR *, SIZE_T *, WCHAR *, SIZE_T *, BOOLEAN *)
DECLARE_FUNCTIONS

/* The pages of the functions, and the specification that they refer to */
static void test_vectors(void)
{
    static const GUID guid = { 0x03020100, 0x0504, 0x0706, { 8, 9, 10, 11, 12, 13, 14, 15 } };
    vector v;

    ok_hex(RtlInitializeCorrelationVector(&v, 2, &guid), 0);
    ok_str(v.vector, "AAECAwQFBgcICQoLDA0ODw.0");
    ok_hex(RtlIncrementCorrelationVector(&v), 0);
    ok_str(v.vector, "AAECAwQFBgcICQoLDA0ODw.1");
    ok_hex(RtlExtendCorrelationVector(&v), 0);
    ok_str(v.vector, "AAECAwQFBgcICQoLDA0ODw.1.0");
    for (int i = 0; i < 110; i++)
        RtlIncrementCorrelationVector(&v);
    ok_str(v.vector, "AAECAwQFBgcICQoLDA0ODw.1.110");
    strcpy(v.vector + 22, ".1.199");
    ok_hex(RtlIncrementCorrelationVector(&v), 0);
    ok_str(v.vector + 22, ".1.200");
    strcpy(v.vector + 22, ".99");
    ok_hex(RtlIncrementCorrelationVector(&v), 0);
    ok_str(v.vector + 22, ".100");
    ok_hex(RtlValidateCorrelationVector(&v), 0);
    strcpy(v.vector + 22, ".1..2");
    ok_hex(RtlValidateCorrelationVector(&v), 0xc000000d);
    strcpy(v.vector + 22, ".x");
    ok_hex(RtlValidateCorrelationVector(&v), 0xc000000d);
    memset(v.vector + 22, '.', 1);
    memset(v.vector + 23, '9', 105);
    v.vector[128] = 0;
    ok_hex(RtlIncrementCorrelationVector(&v), 0x80000005);
    ok_hex(RtlExtendCorrelationVector(&v), 0xc000000d);
    ok_hex(RtlInitializeCorrelationVector(&v, 2, NULL), 0xc000000d);
}

static void test_names(void)
{
    nt_string full = nt_string_of(L"one Two three"), part = nt_string_of(L"two"),
              host = nt_string_of(L"build-host-0123456.x.y");
    nt_string bad = nt_string_of(L".x"), name = { 0 };
    WCHAR room[20];

    ok(!RtlFindUnicodeSubstring(&full, &part, FALSE), "found");
    ok(RtlFindUnicodeSubstring(&full, &part, TRUE) == full.Buffer + 4, "not found");
    name = (nt_string){ 0, sizeof(room), room };
    ok_hex(RtlDnsHostNameToComputerName(&name, &host, FALSE), 0);
    ok_int(name.Length, 30);
    ok_wstr(room, L"BUILD-HOST-0123");
    ok_hex(RtlDnsHostNameToComputerName(&name, &bad, FALSE), 0xc0000122);
    name.MaximumLength = 10;
    ok_hex(RtlDnsHostNameToComputerName(&name, &host, FALSE), 0x80000005);
}

/* ip2string.h */
static void test_ethernet(void)
{
    static const UCHAR address[6] = { 0, 0x11, 0xa2, 0xb3, 0xcc, 0xff };
    UCHAR parsed[6];
    char text[18];
    const char *end;
    const WCHAR *wide_end;
    static const WCHAR wide[] = L"00:11:A2:b3:CC:ff rest";

    ok(RtlEthernetAddressToStringA(address, text) == text + 17, "end");
    ok_str(text, "00-11-A2-B3-CC-FF");
    ok_hex(RtlEthernetStringToAddressA("00-11-a2-B3-cc-FF!", &end, parsed), 0);
    ok_str(end, "!");
    ok_mem(parsed, address, 6);
    ok_hex(RtlEthernetStringToAddressW(wide, &wide_end, parsed), 0);
    ok(wide_end == wide + 17, "%d", (int)(wide_end - wide));
    ok_mem(parsed, address, 6);
    ok_hex(RtlEthernetStringToAddressA("00-11-A2-B3-CC", &end, parsed), 0xc000000d);
    ok_hex(RtlEthernetStringToAddressA("00-11-A2-B3-CC-GG", &end, parsed), 0xc000000d);
}

static void test_short_names(void)
{
    static const struct {
        const WCHAR *name, *first;
    } names[] = { { L"Program Files", L"PROGRA~1" },
                  { L"a.long.name.jpeg", L"ALONGN~1.JPE" },
                  { L"x+y=[z].c", L"X_Y__Z~1.C" },
                  { L".hidden", L"HIDDEN~1" },
                  { L"longfilename.", L"LONGFI~1" } };

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        nt_string name = nt_string_of(names[i].name);
        short_context context = { 0 };
        WCHAR room[13] = { 0 }, before[13] = { 0 };
        nt_string result = { 0, sizeof(room), room };

        ok_hex(RtlGenerate8dot3Name(&name, FALSE, &context, &result), 0);
        room[result.Length / 2] = 0;
        ok_wstr(room, names[i].first);
        for (int n = 0; n < 20; n++) {
            wcscpy(before, room);
            ok_hex(RtlGenerate8dot3Name(&name, FALSE, &context, &result), 0);
            room[result.Length / 2] = 0;
            ok(wcscmp(before, room) && wcslen(room) <= 12, "%ls, %ls", before, room);
        }
    }
}

/* The rules of TIME_ZONE_INFORMATION's StandardDate */
static void test_cutover(void)
{
    fields now = { 2024, 6, 15, 12, 0, 0, 0, 0 }, last_sunday = { 0, 10, 5, 3, 0, 0, 0, 0 },
           second_sunday = { 0, 3, 2, 2, 0, 0, 0, 0 };
    fields result, date = { 2025, 1, 2, 3, 0, 0, 0, 0 };
    LARGE_INTEGER time, when;

    RtlTimeFieldsToTime(&now, &time);
    ok(RtlCutoverTimeToSystemTime(&last_sunday, &when, &time, FALSE), "no time");
    RtlTimeToTimeFields(&when, &result);
    ok(result.year == 2024 && result.month == 10 && result.day == 27 && result.hour == 3, "%d-%d-%d", result.year,
       result.month, result.day);
    ok(RtlCutoverTimeToSystemTime(&second_sunday, &when, &time, TRUE), "no time");
    RtlTimeToTimeFields(&when, &result);
    ok(result.year == 2024 && result.month == 3 && result.day == 10, "%d-%d-%d", result.year, result.month, result.day);
    ok(RtlCutoverTimeToSystemTime(&second_sunday, &when, &time, FALSE), "no time");
    RtlTimeToTimeFields(&when, &result);
    ok(result.year == 2025 && result.month == 3 && result.day == 9, "%d-%d-%d", result.year, result.month, result.day);
    ok(RtlCutoverTimeToSystemTime(&date, &when, &time, FALSE), "no time");
    RtlTimeToTimeFields(&when, &result);
    ok(result.year == 2025 && result.month == 1 && result.day == 2, "%d-%d-%d", result.year, result.month, result.day);
}

static void test_paths(void)
{
    static const struct {
        const WCHAR *nt, *dos, *part;
        ULONG kind;
    } paths[] = {
        { L"\\??\\C:\\a\\b", L"C:\\a\\b", L"b", 3 },
        { L"\\??\\UNC\\server\\share\\f", L"\\\\server\\share\\f", L"f", 2 },
        { L"C:\\a", L"C:\\a", L"a", 4 },
        { L"\\Device\\Null", L"\\Device\\Null", NULL, 1 },
    };

    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        WCHAR room[64], *part = NULL;
        string_buffer buffer = { .string = { 0, sizeof(room), room } };
        ULONG kind = 99;

        wcscpy(room, paths[i].nt);
        buffer.string.Length = (USHORT)(wcslen(room) * 2);
        ok_hex(RtlNtPathNameToDosPathName(0, &buffer, &kind, &part), 0);
        ok_int(kind, paths[i].kind);
        ok_wstr(room, paths[i].dos);
        if (paths[i].part)
            ok_wstr(part, paths[i].part);
        else
            ok(!part, "%ls", part);
    }
}

/* The C run time's functions that ntdll has, too */
static void test_runtime(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    double(__cdecl * my_pow)(double, double) = (void *)GetProcAddress(ntdll, "pow");
    double(__cdecl * my_sqrt)(double) = (void *)GetProcAddress(ntdll, "sqrt");
    double(__cdecl * my_floor)(double) = (void *)GetProcAddress(ntdll, "floor");
    double(__cdecl * my_fabs)(double) = (void *)GetProcAddress(ntdll, "fabs");
    double(__cdecl * my_atan2)(double, double) = (void *)GetProcAddress(ntdll, "atan2");
    void(__cdecl * split)(const char *, char *, char *, char *, char *) = (void *)GetProcAddress(ntdll, "_splitpath");
    errno_t(__cdecl * make)(WCHAR *, size_t, const WCHAR *, const WCHAR *, const WCHAR *, const WCHAR *) =
        (void *)GetProcAddress(ntdll, "_wmakepath_s");
    char drive[3], dir[256], name[256], ext[256];
    WCHAR path[20];

    if (!ok(my_pow && my_sqrt && my_floor && my_fabs && my_atan2 && split && make, "missing"))
        return;
    ok(my_pow(2, 10) == 1024 && my_sqrt(2) * my_sqrt(2) > 1.9999 && my_floor(-1.5) == -2 && my_fabs(-0.5) == 0.5 &&
           my_atan2(0, 1) == 0,
       "wrong");
    split("c:\\dir.x/sub\\file.tar.gz", drive, dir, name, ext);
    ok_str(drive, "c:");
    ok_str(dir, "\\dir.x/sub\\");
    ok_str(name, "file.tar");
    ok_str(ext, ".gz");
    ok_int(make(path, 20, L"c", L"\\dir", L"file", L"txt"), 0);
    ok_wstr(path, L"c:\\dir\\file.txt");
    ok_int(make(path, 10, L"c", L"\\dir", L"file", L"txt"), ERANGE);
    ok_wstr(path, L"");
}

static void test_placeholders(void)
{
    ULONG tag_info[2] = { FILE_ATTRIBUTE_REPARSE_POINT | 0x00400000, 0x9000301a }, entry[20] = { 0 };
    BOOLEAN partial = 7;

    ok_int(RtlIsCloudFilesPlaceholder(FILE_ATTRIBUTE_REPARSE_POINT, 0x9000301a), TRUE);
    ok_int(RtlIsCloudFilesPlaceholder(FILE_ATTRIBUTE_REPARSE_POINT, IO_REPARSE_TAG_SYMLINK), FALSE);
    ok_hex(RtlIsPartialPlaceholderFileInfo(tag_info, 35 /* FileAttributeTagInformation */, &partial), 0);
    ok_int(partial, TRUE);
    entry[14] = FILE_ATTRIBUTE_NORMAL;
    ok_hex(RtlIsPartialPlaceholderFileInfo(entry, 37 /* FileIdBothDirectoryInformation */, &partial), 0);
    ok_int(partial, FALSE);

    char old = RtlSetThreadPlaceholderCompatibilityMode(1); /* PHCM_DISGUISE_PLACEHOLDER */

    ok_int(RtlQueryThreadPlaceholderCompatibilityMode(), 1);
    ok_int(RtlSetThreadPlaceholderCompatibilityMode(9), -1);
    ok_int(RtlSetThreadPlaceholderCompatibilityMode(old), 1);
    ok_int(RtlQueryThreadPlaceholderCompatibilityMode(), old);
}

TESTS
{
    ULONG(NTAPI * crc)(const void *, SIZE_T, ULONG) = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlCrc32");
    BOOLEAN packaged = TRUE;
    WCHAR name[10];
    SIZE_T size = sizeof(name);

    if (!get_functions())
        return;
    test_vectors();
    test_names();
    test_ethernet();
    test_short_names();
    test_cutover();
    test_paths();
    test_runtime();
    ok_hex(crc ? crc("123456789", 9, 0) : 0, 0xcbf43926);
    test_placeholders();

    trigger config = { sizeof(config), L"{8d3f9a4e-0000-0000-0000-000000000000}" };
    char answer[8];

    ok_hex(RtlRaiseCustomSystemEventTrigger(&config), 0xc00000ab); /* STATUS_INSTANCE_NOT_AVAILABLE */
    if (!IsDebuggerPresent())
        ok_int(DbgPrompt("? ", answer, sizeof(answer)), 0);
    ok_hex(RtlQueryPackageIdentity(GetCurrentProcess(), name, &size, NULL, NULL, &packaged), 0xc0000225);
    ok_int(packaged, FALSE);
}
