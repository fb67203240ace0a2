/* SPDX-License-Identifier: MIT */
/*
 * file_oplock.c: requests for opportunistic locks. They let redirectors and servers cache what others may change, and are a matter of
 * luck for whoever asks: none is ever granted here, which is an answer that every caller must expect ("Granting Oplocks").
 */
#include "file.h"

#define FSCTL_REQUEST_OPLOCK_LEVEL_1    0x00090000
#define FSCTL_REQUEST_OPLOCK_LEVEL_2    0x00090004
#define FSCTL_REQUEST_BATCH_OPLOCK      0x00090008
#define FSCTL_OPLOCK_BREAK_ACKNOWLEDGE  0x0009000c
#define FSCTL_OPBATCH_ACK_CLOSE_PENDING 0x00090010
#define FSCTL_OPLOCK_BREAK_NOTIFY       0x00090014
#define FSCTL_OPLOCK_BREAK_ACK_NO_2     0x00090050
#define FSCTL_REQUEST_FILTER_OPLOCK     0x0009005c
#define FSCTL_REQUEST_OPLOCK            0x00090240

#define REQUEST_OPLOCK_INPUT_FLAG_REQUEST 0x1u
#define REQUEST_OPLOCK_INPUT_FLAG_ACK     0x2u
#define REQUEST_OPLOCK_VERSION            1

struct oplock_input {
    USHORT version, length;
    ULONG level, flags;
};
struct oplock_output {
    USHORT version, length;
    ULONG original, new, flags, access;
    USHORT share;
};

static NTSTATUS request(struct io *io)
{
    struct oplock_input input;

    if (io->length < sizeof(struct oplock_output))
        return STATUS_BUFFER_TOO_SMALL;
    if (io->input_length < sizeof input)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&input, io->input, sizeof input))
        return STATUS_ACCESS_VIOLATION;
    if (input.version != REQUEST_OPLOCK_VERSION || input.length < sizeof input || !input.level || input.level & ~7u ||
        (input.flags != REQUEST_OPLOCK_INPUT_FLAG_REQUEST && input.flags != REQUEST_OPLOCK_INPUT_FLAG_ACK))
        return STATUS_INVALID_PARAMETER;
    return input.flags == REQUEST_OPLOCK_INPUT_FLAG_ACK ? STATUS_INVALID_OPLOCK_PROTOCOL : STATUS_OPLOCK_NOT_GRANTED;
}

bool oplock_fsctl(struct io *io, NTSTATUS *status)
{
    switch (io->code) {
    case FSCTL_REQUEST_OPLOCK:
        *status = request(io);
        return true;
    case FSCTL_REQUEST_OPLOCK_LEVEL_1:
    case FSCTL_REQUEST_OPLOCK_LEVEL_2:
    case FSCTL_REQUEST_BATCH_OPLOCK:
    case FSCTL_REQUEST_FILTER_OPLOCK:
        *status = STATUS_OPLOCK_NOT_GRANTED;
        return true;
    case FSCTL_OPLOCK_BREAK_ACKNOWLEDGE:
    case FSCTL_OPBATCH_ACK_CLOSE_PENDING:
    case FSCTL_OPLOCK_BREAK_ACK_NO_2: /* nothing was broken */
        *status = STATUS_INVALID_OPLOCK_PROTOCOL;
        return true;
    case FSCTL_OPLOCK_BREAK_NOTIFY: /* no break is under way */
        *status = STATUS_SUCCESS;
        return true;
    default:
        return false;
    }
}
