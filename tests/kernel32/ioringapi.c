/* SPDX-License-Identifier: MIT */
/* I/O rings: queues, files and buffers that are registered, waiting, cancelling, the completion event. */
#include "../test.h"
#undef NTDDI_VERSION
#define NTDDI_VERSION 0x0A00000B /* NTDDI_WIN10_CO */
#include <ioringapi.h>

#define FUNCTIONS(X)                                                                                                   \
    X(QueryIoRingCapabilities)                                                                                         \
    X(IsIoRingOpSupported)                                                                                             \
    X(CreateIoRing)                                                                                                    \
    X(GetIoRingInfo)                                                                                                   \
    X(SubmitIoRing)                                                                                                    \
    X(CloseIoRing)                                                                                                     \
    X(PopIoRingCompletion)                                                                                             \
    X(SetIoRingCompletionEvent)                                                                                        \
    X(BuildIoRingCancelRequest)                                                                                        \
    X(BuildIoRingReadFile)                                                                                             \
    X(BuildIoRingRegisterFileHandles)                                                                                  \
    X(BuildIoRingRegisterBuffers)
#define DECLARE(name) static __typeof__(&name) p##name;
FUNCTIONS(DECLARE)
static HRESULT(WINAPI *pBuildIoRingWriteFile)(HIORING, IORING_HANDLE_REF, IORING_BUFFER_REF, UINT32, UINT64, UINT32,
                                              UINT_PTR, IORING_SQE_FLAGS);
static HRESULT(WINAPI *pBuildIoRingFlushFile)(HIORING, IORING_HANDLE_REF, UINT32, UINT_PTR, IORING_SQE_FLAGS);

#define SUBMISSION_QUEUE_FULL ((HRESULT)0x80460002)
#define VERSION_NOT_SUPPORTED ((HRESULT)0x80460003)

static WCHAR name[MAX_PATH];
static const IORING_CREATE_FLAGS no_flags;

static IORING_HANDLE_REF raw(HANDLE h)
{
    IORING_HANDLE_REF ref = IoRingHandleRefFromHandle(h);
    return ref;
}

static IORING_HANDLE_REF registered(UINT32 index)
{
    IORING_HANDLE_REF ref = IoRingHandleRefFromIndex(index);
    return ref;
}

static IORING_BUFFER_REF at(void *p)
{
    IORING_BUFFER_REF ref = IoRingBufferRefFromPointer(p);
    return ref;
}

static IORING_BUFFER_REF in(UINT32 index, UINT32 offset)
{
    IORING_BUFFER_REF ref = IoRingBufferRefFromIndexAndOffset(index, offset);
    return ref;
}

static HANDLE make(void)
{
    HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    static DWORD data[65536];
    OVERLAPPED ov = { 0 };
    DWORD n;

    for (unsigned i = 0; i < 65536; i++)
        data[i] = i;
    if (!WriteFile(h, data, sizeof data, NULL, &ov))
        GetOverlappedResult(h, &ov, &n, TRUE);
    return h;
}

