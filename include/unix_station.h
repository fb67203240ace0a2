/* SPDX-License-Identifier: MIT */
/*
 * unix_station.h: UNIX_MODULE_STATIONS: window stations and desktops (station.c), for which Windows has system calls of win32k.
 * Structures have the same layout for 32- and 64-bit callers; pointers and handles are numbers of 64 bits.
 */
#ifndef TRANSOM_UNIX_STATION_H
#define TRANSOM_UNIX_STATION_H

#include <stdint.h>

#ifndef _WIN32 /* there they are in winuser.h */
#define WINSTA_ENUMDESKTOPS      0x0001u
#define WINSTA_READATTRIBUTES    0x0002u
#define WINSTA_ACCESSCLIPBOARD   0x0004u
#define WINSTA_CREATEDESKTOP     0x0008u
#define WINSTA_WRITEATTRIBUTES   0x0010u
#define WINSTA_ACCESSGLOBALATOMS 0x0020u
#define WINSTA_EXITWINDOWS       0x0040u
#define WINSTA_ENUMERATE         0x0100u
#define WINSTA_READSCREEN        0x0200u
#define WINSTA_ALL_ACCESS        0x037fu

#define DESKTOP_READOBJECTS     0x0001u
#define DESKTOP_CREATEWINDOW    0x0002u
#define DESKTOP_CREATEMENU      0x0004u
#define DESKTOP_HOOKCONTROL     0x0008u
#define DESKTOP_JOURNALRECORD   0x0010u
#define DESKTOP_JOURNALPLAYBACK 0x0020u
#define DESKTOP_ENUMERATE       0x0040u
#define DESKTOP_WRITEOBJECTS    0x0080u
#define DESKTOP_SWITCHDESKTOP   0x0100u
#define DESKTOP_ALL             0x01ffu
#endif

enum unix_station_function {
    UNIX_STATION_CREATE, /* struct unix_station_open */
    UNIX_STATION_OPEN,
    UNIX_DESKTOP_CREATE, /* the same, below the station `root` */
    UNIX_DESKTOP_OPEN,
    UNIX_DESKTOP_OPEN_INPUT, /* the same, without a name */
    UNIX_DESKTOP_SWITCH,     /* struct unix_desktop: `handle` */
    UNIX_DESKTOP_QUERY,      /* struct unix_desktop */
    UNIX_DESKTOP_SET_FLAGS,  /* struct unix_desktop: `handle`, `flags` */
};

struct unix_station_open {
    uint64_t name, security; /* const WCHAR *, from the root of all or relative to `root`; a descriptor */
    uint64_t root;           /* a handle, or 0 */
    uint32_t name_length;    /* characters */
    uint32_t attributes;     /* OBJ_* */
    uint32_t access;
    uint32_t flags, heap; /* of a new desktop: DF_*, KB */
    uint32_t reserved;
    uint64_t handle; /* out */
};

struct unix_desktop {
    uint64_t handle, station; /* handles; the station may be 0 */
    uint32_t flags, heap;     /* out */
    uint32_t input;           /* out: whether it receives input */
    uint32_t visible;         /* out: whether its station can be seen */
    uint32_t of_station;      /* out: whether it is one of the station's */
    uint32_t reserved;
};

#endif
