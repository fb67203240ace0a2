/* SPDX-License-Identifier: MIT */
/* test_folder.h: a folder of the test's own in the temporary one, `dir`, and full names of what is in it. */
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include "test.h"

static WCHAR dir[MAX_PATH];

/* The last eight results are kept. */
static const WCHAR *path(const WCHAR *name)
{
    static WCHAR text[8][MAX_PATH];
    static unsigned turn;
    WCHAR *result = text[turn++ % 8];

    swprintf(result, MAX_PATH, L"%ls\\%ls", dir, name);
    return result;
}

static void make_test_folder(const WCHAR *name)
{
    GetTempPathW(MAX_PATH, dir);
    swprintf(dir + wcslen(dir), 64, L"transom-%ls-%lu", name, GetCurrentProcessId());
    ok(CreateDirectoryW(dir, NULL), "error %lu", GetLastError());
}

#endif
