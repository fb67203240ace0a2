/* SPDX-License-Identifier: MIT */
/* WSAAsyncSelect: a window is told of a socket's events, once each until the function that its page names lets them be told again. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include "test.h"

#define MESSAGE (WM_USER + 7)

static HWND window;

/* Messages of other sockets than the one that was asked for. */
static struct {
    SOCKET socket;
    LPARAM what;
} kept[16];
static unsigned kept_count;

static LPARAM take_kept(SOCKET s)
{
    for (unsigned i = 0; i < kept_count; i++) {
        if (kept[i].socket == s) {
            LPARAM what = kept[i].what;
            memmove(&kept[i], &kept[i + 1], (--kept_count - i) * sizeof(kept[0]));
            return what;
        }
    }
    return 0;
}

/* The next message of a socket; 0 after ten seconds. */
static LPARAM next(SOCKET s)
{
    DWORD end = GetTickCount() + 10000, left;
    LPARAM what = take_kept(s);
    MSG msg;

    while (!what) {
        while (!what && PeekMessageW(&msg, window, MESSAGE, MESSAGE, PM_REMOVE)) {
            if (msg.wParam == s) {
                what = msg.lParam;
            } else if (kept_count < ARRAYSIZE(kept)) {
                kept[kept_count].socket = msg.wParam;
                kept[kept_count++].what = msg.lParam;
            }
        }
        left = end - GetTickCount();
        if (what || (int)left <= 0)
            break;
        MsgWaitForMultipleObjects(0, NULL, FALSE, left, QS_ALLINPUT);
    }
    return what;
}

static BOOL quiet(void)
{
    MSG msg;

    Sleep(100);
    return !kept_count && !PeekMessageW(&msg, window, MESSAGE, MESSAGE, PM_REMOVE);
}

static SOCKET stream(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    ok(s != INVALID_SOCKET, "error %d", WSAGetLastError());
    return s;
}

static void test_connection(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int length = sizeof(address);
    SOCKET listener = stream(), client = stream(), server;
    char text[8];

    ok(!bind(listener, (struct sockaddr *)&address, length) && !listen(listener, 4), "error %d", WSAGetLastError());
    ok(!getsockname(listener, (struct sockaddr *)&address, &length), "error %d", WSAGetLastError());
    ok(!WSAAsyncSelect(listener, window, MESSAGE, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE), "error %d",
       WSAGetLastError());
    ok(!WSAAsyncSelect(client, window, MESSAGE, FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE), "error %d",
       WSAGetLastError());

    /* "The WSAAsyncSelect function automatically sets socket s to nonblocking mode" */
    ok(connect(client, (struct sockaddr *)&address, length) == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK,
       "error %d", WSAGetLastError());
    ok_int(next(client), WSAMAKESELECTREPLY(FD_CONNECT, 0));
    ok_int(next(client), WSAMAKESELECTREPLY(FD_WRITE, 0));
    ok_int(next(listener), WSAMAKESELECTREPLY(FD_ACCEPT, 0));
    /* "a socket created by the accept function has the same properties as the listening socket" */
    server = accept(listener, NULL, NULL);
    ok(server != INVALID_SOCKET, "error %d", WSAGetLastError());
    ok_int(next(server), WSAMAKESELECTREPLY(FD_WRITE, 0));

    ok_int(send(server, "abcdef", 6, 0), 6);
    ok_int(next(client), WSAMAKESELECTREPLY(FD_READ, 0));
    ok(quiet(), "told twice");
    ok_int(recv(client, text, 2, 0), 2);
    ok_int(next(client), WSAMAKESELECTREPLY(FD_READ, 0)); /* there is more */
    ok_int(recv(client, text, sizeof(text), 0), 4);
    ok(quiet(), "told of nothing");

    ok(!WSAAsyncSelect(client, window, MESSAGE, 0), "error %d", WSAGetLastError());
    ok_int(send(server, "abc", 3, 0), 3);
    ok(quiet(), "told after the end");
    ok(!WSAAsyncSelect(client, window, MESSAGE, FD_READ | FD_CLOSE), "error %d", WSAGetLastError());
    ok_int(next(client), WSAMAKESELECTREPLY(FD_READ, 0)); /* what is there already is told of */
    ok_int(recv(client, text, sizeof(text), 0), 3);
    ok(!closesocket(server), "error %d", WSAGetLastError());
    ok_int(WSAGETSELECTEVENT(next(client)), FD_CLOSE);
    ok(!closesocket(client) && !closesocket(listener), "error %d", WSAGetLastError());
    ok(quiet(), "told of closed sockets");
}

static void test_refused(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int length = sizeof(address);
    SOCKET nobody = stream(), client = stream();

    ok(!bind(nobody, (struct sockaddr *)&address, length), "error %d", WSAGetLastError());
    ok(!getsockname(nobody, (struct sockaddr *)&address, &length), "error %d", WSAGetLastError());
    ok(!WSAAsyncSelect(client, window, MESSAGE, FD_CONNECT), "error %d", WSAGetLastError());
    ok(connect(client, (struct sockaddr *)&address, length) == SOCKET_ERROR, "connected");
    ok_int(next(client), WSAMAKESELECTREPLY(FD_CONNECT, WSAECONNREFUSED));
    ok(!closesocket(client) && !closesocket(nobody), "error %d", WSAGetLastError());
}

static void test_errors(void)
{
    SOCKET s = stream();

    ok(WSAAsyncSelect(s, (HWND)0x12345678, MESSAGE, FD_READ) == SOCKET_ERROR && WSAGetLastError() == WSAEINVAL,
       "error %d", WSAGetLastError());
    ok(WSAAsyncSelect(s, window, MESSAGE, 0x10000) == SOCKET_ERROR && WSAGetLastError() == WSAEINVAL, "error %d",
       WSAGetLastError());
    ok(!closesocket(s), "error %d", WSAGetLastError());
    ok(WSAAsyncSelect(s, window, MESSAGE, FD_READ) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK, "error %d",
       WSAGetLastError());
}

TESTS
{
    WNDCLASSW class = { .lpfnWndProc = DefWindowProcW, .lpszClassName = L"async" };
    WSADATA data;

    ok(!WSAStartup(MAKEWORD(2, 2), &data), "no Winsock");
    ok(RegisterClassW(&class) != 0, "error %lu", GetLastError());
    window = CreateWindowExW(0, L"async", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    ok(window != NULL, "error %lu", GetLastError());
    test_connection();
    test_refused();
    test_errors();
    DestroyWindow(window);
    WSACleanup();
}
