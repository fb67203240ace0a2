/* SPDX-License-Identifier: MIT */
/* ws2tcpip.c: getaddrinfo and getnameinfo, narrow and wide. The work is done on UTF-8; results are made per character set. */
#include "ws2_32_private.h"

#define KNOWN_FLAGS                                                                                                    \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_ALL | AI_ADDRCONFIG | AI_V4MAPPED |              \
     AI_NON_AUTHORITATIVE | AI_SECURE | AI_RETURN_PREFERRED_NAMES | AI_FQDN | AI_FILESERVER |                          \
     0x00100000 /* AI_DISABLE_IDN_ENCODING */)

/* What was found, before it becomes a list of one of the three kinds. */
struct result {
    struct unix_net_address *addresses;
    ULONG count;
    USHORT tcp_port, udp_port; /* network order */
    BOOL tcp, udp;             /* whether the service exists with it */
    char canonical[256];
    BOOL has_canonical;
};

/* One kind of socket that entries are made for. */
struct kind {
    int type, protocol;
    BOOL udp;
};

static int find_service(const char *service, int flags, int socktype, int protocol, struct result *result)
{
    struct service found;
    ULONG port = 0;
    const char *p;

    result->tcp = result->udp = TRUE;
    if (!service || !*service)
        return 0;
    for (p = service; *p >= '0' && *p <= '9' && port <= 0xffff; p++)
        port = port * 10 + *p - '0';
    if (!*p) {
        if (port > 0xffff)
            return WSATYPE_NOT_FOUND;
        result->tcp_port = result->udp_port = htons(port);
        return 0;
    }
    if (flags & AI_NUMERICSERV)
        return WSAHOST_NOT_FOUND;
    result->tcp = socktype != SOCK_DGRAM && protocol != IPPROTO_UDP && find_service_name(service, "tcp", &found);
    if (result->tcp)
        result->tcp_port = htons(found.port);
    result->udp = socktype != SOCK_STREAM && protocol != IPPROTO_TCP && find_service_name(service, "udp", &found);
    if (result->udp)
        result->udp_port = htons(found.port);
    return result->tcp || result->udp ? 0 : WSATYPE_NOT_FOUND;
}

/* An address in place of a name. Returns TRUE if `node` is one. */
static BOOL numeric_host(const char *node, int family, struct unix_net_address *addr)
{
    USHORT port;
    ULONG scope;
    char *end;

    memset(addr, 0, sizeof(*addr));
    if (family != AF_INET6 && NT_SUCCESS(RtlIpv4StringToAddressA(node, FALSE, &end, (IN_ADDR *)addr->bytes)) && !*end) {
        addr->family = UNIX_NET_IPV4;
        return TRUE;
    }
    if (family != AF_INET && NT_SUCCESS(RtlIpv6StringToAddressExA(node, (IN6_ADDR *)addr->bytes, &scope, &port)) &&
        !port) {
        addr->family = UNIX_NET_IPV6;
        addr->scope = scope;
        return TRUE;
    }
    return FALSE;
}

static int find_host(const char *node, int flags, int family, struct result *result)
{
    struct unix_net_address *list;
    char own[256];

    if (!node) {
        /* The wildcard or the loop-back addresses, IPv6 first. */
        if (!(list = ws_alloc(2 * sizeof(*list))))
            return WSA_NOT_ENOUGH_MEMORY;
        result->addresses = list;
        if (family != AF_INET) {
            list[result->count].family = UNIX_NET_IPV6;
            list[result->count++].bytes[15] = !(flags & AI_PASSIVE);
        }
        if (family != AF_INET6) {
            ULONG addr = htonl(flags & AI_PASSIVE ? INADDR_ANY : INADDR_LOOPBACK);
            list[result->count].family = UNIX_NET_IPV4;
            memcpy(list[result->count++].bytes, &addr, 4);
        }
        return 0;
    }
    if (!(list = ws_alloc(sizeof(*list))))
        return WSA_NOT_ENOUGH_MEMORY;
    if (*node && numeric_host(node, family, list)) {
        result->addresses = list;
        result->count = 1;
        if (flags & AI_CANONNAME) {
            strncpy(result->canonical, node, sizeof(result->canonical) - 1);
            result->has_canonical = TRUE;
        }
        return 0;
    }
    ws_free(list);
    if (flags & AI_NUMERICHOST)
        return WSAHOST_NOT_FOUND;
    if (!*node) { /* an empty name is the computer itself */
        if (gethostname(own, sizeof(own)))
            return WSANO_RECOVERY;
        node = own;
    }
    result->has_canonical = (flags & (AI_CANONNAME | AI_FQDN)) != 0;
    return resolve_host(node, family, &result->addresses, &result->count, result->canonical);
}

