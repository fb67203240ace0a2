/* SPDX-License-Identifier: MIT */
/*
 * schtasks: there is no task scheduler, so its store is empty: queries find nothing, and what names a task does not find it.
 * A task that is to be made is refused, as it would never run.
 */
#include "../common/text.h"
#include <wchar.h>

static const WCHAR *value_of(int argc, WCHAR **argv, const WCHAR *option)
{
    for (int i = 2; i + 1 < argc; i++)
        if (is_option(argv[i], option))
            return argv[i + 1];
    return NULL;
}

static int query(const WCHAR *task)
{
    if (task) {
        err(L"ERROR: The system cannot find the file specified.\r\n");
        return 1;
    }
    out(L"\r\nFolder: \\\r\nINFO: There are no scheduled tasks presently available at your access level.\r\n");
    return 0;
}

int wmain(int argc, WCHAR **argv)
{
    static const WCHAR *const others[] = { L"change", L"delete", L"end", L"run", L"showsid" };
    const WCHAR *task = value_of(argc, argv, L"tn");
    if (argc == 1 || is_option(argv[1], L"query"))
        return query(task);
    if (is_option(argv[1], L"create")) {
        err(L"ERROR: The task scheduler service is not running.\r\n");
        return 1;
    }
    for (size_t i = 0; i < ARRAYSIZE(others); i++) {
        if (!is_option(argv[1], others[i]))
            continue;
        if (task)
            err(L"ERROR: The specified task name \"%s\" does not exist in the system.\r\n", task);
        else
            err(L"ERROR: Invalid syntax. Mandatory option 'tn' is missing.\r\nType \"SCHTASKS /%s /?\" for usage.\r\n",
                argv[1] + 1);
        return 1;
    }
    err(L"ERROR: Invalid argument/option - '%s'.\r\nType \"SCHTASKS /?\" for usage.\r\n", argv[1]);
    return 1;
}
