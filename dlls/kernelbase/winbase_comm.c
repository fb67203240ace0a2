/* SPDX-License-Identifier: MIT */
/* winbase_comm.c: communications resources: COM ports by IOCTL_SERIAL_* ("Communications Functions"). */
#include "kernelbase_private.h"
#include "nt_serial.h"
#include <stdlib.h>
#include <winioctl.h>

struct line_control {
    UCHAR stop, parity, length;
};

struct handflow {
    ULONG control, replace;
    LONG xon_limit, xoff_limit;
};

struct chars {
    UCHAR eof, error, stop, event, xon, xoff;
};

struct status {
    ULONG errors, hold_reasons, in, out;
    BOOLEAN eof, wait_for_immediate;
};

/* A port may be open for overlapped requests: then the answer is waited for, on an event of our own. */
static BOOL control(HANDLE port, ULONG code, const void *in, DWORD in_size, void *out, DWORD out_size)
{
    IO_STATUS_BLOCK iosb;
    HANDLE event;
    NTSTATUS status = NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE);

    if (status)
        return set_ntstatus(status);
    status = NtDeviceIoControlFile(port, event, NULL, NULL, &iosb, code, (void *)in, in_size, out, out_size);
    if (status == STATUS_PENDING) {
        NtWaitForSingleObject(event, FALSE, NULL);
        status = iosb.Status;
    }
    NtClose(event);
    return set_ntstatus(status);
}

static BOOL get(HANDLE port, ULONG code, void *out, DWORD size)
{
    return control(port, code, NULL, 0, out, size);
}

static BOOL set(HANDLE port, ULONG code, const void *in, DWORD size)
{
    return control(port, code, in, size, NULL, 0);
}

/* --- the state --- */

/* SERIAL_HANDFLOW */
#define DTR_CONTROL     0x01u
#define DTR_HANDSHAKE   0x02u
#define CTS_HANDSHAKE   0x08u
#define DSR_HANDSHAKE   0x10u
#define DSR_SENSITIVITY 0x40u
#define ERROR_ABORT     0x80000000u
#define AUTO_TRANSMIT   0x01u
#define AUTO_RECEIVE    0x02u
#define ERROR_CHAR      0x04u
#define NULL_STRIPPING  0x08u
#define RTS_CONTROL     0x40u
#define RTS_HANDSHAKE   0x80u
#define TRANSMIT_TOGGLE 0xc0u
#define XOFF_CONTINUE   0x80000000u

static void dcb_of(DCB *dcb, ULONG rate, const struct line_control *line, const struct handflow *flow,
                   const struct chars *chars)
{
    memset(dcb, 0, sizeof(*dcb));
    dcb->DCBlength = sizeof(*dcb);
    dcb->BaudRate = rate;
    dcb->fBinary = TRUE;
    dcb->fParity = line->parity != NOPARITY;
    dcb->fOutxCtsFlow = !!(flow->control & CTS_HANDSHAKE);
    dcb->fOutxDsrFlow = !!(flow->control & DSR_HANDSHAKE);
    dcb->fDtrControl = flow->control & DTR_HANDSHAKE ? DTR_CONTROL_HANDSHAKE
                       : flow->control & DTR_CONTROL ? DTR_CONTROL_ENABLE
                                                     : DTR_CONTROL_DISABLE;
    dcb->fDsrSensitivity = !!(flow->control & DSR_SENSITIVITY);
    dcb->fTXContinueOnXoff = !!(flow->replace & XOFF_CONTINUE);
    dcb->fOutX = !!(flow->replace & AUTO_TRANSMIT);
    dcb->fInX = !!(flow->replace & AUTO_RECEIVE);
    dcb->fErrorChar = !!(flow->replace & ERROR_CHAR);
    dcb->fNull = !!(flow->replace & NULL_STRIPPING);
    dcb->fRtsControl = (flow->replace & TRANSMIT_TOGGLE) / RTS_CONTROL;
    dcb->fAbortOnError = !!(flow->control & ERROR_ABORT);
    dcb->XonLim = (WORD)flow->xon_limit;
    dcb->XoffLim = (WORD)flow->xoff_limit;
    dcb->ByteSize = line->length;
    dcb->Parity = line->parity;
    dcb->StopBits = line->stop;
    dcb->XonChar = (char)chars->xon;
    dcb->XoffChar = (char)chars->xoff;
    dcb->ErrorChar = (char)chars->error;
    dcb->EofChar = (char)chars->eof;
    dcb->EvtChar = (char)chars->event;
}

