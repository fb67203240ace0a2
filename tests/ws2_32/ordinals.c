/* SPDX-License-Identifier: MIT */
/*
 * ordinals.c: Winsock's functions by number, as many programs import them. wsock32's are those of the Windows Sockets 1.1
 * specification (its appendix on the DLL's ordinals); ws2_32 kept them but for three.
 */
#include "../test.h"

static const struct {
    WORD old, new;
    const char *name;
} functions[] = {
    { 1, 1, "accept" },
    { 2, 2, "bind" },
    { 3, 3, "closesocket" },
    { 4, 4, "connect" },
    { 5, 5, "getpeername" },
    { 6, 6, "getsockname" },
    { 7, 7, "getsockopt" },
    { 8, 8, "htonl" },
    { 9, 9, "htons" },
    { 10, 11, "inet_addr" },
    { 11, 12, "inet_ntoa" },
    { 12, 10, "ioctlsocket" },
    { 13, 13, "listen" },
    { 14, 14, "ntohl" },
    { 15, 15, "ntohs" },
    { 16, 16, "recv" },
    { 17, 17, "recvfrom" },
    { 18, 18, "select" },
    { 19, 19, "send" },
    { 20, 20, "sendto" },
    { 21, 21, "setsockopt" },
    { 22, 22, "shutdown" },
    { 23, 23, "socket" },
    { 51, 51, "gethostbyaddr" },
    { 52, 52, "gethostbyname" },
    { 53, 53, "getprotobyname" },
    { 54, 54, "getprotobynumber" },
    { 55, 55, "getservbyname" },
    { 56, 56, "getservbyport" },
    { 57, 57, "gethostname" },
    { 101, 101, "WSAAsyncSelect" },
    { 111, 111, "WSAGetLastError" },
    { 112, 112, "WSASetLastError" },
    { 115, 115, "WSAStartup" },
    { 116, 116, "WSACleanup" },
    { 151, 151, "__WSAFDIsSet" },
};

void test_main(void)
{
    HMODULE old = LoadLibraryA("wsock32.dll"), new = LoadLibraryA("ws2_32.dll");

    for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
        const char *name = functions[i].name;
        FARPROC by_name = GetProcAddress(old, name);
        ok(by_name && GetProcAddress(old, MAKEINTRESOURCEA(functions[i].old)) == by_name, "wsock32.%s", name);
        by_name = GetProcAddress(new, name);
        ok(by_name && GetProcAddress(new, MAKEINTRESOURCEA(functions[i].new)) == by_name, "ws2_32.%s", name);
    }
}
