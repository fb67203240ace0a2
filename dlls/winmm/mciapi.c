/* SPDX-License-Identifier: MIT */
/* mciapi.c: media control and sounds without a device: no driver can be loaded, nothing is played. */
#include "nt.h"
#include "ntdll.h"
#include <mmsystem.h>
#include <digitalv.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

MCIERROR WINAPI mciSendCommandW(MCIDEVICEID device, UINT message, DWORD_PTR flags, DWORD_PTR data)
{
    return message == MCI_OPEN ? MCIERR_CANNOT_LOAD_DRIVER : MCIERR_INVALID_DEVICE_ID;
}

MCIERROR WINAPI mciSendCommandA(MCIDEVICEID device, UINT message, DWORD_PTR flags, DWORD_PTR data)
{
    return mciSendCommandW(device, message, flags, data);
}

MCIERROR WINAPI mciSendStringW(LPCWSTR command, LPWSTR answer, UINT size, HWND callback)
{
    if (answer && size)
        *answer = 0;
    return MCIERR_CANNOT_LOAD_DRIVER;
}

MCIERROR WINAPI mciSendStringA(LPCSTR command, LPSTR answer, UINT size, HWND callback)
{
    if (answer && size)
        *answer = 0;
    return MCIERR_CANNOT_LOAD_DRIVER;
}

MCIDEVICEID WINAPI mciGetDeviceIDW(LPCWSTR name)
{
    return 0;
}

MCIDEVICEID WINAPI mciGetDeviceIDA(LPCSTR name)
{
    return 0;
}

WINBOOL WINAPI PlaySoundW(LPCWSTR name, HMODULE module, DWORD flags)
{
    return !name; /* stopping what plays always succeeds */
}

WINBOOL WINAPI PlaySoundA(LPCSTR name, HMODULE module, DWORD flags)
{
    return !name;
}

WINBOOL WINAPI sndPlaySoundW(LPCWSTR name, UINT flags)
{
    return !name;
}

WINBOOL WINAPI sndPlaySoundA(LPCSTR name, UINT flags)
{
    return !name;
}

UINT WINAPI mmsystemGetVersion(void)
{
    return 0x030a;
}
