/* SPDX-License-Identifier: MIT */
/* file_control.c: how control codes are found and carried out: file_control.h. */
#include <stdlib.h>
#include <string.h>
#include "file_control.h"

NTSTATUS control_give(struct control *control, const void *data, size_t size)
{
    control->used = size < control->out_size ? size : control->out_size;
    memcpy(control->out, data, control->used);
    return size > control->out_size ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static int compare(const void *key, const void *entry)
{
    ULONG code = *(const ULONG *)key, other = ((const struct control_code *)entry)->code;
    return (code > other) - (code < other);
}

/* Warnings carry data. */
static bool control_failed(NTSTATUS status)
{
    return (ULONG)status >> 30 == 3;
}

static NTSTATUS run_copied(struct control *control, const struct control_code *code)
{
    struct io *io = control->io;
    NTSTATUS status;
    char *in = calloc(1, control->in_size + control->out_size + 1);

    if (!in)
        return STATUS_INSUFFICIENT_RESOURCES;
    control->in = in;
    control->out = in + control->in_size;
    status = user_copy_in(in, io->input, control->in_size) ? code->run(control) : STATUS_ACCESS_VIOLATION;
    if (!control_failed(status) && !user_copy_out(io->buffer, control->out, control->used))
        status = STATUS_ACCESS_VIOLATION;
    io->information = control_failed(status) ? 0 : control->used;
    free(in);
    return status;
}

NTSTATUS control_run(struct io *io, const struct control_table *table)
{
    const struct control_code *code = bsearch(&io->code, table->codes, table->count, sizeof *table->codes, compare);
    struct control control = { .io = io, .in_size = io->input_length, .out_size = io->length };

    if (!code)
        return STATUS_NOT_FOUND;
    if (code->where == CONTROL_FILE && (io->file->kind != FILE_KIND_FILE || io->file->fd_is_path))
        return STATUS_INVALID_PARAMETER;
    if (code->where == CONTROL_VOLUME && !io->file->is_volume)
        return STATUS_INVALID_PARAMETER;
    if (io->input_length < code->in)
        return STATUS_INVALID_PARAMETER;
    if (io->length < code->out)
        return STATUS_BUFFER_TOO_SMALL;
    if (control.in_size > CONTROL_INPUT)
        control.in_size = CONTROL_INPUT;
    if (control.out_size > CONTROL_OUTPUT)
        control.out_size = CONTROL_OUTPUT;
    return run_copied(&control, code);
}
