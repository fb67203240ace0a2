/* SPDX-License-Identifier: MIT */
/* winsock2_names.c: hosts, services and protocols by name, the functions of Windows Sockets 1.1. */
#include "ws2_32_private.h"

/* Assigned numbers (IANA) that a minimal system without /etc/services must know, too. Sorted by name. */
static const struct known_service {
    const char *name, *alias;
    USHORT port;
    BOOL tcp, udp;
} known_services[] = {
    { "bootpc", "dhcpc", 68, 0, 1 },
    { "bootps", "dhcps", 67, 0, 1 },
    { "chargen", "ttytst", 19, 1, 1 },
    { "daytime", NULL, 13, 1, 1 },
    { "discard", "sink", 9, 1, 1 },
    { "domain", NULL, 53, 1, 1 },
    { "echo", NULL, 7, 1, 1 },
    { "epmap", "loc-srv", 135, 1, 1 },
    { "exec", NULL, 512, 1, 0 },
    { "finger", NULL, 79, 1, 0 },
    { "ftp", NULL, 21, 1, 0 },
    { "ftp-data", NULL, 20, 1, 0 },
    { "ftps", NULL, 990, 1, 1 },
    { "ftps-data", NULL, 989, 1, 1 },
    { "gopher", NULL, 70, 1, 0 },
    { "hostname", "hostnames", 101, 1, 0 },
    { "http", "www", 80, 1, 0 },
    { "https", "MCom", 443, 1, 1 },
    { "imap", "imap4", 143, 1, 0 },
    { "imaps", NULL, 993, 1, 0 },
    { "ircs", NULL, 994, 1, 1 },
    { "kerberos", "krb5", 88, 1, 1 },
    { "kpasswd", NULL, 464, 1, 1 },
    { "ldap", NULL, 389, 1, 1 },
    { "ldaps", "sldap", 636, 1, 0 },
    { "login", NULL, 513, 1, 0 },
    { "microsoft-ds", NULL, 445, 1, 1 },
    { "ms-sql-m", NULL, 1434, 1, 1 },
    { "ms-sql-s", NULL, 1433, 1, 1 },
    { "ms-wbt-server", NULL, 3389, 1, 1 },
    { "nameserver", "name", 42, 1, 1 },
    { "netbios-dgm", "nbdatagram", 138, 0, 1 },
    { "netbios-ns", "nbname", 137, 1, 1 },
    { "netbios-ssn", "nbsession", 139, 1, 0 },
    { "nfsd", "nfs", 2049, 0, 1 },
    { "nicname", "whois", 43, 1, 0 },
    { "nntp", "usenet", 119, 1, 0 },
    { "nntps", "snntp", 563, 1, 1 },
    { "ntp", NULL, 123, 0, 1 },
    { "pop2", "postoffice", 109, 1, 0 },
    { "pop3", NULL, 110, 1, 0 },
    { "pop3s", "spop3", 995, 1, 1 },
    { "pptp", NULL, 1723, 1, 0 },
    { "print-srv", NULL, 170, 1, 0 },
    { "printer", "spooler", 515, 1, 0 },
    { "qotd", "quote", 17, 1, 1 },
    { "radius", NULL, 1812, 0, 1 },
    { "rtelnet", NULL, 107, 1, 0 },
    { "smtp", "mail", 25, 1, 0 },
    { "snmp", NULL, 161, 0, 1 },
    { "snmptrap", "snmp-trap", 162, 0, 1 },
    { "ssh", NULL, 22, 1, 0 },
    { "sunrpc", "rpcbind", 111, 1, 1 },
    { "syslog", NULL, 514, 0, 1 },
    { "systat", "users", 11, 1, 1 },
    { "telnet", NULL, 23, 1, 0 },
    { "telnets", NULL, 992, 1, 0 },
    { "tftp", NULL, 69, 0, 1 },
    { "time", "timserver", 37, 1, 1 },
    { "timed", "timeserver", 525, 0, 1 },
    { "who", "whod", 513, 0, 1 },
};

static const struct known_protocol {
    const char *name, *alias;
    short number;
} known_protocols[] = {
    { "ip", "IP", 0 },
    { "icmp", "ICMP", 1 },
    { "ggp", "GGP", 3 },
    { "tcp", "TCP", 6 },
    { "egp", "EGP", 8 },
    { "pup", "PUP", 12 },
    { "udp", "UDP", 17 },
    { "hmp", "HMP", 20 },
    { "xns-idp", "XNS-IDP", 22 },
    { "rdp", "RDP", 27 },
    { "ipv6", "IPv6", 41 },
    { "ipv6-route", "IPv6-Route", 43 },
    { "ipv6-frag", "IPv6-Frag", 44 },
    { "esp", "ESP", 50 },
    { "ah", "AH", 51 },
    { "ipv6-icmp", "IPv6-ICMP", 58 },
    { "ipv6-nonxt", "IPv6-NoNxt", 59 },
    { "ipv6-opts", "IPv6-Opts", 60 },
    { "rvd", "RVD", 66 },
};