BOOL WINAPI GetCommState(HANDLE port, DCB *dcb)
{
    struct line_control line;
    struct handflow flow;
    struct chars chars;
    ULONG rate;

    if (!get(port, IOCTL_SERIAL_GET_BAUD_RATE, &rate, sizeof(rate)) ||
        !get(port, IOCTL_SERIAL_GET_LINE_CONTROL, &line, sizeof(line)) ||
        !get(port, IOCTL_SERIAL_GET_HANDFLOW, &flow, sizeof(flow)) ||
        !get(port, IOCTL_SERIAL_GET_CHARS, &chars, sizeof(chars)))
        return FALSE;
    dcb_of(dcb, rate, &line, &flow, &chars);
    return TRUE;
}

static struct handflow flow_of(const DCB *dcb)
{
    struct handflow flow = { .xon_limit = dcb->XonLim, .xoff_limit = dcb->XoffLim };

    flow.control = (dcb->fOutxCtsFlow ? CTS_HANDSHAKE : 0) | (dcb->fOutxDsrFlow ? DSR_HANDSHAKE : 0) |
                   (dcb->fDsrSensitivity ? DSR_SENSITIVITY : 0) | (dcb->fAbortOnError ? ERROR_ABORT : 0) |
                   (dcb->fDtrControl == DTR_CONTROL_ENABLE      ? DTR_CONTROL
                    : dcb->fDtrControl == DTR_CONTROL_HANDSHAKE ? DTR_HANDSHAKE
                                                                : 0);
    flow.replace = (dcb->fTXContinueOnXoff ? XOFF_CONTINUE : 0) | (dcb->fOutX ? AUTO_TRANSMIT : 0) |
                   (dcb->fInX ? AUTO_RECEIVE : 0) | (dcb->fErrorChar ? ERROR_CHAR : 0) |
                   (dcb->fNull ? NULL_STRIPPING : 0) | dcb->fRtsControl * RTS_CONTROL;
    return flow;
}

BOOL WINAPI SetCommState(HANDLE port, DCB *dcb)
{
    struct line_control line = { dcb->StopBits, dcb->Parity, dcb->ByteSize }, old_line;
    struct handflow flow = flow_of(dcb);
    struct chars chars = { (UCHAR)dcb->EofChar, (UCHAR)dcb->ErrorChar, 0,
                           (UCHAR)dcb->EvtChar, (UCHAR)dcb->XonChar,   (UCHAR)dcb->XoffChar };
    ULONG rate = dcb->BaudRate, old_rate;

    if (dcb->DCBlength != sizeof(*dcb) || !dcb->fBinary || dcb->fDtrControl > DTR_CONTROL_HANDSHAKE ||
        /* "SetCommState fails if XonChar is equal to XoffChar"; where they mean anything. */
        ((dcb->fOutX || dcb->fInX) && dcb->XonChar == dcb->XoffChar))
        return fail(ERROR_INVALID_PARAMETER);
    if (!get(port, IOCTL_SERIAL_GET_BAUD_RATE, &old_rate, sizeof(old_rate)) ||
        !get(port, IOCTL_SERIAL_GET_LINE_CONTROL, &old_line, sizeof(old_line)) ||
        !set(port, IOCTL_SERIAL_SET_BAUD_RATE, &rate, sizeof(rate)))
        return FALSE;
    if (set(port, IOCTL_SERIAL_SET_LINE_CONTROL, &line, sizeof(line))) {
        if (set(port, IOCTL_SERIAL_SET_CHARS, &chars, sizeof(chars)) &&
            set(port, IOCTL_SERIAL_SET_HANDFLOW, &flow, sizeof(flow)))
            return TRUE;
    }
    DWORD error = GetLastError(); /* all or nothing */
    set(port, IOCTL_SERIAL_SET_BAUD_RATE, &old_rate, sizeof(old_rate));
    set(port, IOCTL_SERIAL_SET_LINE_CONTROL, &old_line, sizeof(old_line));
    return fail(error);
}

/* COMMTIMEOUTS is SERIAL_TIMEOUTS. */
BOOL WINAPI GetCommTimeouts(HANDLE port, COMMTIMEOUTS *timeouts)
{
    return get(port, IOCTL_SERIAL_GET_TIMEOUTS, timeouts, sizeof(*timeouts));
}

