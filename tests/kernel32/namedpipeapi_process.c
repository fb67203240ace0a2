/* SPDX-License-Identifier: MIT */
/* Named pipes between processes: connecting, inherited and duplicated ends in message mode, death of an end. */
#include "../test.h"

static const char name[] = "\\\\.\\pipe\\transom-namedpipeapi-process";

static HANDLE run_with(const char *role, HANDLE in, HANDLE out, DWORD *id)
{
    STARTUPINFOA startup = { .cb = sizeof startup };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 64];

    if (in || out) {
        startup.dwFlags = STARTF_USESTDHANDLES;
        startup.hStdInput = in;
        startup.hStdOutput = out;
        startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    }
    snprintf(line, sizeof line, "\"%s\" %s", test_argv[0], role);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    CloseHandle(info.hThread);
    if (id)
        *id = info.dwProcessId;
    return info.hProcess;
}

static HANDLE run(const char *role)
{
    return run_with(role, NULL, NULL, NULL);
}

static DWORD end(HANDLE process)
{
    DWORD code = 99;

    ok(!WaitForSingleObject(process, 10000), "the child does not end");
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

static HANDLE make_server(BOOL inherit, DWORD instances)
{
    SECURITY_ATTRIBUTES security = { sizeof security, NULL, inherit };

    return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, instances, 4096, 4096,
                            100, &security);
}

static HANDLE make_client(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, NULL);

    if (client != INVALID_HANDLE_VALUE)
        SetNamedPipeHandleState(client, &mode, NULL, NULL);
    return client;
}

static BOOL await_client(HANDLE server)
{
    return ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED;
}

/* What one end asks, the other answers: each message with a '+' at its end. */
static int answer(HANDLE pipe)
{
    char buffer[64];
    DWORD n;

    while (ReadFile(pipe, buffer, sizeof buffer - 1, &n, NULL)) {
        buffer[n] = '+';
        if (!WriteFile(pipe, buffer, n + 1, &n, NULL))
            return 2;
    }
    return GetLastError() == ERROR_BROKEN_PIPE ? 0 : 1;
}

static void ask(HANDLE pipe, const char *question)
{
    char buffer[64];
    DWORD n = 0;

    ok(WriteFile(pipe, question, (DWORD)strlen(question), &n, NULL), "error %lu", GetLastError());
    ok(ReadFile(pipe, buffer, sizeof buffer, &n, NULL), "error %lu", GetLastError());
    ok(n == strlen(question) + 1 && buffer[n - 1] == '+' && !memcmp(buffer, question, n - 1), "%lu bytes", n);
}

static void test_client(void)
{
    HANDLE server = make_server(FALSE, 1), process;
    DWORD id;
    ULONG got = 0;

    process = run_with("client", NULL, NULL, &id);
    ok(await_client(server), "error %lu", GetLastError());
    ask(server, "one");
    ask(server, "a longer question");
    ok(GetNamedPipeClientProcessId(server, &got) && got == id, "%lu, not %lu", got, id);
    ok(GetNamedPipeServerProcessId(server, &got) && got == GetCurrentProcessId(), "%lu", got);
    ok(GetNamedPipeHandleStateA(server, NULL, &got, NULL, NULL, NULL, 0) && got == 1, "%lu instances", got);
    ok(ImpersonateNamedPipeClient(server) && RevertToSelf(), "error %lu", GetLastError());
    CloseHandle(server);
    ok_int(end(process), 0);
}

/* Both ends know messages whichever process has them; the read mode is the end's. */
static void test_inherited(void)
{
    HANDLE server = make_server(TRUE, 1), client = make_client(), process;
    char role[32], buffer[16];
    DWORD n;

    snprintf(role, sizeof role, "answer %llu", (unsigned long long)(ULONG_PTR)client);
    SetHandleInformation(server, HANDLE_FLAG_INHERIT, 0);
    process = run(role);
    CloseHandle(client);
    ask(server, "one");
    ok(WriteFile(server, "aa", 2, &n, NULL) && WriteFile(server, "bbb", 3, &n, NULL), "error %lu", GetLastError());
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 3, "%lu bytes", n);
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 4, "%lu bytes", n);
    CloseHandle(server);
    ok_int(end(process), 0);
}

