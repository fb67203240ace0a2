/* SPDX-License-Identifier: MIT */
/* combase_stream.c: streams in global memory. */
#include "combase_private.h"

/* What the clones of a stream share. */
struct memory {
    LONG refs;
    HGLOBAL block;
    ULARGE_INTEGER size;
    BOOL free_at_end;
};

struct stream {
    IStream iface;
    LONG refs;
    struct memory *memory;
    ULARGE_INTEGER position;
};

static IStreamVtbl stream_vtbl;

static struct stream *impl(IStream *iface)
{
    return CONTAINING_RECORD(iface, struct stream, iface);
}

static IStream *make_stream(struct memory *memory)
{
    struct stream *stream = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*stream));

    if (!stream)
        return NULL;
    stream->iface.lpVtbl = &stream_vtbl;
    stream->refs = 1;
    stream->memory = memory;
    return &stream->iface;
}

static HRESULT STDMETHODCALLTYPE stream_query_interface(IStream *iface, REFIID iid, void **object)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_ISequentialStream) && !IsEqualIID(iid, &IID_IStream)) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    *object = iface;
    IStream_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE stream_add_ref(IStream *iface)
{
    return InterlockedIncrement(&impl(iface)->refs);
}

static ULONG STDMETHODCALLTYPE stream_release(IStream *iface)
{
    struct stream *stream = impl(iface);
    ULONG refs = InterlockedDecrement(&stream->refs);

    if (refs)
        return refs;
    if (!InterlockedDecrement(&stream->memory->refs)) {
        if (stream->memory->free_at_end)
            GlobalFree(stream->memory->block);
        HeapFree(GetProcessHeap(), 0, stream->memory);
    }
    HeapFree(GetProcessHeap(), 0, stream);
    return 0;
}

