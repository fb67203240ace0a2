/* SPDX-License-Identifier: MIT */
/* process.h and the ends of a process: _spawn, _exec, _cwait, system, _popen, threads, exit functions, abort, signals. */
#include "crt.h"
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <signal.h>

static void __cdecl first(void)
{
    fputs("first ", stdout);
}

static void __cdecl second(void)
{
    fputs("second ", stdout);
    atexit(first); /* registered while they run: called next */
}

static void __cdecl third(void)
{
    fputs("third ", stdout);
}

static void __cdecl on_abort(int sig)
{
    printf("signal %d ", sig);
    fflush(stdout);
}

/* What the child does, by its first argument. */
static int child(int argc, char **argv)
{
    const char *what = argv[2];

    if (!strcmp(what, "args")) {
        for (int i = 3; i < argc; i++)
            printf("[%s]", argv[i]);
        return 0;
    }
    if (!strcmp(what, "exit")) {
        atexit(third);
        atexit(second);
        fputs("main ", stdout);
        exit(atoi(argv[3]));
    }
    if (!strcmp(what, "quick")) {
        atexit(third);
        fputs("lost", stdout);
        _exit(9);
    }
    if (!strcmp(what, "abort")) {
        signal(SIGABRT, on_abort);
#ifdef _UCRT
        _set_abort_behavior(0, _CALL_REPORTFAULT); /* else it is a fast fail */
#endif
        abort();
    }
    if (!strcmp(what, "env")) {
        fputs(getenv("CHILD_VARIABLE") ? getenv("CHILD_VARIABLE") : "unset", stdout);
        return 0;
    }
    if (!strcmp(what, "write"))
        return _write(atoi(argv[3]), "through\n", 8) == 8 ? 0 : 1;
    if (!strcmp(what, "upper")) {
        int c;
        while ((c = getchar()) != EOF)
            putchar(c >= 'a' && c <= 'z' ? c - 32 : c);
        return 0;
    }
    if (!strcmp(what, "raise"))
        return raise(SIGTERM); /* default action: exit code 3 */
    return 99;
}

/* Runs a child with its output in a file; its exit code. */
static char output[400];
static char self[MAX_PATH];

static int run(const char *a, const char *b, const char *c, const char *d)
{
    int saved = _dup(1), fd = _open("out.txt", _O_RDWR | _O_CREAT | _O_TRUNC | _O_BINARY, 0600), r, n;

    fflush(stdout);
    _dup2(fd, 1);
    r = (int)_spawnl(_P_WAIT, self, "crt-test", "child", a, b, c, d, NULL);
    _dup2(saved, 1);
    _close(saved);
    _lseek(fd, 0, SEEK_SET);
    n = _read(fd, output, sizeof(output) - 1);
    output[n > 0 ? n : 0] = 0;
    _close(fd);
    _unlink("out.txt");
    return r;
}

static void test_spawn(void)
{
    intptr_t process;
    int status = -1;

    ok_int(run("args", "a", "\"b c\"", "d\\\"e"), 0);
    ok_str(output, "[a][b c][d\"e]");
    ok_int(run("args", "*.nomatch", "\"\"", NULL), 0);
    ok_str(output, "[*.nomatch][]");
    ok_int(run("exit", "42", NULL, NULL), 42);
    ok_str(output, "main second first third ");
    ok_int(run("exit", "-2", NULL, NULL), -2);
    ok_int(run("quick", NULL, NULL, NULL), 9);
    ok_str(output, "");
    _putenv("CHILD_VARIABLE=from parent");
    ok_int(run("env", NULL, NULL, NULL), 0);
    ok_str(output, "from parent");
    process = _spawnl(_P_NOWAIT, self, "crt-test", "child", "exit", "7", NULL);
    ok(process > 0, "_spawnl: %d", errno);
    ok_int(_cwait(&status, process, 0), process);
    ok_int(status, 7);
    const char *environment[] = { "CHILD_VARIABLE=of its own", NULL };
    const char *arguments[] = { "crt-test", "child", "env", NULL };
    ok_int(_spawnve(_P_WAIT, self, arguments, environment), 0);
    putchar('\n'); /* behind what the children wrote */
    fflush(stdout);
    errno = 0;
    ok_int(_spawnl(_P_WAIT, "no-such-program.exe", "x", NULL), -1);
    ok_int(errno, ENOENT);
    ok_int(_spawnlp(_P_WAIT, "no-such-program", "x", NULL), -1);
    ok_int(errno, ENOENT);
    IGNORE_INVALID_PARAMETERS();
    ok_int(_cwait(&status, -1, 0), -1);
    ok_int(errno, ECHILD);
}

