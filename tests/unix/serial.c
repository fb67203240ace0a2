/* SPDX-License-Identifier: MIT */
/* serial.c DEVICE: a serial port as programs see it ("Communications Resources"), against serial.sh's other end. */
#include "../test.h"

static HANDLE port;

static void say(const char *text)
{
    DWORD done;
    ok(WriteFile(port, text, strlen(text), &done, NULL) && done == strlen(text), "error %lu", GetLastError());
}

static void set_timeouts(DWORD interval, DWORD multiplier, DWORD constant)
{
    COMMTIMEOUTS timeouts = { interval, multiplier, constant, 0, 2000 }, read;
    ok(SetCommTimeouts(port, &timeouts), "error %lu", GetLastError());
    ok(GetCommTimeouts(port, &read) && !memcmp(&read, &timeouts, sizeof(read)), "error %lu", GetLastError());
}

/* What arrives, at most `size` bytes; *ms is how long that took. */
static const char *hear(DWORD size, DWORD *ms)
{
    static char text[100];
    DWORD start = GetTickCount(), done = 0;
    ok(ReadFile(port, text, size, &done, NULL), "error %lu", GetLastError());
    text[done] = 0;
    if (ms)
        *ms = GetTickCount() - start;
    return text;
}

static void test_open(const char *name)
{
    port = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(port != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    ok_int(GetFileType(port), FILE_TYPE_CHAR);
    /* It is open once */
    ok(CreateFileA("\\\\.\\COM7", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE, "twice");
    ok_int(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(port);
}

static void test_state(void)
{
    DCB dcb = { .DCBlength = sizeof(dcb) }, read;
    COMMPROP properties;
    COMMCONFIG config;
    DWORD size = sizeof(config), status;
    ok(GetCommState(port, &dcb), "error %lu", GetLastError());
    ok_int(dcb.fBinary, 1);
    ok(BuildCommDCBA("COM7: baud=19200 parity=E data=7 stop=2 xon=on dtr=off rts=on", &dcb), "error %lu",
       GetLastError());
    ok_int(dcb.BaudRate, 19200);
    ok_int(dcb.Parity, EVENPARITY);
    ok_int(dcb.ByteSize, 7);
    ok_int(dcb.StopBits, TWOSTOPBITS);
    ok_int(dcb.fOutX, 1);
    ok(SetCommState(port, &dcb), "error %lu", GetLastError());
    ok(GetCommState(port, &read), "error %lu", GetLastError());
    ok_int(read.BaudRate, 19200);
    ok_int(read.StopBits, TWOSTOPBITS);
    ok_int(read.fOutX, 1);
    ok_int(read.fInX, 1);
    ok_int(read.fRtsControl, RTS_CONTROL_ENABLE);
    ok_int(read.fDtrControl, DTR_CONTROL_DISABLE);
    dcb.BaudRate = 1234567; /* any rate */
    ok(SetCommState(port, &dcb) && GetCommState(port, &read), "error %lu", GetLastError());
    ok_int(read.BaudRate, 1234567);
    dcb.ByteSize = 9;
    dcb.BaudRate = 300;
    ok(!SetCommState(port, &dcb), "nine bits");
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    GetCommState(port, &read);
    ok_int(read.BaudRate, 1234567); /* all or nothing */
    memset(&dcb, 0, sizeof(dcb));
    ok(BuildCommDCBA("9600,n,8,1", &dcb), "error %lu", GetLastError());
    ok(dcb.BaudRate == 9600 && dcb.ByteSize == 8 && dcb.Parity == NOPARITY && dcb.StopBits == ONESTOPBIT, "short");
    ok(!BuildCommDCBA("baud=fast", &dcb) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu", GetLastError());
    dcb.fBinary = TRUE;
    ok(SetCommState(port, &dcb), "error %lu", GetLastError());
    ok(GetCommProperties(port, &properties), "error %lu", GetLastError());
    ok_int(properties.dwProvSubType, PST_RS232);
    ok(GetCommConfig(port, &config, &size), "error %lu", GetLastError());
    ok_int(config.dcb.BaudRate, 9600);
    ok(SetupComm(port, 4096, 4096), "error %lu", GetLastError());
    ok(GetCommModemStatus(port, &status), "error %lu", GetLastError());
    ok(EscapeCommFunction(port, SETDTR), "error %lu", GetLastError());
    ok(!EscapeCommFunction(port, 99) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu", GetLastError());
}

/* COMMTIMEOUTS */
static void test_reading(void)
{
    COMSTAT stat;
    DWORD ms, errors;
    set_timeouts(0, 0, 2000);
    say("echo hello\n");
    ok_str(hear(5, NULL), "hello");
    set_timeouts(0, 10, 50); /* 10 * 10 + 50 ms */
    ok_str(hear(10, &ms), "");
    ok(ms >= 140 && ms < 1500, "%lu ms", ms);
    set_timeouts(MAXDWORD, 0, 0); /* what is there */
    ok_str(hear(10, &ms), "");
    ok(ms < 100, "%lu ms", ms);
    set_timeouts(MAXDWORD, MAXDWORD, 3000); /* the first bytes that come */
    say("later now\n");
    ok_str(hear(50, &ms), "now");
    ok(ms >= 200 && ms < 2500, "%lu ms", ms);
    set_timeouts(100, 0, 0); /* until nothing comes for a while */
    say("pause abc\n");
    ok_str(hear(50, &ms), "ab");
    ok(ms >= 90 && ms < 900, "%lu ms", ms);
    set_timeouts(0, 0, 2000);
    ok_str(hear(1, NULL), "c");
    say("echo rest\n");
    Sleep(200);
    ok(ClearCommError(port, &errors, &stat), "error %lu", GetLastError());
    ok_int(stat.cbInQue, 4);
    ok_int(errors, 0);
    ok(PurgeComm(port, PURGE_RXCLEAR), "error %lu", GetLastError());
    ok(ClearCommError(port, NULL, &stat), "error %lu", GetLastError());
    ok_int(stat.cbInQue, 0);
    ok(FlushFileBuffers(port), "error %lu", GetLastError());
}

static void test_overlapped(void)
{
    OVERLAPPED io = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) },
               event = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    char text[20] = "";
    DWORD done, events = 0;
    port = CreateFileA("COM7", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    ok(port != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    set_timeouts(0, 0, 0);
    ok(!WaitCommEvent(port, &events, &event) && GetLastError() == ERROR_INVALID_PARAMETER, "nothing to wait for");
    ok(SetCommMask(port, EV_RXCHAR | EV_TXEMPTY), "error %lu", GetLastError());
    ok(GetCommMask(port, &events) && events == (EV_RXCHAR | EV_TXEMPTY), "%lx", events);
    ok(SetCommMask(port, EV_RXCHAR), "error %lu", GetLastError());
    ok(!WaitCommEvent(port, &events, &event) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(!WaitCommEvent(port, &done, &io) && GetLastError() == ERROR_INVALID_PARAMETER, "two waits");
    ok(!ReadFile(port, text, 5, NULL, &io) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    OVERLAPPED out = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    ok(WriteFile(port, "later 12345\n", 12, NULL, &out) || GetLastError() == ERROR_IO_PENDING, "error %lu",
       GetLastError());
    ok(GetOverlappedResult(port, &out, &done, TRUE) && done == 12, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event.hEvent, 5000), WAIT_OBJECT_0);
    ok(GetOverlappedResult(port, &event, &done, TRUE) && events == EV_RXCHAR, "%lx", events);
    ok(GetOverlappedResult(port, &io, &done, TRUE) && done == 5, "error %lu", GetLastError());
    ok(!memcmp(text, "12345", 5), "%s", text);
    /* "If ... SetCommMask is called while a wait is pending, WaitCommEvent returns immediately": with nothing. */
    events = 99;
    SetCommMask(port, EV_RXCHAR);
    ok(!WaitCommEvent(port, &events, &event) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(SetCommMask(port, 0), "error %lu", GetLastError());
    ok(GetOverlappedResult(port, &event, &done, TRUE) && !events, "%lx", events);
    /* All has been sent */
    ok(SetCommMask(port, EV_TXEMPTY), "error %lu", GetLastError());
    ok(WriteFile(port, "none\n", 5, NULL, &out) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(WaitCommEvent(port, &events, &event) || GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event.hEvent, 5000), WAIT_OBJECT_0);
    ok(GetOverlappedResult(port, &event, &done, FALSE) && events == EV_TXEMPTY, "%lx", events);
    /* PURGE_RXABORT ends what waits */
    ok(!ReadFile(port, text, 5, NULL, &io) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(PurgeComm(port, PURGE_RXABORT | PURGE_TXABORT), "error %lu", GetLastError());
    ok(!GetOverlappedResult(port, &io, &done, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED, "error %lu",
       GetLastError());
    ok(!ReadFile(port, text, 5, NULL, &io) && GetLastError() == ERROR_IO_PENDING, "error %lu", GetLastError());
    ok(CancelIo(port), "error %lu", GetLastError());
    ok(!GetOverlappedResult(port, &io, &done, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED, "error %lu",
       GetLastError());
    CloseHandle(port);
}

TESTS
{
    char target[MAX_PATH] = "Z:", text[MAX_PATH];
    ok_int(test_argc, 2);
    strcat(target, test_argv[1]);
    for (char *s = target; *s; s++)
        if (*s == '/')
            *s = '\\';
    port = CreateFileA("COM7", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(port == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "error %lu", GetLastError());
    ok(DefineDosDeviceA(0, "COM7", target), "error %lu", GetLastError());
    ok(QueryDosDeviceA("COM7", text, sizeof(text)), "error %lu", GetLastError());
    test_open("COM7");
    test_open("COM7:");
    test_open("\\\\.\\COM7");
    test_open("C:\\com7");
    port = CreateFileA("COM7", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    test_state();
    test_reading();
    CloseHandle(port);
    test_overlapped();
}
