/* SPDX-License-Identifier: MIT */
/* rpcdce_string.c: string bindings: [object@]protseq:[address][\[[endpoint][,options]\]], and what protocol sequences there are. */
#include "rpcrt4_private.h"

const WCHAR *const rpc_protseq_names[PROTSEQ_COUNT] = { L"ncalrpc", L"ncacn_np", L"ncacn_ip_tcp" };

/* Those that Windows knew once or knows, and that we do not carry. */
static const WCHAR *const unsupported[] = { L"ncacn_nb_tcp",   L"ncacn_nb_ipx", L"ncacn_nb_nb",   L"ncacn_spx",
                                            L"ncacn_dnet_nsp", L"ncacn_at_dsp", L"ncacn_vns_spp", L"ncadg_ip_udp",
                                            L"ncadg_ipx",      L"ncadg_mq",     L"ncacn_http",    L"ncacn_hvsocket" };

bool protseq_parse(const WCHAR *name, enum protseq *protseq)
{
    for (int i = 0; i < PROTSEQ_COUNT; i++) {
        if (!_wcsicmp(name, rpc_protseq_names[i])) {
            *protseq = i;
            return true;
        }
    }
    return false;
}

RPC_STATUS protseq_check(const WCHAR *name, enum protseq *protseq)
{
    if (!name)
        return RPC_S_INVALID_RPC_PROTSEQ;
    if (protseq_parse(name, protseq))
        return RPC_S_OK;
    for (size_t i = 0; i < ARRAYSIZE(unsupported); i++)
        if (!_wcsicmp(name, unsupported[i]))
            return RPC_S_PROTSEQ_NOT_SUPPORTED;
    return RPC_S_INVALID_RPC_PROTSEQ;
}

RPC_STATUS RPC_ENTRY RpcNetworkIsProtseqValidW(RPC_WSTR name)
{
    enum protseq protseq;

    return protseq_check(name, &protseq);
}

