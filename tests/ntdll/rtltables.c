/* SPDX-License-Identifier: MIT */
/* rtltables.c: generic tables (AVL and splay trees), name expressions, compression, digests and check sums of ntdll. */
#include "../test.h"

typedef struct {
    USHORT length, maximum;
    WCHAR *buffer;
} ustring;

static HMODULE ntdll;
#define FUNCTION(result, name, ...)                                                                                    \
    result(NTAPI *name)(__VA_ARGS__) = (void *)GetProcAddress(ntdll, #name);                                           \
    if (!ok(name != NULL, #name))                                                                                      \
    return

/* Big enough for both kinds of tables; the compare routine sees data only. */
static BYTE table[256];
static int allocated;

static int NTAPI compare(void *t, void *first, void *second)
{
    int a = *(int *)first, b = *(int *)second;

    (void)t;
    return a < b ? 0 : a > b ? 1 : 2;
}

static void *NTAPI allocate(void *t, ULONG size)
{
    (void)t;
    allocated++;
    return malloc(size);
}

static void NTAPI release(void *t, void *buffer)
{
    (void)t;
    allocated--;
    free(buffer);
}

static void test_table(bool avl)
{
    void(NTAPI * initialize)(void *, void *, void *, void *, void *) =
        (void *)GetProcAddress(ntdll, avl ? "RtlInitializeGenericTableAvl" : "RtlInitializeGenericTable");
    void *(NTAPI * insert)(void *, void *, ULONG, BOOLEAN *) =
        (void *)GetProcAddress(ntdll, avl ? "RtlInsertElementGenericTableAvl" : "RtlInsertElementGenericTable");
    BOOLEAN(NTAPI * delete)
    (void *, void *) =
        (void *)GetProcAddress(ntdll, avl ? "RtlDeleteElementGenericTableAvl" : "RtlDeleteElementGenericTable");
    void *(NTAPI * lookup)(void *, void *) =
        (void *)GetProcAddress(ntdll, avl ? "RtlLookupElementGenericTableAvl" : "RtlLookupElementGenericTable");
    void *(NTAPI * next)(void *, void **) = (void *)GetProcAddress(
        ntdll, avl ? "RtlEnumerateGenericTableWithoutSplayingAvl" : "RtlEnumerateGenericTableWithoutSplaying");
    void *(NTAPI * enumerate)(void *, BOOLEAN) =
        (void *)GetProcAddress(ntdll, avl ? "RtlEnumerateGenericTableAvl" : "RtlEnumerateGenericTable");
    void *(NTAPI * element)(void *, ULONG) =
        (void *)GetProcAddress(ntdll, avl ? "RtlGetElementGenericTableAvl" : "RtlGetElementGenericTable");
    ULONG(NTAPI * number)
    (void *) =
        (void *)GetProcAddress(ntdll, avl ? "RtlNumberGenericTableElementsAvl" : "RtlNumberGenericTableElements");
    static bool present[1000];
    int count = 0, i, last, seen, *data;
    unsigned seed = 1;
    BOOLEAN added;
    void *restart;

    memset(present, 0, sizeof(present));
    initialize(table, compare, allocate, release, NULL);
    for (i = 0; i < 20000; i++) {
        int value;

        seed = seed * 1103515245 + 12345;
        value = (int)((seed >> 8) % 1000);
        if (seed >> 30 & 1) {
            data = insert(table, &value, sizeof(value), &added);
            if (!data || *data != value || !!added == present[value]) {
                ok(false, "insertion of %d at step %d", value, i);
                break;
            }
            count += added;
            present[value] = true;
        } else {
            if (delete (table, &value) != present[value]) {
                ok(false, "deletion of %d at step %d", value, i);
                break;
            }
            count -= present[value];
            present[value] = false;
        }
    }
    ok_int(number(table), count);
    ok_int(allocated, count);
    for (i = 0; i < 1000; i++)
        if (!!lookup(table, &i) != present[i])
            ok(false, "look-up of %d", i);
    for (restart = NULL, last = -1, seen = 0; (data = next(table, &restart)); last = *data, seen++)
        if (*data <= last)
            ok(false, "%d after %d", *data, last);
    ok_int(seen, count);
    for (data = enumerate(table, TRUE), last = -1, seen = 0; data; data = enumerate(table, FALSE), seen++) {
        if (*data <= last)
            ok(false, "%d after %d", *data, last);
        last = *data;
    }
    ok_int(seen, count);
    ok(element(table, 0) != NULL && element(table, (ULONG)count - 1) != NULL && !element(table, (ULONG)count),
       "elements by number");
    if (avl) {
        /* No deeper than an AVL tree of that many can be. */
        ULONG depth = *(ULONG *)(table + 32 + 8 + 4 + 4);
        ok(depth >= 8 && depth <= 14, "depth %lu for %d", depth, count);
    }
    while ((data = element(table, 0))) {
        int value = *data;
        delete (table, &value);
    }
    ok_int(allocated, 0);
}

static void test_expression(void)
{
    static const struct {
        const WCHAR *expression, *name;
        bool match;
    } cases[] = {
        { L"*", L"anything.txt", true },
        { L"*.TXT", L"a.b.txt", true },
        { L"*.TXT", L"a.txt.b", false },
        { L"A?C", L"abc", true },
        { L"A?C", L"ac", false },
        { L"A>C", L"abc", true },
        { L"A>>>", L"ab", true },
        { L"ABC\"", L"abc", true },
        { L"ABC\"", L"abc.", true },
        { L"<.TXT", L"a.b.txt", true },
        { L"<", L"abc", true },
        { L"<", L"abc.txt", false },
        { L"*A*B*C*D*E*", L"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
        { L"", L"a", false },
        { L"*.*", L"abc", false },
        { L"FILE>>.<", L"file1.c", true },
    };
    FUNCTION(BOOLEAN, RtlIsNameInExpression, const ustring *, const ustring *, BOOLEAN, WCHAR *);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ustring expression = { (USHORT)(2 * wcslen(cases[i].expression)), 0, (WCHAR *)cases[i].expression };
        ustring name = { (USHORT)(2 * wcslen(cases[i].name)), 0, (WCHAR *)cases[i].name };

        ok(RtlIsNameInExpression(&expression, &name, TRUE, NULL) == cases[i].match, "%ls in %ls", cases[i].name,
           cases[i].expression);
    }
}

static void test_compression(void)
{
    FUNCTION(LONG, RtlGetCompressionWorkSpaceSize, USHORT, ULONG *, ULONG *);
    FUNCTION(LONG, RtlCompressBuffer, USHORT, UCHAR *, ULONG, UCHAR *, ULONG, ULONG, ULONG *, void *);
    FUNCTION(LONG, RtlDecompressBuffer, USHORT, UCHAR *, ULONG, UCHAR *, ULONG, ULONG *);
    FUNCTION(LONG, RtlDecompressFragment, USHORT, UCHAR *, ULONG, UCHAR *, ULONG, ULONG, ULONG *, void *);
    /* [MS-XCA] 3.1: "F# F# G A A G F# E D D E F# ..." */
    static UCHAR example[] = { 0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47,
                               0x01, 0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20,
                               0x05, 0x24, 0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09,
                               0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00 };
    enum { SIZE = 50000 };
    UCHAR *in = malloc(SIZE), *packed = malloc(2 * SIZE), *out = malloc(SIZE), text[200];
    ULONG work_size, fragment, size, packed_size, i;
    unsigned seed = 7;
    void *work;

    ok_hex(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, text, sizeof(text), example, sizeof(example), &size), 0);
    ok_int(size, 142);
    ok(!memcmp(text, "F# F# G A A G F# E D D E F# F# E E F# F# G A A", 46), "%.46s", text);

    ok_hex(RtlGetCompressionWorkSpaceSize(COMPRESSION_FORMAT_LZNT1, &work_size, &fragment), 0);
    work = malloc(work_size);
    for (i = 0; i < SIZE; i++) { /* text-like, then noise, then zeros */
        seed = seed * 1103515245 + 12345;
        in[i] = i < 20000 ? (UCHAR) "the quick brown fox "[seed >> 16 & 15] : i < 30000 ? (UCHAR)(seed >> 16) : 0;
    }
    for (int engine = 0; engine <= 0x100; engine += 0x100) {
        memset(out, 1, SIZE);
        ok_hex(RtlCompressBuffer((USHORT)(COMPRESSION_FORMAT_LZNT1 | engine), in, SIZE, packed, 2 * SIZE, 4096,
                                 &packed_size, work),
               0);
        ok(packed_size < 30000, "%lu bytes", packed_size);
        ok_hex(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, SIZE, packed, packed_size, &size), 0);
        ok_int(size, SIZE);
        ok(!memcmp(in, out, SIZE), "the same after compression");
    }
    ok_hex(RtlDecompressFragment(COMPRESSION_FORMAT_LZNT1, out, 1000, packed, packed_size, 12345, &size, work), 0);
    ok_int(size, 1000);
    ok(!memcmp(in + 12345, out, 1000), "a part");
    ok_hex(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1, in, SIZE, packed, 100, 4096, &size, work),
           (LONG)0xc0000023 /* STATUS_BUFFER_TOO_SMALL */);
    packed[2] = 0xff, packed[3] = packed[4] = 0xff; /* a reference to before the beginning */
    ok_hex(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, SIZE, packed, packed_size, &size),
           (LONG)0xc0000242 /* STATUS_BAD_COMPRESSION_BUFFER */);
    free(work);
    free(in);
    free(packed);
    free(out);
}

