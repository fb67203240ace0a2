/* SPDX-License-Identifier: MIT */
/*
 * serial_control.c: IOCTL_SERIAL_* by termios ("Serial Device Control Requests" of windows-driver-docs-ddi, ntddser.h). What Linux'
 * terminals cannot do (flow control by DSR and DTR, characters in place of errors) is STATUS_NOT_SUPPORTED.
 */
#include <errno.h>
#include <linux/serial.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "file_control.h"
#include "nt_serial.h"
#include "serial.h"

int serial_termios(int fd, struct termios2 *termios)
{
    return ioctl(fd, TCGETS2, termios) ? errno : 0;
}

int serial_set_termios(int fd, const struct termios2 *termios)
{
    return ioctl(fd, TCSETS2, termios) ? errno : 0;
}

/* A pseudo-terminal has no lines: as a cable has them whose other end is there. */
int serial_lines(int fd)
{
    int lines;

    return ioctl(fd, TIOCMGET, &lines) ? TIOCM_CTS | TIOCM_DSR | TIOCM_CAR | TIOCM_DTR | TIOCM_RTS : lines;
}

#define ERROR_BREAK        0x01 /* SERIAL_ERROR_* */
#define ERROR_FRAMING      0x02
#define ERROR_OVERRUN      0x04
#define ERROR_QUEUEOVERRUN 0x08
#define ERROR_PARITY       0x10

static ULONG errors_since(int fd, struct serial *serial, bool told)
{
    struct serial_icounter_struct now;
    ULONG errors = 0;

    if (ioctl(fd, TIOCGICOUNT, &now))
        return 0;
    typeof(serial->counts) *last = told ? &serial->told : &serial->counts;
    errors |= now.brk != last->breaks ? ERROR_BREAK : 0;
    errors |= now.frame != last->frames ? ERROR_FRAMING : 0;
    errors |= now.overrun != last->overruns ? ERROR_OVERRUN : 0;
    errors |= now.buf_overrun != last->overflows ? ERROR_QUEUEOVERRUN : 0;
    errors |= now.parity != last->parities ? ERROR_PARITY : 0;
    last->breaks = now.brk;
    last->frames = now.frame;
    last->overruns = now.overrun;
    last->overflows = now.buf_overrun;
    last->parities = now.parity;
    return errors;
}

void serial_counts(int fd, struct serial *serial, bool told)
{
    ULONG errors = errors_since(fd, serial, told);

    if (told)
        return;
    serial->happened |= errors & ERROR_BREAK ? SERIAL_EV_BREAK : 0;
    serial->happened |= errors & ~ERROR_BREAK ? SERIAL_EV_ERR : 0;
}

/* --- handlers --- */

static int fd_of(const struct control *control)
{
    return control->io->file->fd;
}

static struct serial *port_of(const struct control *control)
{
    return serial_of(control->io->file);
}

static NTSTATUS change_lines(struct control *control, unsigned long request, int lines)
{
    return ioctl(fd_of(control), request, &lines) && errno != ENOTTY && errno != EINVAL ? status_from_errno(errno)
                                                                                        : STATUS_SUCCESS;
}

static NTSTATUS set_baud_rate(struct control *control)
{
    struct termios2 termios;
    ULONG rate;
    int err = serial_termios(fd_of(control), &termios);

    memcpy(&rate, control->in, sizeof rate);
    if (!rate)
        return STATUS_INVALID_PARAMETER;
    termios.c_cflag = (termios.c_cflag & ~(tcflag_t)(CBAUD | CBAUD << IBSHIFT)) | BOTHER | BOTHER << IBSHIFT;
    termios.c_ispeed = termios.c_ospeed = rate;
    return status_from_errno(err ? err : serial_set_termios(fd_of(control), &termios));
}

static NTSTATUS get_baud_rate(struct control *control)
{
    struct termios2 termios;
    int err = serial_termios(fd_of(control), &termios);
    ULONG rate = err ? 0 : termios.c_ospeed;

    return err ? status_from_errno(err) : control_give(control, &rate, sizeof rate);
}

