/* SPDX-License-Identifier: MIT */
/* BackupRead, BackupSeek and BackupWrite: a file with streams, security and data, there and back; in pieces of all sizes. */
#include "../test.h"

static char folder[MAX_PATH];

static const char *path_of(const char *name)
{
    static char path[MAX_PATH];

    sprintf(path, "%s\\%s", folder, name);
    return path;
}

static void make(const char *name, const char *text, DWORD size)
{
    HANDLE file = CreateFileA(path_of(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD n;

    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok(WriteFile(file, text, size, &n, NULL) && n == size, "error %lu", GetLastError());
    CloseHandle(file);
}

static void ok_content(const char *name, const char *text, DWORD size)
{
    HANDLE file = CreateFileA(path_of(name), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    char *got = calloc(1, size + 1);
    DWORD n = 0;

    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok(ReadFile(file, got, size + 1, &n, NULL) && n == size && !memcmp(got, text, size), "%s: %lu bytes", name, n);
    CloseHandle(file);
    free(got);
}

/* Everything about a file, read `piece` bytes at a time. */
static DWORD read_all(const char *name, BYTE *buffer, DWORD room, DWORD piece, BOOL security)
{
    HANDLE file = CreateFileA(path_of(name), GENERIC_READ | READ_CONTROL, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                              FILE_FLAG_BACKUP_SEMANTICS, NULL);
    void *context = NULL;
    DWORD n, total = 0;

    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    while (total + piece <= room && BackupRead(file, buffer + total, piece, &n, FALSE, security, &context) && n)
        total += n;
    ok(BackupRead(file, NULL, 0, &n, TRUE, FALSE, &context) && !context, "error %lu", GetLastError());
    CloseHandle(file);
    return total;
}

static void write_all(const char *name, BYTE *buffer, DWORD size, DWORD piece)
{
    HANDLE file = CreateFileA(path_of(name), GENERIC_WRITE | WRITE_DAC | WRITE_OWNER, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    void *context = NULL;
    DWORD n;

    for (DWORD at = 0; at < size; at += n) {
        if (!ok(BackupWrite(file, buffer + at, min(piece, size - at), &n, FALSE, TRUE, &context) && n, "error %lu",
                GetLastError()))
            break;
    }
    ok(BackupWrite(file, NULL, 0, &n, TRUE, FALSE, &context), "error %lu", GetLastError());
    CloseHandle(file);
}

static void test_round_trip(void)
{
    static const DWORD pieces[] = { 24, 37, 4096, 200000 };
    static char big[100000];
    BYTE *first = malloc(1 << 20), *other = malloc(1 << 20);

    for (unsigned i = 0; i < sizeof(big); i++)
        big[i] = (char)(i * 7 / 3);
    make("file", big, sizeof(big));
    make("file:note", "a note", 6);
    make("file:empty", "", 0);
    DWORD size = read_all("file", first, 1 << 20, 65536, TRUE);
    ok(size > sizeof(big) + 6 + 3 * 20, "%lu bytes", size);
    for (unsigned i = 0; i < ARRAYSIZE(pieces); i++) {
        char name[16];
        ok_int(read_all("file", other, 1 << 20, pieces[i], TRUE), size);
        ok(!memcmp(first, other, size), "pieces of %lu bytes", pieces[i]);
        sprintf(name, "copy%u", i);
        write_all(name, first, size, pieces[i]);
        ok_content(name, big, sizeof(big));
        strcat(name, ":note");
        ok_content(name, "a note", 6);
    }
    ok_content("copy0:empty", "", 0);
    free(first);
    free(other);
}

/* The way of "Creating a Backup Application": heads are read, data are passed over. */
static void test_seek(void)
{
    HANDLE file;
    WIN32_STREAM_ID id;
    void *context = NULL;
    DWORD n, low, high, data = 0, alternate = 0, steps = 0;
    WCHAR name[100];

    file = CreateFileA(path_of("file"), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS,
                       NULL);
    while (steps++ < 10 && BackupRead(file, (BYTE *)&id, 20, &n, FALSE, FALSE, &context) && n == 20) {
        data += id.dwStreamId == BACKUP_DATA;
        alternate += id.dwStreamId == BACKUP_ALTERNATE_DATA;
        if (id.dwStreamNameSize) {
            /* "this function cannot be used to skip the stream name" */
            ok(!BackupSeek(file, 1, 0, &low, &high, &context) && !low, "a name was passed over");
            ok(BackupRead(file, (BYTE *)name, id.dwStreamNameSize, &n, FALSE, FALSE, &context), "error %lu",
               GetLastError());
            ok(n == id.dwStreamNameSize && name[0] == ':', "%lu bytes of a name", n);
        }
        if (id.dwStreamId == BACKUP_DATA) {
            char text[4];
            ok_int(id.Size.LowPart, 100000);
            ok(BackupSeek(file, 99996, 0, &low, &high, &context) && low == 99996, "error %lu", GetLastError());
            ok(BackupRead(file, (BYTE *)text, 3, &n, FALSE, FALSE, &context) && n == 3, "%lu bytes", n);
            /* past the end: as far as it goes */
            ok(!BackupSeek(file, 100, 1, &low, &high, &context) && low == 1 && !high, "%lu bytes", low);
        } else if (id.Size.LowPart) {
            BackupSeek(file, id.Size.LowPart, id.Size.HighPart, &low, &high, &context);
        }
    }
    ok_int(data, 1);
    ok_int(alternate, 2);
    ok(BackupRead(file, NULL, 0, &n, TRUE, FALSE, &context), "error %lu", GetLastError());
    CloseHandle(file);
}

static void test_damaged(void)
{
    WIN32_STREAM_ID id = { 77, 0, { { 5, 0 } }, 0, { 0 } };
    HANDLE file = CreateFileA(path_of("damaged"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    void *context = NULL;
    DWORD n;

    ok(!BackupWrite(file, (BYTE *)&id, 20, &n, FALSE, FALSE, &context), "an unknown kind of stream");
    ok(BackupWrite(file, NULL, 0, &n, TRUE, FALSE, &context), "error %lu", GetLastError());
    id.dwStreamId = BACKUP_DATA;
    id.Size.QuadPart = -1;
    ok(!BackupWrite(file, (BYTE *)&id, 20, &n, FALSE, FALSE, &context), "a negative size");
    ok(BackupWrite(file, NULL, 0, &n, TRUE, FALSE, &context), "error %lu", GetLastError());
    id.dwStreamId = BACKUP_ALTERNATE_DATA;
    ok(!BackupWrite(file, (BYTE *)&id, 20, &n, FALSE, FALSE, &context), "a stream without a name");
    ok(BackupWrite(file, NULL, 0, &n, TRUE, FALSE, &context), "error %lu", GetLastError());
    CloseHandle(file);
    ok(!BackupRead(INVALID_HANDLE_VALUE, (BYTE *)&id, 20, &n, FALSE, FALSE, &context) && !context, "no file");
}

TESTS
{
    static const char *const names[] = { "file", "copy0", "copy1", "copy2", "copy3", "damaged" };

    GetTempPathA(sizeof(folder) - 40, folder);
    sprintf(folder + strlen(folder), "transom-backup-%lu", GetCurrentProcessId());
    ok(CreateDirectoryA(folder, NULL), "error %lu", GetLastError());
    test_round_trip();
    test_seek();
    test_damaged();
    for (unsigned i = 0; i < ARRAYSIZE(names); i++)
        DeleteFileA(path_of(names[i]));
    ok(RemoveDirectoryA(folder), "error %lu", GetLastError());
}
