/* SPDX-License-Identifier: MIT */
/* winuser_keyboard.c: the layout of a US keyboard: which key has which scan code, and which character it gives. */
#include "winuser_private.h"

/* By scan code (set 1); keys of which there are two have the one that is told apart. */
static const BYTE key_of_scan_code[0x59] = {
    0,         VK_ESCAPE,   '1',         '2',          '3',         '4',        '5',          '6',           '7',
    '8',       '9',         '0',         VK_OEM_MINUS, VK_OEM_PLUS, VK_BACK,    VK_TAB,       'Q',           'W',
    'E',       'R',         'T',         'Y',          'U',         'I',        'O',          'P',           VK_OEM_4,
    VK_OEM_6,  VK_RETURN,   VK_LCONTROL, 'A',          'S',         'D',        'F',          'G',           'H',
    'J',       'K',         'L',         VK_OEM_1,     VK_OEM_7,    VK_OEM_3,   VK_LSHIFT,    VK_OEM_5,      'Z',
    'X',       'C',         'V',         'B',          'N',         'M',        VK_OEM_COMMA, VK_OEM_PERIOD, VK_OEM_2,
    VK_RSHIFT, VK_MULTIPLY, VK_LMENU,    VK_SPACE,     VK_CAPITAL,  VK_F1,      VK_F2,        VK_F3,         VK_F4,
    VK_F5,     VK_F6,       VK_F7,       VK_F8,        VK_F9,       VK_F10,     VK_NUMLOCK,   VK_SCROLL,     VK_HOME,
    VK_UP,     VK_PRIOR,    VK_SUBTRACT, VK_LEFT,      VK_CLEAR,    VK_RIGHT,   VK_ADD,       VK_END,        VK_DOWN,
    VK_NEXT,   VK_INSERT,   VK_DELETE,   VK_SNAPSHOT,  0,           VK_OEM_102, VK_F11,       VK_F12,
};

/* Those whose code has the prefix 0xe0 (the arrows and their like have none without a numeric pad's meaning). */
static const struct {
    BYTE key, code;
} extended_keys[] = {
    { VK_RCONTROL, 0x1d }, { VK_DIVIDE, 0x35 }, { VK_RMENU, 0x38 }, { VK_HOME, 0x47 },
    { VK_UP, 0x48 },       { VK_PRIOR, 0x49 },  { VK_LEFT, 0x4b },  { VK_RIGHT, 0x4d },
    { VK_END, 0x4f },      { VK_DOWN, 0x50 },   { VK_NEXT, 0x51 },  { VK_INSERT, 0x52 },
    { VK_DELETE, 0x53 },   { VK_LWIN, 0x5b },   { VK_RWIN, 0x5c },  { VK_APPS, 0x5d },
};

static const struct {
    BYTE key;
    char plain, shifted;
} characters[] = {
    { VK_OEM_1, ';', ':' },      { VK_OEM_PLUS, '=', '+' }, { VK_OEM_COMMA, ',', '<' }, { VK_OEM_MINUS, '-', '_' },
    { VK_OEM_PERIOD, '.', '>' }, { VK_OEM_2, '/', '?' },    { VK_OEM_3, '`', '~' },     { VK_OEM_4, '[', '{' },
    { VK_OEM_5, '\\', '|' },     { VK_OEM_6, ']', '}' },    { VK_OEM_7, '\'', '"' },    { VK_OEM_102, '\\', '|' },
    { VK_SPACE, ' ', ' ' },      { VK_RETURN, '\r', '\r' }, { VK_TAB, '\t', '\t' },     { VK_BACK, '\b', '\b' },
    { VK_ESCAPE, 27, 27 },       { VK_MULTIPLY, '*', '*' }, { VK_ADD, '+', '+' },       { VK_SUBTRACT, '-', '-' },
    { VK_DECIMAL, '.', '.' },    { VK_DIVIDE, '/', '/' },
};

static const char shifted_digits[] = ")!@#$%^&*(";

