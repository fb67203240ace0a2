/* SPDX-License-Identifier: MIT */
/*
 * files.c: what operations on files cost, with Linux's calls and with Windows', in the folder it is started in. Prints
 * `name<tab>nanoseconds` each. What is measured is done in slices of about a millisecond, and the lower quartile of these counts:
 * so a busy machine matters little. `files NUMBER` uses folders of that many entries (default 20,000), which it makes and removes;
 * `files NUMBER kept [NAME]` takes the folder and the large file as they are, so that all who are compared read the same pages of
 * memory (files-curve, run); with a name, it does only that measurement. `files NUMBER make` only makes them, `files NUMBER
 * remove` removes them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned entries = 20000;
static char block[65536];
static uint64_t sum; /* what is read is used */

static void entry_name(char *name, unsigned i)
{
    sprintf(name, "bench.dir/Entry-%06u.txt", i * 7919u % entries);
}

#ifdef _WIN32
#include <windows.h>

static HANDLE file;
static char *view;
#define FILE_SIZE (64ll << 20)

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}
static void make_folder(const char *name)
{
    CreateDirectoryA(name, NULL);
}
static void make_file(const char *name)
{
    CloseHandle(CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
}
static void open_big(void)
{
    file = CreateFileA("bench.big", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, 0, NULL);
}
static void map_big(void)
{
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    CloseHandle(section);
}
static void write_at(uint64_t offset, unsigned size)
{
    OVERLAPPED at = { .Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32) };
    DWORD done;
    WriteFile(file, block, size, &done, &at);
}
static void read_at(uint64_t offset, unsigned size)
{
    OVERLAPPED at = { .Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32) };
    DWORD done;
    ReadFile(file, block, size, &done, &at);
}
static void open_close(const char *name)
{
    CloseHandle(CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL));
}
static void query(const char *name)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    GetFileAttributesExA(name, GetFileExInfoStandard, &data);
    sum += data.nFileSizeLow;
}
static HANDLE find = INVALID_HANDLE_VALUE;
static void next_entry(void)
{
    WIN32_FIND_DATAA data;
    if (find == INVALID_HANDLE_VALUE) {
        find = FindFirstFileA("bench.dir\\*", &data);
    } else if (!FindNextFileA(find, &data)) {
        FindClose(find);
        find = INVALID_HANDLE_VALUE;
        return;
    }
    sum += data.nFileSizeLow + data.cFileName[0];
}
static void small_file(const char *name)
{
    DWORD done;
    HANDLE small = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    WriteFile(small, block, 1000, &done, NULL);
    CloseHandle(small);
}
static void delete_file(const char *name)
{
    DeleteFileA(name);
}
static void close_big(void)
{
    UnmapViewOfFile(view);
    CloseHandle(file);
}
static void remove_folder(void)
{
    for (unsigned i = 0; i < entries; i++) {
        char name[64];
        entry_name(name, i);
        DeleteFileA(name);
    }
    RemoveDirectoryA("bench.dir");
    DeleteFileA("bench.big");
}

#else
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int file;
static char *view;
#define FILE_SIZE (64ll << 20)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static void make_folder(const char *name)
{
    mkdir(name, 0777);
}
static void make_file(const char *name)
{
    close(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666));
}
static void open_big(void)
{
    file = open("bench.big", O_RDWR | O_CREAT, 0666);
}
static void map_big(void)
{
    view = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, file, 0);
}
static void write_at(uint64_t offset, unsigned size)
{
    if (pwrite(file, block, size, offset) != size)
        exit(1);
}
static void read_at(uint64_t offset, unsigned size)
{
    if (pread(file, block, size, offset) != size)
        exit(1);
}
static void open_close(const char *name)
{
    close(open(name, O_RDONLY | O_CLOEXEC));
}
static void query(const char *name)
{
    struct stat st;
    stat(name, &st);
    sum += st.st_size;
}
static DIR *dir;
static void next_entry(void)
{
    struct dirent *entry;
    struct stat st;
    if (!dir)
        dir = opendir("bench.dir");
    if (!(entry = readdir(dir))) {
        closedir(dir);
        dir = NULL;
        return;
    }
    fstatat(dirfd(dir), entry->d_name, &st, 0);
    sum += st.st_size + entry->d_name[0];
}
static void small_file(const char *name)
{
    int small = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (write(small, block, 1000) != 1000)
        exit(1);
    close(small);
}
static void delete_file(const char *name)
{
    unlink(name);
}
static void close_big(void)
{
    if (view)
        munmap(view, FILE_SIZE);
    close(file);
}
static void remove_folder(void)
{
    for (unsigned i = 0; i < entries; i++) {
        char name[64];
        entry_name(name, i);
        unlink(name);
    }
    rmdir("bench.dir");
    unlink("bench.big");
}
#endif

