/* SPDX-License-Identifier: MIT */
/* Pipes by system calls: information classes, control codes, attributes, and parameters of NtCreateNamedPipeFile. */
#include "../test.h"
#include <winternl.h>

#define FilePipeInformation_      23
#define FilePipeLocalInformation_ 24

#define FSCTL_PIPE_PEEK_                     0x0011400c
#define FSCTL_PIPE_GET_PIPE_ATTRIBUTE_       0x00110028
#define FSCTL_PIPE_SET_PIPE_ATTRIBUTE_       0x0011002c
#define FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE_ 0x00110030

typedef struct {
    ULONG type, configuration, maximum, current, inbound, readable, outbound, writable, state, end;
} LOCAL;

typedef struct {
    ULONG state, available, messages, length;
    char data[16];
} PEEK;

static NTSTATUS(WINAPI *create)(HANDLE *, ULONG, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *, ULONG, ULONG, ULONG, ULONG,
                                ULONG, ULONG, ULONG, ULONG, ULONG, LARGE_INTEGER *);
static NTSTATUS(WINAPI *control)(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, ULONG, void *, ULONG, void *,
                                 ULONG);
static NTSTATUS(WINAPI *query)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, ULONG);
static NTSTATUS(WINAPI *set)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, ULONG);

static NTSTATUS make(HANDLE *handle, ULONG share, ULONG disposition, ULONG type, ULONG mode, ULONG maximum)
{
    static WCHAR text[] = L"\\??\\pipe\\transom-ntdll-pipe";
    UNICODE_STRING name = { sizeof text - 2, sizeof text, text };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK io;
    LARGE_INTEGER timeout = { .QuadPart = -500000 };

    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    *handle = NULL;
    return create(handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attr, &io, share, disposition,
                  0x20 /* FILE_SYNCHRONOUS_IO_NONALERT */, type, mode, 0, maximum, 4096, 8192, &timeout);
}

static void test_parameters(void)
{
    HANDLE pipe, more;

    ok_hex(make(&pipe, 3, 2, 0, 1, 1), 0xc000000d); /* messages read from a pipe of bytes */
    ok_hex(make(&pipe, 0, 2, 0, 0, 1), 0xc000000d);
    ok_hex(make(&pipe, 3, 1, 0, 0, 1), 0xc0000034); /* FILE_OPEN: there is none */
    ok_hex(make(&pipe, 3, 2, 1, 1, 2), 0);
    ok_hex(make(&more, 3, 2, 1, 1, 2), 0xc0000022); /* FILE_CREATE: there is one */
    ok_hex(make(&more, 3, 1, 1, 1, 2), 0);
    HANDLE third;
    ok_hex(make(&third, 3, 3, 1, 1, 2), 0xc00000ab); /* STATUS_INSTANCE_NOT_AVAILABLE */
    CloseHandle(pipe);
    CloseHandle(more);
}

static void test_information(void)
{
    HANDLE server, client;
    IO_STATUS_BLOCK io;
    ULONG modes[2] = { 9, 9 };
    LOCAL local;
    PEEK peek;
    DWORD n;

    ok_hex(make(&server, 3, 2, 1, 1, 2), 0);
    ok_hex(query(server, &io, &local, sizeof local, FilePipeLocalInformation_), 0);
    ok(local.type == 1 && local.configuration == 2 && local.maximum == 2 && local.current == 1, "%lu %lu %lu %lu",
       local.type, local.configuration, local.maximum, local.current);
    ok(local.inbound == 4096 && local.outbound == 8192 && local.state == 2 && local.end == 1, "%lu %lu %lu %lu",
       local.inbound, local.outbound, local.state, local.end);
    client =
        CreateFileA("\\\\.\\pipe\\transom-ntdll-pipe", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(WriteFile(client, "abcde", 5, &n, NULL), "error %lu", GetLastError());
    ok_hex(query(server, &io, &local, sizeof local, FilePipeLocalInformation_), 0);
    ok(local.readable == 5 && local.writable == 8192 && local.state == 3, "%lu %lu %lu", local.readable, local.writable,
       local.state);
    ok_hex(query(client, &io, &local, sizeof local, FilePipeLocalInformation_), 0);
    ok(local.writable == 4096 - 5 && local.end == 0, "%lu %lu", local.writable, local.end);
    ok_hex(query(client, &io, modes, sizeof modes, FilePipeInformation_), 0);
    ok(modes[0] == 0 && modes[1] == 0, "%lu %lu", modes[0], modes[1]);
    modes[0] = 2;
    ok_hex(set(client, &io, modes, sizeof modes, FilePipeInformation_), 0xc000000d);
    modes[0] = 1;
    ok_hex(set(client, &io, modes, sizeof modes, FilePipeInformation_), 0);

    /* a message that does not fit: STATUS_BUFFER_OVERFLOW, and what it is */
    ok_hex(control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_PEEK_, NULL, 0, &peek, 16 + 2), 0x80000005);
    ok(io.Information == 18 && peek.state == 3 && peek.available == 5 && peek.messages == 1 && peek.length == 5,
       "%lu %lu %lu %lu", peek.state, peek.available, peek.messages, peek.length);
    ok_hex(control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_PEEK_, NULL, 0, &peek, 8), 0xc000000d);
    ok_hex(control(server, NULL, NULL, NULL, &io, 0x0011fffc, NULL, 0, NULL, 0), 0xc0000010);
    CloseHandle(client);
    ok_hex(query(server, &io, &local, sizeof local, FilePipeLocalInformation_), 0);
    ok(local.state == 4 && local.readable == 5, "%lu %lu", local.state, local.readable);
    CloseHandle(server);
}

static void test_attributes(void)
{
    static char attribute[] = "Colour\0red";
    char name[] = "Colour", id[] = "ClientProcessId", value[16] = "";
    HANDLE server;
    IO_STATUS_BLOCK io;

    ok_hex(make(&server, 3, 2, 0, 0, 1), 0);
    HANDLE client = CreateFileA("\\\\.\\pipe\\transom-ntdll-pipe", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok_hex(control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE_, id, sizeof id, value, 2),
           0xc0000023);
    ok_hex(control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE_, id, sizeof id, value,
                   sizeof value),
           0);
    ok(*(DWORD *)value == GetCurrentProcessId(), "%lu", *(DWORD *)value);
    ok_hex(
        control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_GET_PIPE_ATTRIBUTE_, name, sizeof name, value, sizeof value),
        0xc0000225);
    ok_hex(control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_SET_PIPE_ATTRIBUTE_, attribute, sizeof attribute, NULL, 0),
           0);
    ok_hex(
        control(server, NULL, NULL, NULL, &io, FSCTL_PIPE_GET_PIPE_ATTRIBUTE_, name, sizeof name, value, sizeof value),
        0);
    ok(io.Information == 4 && !strcmp(value, "red"), "%s", value);
    CloseHandle(client);
    CloseHandle(server);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    create = (void *)GetProcAddress(ntdll, "NtCreateNamedPipeFile");
    control = (void *)GetProcAddress(ntdll, "NtFsControlFile");
    query = (void *)GetProcAddress(ntdll, "NtQueryInformationFile");
    set = (void *)GetProcAddress(ntdll, "NtSetInformationFile");
    test_parameters();
    test_information();
    test_attributes();
}