/* The checks that come before looking anything up. */
static int check_hints(const void *node, const void *service, int flags, int family, int socktype, int protocol)
{
    if (!winsock_started())
        return WSANOTINITIALISED;
    if (!node && !service)
        return WSAHOST_NOT_FOUND;
    if (flags & ~KNOWN_FLAGS)
        return WSAEINVAL;
    if ((flags & AI_CANONNAME) && !node)
        return WSAEINVAL;
    if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
        return WSAEAFNOSUPPORT;
    if (socktype && socktype != SOCK_STREAM && socktype != SOCK_DGRAM && socktype != SOCK_RAW)
        return WSAESOCKTNOSUPPORT;
    if ((socktype == SOCK_STREAM && protocol && protocol != IPPROTO_TCP) ||
        (socktype == SOCK_DGRAM && protocol && protocol != IPPROTO_UDP))
        return WSAESOCKTNOSUPPORT;
    return 0;
}

static int look_up(const char *node, const char *service, int flags, int family, int socktype, int protocol,
                   struct result *result)
{
    int error;

    memset(result, 0, sizeof(*result));
    if ((error = find_service(service, flags, socktype, protocol, result)))
        return error;
    return find_host(node, flags, family, result);
}

/* One socket address for each address; one entry each, or two for a service that has both protocols with different ports. */
static ULONG socket_kinds(const struct result *result, int socktype, int protocol, struct kind kinds[2])
{
    ULONG n = 0;

    if (result->tcp && result->udp && result->tcp_port == result->udp_port) {
        kinds[0] = (struct kind){ socktype, protocol, FALSE };
        return 1;
    }
    if (result->tcp)
        kinds[n++] = (struct kind){ socktype ? socktype : SOCK_STREAM, protocol ? protocol : IPPROTO_TCP, FALSE };
    if (result->udp)
        kinds[n++] = (struct kind){ socktype ? socktype : SOCK_DGRAM, protocol ? protocol : IPPROTO_UDP, TRUE };
    return n;
}

static SIZE_T make_sockaddr(void *dst, const struct unix_net_address *src, USHORT port)
{
    if (src->family == UNIX_NET_IPV4) {
        SOCKADDR_IN *in = dst;
        in->sin_family = AF_INET;
        in->sin_port = port;
        memcpy(&in->sin_addr, src->bytes, 4);
        return sizeof(*in);
    }
    SOCKADDR_IN6 *in6 = dst;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = port;
    in6->sin6_scope_id = src->scope;
    memcpy(&in6->sin6_addr, src->bytes, 16);
    return sizeof(*in6);
}

/* ADDRINFOEX begins with the fields of ADDRINFO, except for a blob and a provider before ai_next. */
NT_STATIC_ASSERT(sizeof(ADDRINFOA) == sizeof(ADDRINFOW));
NT_STATIC_ASSERT(offsetof(ADDRINFOA, ai_canonname) == offsetof(ADDRINFOEXA, ai_canonname));
NT_STATIC_ASSERT(offsetof(ADDRINFOA, ai_addr) == offsetof(ADDRINFOEXA, ai_addr));
NT_STATIC_ASSERT(sizeof(ADDRINFOA) != sizeof(ADDRINFOEXA));

/* Makes a list of entries of one of the kinds; an entry, its address and its name are one block. */
static int make_list(const struct result *result, int socktype, int protocol, SIZE_T entry_size, BOOL wide, void **list)
{
    struct kind kinds[2];
    ULONG kind_count = socket_kinds(result, socktype, protocol, kinds), i, k;
    void **link = list;

    *list = NULL;
    for (i = 0; i < result->count; i++) {
        for (k = 0; k < kind_count; k++) {
            BOOL named = result->has_canonical && !*list;
            SIZE_T name_size = named ? (strlen(result->canonical) + 1) * sizeof(WCHAR) : 0;
            ADDRINFOA *entry = ws_alloc(entry_size + sizeof(SOCKADDR_IN6) + name_size);

            if (!entry) {
                if (entry_size == sizeof(ADDRINFOA))
                    freeaddrinfo(*list);
                else
                    FreeAddrInfoExW(*list);
                *list = NULL;
                return WSA_NOT_ENOUGH_MEMORY;
            }
            SOCKADDR *addr = (SOCKADDR *)((char *)entry + entry_size);
            entry->ai_family = result->addresses[i].family;
            entry->ai_socktype = kinds[k].type;
            entry->ai_protocol = kinds[k].protocol;
            entry->ai_addrlen =
                make_sockaddr(addr, &result->addresses[i], kinds[k].udp ? result->udp_port : result->tcp_port);
            entry->ai_addr = addr;
            if (named) {
                entry->ai_canonname = (char *)addr + sizeof(SOCKADDR_IN6);
                if (wide)
                    MultiByteToWideChar(CP_UTF8, 0, result->canonical, -1, (WCHAR *)entry->ai_canonname,
                                        name_size / sizeof(WCHAR));
                else
                    strcpy(entry->ai_canonname, result->canonical);
            }
            *link = entry;
            link =
                entry_size == sizeof(ADDRINFOA) ? (void **)&entry->ai_next : (void **)&((ADDRINFOEXA *)entry)->ai_next;
        }
    }
    return 0;
}

