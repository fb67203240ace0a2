/* SPDX-License-Identifier: MIT */
/* MapVirtualKey and VkKeyScan with the layout of a US keyboard. */
#include "../test.h"

#ifndef MAPVK_VK_TO_VSC_EX
#define MAPVK_VK_TO_VSC_EX 4
#endif

TESTS
{
    char name[KL_NAMELENGTH];

    if (!GetKeyboardLayoutNameA(name) || strcmp(name, "00000409")) {
        skip("another layout");
        return;
    }
    ok_hex(MapVirtualKeyW('A', MAPVK_VK_TO_VSC), 0x1e);
    ok_hex(MapVirtualKeyW(VK_RETURN, MAPVK_VK_TO_VSC), 0x1c);
    ok_hex(MapVirtualKeyW(VK_LEFT, MAPVK_VK_TO_VSC), 0x4b);
    ok_hex(MapVirtualKeyW(VK_RCONTROL, MAPVK_VK_TO_VSC_EX), 0xe01d);
    ok_hex(MapVirtualKeyW(0x1e, MAPVK_VSC_TO_VK), 'A');
    ok_hex(MapVirtualKeyW(0x36, MAPVK_VSC_TO_VK), VK_SHIFT);
    ok_hex(MapVirtualKeyW(0x36, MAPVK_VSC_TO_VK_EX), VK_RSHIFT);
    ok_hex(MapVirtualKeyA('Q', MAPVK_VK_TO_CHAR), 'Q');
    ok_hex(MapVirtualKeyA(VK_OEM_COMMA, MAPVK_VK_TO_CHAR), ',');
    ok_hex(MapVirtualKeyW(VK_F1, MAPVK_VK_TO_CHAR), 0);
    ok_hex(VkKeyScanW('a'), 'A');
    ok_hex(VkKeyScanW('A'), 'A' | 0x100);
    ok_hex(VkKeyScanA('!'), '1' | 0x100);
    ok_hex(VkKeyScanA('/'), VK_OEM_2);
    ok_hex(VkKeyScanW(3), 'C' | 0x200);
    ok_int(VkKeyScanW(0x4e2d), -1);
}