static HRESULT STDMETHODCALLTYPE stream_read(IStream *iface, void *buffer, ULONG size, ULONG *read)
{
    struct stream *stream = impl(iface);
    ULONG n = 0;
    BYTE *data;

    if (stream->position.QuadPart < stream->memory->size.QuadPart) {
        ULONGLONG rest = stream->memory->size.QuadPart - stream->position.QuadPart;
        n = size < rest ? size : (ULONG)rest;
        if (n) {
            if (!(data = GlobalLock(stream->memory->block)))
                return E_OUTOFMEMORY;
            memcpy(buffer, data + stream->position.QuadPart, n);
            GlobalUnlock(stream->memory->block);
        }
    }
    stream->position.QuadPart += n;
    if (read)
        *read = n;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_set_size(IStream *iface, ULARGE_INTEGER size)
{
    struct memory *memory = impl(iface)->memory;
    SIZE_T have = GlobalSize(memory->block);
    HGLOBAL block;

    if (size.QuadPart > MAXLONG)
        return STG_E_MEDIUMFULL;
    if (size.QuadPart > have) {
        /* Grows by half, so that many small writes copy little. */
        SIZE_T room = size.QuadPart > have + have / 2 ? (SIZE_T)size.QuadPart : have + have / 2;
        if (!(block = GlobalReAlloc(memory->block, room, GMEM_MOVEABLE | GMEM_ZEROINIT)))
            return E_OUTOFMEMORY;
        memory->block = block;
    }
    memory->size = size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_write(IStream *iface, const void *buffer, ULONG size, ULONG *written)
{
    struct stream *stream = impl(iface);
    ULARGE_INTEGER end;
    BYTE *data;
    HRESULT hr;

    if (written)
        *written = 0;
    if (!size)
        return S_OK;
    end.QuadPart = stream->position.QuadPart + size;
    if (end.QuadPart > stream->memory->size.QuadPart && FAILED(hr = stream_set_size(iface, end)))
        return hr;
    if (!(data = GlobalLock(stream->memory->block)))
        return E_OUTOFMEMORY;
    memcpy(data + stream->position.QuadPart, buffer, size);
    GlobalUnlock(stream->memory->block);
    stream->position = end;
    if (written)
        *written = size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_seek(IStream *iface, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position)
{
    struct stream *stream = impl(iface);
    LONGLONG at = move.QuadPart;

    if (origin == STREAM_SEEK_CUR)
        at += stream->position.QuadPart;
    else if (origin == STREAM_SEEK_END)
        at += stream->memory->size.QuadPart;
    else if (origin != STREAM_SEEK_SET)
        return STG_E_INVALIDFUNCTION;
    if (at < 0)
        return STG_E_INVALIDFUNCTION;
    stream->position.QuadPart = at;
    if (position)
        position->QuadPart = at;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_copy_to(IStream *iface, IStream *to, ULARGE_INTEGER size, ULARGE_INTEGER *read,
                                                ULARGE_INTEGER *written)
{
    ULONGLONG total_read = 0, total_written = 0;
    BYTE buffer[4096];
    HRESULT hr = S_OK;

    while (size.QuadPart) {
        ULONG want = size.QuadPart < sizeof(buffer) ? (ULONG)size.QuadPart : sizeof(buffer), n, m;

        if (FAILED(hr = stream_read(iface, buffer, want, &n)) || !n)
            break;
        total_read += n;
        if (FAILED(hr = IStream_Write(to, buffer, n, &m)))
            break;
        total_written += m;
        size.QuadPart -= n;
    }
    if (read)
        read->QuadPart = total_read;
    if (written)
        written->QuadPart = total_written;
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_commit(IStream *iface, DWORD flags)
{
    (void)iface, (void)flags;
    return S_OK; /* not transacted */
}

static HRESULT STDMETHODCALLTYPE stream_revert(IStream *iface)
{
    (void)iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_lock(IStream *iface, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
    (void)iface, (void)offset, (void)size, (void)type;
    return STG_E_INVALIDFUNCTION;
}

static HRESULT STDMETHODCALLTYPE stream_stat(IStream *iface, STATSTG *stat, DWORD flags)
{
    (void)flags;
    if (!stat)
        return STG_E_INVALIDPOINTER;
    memset(stat, 0, sizeof(*stat));
    stat->type = STGTY_STREAM;
    stat->cbSize = impl(iface)->memory->size;
    stat->grfMode = STGM_READWRITE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE stream_clone(IStream *iface, IStream **clone)
{
    struct stream *stream = impl(iface);

    if (!(*clone = make_stream(stream->memory)))
        return E_OUTOFMEMORY;
    InterlockedIncrement(&stream->memory->refs);
    impl(*clone)->position = stream->position;
    return S_OK;
}

static IStreamVtbl stream_vtbl = {
    stream_query_interface, stream_add_ref, stream_release, stream_read, stream_write, stream_seek, stream_set_size,
    stream_copy_to,         stream_commit,  stream_revert,  stream_lock, stream_lock,  stream_stat, stream_clone,
};

HRESULT WINAPI CreateStreamOnHGlobal(HGLOBAL block, WINBOOL free_at_end, LPSTREAM *stream)
{
    struct memory *memory;
    HGLOBAL own = NULL;

    if (!stream)
        return E_INVALIDARG;
    *stream = NULL;
    if (!block && !(block = own = GlobalAlloc(GMEM_MOVEABLE | GMEM_NODISCARD | GMEM_SHARE, 0)))
        return E_OUTOFMEMORY;
    if ((memory = HeapAlloc(GetProcessHeap(), 0, sizeof(*memory)))) {
        memory->refs = 1;
        memory->block = block;
        memory->size.QuadPart = GlobalSize(block);
        memory->free_at_end = free_at_end;
        if ((*stream = make_stream(memory)))
            return S_OK;
        HeapFree(GetProcessHeap(), 0, memory);
    }
    GlobalFree(own);
    return E_OUTOFMEMORY;
}

HRESULT WINAPI GetHGlobalFromStream(LPSTREAM stream, HGLOBAL *block)
{
    if (!stream || !block || stream->lpVtbl != &stream_vtbl)
        return E_INVALIDARG;
    *block = impl(stream)->memory->block;
    return S_OK;
}