BOOL WINAPI SetCommTimeouts(HANDLE port, COMMTIMEOUTS *timeouts)
{
    return set(port, IOCTL_SERIAL_SET_TIMEOUTS, timeouts, sizeof(*timeouts));
}

BOOL WINAPI GetCommProperties(HANDLE port, COMMPROP *properties)
{
    return get(port, IOCTL_SERIAL_GET_PROPERTIES, properties, sizeof(*properties));
}

BOOL WINAPI SetupComm(HANDLE port, DWORD in, DWORD out)
{
    ULONG sizes[2] = { in, out };

    return set(port, IOCTL_SERIAL_SET_QUEUE_SIZE, sizes, sizeof(sizes));
}

BOOL WINAPI GetCommConfig(HANDLE port, COMMCONFIG *config, DWORD *size)
{
    DWORD room = *size;

    *size = sizeof(*config);
    if (room < sizeof(*config))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memset(config, 0, sizeof(*config));
    config->dwSize = sizeof(*config);
    config->wVersion = 1;
    config->dwProviderSubType = PST_RS232;
    return GetCommState(port, &config->dcb);
}

BOOL WINAPI SetCommConfig(HANDLE port, COMMCONFIG *config, DWORD size)
{
    if (size < sizeof(*config))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return SetCommState(port, &config->dcb);
}

/* --- what happens --- */

BOOL WINAPI GetCommMask(HANDLE port, DWORD *mask)
{
    return get(port, IOCTL_SERIAL_GET_WAIT_MASK, mask, sizeof(*mask));
}

BOOL WINAPI SetCommMask(HANDLE port, DWORD mask)
{
    return set(port, IOCTL_SERIAL_SET_WAIT_MASK, &mask, sizeof(mask));
}

BOOL WINAPI WaitCommEvent(HANDLE port, DWORD *events, OVERLAPPED *overlapped)
{
    if (overlapped)
        return DeviceIoControl(port, IOCTL_SERIAL_WAIT_ON_MASK, NULL, 0, events, sizeof(*events), NULL, overlapped);
    return get(port, IOCTL_SERIAL_WAIT_ON_MASK, events, sizeof(*events));
}

BOOL WINAPI GetCommModemStatus(HANDLE port, DWORD *status)
{
    return get(port, IOCTL_SERIAL_GET_MODEMSTATUS, status, sizeof(*status));
}

BOOL WINAPI ClearCommError(HANDLE port, DWORD *errors, COMSTAT *stat)
{
    struct status status;

    if (!get(port, IOCTL_SERIAL_GET_COMMSTATUS, &status, sizeof(status)))
        return FALSE;
    if (errors)
        *errors = (status.errors & 0x01 ? CE_BREAK : 0) | (status.errors & 0x02 ? CE_FRAME : 0) |
                  (status.errors & 0x04 ? CE_OVERRUN : 0) | (status.errors & 0x08 ? CE_RXOVER : 0) |
                  (status.errors & 0x10 ? CE_RXPARITY : 0);
    if (stat) {
        memset(stat, 0, sizeof(*stat));
        stat->fCtsHold = status.hold_reasons & 1;
        stat->fDsrHold = !!(status.hold_reasons & 2);
        stat->fRlsdHold = !!(status.hold_reasons & 4);
        stat->fXoffHold = !!(status.hold_reasons & 8);
        stat->fXoffSent = !!(status.hold_reasons & 16);
        stat->fEof = status.eof;
        stat->fTxim = status.wait_for_immediate;
        stat->cbInQue = status.in;
        stat->cbOutQue = status.out;
    }
    return TRUE;
}

BOOL WINAPI PurgeComm(HANDLE port, DWORD flags)
{
    return set(port, IOCTL_SERIAL_PURGE, &flags, sizeof(flags));
}

BOOL WINAPI TransmitCommChar(HANDLE port, char c)
{
    return set(port, IOCTL_SERIAL_IMMEDIATE_CHAR, &c, 1);
}

BOOL WINAPI SetCommBreak(HANDLE port)
{
    return set(port, IOCTL_SERIAL_SET_BREAK_ON, NULL, 0);
}

BOOL WINAPI ClearCommBreak(HANDLE port)
{
    return set(port, IOCTL_SERIAL_SET_BREAK_OFF, NULL, 0);
}

