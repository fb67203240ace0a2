/* SPDX-License-Identifier: MIT */
/* start.c: what a program finds when main() begins. */
#include <errno.h>
#include <io.h>
#include "../test.h"

TESTS
{
    ok(test_argc >= 1, "argc is %d", test_argc);
    ok(!test_argv[test_argc], "argv has no end");
    ok(getenv("SystemRoot") || getenv("SYSTEMROOT"), "no environment");
    ok_int(_fileno(stdin), 0);
    ok_int(_fileno(stdout), 1);
    ok_int(_fileno(stderr), 2);
    ok_int(errno, 0);
    ok_int(printf("%s %d %c\n", "printf", 42, '.'), 12);
    ok_int(fflush(NULL), 0);
}
