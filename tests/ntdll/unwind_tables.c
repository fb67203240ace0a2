/* SPDX-License-Identifier: MIT */
/*
 * Function tables: RtlLookupFunctionEntry for images, RtlAddFunctionTable, RtlInstallFunctionTableCallback, growable tables, for code
 * that programs generate; exceptions pass through it.
 */
#include "../test.h"

typedef DWORD(NTAPI *add_growable)(void **, RUNTIME_FUNCTION *, DWORD, DWORD, ULONG_PTR, ULONG_PTR);
typedef void(NTAPI *grow_growable)(void *, DWORD);
typedef void(NTAPI *delete_growable)(void *);

#define SLOT      0x40
#define FUNCTIONS 16

static BYTE *
    code; /* FUNCTIONS functions, SLOT bytes each, then unwind information at 0x800 and a jump to the handler at 0x900 */
static RUNTIME_FUNCTION entries[FUNCTIONS];

/* Each: push rbx; sub rsp,20h; mov ebx,number; call rcx; mov eax,ebx; add rsp,20h; pop rbx; ret */
static void make_code(void)
{
    static const BYTE body[] = { 0x53, 0x48, 0x83, 0xec, 0x20, 0xbb, 0,    0,    0,    0,
                                 0xff, 0xd1, 0x89, 0xd8, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3 };
    static const BYTE info[] = {
        1 | UNW_FLAG_EHANDLER << 3, 5, 2, 0, 5, 0x32, 1, 0x30, 0, 9, 0, 0, 0x78, 0x56, 0x34, 0x12
    };

    code = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    memset(code, 0xcc, 0x1000);
    for (int i = 0; i < FUNCTIONS; i++) {
        memcpy(code + i * SLOT, body, sizeof(body));
        code[i * SLOT + 6] = (BYTE)i;
        entries[i].BeginAddress = (DWORD)(i * SLOT);
        entries[i].EndAddress = (DWORD)(i * SLOT + (int)sizeof(body));
        entries[i].UnwindData = 0x800;
    }
    memcpy(code + 0x800, info, sizeof(info));
    memcpy(code + 0x900, "\x48\xb8", 2); /* mov rax,handler; jmp rax */
    memcpy(code + 0x90a, "\xff\xe0", 2);
}

static int handler_calls, handled_function;
static DWORD handler_data;
static bool handle_it;

static EXCEPTION_DISPOSITION language_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                              DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame;
    (void)context;
    if (record->ExceptionFlags & 6)
        return ExceptionContinueSearch;
    handler_calls++;
    handled_function = (int)((dispatcher->ControlPc - (ULONG64)code) / SLOT);
    handler_data = *(DWORD *)dispatcher->HandlerData;
    return handle_it ? ExceptionContinueExecution : ExceptionContinueSearch;
}

static void raise_one(void)
{
    RaiseException(0xe0000001, 0, 0, NULL);
}

static int run(int number)
{
    handler_calls = 0;
    handled_function = -1;
    handler_data = 0;
    handle_it = true;
    return ((int (*)(void (*)(void)))(code + number * SLOT))(raise_one);
}

static RUNTIME_FUNCTION *look_up(int number, ULONG64 *base)
{
    *base = 0x77;
    return RtlLookupFunctionEntry((ULONG64)code + (ULONG64)(number * SLOT) + 12, base, NULL);
}

#define PASSES_THROUGH(number)                                                                                         \
    do {                                                                                                               \
        ok_int(run(number), number);                                                                                   \
        ok_int(handler_calls, 1);                                                                                      \
        ok_int(handled_function, number);                                                                              \
        ok_hex(handler_data, 0x12345678);                                                                              \
    } while (0)

static void test_image(void)
{
    ULONG64 base = 0, module = (ULONG64)GetModuleHandleA(NULL);
    RUNTIME_FUNCTION *function = RtlLookupFunctionEntry((ULONG64)test_image, &base, NULL);

    ok(function && base == module, "base %#llx", base);
    ok(function && base + function->BeginAddress == (ULONG64)test_image, "the function begins elsewhere");
    for (int i = 0; i < 3; i++) { /* again: from a cache, if there is one */
        base = 0;
        ok(RtlLookupFunctionEntry((ULONG64)test_image + 3, &base, NULL) == function && base == module,
           "another answer");
    }
    base = 1;
    ok(!RtlLookupFunctionEntry(module, &base, NULL), "headers have a function");
    ok(!RtlLookupFunctionEntry(16, &base, NULL), "no image");

    /* A DLL that goes and comes: what is known of it must go too. */
    for (int i = 0; i < 3; i++) {
        HMODULE dll = LoadLibraryA("winmm.dll");
        ULONG64 address = (ULONG64)GetProcAddress(dll, "timeGetTime"), found;

        if (!dll || !address) {
            skip("no winmm.dll");
            return;
        }
        RtlLookupFunctionEntry(address, &found, NULL);
        ok_ptr(found, dll);
        RtlLookupFunctionEntry(address, &found, NULL);
        ok_ptr(found, dll);
        FreeLibrary(dll);
        if (!GetModuleHandleA("winmm.dll"))
            ok(!RtlLookupFunctionEntry(address, &found, NULL) && !found, "found after it was unloaded: %#llx", found);
    }
}