int name_error(uint32_t error)
{
    switch (error) {
    case UNIX_NET_OK:
        return 0;
    case UNIX_NET_NOT_FOUND:
        return WSAHOST_NOT_FOUND;
    case UNIX_NET_NO_DATA:
        return WSANO_DATA;
    case UNIX_NET_AGAIN:
        return WSATRY_AGAIN;
    default:
        return WSANO_RECOVERY;
    }
}

int resolve_host(const char *name, int family, struct unix_net_address **list, ULONG *count, char canonical[256])
{
    struct unix_net_resolve args = { .name = (ULONG_PTR)name, .family = family };
    ULONG capacity = 32;

    *list = NULL;
    *count = 0;
    if (strlen(name) > 255)
        return WSAHOST_NOT_FOUND;
    do { /* again if there were more than fit */
        ws_free(*list);
        if (!(*list = ws_alloc(capacity * sizeof(**list))))
            return WSA_NOT_ENOUGH_MEMORY;
        args.addresses = (ULONG_PTR)*list;
        args.capacity = capacity;
        if (NtTransomUnixCall(UNIX_MODULE_NET, UNIX_NET_RESOLVE, &args))
            args.error = UNIX_NET_FAILED;
        capacity = args.count;
    } while (args.error == UNIX_NET_OK && args.count > args.capacity);
    if (args.error != UNIX_NET_OK) {
        ws_free(*list);
        *list = NULL;
        return name_error(args.error);
    }
    *count = args.count;
    if (canonical)
        memcpy(canonical, args.canonical, sizeof(args.canonical));
    return *count ? 0 : WSANO_DATA;
}

static BOOL give_known(const struct known_service *known, const char *protocol, struct service *found)
{
    BOOL any = !protocol || !*protocol;

    if (known->tcp && (any || !_stricmp(protocol, "tcp")))
        found->protocol = "tcp";
    else if (known->udp && (any || !_stricmp(protocol, "udp")))
        found->protocol = "udp";
    else
        return FALSE;
    found->name = known->name;
    found->port = known->port;
    return TRUE;
}

static BOOL ask_services(struct unix_net_service *args, const char *protocol, struct service *found)
{
    if (protocol)
        strncpy(args->protocol, protocol, sizeof(args->protocol) - 1);
    if (NtTransomUnixCall(UNIX_MODULE_NET, UNIX_NET_SERVICE, args) || args->error)
        return FALSE;
    strcpy(found->own_name, args->name);
    strcpy(found->own_protocol, args->protocol);
    found->name = found->own_name;
    found->protocol = found->own_protocol;
    found->port = args->port;
    return TRUE;
}