static void test_descriptors(void)
{
    int fds[2], n;
    char number[12], buf[32] = "";

    ok_int(_pipe(fds, 512, _O_BINARY), 0);
    _itoa(fds[1], number, 10);
    ok_int(_spawnl(_P_WAIT, self, "crt-test", "child", "write", number, NULL), 0);
    _close(fds[1]);
    n = _read(fds[0], buf, sizeof(buf) - 1);
    ok(n >= 8 && !memcmp(buf, "through", 7), "%d bytes, \"%s\"", n, buf);
    _close(fds[0]);
}

static void test_ends(void)
{
    ok_int(run("abort", NULL, NULL, NULL), 3);
    ok_str(output, "signal 22 ");
    ok_int(run("raise", NULL, NULL, NULL), 3);
}

static volatile LONG counter;

static unsigned __stdcall thread_function(void *argument)
{
    InterlockedAdd(&counter, (LONG)(intptr_t)argument);
    errno = 55; /* each thread has its own */
    if ((intptr_t)argument == 2)
        _endthreadex(77);
    return 66;
}

static void __cdecl simple_thread(void *argument)
{
    InterlockedAdd(&counter, 100);
    SetEvent(argument);
}

static void test_threads(void)
{
    unsigned id = 0;
    DWORD code = 0;
    HANDLE h, event = CreateEventA(NULL, FALSE, FALSE, NULL);

    errno = 5;
    h = (HANDLE)_beginthreadex(NULL, 0, thread_function, (void *)1, 0, &id);
    ok(h && id, "_beginthreadex: %d", errno);
    ok_int(WaitForSingleObject(h, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(h, &code);
    ok_int(code, 66);
    CloseHandle(h);
    h = (HANDLE)_beginthreadex(NULL, 0, thread_function, (void *)2, CREATE_SUSPENDED, NULL);
    ok_int(WaitForSingleObject(h, 10), WAIT_TIMEOUT);
    ResumeThread(h);
    ok_int(WaitForSingleObject(h, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(h, &code);
    ok_int(code, 77);
    CloseHandle(h);
    ok(_beginthread(simple_thread, 0, event) != (uintptr_t)-1, "_beginthread: %d", errno);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(counter, 103);
    ok_int(errno, 5);
    CloseHandle(event);
}

static int got;

static void __cdecl handler(int sig)
{
    got = sig;
}

static void test_signals(void)
{
    ok(signal(SIGTERM, handler) == SIG_DFL, "a handler");
    ok_int(raise(SIGTERM), 0);
    ok_int(got, SIGTERM);
    ok(signal(SIGTERM, SIG_IGN) == SIG_DFL, "stays set"); /* reset before the call */
    ok_int(raise(SIGTERM), 0);
    signal(SIGINT, handler);
    ok_int(raise(SIGINT), 0);
    ok_int(got, SIGINT);
    IGNORE_INVALID_PARAMETERS();
    ok(signal(1234, handler) == SIG_ERR, "accepted");
    ok_int(errno, EINVAL);
}

static void test_command(void)
{
    /* With a command interpreter its answers, without one an honest error. */
    if (system(NULL)) {
        ok_int(system("exit 5"), 5);
        FILE *p = _popen("echo popen", "r");
        char line[40] = "";
        if (ok(p, "_popen: %d", errno)) {
            fgets(line, sizeof(line), p);
            ok_str(line, "popen\n");
            ok_int(_pclose(p), 0);
        }
    } else {
        errno = 0;
        ok_int(system("exit 5"), -1);
        ok_int(errno, ENOENT);
        ok(!_popen("echo popen", "r"), "opened");
    }
}

TESTS
{
    if (test_argc > 2 && !strcmp(test_argv[1], "child"))
        exit(child(test_argc, test_argv));
    GetModuleFileNameA(NULL, self, sizeof(self));
    test_spawn();
    test_descriptors();
    test_ends();
    test_threads();
    test_signals();
    test_command();
}
