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

UINT WINAPI waveOutGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI waveOutGetDevCapsA(UINT_PTR uDeviceID, LPWAVEOUTCAPSA pwoc, UINT cbwoc)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveOutGetDevCapsW(UINT_PTR uDeviceID, LPWAVEOUTCAPSW pwoc, UINT cbwoc)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveOutGetVolume(HWAVEOUT hwo, LPDWORD pdwVolume)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutSetVolume(HWAVEOUT hwo, DWORD dwVolume)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutOpen(LPHWAVEOUT phwo, UINT uDeviceID, LPCWAVEFORMATEX pwfx, DWORD_PTR dwCallback,
                            DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveOutClose(HWAVEOUT hwo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutPrepareHeader(HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutUnprepareHeader(HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutWrite(HWAVEOUT hwo, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutPause(HWAVEOUT hwo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutRestart(HWAVEOUT hwo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutReset(HWAVEOUT hwo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutBreakLoop(HWAVEOUT hwo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutGetPosition(HWAVEOUT hwo, LPMMTIME pmmt, UINT cbmmt)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutGetPitch(HWAVEOUT hwo, LPDWORD pdwPitch)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutSetPitch(HWAVEOUT hwo, DWORD dwPitch)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutGetPlaybackRate(HWAVEOUT hwo, LPDWORD pdwRate)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutSetPlaybackRate(HWAVEOUT hwo, DWORD dwRate)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutGetID(HWAVEOUT hwo, LPUINT puDeviceID)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveOutMessage(HWAVEOUT hwo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)
{
    return MMSYSERR_INVALHANDLE;
}

UINT WINAPI waveInGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI waveInGetDevCapsA(UINT_PTR uDeviceID, LPWAVEINCAPSA pwic, UINT cbwic)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveInGetDevCapsW(UINT_PTR uDeviceID, LPWAVEINCAPSW pwic, UINT cbwic)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveInOpen(LPHWAVEIN phwi, UINT uDeviceID, LPCWAVEFORMATEX pwfx, DWORD_PTR dwCallback,
                           DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI waveInClose(HWAVEIN hwi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInPrepareHeader(HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInUnprepareHeader(HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInAddBuffer(HWAVEIN hwi, LPWAVEHDR pwh, UINT cbwh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInStart(HWAVEIN hwi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInStop(HWAVEIN hwi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInReset(HWAVEIN hwi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInGetPosition(HWAVEIN hwi, LPMMTIME pmmt, UINT cbmmt)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInGetID(HWAVEIN hwi, LPUINT puDeviceID)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI waveInMessage(HWAVEIN hwi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)
{
    return MMSYSERR_INVALHANDLE;
}

UINT WINAPI midiOutGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI midiStreamOpen(LPHMIDISTRM phms, LPUINT puDeviceID, DWORD cMidi, DWORD_PTR dwCallback,
                               DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiStreamClose(HMIDISTRM hms)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamProperty(HMIDISTRM hms, LPBYTE lppropdata, DWORD dwProperty)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamPosition(HMIDISTRM hms, LPMMTIME lpmmt, UINT cbmmt)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamOut(HMIDISTRM hms, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamPause(HMIDISTRM hms)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamRestart(HMIDISTRM hms)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiStreamStop(HMIDISTRM hms)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiConnect(HMIDI hmi, HMIDIOUT hmo, LPVOID pReserved)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiDisconnect(HMIDI hmi, HMIDIOUT hmo, LPVOID pReserved)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutGetDevCapsA(UINT_PTR uDeviceID, LPMIDIOUTCAPSA pmoc, UINT cbmoc)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiOutGetDevCapsW(UINT_PTR uDeviceID, LPMIDIOUTCAPSW pmoc, UINT cbmoc)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiOutGetVolume(HMIDIOUT hmo, LPDWORD pdwVolume)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutSetVolume(HMIDIOUT hmo, DWORD dwVolume)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutOpen(LPHMIDIOUT phmo, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiOutClose(HMIDIOUT hmo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutPrepareHeader(HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutUnprepareHeader(HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutShortMsg(HMIDIOUT hmo, DWORD dwMsg)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutLongMsg(HMIDIOUT hmo, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutReset(HMIDIOUT hmo)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutCachePatches(HMIDIOUT hmo, UINT uBank, LPWORD pwpa, UINT fuCache)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutCacheDrumPatches(HMIDIOUT hmo, UINT uPatch, LPWORD pwkya, UINT fuCache)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutGetID(HMIDIOUT hmo, LPUINT puDeviceID)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiOutMessage(HMIDIOUT hmo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)
{
    return MMSYSERR_INVALHANDLE;
}

UINT WINAPI midiInGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI midiInGetDevCapsA(UINT_PTR uDeviceID, LPMIDIINCAPSA pmic, UINT cbmic)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiInGetDevCapsW(UINT_PTR uDeviceID, LPMIDIINCAPSW pmic, UINT cbmic)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiInOpen(LPHMIDIIN phmi, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI midiInClose(HMIDIIN hmi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInPrepareHeader(HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInUnprepareHeader(HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInAddBuffer(HMIDIIN hmi, LPMIDIHDR pmh, UINT cbmh)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInStart(HMIDIIN hmi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInStop(HMIDIIN hmi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInReset(HMIDIIN hmi)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInGetID(HMIDIIN hmi, LPUINT puDeviceID)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI midiInMessage(HMIDIIN hmi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)
{
    return MMSYSERR_INVALHANDLE;
}

UINT WINAPI auxGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI auxGetDevCapsA(UINT_PTR uDeviceID, LPAUXCAPSA pac, UINT cbac)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI auxGetDevCapsW(UINT_PTR uDeviceID, LPAUXCAPSW pac, UINT cbac)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI auxSetVolume(UINT uDeviceID, DWORD dwVolume)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI auxGetVolume(UINT uDeviceID, LPDWORD pdwVolume)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI auxOutMessage(UINT uDeviceID, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)
{
    return MMSYSERR_BADDEVICEID;
}

UINT WINAPI mixerGetNumDevs(void)
{
    return 0;
}

MMRESULT WINAPI mixerGetDevCapsA(UINT_PTR uMxId, LPMIXERCAPSA pmxcaps, UINT cbmxcaps)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetDevCapsW(UINT_PTR uMxId, LPMIXERCAPSW pmxcaps, UINT cbmxcaps)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerOpen(LPHMIXER phmx, UINT uMxId, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerClose(HMIXER hmx)
{
    return MMSYSERR_INVALHANDLE;
}

DWORD WINAPI mixerMessage(HMIXER hmx, UINT uMsg, DWORD_PTR dwParam1, DWORD_PTR dwParam2)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI mixerGetLineInfoA(HMIXEROBJ hmxobj, LPMIXERLINEA pmxl, DWORD fdwInfo)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetLineInfoW(HMIXEROBJ hmxobj, LPMIXERLINEW pmxl, DWORD fdwInfo)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetID(HMIXEROBJ hmxobj, UINT *puMxId, DWORD fdwId)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetLineControlsA(HMIXEROBJ hmxobj, LPMIXERLINECONTROLSA pmxlc, DWORD fdwControls)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetLineControlsW(HMIXEROBJ hmxobj, LPMIXERLINECONTROLSW pmxlc, DWORD fdwControls)
{
    return MMSYSERR_BADDEVICEID;
}

MMRESULT WINAPI mixerGetControlDetailsA(HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI mixerGetControlDetailsW(HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
{
    return MMSYSERR_INVALHANDLE;
}

MMRESULT WINAPI mixerSetControlDetails(HMIXEROBJ hmxobj, LPMIXERCONTROLDETAILS pmxcd, DWORD fdwDetails)
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
