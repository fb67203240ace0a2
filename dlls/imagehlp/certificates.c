/* SPDX-License-Identifier: MIT */
/* certificates.c: the certificates at the end of an image, and the bytes that a signature is made over. */
#include "imagehlp_private.h"

#define ALIGNED(n) (((n) + 7) & ~(ULONG64)7)

/* Where the table is, as far as it lies in the file: the security directory's address is an offset. */
static BOOL find_table(const struct image_file *image, DWORD *start, DWORD *end)
{
    IMAGE_DATA_DIRECTORY *directory = image_directory(image, IMAGE_DIRECTORY_ENTRY_SECURITY);

    *start = *end = 0;
    if (!directory)
        return img_fail(ERROR_BAD_EXE_FORMAT);
    if (!directory->VirtualAddress || !directory->Size)
        return TRUE;
    if (directory->VirtualAddress > image->size || directory->Size > image->size - directory->VirtualAddress)
        return img_fail(ERROR_BAD_EXE_FORMAT);
    *start = directory->VirtualAddress;
    *end = directory->VirtualAddress + directory->Size;
    return TRUE;
}

/* The next certificate at or behind *at, which moves on. */
static WIN_CERTIFICATE *next_certificate(const struct image_file *image, DWORD *at, DWORD end)
{
    WIN_CERTIFICATE *certificate = (WIN_CERTIFICATE *)(image->data + *at);

    if (end - *at < offsetof(WIN_CERTIFICATE, bCertificate) || *at >= end ||
        certificate->dwLength < offsetof(WIN_CERTIFICATE, bCertificate) || certificate->dwLength > end - *at)
        return NULL;
    *at = min(ALIGNED((ULONG64)*at + certificate->dwLength), end);
    return certificate;
}

WINBOOL WINAPI ImageEnumerateCertificates(HANDLE file, WORD filter, PDWORD count, PDWORD indices, DWORD room)
{
    const WIN_CERTIFICATE *certificate;
    struct image_file image;
    DWORD at, end;
    BOOL good;

    if (!count)
        return img_fail(ERROR_INVALID_PARAMETER);
    *count = 0;
    if (!image_map(file, FALSE, &image))
        return FALSE;
    good = find_table(&image, &at, &end);
    for (DWORD i = 0; good && (certificate = next_certificate(&image, &at, end)); i++) {
        if (filter != CERT_SECTION_TYPE_ANY && certificate->wCertificateType != filter)
            continue;
        if (indices && *count < room)
            indices[*count] = i;
        ++*count;
    }
    image_unmap(&image);
    return good;
}

static WIN_CERTIFICATE *certificate_at(const struct image_file *image, DWORD index)
{
    WIN_CERTIFICATE *certificate = NULL;
    DWORD at, end;

    if (!find_table(image, &at, &end))
        return NULL;
    for (DWORD i = 0; i <= index; i++)
        if (!(certificate = next_certificate(image, &at, end))) {
            SetLastError(ERROR_INVALID_PARAMETER);
            return NULL;
        }
    return certificate;
}

WINBOOL WINAPI ImageGetCertificateData(HANDLE file, DWORD index, LPWIN_CERTIFICATE out, PDWORD size)
{
    const WIN_CERTIFICATE *certificate;
    struct image_file image;
    BOOL good = FALSE;

    if (!size)
        return img_fail(ERROR_INVALID_PARAMETER);
    if (!image_map(file, FALSE, &image))
        return FALSE;
    if ((certificate = certificate_at(&image, index))) {
        DWORD need = certificate->dwLength;
        good = out && *size >= need ? TRUE : img_fail(ERROR_INSUFFICIENT_BUFFER);
        if (good)
            memcpy(out, certificate, need);
        *size = need;
    }
    image_unmap(&image);
    return good;
}

WINBOOL WINAPI ImageGetCertificateHeader(HANDLE file, DWORD index, LPWIN_CERTIFICATE out)
{
    const WIN_CERTIFICATE *certificate;
    struct image_file image;

    if (!out)
        return img_fail(ERROR_INVALID_PARAMETER);
    if (!image_map(file, FALSE, &image))
        return FALSE;
    if ((certificate = certificate_at(&image, index)))
        memcpy(out, certificate, offsetof(WIN_CERTIFICATE, bCertificate));
    image_unmap(&image);
    return certificate != NULL;
}

static BOOL write_at(HANDLE file, ULONG64 offset, const void *data, DWORD size)
{
    LARGE_INTEGER at = { .QuadPart = offset };
    DWORD done;

    return SetFilePointerEx(file, at, NULL, FILE_BEGIN) && WriteFile(file, data, size, &done, NULL) &&
           (done == size || img_fail(ERROR_DISK_FULL));
}

static BOOL set_end(HANDLE file, ULONG64 size)
{
    LARGE_INTEGER at = { .QuadPart = size };

    return SetFilePointerEx(file, at, NULL, FILE_BEGIN) && SetEndOfFile(file);
}

/* The directory as it is to be, and the check sum that comes of it. */
static BOOL set_table(HANDLE file, DWORD start, DWORD size)
{
    struct image_file image;
    IMAGE_DATA_DIRECTORY *directory;
    DWORD *field;

    if (!image_map(file, TRUE, &image))
        return FALSE;
    if ((directory = image_directory(&image, IMAGE_DIRECTORY_ENTRY_SECURITY))) {
        directory->VirtualAddress = size ? start : 0;
        directory->Size = size;
        field = checksum_field(&image);
        *field = image_checksum(image.data, image.size, field);
    }
    image_unmap(&image);
    return directory != NULL;
}