static void test_digests(void)
{
    FUNCTION(void, MD5Init, void *);
    FUNCTION(void, MD5Update, void *, const void *, ULONG);
    FUNCTION(void, MD5Final, void *);
    FUNCTION(void, MD4Init, void *);
    FUNCTION(void, MD4Update, void *, const void *, ULONG);
    FUNCTION(void, MD4Final, void *);
    FUNCTION(void, A_SHAInit, void *);
    FUNCTION(void, A_SHAUpdate, void *, const void *, ULONG);
    FUNCTION(void, A_SHAFinal, void *, void *);
    FUNCTION(ULONG, RtlComputeCrc32, ULONG, const void *, ULONG);
    struct {
        ULONG bits[2], state[4];
        UCHAR block[64], digest[16];
    } md;
    BYTE sha[200], digest[20];

    MD5Init(&md);
    MD5Update(&md, "message ", 8);
    MD5Update(&md, "digest", 6);
    MD5Final(&md);
    ok_mem(md.digest, "\xf9\x6b\x69\x7d\x7c\xb7\x93\x8d\x52\x5a\x2f\x31\xaa\xf1\x61\xd0", 16);
    MD4Init(&md);
    MD4Update(&md, "message digest", 14);
    MD4Final(&md);
    ok_mem(md.digest, "\xd9\x13\x0a\x81\x64\x54\x9f\xe8\x18\x87\x48\x06\xe1\xc7\x01\x4b", 16);
    A_SHAInit(sha);
    A_SHAUpdate(sha, "abc", 3);
    A_SHAFinal(sha, digest);
    ok_mem(digest, "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d", 20);
    ok_hex(RtlComputeCrc32(0, "123456789", 9), 0xcbf43926);
}

TESTS
{
    ntdll = GetModuleHandleA("ntdll.dll");
    test_table(true);
    test_table(false);
    test_expression();
    test_compression();
    test_digests();
}