struct line_control {
    UCHAR stop, parity, length;
};
enum { STOP_1, STOP_1_5, STOP_2 };
enum { PARITY_NONE, PARITY_ODD, PARITY_EVEN, PARITY_MARK, PARITY_SPACE };

static NTSTATUS set_line_control(struct control *control)
{
    static const tcflag_t sizes[] = { CS5, CS6, CS7, CS8 };
    static const tcflag_t parities[] = { 0, PARENB | PARODD, PARENB, PARENB | PARODD | CMSPAR, PARENB | CMSPAR };
    const struct line_control *line = control->in;
    struct termios2 termios;
    int err = serial_termios(fd_of(control), &termios);

    /* One and a half stop bits are those of five data bits, two those of the others. */
    if (line->length < 5 || line->length > 8 || line->parity > PARITY_SPACE || line->stop > STOP_2 ||
        (line->stop == STOP_1_5 && line->length != 5) || (line->stop == STOP_2 && line->length == 5))
        return STATUS_INVALID_PARAMETER;
    termios.c_cflag &= ~(tcflag_t)(CSIZE | CSTOPB | PARENB | PARODD | CMSPAR);
    termios.c_cflag |= sizes[line->length - 5] | parities[line->parity] | (line->stop ? CSTOPB : 0);
    termios.c_iflag = line->parity ? termios.c_iflag | INPCK : termios.c_iflag & ~(tcflag_t)INPCK;
    return status_from_errno(err ? err : serial_set_termios(fd_of(control), &termios));
}

static NTSTATUS get_line_control(struct control *control)
{
    struct termios2 termios;
    struct line_control line;
    int err = serial_termios(fd_of(control), &termios);
    tcflag_t flags = termios.c_cflag, size = flags & CSIZE;

    if (err)
        return status_from_errno(err);
    line.length = size == CS5 ? 5 : size == CS6 ? 6 : size == CS7 ? 7 : 8;
    line.stop = !(flags & CSTOPB) ? STOP_1 : line.length == 5 ? STOP_1_5 : STOP_2;
    line.parity = !(flags & PARENB)  ? PARITY_NONE
                  : flags & CMSPAR   ? (flags & PARODD ? PARITY_MARK : PARITY_SPACE)
                  : (flags & PARODD) ? PARITY_ODD
                                     : PARITY_EVEN;
    return control_give(control, &line, sizeof line);
}

/* SERIAL_HANDFLOW: what ControlHandShake and FlowReplace are made of */
#define DTR_CONTROL   0x01u
#define CTS_HANDSHAKE 0x08u
#define ERROR_ABORT   0x80000000u
#define CONTROL_KNOWN (DTR_CONTROL | CTS_HANDSHAKE | ERROR_ABORT)
#define AUTO_TRANSMIT 0x01u
#define AUTO_RECEIVE  0x02u
#define RTS_CONTROL   0x40u
#define RTS_HANDSHAKE 0x80u
#define XOFF_CONTINUE 0x80000000u
#define REPLACE_KNOWN (AUTO_TRANSMIT | AUTO_RECEIVE | RTS_CONTROL | RTS_HANDSHAKE | XOFF_CONTINUE)
#define RTS_TOGGLE    (RTS_CONTROL | RTS_HANDSHAKE)

