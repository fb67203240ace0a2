/* SPDX-License-Identifier: MIT */
/*
 * Named pipes: what every call answers in every state of an instance, at both ends, in blocking and non-blocking mode. The
 * states are those of FILE_PIPE_LOCAL_INFORMATION; the answers are the ones of the functions' pages (ConnectNamedPipe,
 * DisconnectNamedPipe, PeekNamedPipe, TransactNamedPipe, SetNamedPipeHandleState) and of [MS-FSCC] 2.3.46 to 2.3.50
 * (FSCTL_PIPE_PEEK, FSCTL_PIPE_TRANSCEIVE, FSCTL_PIPE_WAIT).
 */
#include "../test.h"

static const WCHAR name[] = L"\\\\.\\pipe\\transom-namedpipeapi-matrix";

enum state {
    LISTENING,
    CONNECTED,
    FULL,
    CLIENT_GONE,
    CLIENT_GONE_DATA,
    DISCONNECTED,
    SERVER_GONE,
    SERVER_GONE_DATA,
    CUT
};
static const char *const state_names[] = {
    "listening",     "connected",           "with data",
    "closed client", "closed client, data", "disconnected",
    "closed server", "closed server, data", "client of a disconnected server",
};

/* An end of a pipe in a state; the other one in `other`, if it is there. */
static HANDLE make(enum state state, BOOL nowait, HANDLE *other)
{
    DWORD mode = PIPE_READMODE_MESSAGE | (nowait ? PIPE_NOWAIT : 0), n;
    HANDLE server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | mode, 1, 4096, 4096, 50, NULL),
           client;

    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    *other = NULL;
    if (state == LISTENING)
        return server;
    client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(SetNamedPipeHandleState(client, &mode, NULL, NULL), "error %lu", GetLastError());
    if (state == FULL || state == CLIENT_GONE_DATA)
        ok(WriteFile(client, "data", 4, &n, NULL), "error %lu", GetLastError());
    if (state == SERVER_GONE_DATA)
        ok(WriteFile(server, "data", 4, &n, NULL), "error %lu", GetLastError());
    switch (state) {
    case CLIENT_GONE:
    case CLIENT_GONE_DATA:
        CloseHandle(client);
        return server;
    case DISCONNECTED:
        ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
        CloseHandle(client);
        return server;
    case SERVER_GONE:
    case SERVER_GONE_DATA:
        CloseHandle(server);
        return client;
    case CUT:
        ok(DisconnectNamedPipe(server), "error %lu", GetLastError());
        *other = server;
        return client;
    default:
        *other = client;
        return server;
    }
}

enum call { READ, WRITE, PEEK, TRANSACT, CONNECT, DISCONNECT, FLUSH, SET_MODE, GET_STATE, GET_INFO, CALLS };
static const char *const call_names[] = { "ReadFile",
                                          "WriteFile",
                                          "PeekNamedPipe",
                                          "TransactNamedPipe",
                                          "ConnectNamedPipe",
                                          "DisconnectNamedPipe",
                                          "FlushFileBuffers",
                                          "SetNamedPipeHandleState",
                                          "GetNamedPipeHandleState",
                                          "GetNamedPipeInfo" };

/* The error, or 0. */
static DWORD call(enum call what, HANDLE pipe, BOOL nowait)
{
    DWORD n, mode = PIPE_READMODE_MESSAGE | (nowait ? PIPE_NOWAIT : 0);
    char buffer[16];
    BOOL result = FALSE;

    SetLastError(0xdeadbeef);
    switch (what) {
    case READ:
        result = ReadFile(pipe, buffer, sizeof(buffer), &n, NULL);
        break;
    case WRITE:
        result = WriteFile(pipe, "x", 1, &n, NULL);
        break;
    case PEEK:
        result = PeekNamedPipe(pipe, buffer, sizeof(buffer), &n, NULL, NULL);
        break;
    case TRANSACT:
        result = TransactNamedPipe(pipe, buffer, 1, buffer, sizeof(buffer), &n, NULL);
        break;
    case CONNECT:
        result = ConnectNamedPipe(pipe, NULL);
        break;
    case DISCONNECT:
        result = DisconnectNamedPipe(pipe);
        break;
    case FLUSH:
        result = FlushFileBuffers(pipe);
        break;
    case SET_MODE:
        result = SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
        break;
    case GET_STATE:
        result = GetNamedPipeHandleStateW(pipe, &mode, &n, NULL, NULL, NULL, 0);
        break;
    case GET_INFO:
        result = GetNamedPipeInfo(pipe, &mode, NULL, NULL, &n);
        break;
    default:
        break;
    }
    return result ? 0 : GetLastError();
}

