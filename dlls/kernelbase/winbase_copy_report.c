/* SPDX-License-Identifier: MIT */
/* winbase_copy_report.c: what CopyFileEx and CopyFile2 tell the program, and what it answers: COPYFILE2_MESSAGE's page. */
#include "winbase_copy.h"

DWORD copy_report_progress(struct copy *copy, COPYFILE2_MESSAGE_TYPE event)
{
    LARGE_INTEGER size = { .QuadPart = copy->size }, done = { .QuadPart = copy->done },
                  total = { .QuadPart = copy->total }, total_done = { .QuadPart = copy->total_done + copy->done };
    LPPROGRESS_ROUTINE routine = (LPPROGRESS_ROUTINE)copy->routine;

    if (event != COPYFILE2_CALLBACK_STREAM_STARTED && event != COPYFILE2_CALLBACK_CHUNK_FINISHED)
        return PROGRESS_CONTINUE;
    return routine(total, total_done, size, done, copy->stream,
                   event == COPYFILE2_CALLBACK_STREAM_STARTED ? CALLBACK_STREAM_SWITCH : CALLBACK_CHUNK_FINISHED,
                   copy->source, copy->destination, copy->context);
}

static void fill_chunk_started(const struct copy *copy, COPYFILE2_MESSAGE *message)
{
    message->Info.ChunkStarted.dwStreamNumber = copy->stream;
    message->Info.ChunkStarted.hSourceFile = copy->source;
    message->Info.ChunkStarted.hDestinationFile = copy->destination;
    message->Info.ChunkStarted.uliChunkNumber.QuadPart = copy->chunk_number;
    message->Info.ChunkStarted.uliChunkSize.QuadPart = copy->chunk;
    message->Info.ChunkStarted.uliStreamSize.QuadPart = copy->size;
    message->Info.ChunkStarted.uliTotalFileSize.QuadPart = copy->total;
}

static void fill_chunk_finished(const struct copy *copy, COPYFILE2_MESSAGE *message)
{
    message->Info.ChunkFinished.dwStreamNumber = copy->stream;
    message->Info.ChunkFinished.hSourceFile = copy->source;
    message->Info.ChunkFinished.hDestinationFile = copy->destination;
    message->Info.ChunkFinished.uliChunkNumber.QuadPart = copy->chunk_number;
    message->Info.ChunkFinished.uliChunkSize.QuadPart = copy->chunk;
    message->Info.ChunkFinished.uliStreamSize.QuadPart = copy->size;
    message->Info.ChunkFinished.uliStreamBytesTransferred.QuadPart = copy->done;
    message->Info.ChunkFinished.uliTotalFileSize.QuadPart = copy->total;
    message->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart = copy->total_done + copy->done;
}

static void fill_stream_started(const struct copy *copy, COPYFILE2_MESSAGE *message)
{
    message->Info.StreamStarted.dwStreamNumber = copy->stream;
    message->Info.StreamStarted.hSourceFile = copy->source;
    message->Info.StreamStarted.hDestinationFile = copy->destination;
    message->Info.StreamStarted.uliStreamSize.QuadPart = copy->size;
    message->Info.StreamStarted.uliTotalFileSize.QuadPart = copy->total;
}

static void fill_stream_finished(const struct copy *copy, COPYFILE2_MESSAGE *message)
{
    message->Info.StreamFinished.dwStreamNumber = copy->stream;
    message->Info.StreamFinished.hSourceFile = copy->source;
    message->Info.StreamFinished.hDestinationFile = copy->destination;
    message->Info.StreamFinished.uliStreamSize.QuadPart = copy->size;
    message->Info.StreamFinished.uliStreamBytesTransferred.QuadPart = copy->done;
    message->Info.StreamFinished.uliTotalFileSize.QuadPart = copy->total;
    message->Info.StreamFinished.uliTotalBytesTransferred.QuadPart = copy->total_done + copy->done;
}

static void fill_error(const struct copy *copy, COPYFILE2_MESSAGE *message)
{
    message->Info.Error.CopyPhase = copy->phase;
    message->Info.Error.dwStreamNumber = copy->stream;
    message->Info.Error.hrFailure = HRESULT_FROM_WIN32(RtlNtStatusToDosError(copy->error));
    message->Info.Error.uliChunkNumber.QuadPart = copy->chunk_number;
    message->Info.Error.uliStreamSize.QuadPart = copy->size;
    message->Info.Error.uliStreamBytesTransferred.QuadPart = copy->done;
    message->Info.Error.uliTotalFileSize.QuadPart = copy->total;
    message->Info.Error.uliTotalBytesTransferred.QuadPart = copy->total_done + copy->done;
}

DWORD copy_report_message(struct copy *copy, COPYFILE2_MESSAGE_TYPE event)
{
    static void (*const fill[])(const struct copy *copy, COPYFILE2_MESSAGE *message) = {
        [COPYFILE2_CALLBACK_CHUNK_STARTED] = fill_chunk_started,
        [COPYFILE2_CALLBACK_CHUNK_FINISHED] = fill_chunk_finished,
        [COPYFILE2_CALLBACK_STREAM_STARTED] = fill_stream_started,
        [COPYFILE2_CALLBACK_STREAM_FINISHED] = fill_stream_finished,
        [COPYFILE2_CALLBACK_ERROR] = fill_error,
    };
    PCOPYFILE2_PROGRESS_ROUTINE routine = (PCOPYFILE2_PROGRESS_ROUTINE)copy->routine;
    COPYFILE2_MESSAGE message = { .Type = event };

    fill[event](copy, &message);
    switch (routine(&message, copy->context)) {
    case COPYFILE2_PROGRESS_CANCEL:
        return PROGRESS_CANCEL;
    case COPYFILE2_PROGRESS_STOP:
        return PROGRESS_STOP;
    case COPYFILE2_PROGRESS_PAUSE:
        return PROGRESS_PAUSE;
    case COPYFILE2_PROGRESS_QUIET:
        return PROGRESS_QUIET;
    default:
        return PROGRESS_CONTINUE;
    }
}

/* Stopped or paused: what there is stays, and "one more callback will be made", of the end of the stream. */
static NTSTATUS leave_off(struct copy *copy, BOOL paused)
{
    copy->keep = TRUE;
    copy->paused = paused;
    if (!copy->quiet)
        copy->report(copy, COPYFILE2_CALLBACK_STREAM_FINISHED);
    copy->quiet = TRUE;
    return STATUS_REQUEST_ABORTED;
}

NTSTATUS copy_tell(struct copy *copy, COPYFILE2_MESSAGE_TYPE event)
{
    if (copy->cancel && *(const volatile BOOL *)copy->cancel)
        return STATUS_REQUEST_ABORTED;
    if (!copy->report || copy->quiet)
        return STATUS_SUCCESS;
    switch (copy->report(copy, event)) {
    case PROGRESS_CONTINUE:
        return STATUS_SUCCESS;
    case PROGRESS_QUIET:
        copy->quiet = TRUE;
        return STATUS_SUCCESS;
    case PROGRESS_STOP:
        return leave_off(copy, FALSE);
    case PROGRESS_PAUSE:
        /* "In case the copy operation was complete at the time", it succeeds. */
        return copy->done && copy->total_done + copy->done >= copy->total ? STATUS_SUCCESS : leave_off(copy, TRUE);
    default:
        return STATUS_REQUEST_ABORTED;
    }
}

void copy_tell_error(struct copy *copy, NTSTATUS error)
{
    copy->error = error;
    if (copy->report && !copy->quiet)
        copy->report(copy, COPYFILE2_CALLBACK_ERROR);
}