static NTSTATUS set_handflow(struct control *control)
{
    struct serial *serial = port_of(control);
    struct serial_handflow flow;
    struct termios2 termios;
    int err = serial_termios(fd_of(control), &termios);

    memcpy(&flow, control->in, sizeof flow);
    if (flow.control & ~CONTROL_KNOWN || flow.replace & ~REPLACE_KNOWN || (flow.replace & RTS_TOGGLE) == RTS_TOGGLE)
        return STATUS_NOT_SUPPORTED;
    termios.c_cflag &= ~(tcflag_t)CRTSCTS; /* one flag for both directions */
    termios.c_cflag |= flow.control & CTS_HANDSHAKE || flow.replace & RTS_HANDSHAKE ? CRTSCTS : 0;
    termios.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    termios.c_iflag |= (flow.replace & AUTO_TRANSMIT ? IXON : 0) | (flow.replace & AUTO_RECEIVE ? IXOFF : 0);
    if (!err)
        err = serial_set_termios(fd_of(control), &termios);
    if (err)
        return status_from_errno(err);
    change_lines(control, flow.control & DTR_CONTROL ? TIOCMBIS : TIOCMBIC, TIOCM_DTR);
    if (!(flow.replace & RTS_HANDSHAKE))
        change_lines(control, flow.replace & RTS_CONTROL ? TIOCMBIS : TIOCMBIC, TIOCM_RTS);
    serial->handflow = flow;
    return STATUS_SUCCESS;
}

static NTSTATUS get_handflow(struct control *control)
{
    return control_give(control, &port_of(control)->handflow, sizeof(struct serial_handflow));
}

static NTSTATUS set_chars(struct control *control)
{
    struct serial *serial = port_of(control);
    struct termios2 termios;
    int err = serial_termios(fd_of(control), &termios);

    if (err)
        return status_from_errno(err);
    memcpy(serial->chars, control->in, sizeof serial->chars);
    termios.c_cc[VSTART] = serial->chars[4];
    termios.c_cc[VSTOP] = serial->chars[5];
    return status_from_errno(serial_set_termios(fd_of(control), &termios));
}

static NTSTATUS get_chars(struct control *control)
{
    return control_give(control, port_of(control)->chars, sizeof port_of(control)->chars);
}

static NTSTATUS set_timeouts(struct control *control)
{
    struct serial_timeouts timeouts;

    memcpy(&timeouts, control->in, sizeof timeouts);
    /* IOCTL_SERIAL_SET_TIMEOUTS' page: that would be no time at all and for ever */
    if (timeouts.read_interval == UINT32_MAX && timeouts.read_multiplier == UINT32_MAX &&
        timeouts.read_constant == UINT32_MAX)
        return STATUS_INVALID_PARAMETER;
    port_of(control)->timeouts = timeouts;
    return STATUS_SUCCESS;
}

static NTSTATUS get_timeouts(struct control *control)
{
    return control_give(control, &port_of(control)->timeouts, sizeof(struct serial_timeouts));
}

static NTSTATUS set_wait_mask(struct control *control)
{
    ULONG mask;

    memcpy(&mask, control->in, sizeof mask);
    return serial_set_mask(port_of(control), fd_of(control), mask);
}

static NTSTATUS get_wait_mask(struct control *control)
{
    return control_give(control, &port_of(control)->mask, sizeof(ULONG));
}

