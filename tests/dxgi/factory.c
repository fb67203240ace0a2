/* SPDX-License-Identifier: MIT */
/* dxgi.dll without a display adapter: a factory may be refused, but then nothing is given. */
#include "../test.h"

typedef HRESULT(WINAPI *create_factory)(const IID *iid, void **factory);

TESTS
{
    static const IID IID_IDXGIFactory1 = {
        0x770aae78, 0xf26f, 0x4dba, { 0xa8, 0x29, 0x25, 0x3c, 0x83, 0xd1, 0xb3, 0x87 }
    };
    static const char *const names[] = { "CreateDXGIFactory", "CreateDXGIFactory1" };
    HMODULE dxgi = LoadLibraryA("dxgi.dll");

    ok(dxgi != NULL, "error %lu", GetLastError());
    for (int i = 0; dxgi && i < 2; i++) {
        create_factory create = (create_factory)(void *)GetProcAddress(dxgi, names[i]);
        void *factory = (void *)1;
        HRESULT result;

        ok(create != NULL, "%s: error %lu", names[i], GetLastError());
        if (!create)
            continue;
        result = create(&IID_IDXGIFactory1, &factory);
        ok(SUCCEEDED(result) ? factory && factory != (void *)1 : !factory, "%s: %lx, %p", names[i], result, factory);
        ok(FAILED(create(&IID_IDXGIFactory1, NULL)), "%s without a place for it", names[i]);
    }
}