static void test_reading(HANDLE h)
{
    static DWORD data[64][1024];
    HIORING ring = NULL;
    IORING_INFO info;
    IORING_CQE cqe;
    UINT32 n = 0, seen = 0;

    ok_hex(pCreateIoRing(IORING_VERSION_1, no_flags, 50, 10, &ring), S_OK);
    ok_hex(pGetIoRingInfo(ring, &info), S_OK);
    ok(info.SubmissionQueueSize >= 50 && info.CompletionQueueSize >= info.SubmissionQueueSize, "%u, %u",
       info.SubmissionQueueSize, info.CompletionQueueSize);
    ok(pIsIoRingOpSupported(ring, IORING_OP_READ) && pIsIoRingOpSupported(ring, IORING_OP_CANCEL), "operations");
    ok(!pIsIoRingOpSupported(ring, (IORING_OP_CODE)77), "an operation");
    ok_hex(pPopIoRingCompletion(ring, &cqe), S_FALSE);
    for (unsigned i = 0; i < 48; i++)
        ok_hex(pBuildIoRingReadFile(ring, raw(h), at(data[i]), 4096, i * 4096, 1000 + i, IOSQE_FLAGS_NONE), S_OK);
    /* beyond the end, nowhere, of nothing */
    pBuildIoRingReadFile(ring, raw(h), at(data[60]), 4096, 1 << 30, 2000, IOSQE_FLAGS_NONE);
    pBuildIoRingReadFile(ring, raw((HANDLE)0x123450), at(data[60]), 4096, 0, 2001, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 50, INFINITE, &n), S_OK);
    ok_int(n, 50);
    while (pPopIoRingCompletion(ring, &cqe) == S_OK) {
        seen++;
        if (cqe.UserData == 2000) {
            ok_hex(cqe.ResultCode, HRESULT_FROM_WIN32(ERROR_HANDLE_EOF));
        } else if (cqe.UserData == 2001) {
            ok_hex(cqe.ResultCode, HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE));
        } else {
            unsigned i = (unsigned)cqe.UserData - 1000;
            ok(i < 48 && cqe.ResultCode == S_OK && cqe.Information == 4096 && data[i][0] == i * 1024 &&
                   data[i][1023] == i * 1024 + 1023,
               "%u: result %lx, %lu bytes", i, cqe.ResultCode, (unsigned long)cqe.Information);
        }
    }
    ok_int(seen, 50);
    /* full */
    for (UINT32 i = 0; i < info.SubmissionQueueSize; i++)
        pBuildIoRingReadFile(ring, raw(h), at(data[0]), 4, 0, i, IOSQE_FLAGS_NONE);
    ok_hex(pBuildIoRingReadFile(ring, raw(h), at(data[0]), 4, 0, 0, IOSQE_FLAGS_NONE), SUBMISSION_QUEUE_FULL);
    ok(FAILED(pSubmitIoRing(ring, info.SubmissionQueueSize + 100, INFINITE, &n)), "waits for what cannot come");
    ok_hex(pSubmitIoRing(ring, IORING_SUBMIT_WAIT_ALL, INFINITE, &n), S_OK);
    ok_int(n, info.SubmissionQueueSize);
    ok_hex(pCloseIoRing(ring), S_OK);
}

static void test_registered(HANDLE h)
{
    static char first[64], second[4096];
    IORING_BUFFER_INFO buffers[2] = { { first, sizeof first }, { second, sizeof second } };
    HANDLE files[1], copy;
    HIORING ring;
    IORING_CQE cqe;
    UINT32 n;

    DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    files[0] = copy;
    pCreateIoRing(IORING_VERSION_1, no_flags, 8, 16, &ring);
    ok_hex(pBuildIoRingRegisterFileHandles(ring, 1, files, 1), S_OK);
    ok_hex(pBuildIoRingRegisterBuffers(ring, 2, buffers, 2), S_OK);
    ok_hex(pSubmitIoRing(ring, 2, INFINITE, &n), S_OK);
    CloseHandle(copy); /* the ring has its own */
    for (unsigned i = 1; i <= 2; i++)
        ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.UserData == i && cqe.ResultCode == S_OK, "%lx",
           cqe.ResultCode);
    pBuildIoRingReadFile(ring, registered(0), in(1, 96), 4000, 400, 10, IOSQE_FLAGS_NONE);
    pBuildIoRingReadFile(ring, registered(0), in(1, 97), 4000, 400, 11, IOSQE_FLAGS_NONE);
    pBuildIoRingReadFile(ring, registered(0), in(2, 0), 1, 0, 12, IOSQE_FLAGS_NONE);
    pBuildIoRingReadFile(ring, registered(1), in(0, 0), 1, 0, 13, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 4, INFINITE, &n), S_OK);
    for (unsigned i = 0; i < 4; i++) {
        ok_hex(pPopIoRingCompletion(ring, &cqe), S_OK);
        if (cqe.UserData == 10)
            ok(cqe.ResultCode == S_OK && cqe.Information == 4000 && *(DWORD *)(second + 96) == 100, "%lx",
               cqe.ResultCode);
        else
            ok(FAILED(cqe.ResultCode), "%lu: done", (unsigned long)cqe.UserData);
    }
    ok_hex(pCloseIoRing(ring), S_OK);
}