/* An end duplicated into another process, and a rest of a message that it finds there. */
static void test_duplicated(void)
{
    HANDLE server = make_server(FALSE, 1), client = make_client(), process, there = NULL, control;
    char text[64];
    DWORD n;

    process = run("named-answer");
    ok(WriteFile(server, "abcdef", 6, &n, NULL), "error %lu", GetLastError());
    ok_err(ReadFile(client, text, 2, &n, NULL), ERROR_MORE_DATA);
    ok(DuplicateHandle(GetCurrentProcess(), client, process, &there, 0, FALSE, DUPLICATE_SAME_ACCESS), "error %lu",
       GetLastError());
    CloseHandle(client);
    control =
        CreateNamedPipeA("\\\\.\\pipe\\transom-namedpipeapi-control", PIPE_ACCESS_OUTBOUND, 0, 1, 0, 100, 0, NULL);
    await_client(control);
    snprintf(text, sizeof text, "%llu", (unsigned long long)(ULONG_PTR)there);
    ok(WriteFile(control, text, (DWORD)strlen(text) + 1, &n, NULL), "error %lu", GetLastError());
    ok(ReadFile(server, text, sizeof text, &n, NULL) && n == 5 && !memcmp(text, "cdef+", 5), "%lu bytes, error %lu", n,
       GetLastError());
    ask(server, "more");
    CloseHandle(server);
    CloseHandle(control);
    ok_int(end(process), 0);
}

/* A process that dies: its end is closed, with whatever it was doing. */
static void test_death(void)
{
    HANDLE server = make_server(FALSE, 2), process = run("hang");
    char buffer[16];
    DWORD n, instances = 0;

    ok(await_client(server), "error %lu", GetLastError());
    ok(ReadFile(server, buffer, sizeof buffer, &n, NULL) && n == 2, "%lu bytes, error %lu", n, GetLastError());
    HANDLE other = run("hang-server");
    for (int i = 0; i < 500 && instances != 2; i++) {
        ok(GetNamedPipeHandleStateA(server, NULL, &instances, NULL, NULL, NULL, 0), "error %lu", GetLastError());
        Sleep(10);
    }
    ok_int(instances, 2);
    TerminateProcess(other, 6);
    ok_int(end(other), 6);
    TerminateProcess(process, 5);
    ok_err(ReadFile(server, buffer, sizeof buffer, &n, NULL), ERROR_BROKEN_PIPE);
    ok_int(end(process), 5);
    ok_err(WriteFile(server, "x", 1, &n, NULL), ERROR_NO_DATA);
    ok_err(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
    /* and the instance serves the next one */
    process = run("client");
    ok(await_client(server), "error %lu", GetLastError());
    ask(server, "again");
    CloseHandle(server);
    ok_int(end(process), 0);
}

/* The server's process goes while a child has the end that it inherited. */
static void test_kept(void)
{
    HANDLE process = run("parent"), client = INVALID_HANDLE_VALUE;

    for (int i = 0; i < 500 && (client = make_client()) == INVALID_HANDLE_VALUE; i++)
        Sleep(10);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_int(end(process), 0);
    ask(client, "is somebody there?");
    CloseHandle(client);
}

/* An instance nobody has connected to, inherited; its maker closes it. */
static void test_instance(void)
{
    HANDLE server = make_server(TRUE, 2), process, client = INVALID_HANDLE_VALUE;
    char role[32];

    snprintf(role, sizeof role, "serve %llu", (unsigned long long)(ULONG_PTR)server);
    process = run(role);
    CloseHandle(server);
    for (int i = 0; i < 500 && (client = make_client()) == INVALID_HANDLE_VALUE; i++)
        Sleep(10);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ask(client, "one");
    CloseHandle(client);
    for (int i = 0; i < 500 && (client = make_client()) == INVALID_HANDLE_VALUE; i++)
        Sleep(10);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ask(client, "two");
    CloseHandle(client);
    ok_int(end(process), 0);
}

/* The client says what may be done in its name (CreateFile, SECURITY_SQOS_PRESENT). */
static void test_level(void)
{
    static const SECURITY_IMPERSONATION_LEVEL levels[] = { SecurityAnonymous, SecurityIdentification,
                                                           SecurityImpersonation };

    for (int i = 0; i < 3; i++) {
        HANDLE server = make_server(FALSE, 1), token;
        HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                    SECURITY_SQOS_PRESENT | (DWORD)levels[i] << 16, NULL);
        SECURITY_IMPERSONATION_LEVEL level = 9;
        char byte;
        DWORD n;

        ok(WriteFile(client, "x", 1, &n, NULL) && ReadFile(server, &byte, 1, &n, NULL), "error %lu", GetLastError());
        ok(ImpersonateNamedPipeClient(server), "error %lu", GetLastError());
        BOOL opened = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token);
        if (i == 0) { /* an anonymous token cannot be opened */
            ok(!opened && GetLastError() == ERROR_CANT_OPEN_ANONYMOUS, "error %lu", GetLastError());
        } else {
            ok(opened, "error %lu", GetLastError());
            ok(GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof level, &n) && level == levels[i],
               "level %d", level);
        }
        RevertToSelf();
        if (opened)
            CloseHandle(token);
        CloseHandle(client);
        CloseHandle(server);
    }
}

