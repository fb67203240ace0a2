/* SPDX-License-Identifier: MIT */
/* Streams: text and binary mode, positions, buffers, Unicode modes, reopening ("fopen", "Text and binary mode file I/O"). */
#include "crt.h"
#include <fcntl.h>
#include <io.h>
#include <share.h>

static void write_bytes(const char *name, const void *data, size_t size)
{
    FILE *f = fopen(name, "wb");
    if (ok(f, "fopen: %d", errno)) {
        ok_int(fwrite(data, 1, size, f), size);
        fclose(f);
    }
}

static size_t read_bytes(const char *name, char *buf, size_t size)
{
    FILE *f = fopen(name, "rb");
    size_t n = 0;
    if (ok(f, "fopen: %d", errno)) {
        n = fread(buf, 1, size, f);
        fclose(f);
    }
    return n;
}

static void test_text_mode(void)
{
    char buf[100];
    FILE *f = fopen("text.txt", "w");

    ok_int(fputs("one\ntwo\n", f), 0);
    ok_int(ftell(f), 10); /* lines end in two bytes */
    fclose(f);
    ok_int(read_bytes("text.txt", buf, sizeof(buf)), 10);
    ok_mem(buf, "one\r\ntwo\r\n", 10);
    f = fopen("text.txt", "r");
    ok_str(fgets(buf, sizeof(buf), f), "one\n");
    ok_int(ftell(f), 5);
    ok_str(fgets(buf, 3, f), "tw");
    ok_str(fgets(buf, sizeof(buf), f), "o\n");
    ok(!fgets(buf, sizeof(buf), f), "more");
    ok(feof(f), "not at the end");
    ok_int(fseek(f, 5, SEEK_SET), 0);
    ok(!feof(f), "still at the end");
    ok_int(fgetc(f), 't');
    fclose(f);
    /* Ctrl-Z ends a text; a lone CR is one */
    write_bytes("text.txt",
                "a\rb\x1a"
                "c",
                5);
    f = fopen("text.txt", "r");
    ok_int(fread(buf, 1, sizeof(buf), f), 3);
    ok_mem(buf, "a\rb", 3);
    fclose(f);
    f = fopen("text.txt", "rb");
    ok_int(fread(buf, 1, sizeof(buf), f), 5);
    fclose(f);
    /* appending, whatever the position */
    f = fopen("text.txt", "wb");
    fputs("12345", f);
    fclose(f);
    f = fopen("text.txt", "a+b");
    fseek(f, 0, SEEK_SET);
    ok_int(fgetc(f), '1');
    fseek(f, 1, SEEK_SET);
    fputs("67", f);
    fclose(f);
    ok_int(read_bytes("text.txt", buf, sizeof(buf)), 7);
    ok_mem(buf, "1234567", 7);
    remove("text.txt");
}

static void test_positions(void)
{
    char buf[16];
    fpos_t pos;
    FILE *f = fopen("pos.bin", "w+b");

    for (int i = 0; i < 10000; i++)
        fputc(i & 0xff, f);
    ok_int(ftell(f), 10000);
    ok_int(fseek(f, -1, SEEK_END), 0);
    ok_int(fgetc(f), 9999 & 0xff);
    ok_int(fgetc(f), EOF);
    ok_int(fseek(f, 5000, SEEK_SET), 0);
    ok_int(fgetc(f), 5000 & 0xff);
    ok_int(fseek(f, 9, SEEK_CUR), 0);
    ok_int(ftell(f), 5010);
    ok_int(fgetpos(f, &pos), 0);
    ok_int(fread(buf, 4, 4, f), 4);
    ok_int(fsetpos(f, &pos), 0);
    ok_int(ftell(f), 5010);
    ok_int(ungetc('x', f), 'x');
    ok_int(ftell(f), 5009);
    ok_int(fgetc(f), 'x');
    ok_int(fgetc(f), 5010 & 0xff);
    /* reading, then writing after positioning */
    ok_int(fseek(f, 100, SEEK_SET), 0);
    ok_int(fwrite("abc", 1, 3, f), 3);
    ok_int(fseek(f, 99, SEEK_SET), 0);
    ok_int(fread(buf, 1, 5, f), 5);
    ok_mem(buf,
           "\x63"
           "abc\x67",
           5);
    rewind(f);
    ok_int(ftell(f), 0);
    ok_int(_fseeki64(f, 0x123456789ll, SEEK_SET), 0);
    ok_int(_ftelli64(f), 0x123456789ll);
    ok_int(fseek(f, -1, SEEK_SET), -1);
    ok_int(errno, EINVAL);
    fclose(f);
    ok_int(_filelength(0) == -1 || 1, 1);
    remove("pos.bin");
}

static void test_modes(void)
{
    FILE *f;

    errno = 0;
    ok(!fopen("nosuch.txt", "r"), "opened");
    ok_int(errno, ENOENT);
    ok(!fopen("nosuch\\dir\\file", "w"), "opened");
    ok_int(errno, ENOENT);
    IGNORE_INVALID_PARAMETERS();
    ok(!fopen("x.txt", "q"), "opened");
    ok_int(errno, EINVAL);
    f = fopen("ro.txt", "w");
    ok_int(fgetc(f), EOF); /* not open for reading */
    ok(ferror(f), "no error");
    clearerr(f);
    ok(!ferror(f), "error stays");
    fclose(f);
    f = fopen("ro.txt", "r");
    errno = 0;
    ok_int(fputc('x', f), EOF);
    ok_int(errno, EBADF);
    fclose(f);
    f = _fsopen("ro.txt", "r", _SH_DENYWR);
    ok(f, "open");
    ok(!fopen("ro.txt", "w"), "shared although denied");
    ok_int(errno, EACCES);
    fclose(f);
    f = fopen("ro.txt", "wD"); /* deleted when closed */
    ok(f, "open");
    fclose(f);
    ok_int(_access("ro.txt", 0), -1);
#ifdef _UCRT
    f = fopen("new.txt", "wx");
    ok(f, "fopen x: %d", errno);
    fclose(f);
    ok(!fopen("new.txt", "wx"), "opened an existing one");
    ok_int(errno, EEXIST);
    remove("new.txt");
#endif
}