static UINT plain_key(UINT key)
{
    switch (key) {
    case VK_SHIFT:
        return VK_LSHIFT;
    case VK_CONTROL:
        return VK_LCONTROL;
    case VK_MENU:
        return VK_LMENU;
    }
    return key;
}

static UINT scan_code(UINT key, BOOL with_prefix)
{
    unsigned i;

    key = plain_key(key);
    for (i = 0; i < ARRAY_SIZE(extended_keys); i++)
        if (extended_keys[i].key == key)
            return extended_keys[i].code | (with_prefix ? 0xe000 : 0);
    for (i = 1; i < ARRAY_SIZE(key_of_scan_code); i++)
        if (key_of_scan_code[i] == key)
            return i;
    return key >= VK_NUMPAD0 && key <= VK_NUMPAD9 ? (BYTE) "\x52\x4f\x50\x51\x4b\x4c\x4d\x47\x48\x49"[key - VK_NUMPAD0]
                                                  : 0;
}

static UINT key_of(UINT code, BOOL sides)
{
    UINT key = 0;
    unsigned i;

    if ((code & 0xff00) == 0xe000) {
        for (i = 0; i < ARRAY_SIZE(extended_keys); i++)
            if (extended_keys[i].code == (code & 0xff))
                key = extended_keys[i].key;
    } else if (code < ARRAY_SIZE(key_of_scan_code)) {
        key = key_of_scan_code[code];
    }
    if (sides)
        return key;
    switch (key) {
    case VK_LSHIFT:
    case VK_RSHIFT:
        return VK_SHIFT;
    case VK_LCONTROL:
    case VK_RCONTROL:
        return VK_CONTROL;
    case VK_LMENU:
    case VK_RMENU:
        return VK_MENU;
    }
    return key;
}

static UINT character_of(UINT key)
{
    unsigned i;

    if ((key >= '0' && key <= '9') || (key >= 'A' && key <= 'Z'))
        return key;
    if (key >= VK_NUMPAD0 && key <= VK_NUMPAD9)
        return key - VK_NUMPAD0 + '0';
    for (i = 0; i < ARRAY_SIZE(characters); i++)
        if (characters[i].key == key)
            return characters[i].plain;
    return 0;
}

UINT WINAPI MapVirtualKeyExW(UINT code, UINT type, HKL layout)
{
    (void)layout;
    switch (type) {
    case MAPVK_VK_TO_VSC:
        return scan_code(code, FALSE);
    case MAPVK_VSC_TO_VK:
        return key_of(code, FALSE);
    case MAPVK_VK_TO_CHAR:
        return character_of(code);
    case MAPVK_VSC_TO_VK_EX:
        return key_of(code, TRUE);
    case MAPVK_VK_TO_VSC_EX:
        return scan_code(code, TRUE);
    }
    return 0;
}

UINT WINAPI MapVirtualKeyExA(UINT code, UINT type, HKL layout)
{
    return MapVirtualKeyExW(code, type, layout);
}

UINT WINAPI MapVirtualKeyW(UINT code, UINT type)
{
    return MapVirtualKeyExW(code, type, NULL);
}

UINT WINAPI MapVirtualKeyA(UINT code, UINT type)
{
    return MapVirtualKeyExW(code, type, NULL);
}

/* The key in the low byte, Shift 1 and Ctrl 2 in the high one; -1: no key gives this character. */
SHORT WINAPI VkKeyScanExW(WCHAR c, HKL layout)
{
    const char *digit;
    unsigned i;

    (void)layout;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 'A';
    if (c >= 'A' && c <= 'Z')
        return c | 0x100;
    if (c >= '0' && c <= '9')
        return c;
    for (i = 0; i < ARRAY_SIZE(characters); i++) {
        if ((BYTE)characters[i].plain == c)
            return characters[i].key;
        if ((BYTE)characters[i].shifted == c)
            return characters[i].key | 0x100;
    }
    if (c && c < 0x80 && (digit = strchr(shifted_digits, c)))
        return (SHORT)('0' + (digit - shifted_digits)) | 0x100;
    if (c && c <= 26)
        return (c + 'A' - 1) | 0x200;
    return -1;
}

