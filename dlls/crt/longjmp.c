/* SPDX-License-Identifier: MIT */
/* longjmp: an unwind to the frame that called setjmp if the compiler named one, else just the registers. */
#ifdef _WIN64
#include "crt_private.h"
#include <setjmp.h>

#undef longjmp

DECLSPEC_NORETURN void crt_longjmp_restore(void *buffer, int value);

DECLSPEC_NORETURN void __cdecl crt_longjmp(_JUMP_BUFFER *buffer, int value)
{
    EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)STATUS_LONGJUMP, .NumberParameters = 1 };

    if (!value)
        value = 1;
    if (!buffer->Frame)
        crt_longjmp_restore(buffer, value);
    /* RtlRestoreContext takes the registers from the buffer that the record names. */
    record.ExceptionInformation[0] = (ULONG_PTR)buffer;
    RtlUnwind((void *)buffer->Frame, (void *)buffer->Rip, &record, (void *)(intptr_t)value);
    crt_longjmp_restore(buffer, value);
}
#endif
