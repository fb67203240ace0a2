/* SPDX-License-Identifier: MIT */
/* Low-level input and output: descriptors, modes, pipes, directories of files ("Low-level I/O"). */
#include "crt.h"
#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <share.h>
#include <sys/stat.h>
#include <sys/utime.h>

static void test_descriptors(void)
{
    char buf[32];
    int fd = _open("low.txt", _O_RDWR | _O_CREAT | _O_TRUNC | _O_BINARY, _S_IREAD | _S_IWRITE), copy;

    if (!ok(fd >= 3, "_open: %d", errno))
        return;
    ok_int(_write(fd, "a\nb\n", 4), 4);
    ok_int(_tell(fd), 4);
    ok_int(_lseek(fd, 0, SEEK_SET), 0);
    ok_int(_setmode(fd, _O_TEXT), _O_BINARY);
    ok_int(_write(fd, "x\n", 2), 2);
    ok_int(_tell(fd), 3);
    ok_int(_setmode(fd, _O_BINARY), _O_TEXT);
    ok_int(_lseeki64(fd, 0, SEEK_END), 4);
    ok_int(_filelength(fd), 4);
    ok_int(_filelengthi64(fd), 4);
    ok_int(_chsize(fd, 10), 0);
    ok_int(_filelength(fd), 10);
    ok_int(_eof(fd), 0);
    copy = _dup(fd);
    ok(copy > fd, "_dup: %d", copy);
    ok_int(_lseek(copy, 1, SEEK_SET), 1);
    ok_int(_tell(fd), 1); /* one position for both */
    ok_int(_dup2(fd, 20), 0);
    ok_int(_close(20), 0);
    ok_int(_close(copy), 0);
    ok_int(_isatty(fd), 0);
    ok(_get_osfhandle(fd) > 0, "handle");
    ok_int(_commit(fd), 0);
    ok_int(_close(fd), 0);
    IGNORE_INVALID_PARAMETERS();
    ok_int(_close(fd), -1);
    ok_int(errno, EBADF);
    ok_int(_read(fd, buf, 1), -1);
    ok_int(_open("low.txt", _O_RDWR | _O_CREAT | _O_EXCL, _S_IWRITE), -1);
    ok_int(errno, EEXIST);
    ok_int(_open("nosuch", _O_RDONLY), -1);
    ok_int(errno, ENOENT);
    /* text mode: CR LF to LF, and what is split between two reads */
    fd = _open("low.txt", _O_RDWR | _O_TRUNC | _O_BINARY);
    _write(fd,
           "1\r\n2\r3\r\n\x1a"
           "4",
           10);
    _close(fd);
    fd = _open("low.txt", _O_RDONLY | _O_TEXT);
    ok_int(_read(fd, buf, 2), 1); /* the CR before an LF that did not fit is skipped */
    ok_mem(buf, "1", 1);
    ok_int(_read(fd, buf, sizeof(buf)), 5);
    ok_mem(buf, "\n2\r3\n", 5);
    ok_int(_read(fd, buf, sizeof(buf)), 0);
    _close(fd);
    /* a descriptor of a handle */
    HANDLE h = CreateFileA("low.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    fd = _open_osfhandle((intptr_t)h, _O_RDONLY);
    ok(fd >= 3, "_open_osfhandle");
    ok_ptr(_get_osfhandle(fd), h);
    ok_int(_read(fd, buf, 1), 1);
    _close(fd);
    ok_int(_sopen("low.txt", _O_RDONLY, _SH_DENYNO) >= 3 ? 0 : -1, 0);
    ok_int(_unlink("low.txt") == 0 || errno == EACCES, 1); /* still open: sharing violation */
}

static void test_unicode(void)
{
    wchar_t wide[8];
    char buf[16];
    int fd = _open("uni.txt", _O_CREAT | _O_TRUNC | _O_RDWR | _O_U8TEXT, _S_IREAD | _S_IWRITE);

    if (!ok(fd >= 3, "_open: %d", errno))
        return;
    ok_int(_write(fd, L"\x00e9\n", 4), 4);
    _close(fd);
    fd = _open("uni.txt", _O_RDONLY | _O_BINARY);
    int n = _read(fd, buf, sizeof(buf));
    ok(n >= 4 && !memcmp(buf + n - 4, "\xc3\xa9\r\n", 4), "%d bytes", n);
    _close(fd);
    fd = _open("uni.txt", _O_RDONLY | _O_U8TEXT);
    ok_int(_read(fd, wide, sizeof(wide)), 4);
    ok_mem(wide, L"\x00e9\n", 4);
    _close(fd);
    _unlink("uni.txt");
}

static void test_pipe(void)
{
    int fds[2];
    char buf[16];

    ok_int(_pipe(fds, 1024, _O_BINARY), 0);
    ok_int(_write(fds[1], "pipe", 4), 4);
    ok_int(_read(fds[0], buf, sizeof(buf)), 4);
    ok_mem(buf, "pipe", 4);
    ok_int(_close(fds[1]), 0);
    ok_int(_read(fds[0], buf, sizeof(buf)), 0);
    ok_int(_close(fds[0]), 0);
}

static void test_files(void)
{
    struct _stat64 st;
    struct __utimbuf64 times = { 1000000000, 1200000000 };
    struct __finddata64_t found;
    char buf[_MAX_PATH];
    FILE *f = fopen("st.txt", "wb");
    int count = 0;

    fputs("12345", f);
    ok_int(_fstat64(_fileno(f), &st), 0);
    fclose(f);
    ok_int(_stat64("st.txt", &st), 0);
    ok_int(st.st_size, 5);
    ok_hex(st.st_mode & _S_IFMT, _S_IFREG);
    ok_hex(st.st_mode & (_S_IREAD | _S_IWRITE), _S_IREAD | _S_IWRITE);
    ok_int(st.st_nlink, 1);
    ok_int(_utime64("st.txt", &times), 0);
    ok_int(_stat64("st.txt", &st), 0);
    ok_int(st.st_mtime, 1200000000);
    ok_int(st.st_atime, 1000000000);
    ok_int(_access("st.txt", 0), 0);
    ok_int(_access("st.txt", 6), 0);
    ok_int(_chmod("st.txt", _S_IREAD), 0);
    ok_int(_access("st.txt", 2), -1);
    ok_int(errno, EACCES);
    ok_int(_stat64("st.txt", &st), 0);
    ok_hex(st.st_mode & _S_IWRITE, 0);
    ok_int(_unlink("st.txt"), -1);
    ok_int(errno, EACCES);
    ok_int(_chmod("st.txt", _S_IREAD | _S_IWRITE), 0);
    ok_int(_stat64("nosuch", &st), -1);
    ok_int(errno, ENOENT);
    ok_int(_mkdir("folder"), 0);
    ok_int(_mkdir("folder"), -1);
    ok_int(errno, EEXIST);
    ok_int(_stat64("folder", &st), 0);
    ok_hex(st.st_mode & _S_IFMT, _S_IFDIR);
    ok_int(rename("st.txt", "folder\\moved.txt"), 0);
    ok_int(_rmdir("folder"), -1);
    ok_int(errno, ENOTEMPTY);
    ok_int(_chdir("folder"), 0);
    ok(_getcwd(buf, sizeof(buf)) && !strcmp(strrchr(buf, '\\'), "\\folder"), "%s", buf);
    ok_int(_chdir(".."), 0);
    intptr_t find = _findfirst64("folder\\*", &found);
    if (ok(find != -1, "_findfirst64: %d", errno)) {
        do {
            count++;
            if (!strcmp(found.name, "moved.txt")) {
                ok_int(found.size, 5);
                ok_int(found.time_write, 1200000000);
                ok_hex(found.attrib & _A_SUBDIR, 0);
            } else {
                ok_hex(found.attrib & _A_SUBDIR, _A_SUBDIR);
            }
        } while (!_findnext64(find, &found));
        ok_int(errno, ENOENT);
        ok_int(_findclose(find), 0);
    }
    ok_int(count, 3); /* . and .. too */
    ok_int((int)_findfirst64("folder\\no*", &found), -1);
    ok_int(errno, ENOENT);
    ok_int(remove("folder\\moved.txt"), 0);
    ok_int(_rmdir("folder"), 0);
    ok_int(_rmdir("folder"), -1);
    ok(_getdrive() > 0, "drive");
}

static void test_paths(void)
{
    char drive[_MAX_DRIVE], dir[_MAX_DIR], name[_MAX_FNAME], ext[_MAX_EXT], path[_MAX_PATH];

    _splitpath("C:\\dir/sub.x\\file.tar.gz", drive, dir, name, ext);
    ok_str(drive, "C:");
    ok_str(dir, "\\dir/sub.x\\");
    ok_str(name, "file.tar");
    ok_str(ext, ".gz");
    _splitpath("plain", drive, dir, name, ext);
    ok_str(drive, "");
    ok_str(dir, "");
    ok_str(name, "plain");
    ok_str(ext, "");
    _makepath(path, "d", "a\\b", "n", "e");
    ok_str(path, "d:a\\b\\n.e");
    _makepath(path, NULL, "a/", "n", ".e");
    ok_str(path, "a/n.e");
    ok_str(_fullpath(path, "C:\\a\\.\\b\\..\\c", sizeof(path)), "C:\\a\\c");
    ok(!_fullpath(path, "C:\\abc", 4), "fits");
    ok_int(errno, ERANGE);
    char template[] = "abXXXXXX";
    ok(_mktemp(template), "_mktemp");
    ok(!memcmp(template, "aba", 3), "%s", template);
    _searchenv("kernel32.dll", "PATH", path);
    ok(strstr(path, "kernel32.dll"), "found %s", path);
    _searchenv("no such file", "PATH", path);
    ok_str(path, "");
}

TESTS
{
    test_descriptors();
    test_unicode();
    test_pipe();
    test_files();
    test_paths();
}