BOOL find_service_name(const char *name, const char *protocol, struct service *found)
{
    struct unix_net_service args = { 0 };
    SIZE_T low = 0, high = ARRAY_SIZE(known_services), i;

    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        int order = _stricmp(name, known_services[middle].name);
        if (!order) {
            if (give_known(&known_services[middle], protocol, found))
                return TRUE;
            break;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    for (i = 0; i < ARRAY_SIZE(known_services); i++)
        if (known_services[i].alias && !_stricmp(name, known_services[i].alias) &&
            give_known(&known_services[i], protocol, found))
            return TRUE;
    if (strlen(name) >= sizeof(args.name))
        return FALSE;
    strcpy(args.name, name);
    return ask_services(&args, protocol, found);
}

BOOL find_service_port(USHORT port, const char *protocol, struct service *found)
{
    struct unix_net_service args = { .by_port = 1, .port = port };

    for (SIZE_T i = 0; i < ARRAY_SIZE(known_services); i++)
        if (known_services[i].port == port && give_known(&known_services[i], protocol, found))
            return TRUE;
    return ask_services(&args, protocol, found);
}

/* A servent and its texts are one block of the thread's. */
static struct servent *give_service(const struct service *found)
{
    struct thread_data *data = thread_data();
    SIZE_T name_size = strlen(found->name) + 1, protocol_size = strlen(found->protocol) + 1;
    struct {
        struct servent entry;
        char *no_alias;
        char text[];
    } * block;

    if (!data)
        return NULL;
    if (!(block = ws_alloc(sizeof(*block) + name_size + protocol_size))) {
        WSASetLastError(WSAENOBUFS);
        return NULL;
    }
    block->entry.s_name = memcpy(block->text, found->name, name_size);
    block->entry.s_proto = memcpy(block->text + name_size, found->protocol, protocol_size);
    block->entry.s_aliases = &block->no_alias;
    block->entry.s_port = (short)htons(found->port);
    ws_free(data->service);
    return data->service = &block->entry;
}

struct servent *WSAAPI getservbyname(const char *name, const char *protocol)
{
    struct service found;

    if (!winsock_started())
        return NULL;
    if (!name || !find_service_name(name, protocol, &found)) {
        WSASetLastError(name ? WSANO_DATA : WSANO_RECOVERY);
        return NULL;
    }
    return give_service(&found);
}

struct servent *WSAAPI getservbyport(int port, const char *protocol)
{
    struct service found;

    if (!winsock_started())
        return NULL;
    if (!find_service_port(ntohs((u_short)port), protocol, &found)) {
        WSASetLastError(WSANO_DATA);
        return NULL;
    }
    return give_service(&found);
}

static struct protoent *give_protocol(const struct known_protocol *known)
{
    struct thread_data *data;
    struct protocol_block {
        char *name;
        char *aliases[2];
    };
    static struct protocol_block blocks[ARRAY_SIZE(known_protocols)]; /* always written with the same values */
    struct protocol_block *block = &blocks[known - known_protocols];

    if (!(data = thread_data()))
        return NULL;
    block->name = (char *)known->name;
    block->aliases[0] = (char *)known->alias;
    data->protocol.p_name = block->name;
    data->protocol.p_aliases = block->aliases;
    data->protocol.p_proto = known->number;
    return &data->protocol;
}

struct protoent *WSAAPI getprotobyname(const char *name)
{
    if (!winsock_started())
        return NULL;
    for (SIZE_T i = 0; name && i < ARRAY_SIZE(known_protocols); i++)
        if (!_stricmp(name, known_protocols[i].name))
            return give_protocol(&known_protocols[i]);
    WSASetLastError(name ? WSANO_DATA : WSAEFAULT);
    return NULL;
}

struct protoent *WSAAPI getprotobynumber(int number)
{
    if (!winsock_started())
        return NULL;
    for (SIZE_T i = 0; i < ARRAY_SIZE(known_protocols); i++)
        if (number == known_protocols[i].number)
            return give_protocol(&known_protocols[i]);
    WSASetLastError(WSANO_DATA);
    return NULL;
}

/* A hostent with its name and addresses is one block of the thread's. */
static struct hostent *give_host(const char *name, int family, const struct unix_net_address *list, ULONG count)
{
    struct thread_data *data = thread_data();
    SIZE_T name_size = strlen(name) + 1, length = family == AF_INET ? 4 : 16;
    struct {
        struct hostent entry;
        char *no_alias;
        char *pointers[];
    } * block;
    char *text;
    ULONG i;

    if (!data)
        return NULL;
    if (!(block = ws_alloc(sizeof(*block) + (count + 1) * sizeof(char *) + count * length + name_size))) {
        WSASetLastError(WSAENOBUFS);
        return NULL;
    }
    text = (char *)(block->pointers + count + 1);
    for (i = 0; i < count; i++)
        block->pointers[i] = memcpy(text + i * length, list[i].bytes, length);
    block->entry.h_name = memcpy(text + count * length, name, name_size);
    block->entry.h_aliases = &block->no_alias;
    block->entry.h_addrtype = family;
    block->entry.h_length = length;
    block->entry.h_addr_list = block->pointers;
    ws_free(data->host);
    return data->host = &block->entry;
}

int WSAAPI GetHostNameW(PWSTR name, int size)
{
    DWORD length = size > 0 ? size : 0;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!name || !GetComputerNameExW(ComputerNameDnsHostname, name, &length))
        return ws_fail(WSAEFAULT);
    return 0;
}

int WSAAPI gethostname(char *name, int size)
{
    WCHAR wide[256];

    if (GetHostNameW(wide, ARRAY_SIZE(wide)))
        return SOCKET_ERROR;
    if (!name || size <= 0 || !WideCharToMultiByte(CP_ACP, 0, wide, -1, name, size, NULL, NULL))
        return ws_fail(WSAEFAULT);
    return 0;
}

/* No name, or an empty one, is the computer itself. */
struct hostent *WSAAPI gethostbyname(const char *name)
{
    struct unix_net_address *list, literal = { .family = UNIX_NET_IPV4 };
    struct hostent *host = NULL;
    char own[256], canonical[256];
    IN_ADDR addr;
    ULONG count;
    int error;

    if (!winsock_started())
        return NULL;
    if (!name || !*name) {
        if (gethostname(own, sizeof(own)))
            return NULL;
        name = own;
    }
    addr.s_addr = inet_addr(name);
    if (addr.s_addr != INADDR_NONE) {
        memcpy(literal.bytes, &addr, 4);
        return give_host(name, AF_INET, &literal, 1);
    }
    if ((error = resolve_host(name, AF_INET, &list, &count, canonical)))
        WSASetLastError(error);
    else
        host = give_host(canonical[0] ? canonical : name, AF_INET, list, count);
    ws_free(list);
    return host;
}

struct hostent *WSAAPI gethostbyaddr(const char *bytes, int length, int family)
{
    struct unix_net_reverse args = { .address.family = family };

    if (!winsock_started())
        return NULL;
    if (family != AF_INET && family != AF_INET6) {
        WSASetLastError(WSAEAFNOSUPPORT);
        return NULL;
    }
    if (!bytes || length < (family == AF_INET ? 4 : 16)) {
        WSASetLastError(WSAEFAULT);
        return NULL;
    }
    memcpy(args.address.bytes, bytes, family == AF_INET ? 4 : 16);
    if (NtTransomUnixCall(UNIX_MODULE_NET, UNIX_NET_REVERSE, &args))
        args.error = UNIX_NET_FAILED;
    if (args.error) {
        WSASetLastError(name_error(args.error));
        return NULL;
    }
    return give_host(args.name, family, &args.address, 1);
}