static void test_table(void)
{
    ULONG64 base;

    ok(!look_up(3, &base), "found before it was added");
    ok(RtlAddFunctionTable(entries, FUNCTIONS / 2, (ULONG64)code), "RtlAddFunctionTable");
    ok(look_up(3, &base) == &entries[3] && base == (ULONG64)code, "base %#llx", base);
    ok(!look_up(9, &base), "found before it was added");
    PASSES_THROUGH(0);
    PASSES_THROUGH(7);
    ok(RtlAddFunctionTable(entries + FUNCTIONS / 2, FUNCTIONS / 2, (ULONG64)code), "RtlAddFunctionTable");
    PASSES_THROUGH(9);
    PASSES_THROUGH(3);
    ok(RtlDeleteFunctionTable(entries), "RtlDeleteFunctionTable");
    ok(!RtlDeleteFunctionTable(entries), "deleted twice");
    ok(!look_up(3, &base), "found after it was deleted");
    ok(look_up(9, &base) == &entries[9], "the other one is gone");
    ok(RtlDeleteFunctionTable(entries + FUNCTIONS / 2), "RtlDeleteFunctionTable");
}

static int callback_calls;
static RUNTIME_FUNCTION *CALLBACK callback(DWORD64 pc, void *context)
{
    callback_calls++;
    return context == &callback_calls ? &entries[(pc - (ULONG64)code) / SLOT] : NULL;
}

static void test_callback(void)
{
    DWORD64 identifier = (DWORD64)code | 3;
    ULONG64 base;

    ok(!RtlInstallFunctionTableCallback((DWORD64)code, (DWORD64)code, 0x400, callback, &callback_calls, NULL),
       "the identifier's low bits must be set");
    ok(RtlInstallFunctionTableCallback(identifier, (DWORD64)code, 0x400, callback, &callback_calls, NULL),
       "RtlInstallFunctionTableCallback");
    ok(look_up(5, &base) == &entries[5] && base == (ULONG64)code, "base %#llx", base);
    ok_int(callback_calls, 1);
    PASSES_THROUGH(5);
    ok(callback_calls > 1, "asked %d times", callback_calls);
    ok(RtlDeleteFunctionTable((RUNTIME_FUNCTION *)identifier), "RtlDeleteFunctionTable");
    ok(!look_up(5, &base), "found after it was deleted");
}

static void test_growable(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    add_growable add = (add_growable)(void *)GetProcAddress(ntdll, "RtlAddGrowableFunctionTable");
    grow_growable grow = (grow_growable)(void *)GetProcAddress(ntdll, "RtlGrowFunctionTable");
    delete_growable delete = (delete_growable)(void *)GetProcAddress(ntdll, "RtlDeleteGrowableFunctionTable");
    void *handle = NULL;
    ULONG64 base;

    ok_hex(add(&handle, entries, 2, FUNCTIONS, (ULONG_PTR)code, (ULONG_PTR)code + 0x400), 0);
    PASSES_THROUGH(1);
    ok(!look_up(4, &base), "found before the table has grown");
    grow(handle, 6);
    PASSES_THROUGH(4);
    ok(!look_up(6, &base), "found before the table has grown");
    grow(handle, FUNCTIONS);
    PASSES_THROUGH(15);
    delete (handle);
    ok(!look_up(1, &base), "found after it was deleted");
}

/* Many tables, as just-in-time compilers make them */
static void test_many(void)
{
    static RUNTIME_FUNCTION single[2000];
    BYTE *area = VirtualAlloc(NULL, 2000 * 0x100, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ULONG64 base;
    int wrong = 0;

    for (int i = 0; i < 2000; i++) {
        int n = i * 7 % 2000; /* in no order */

        single[n] = (RUNTIME_FUNCTION){ 0, 0x80, 0x90 };
        wrong += !RtlAddFunctionTable(&single[n], 1, (ULONG64)area + (ULONG64)n * 0x100);
    }
    ok_int(wrong, 0);
    for (int i = 0; i < 2000; i++) {
        ULONG64 at = (ULONG64)area + (ULONG64)i * 0x100;

        wrong += RtlLookupFunctionEntry(at + 0x7f, &base, NULL) != &single[i] || base != at;
        wrong += RtlLookupFunctionEntry(at + 0x80, &base, NULL) != NULL;
    }
    ok_int(wrong, 0);
    for (int i = 0; i < 2000; i++)
        wrong += !RtlDeleteFunctionTable(&single[i]);
    ok_int(wrong, 0);
    ok(!RtlLookupFunctionEntry((ULONG64)area, &base, NULL), "found after all were deleted");
    VirtualFree(area, 0, MEM_RELEASE);
}

/* Threads look up while others register and load. */
static volatile LONG stop, errors;

static DWORD CALLBACK look_up_all(void *argument)
{
    (void)argument;
    while (!stop) {
        ULONG64 base;

        if (!RtlLookupFunctionEntry((ULONG64)test_many, &base, NULL) || base != (ULONG64)GetModuleHandleA(NULL))
            InterlockedIncrement(&errors);
    }
    return 0;
}

static void test_threads(void)
{
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, look_up_all, NULL, 0, NULL);
    for (int i = 0; i < 200; i++) {
        HMODULE dll = LoadLibraryA("winmm.dll");

        RtlAddFunctionTable(entries, FUNCTIONS, (ULONG64)code);
        FreeLibrary(dll);
        RtlDeleteFunctionTable(entries);
    }
    stop = 1;
    WaitForMultipleObjects(3, threads, TRUE, 10000);
    ok_int(errors, 0);
}

TESTS
{
    void *target = (void *)language_handler;

    make_code();
    memcpy(code + 0x902, &target, 8);
    test_image();
    test_table();
    test_callback();
    test_growable();
    test_many();
    test_threads();
}