/* What waits: a pipe that nobody has written to. */
static void test_waiting(void)
{
    WCHAR pipe_name[64];
    HANDLE server, client, event = CreateEventW(NULL, FALSE, FALSE, NULL);
    static char data[3][8];
    HIORING ring;
    IORING_CQE cqe;
    DWORD written;
    UINT32 n;

    swprintf(pipe_name, 64, L"\\\\.\\pipe\\ioring-%lu", GetCurrentProcessId());
    server = CreateNamedPipeW(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, 0, 1, 4096, 4096, 0, NULL);
    client = CreateFileW(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    pCreateIoRing(IORING_VERSION_1, no_flags, 8, 16, &ring);
    pBuildIoRingReadFile(ring, raw(server), at(data[0]), 8, 0, 1, IOSQE_FLAGS_NONE);
    pBuildIoRingReadFile(ring, raw(server), at(data[1]), 8, 0, 2, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 0, 0, &n), S_OK);
    ok_int(n, 2);
    ok_hex(pPopIoRingCompletion(ring, &cqe), S_FALSE);
    /* "all operations were submitted without error and the subsequent wait timed out" */
    ok_hex(pSubmitIoRing(ring, 1, 30, &n), HRESULT_FROM_WIN32(ERROR_TIMEOUT));
    WriteFile(client, "one", 3, &written, NULL);
    ok_hex(pSubmitIoRing(ring, 1, 5000, &n), S_OK);
    ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.UserData == 1 && cqe.Information == 3 &&
           !memcmp(data[0], "one", 3),
       "%lx, %lu bytes", cqe.ResultCode, (unsigned long)cqe.Information);
    /* cancelled: two ends, its own and the request's */
    ok_hex(pBuildIoRingCancelRequest(ring, raw(server), 2, 3), S_OK);
    ok_hex(pBuildIoRingCancelRequest(ring, raw(server), 99, 4), S_OK);
    ok_hex(pSubmitIoRing(ring, 3, 5000, &n), S_OK);
    for (unsigned i = 0; i < 3; i++) {
        ok_hex(pPopIoRingCompletion(ring, &cqe), S_OK);
        if (cqe.UserData == 2)
            ok_hex(cqe.ResultCode, HRESULT_FROM_WIN32(ERROR_OPERATION_ABORTED));
        else if (cqe.UserData == 3)
            ok_hex(cqe.ResultCode, S_OK);
        else
            ok_hex(cqe.ResultCode, HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    }
    /* the event: when something comes into an empty queue */
    ok_hex(pSetIoRingCompletionEvent(ring, event), S_OK);
    pBuildIoRingReadFile(ring, raw(server), at(data[2]), 8, 0, 5, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 0, 0, &n), S_OK);
    ok_int(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
    WriteFile(client, "two", 3, &written, NULL);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.UserData == 5 && cqe.Information == 3, "%lx", cqe.ResultCode);
    pBuildIoRingReadFile(ring, raw(server), at(data[2]), 8, 0, 6, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 1, 20, &n), HRESULT_FROM_WIN32(ERROR_TIMEOUT));
    /* closed with a request under way */
    ok_hex(pCloseIoRing(ring), S_OK);
    ok(FAILED(pCloseIoRing(NULL)), "closed nothing");
    CloseHandle(client);
    CloseHandle(server);
    CloseHandle(event);
}