BOOL WINAPI EscapeCommFunction(HANDLE port, DWORD function)
{
    static const ULONG codes[] = { [SETXOFF] = IOCTL_SERIAL_SET_XOFF,      [SETXON] = IOCTL_SERIAL_SET_XON,
                                   [SETRTS] = IOCTL_SERIAL_SET_RTS,        [CLRRTS] = IOCTL_SERIAL_CLR_RTS,
                                   [SETDTR] = IOCTL_SERIAL_SET_DTR,        [CLRDTR] = IOCTL_SERIAL_CLR_DTR,
                                   [7] = IOCTL_SERIAL_RESET_DEVICE,        [SETBREAK] = IOCTL_SERIAL_SET_BREAK_ON,
                                   [CLRBREAK] = IOCTL_SERIAL_SET_BREAK_OFF };

    if (function >= ARRAY_SIZE(codes) || !codes[function])
        return fail(ERROR_INVALID_PARAMETER);
    return set(port, codes[function], NULL, 0);
}

/* --- BuildCommDCB: "COM1: baud=9600 parity=N data=8 stop=1 to=on xon=off odsr=off octs=on dtr=on rts=on idsr=off" --- */

static const WCHAR *skip_spaces(const WCHAR *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static BOOL parse_number(const WCHAR **s, DWORD *number)
{
    const WCHAR *start = *s;

    for (*number = 0; **s >= '0' && **s <= '9' && *s - start < 9; (*s)++)
        *number = *number * 10 + (DWORD)(**s - '0');
    return *s > start;
}

static BOOL set_rate(DCB *dcb, const WCHAR **s)
{
    static const struct {
        DWORD abbreviation, rate;
    } rates[] = { { 11, 110 },  { 15, 150 },  { 30, 300 },  { 60, 600 },  { 12, 1200 },
                  { 24, 2400 }, { 48, 4800 }, { 96, 9600 }, { 19, 19200 } };

    if (!parse_number(s, &dcb->BaudRate) || !dcb->BaudRate)
        return FALSE;
    for (SIZE_T i = 0; i < ARRAY_SIZE(rates); i++)
        if (dcb->BaudRate == rates[i].abbreviation)
            dcb->BaudRate = rates[i].rate;
    return TRUE;
}

static BOOL set_parity(DCB *dcb, const WCHAR **s)
{
    static const char letters[] = "noems"; /* NOPARITY, ODDPARITY, ... */

    for (BYTE i = 0; letters[i]; i++) {
        if ((**s | 0x20) != letters[i])
            continue;
        (*s)++;
        dcb->Parity = i;
        dcb->fParity = i != NOPARITY;
        return TRUE;
    }
    return FALSE;
}

static BOOL set_data(DCB *dcb, const WCHAR **s)
{
    DWORD bits;

    if (!parse_number(s, &bits) || bits < 5 || bits > 8)
        return FALSE;
    dcb->ByteSize = (BYTE)bits;
    return TRUE;
}

static BOOL set_stop(DCB *dcb, const WCHAR **s)
{
    DWORD bits;

    if (!parse_number(s, &bits) || bits < 1 || bits > 2)
        return FALSE;
    dcb->StopBits = bits == 2 ? TWOSTOPBITS : ONESTOPBIT;
    if (bits == 1 && (*s)[0] == '.' && (*s)[1] == '5') {
        dcb->StopBits = ONE5STOPBITS;
        *s += 2;
    }
    return TRUE;
}

static BOOL word(const WCHAR **s, const WCHAR *text)
{
    SIZE_T n = wcslen(text);

    if (_wcsnicmp(*s, text, n))
        return FALSE;
    *s += n;
    return TRUE;
}

/* "on", "off", and what else a switch may be: its number, or -1. */
static int parse_switch(const WCHAR **s, const WCHAR *third, const WCHAR *fourth)
{
    if (word(s, L"on"))
        return 1;
    if (word(s, L"off"))
        return 0;
    if (third && word(s, third))
        return 2;
    return fourth && word(s, fourth) ? 3 : -1;
}

/* The short form: "9600,n,8,1", followed by "x" or "p" for how the flow is controlled. */
static BOOL parse_short(const WCHAR *s, DCB *dcb)
{
    static BOOL (*const parts[])(DCB *, const WCHAR **) = { set_rate, set_parity, set_data, set_stop };

    for (SIZE_T i = 0; i < ARRAY_SIZE(parts); i++) {
        s = skip_spaces(s);
        if (*s && *s != ',' && !parts[i](dcb, &s))
            return FALSE;
        s = skip_spaces(s);
        if (*s != ',')
            break;
        s++;
    }
    s = skip_spaces(s);
    dcb->fInX = dcb->fOutX = FALSE;
    dcb->fOutxCtsFlow = dcb->fOutxDsrFlow = FALSE;
    dcb->fDtrControl = DTR_CONTROL_ENABLE;
    dcb->fRtsControl = RTS_CONTROL_ENABLE;
    if ((*s | 0x20) == 'x') {
        dcb->fInX = dcb->fOutX = TRUE;
        s++;
    } else if ((*s | 0x20) == 'p') {
        dcb->fOutxCtsFlow = dcb->fOutxDsrFlow = TRUE;
        dcb->fDtrControl = DTR_CONTROL_HANDSHAKE;
        dcb->fRtsControl = RTS_CONTROL_HANDSHAKE;
        s++;
    }
    return !*skip_spaces(s);
}

static BOOL parse_pair(const WCHAR **s, DCB *dcb, COMMTIMEOUTS *timeouts)
{
    int value;

    if (word(s, L"baud="))
        return set_rate(dcb, s);
    if (word(s, L"parity="))
        return set_parity(dcb, s);
    if (word(s, L"data="))
        return set_data(dcb, s);
    if (word(s, L"stop="))
        return set_stop(dcb, s);
    if (word(s, L"to=")) {
        if ((value = parse_switch(s, NULL, NULL)) >= 0 && timeouts) {
            memset(timeouts, 0, sizeof(*timeouts));
            timeouts->WriteTotalTimeoutConstant = value ? 60000 : 0;
        }
    } else if (word(s, L"xon=")) {
        value = parse_switch(s, NULL, NULL);
        dcb->fInX = dcb->fOutX = value > 0;
    } else if (word(s, L"odsr=")) {
        value = parse_switch(s, NULL, NULL);
        dcb->fOutxDsrFlow = value > 0;
    } else if (word(s, L"octs=")) {
        value = parse_switch(s, NULL, NULL);
        dcb->fOutxCtsFlow = value > 0;
    } else if (word(s, L"dtr=")) {
        value = parse_switch(s, L"hs", NULL);
        dcb->fDtrControl = (DWORD)value & 3;
    } else if (word(s, L"rts=")) {
        value = parse_switch(s, L"hs", L"tg");
        dcb->fRtsControl = (DWORD)value & 3;
    } else if (word(s, L"idsr=")) {
        value = parse_switch(s, NULL, NULL);
        dcb->fDsrSensitivity = value > 0;
    } else {
        return FALSE;
    }
    return value >= 0;
}

BOOL WINAPI BuildCommDCBAndTimeoutsW(const WCHAR *text, DCB *dcb, COMMTIMEOUTS *timeouts)
{
    COMMTIMEOUTS made;
    DCB result = *dcb;
    const WCHAR *s = skip_spaces(text);
    DWORD number;

    memset(&made, 0, sizeof(made));
    if (word(&s, L"com")) {
        if (!parse_number(&s, &number) || !number)
            return fail(ERROR_INVALID_PARAMETER);
        s = skip_spaces(s);
        if (*s == ':')
            s = skip_spaces(s + 1);
    }
    result.DCBlength = sizeof(result);
    if (*s >= '0' && *s <= '9') {
        if (!parse_short(s, &result))
            return fail(ERROR_INVALID_PARAMETER);
    } else {
        for (; *s; s = skip_spaces(s))
            if (!parse_pair(&s, &result, &made) || (*s && *s != ' ' && *s != '\t'))
                return fail(ERROR_INVALID_PARAMETER);
    }
    *dcb = result;
    if (timeouts)
        *timeouts = made;
    return TRUE;
}

BOOL WINAPI BuildCommDCBAndTimeoutsA(const char *text, DCB *dcb, COMMTIMEOUTS *timeouts)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, text))
        return FALSE;
    result = BuildCommDCBAndTimeoutsW(wide.str, dcb, timeouts);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI BuildCommDCBW(const WCHAR *text, DCB *dcb)
{
    return BuildCommDCBAndTimeoutsW(text, dcb, NULL);
}

BOOL WINAPI BuildCommDCBA(const char *text, DCB *dcb)
{
    return BuildCommDCBAndTimeoutsA(text, dcb, NULL);
}
