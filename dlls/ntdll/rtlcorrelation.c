/* SPDX-License-Identifier: MIT */
/* rtlcorrelation.c: correlation vectors (ntddk.h): a base and numbers behind dots, by which logs are put together. */
#include "ntdll_private.h"
#include "ntrtl.h"

#define STRING_LENGTH 129 /* with the zero */

typedef struct _CORRELATION_VECTOR {
    CHAR Version;
    CHAR Vector[STRING_LENGTH];
} CORRELATION_VECTOR;

/* Of the version: characters of the base, and of the whole without the zero. */
static bool limits(const CORRELATION_VECTOR *vector, SIZE_T *base, SIZE_T *length)
{
    switch (vector->Version) {
    case 1:
        *base = 16;
        *length = 64;
        return true;
    case 2:
        *base = 22;
        *length = 128;
        return true;
    default:
        return false;
    }
}

static bool is_base64(CHAR c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* The base in Base64, then (\.\d+)+. */
NTSTATUS NTAPI RtlValidateCorrelationVector(CORRELATION_VECTOR *vector)
{
    SIZE_T base, length, size = strnlen(vector->Vector, STRING_LENGTH), i;

    if (!limits(vector, &base, &length) || size <= base || size > length)
        return STATUS_INVALID_PARAMETER;
    for (i = 0; i < base; i++)
        if (!is_base64(vector->Vector[i]))
            return STATUS_INVALID_PARAMETER;
    while (i < size) {
        SIZE_T digits = 0;

        if (vector->Vector[i++] != '.')
            return STATUS_INVALID_PARAMETER;
        for (; i < size && vector->Vector[i] >= '0' && vector->Vector[i] <= '9'; i++)
            digits++;
        if (!digits)
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCorrelationVector(CORRELATION_VECTOR *vector, ULONG version, const GUID *guid)
{
    static const CHAR digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const UCHAR *bytes = (const UCHAR *)guid;
    SIZE_T base, length;

    if (!guid)
        return STATUS_INVALID_PARAMETER;
    vector->Version = (CHAR)version;
    if (version > 2 || !limits(vector, &base, &length))
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T i = 0; i < base; i++) { /* six bits each, of 16 bytes and four zero bits */
        SIZE_T bit = i * 6;
        ULONG pair = (ULONG)bytes[bit / 8] << 8 | (bit / 8 < 15 ? bytes[bit / 8 + 1] : 0);

        vector->Vector[i] = digits[pair >> (10 - bit % 8) & 63];
    }
    memcpy(vector->Vector + base, ".0", 3);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlExtendCorrelationVector(CORRELATION_VECTOR *vector)
{
    SIZE_T base, length, size = strnlen(vector->Vector, STRING_LENGTH);

    if (RtlValidateCorrelationVector(vector) || !limits(vector, &base, &length) || size + 2 > length)
        return STATUS_INVALID_PARAMETER;
    memcpy(vector->Vector + size, ".0", 3);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIncrementCorrelationVector(CORRELATION_VECTOR *vector)
{
    SIZE_T base, length, size = strnlen(vector->Vector, STRING_LENGTH), at = size;

    if (RtlValidateCorrelationVector(vector) || !limits(vector, &base, &length))
        return STATUS_INVALID_PARAMETER;
    while (vector->Vector[at - 1] == '9')
        at--;
    if (vector->Vector[at - 1] != '.') {
        vector->Vector[at - 1]++;
    } else { /* all nines: a digit more */
        if (size == length)
            return STATUS_BUFFER_OVERFLOW;
        vector->Vector[at] = '1';
        vector->Vector[size + 1] = 0;
        vector->Vector[size] = '0';
        at++;
    }
    memset(vector->Vector + at, '0', strlen(vector->Vector) - at);
    return STATUS_SUCCESS;
}