#define HANGS    ((DWORD)-1) /* not called: it would wait */
#define LISTEN   ERROR_PIPE_LISTENING
#define NOT_CONN ERROR_PIPE_NOT_CONNECTED
#define BROKEN   ERROR_BROKEN_PIPE
#define INVALID  ERROR_INVALID_FUNCTION

#define BAD ERROR_BAD_PIPE
#define ANY ((DWORD)-2) /* not documented */

static const DWORD blocking[][CALLS] = {
    /* Read, Write, Peek, Transact, Connect, Disconnect, Flush, SetState, GetState, GetInfo */
    [LISTENING] = { LISTEN, LISTEN, BAD, BAD, HANGS, ANY, ANY, 0, 0, 0 },
    [CONNECTED] = { HANGS, 0, 0, HANGS, ERROR_PIPE_CONNECTED, 0, 0, 0, 0, 0 },
    [FULL] = { 0, 0, 0, ERROR_PIPE_BUSY, ERROR_PIPE_CONNECTED, 0, 0, 0, 0, 0 },
    [CLIENT_GONE] = { BROKEN, ERROR_NO_DATA, BROKEN, BAD, ERROR_NO_DATA, 0, 0, 0, 0, 0 },
    [CLIENT_GONE_DATA] = { 0, ERROR_NO_DATA, 0, BAD, ERROR_NO_DATA, 0, 0, 0, 0, 0 },
    [DISCONNECTED] = { NOT_CONN, NOT_CONN, NOT_CONN, NOT_CONN, HANGS, NOT_CONN, ANY, 0, 0, 0 },
    [SERVER_GONE] = { BROKEN, ERROR_NO_DATA, BROKEN, BAD, INVALID, INVALID, 0, 0, 0, 0 },
    [SERVER_GONE_DATA] = { 0, ERROR_NO_DATA, 0, BAD, INVALID, INVALID, 0, 0, 0, 0 },
    [CUT] = { NOT_CONN, NOT_CONN, NOT_CONN, NOT_CONN, INVALID, INVALID, ANY, ANY, ANY, ANY },
};

static DWORD expected_of(enum state state, enum call what, BOOL nowait)
{
    if (nowait && state == CONNECTED && what == READ)
        return ERROR_NO_DATA;
    if (nowait && state == LISTENING && what == CONNECT)
        return ERROR_PIPE_LISTENING;
    if (nowait && state == DISCONNECTED && what == CONNECT)
        return 0; /* "a nonzero value the first time it is called for an instance that is disconnected" */
    return blocking[state][what];
}

TESTS
{
    for (int nowait = 0; nowait < 2; nowait++)
        for (enum state state = LISTENING; state <= CUT; state++)
            for (enum call what = READ; what < CALLS; what++) {
                DWORD expected = expected_of(state, what, nowait), error;
                HANDLE other, pipe;

                if (expected == HANGS)
                    continue;
                pipe = make(state, nowait, &other);
                error = call(what, pipe, nowait);
                ok(error == expected || expected == ANY, "%s, %s%s: error %lu, not %lu", state_names[state],
                   call_names[what], nowait ? " (no wait)" : "", error, expected);
                CloseHandle(pipe);
                if (other)
                    CloseHandle(other);
            }
}