static void test_security(void)
{
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_ATTRIBUTES security = { sizeof security, &descriptor, FALSE };
    ACL acl;

    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    InitializeAcl(&acl, sizeof acl, ACL_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, &acl, FALSE);
    HANDLE server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, 0, 2, 0, 0, 0, &security);
    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_int(end(run("open")), ERROR_ACCESS_DENIED);
    ok_int(end(run("instance")), ERROR_ACCESS_DENIED);
    CloseHandle(server);
    ok_int(end(run("open")), ERROR_FILE_NOT_FOUND);
}

static int child(void)
{
    const char *role = test_argv[1];
    HANDLE pipe;
    DWORD n;

    if (!strcmp(role, "client"))
        return answer(make_client());
    if (!strcmp(role, "answer"))
        return answer((HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 10));
    if (!strcmp(role, "serve")) {
        pipe = (HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 10);
        for (int i = 0; i < 2; i++) {
            if (!await_client(pipe))
                return (int)GetLastError();
            if (answer(pipe))
                return 6;
            DisconnectNamedPipe(pipe);
        }
        return 0;
    }
    if (!strcmp(role, "hang-server")) {
        make_server(FALSE, 2);
        Sleep(20000);
        return 1;
    }
    if (!strcmp(role, "hang")) {
        pipe = make_client();
        WriteFile(pipe, "up", 2, &n, NULL);
        Sleep(20000);
        return 1;
    }
    if (!strcmp(role, "open") || !strcmp(role, "instance")) {
        pipe = role[0] == 'o' ? make_client() : CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, 0, 2, 0, 0, 0, NULL);
        return pipe == INVALID_HANDLE_VALUE ? (int)GetLastError() : 0;
    }
    if (!strcmp(role, "named-answer")) {
        char text[64];
        while ((pipe = CreateFileA("\\\\.\\pipe\\transom-namedpipeapi-control", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
                                   NULL)) == INVALID_HANDLE_VALUE)
            Sleep(5);
        if (!ReadFile(pipe, text, sizeof text, &n, NULL))
            return 3;
        CloseHandle(pipe);
        return answer((HANDLE)(ULONG_PTR)strtoull(text, NULL, 10));
    }
    if (!strcmp(role, "parent")) { /* gives its connected end to a child and ends */
        char line[32];
        pipe = make_server(TRUE, 1);
        if (!await_client(pipe))
            return 4;
        snprintf(line, sizeof line, "answer %llu", (unsigned long long)(ULONG_PTR)pipe);
        CloseHandle(run(line));
        return 0;
    }
    return 5;
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child());
    test_client();
    test_inherited();
    test_duplicated();
    test_death();
    test_kept();
    test_instance();
    test_level();
    test_security();
}
