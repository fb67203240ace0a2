/* SPDX-License-Identifier: MIT */
/* shlwapi_stream.c: streams on files and in memory, and the short ways to use streams (shlwapi.h). */
#include "nt.h"
#include <objbase.h>
#include <shlwapi.h>
#include <string.h>
#include <wchar.h>

struct file_stream {
    IStream iface;
    LONG refs;
    HANDLE file;
    DWORD mode;
    WCHAR name[];
};

static struct file_stream *impl(IStream *iface)
{
    return CONTAINING_RECORD(iface, struct file_stream, iface);
}

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT STDMETHODCALLTYPE query_interface(IStream *iface, REFIID iid, void **object)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_ISequentialStream) && !IsEqualIID(iid, &IID_IStream)) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    *object = iface;
    iface->lpVtbl->AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE add_ref(IStream *iface)
{
    return InterlockedIncrement(&impl(iface)->refs);
}

static ULONG STDMETHODCALLTYPE release(IStream *iface)
{
    struct file_stream *stream = impl(iface);
    ULONG refs = InterlockedDecrement(&stream->refs);

    if (!refs) {
        CloseHandle(stream->file);
        HeapFree(GetProcessHeap(), 0, stream);
    }
    return refs;
}

/* At the end of the file less is read than asked for: S_FALSE. */
static HRESULT STDMETHODCALLTYPE read(IStream *iface, void *buffer, ULONG size, ULONG *done)
{
    DWORD n = 0;

    if (!ReadFile(impl(iface)->file, buffer, size, &n, NULL))
        return last_error();
    if (done)
        *done = n;
    return n < size ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE write(IStream *iface, const void *buffer, ULONG size, ULONG *done)
{
    DWORD n = 0;

    if (!WriteFile(impl(iface)->file, buffer, size, &n, NULL))
        return last_error();
    if (done)
        *done = n;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seek(IStream *iface, LARGE_INTEGER distance, DWORD origin, ULARGE_INTEGER *position)
{
    LARGE_INTEGER result;

    /* STREAM_SEEK_SET, _CUR and _END are FILE_BEGIN, _CURRENT and _END. */
    if (!SetFilePointerEx(impl(iface)->file, distance, &result, origin))
        return last_error();
    if (position)
        position->QuadPart = result.QuadPart;
    return S_OK;
}

/* The position stays where it is. */
static HRESULT STDMETHODCALLTYPE set_size(IStream *iface, ULARGE_INTEGER size)
{
    FILE_END_OF_FILE_INFO info = { .EndOfFile.QuadPart = (LONGLONG)size.QuadPart };

    return SetFileInformationByHandle(impl(iface)->file, FileEndOfFileInfo, &info, sizeof(info)) ? S_OK : last_error();
}

static HRESULT STDMETHODCALLTYPE copy_to(IStream *iface, IStream *target, ULARGE_INTEGER size,
                                         ULARGE_INTEGER *read_size, ULARGE_INTEGER *written_size)
{
    ULONGLONG total_read = 0, total_written = 0;
    HRESULT result = S_OK;
    char buffer[4096];

    while (total_read < size.QuadPart && SUCCEEDED(result)) {
        ULONG wanted = (ULONG)min(size.QuadPart - total_read, sizeof(buffer)), got = 0, put = 0;

        result = read(iface, buffer, wanted, &got);
        if (FAILED(result) || !got)
            break;
        total_read += got;
        result = target->lpVtbl->Write(target, buffer, got, &put);
        total_written += put;
    }
    if (read_size)
        read_size->QuadPart = total_read;
    if (written_size)
        written_size->QuadPart = total_written;
    return FAILED(result) ? result : S_OK;
}

static HRESULT STDMETHODCALLTYPE commit(IStream *iface, DWORD flags)
{
    (void)flags;
    return FlushFileBuffers(impl(iface)->file) || !(impl(iface)->mode & (STGM_WRITE | STGM_READWRITE)) ? S_OK
                                                                                                       : last_error();
}

static HRESULT STDMETHODCALLTYPE revert(IStream *iface)
{
    (void)iface;
    return E_NOTIMPL; /* as documented of streams on files */
}

static HRESULT STDMETHODCALLTYPE lock_region(IStream *iface, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
    (void)iface, (void)offset, (void)size, (void)type;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE clone(IStream *iface, IStream **result)
{
    (void)iface;
    *result = NULL;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE stat(IStream *iface, STATSTG *result, DWORD flags)
{
    struct file_stream *stream = impl(iface);
    BY_HANDLE_FILE_INFORMATION info;
    SIZE_T size = (wcslen(stream->name) + 1) * sizeof(WCHAR);

    memset(result, 0, sizeof(*result));
    if (!GetFileInformationByHandle(stream->file, &info))
        return last_error();
    if (!(flags & STATFLAG_NONAME)) {
        if (!(result->pwcsName = CoTaskMemAlloc(size)))
            return E_OUTOFMEMORY;
        memcpy(result->pwcsName, stream->name, size);
    }
    result->type = STGTY_STREAM;
    result->cbSize.u.LowPart = info.nFileSizeLow;
    result->cbSize.u.HighPart = info.nFileSizeHigh;
    result->mtime = info.ftLastWriteTime;
    result->ctime = info.ftCreationTime;
    result->atime = info.ftLastAccessTime;
    result->grfMode = stream->mode;
    return S_OK;
}

static IStreamVtbl vtbl = {
    query_interface, add_ref, release, read,        write,       seek, set_size,
    copy_to,         commit,  revert,  lock_region, lock_region, stat, clone,
};

/* --- making them --- */

HRESULT WINAPI SHCreateStreamOnFileEx(const WCHAR *file, DWORD mode, DWORD attributes, BOOL create, IStream *template,
                                      IStream **result)
{
    DWORD access, share, disposition;
    struct file_stream *stream;
    SIZE_T size;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!file || template)
        return E_INVALIDARG;
    switch (mode & 3) {
    case STGM_READ:
        access = GENERIC_READ;
        break;
    case STGM_WRITE:
        access = GENERIC_WRITE;
        break;
    case STGM_READWRITE:
        access = GENERIC_READ | GENERIC_WRITE;
        break;
    default:
        return E_INVALIDARG;
    }
    switch (mode & 0x70) {
    case 0:
    case STGM_SHARE_DENY_NONE:
        share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        break;
    case STGM_SHARE_DENY_READ:
        share = FILE_SHARE_WRITE;
        break;
    case STGM_SHARE_DENY_WRITE:
        share = FILE_SHARE_READ;
        break;
    case STGM_SHARE_EXCLUSIVE:
        share = 0;
        break;
    default:
        return E_INVALIDARG;
    }
    /* STGM_FAILIFTHERE is zero: `create` tells whether it means to make a new file or to open an old one. */
    if (mode & STGM_CREATE)
        disposition = CREATE_ALWAYS;
    else
        disposition = create ? CREATE_NEW : OPEN_EXISTING;
    size = (wcslen(file) + 1) * sizeof(WCHAR);
    if (!(stream = HeapAlloc(GetProcessHeap(), 0, sizeof(*stream) + size)))
        return E_OUTOFMEMORY;
    stream->file = CreateFileW(file, access, share, NULL, disposition, attributes, NULL);
    if (stream->file == INVALID_HANDLE_VALUE) {
        HRESULT error = last_error();

        HeapFree(GetProcessHeap(), 0, stream);
        return error;
    }
    stream->iface.lpVtbl = &vtbl;
    stream->refs = 1;
    stream->mode = mode;
    memcpy(stream->name, file, size);
    *result = &stream->iface;
    return S_OK;
}

HRESULT WINAPI SHCreateStreamOnFileW(const WCHAR *file, DWORD mode, IStream **result)
{
    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    return SHCreateStreamOnFileEx(file, mode, 0, FALSE, NULL, result);
}

HRESULT WINAPI SHCreateStreamOnFileA(const char *file, DWORD mode, IStream **result)
{
    HRESULT status = E_INVALIDARG;
    WCHAR *wide;
    int length;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!file || !(length = MultiByteToWideChar(CP_ACP, 0, file, -1, NULL, 0)))
        return status;
    if (!(wide = HeapAlloc(GetProcessHeap(), 0, length * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    MultiByteToWideChar(CP_ACP, 0, file, -1, wide, length);
    status = SHCreateStreamOnFileW(wide, mode, result);
    HeapFree(GetProcessHeap(), 0, wide);
    return status;
}

IStream *WINAPI SHCreateMemStream(const BYTE *init, UINT size)
{
    LARGE_INTEGER begin = { .QuadPart = 0 };
    IStream *stream;

    if (FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream)))
        return NULL;
    if (init && size &&
        (FAILED(stream->lpVtbl->Write(stream, init, size, NULL)) ||
         FAILED(stream->lpVtbl->Seek(stream, begin, STREAM_SEEK_SET, NULL)))) {
        stream->lpVtbl->Release(stream);
        return NULL;
    }
    return stream;
}

/* --- all or nothing --- */

HRESULT WINAPI IStream_Read(IStream *stream, void *buffer, ULONG size)
{
    ULONG done = 0;
    HRESULT result = stream->lpVtbl->Read(stream, buffer, size, &done);

    return SUCCEEDED(result) && done != size ? E_FAIL : result;
}

HRESULT WINAPI IStream_Write(IStream *stream, const void *buffer, ULONG size)
{
    ULONG done = 0;
    HRESULT result = stream->lpVtbl->Write(stream, buffer, size, &done);

    return SUCCEEDED(result) && done != size ? E_FAIL : result;
}

HRESULT WINAPI IStream_Reset(IStream *stream)
{
    LARGE_INTEGER begin = { .QuadPart = 0 };

    return stream->lpVtbl->Seek(stream, begin, STREAM_SEEK_SET, NULL);
}

HRESULT WINAPI IStream_Size(IStream *stream, ULARGE_INTEGER *size)
{
    STATSTG info;
    HRESULT result = stream->lpVtbl->Stat(stream, &info, STATFLAG_NONAME);

    if (SUCCEEDED(result))
        *size = info.cbSize;
    return result;
}

/* --- strings in memory of COM's allocator --- */

HRESULT WINAPI SHStrDupW(const WCHAR *str, WCHAR **result)
{
    SIZE_T size;

    *result = NULL;
    if (!str)
        return E_INVALIDARG;
    size = (wcslen(str) + 1) * sizeof(WCHAR);
    if (!(*result = CoTaskMemAlloc(size)))
        return E_OUTOFMEMORY;
    memcpy(*result, str, size);
    return S_OK;
}

HRESULT WINAPI SHStrDupA(const char *str, WCHAR **result)
{
    int length;

    *result = NULL;
    if (!str)
        return E_INVALIDARG;
    length = MultiByteToWideChar(CP_ACP, 0, str, -1, NULL, 0);
    if (!(*result = CoTaskMemAlloc(length * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    MultiByteToWideChar(CP_ACP, 0, str, -1, *result, length);
    return S_OK;
}