static void test_unicode_modes(void)
{
    char buf[64];
    wchar_t wide[32];
    FILE *f = _wfopen(L"utf8.txt", L"w, ccs=UTF-8");

    if (!ok(f, "_wfopen: %d", errno))
        return;
    ok_int(fputws(L"h\x00e9\x20ac\n", f), 0);
    fclose(f);
    ok_int(read_bytes("utf8.txt", buf, sizeof(buf)), 3 + 1 + 2 + 3 + 2);
    ok_mem(buf, "\xef\xbb\xbfh\xc3\xa9\xe2\x82\xac\r\n", 11);
    f = _wfopen(L"utf8.txt", L"r, ccs=UTF-8");
    ok(fgetws(wide, 32, f), "fgetws");
    ok_wstr(wide, L"h\x00e9\x20ac\n");
    ok(!fgetws(wide, 32, f), "more");
    fclose(f);
    f = _wfopen(L"utf16.txt", L"w, ccs=UTF-16LE");
    fputws(L"a\x4e2d\n", f);
    fclose(f);
    ok_int(read_bytes("utf16.txt", buf, sizeof(buf)), 10);
    ok_mem(buf,
           "\xff\xfe"
           "a\0\x2d\x4e\r\0\n\0",
           10);
    f = _wfopen(L"utf16.txt", L"r, ccs=UNICODE"); /* the mark decides */
    ok(fgetws(wide, 32, f), "fgetws");
    ok_wstr(wide, L"a\x4e2d\n");
    fclose(f);
    /* wide output in ANSI text mode */
    f = fopen("wide.txt", "w");
    ok_int(fwprintf(f, L"%ls %d\n", L"abc", 5), 6);
    fclose(f);
    ok_int(read_bytes("wide.txt", buf, sizeof(buf)), 7);
    ok_mem(buf, "abc 5\r\n", 7);
    f = fopen("wide.txt", "r");
    ok_int(fgetwc(f), 'a');
    ok_int(ungetwc('z', f), 'z');
    ok_int(fgetwc(f), 'z');
    ok_int(fgetwc(f), 'b');
    fclose(f);
    /* binary mode: UTF-16 as it is */
    f = fopen("wide.txt", "wb");
    fputws(L"xy", f);
    fclose(f);
    ok_int(read_bytes("wide.txt", buf, sizeof(buf)), 4);
    ok_mem(buf, "x\0y\0", 4);
    remove("wide.txt");
    remove("utf8.txt");
    remove("utf16.txt");
}

static void test_buffers(void)
{
    char buf[64], own[512];
    FILE *f = fopen("buf.txt", "w"), *g;

    ok_int(setvbuf(f, own, _IOFBF, sizeof(own)), 0);
    fputs("not yet", f);
    ok_int(read_bytes("buf.txt", buf, sizeof(buf)), 0);
    fflush(f);
    ok_int(read_bytes("buf.txt", buf, sizeof(buf)), 7);
    ok_int(setvbuf(f, NULL, _IONBF, 0), 0);
    fputs("now", f);
    ok_int(read_bytes("buf.txt", buf, sizeof(buf)), 10);
    fclose(f);
    f = fopen("buf.txt", "w");
    g = freopen("buf2.txt", "w", f);
    ok_ptr(g, f);
    fputs("second", g);
    fclose(g);
    ok_int(read_bytes("buf2.txt", buf, sizeof(buf)), 6);
    f = _fdopen(_open("buf2.txt", _O_RDONLY | _O_BINARY), "rb");
    ok(f, "_fdopen");
    ok_int(fgetc(f), 's');
    ok(_fileno(f) >= 3, "descriptor %d", _fileno(f));
    fclose(f);
    /* large blocks bypass the buffer and stay in order */
    f = fopen("buf.txt", "w+b");
    char *big = malloc(100000);
    for (int i = 0; i < 100000; i++)
        big[i] = (char)(i * 7);
    ok_int(fwrite("head", 1, 4, f), 4);
    ok_int(fwrite(big, 1000, 100, f), 100);
    ok_int(fwrite("tail", 1, 4, f), 4);
    rewind(f);
    char *back = malloc(100008);
    ok_int(fread(back, 1, 100008, f), 100008);
    ok_mem(back, "head", 4);
    ok_mem(back + 4, big, 100000);
    ok_mem(back + 100004, "tail", 4);
    ok_int(fread(back, 1, 1, f), 0);
    ok(feof(f), "not at the end");
    fclose(f);
    free(big);
    free(back);
    remove("buf.txt");
    remove("buf2.txt");
    f = tmpfile();
    ok(f, "tmpfile: %d", errno);
    if (f) {
        fputs("temporary", f);
        rewind(f);
        ok_str(fgets(buf, sizeof(buf), f), "temporary");
        ok_int(_rmtmp(), 1);
    }
    ok(tmpnam(NULL), "tmpnam");
    ok(strcmp(tmpnam(buf), tmpnam(NULL)), "the same twice");
}

TESTS
{
    test_text_mode();
    test_positions();
    test_modes();
    test_unicode_modes();
    test_buffers();
    ok_int(_getmaxstdio(), 512);
}