SHORT WINAPI VkKeyScanW(WCHAR c)
{
    return VkKeyScanExW(c, NULL);
}

SHORT WINAPI VkKeyScanExA(CHAR c, HKL layout)
{
    WCHAR wide = 0;

    return MultiByteToWideChar(CP_ACP, 0, &c, 1, &wide, 1) == 1 ? VkKeyScanExW(wide, layout) : -1;
}

SHORT WINAPI VkKeyScanA(CHAR c)
{
    return VkKeyScanExA(c, NULL);
}

/* The character that a key gives with the other keys as they are; -1: none. Ctrl with letters and a few signs gives the
 * control characters, Ctrl with Alt nothing, as the layout has no third level; Alt alone does not matter. */
static int typed_character(UINT key, const BYTE *state)
{
    BOOL shift = state && state[VK_SHIFT] & 0x80, control = state && state[VK_CONTROL] & 0x80;
    BOOL alt = state && state[VK_MENU] & 0x80, locked = state && state[VK_CAPITAL] & 1;

    if (control) {
        if (alt)
            return -1;
        if (key >= 'A' && key <= 'Z')
            return (int)key - 'A' + 1;
        switch (key) {
        case VK_OEM_4:
            return shift ? -1 : 0x1b;
        case VK_OEM_5:
        case VK_OEM_102:
            return shift ? -1 : 0x1c;
        case VK_OEM_6:
            return shift ? -1 : 0x1d;
        case '6':
            return shift ? 0x1e : -1;
        case VK_OEM_MINUS:
            return shift ? 0x1f : -1;
        case '2':
            return shift ? 0 : -1;
        case VK_SPACE:
            return shift ? -1 : ' ';
        case VK_RETURN:
            return shift ? -1 : '\n';
        case VK_BACK:
            return shift ? -1 : 0x7f;
        case VK_ESCAPE:
            return shift ? -1 : 0x1b;
        }
        return -1;
    }
    if (key >= 'A' && key <= 'Z')
        return (int)(shift != locked ? key : key + 'a' - 'A');
    if (key >= '0' && key <= '9')
        return shift ? shifted_digits[key - '0'] : (int)key;
    for (unsigned i = 0; i < ARRAY_SIZE(characters); i++)
        if (characters[i].key == key)
            return shift ? characters[i].shifted : characters[i].plain;
    return key >= VK_NUMPAD0 && key <= VK_NUMPAD9 ? (int)(key - VK_NUMPAD0 + '0') : -1;
}

/* The layout has no dead keys, so there is one character or none; a key that goes up (bit 15 of the scan code) gives none. */
int WINAPI ToUnicodeEx(UINT key, UINT code, const BYTE *state, LPWSTR buffer, int size, UINT flags, HKL layout)
{
    int character = code & 0x8000 ? -1 : typed_character(key, state);

    (void)flags, (void)layout;
    if (character < 0 || size < 1)
        return 0;
    buffer[0] = (WCHAR)character;
    if (size > 1)
        buffer[1] = 0;
    return 1;
}

int WINAPI ToUnicode(UINT key, UINT code, const BYTE *state, LPWSTR buffer, int size, UINT flags)
{
    return ToUnicodeEx(key, code, state, buffer, size, flags, NULL);
}

int WINAPI ToAsciiEx(UINT key, UINT code, const BYTE *state, LPWORD characters_out, UINT flags, HKL layout)
{
    WCHAR wide;
    int count = ToUnicodeEx(key, code, state, &wide, 1, flags, layout);

    if (count)
        *characters_out = wide;
    return count;
}

int WINAPI ToAscii(UINT key, UINT code, const BYTE *state, LPWORD characters_out, UINT flags)
{
    return ToAsciiEx(key, code, state, characters_out, flags, NULL);
}

BOOL WINAPI GetKeyboardLayoutNameW(LPWSTR name)
{
    wcscpy(name, L"00000409");
    return TRUE;
}

BOOL WINAPI GetKeyboardLayoutNameA(LPSTR name)
{
    strcpy(name, "00000409");
    return TRUE;
}