RPC_STATUS RPC_ENTRY RpcNetworkIsProtseqValidA(RPC_CSTR name)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(name, &wide);

    if (!status)
        status = RpcNetworkIsProtseqValidW(wide);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcNetworkInqProtseqsW(RPC_PROTSEQ_VECTORW **result)
{
    RPC_PROTSEQ_VECTORW *vector = rpc_alloc(sizeof(*vector) + PROTSEQ_COUNT * sizeof(void *));

    if (!vector)
        return RPC_S_OUT_OF_MEMORY;
    vector->Count = PROTSEQ_COUNT;
    for (int i = 0; i < PROTSEQ_COUNT; i++)
        vector->Protseq[i] = rpc_strdup(rpc_protseq_names[i]);
    *result = vector;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcNetworkInqProtseqsA(RPC_PROTSEQ_VECTORA **result)
{
    RPC_PROTSEQ_VECTORA *vector = rpc_alloc(sizeof(*vector) + PROTSEQ_COUNT * sizeof(void *));

    if (!vector)
        return RPC_S_OUT_OF_MEMORY;
    vector->Count = PROTSEQ_COUNT;
    for (int i = 0; i < PROTSEQ_COUNT; i++)
        vector->Protseq[i] = (unsigned char *)rpc_narrow(rpc_protseq_names[i]);
    *result = vector;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcProtseqVectorFreeA(RPC_PROTSEQ_VECTORA **vector)
{
    if (!*vector)
        return RPC_S_OK;
    for (unsigned i = 0; i < (*vector)->Count; i++)
        rpc_free((*vector)->Protseq[i]);
    rpc_free(*vector);
    *vector = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcProtseqVectorFreeW(RPC_PROTSEQ_VECTORW **vector)
{
    return RpcProtseqVectorFreeA((RPC_PROTSEQ_VECTORA **)vector);
}

/* --- composing --- */

/* What would be taken for punctuation is written with a backslash: the endpoint `\pipe\name` becomes `\\pipe\\name`. */
static size_t escape(const WCHAR *text, WCHAR *to)
{
    size_t length = 0;

    for (; text && *text; text++) {
        if (wcschr(L"\\[],@", *text)) {
            if (to)
                to[length] = '\\';
            length++;
        }
        if (to)
            to[length] = *text;
        length++;
    }
    return length;
}

static bool given(const WCHAR *text)
{
    return text && *text;
}

RPC_STATUS RPC_ENTRY RpcStringBindingComposeW(RPC_WSTR object, RPC_WSTR protseq, RPC_WSTR address, RPC_WSTR endpoint,
                                              RPC_WSTR options, RPC_WSTR *result)
{
    size_t size = escape(object, NULL) + escape(protseq, NULL) + escape(address, NULL) + escape(endpoint, NULL) +
                  escape(options, NULL) + 8;
    WCHAR *text, *p;
    UUID uuid;

    if (!result)
        return RPC_S_OK;
    if (given(object) && UuidFromStringW(object, &uuid))
        return RPC_S_INVALID_STRING_UUID;
    text = p = rpc_alloc(size * sizeof(WCHAR));
    if (!text)
        return RPC_S_OUT_OF_MEMORY;
    if (given(object)) {
        p += escape(object, p);
        *p++ = '@';
    }
    p += escape(protseq, p);
    *p++ = ':';
    p += escape(address, p);
    if (given(endpoint) || given(options)) {
        *p++ = '[';
        p += escape(endpoint, p);
        if (given(options)) {
            *p++ = ',';
            p += escape(options, p);
        }
        *p++ = ']';
    }
    *result = text;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringBindingComposeA(RPC_CSTR object, RPC_CSTR protseq, RPC_CSTR address, RPC_CSTR endpoint,
                                              RPC_CSTR options, RPC_CSTR *result)
{
    RPC_CSTR narrow[5] = { object, protseq, address, endpoint, options };
    WCHAR *wide[5] = { NULL }, *text = NULL;
    RPC_STATUS status = RPC_S_OK;

    if (!result)
        return RPC_S_OK;
    for (int i = 0; i < 5 && !status; i++)
        status = rpc_widen_checked(narrow[i], &wide[i]);
    if (!status)
        status = RpcStringBindingComposeW(wide[0], wide[1], wide[2], wide[3], wide[4], &text);
    if (!status) {
        *result = (RPC_CSTR)rpc_narrow(text);
        if (!*result)
            status = RPC_S_OUT_OF_MEMORY;
    }
    for (int i = 0; i < 5; i++)
        rpc_free(wide[i]);
    rpc_free(text);
    return status;
}

/* --- parsing --- */

/* Up to one of `ends` that no backslash precedes; the text without its backslashes. *next: at what ended it. */
static RPC_STATUS field(const WCHAR *text, const WCHAR *ends, const WCHAR **next, WCHAR **result)
{
    size_t length = 0;
    const WCHAR *p;

    for (p = text; *p && !wcschr(ends, *p); p++, length++)
        if (*p == '\\' && p[1])
            p++;
    *next = p;
    if (!result)
        return RPC_S_OK;
    *result = rpc_alloc((length + 1) * sizeof(WCHAR));
    if (!*result)
        return RPC_S_OUT_OF_MEMORY;
    length = 0;
    for (p = text; p < *next; p++) {
        if (*p == '\\' && p + 1 < *next)
            p++;
        (*result)[length++] = *p;
    }
    return RPC_S_OK;
}

static RPC_STATUS parse(const WCHAR *text, WCHAR *fields[5])
{
    const WCHAR *p = text, *end;
    RPC_STATUS status;
    UUID uuid;

    field(p, L"@[", &end, NULL);
    if (*end == '@') {
        status = field(p, L"@", &end, &fields[0]);
        if (status)
            return status;
        if (UuidFromStringW(fields[0], &uuid))
            return RPC_S_INVALID_STRING_UUID;
        p = end + 1;
    }
    status = field(p, L":[", &end, &fields[1]);
    if (status)
        return status;
    if (*end != ':' || end == p)
        return RPC_S_INVALID_STRING_BINDING;
    p = end + 1;
    status = field(p, L"[", &end, &fields[2]);
    if (status || !*end)
        return status;
    p = end + 1;
    status = field(p, L",]", &end, &fields[3]);
    if (status)
        return status;
    if (*end == ',') {
        p = end + 1;
        status = field(p, L"]", &end, &fields[4]);
        if (status)
            return status;
    }
    if (*end != ']' || end[1])
        return RPC_S_INVALID_STRING_BINDING;
    if (fields[3] && !_wcsnicmp(fields[3], L"endpoint=", 9))
        memmove(fields[3], fields[3] + 9, (wcslen(fields[3] + 9) + 1) * sizeof(WCHAR));
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringBindingParseW(RPC_WSTR text, RPC_WSTR *object, RPC_WSTR *protseq, RPC_WSTR *address,
                                            RPC_WSTR *endpoint, RPC_WSTR *options)
{
    RPC_WSTR *results[5] = { object, protseq, address, endpoint, options };
    WCHAR *fields[5] = { NULL };
    RPC_STATUS status;

    if (!text)
        return RPC_S_INVALID_STRING_BINDING;
    status = parse(text, fields);
    for (int i = 0; i < 5; i++) {
        if (!status && results[i]) {
            *results[i] = fields[i] ? fields[i] : rpc_strdup(L"");
            fields[i] = NULL;
        }
        rpc_free(fields[i]);
    }
    return status;
}

RPC_STATUS RPC_ENTRY RpcStringBindingParseA(RPC_CSTR text, RPC_CSTR *object, RPC_CSTR *protseq, RPC_CSTR *address,
                                            RPC_CSTR *endpoint, RPC_CSTR *options)
{
    RPC_CSTR *results[5] = { object, protseq, address, endpoint, options };
    WCHAR *wide, *fields[5] = { NULL };
    RPC_STATUS status;

    if (!text)
        return RPC_S_INVALID_STRING_BINDING;
    status = rpc_widen_checked(text, &wide);
    if (!status)
        status = parse(wide, fields);
    for (int i = 0; i < 5; i++) {
        if (!status && results[i])
            *results[i] = (RPC_CSTR)rpc_narrow(fields[i] ? fields[i] : L"");
        rpc_free(fields[i]);
    }
    rpc_free(wide);
    return status;
}