static unsigned counter;

static void run_open_close(void)
{
    char name[64];
    entry_name(name, counter++);
    open_close(name);
}
static void run_query(void)
{
    char name[64];
    entry_name(name, counter++);
    query(name);
}
/* Natively the exact name: that is the limit. */
static void run_wrong_case(void)
{
    char name[64];
    entry_name(name, counter++);
#ifdef _WIN32
    memcpy(strchr(name, '/') + 1, "eNTRY", 5);
#endif
    open_close(name);
}
static void run_missing(void)
{
    char name[64];
    entry_name(name, counter++);
    name[strlen(name) - 1] = 'x';
    query(name);
}
static void run_write_64k(void)
{
    write_at(counter++ * 65536ull % FILE_SIZE, 65536);
}
static void run_read_64k(void)
{
    read_at(counter++ * 65536ull % FILE_SIZE, 65536);
}
static void run_read_4k(void)
{
    read_at(counter++ * 2654435761u % (FILE_SIZE / 4096) * 4096, 4096);
}
static void run_mapped(void)
{
    const uint64_t *words = (const uint64_t *)(view + counter++ * 65536ull % FILE_SIZE);
    for (unsigned i = 0; i < 8192; i++)
        sum += words[i];
}
/* 5,000 small files are made, then deleted, and so on. */
static unsigned small_count;
static void run_create(void)
{
    char name[64];
    sprintf(name, "bench.dir/small-%u", small_count++ % 5000);
    small_file(name);
}
static void run_delete(void)
{
    char name[64];
    sprintf(name, "bench.dir/small-%u", small_count++ % 5000);
    delete_file(name);
}

static const struct {
    const char *name;
    void (*run)(void), (*undo)(void);
    int slice, slices;
} benches[] = {
    { "write-64K", run_write_64k, NULL, 100, 200 },    { "read-64K", run_read_64k, NULL, 100, 200 },
    { "read-4K-random", run_read_4k, NULL, 500, 200 }, { "mapped-64K", run_mapped, NULL, 200, 100 },
    { "open-close", run_open_close, NULL, 250, 100 },  { "query", run_query, NULL, 500, 100 },
    { "wrong-case", run_wrong_case, NULL, 100, 200 },  { "missing", run_missing, NULL, 500, 100 },
    { "enumerate", next_entry, NULL, 500, 200 },       { "small-files", run_create, run_delete, 50, 100 },
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The lower quartile of `slices` slices; fewer if they take very long. */
static double measure(void (*run)(void), int slice, int slices)
{
    double each[200], begin = now();
    int count = 0;

    while (count < slices && (count < 2 || run == run_create || run == run_delete || now() - begin < 3e9)) {
        double start = now();
        for (int n = 0; n < slice; n++)
            run();
        each[count++] = (now() - start) / slice;
    }
    qsort(each, count, sizeof(*each), by_value);
    return each[count / 4];
}

static void make_entries(void)
{
    make_folder("bench.dir");
    for (unsigned i = 0; i < entries; i++) {
        char name[64];
        entry_name(name, i);
        make_file(name);
    }
    open_big();
    for (uint64_t at = 0; at < FILE_SIZE; at += sizeof(block))
        write_at(at, sizeof(block));
    close_big();
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[2] : "";

    if (argc > 1)
        entries = atoi(argv[1]);
    if (strcmp(mode, "kept") && strcmp(mode, "remove"))
        make_entries();
    if (strcmp(mode, "make") && strcmp(mode, "remove")) {
        open_big();
        map_big();
        for (int i = 0; i < 1024; i++)
            run_mapped();
        run_wrong_case(); /* the first one reads the folder */
        for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
            double each;
            if (argc > 3 && strcmp(argv[3], benches[i].name))
                continue;
            each = measure(benches[i].run, benches[i].slice, benches[i].slices);
            if (benches[i].undo)
                each += measure(benches[i].undo, benches[i].slice, benches[i].slices);
            printf("%s\t%.1f\n", benches[i].name, each);
            fflush(stdout);
        }
        close_big();
    }
    if (strcmp(mode, "kept") && strcmp(mode, "make"))
        remove_folder();
    return sum == 1;
}
