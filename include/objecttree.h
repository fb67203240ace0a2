/* SPDX-License-Identifier: MIT */
/*
 * objecttree.h: the directories of objects that are there from the start. Every process has the tree of its own, as data; what
 * is created in a shared directory is the server's, which knows it by the number given here.
 *
 *   DIRECTORY(number, path)        number 0: not shared, of each process
 *   LINK(path, target)
 *   STATION(number, path), DESKTOP(number, path)
 *
 * As on Windows, where programs look: session 1 is the user's; Global, Local and Session lead there by links.
 */
#define OBJECT_TREE                                                                                                    \
    DIRECTORY(1, "\\BaseNamedObjects")                                                                                 \
    DIRECTORY(2, "\\BaseNamedObjects\\Restricted")                                                                     \
    LINK("\\BaseNamedObjects\\Global", "\\BaseNamedObjects")                                                           \
    LINK("\\BaseNamedObjects\\Local", "\\BaseNamedObjects")                                                            \
    DIRECTORY(0, "\\Sessions")                                                                                         \
    DIRECTORY(0, "\\Sessions\\0")                                                                                      \
    LINK("\\Sessions\\0\\BaseNamedObjects", "\\BaseNamedObjects")                                                      \
    DIRECTORY(0, "\\Sessions\\1")                                                                                      \
    DIRECTORY(3, "\\Sessions\\1\\BaseNamedObjects")                                                                    \
    DIRECTORY(4, "\\Sessions\\1\\BaseNamedObjects\\Restricted")                                                        \
    LINK("\\Sessions\\1\\BaseNamedObjects\\Global", "\\BaseNamedObjects")                                              \
    LINK("\\Sessions\\1\\BaseNamedObjects\\Local", "\\Sessions\\1\\BaseNamedObjects")                                  \
    LINK("\\Sessions\\1\\BaseNamedObjects\\Session", "\\Sessions\\BNOLINKS")                                           \
    DIRECTORY(0, "\\Sessions\\1\\Windows")                                                                             \
    DIRECTORY(5, "\\Sessions\\1\\Windows\\WindowStations")                                                             \
    STATION(8, "\\Sessions\\1\\Windows\\WindowStations\\WinSta0")                                                      \
    DESKTOP(9, "\\Sessions\\1\\Windows\\WindowStations\\WinSta0\\Default")                                             \
    DIRECTORY(0, "\\Sessions\\1\\DosDevices")                                                                          \
    DIRECTORY(0, "\\Sessions\\BNOLINKS")                                                                               \
    LINK("\\Sessions\\BNOLINKS\\0", "\\BaseNamedObjects")                                                              \
    LINK("\\Sessions\\BNOLINKS\\1", "\\Sessions\\1\\BaseNamedObjects")                                                 \
    DIRECTORY(0, "\\Device")                                                                                           \
    DIRECTORY(0, "\\Driver")                                                                                           \
    DIRECTORY(0, "\\FileSystem")                                                                                       \
    DIRECTORY(0, "\\ObjectTypes")                                                                                      \
    DIRECTORY(6, "\\RPC Control")                                                                                      \
    DIRECTORY(7, "\\PrivateNamespaces")                                                                                \
    DIRECTORY(0, "\\Security")                                                                                         \
    DIRECTORY(0, "\\Windows")                                                                                          \
    DIRECTORY(0, "\\KnownDlls")                                                                                        \
    LINK("\\KnownDlls\\KnownDllPath", "C:\\Windows\\System32")                                                         \
    DIRECTORY(0, "\\KnownDlls32")                                                                                      \
    LINK("\\KnownDlls32\\KnownDllPath", "C:\\Windows\\SysWOW64")                                                       \
    DIRECTORY(0, "\\KernelObjects")                                                                                    \
    DIRECTORY(0, "\\GLOBAL??")                                                                                         \
    LINK("\\??", "\\GLOBAL??")                                                                                         \
    LINK("\\DosDevices", "\\??")                                                                                       \
    LINK("\\SystemRoot", "\\Device\\BootDevice\\Windows")                                                              \
    LINK("\\GLOBAL??\\C:", "\\Device\\HarddiskVolume3")                                                                \
    LINK("\\GLOBAL??\\Z:", "\\Device\\HarddiskVolume26")                                                               \
    LINK("\\GLOBAL??\\CON", "\\Device\\ConDrv\\Console")                                                               \
    LINK("\\GLOBAL??\\CONIN$", "\\Device\\ConDrv\\CurrentIn")                                                          \
    LINK("\\GLOBAL??\\CONOUT$", "\\Device\\ConDrv\\CurrentOut")                                                        \
    LINK("\\GLOBAL??\\NUL", "\\Device\\Null")                                                                          \
    LINK("\\GLOBAL??\\PIPE", "\\Device\\NamedPipe")                                                                    \
    LINK("\\GLOBAL??\\MAILSLOT", "\\Device\\MailSlot")                                                                 \
    LINK("\\GLOBAL??\\UNC", "\\Device\\Mup")                                                                           \
    LINK("\\GLOBAL??\\GLOBALROOT", "")

/* Numbers of objects below this are those directories, and the station and desktop that every session begins with. */
#define OBJECT_TREE_NUMBERS 16u
#define OBJECT_TREE_DESKTOP 9u