WINBOOL WINAPI ImageAddCertificate(HANDLE file, LPWIN_CERTIFICATE certificate, PDWORD index)
{
    static const BYTE zeros[8];
    struct image_file image;
    DWORD start, end, at, count = 0;
    ULONG64 place;
    BOOL good;

    if (!certificate || certificate->dwLength < offsetof(WIN_CERTIFICATE, bCertificate))
        return img_fail(ERROR_INVALID_PARAMETER);
    if (!image_map(file, FALSE, &image))
        return FALSE;
    good = find_table(&image, &start, &end);
    place = start ? end : ALIGNED(image.size);
    if (good && start && ALIGNED(end) < image.size) /* what comes behind the table would be overwritten */
        good = img_fail(ERROR_BAD_EXE_FORMAT);
    for (at = start; good && next_certificate(&image, &at, end);)
        count++;
    if (good && !start && place > image.size)
        good = write_at(file, image.size, zeros, place - image.size);
    image_unmap(&image);
    place = ALIGNED(place);
    if (good && place + ALIGNED((ULONG64)certificate->dwLength) > 0xffffffff)
        good = img_fail(ERROR_FILE_TOO_LARGE);
    good = good && write_at(file, place, certificate, certificate->dwLength) &&
           write_at(file, place + certificate->dwLength, zeros, -certificate->dwLength & 7) &&
           set_table(file, start ? start : place,
                     place + ALIGNED((ULONG64)certificate->dwLength) - (start ? start : place));
    if (good && index)
        *index = count;
    return good;
}

WINBOOL WINAPI ImageRemoveCertificate(HANDLE file, DWORD index)
{
    WIN_CERTIFICATE *certificate;
    struct image_file image;
    DWORD start, end, at, length;

    if (!image_map(file, TRUE, &image))
        return FALSE;
    if (!find_table(&image, &start, &end) || !(certificate = certificate_at(&image, index))) {
        image_unmap(&image);
        return FALSE;
    }
    at = (BYTE *)certificate - image.data;
    length = min(ALIGNED((ULONG64)at + certificate->dwLength), end) - at;
    memmove(image.data + at, image.data + at + length, end - at - length);
    image_unmap(&image);
    return set_table(file, start, end - start - length) && set_end(file, end - length);
}

/* --- what a signature is made over --- */

static BOOL give(const struct image_file *image, DWORD start, DWORD end, DIGEST_FUNCTION digest, DIGEST_HANDLE handle)
{
    end = min(end, image->size);
    return start >= end || digest(handle, image->data + start, end - start);
}

static BOOL wanted(const IMAGE_SECTION_HEADER *section, DWORD level)
{
    if (!memcmp(section->Name, ".rsrc\0\0", 8))
        return (level & CERT_PE_IMAGE_DIGEST_RESOURCES) != 0;
    if (!memcmp(section->Name, ".debug", 6))
        return (level & CERT_PE_IMAGE_DIGEST_DEBUG_INFO) != 0;
    return TRUE;
}

/* The headers without check sum and security directory, the sections in the order of the file, what lies behind them. */
static BOOL digest_image(const struct image_file *image, DWORD level, DIGEST_FUNCTION digest, DIGEST_HANDLE handle)
{
    DWORD sum = (BYTE *)checksum_field(image) - image->data, end = image->nt->OptionalHeader.SizeOfHeaders, last = end;
    IMAGE_DATA_DIRECTORY *security = image_directory(image, IMAGE_DIRECTORY_ENTRY_SECURITY);
    DWORD skip = security ? (DWORD)((BYTE *)security - image->data) : sum + 4, table, table_end, given = 0;

    if (!give(image, 0, sum, digest, handle) || !give(image, sum + 4, skip, digest, handle) ||
        !give(image, security ? skip + sizeof(*security) : skip, end, digest, handle))
        return FALSE;
    for (WORD n = 0; n < image->section_count; n++) {
        const IMAGE_SECTION_HEADER *next = NULL;
        for (WORD i = 0; i < image->section_count; i++) { /* at most 96 of them */
            const IMAGE_SECTION_HEADER *s = &image->sections[i];
            if (s->SizeOfRawData && s->PointerToRawData > given &&
                (!next || s->PointerToRawData < next->PointerToRawData))
                next = s;
        }
        if (!next)
            break;
        given = next->PointerToRawData;
        last = max(last, min((ULONG64)given + next->SizeOfRawData, image->size));
        if (wanted(next, level) && !give(image, given, last, digest, handle))
            return FALSE;
    }
    if (!(level & CERT_PE_IMAGE_DIGEST_NON_PE_INFO))
        return TRUE;
    if (!find_table(image, &table, &table_end) || !table || table < last)
        return give(image, last, image->size, digest, handle);
    return give(image, last, table, digest, handle) && give(image, table_end, image->size, digest, handle);
}

WINBOOL WINAPI ImageGetDigestStream(HANDLE file, DWORD level, DIGEST_FUNCTION digest, DIGEST_HANDLE handle)
{
    struct image_file image;
    BOOL good;

    if (!digest)
        return img_fail(ERROR_INVALID_PARAMETER);
    if (!image_map(file, FALSE, &image))
        return FALSE;
    good = image.nt ? digest_image(&image, level, digest, handle) : img_fail(ERROR_BAD_EXE_FORMAT);
    image_unmap(&image);
    return good;
}
