/* SPDX-License-Identifier: MIT */
/*
 * shlobj_foldertable.c: the known folders: "KNOWNFOLDERID", "CSIDL". A line each: identifier, its old numbers (-1: none), what
 * its place hangs on, where below it, and its name in the registry's "User Shell Folders" (NULL: its identifier).
 */
#include "shlobj_folders.h"

/* clang-format off */
#define FOLDER(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7, csidl, csidl2, base, path, name) \
    { { 0x##a, 0x##b, 0x##c, { 0x##d0, 0x##d1, 0x##d2, 0x##d3, 0x##d4, 0x##d5, 0x##d6, 0x##d7 } }, { csidl, csidl2 }, BASE_##base, path, name },

const struct shell_folder shell_folders[] = {
    FOLDER(008CA0B1, 55B4, 4C56, B8, A8, 4D, E4, B2, 99, D3, BE, -1, -1, APPDATA, L"Microsoft\\Windows\\AccountPictures", NULL) /* AccountPictures */
    FOLDER(DE61D971, 5EBC, 4F02, A3, A9, 6C, 82, 89, 5E, 5C, 04, -1, -1, VIRTUAL, L"", NULL) /* AddNewPrograms */
    FOLDER(724EF170, A42D, 4FEF, 9F, 26, B6, 0E, 84, 6F, BA, 4F, CSIDL_ADMINTOOLS, -1, APPDATA, L"Microsoft\\Windows\\Start Menu\\Programs\\Administrative Tools", L"Administrative Tools") /* AdminTools */
    FOLDER(B2C5E279, 7ADD, 439F, B2, 8C, C4, 1F, E1, BB, F6, 72, -1, -1, LOCALAPPDATA, L"Desktop", NULL) /* AppDataDesktop */
    FOLDER(7BE16610, 1F7F, 44AC, BF, F0, 83, E1, 5F, 2F, FC, A1, -1, -1, LOCALAPPDATA, L"Documents", NULL) /* AppDataDocuments */
    FOLDER(7CFBEFBC, DE1F, 45AA, B8, 43, A5, 42, AC, 53, 6C, C9, -1, -1, LOCALAPPDATA, L"Favorites", NULL) /* AppDataFavorites */
    FOLDER(559D40A3, A036, 40FA, AF, 61, 84, CB, 43, 0A, 4D, 34, -1, -1, LOCALAPPDATA, L"ProgramData", NULL) /* AppDataProgramData */
    FOLDER(A3918781, E5F2, 4890, B3, D9, A7, E5, 43, 32, 32, 8C, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\Application Shortcuts", NULL) /* ApplicationShortcuts */
    FOLDER(1E87508D, 89C2, 42F0, 8A, 7E, 64, 5A, 0F, 50, CA, 58, -1, -1, VIRTUAL, L"", NULL) /* AppsFolder */
    FOLDER(A305CE99, F527, 492B, 8B, 1A, 7E, 76, FA, 98, D6, E4, -1, -1, VIRTUAL, L"", NULL) /* AppUpdates */
    FOLDER(AB5FB87B, 7CE2, 4F83, 91, 5D, 55, 08, 46, C9, 53, 7B, -1, -1, USERPROFILE, L"Pictures\\Camera Roll", NULL) /* CameraRoll */
    FOLDER(9E52AB10, F80D, 49DF, AC, B8, 43, 30, F5, 68, 78, 55, CSIDL_CDBURN_AREA, -1, LOCALAPPDATA, L"Microsoft\\Windows\\Burn\\Burn", L"CD Burning") /* CDBurning */
    FOLDER(DF7266AC, 9274, 4867, 8D, 55, 3B, D6, 61, DE, 87, 2D, -1, -1, VIRTUAL, L"", NULL) /* ChangeRemovePrograms */
    FOLDER(D0384E7D, BAC3, 4797, 8F, 14, CB, A2, 29, B3, 92, B5, CSIDL_COMMON_ADMINTOOLS, -1, PROGRAMDATA, L"Microsoft\\Windows\\Start Menu\\Programs\\Administrative Tools", L"Common Administrative Tools") /* CommonAdminTools */
    FOLDER(C1BAE2D0, 10DF, 4334, BE, DD, 7A, A2, 0B, 22, 7A, 9D, CSIDL_COMMON_OEM_LINKS, -1, PROGRAMDATA, L"OEM Links", L"OEM Links") /* CommonOEMLinks */
    FOLDER(0139D44E, 6AFE, 49F2, 86, 90, 3D, AF, CA, E6, FF, B8, CSIDL_COMMON_PROGRAMS, -1, PROGRAMDATA, L"Microsoft\\Windows\\Start Menu\\Programs", L"Common Programs") /* CommonPrograms */
    FOLDER(A4115719, D62E, 491D, AA, 7C, E7, 4B, 8B, E3, B0, 67, CSIDL_COMMON_STARTMENU, -1, PROGRAMDATA, L"Microsoft\\Windows\\Start Menu", L"Common Start Menu") /* CommonStartMenu */
    FOLDER(82A5EA35, D9CD, 47C5, 96, 29, E1, 5D, 2F, 71, 4E, 6E, CSIDL_COMMON_STARTUP, CSIDL_COMMON_ALTSTARTUP, PROGRAMDATA, L"Microsoft\\Windows\\Start Menu\\Programs\\StartUp", L"Common Startup") /* CommonStartup */
    FOLDER(B94237E7, 57AC, 4347, 91, 51, B0, 8C, 6C, 32, D1, F7, CSIDL_COMMON_TEMPLATES, -1, PROGRAMDATA, L"Microsoft\\Windows\\Templates", L"Common Templates") /* CommonTemplates */
    FOLDER(0AC0837C, BBF8, 452A, 85, 0D, 79, D0, 8E, 66, 7C, A7, CSIDL_DRIVES, -1, VIRTUAL, L"", NULL) /* ComputerFolder */
    FOLDER(4BFEFB45, 347D, 4006, A5, BE, AC, 0C, B0, 56, 71, 92, -1, -1, VIRTUAL, L"", NULL) /* ConflictFolder */
    FOLDER(6F0CD92B, 2E97, 45D1, 88, FF, B0, D1, 86, B8, DE, DD, CSIDL_CONNECTIONS, -1, VIRTUAL, L"", NULL) /* ConnectionsFolder */
    FOLDER(56784854, C6CB, 462B, 81, 69, 88, E3, 50, AC, B8, 82, -1, -1, USERPROFILE, L"Contacts", NULL) /* Contacts */
    FOLDER(82A74AEB, AEB4, 465C, A0, 14, D0, 97, EE, 34, 6D, 63, CSIDL_CONTROLS, -1, VIRTUAL, L"", NULL) /* ControlPanelFolder */
    FOLDER(2B0F765D, C0E9, 4171, 90, 8E, 08, A6, 11, B8, 4F, F6, CSIDL_COOKIES, -1, LOCALAPPDATA, L"Microsoft\\Windows\\INetCookies", L"Cookies") /* Cookies */
    FOLDER(B4BFCC3A, DB2C, 424C, B0, 29, 7F, E9, 9A, 87, C6, 41, CSIDL_DESKTOP, CSIDL_DESKTOPDIRECTORY, USERPROFILE, L"Desktop", L"Desktop") /* Desktop */
    FOLDER(5CE4A5E9, E4EB, 479D, B8, 9F, 13, 0C, 02, 88, 61, 55, -1, -1, PROGRAMDATA, L"Microsoft\\Windows\\DeviceMetadataStore", NULL) /* DeviceMetadataStore */
    FOLDER(FDD39AD0, 238F, 46AF, AD, B4, 6C, 85, 48, 03, 69, C7, CSIDL_PERSONAL, CSIDL_MYDOCUMENTS, USERPROFILE, L"Documents", L"Personal") /* Documents */
    FOLDER(7B0DB17D, 9CD2, 4A93, 97, 33, 46, CC, 89, 02, 2E, 7C, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries\\Documents.library-ms", NULL) /* DocumentsLibrary */
    FOLDER(374DE290, 123F, 4565, 91, 64, 39, C4, 92, 5E, 46, 7B, -1, -1, USERPROFILE, L"Downloads", NULL) /* Downloads */
    FOLDER(1777F761, 68AD, 4D8A, 87, BD, 30, B7, 59, FA, 33, DD, CSIDL_FAVORITES, CSIDL_COMMON_FAVORITES, USERPROFILE, L"Favorites", L"Favorites") /* Favorites */
    FOLDER(FD228CB7, AE11, 4AE3, 86, 4C, 16, F3, 91, 0A, B8, FE, CSIDL_FONTS, -1, WINDOWS, L"Fonts", NULL) /* Fonts */
    FOLDER(054FAE61, 4DD8, 4787, 80, B6, 09, 02, 20, C4, B7, 00, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\GameExplorer", NULL) /* GameTasks */
    FOLDER(D9DC8A3B, B784, 432E, A7, 81, 5A, 11, 30, A7, 59, 63, CSIDL_HISTORY, -1, LOCALAPPDATA, L"Microsoft\\Windows\\History", L"History") /* History */
    FOLDER(52528A6B, B9E3, 4ADD, B6, 0D, 58, 8C, 2D, BA, 84, 2D, -1, -1, VIRTUAL, L"", NULL) /* HomeGroup */
    FOLDER(9B74B6A3, 0DFD, 4F11, 9E, 78, 5F, 78, 00, F2, E7, 72, -1, -1, VIRTUAL, L"", NULL) /* HomeGroupCurrentUser */
    FOLDER(BCB5256F, 79F6, 4CEE, B7, 25, DC, 34, E4, 02, FD, 46, -1, -1, APPDATA, L"Microsoft\\Internet Explorer\\Quick Launch\\User Pinned\\ImplicitAppShortcuts", NULL) /* ImplicitAppShortcuts */
    FOLDER(352481E8, 33BE, 4251, BA, 85, 60, 07, CA, ED, CF, 9D, CSIDL_INTERNET_CACHE, -1, LOCALAPPDATA, L"Microsoft\\Windows\\INetCache", L"Cache") /* InternetCache */
    FOLDER(4D9F7874, 4E0C, 4904, 96, 7B, 40, B0, D2, 0C, 3E, 4B, CSIDL_INTERNET, -1, VIRTUAL, L"", NULL) /* InternetFolder */
    FOLDER(1B3EA5DC, B587, 4786, B4, EF, BD, 1D, C3, 32, AE, AE, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries", NULL) /* Libraries */
    FOLDER(BFB9D5E0, C6A9, 404C, B2, B2, AE, 6D, B6, AF, 49, 68, -1, -1, USERPROFILE, L"Links", NULL) /* Links */
    FOLDER(F1B32785, 6FBA, 4FCF, 9D, 55, 7B, 8E, 7F, 15, 70, 91, CSIDL_LOCAL_APPDATA, -1, LOCALAPPDATA, L"", L"Local AppData") /* LocalAppData */
    FOLDER(A520A1A4, 1780, 4FF6, BD, 18, 16, 73, 43, C5, AF, 16, -1, -1, USERPROFILE, L"AppData\\LocalLow", NULL) /* LocalAppDataLow */
    FOLDER(2A00375E, 224C, 49DE, B8, D1, 44, 0D, F7, EF, 3D, DC, CSIDL_RESOURCES_LOCALIZED, -1, WINDOWS, L"resources\\0409", NULL) /* LocalizedResourcesDir */
    FOLDER(4BD8D571, 6D19, 48D3, BE, 97, 42, 22, 20, 08, 0E, 43, CSIDL_MYMUSIC, -1, USERPROFILE, L"Music", L"My Music") /* Music */
    FOLDER(2112AB0A, C86A, 4FFE, A3, 68, 0D, E9, 6E, 47, 01, 2E, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries\\Music.library-ms", NULL) /* MusicLibrary */
    FOLDER(C5ABBF53, E17F, 4121, 89, 00, 86, 62, 6F, C2, C9, 73, CSIDL_NETHOOD, -1, APPDATA, L"Microsoft\\Windows\\Network Shortcuts", L"NetHood") /* NetHood */
    FOLDER(D20BEEC4, 5CA8, 4905, AE, 3B, BF, 25, 1E, A0, 9B, 53, CSIDL_NETWORK, CSIDL_COMPUTERSNEARME, VIRTUAL, L"", NULL) /* NetworkFolder */
    FOLDER(31C0DD25, 9439, 4F12, BF, 41, 7F, F4, ED, A3, 87, 22, -1, -1, USERPROFILE, L"3D Objects", NULL) /* Objects3D */
    FOLDER(2C36C0AA, 5812, 4B87, BF, D0, 4C, D0, DF, B1, 9B, 39, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows Photo Gallery\\Original Images", NULL) /* OriginalImages */
    FOLDER(69D2CF90, FC33, 4FB7, 9A, 0C, EB, B0, F0, FC, B4, 3C, -1, -1, USERPROFILE, L"Pictures\\Slide Shows", NULL) /* PhotoAlbums */
    FOLDER(33E28130, 4E1E, 4676, 83, 5A, 98, 39, 5C, 3B, C3, BB, CSIDL_MYPICTURES, -1, USERPROFILE, L"Pictures", L"My Pictures") /* Pictures */
    FOLDER(A990AE9F, A03B, 4E80, 94, BC, 99, 12, D7, 50, 41, 04, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries\\Pictures.library-ms", NULL) /* PicturesLibrary */
    FOLDER(DE92C1C7, 837F, 4F69, A3, BB, 86, E6, 31, 20, 4A, 23, -1, -1, USERPROFILE, L"Music\\Playlists", NULL) /* Playlists */
    FOLDER(76FC4E2D, D6AD, 4519, A6, 63, 37, BD, 56, 06, 81, 85, CSIDL_PRINTERS, -1, VIRTUAL, L"", NULL) /* PrintersFolder */
    FOLDER(9274BD8D, CFD1, 41C3, B3, 5E, B1, 3F, 55, A7, 58, F4, CSIDL_PRINTHOOD, -1, APPDATA, L"Microsoft\\Windows\\Printer Shortcuts", L"PrintHood") /* PrintHood */
    FOLDER(5E6C858F, 0E22, 4760, 9A, FE, EA, 33, 17, B6, 71, 73, CSIDL_PROFILE, -1, USERPROFILE, L"", NULL) /* Profile */
    FOLDER(62AB5D82, FDC1, 4DC3, A9, DD, 07, 0D, 1D, 49, 5D, 97, CSIDL_COMMON_APPDATA, -1, PROGRAMDATA, L"", L"Common AppData") /* ProgramData */
    FOLDER(905E63B6, C1BF, 494E, B2, 9C, 65, B7, 32, D3, D2, 1A, CSIDL_PROGRAM_FILES, -1, PROGRAM_FILES, L"", NULL) /* ProgramFiles */
    FOLDER(F7F1ED05, 9F6D, 47A2, AA, AE, 29, D3, 17, C6, F0, 66, CSIDL_PROGRAM_FILES_COMMON, -1, COMMON_FILES, L"", NULL) /* ProgramFilesCommon */
    FOLDER(6365D5A7, 0F0D, 45E5, 87, F6, 0D, A5, 6B, 6A, 4F, 7D, -1, -1, COMMON_FILES_X64, L"", NULL) /* ProgramFilesCommonX64 */
    FOLDER(DE974D24, D9C6, 4D3E, BF, 91, F4, 45, 51, 20, B9, 17, CSIDL_PROGRAM_FILES_COMMONX86, -1, COMMON_FILES_X86, L"", NULL) /* ProgramFilesCommonX86 */
    FOLDER(6D809377, 6AF0, 444B, 89, 57, A3, 77, 3F, 02, 20, 0E, -1, -1, PROGRAM_FILES_X64, L"", NULL) /* ProgramFilesX64 */
    FOLDER(7C5A40EF, A0FB, 4BFC, 87, 4A, C0, F2, E0, B9, FA, 8E, CSIDL_PROGRAM_FILESX86, -1, PROGRAM_FILES_X86, L"", NULL) /* ProgramFilesX86 */
    FOLDER(A77F5D77, 2E2B, 44C3, A6, A2, AB, A6, 01, 05, 4A, 51, CSIDL_PROGRAMS, -1, APPDATA, L"Microsoft\\Windows\\Start Menu\\Programs", L"Programs") /* Programs */
    FOLDER(DFDF76A2, C82A, 4D63, 90, 6A, 56, 44, AC, 45, 73, 85, -1, -1, PUBLIC, L"", NULL) /* Public */
    FOLDER(C4AA340D, F20F, 4863, AF, EF, F8, 7E, F2, E6, BA, 25, CSIDL_COMMON_DESKTOPDIRECTORY, -1, PUBLIC, L"Desktop", L"Common Desktop") /* PublicDesktop */
    FOLDER(ED4824AF, DCE4, 45A8, 81, E2, FC, 79, 65, 08, 36, 34, CSIDL_COMMON_DOCUMENTS, -1, PUBLIC, L"Documents", L"Common Documents") /* PublicDocuments */
    FOLDER(3D644C9B, 1FB8, 4F30, 9B, 45, F6, 70, 23, 5F, 79, C0, -1, -1, PUBLIC, L"Downloads", NULL) /* PublicDownloads */
    FOLDER(DEBF2536, E1A8, 4C59, B6, A2, 41, 45, 86, 47, 6A, EA, -1, -1, PROGRAMDATA, L"Microsoft\\Windows\\GameExplorer", NULL) /* PublicGameTasks */
    FOLDER(48DAF80B, E6CF, 4F4E, B8, 00, 0E, 69, D8, 4E, E3, 84, -1, -1, PROGRAMDATA, L"Microsoft\\Windows\\Libraries", NULL) /* PublicLibraries */
    FOLDER(3214FAB5, 9757, 4298, BB, 61, 92, A9, DE, AA, 44, FF, CSIDL_COMMON_MUSIC, -1, PUBLIC, L"Music", L"CommonMusic") /* PublicMusic */
    FOLDER(B6EBFB86, 6907, 413C, 9A, F7, 4F, C2, AB, F0, 7C, C5, CSIDL_COMMON_PICTURES, -1, PUBLIC, L"Pictures", L"CommonPictures") /* PublicPictures */
    FOLDER(E555AB60, 153B, 4D17, 9F, 04, A5, FE, 99, FC, 15, EC, -1, -1, PROGRAMDATA, L"Microsoft\\Windows\\Ringtones", NULL) /* PublicRingtones */
    FOLDER(0482AF6C, 08F1, 4C34, 8C, 90, E1, 7E, C9, 8B, 1E, 17, -1, -1, PUBLIC, L"AccountPictures", NULL) /* PublicUserTiles */
    FOLDER(2400183A, 6185, 49FB, A2, D8, 4A, 39, 2A, 60, 2B, A3, CSIDL_COMMON_VIDEO, -1, PUBLIC, L"Videos", L"CommonVideo") /* PublicVideos */
    FOLDER(52A4F021, 7B75, 48A9, 9F, 6B, 4B, 87, A2, 10, BC, 8F, -1, -1, APPDATA, L"Microsoft\\Internet Explorer\\Quick Launch", NULL) /* QuickLaunch */
    FOLDER(AE50C081, EBD2, 438A, 86, 55, 8A, 09, 2E, 34, 98, 7A, CSIDL_RECENT, -1, APPDATA, L"Microsoft\\Windows\\Recent", L"Recent") /* Recent */
    FOLDER(1A6FDBA2, F42D, 4358, A7, 98, B7, 4D, 74, 59, 26, C5, -1, -1, PUBLIC, L"RecordedTV.library-ms", NULL) /* RecordedTVLibrary */
    FOLDER(B7534046, 3ECB, 4C18, BE, 4E, 64, CD, 4C, B7, D6, AC, CSIDL_BITBUCKET, -1, VIRTUAL, L"", NULL) /* RecycleBinFolder */
    FOLDER(8AD10C31, 2ADB, 4296, A8, F7, E4, 70, 12, 32, C9, 72, CSIDL_RESOURCES, -1, WINDOWS, L"Resources", NULL) /* ResourceDir */
    FOLDER(C870044B, F49E, 4126, A9, C3, B5, 2A, 1F, F4, 11, E8, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\Ringtones", NULL) /* Ringtones */
    FOLDER(AAA8D5A5, F1D6, 4259, BA, A8, 78, E7, EF, 60, 83, 5E, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\RoamedTileImages", NULL) /* RoamedTileImages */
    FOLDER(3EB685DB, 65F9, 4CF6, A0, 3A, E3, EF, 65, 72, 9F, 3D, CSIDL_APPDATA, -1, APPDATA, L"", L"AppData") /* RoamingAppData */
    FOLDER(00BCFC5A, ED94, 4E48, 96, A1, 3F, 62, 17, F2, 19, 90, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\RoamingTiles", NULL) /* RoamingTiles */
    FOLDER(B250C668, F57D, 4EE1, A6, 3C, 29, 0E, E7, D1, AA, 1F, -1, -1, PUBLIC, L"Music\\Sample Music", NULL) /* SampleMusic */
    FOLDER(C4900540, 2379, 4C75, 84, 4B, 64, E6, FA, F8, 71, 6B, -1, -1, PUBLIC, L"Pictures\\Sample Pictures", NULL) /* SamplePictures */
    FOLDER(15CA69B3, 30EE, 49C1, AC, E1, 6B, 5E, C3, 72, AF, B5, -1, -1, PUBLIC, L"Music\\Sample Playlists", NULL) /* SamplePlaylists */
    FOLDER(859EAD94, 2E85, 48AD, A7, 1A, 09, 69, CB, 56, A6, CD, -1, -1, PUBLIC, L"Videos\\Sample Videos", NULL) /* SampleVideos */
    FOLDER(4C5C32FF, BB9D, 43B0, B5, B4, 2D, 72, E5, 4E, AA, A4, -1, -1, USERPROFILE, L"Saved Games", NULL) /* SavedGames */
    FOLDER(3B193882, D3AD, 4EAB, 96, 5A, 69, 82, 9D, 1F, B5, 9F, -1, -1, USERPROFILE, L"Pictures\\Saved Pictures", NULL) /* SavedPictures */
    FOLDER(E25B5812, BE88, 4BD9, 94, B0, 29, 23, 34, 77, B6, C3, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries\\SavedPictures.library-ms", NULL) /* SavedPicturesLibrary */
    FOLDER(7D1D3A04, DEBB, 4115, 95, CF, 2F, 29, DA, 29, 20, DA, -1, -1, USERPROFILE, L"Searches", NULL) /* SavedSearches */
    FOLDER(B7BEDE81, DF94, 4682, A7, D8, 57, A5, 26, 20, B8, 6F, -1, -1, USERPROFILE, L"Pictures\\Screenshots", NULL) /* Screenshots */
    FOLDER(EE32E446, 31CA, 4ABA, 81, 4F, A5, EB, D2, FD, 6D, 5E, -1, -1, VIRTUAL, L"", NULL) /* SEARCH_CSC */
    FOLDER(98EC0E18, 2098, 4D44, 86, 44, 66, 97, 93, 15, A2, 81, -1, -1, VIRTUAL, L"", NULL) /* SEARCH_MAPI */
    FOLDER(0D4C3DB6, 03A3, 462F, A0, E6, 08, 92, 4C, 41, B5, D4, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\ConnectedSearch\\History", NULL) /* SearchHistory */
    FOLDER(190337D1, B8CA, 4121, A6, 39, 6D, 47, 2D, 16, 97, 2A, -1, -1, VIRTUAL, L"", NULL) /* SearchHome */
    FOLDER(7E636BFE, DFA9, 4D5E, B4, 56, D7, B3, 98, 51, D8, A9, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows\\ConnectedSearch\\Templates", NULL) /* SearchTemplates */
    FOLDER(8983036C, 27C0, 404B, 8F, 08, 10, 2D, 10, DC, FD, 74, CSIDL_SENDTO, -1, APPDATA, L"Microsoft\\Windows\\SendTo", L"SendTo") /* SendTo */
    FOLDER(7B396E54, 9EC5, 4300, BE, 0A, 24, 82, EB, AE, 1A, 26, -1, -1, PROGRAM_FILES, L"Windows Sidebar\\Gadgets", NULL) /* SidebarDefaultParts */
    FOLDER(A75D362E, 50FC, 4FB7, AC, 2C, A8, BE, AA, 31, 44, 93, -1, -1, LOCALAPPDATA, L"Microsoft\\Windows Sidebar\\Gadgets", NULL) /* SidebarParts */
    FOLDER(A52BBA46, E9E1, 435F, B3, D9, 28, DA, A6, 48, C0, F6, -1, -1, USERPROFILE, L"OneDrive", NULL) /* SkyDrive */
    FOLDER(767E6811, 49CB, 4273, 87, C2, 20, F3, 55, E1, 08, 5B, -1, -1, USERPROFILE, L"OneDrive\\Pictures\\Camera Roll", NULL) /* SkyDriveCameraRoll */
    FOLDER(24D89E24, 2F19, 4534, 9D, DE, 6A, 66, 71, FB, B8, FE, -1, -1, USERPROFILE, L"OneDrive\\Documents", NULL) /* SkyDriveDocuments */
    FOLDER(339719B5, 8C47, 4894, 94, C2, D8, F7, 7A, DD, 44, A6, -1, -1, USERPROFILE, L"OneDrive\\Pictures", NULL) /* SkyDrivePictures */
    FOLDER(625B53C3, AB48, 4EC1, BA, 1F, A1, EF, 41, 46, FC, 19, CSIDL_STARTMENU, -1, APPDATA, L"Microsoft\\Windows\\Start Menu", L"Start Menu") /* StartMenu */
    FOLDER(B97D20BB, F46A, 4C97, BA, 10, 5E, 36, 08, 43, 08, 54, CSIDL_STARTUP, CSIDL_ALTSTARTUP, APPDATA, L"Microsoft\\Windows\\Start Menu\\Programs\\StartUp", L"Startup") /* Startup */
    FOLDER(43668BF8, C14E, 49B2, 97, C9, 74, 77, 84, D7, 84, B7, -1, -1, VIRTUAL, L"", NULL) /* SyncManagerFolder */
    FOLDER(289A9A43, BE44, 4057, A4, 1B, 58, 7A, 76, D7, E7, F9, -1, -1, VIRTUAL, L"", NULL) /* SyncResultsFolder */
    FOLDER(0F214138, B1D3, 4A90, BB, A9, 27, CB, C0, C5, 38, 9A, -1, -1, VIRTUAL, L"", NULL) /* SyncSetupFolder */
    FOLDER(1AC14E77, 02E7, 4E5D, B7, 44, 2E, B1, AE, 51, 98, B7, CSIDL_SYSTEM, -1, WINDOWS, L"system32", NULL) /* System */
    FOLDER(D65231B0, B2F1, 4857, A4, CE, A8, E7, C6, EA, 7D, 27, CSIDL_SYSTEMX86, -1, WINDOWS, L"SysWOW64", NULL) /* SystemX86 */
    FOLDER(A63293E8, 664E, 48DB, A0, 79, DF, 75, 9E, 05, 09, F7, CSIDL_TEMPLATES, -1, APPDATA, L"Microsoft\\Windows\\Templates", L"Templates") /* Templates */
    FOLDER(9E3995AB, 1F9C, 4F13, B8, 27, 48, B2, 4B, 6C, 71, 74, -1, -1, APPDATA, L"Microsoft\\Internet Explorer\\Quick Launch\\User Pinned", NULL) /* UserPinned */
    FOLDER(0762D272, C50A, 4BB0, A3, 82, 69, 7D, CD, 72, 9B, 80, -1, -1, PROFILES, L"", NULL) /* UserProfiles */
    FOLDER(5CD7AEE2, 2219, 4A67, B8, 5D, 6C, 9C, E1, 56, 60, CB, -1, -1, LOCALAPPDATA, L"Programs", NULL) /* UserProgramFiles */
    FOLDER(BCBD3057, CA5C, 4622, B4, 2D, BC, 56, DB, 0A, E5, 16, -1, -1, LOCALAPPDATA, L"Programs\\Common", NULL) /* UserProgramFilesCommon */
    FOLDER(F3CE0F7C, 4901, 4ACC, 86, 48, D5, D4, 4B, 04, EF, 8F, -1, -1, VIRTUAL, L"", NULL) /* UsersFiles */
    FOLDER(A302545D, DEFF, 464B, AB, E8, 61, C8, 64, 8D, 93, 9B, -1, -1, VIRTUAL, L"", NULL) /* UsersLibraries */
    FOLDER(18989B1D, 99B5, 455B, 84, 1C, AB, 7C, 74, E4, DD, FC, CSIDL_MYVIDEO, -1, USERPROFILE, L"Videos", L"My Video") /* Videos */
    FOLDER(491E922F, 5643, 4AF4, A7, EB, 4E, 7A, 13, 8D, 81, 74, -1, -1, APPDATA, L"Microsoft\\Windows\\Libraries\\Videos.library-ms", NULL) /* VideosLibrary */
    FOLDER(F38BF404, 1D43, 42F2, 93, 05, 67, DE, 0B, 28, FC, 23, CSIDL_WINDOWS, -1, WINDOWS, L"", NULL) /* Windows */
};

const unsigned shell_folder_count = sizeof(shell_folders) / sizeof(shell_folders[0]);
