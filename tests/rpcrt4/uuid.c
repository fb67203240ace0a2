/* SPDX-License-Identifier: MIT */
/* UUIDs: making them, as text and back, comparing. */
#include "../test.h"
#include <rpc.h>

TESTS
{
    UUID a, b;
    RPC_CSTR text;
    RPC_WSTR wide;
    RPC_STATUS status;

    ok_int(UuidCreate(&a), RPC_S_OK);
    ok_int(a.Data3 >> 12, 4);
    ok_int(a.Data4[0] >> 6, 2);
    ok_int(UuidToStringA(&a, &text), RPC_S_OK);
    ok_int(strlen((char *)text), 36);
    ok_int(UuidFromStringA(text, &b), RPC_S_OK);
    ok(UuidEqual(&a, &b, &status), "another one");
    ok_int(RpcStringFreeA(&text), RPC_S_OK);
    ok(!text, "still there");
    ok_int(UuidFromStringA((RPC_CSTR) "00112233-4455-6677-8899-aAbBcCdDeEfF", &a), RPC_S_OK);
    ok_hex(a.Data1, 0x00112233);
    ok_hex(a.Data4[7], 0xff);
    ok_int(UuidToStringW(&a, &wide), RPC_S_OK);
    ok_wstr(wide, L"00112233-4455-6677-8899-aabbccddeeff");
    RpcStringFreeW(&wide);
    ok_int(UuidFromStringA((RPC_CSTR) "00112233-4455-6677-8899-aabbccddeef", &a), RPC_S_INVALID_STRING_UUID);
    ok_int(UuidFromStringA((RPC_CSTR) "{0112233-4455-6677-8899-aabbccddeeff", &a), RPC_S_INVALID_STRING_UUID);
    ok_int(UuidCreateNil(&b), RPC_S_OK);
    ok(UuidIsNil(&b, &status), "not nil");
    ok_int(UuidFromStringA(NULL, &a), RPC_S_OK);
    ok(UuidIsNil(&a, &status), "of nothing");
    status = UuidCreateSequential(&a);
    ok(status == RPC_S_OK || status == RPC_S_UUID_LOCAL_ONLY, "status %ld", status);
    ok_int(a.Data3 >> 12, 1);
    UuidCreateSequential(&b);
    ok(!UuidEqual(&a, &b, &status), "the same again");
    ok_int(UuidCompare(&a, &a, &status), 0);
}
