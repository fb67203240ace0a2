/* SPDX-License-Identifier: MIT */
/* binding.c: string bindings and what can be asked of binding handles. */
#include "../test.h"
#include <rpc.h>

static void check_compose(const char *object, const char *protseq, const char *address, const char *endpoint,
                          const char *options, const char *expected)
{
    RPC_CSTR text = NULL;

    ok_int(RpcStringBindingComposeA((RPC_CSTR)object, (RPC_CSTR)protseq, (RPC_CSTR)address, (RPC_CSTR)endpoint,
                                    (RPC_CSTR)options, &text),
           RPC_S_OK);
    ok_str((char *)text, expected);
    RpcStringFreeA(&text);
    ok(!text, "RpcStringFree leaves NULL");
}

static void check_parse(const char *text, const char *object, const char *protseq, const char *address,
                        const char *endpoint, const char *options)
{
    RPC_CSTR parts[5];
    const char *expected[5] = { object, protseq, address, endpoint, options };

    ok_int(RpcStringBindingParseA((RPC_CSTR)text, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4]), RPC_S_OK);
    for (int i = 0; i < 5; i++) {
        ok_str((char *)parts[i], expected[i]);
        RpcStringFreeA(&parts[i]);
    }
}

#define OBJECT "12345678-1234-abcd-ef00-0123456789ab"

static void test_strings(void)
{
    RPC_CSTR text;

    check_compose(NULL, "ncalrpc", NULL, "endpoint", NULL, "ncalrpc:[endpoint]");
    check_compose(NULL, "ncacn_ip_tcp", "127.0.0.1", "135", NULL, "ncacn_ip_tcp:127.0.0.1[135]");
    check_compose(OBJECT, "ncacn_ip_tcp", "server", NULL, NULL, OBJECT "@ncacn_ip_tcp:server");
    /* "string-binding": backslashes of names are doubled */
    check_compose(NULL, "ncacn_np", "\\\\server", "\\pipe\\name", "security=identify",
                  "ncacn_np:\\\\\\\\server[\\\\pipe\\\\name,security=identify]");
    check_parse("ncalrpc:[endpoint]", "", "ncalrpc", "", "endpoint", "");
    check_parse("ncacn_np:\\\\\\\\server[\\\\pipe\\\\name,security=identify]", "", "ncacn_np", "\\\\server",
                "\\pipe\\name", "security=identify");
    check_parse(OBJECT "@ncacn_ip_tcp:host", OBJECT, "ncacn_ip_tcp", "host", "", "");
    check_parse("ncacn_ip_tcp:host[endpoint=99]", "", "ncacn_ip_tcp", "host", "99", "");
    ok_int(RpcStringBindingComposeA((RPC_CSTR) "nonsense", (RPC_CSTR) "ncalrpc", NULL, NULL, NULL, &text),
           RPC_S_INVALID_STRING_UUID);
    ok_int(RpcStringBindingParseA((RPC_CSTR) "nonsense", NULL, NULL, NULL, NULL, NULL), RPC_S_INVALID_STRING_BINDING);
    ok_int(RpcStringBindingParseA((RPC_CSTR) "ncalrpc:[endpoint", NULL, NULL, NULL, NULL, NULL),
           RPC_S_INVALID_STRING_BINDING);
    ok_int(RpcStringBindingParseA((RPC_CSTR) "bad@ncalrpc:", NULL, NULL, NULL, NULL, NULL), RPC_S_INVALID_STRING_UUID);
}

static RPC_STATUS from(const char *text)
{
    RPC_BINDING_HANDLE handle = NULL;
    RPC_STATUS status = RpcBindingFromStringBindingA((RPC_CSTR)text, &handle);

    if (!status)
        RpcBindingFree(&handle);
    return status;
}