/* A file's own port hears nothing of it. */
static void test_port(HANDLE h)
{
    HANDLE port = CreateIoCompletionPort(h, NULL, 1, 1);
    char data[16];
    HIORING ring;
    IORING_CQE cqe;
    OVERLAPPED *ov;
    ULONG_PTR key;
    DWORD n;
    UINT32 submitted;

    pCreateIoRing(IORING_VERSION_1, no_flags, 8, 16, &ring);
    pBuildIoRingReadFile(ring, raw(h), at(data), 16, 0, 1, IOSQE_FLAGS_NONE);
    ok_hex(pSubmitIoRing(ring, 1, INFINITE, &submitted), S_OK);
    ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.Information == 16, "%lx", cqe.ResultCode);
    ok(!GetQueuedCompletionStatus(port, &n, &key, &ov, 0), "a packet");
    pCloseIoRing(ring);
    CloseHandle(port);
}

static void test_writing(HANDLE h)
{
    char data[] = "written", back[8] = "";
    HIORING ring;
    IORING_CQE cqe;
    UINT32 n;

    if (!pBuildIoRingWriteFile || pCreateIoRing((IORING_VERSION)300, no_flags, 8, 16, &ring)) {
        skip("version 3");
        return;
    }
    ok_hex(pBuildIoRingWriteFile(ring, raw(h), at(data), 8, 8192, 0, 1, IOSQE_FLAGS_NONE), S_OK);
    ok_hex(pSubmitIoRing(ring, 1, INFINITE, &n), S_OK);
    ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.ResultCode == S_OK && cqe.Information == 8, "%lx",
       cqe.ResultCode);
    ok_hex(pBuildIoRingFlushFile(ring, raw(h), 0, 2, IOSQE_FLAGS_NONE), S_OK);
    ok_hex(pBuildIoRingReadFile(ring, raw(h), at(back), 8, 8192, 3, IOSQE_FLAGS_NONE), S_OK);
    ok_hex(pSubmitIoRing(ring, 2, INFINITE, &n), S_OK);
    for (unsigned i = 0; i < 2; i++)
        ok(pPopIoRingCompletion(ring, &cqe) == S_OK && cqe.ResultCode == S_OK, "%lx", cqe.ResultCode);
    ok(!strcmp(back, "written"), "%.8s", back);
    ok_hex(pCloseIoRing(ring), S_OK);
    /* not of version 1 */
    pCreateIoRing(IORING_VERSION_1, no_flags, 8, 16, &ring);
    ok(FAILED(pBuildIoRingWriteFile(ring, raw(h), at(data), 8, 0, 0, 1, IOSQE_FLAGS_NONE)), "built");
    pCloseIoRing(ring);
}

TESTS
{
    HMODULE kernelbase = GetModuleHandleW(L"kernelbase.dll");
    IORING_CAPABILITIES capabilities;
    WCHAR dir[MAX_PATH];
    HIORING ring;
    HANDLE h;

#define FIND(name) p##name = (__typeof__(p##name))(void *)GetProcAddress(kernelbase, #name);
    FUNCTIONS(FIND)
    FIND(BuildIoRingWriteFile)
    FIND(BuildIoRingFlushFile)
    if (!pCreateIoRing) {
        skip("there are no rings");
        return;
    }
    GetTempPathW(MAX_PATH, dir);
    GetTempFileNameW(dir, L"rng", 0, name);
    ok_hex(pQueryIoRingCapabilities(&capabilities), S_OK);
    ok(capabilities.MaxVersion >= IORING_VERSION_1 && capabilities.MaxSubmissionQueueSize >= 64, "%u",
       capabilities.MaxSubmissionQueueSize);
    ok_hex(pCreateIoRing((IORING_VERSION)77, no_flags, 8, 16, &ring), VERSION_NOT_SUPPORTED);
    ok(FAILED(pCreateIoRing(IORING_VERSION_1, no_flags, capabilities.MaxSubmissionQueueSize + 1, 16, &ring)), "made");
    h = make();
    test_reading(h);
    test_registered(h);
    test_waiting();
    test_writing(h);
    test_port(h);
    CloseHandle(h);
    ok(DeleteFileW(name), "error %lu", GetLastError());
}