INT WSAAPI getaddrinfo(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *list)
{
    ADDRINFOA none = { 0 };
    struct result result;
    char *name = NULL;
    int error;

    if (!list)
        return WSAEFAULT;
    *list = NULL;
    if (!hints)
        hints = &none;
    error = check_hints(node, service, hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol);
    if (!error && node) { /* the native half speaks UTF-8 */
        WCHAR *wide = wide_text(CP_ACP, node);
        name = wide ? narrow_text(CP_UTF8, wide) : NULL;
        ws_free(wide);
        error = name ? 0 : WSA_NOT_ENOUGH_MEMORY;
    }
    if (!error) {
        error =
            look_up(name, service, hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol, &result);
        if (!error)
            error = make_list(&result, hints->ai_socktype, hints->ai_protocol, sizeof(ADDRINFOA), FALSE, (void **)list);
        ws_free(result.addresses);
    }
    ws_free(name);
    WSASetLastError(error);
    return error;
}

/* The wide ones. */
static int look_up_wide(PCWSTR node, PCWSTR service, int flags, int family, int socktype, int protocol,
                        SIZE_T entry_size, void **list)
{
    struct result result = { 0 };
    char *name = NULL, *port = NULL;
    int error = check_hints(node, service, flags, family, socktype, protocol);

    if (!error &&
        ((node && !(name = narrow_text(CP_UTF8, node))) || (service && !(port = narrow_text(CP_UTF8, service)))))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error)
        error = look_up(name, port, flags, family, socktype, protocol, &result);
    if (!error)
        error = make_list(&result, socktype, protocol, entry_size, TRUE, list);
    ws_free(result.addresses);
    ws_free(name);
    ws_free(port);
    WSASetLastError(error);
    return error;
}

INT WSAAPI GetAddrInfoW(PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *list)
{
    ADDRINFOW none = { 0 };

    if (!list)
        return WSAEFAULT;
    *list = NULL;
    if (!hints)
        hints = &none;
    return look_up_wide(node, service, hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol,
                        sizeof(ADDRINFOW), (void **)list);
}

INT WSAAPI GetAddrInfoExW(PCWSTR node, PCWSTR service, DWORD name_space, LPGUID provider, const ADDRINFOEXW *hints,
                          PADDRINFOEXW *list, struct timeval *timeout, LPOVERLAPPED overlapped,
                          LPLOOKUPSERVICE_COMPLETION_ROUTINE completion, LPHANDLE handle)
{
    ADDRINFOEXW none = { 0 };

    (void)provider;
    if (handle)
        *handle = NULL;
    if (!list)
        return ws_fail(WSAEFAULT), WSAEFAULT;
    *list = NULL;
    if (name_space != NS_ALL && name_space != NS_DNS)
        return ws_fail(WSAEINVAL), WSAEINVAL;
    if (timeout || overlapped || completion) /* as where asynchronous look-ups are not supported (documented) */
        return ws_fail(WSAEINVAL), WSAEINVAL;
    if (!hints)
        hints = &none;
    return look_up_wide(node, service, hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol,
                        sizeof(ADDRINFOEXW), (void **)list);
}

VOID WSAAPI freeaddrinfo(PADDRINFOA list)
{
    while (list) {
        PADDRINFOA next = list->ai_next;
        ws_free(list);
        list = next;
    }
}

VOID WSAAPI FreeAddrInfoW(PADDRINFOW list)
{
    freeaddrinfo((PADDRINFOA)list);
}