static void test_handles(void)
{
    RPC_BINDING_HANDLE handle, copy;
    UUID uuid, nil;
    RPC_CSTR text;
    RPC_STATUS status;
    unsigned timeout;

    ok_int(from("ncalrpc:"), RPC_S_OK);
    ok_int(from("ncacn_zz:"), RPC_S_INVALID_RPC_PROTSEQ);
    ok_int(from("ncadg_ip_udp:"), RPC_S_PROTSEQ_NOT_SUPPORTED);
    ok_int(from("ncacn_ip_tcp:host[name]"), RPC_S_INVALID_ENDPOINT_FORMAT);
    ok_int(from("ncacn_np:[name]"), RPC_S_INVALID_ENDPOINT_FORMAT);
    ok_int(from("ncalrpc:elsewhere.example[x]"), RPC_S_INVALID_NET_ADDR);

    ok_int(RpcBindingFromStringBindingA((RPC_CSTR)OBJECT "@ncacn_ip_tcp:host[99]", &handle), RPC_S_OK);
    ok_int(RpcBindingToStringBindingA(handle, &text), RPC_S_OK);
    ok_str((char *)text, OBJECT "@ncacn_ip_tcp:host[99]");
    RpcStringFreeA(&text);
    ok_int(RpcBindingInqObject(handle, &uuid), RPC_S_OK);
    ok_hex(uuid.Data1, 0x12345678);
    ok_int(RpcBindingCopy(handle, &copy), RPC_S_OK);
    UuidCreateNil(&nil);
    ok_int(RpcBindingSetObject(handle, &nil), RPC_S_OK);
    ok_int(RpcBindingInqObject(copy, &uuid), RPC_S_OK);
    ok(!UuidIsNil(&uuid, &status), "the copy keeps its own");
    ok_int(RpcBindingReset(handle), RPC_S_OK);
    ok_int(RpcBindingToStringBindingA(handle, &text), RPC_S_OK);
    ok_str((char *)text, "ncacn_ip_tcp:host");
    RpcStringFreeA(&text);

    ok_int(RpcMgmtInqComTimeout(handle, &timeout), RPC_S_OK);
    ok_int(timeout, RPC_C_BINDING_DEFAULT_TIMEOUT);
    ok_int(RpcMgmtSetComTimeout(handle, 11), RPC_S_INVALID_TIMEOUT);
    ok_int(RpcMgmtSetComTimeout(handle, RPC_C_BINDING_INFINITE_TIMEOUT), RPC_S_OK);
    ok_int(RpcBindingInqAuthInfoA(handle, NULL, NULL, NULL, NULL, NULL), RPC_S_BINDING_HAS_NO_AUTH);
    ok_int(RpcBindingSetAuthInfoA(handle, NULL, RPC_C_AUTHN_LEVEL_NONE, RPC_C_AUTHN_NONE, NULL, 0), RPC_S_OK);
    ok_int(RpcBindingSetAuthInfoA(handle, NULL, 7, RPC_C_AUTHN_NONE, NULL, 0), RPC_S_UNKNOWN_AUTHN_LEVEL);
    ok_int(RpcBindingSetAuthInfoA(handle, NULL, RPC_C_AUTHN_LEVEL_PKT, 55, NULL, 0), RPC_S_UNKNOWN_AUTHN_SERVICE);
    RPC_CSTR name = NULL;
    ok_int(RpcNsBindingInqEntryNameA(handle, RPC_C_NS_SYNTAX_DEFAULT, &name), RPC_S_NO_ENTRY_NAME);
    ok_str((char *)name, "");
    RpcStringFreeA(&name);
    ok_int(RpcNsBindingInqEntryNameA(handle, 77, &name), RPC_S_UNSUPPORTED_NAME_SYNTAX);
    ok_int(RpcMgmtInqServerPrincNameA(NULL, RPC_C_AUTHN_WINNT, &name), RPC_S_OK);
    ok(name && *name, "no name");
    RpcStringFreeA(&name);
    ok_int(RpcMgmtInqServerPrincNameA(NULL, 77, &name), RPC_S_UNKNOWN_AUTHN_SERVICE);
    ok_int(RpcBindingFree(&handle), RPC_S_OK);
    ok(!handle, "RpcBindingFree leaves NULL");
    ok_int(RpcBindingFree(&handle), RPC_S_INVALID_BINDING);
    ok_int(RpcBindingFree(&copy), RPC_S_OK);
}

static void test_inquiries(void)
{
    RPC_PROTSEQ_VECTORA *protseqs;
    char text[DCE_C_ERROR_STRING_LEN];
    UUID object, type, found;
    ULONG level;

    ok_int(RpcNetworkIsProtseqValidA((RPC_CSTR) "ncalrpc"), RPC_S_OK);
    ok_int(RpcNetworkIsProtseqValidA((RPC_CSTR) "ncacn_spx"), RPC_S_PROTSEQ_NOT_SUPPORTED);
    ok_int(RpcNetworkIsProtseqValidA((RPC_CSTR) "nonsense"), RPC_S_INVALID_RPC_PROTSEQ);
    ok_int(RpcNetworkInqProtseqsA(&protseqs), RPC_S_OK);
    ok(protseqs->Count >= 3, "%u", protseqs->Count);
    ok_int(RpcProtseqVectorFreeA(&protseqs), RPC_S_OK);
    ok_int(DceErrorInqTextA(RPC_S_SERVER_UNAVAILABLE, (RPC_CSTR)text), RPC_S_OK);
    ok(strstr(text, "RPC server is unavailable") != NULL, "%s", text);

    UuidCreate(&object);
    UuidCreate(&type);
    ok_int(RpcObjectInqType(&object, &found), RPC_S_OBJECT_NOT_FOUND);
    ok_int(RpcObjectSetType(&object, &type), RPC_S_OK);
    ok_int(RpcObjectSetType(&object, &type), RPC_S_ALREADY_REGISTERED);
    ok_int(RpcObjectInqType(&object, &found), RPC_S_OK);
    ok(!memcmp(&found, &type, sizeof(type)), "another type");
    ok_int(RpcObjectSetType(&object, NULL), RPC_S_OK);
    ok_int(RpcObjectInqType(&object, &found), RPC_S_OBJECT_NOT_FOUND);

    ok_int(RpcImpersonateClient(NULL), RPC_S_NO_CALL_ACTIVE);
    ok_int(RpcServerTestCancel(NULL), RPC_S_NO_CALL_ACTIVE);
    ok_int(RpcMgmtInqDefaultProtectLevel(RPC_C_AUTHN_WINNT, &level), RPC_S_OK);
}

TESTS
{
    test_strings();
    test_handles();
    test_inquiries();
}
