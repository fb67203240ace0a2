/* SPDX-License-Identifier: MIT */
/*
 * mmeapi.c: wave, MIDI, mixer and auxiliary devices, and joysticks: there is none. Opening fails as without a driver, and a
 * handle of a device is never valid.
 */
#include "nt.h"
#include "ntdll.h"
#include <mmsystem.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define NO_DEVICES(name)     UINT WINAPI name(void) { return 0; }
#define NO_DEVICE(name, ...) MMRESULT WINAPI name(__VA_ARGS__) { return MMSYSERR_BADDEVICEID; }
#define NO_HANDLE(name, ...) MMRESULT WINAPI name(__VA_ARGS__) { return MMSYSERR_INVALHANDLE; }

NO_DEVICES(waveOutGetNumDevs)
NO_DEVICE(waveOutGetDevCapsA, UINT_PTR uDeviceID, LPWAVEOUTCAPSA pwoc, UINT cbwoc)
NO_DEVICE(waveOutGetDevCapsW, UINT_PTR uDeviceID, LPWAVEOUTCAPSW pwoc, UINT cbwoc)
NO_HANDLE(waveOutGetVolume, HWAVEOUT hwo, LPDWORD pdwVolume)
NO_HANDLE(waveOutSetVolume, HWAVEOUT hwo, DWORD dwVolume)
NO_DEVICE(waveOutOpen, LPHWAVEOUT phwo, UINT uDeviceID, LPCWAVEFORMATEX pwfx, DWORD_PTR dwCallback,
          DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(waveOutClose, HWAVEOUT hwo)
NO_HANDLE(waveOutPrepareHeader, HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveOutUnprepareHeader, HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveOutWrite, HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveOutPause, HWAVEOUT hwo)
NO_HANDLE(waveOutRestart, HWAVEOUT hwo)
NO_HANDLE(waveOutReset, HWAVEOUT hwo)
NO_HANDLE(waveOutBreakLoop, HWAVEOUT hwo)
NO_HANDLE(waveOutGetPosition, HWAVEOUT hwo, LPMMTIME pmmt, UINT cbmmt)
NO_HANDLE(waveOutGetPitch, HWAVEOUT hwo, LPDWORD pdwPitch)
NO_HANDLE(waveOutSetPitch, HWAVEOUT hwo, DWORD dwPitch)
NO_HANDLE(waveOutGetPlaybackRate, HWAVEOUT hwo, LPDWORD pdwRate)
NO_HANDLE(waveOutSetPlaybackRate, HWAVEOUT hwo, DWORD dwRate)
NO_HANDLE(waveOutGetID, HWAVEOUT hwo, LPUINT puDeviceID)
NO_HANDLE(waveOutMessage, HWAVEOUT hwo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

NO_DEVICES(waveInGetNumDevs)
NO_DEVICE(waveInGetDevCapsA, UINT_PTR uDeviceID, LPWAVEINCAPSA pwic, UINT cbwic)
NO_DEVICE(waveInGetDevCapsW, UINT_PTR uDeviceID, LPWAVEINCAPSW pwic, UINT cbwic)
NO_DEVICE(waveInOpen, LPHWAVEIN phwi, UINT uDeviceID, LPCWAVEFORMATEX pwfx, DWORD_PTR dwCallback,
          DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(waveInClose, HWAVEIN hwi)
NO_HANDLE(waveInPrepareHeader, HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveInUnprepareHeader, HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveInAddBuffer, HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
NO_HANDLE(waveInStart, HWAVEIN hwi)
NO_HANDLE(waveInStop, HWAVEIN hwi)
NO_HANDLE(waveInReset, HWAVEIN hwi)
NO_HANDLE(waveInGetPosition, HWAVEIN hwi, LPMMTIME pmmt, UINT cbmmt)
NO_HANDLE(waveInGetID, HWAVEIN hwi, LPUINT puDeviceID)
NO_HANDLE(waveInMessage, HWAVEIN hwi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

NO_DEVICES(midiOutGetNumDevs)
NO_DEVICE(midiStreamOpen, LPHMIDISTRM phms, LPUINT puDeviceID, DWORD cMidi, DWORD_PTR dwCallback,
          DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(midiStreamClose, HMIDISTRM hms)
NO_HANDLE(midiStreamProperty, HMIDISTRM hms, LPBYTE lppropdata, DWORD dwProperty)
NO_HANDLE(midiStreamPosition, HMIDISTRM hms, LPMMTIME lpmmt, UINT cbmmt)
NO_HANDLE(midiStreamOut, HMIDISTRM hms, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiStreamPause, HMIDISTRM hms)
NO_HANDLE(midiStreamRestart, HMIDISTRM hms)
NO_HANDLE(midiStreamStop, HMIDISTRM hms)
NO_HANDLE(midiConnect, HMIDI hmi, HMIDIOUT hmo, LPVOID pReserved)
NO_HANDLE(midiDisconnect, HMIDI hmi, HMIDIOUT hmo, LPVOID pReserved)

NO_DEVICE(midiOutGetDevCapsA, UINT_PTR uDeviceID, LPMIDIOUTCAPSA pmoc, UINT cbmoc)
NO_DEVICE(midiOutGetDevCapsW, UINT_PTR uDeviceID, LPMIDIOUTCAPSW pmoc, UINT cbmoc)
NO_HANDLE(midiOutGetVolume, HMIDIOUT hmo, LPDWORD pdwVolume)
NO_HANDLE(midiOutSetVolume, HMIDIOUT hmo, DWORD dwVolume)
NO_DEVICE(midiOutOpen, LPHMIDIOUT phmo, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(midiOutClose, HMIDIOUT hmo)
NO_HANDLE(midiOutPrepareHeader, HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiOutUnprepareHeader, HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiOutShortMsg, HMIDIOUT hmo, DWORD dwMsg)
NO_HANDLE(midiOutLongMsg, HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiOutReset, HMIDIOUT hmo)
NO_HANDLE(midiOutCachePatches, HMIDIOUT hmo, UINT uBank, LPWORD pwpa, UINT fuCache)
NO_HANDLE(midiOutCacheDrumPatches, HMIDIOUT hmo, UINT uPatch, LPWORD pwkya, UINT fuCache)
NO_HANDLE(midiOutGetID, HMIDIOUT hmo, LPUINT puDeviceID)
NO_HANDLE(midiOutMessage, HMIDIOUT hmo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

NO_DEVICES(midiInGetNumDevs)
NO_DEVICE(midiInGetDevCapsA, UINT_PTR uDeviceID, LPMIDIINCAPSA pmic, UINT cbmic)
NO_DEVICE(midiInGetDevCapsW, UINT_PTR uDeviceID, LPMIDIINCAPSW pmic, UINT cbmic)
NO_DEVICE(midiInOpen, LPHMIDIIN phmi, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(midiInClose, HMIDIIN hmi)
NO_HANDLE(midiInPrepareHeader, HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiInUnprepareHeader, HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiInAddBuffer, HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
NO_HANDLE(midiInStart, HMIDIIN hmi)
NO_HANDLE(midiInStop, HMIDIIN hmi)
NO_HANDLE(midiInReset, HMIDIIN hmi)
NO_HANDLE(midiInGetID, HMIDIIN hmi, LPUINT puDeviceID)
NO_HANDLE(midiInMessage, HMIDIIN hmi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

NO_DEVICES(auxGetNumDevs)
NO_DEVICE(auxGetDevCapsA, UINT_PTR uDeviceID, LPAUXCAPSA pac, UINT cbac)
NO_DEVICE(auxGetDevCapsW, UINT_PTR uDeviceID, LPAUXCAPSW pac, UINT cbac)
NO_DEVICE(auxSetVolume, UINT uDeviceID, DWORD dwVolume)
NO_DEVICE(auxGetVolume, UINT uDeviceID, LPDWORD pdwVolume)
NO_DEVICE(auxOutMessage, UINT uDeviceID, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

NO_DEVICES(mixerGetNumDevs)
NO_DEVICE(mixerGetDevCapsA, UINT_PTR uMxId, LPMIXERCAPSA pmxcaps, UINT cbmxcaps)
NO_DEVICE(mixerGetDevCapsW, UINT_PTR uMxId, LPMIXERCAPSW pmxcaps, UINT cbmxcaps)
NO_DEVICE(mixerOpen, LPHMIXER phmx, UINT uMxId, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
NO_HANDLE(mixerClose, HMIXER hmx)
NO_DEVICE(mixerGetLineInfoA, HMIXEROBJ hmxobj, LPMIXERLINEA pmxl, DWORD fdwInfo)
NO_DEVICE(mixerGetLineInfoW, HMIXEROBJ hmxobj, LPMIXERLINEW pmxl, DWORD fdwInfo)
NO_DEVICE(mixerGetID, HMIXEROBJ hmxobj, UINT *puMxId, DWORD fdwId)
NO_DEVICE(mixerGetLineControlsA, HMIXEROBJ hmxobj, LPMIXERLINECONTROLSA pmxlc, DWORD fdwControls)
NO_DEVICE(mixerGetLineControlsW, HMIXEROBJ hmxobj, LPMIXERLINECONTROLSW pmxlc, DWORD fdwControls)
NO_HANDLE(mixerGetControlDetailsA, HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
NO_HANDLE(mixerGetControlDetailsW, HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
NO_HANDLE(mixerSetControlDetails, HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
/* clang-format on */

DWORD WINAPI mixerMessage(HMIXER hmx, UINT uMsg, DWORD_PTR dwParam1, DWORD_PTR dwParam2)
{
    return MMSYSERR_INVALHANDLE;
}

UINT WINAPI joyGetNumDevs(void)
{
    return 16; /* joysticks that could be, as on Windows */
}

MMRESULT WINAPI joyGetDevCapsA(UINT_PTR uJoyID, LPJOYCAPSA pjc, UINT cbjc)
{
    return JOYERR_PARMS;
}

MMRESULT WINAPI joyGetDevCapsW(UINT_PTR uJoyID, LPJOYCAPSW pjc, UINT cbjc)
{
    return JOYERR_PARMS;
}

MMRESULT WINAPI joyGetPos(UINT uJoyID, LPJOYINFO pji)
{
    return JOYERR_UNPLUGGED;
}

MMRESULT WINAPI joyGetPosEx(UINT uJoyID, LPJOYINFOEX pji)
{
    return JOYERR_UNPLUGGED;
}

MMRESULT WINAPI joyGetThreshold(UINT uJoyID, LPUINT puThreshold)
{
    return JOYERR_PARMS;
}

MMRESULT WINAPI joySetCapture(HWND hwnd, UINT uJoyID, UINT uPeriod, WINBOOL fChanged)
{
    return JOYERR_PARMS;
}

MMRESULT WINAPI joySetThreshold(UINT uJoyID, UINT uThreshold)
{
    return JOYERR_PARMS;
}
