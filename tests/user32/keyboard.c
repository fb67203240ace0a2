/* SPDX-License-Identifier: MIT */
/* MapVirtualKey, VkKeyScan, ToUnicode and ToAscii with the layout of a US keyboard. */
#include "../test.h"

#ifndef MAPVK_VK_TO_VSC_EX
#define MAPVK_VK_TO_VSC_EX 4
#endif

static int typed(UINT key, UINT held, BYTE how)
{
    BYTE state[256] = { 0 };
    WCHAR text[4] = { 0xfffe, 0xfffe };

    state[held] = how;
    return ToUnicode(key, MapVirtualKeyW(key, MAPVK_VK_TO_VSC), state, text, 4, 0) == 1 ? text[0] : -1;
}

static void test_typed(void)
{
    BYTE state[256] = { 0 };
    WCHAR text[2];
    WORD ansi = 0;

    ok_hex(typed('A', 0, 0), 'a');
    ok_hex(typed('A', VK_SHIFT, 0x80), 'A');
    ok_hex(typed('A', VK_CAPITAL, 1), 'A');
    ok_hex(typed('A', VK_CONTROL, 0x80), 1);
    ok_hex(typed('A', VK_MENU, 0x80), 'a');
    ok_hex(typed('1', VK_SHIFT, 0x80), '!');
    ok_hex(typed('1', VK_CAPITAL, 1), '1');
    ok_hex(typed('1', VK_CONTROL, 0x80), -1);
    ok_hex(typed(VK_OEM_2, VK_SHIFT, 0x80), '?');
    ok_hex(typed(VK_OEM_4, VK_CONTROL, 0x80), 0x1b);
    ok_hex(typed(VK_NUMPAD7, 0, 0), '7');
    ok_hex(typed(VK_F1, 0, 0), -1);
    ok_hex(typed(VK_MENU, 0, 0), -1);
    ok_int(ToUnicode('A', 0x801e, state, text, 2, 0), 0);
    ok_int(ToAscii('B', 0x30, state, &ansi, 0), 1);
    ok_hex(ansi, 'b');
}

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
    test_typed();
}