void WSAAPI FreeAddrInfoExW(PADDRINFOEXW list)
{
    while (list) {
        PADDRINFOEXW next = (PADDRINFOEXW)list->ai_next;
        ws_free(list);
        list = next;
    }
}

/* Host and service of a socket address, UTF-8; either may be NULL. */
static int name_info(const SOCKADDR *addr, socklen_t length, int flags, char *host, char *service)
{
    struct unix_net_reverse args = { 0 };
    struct service found;
    ULONG size = 256;
    USHORT port;
    char numeric[256], *dot;

    if (!winsock_started())
        return WSANOTINITIALISED;
    if (!addr)
        return WSAEFAULT;
    if (addr->sa_family == AF_INET && length >= (socklen_t)sizeof(SOCKADDR_IN)) {
        const SOCKADDR_IN *in = (const SOCKADDR_IN *)addr;
        args.address.family = UNIX_NET_IPV4;
        memcpy(args.address.bytes, &in->sin_addr, 4);
        port = in->sin_port;
        RtlIpv4AddressToStringExA(&in->sin_addr, 0, numeric, &size);
    } else if (addr->sa_family == AF_INET6 && length >= (socklen_t)sizeof(SOCKADDR_IN6)) {
        const SOCKADDR_IN6 *in6 = (const SOCKADDR_IN6 *)addr;
        args.address.family = UNIX_NET_IPV6;
        args.address.scope = in6->sin6_scope_id;
        memcpy(args.address.bytes, &in6->sin6_addr, 16);
        port = in6->sin6_port;
        RtlIpv6AddressToStringExA(&in6->sin6_addr, in6->sin6_scope_id, 0, numeric, &size);
    } else {
        return addr->sa_family == AF_INET || addr->sa_family == AF_INET6 ? WSAEFAULT : WSAEAFNOSUPPORT;
    }
    if (!host && !service)
        return WSAHOST_NOT_FOUND;
    if (service) {
        if (!(flags & NI_NUMERICSERV) && find_service_port(ntohs(port), flags & NI_DGRAM ? "udp" : "tcp", &found))
            strcpy(service, found.name);
        else
            _ultoa(ntohs(port), service, 10);
    }
    if (!host)
        return 0;
    strcpy(host, numeric);
    if (flags & NI_NUMERICHOST)
        return flags & NI_NAMEREQD ? WSAHOST_NOT_FOUND : 0;
    if (NtTransomUnixCall(UNIX_MODULE_NET, UNIX_NET_REVERSE, &args))
        args.error = UNIX_NET_FAILED;
    if (args.error)
        return flags & NI_NAMEREQD ? name_error(args.error) : 0;
    if ((flags & NI_NOFQDN) && (dot = strchr(args.name, '.')))
        *dot = 0;
    strcpy(host, args.name);
    return 0;
}

INT WSAAPI GetNameInfoW(const SOCKADDR *addr, socklen_t length, PWCHAR host, DWORD host_size, PWCHAR service,
                        DWORD service_size, INT flags)
{
    char host_text[256], service_text[64];
    int error;

    if ((host && !host_size) || (service && !service_size))
        error = WSAEINVAL;
    else
        error = name_info(addr, length, flags, host ? host_text : NULL, service ? service_text : NULL);
    if (!error && ((host && !MultiByteToWideChar(CP_UTF8, 0, host_text, -1, host, host_size)) ||
                   (service && !MultiByteToWideChar(CP_UTF8, 0, service_text, -1, service, service_size))))
        error = ERROR_INSUFFICIENT_BUFFER;
    if (error)
        WSASetLastError(error);
    return error;
}

INT WSAAPI getnameinfo(const SOCKADDR *addr, socklen_t length, PCHAR host, DWORD host_size, PCHAR service,
                       DWORD service_size, INT flags)
{
    WCHAR host_text[256], service_text[64];
    INT error;

    if ((host && !host_size) || (service && !service_size))
        return ws_fail(WSAEINVAL), WSAEINVAL;
    error = GetNameInfoW(addr, length, host ? host_text : NULL, ARRAY_SIZE(host_text), service ? service_text : NULL,
                         ARRAY_SIZE(service_text), flags);
    if (!error && ((host && !WideCharToMultiByte(CP_ACP, 0, host_text, -1, host, host_size, NULL, NULL)) ||
                   (service && !WideCharToMultiByte(CP_ACP, 0, service_text, -1, service, service_size, NULL, NULL)))) {
        error = ERROR_INSUFFICIENT_BUFFER;
        WSASetLastError(error);
    }
    return error;
}
