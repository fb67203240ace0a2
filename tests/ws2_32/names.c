/* SPDX-License-Identifier: MIT */
/* Start-up, byte order, addresses as text, services, protocols and host names. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include "../test.h"

static void test_startup(void)
{
    WSADATA data;

    ok_int(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET, 1);
    ok_int(WSAGetLastError(), WSANOTINITIALISED);
    ok_int(WSACleanup(), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSANOTINITIALISED);
    ok_int(WSAStartup(0, &data), WSAVERNOTSUPPORTED);
    ok_int(WSAStartup(MAKEWORD(2, 2), NULL), WSAEFAULT);
    ok_int(WSAStartup(MAKEWORD(1, 1), &data), 0);
    ok_hex(data.wVersion, 0x0101);
    ok_hex(data.wHighVersion, 0x0202);
    ok_int(WSAStartup(MAKEWORD(2, 2), &data), 0);
    ok_hex(data.wVersion, 0x0202);
    ok_int(WSACleanup(), 0);
}

static void test_order(void)
{
    ok_hex(htons(0x1234), 0x3412);
    ok_hex(htonl(0x12345678), 0x78563412);
    ok_hex(ntohs(0x1234), 0x3412);
    ok_hex(ntohl(0x12345678), 0x78563412);
}

static void test_text(void)
{
    static const struct {
        const char *text, *again;
    } six[] = {
        { "::", "::" },
        { "::1", "::1" },
        { "1::", "1::" },
        { "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
        { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
        { "::ffff:1.2.3.4", "::ffff:1.2.3.4" },
        { "::1.2.3.4", "::1.2.3.4" },
        { "fe80::1:2:3:4", "fe80::1:2:3:4" },
        { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
        { "0:0:0:0:0:0:0:8", "::8" },
    };
    static const char *const wrong[] = { "",        ":",  ":::", "1:2:3", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9",
                                         "::1.2.3", "g::" };
    struct in_addr in;
    struct in6_addr in6;
    char text[64];
    SOCKADDR_STORAGE storage;
    int length;
    DWORD size;

    ok_hex(inet_addr("127.0.0.1"), 0x0100007f);
    ok_hex(inet_addr("1.2.0x304"), 0x04030201);
    ok_hex(inet_addr("010.1"), 0x01000008);
    ok_hex(inet_addr("256.1.1.1"), INADDR_NONE);
    ok_hex(inet_addr("hello"), INADDR_NONE);
    ok_hex(inet_addr(""), INADDR_NONE);
    in.s_addr = 0x0100007f;
    ok_str(inet_ntoa(in), "127.0.0.1");
    ok_int(inet_pton(AF_INET, "1.2.3.4", &in), 1);
    ok_hex(in.s_addr, 0x04030201);
    ok_int(inet_pton(AF_INET, "1.2.3", &in), 0);
    ok_int(inet_pton(AF_INET, "1.2.3.4 ", &in), 0);
    ok_int(inet_pton(99, "1.2.3.4", &in), -1);
    ok_int(WSAGetLastError(), WSAEAFNOSUPPORT);
    ok(!inet_ntop(AF_INET, &in, text, 3), "too short a buffer");
    ok_int(WSAGetLastError(), ERROR_INVALID_PARAMETER);
    for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++) {
        ok_int(inet_pton(AF_INET6, six[i].text, &in6), 1);
        ok_str(inet_ntop(AF_INET6, &in6, text, sizeof(text)), six[i].again);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ok(!inet_pton(AF_INET6, wrong[i], &in6), "%s", wrong[i]);

    length = sizeof(storage);
    ok_int(WSAStringToAddressA((char *)"[fe80::1%7]:80", AF_INET6, NULL, (SOCKADDR *)&storage, &length), 0);
    ok_int(length, sizeof(SOCKADDR_IN6));
    ok_int(ntohs(((SOCKADDR_IN6 *)&storage)->sin6_port), 80);
    ok_int(((SOCKADDR_IN6 *)&storage)->sin6_scope_id, 7);
    size = sizeof(text);
    ok_int(WSAAddressToStringA((SOCKADDR *)&storage, length, NULL, text, &size), 0);
    ok_str(text, "[fe80::1%7]:80");
    ok_int(size, 15);
    length = sizeof(storage);
    ok_int(WSAStringToAddressA((char *)"1.2.3.4:http", AF_INET, NULL, (SOCKADDR *)&storage, &length), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEINVAL);
}

static void test_services(void)
{
    struct servent *service = getservbyname("http", "tcp");
    struct protoent *protocol;

    ok(service != NULL, "error %d", WSAGetLastError());
    if (service) {
        ok_int(ntohs(service->s_port), 80);
        ok_str(service->s_proto, "tcp");
    }
    service = getservbyport(htons(22), NULL);
    ok(service && !strcmp(service->s_name, "ssh"), "port 22");
    ok(!getservbyname("no-such-service-at-all", NULL), "unknown service");
    ok_int(WSAGetLastError(), WSANO_DATA);
    protocol = getprotobyname("udp");
    ok(protocol && protocol->p_proto == IPPROTO_UDP, "udp");
    protocol = getprotobynumber(6);
    ok(protocol && !strcmp(protocol->p_name, "tcp"), "6");
}

static void test_hosts(void)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list;
    struct hostent *host;
    char name[256], port[32];
    SOCKADDR_IN in = { .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(0x7f000001) };

    ok_int(gethostname(name, sizeof(name)), 0);
    ok(name[0], "no name");
    ok_int(getaddrinfo("127.0.0.1", "80", &hints, &list), 0);
    ok(list && list->ai_family == AF_INET && list->ai_addrlen == sizeof(SOCKADDR_IN) && !list->ai_next, "one address");
    ok_int(ntohs(((SOCKADDR_IN *)list->ai_addr)->sin_port), 80);
    freeaddrinfo(list);
    ok_int(getaddrinfo("::1", "443", &hints, &list), 0);
    ok_int(list->ai_family, AF_INET6);
    freeaddrinfo(list);
    ok_int(getaddrinfo("localhost.", NULL, &hints, &list), WSAHOST_NOT_FOUND);
    ok_int(getaddrinfo(NULL, NULL, NULL, &list), WSAHOST_NOT_FOUND);
    hints.ai_flags = 0;
    hints.ai_family = 77;
    ok_int(getaddrinfo("localhost", NULL, &hints, &list), WSAEAFNOSUPPORT);
    hints.ai_family = AF_INET;
    ok_int(getaddrinfo("localhost", "http", &hints, &list), 0);
    ok_hex(ntohl(((SOCKADDR_IN *)list->ai_addr)->sin_addr.s_addr), 0x7f000001);
    ok_int(ntohs(((SOCKADDR_IN *)list->ai_addr)->sin_port), 80);
    freeaddrinfo(list);
    host = gethostbyname("127.0.0.1");
    ok(host && host->h_length == 4 && !memcmp(host->h_addr_list[0], "\x7f\0\0\1", 4) && !host->h_addr_list[1],
       "by address");
    ok_int(getnameinfo((SOCKADDR *)&in, sizeof(in), name, sizeof(name), port, sizeof(port), NI_NUMERICHOST), 0);
    ok_str(name, "127.0.0.1");
    ok_str(port, "http");
    ok_int(getnameinfo((SOCKADDR *)&in, sizeof(in), name, sizeof(name), port, sizeof(port),
                       NI_NUMERICHOST | NI_NUMERICSERV),
           0);
    ok_str(port, "80");
    ok_int(getnameinfo((SOCKADDR *)&in, 4, name, sizeof(name), NULL, 0, 0), WSAEFAULT);
}

static void test_events(void)
{
    WSAEVENT event = WSACreateEvent();

    ok(event != WSA_INVALID_EVENT, "error %d", WSAGetLastError());
    ok_int(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE), WSA_WAIT_TIMEOUT);
    ok(WSASetEvent(event), "set");
    ok_int(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE), WSA_WAIT_EVENT_0);
    ok(WSACloseEvent(event), "close");
    ok_int(closesocket((SOCKET)0x7ffffff0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTSOCK);
}

TESTS
{
    test_startup();
    test_order();
    test_text();
    test_services();
    test_hosts();
    test_events();
}