static NTSTATUS purge(struct control *control)
{
    enum { TX_ABORT = 1, RX_ABORT = 2, TX_CLEAR = 4, RX_CLEAR = 8 };
    int fd = fd_of(control);
    ULONG what;

    memcpy(&what, control->in, sizeof what);
    if (!what || what & ~(ULONG)(TX_ABORT | RX_ABORT | TX_CLEAR | RX_CLEAR))
        return STATUS_INVALID_PARAMETER;
    if (what & TX_ABORT)
        serial_purge(port_of(control), true);
    if (what & RX_ABORT)
        serial_purge(port_of(control), false);
    if ((what & TX_CLEAR && ioctl(fd, TCFLSH, TCOFLUSH)) || (what & RX_CLEAR && ioctl(fd, TCFLSH, TCIFLUSH)))
        return status_from_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS get_modem_status(struct control *control)
{
    enum { CTS_ON = 0x10, DSR_ON = 0x20, RING_ON = 0x40, RLSD_ON = 0x80 };
    int lines = serial_lines(fd_of(control));
    ULONG status = (lines & TIOCM_CTS ? CTS_ON : 0) | (lines & TIOCM_DSR ? DSR_ON : 0) |
                   (lines & TIOCM_RNG ? RING_ON : 0) | (lines & TIOCM_CAR ? RLSD_ON : 0);

    return control_give(control, &status, sizeof status);
}

static NTSTATUS get_dtr_rts(struct control *control)
{
    int lines = serial_lines(fd_of(control));
    ULONG status = (lines & TIOCM_DTR ? 1 : 0) | (lines & TIOCM_RTS ? 2 : 0);

    return control_give(control, &status, sizeof status);
}

static NTSTATUS get_comm_status(struct control *control)
{
    struct {
        ULONG errors, hold_reasons, in, out;
        UCHAR eof, wait_for_immediate;
    } status = { 0 };
    struct serial *serial = port_of(control);
    int n;

    pthread_mutex_lock(&serial->lock);
    status.errors = errors_since(fd_of(control), serial, true);
    pthread_mutex_unlock(&serial->lock);
    status.in = ioctl(fd_of(control), FIONREAD, &n) ? 0 : (ULONG)n;
    status.out = ioctl(fd_of(control), TIOCOUTQ, &n) ? 0 : (ULONG)n;
    return control_give(control, &status, sizeof status);
}

/* SERIAL_COMMPROP, which COMMPROP is. */
static NTSTATUS get_properties(struct control *control)
{
    struct {
        USHORT length, version;
        ULONG services, reserved, max_tx, max_rx, max_baud, type, capabilities, settable, bauds;
        USHORT data, stop_parity;
        ULONG tx, rx, specific[2];
        WCHAR text[1];
    } properties = { .length = offsetof(typeof(properties), text) + 4,
                     .version = 2,
                     .services = 1,          /* SP_SERIALCOMM */
                     .max_baud = 0x10000000, /* BAUD_USER: any */
                     .type = 1,              /* PST_RS232 */
                     /* PCF_DTRDSR, RTSCTS, RLSD, PARITY_CHECK, XONXOFF, SETXCHAR, TOTALTIMEOUTS, INTTIMEOUTS */
                     .capabilities = 0xff,
                     .settable = 0x7f,      /* SP_PARITY ... SP_RLSD */
                     .bauds = 0x1007ffff,   /* BAUD_075 ... BAUD_57600, BAUD_USER */
                     .data = 0x000f,        /* DATABITS_5 ... DATABITS_8 */
                     .stop_parity = 0x1f07, /* all */
                     .rx = 4096 };

    return control_give(control, &properties, sizeof properties);
}

static NTSTATUS send_char(struct control *control)
{
    return write(fd_of(control), control->in, 1) == 1 ? STATUS_SUCCESS : status_from_errno(errno);
}

static NTSTATUS simply(struct control *control, unsigned long request, unsigned long value)
{
    return ioctl(fd_of(control), request, value) ? status_from_errno(errno) : STATUS_SUCCESS;
}

static NTSTATUS break_on(struct control *control)
{
    NTSTATUS status = simply(control, TIOCSBRK, 0);
    return status == STATUS_INVALID_PARAMETER ? STATUS_SUCCESS : status; /* a pseudo-terminal has no line to break */
}

static NTSTATUS break_off(struct control *control)
{
    NTSTATUS status = simply(control, TIOCCBRK, 0);
    return status == STATUS_INVALID_PARAMETER ? STATUS_SUCCESS : status;
}

static NTSTATUS set_dtr(struct control *control)
{
    return change_lines(control, TIOCMBIS, TIOCM_DTR);
}

static NTSTATUS clear_dtr(struct control *control)
{
    return change_lines(control, TIOCMBIC, TIOCM_DTR);
}

static NTSTATUS set_rts(struct control *control)
{
    return change_lines(control, TIOCMBIS, TIOCM_RTS);
}

static NTSTATUS clear_rts(struct control *control)
{
    return change_lines(control, TIOCMBIC, TIOCM_RTS);
}

static NTSTATUS set_xoff(struct control *control)
{
    return simply(control, TCXONC, TCOOFF);
}

static NTSTATUS set_xon(struct control *control)
{
    return simply(control, TCXONC, TCOON);
}

/* Sizes of queues are wishes; there is nothing to be reset. */
static NTSTATUS nothing(struct control *control)
{
    (void)control;
    return STATUS_SUCCESS;
}

static const struct control_code codes[] = {
    { IOCTL_SERIAL_SET_BAUD_RATE, CONTROL_ANY, 4, 0, set_baud_rate },
    { IOCTL_SERIAL_SET_QUEUE_SIZE, CONTROL_ANY, 8, 0, nothing },
    { IOCTL_SERIAL_SET_LINE_CONTROL, CONTROL_ANY, sizeof(struct line_control), 0, set_line_control },
    { IOCTL_SERIAL_SET_BREAK_ON, CONTROL_ANY, 0, 0, break_on },
    { IOCTL_SERIAL_SET_BREAK_OFF, CONTROL_ANY, 0, 0, break_off },
    { IOCTL_SERIAL_IMMEDIATE_CHAR, CONTROL_ANY, 1, 0, send_char },
    { IOCTL_SERIAL_SET_TIMEOUTS, CONTROL_ANY, sizeof(struct serial_timeouts), 0, set_timeouts },
    { IOCTL_SERIAL_GET_TIMEOUTS, CONTROL_ANY, 0, sizeof(struct serial_timeouts), get_timeouts },
    { IOCTL_SERIAL_SET_DTR, CONTROL_ANY, 0, 0, set_dtr },
    { IOCTL_SERIAL_CLR_DTR, CONTROL_ANY, 0, 0, clear_dtr },
    { IOCTL_SERIAL_RESET_DEVICE, CONTROL_ANY, 0, 0, nothing },
    { IOCTL_SERIAL_SET_RTS, CONTROL_ANY, 0, 0, set_rts },
    { IOCTL_SERIAL_CLR_RTS, CONTROL_ANY, 0, 0, clear_rts },
    { IOCTL_SERIAL_SET_XOFF, CONTROL_ANY, 0, 0, set_xoff },
    { IOCTL_SERIAL_SET_XON, CONTROL_ANY, 0, 0, set_xon },
    { IOCTL_SERIAL_GET_WAIT_MASK, CONTROL_ANY, 0, 4, get_wait_mask },
    { IOCTL_SERIAL_SET_WAIT_MASK, CONTROL_ANY, 4, 0, set_wait_mask },
    { IOCTL_SERIAL_PURGE, CONTROL_ANY, 4, 0, purge },
    { IOCTL_SERIAL_GET_BAUD_RATE, CONTROL_ANY, 0, 4, get_baud_rate },
    { IOCTL_SERIAL_GET_LINE_CONTROL, CONTROL_ANY, 0, sizeof(struct line_control), get_line_control },
    { IOCTL_SERIAL_GET_CHARS, CONTROL_ANY, 0, 6, get_chars },
    { IOCTL_SERIAL_SET_CHARS, CONTROL_ANY, 6, 0, set_chars },
    { IOCTL_SERIAL_GET_HANDFLOW, CONTROL_ANY, 0, sizeof(struct serial_handflow), get_handflow },
    { IOCTL_SERIAL_SET_HANDFLOW, CONTROL_ANY, sizeof(struct serial_handflow), 0, set_handflow },
    { IOCTL_SERIAL_GET_MODEMSTATUS, CONTROL_ANY, 0, 4, get_modem_status },
    { IOCTL_SERIAL_GET_COMMSTATUS, CONTROL_ANY, 0, 18, get_comm_status },
    { IOCTL_SERIAL_GET_PROPERTIES, CONTROL_ANY, 0, 18, get_properties },
    { IOCTL_SERIAL_GET_DTRRTS, CONTROL_ANY, 0, 4, get_dtr_rts },
};

NTSTATUS serial_ioctl(struct io *io)
{
    static const struct control_table table = { codes, sizeof codes / sizeof *codes };
    NTSTATUS status;

    if (io->code == IOCTL_SERIAL_WAIT_ON_MASK)
        return serial_wait_on_mask(io);
    status = control_run(io, &table);
    return status == STATUS_NOT_FOUND ? STATUS_INVALID_DEVICE_REQUEST : status;
}
