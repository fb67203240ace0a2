/* SPDX-License-Identifier: MIT */
/*
 * numeric.cpp: what of numeric.h does not depend on the character type.
 */
#include "numeric.h"

namespace std
{

int format_text(char *to, size_t size, const char *format, ...)
{
    va_list args;
    int count;

    va_start(args, format);
    /* 2: as the standard's snprintf; the length wanted is returned. The "C" locale's notation: a null locale is the
     * current one, so the decimal point is put right. */
    count = __stdio_common_vsprintf(2, to, size, format, nullptr, args);
    va_end(args);
    if (count > 0 && (size_t)count < size) {
        const char *point = localeconv()->decimal_point;

        if (*point != '.')
            for (char *p = to; *p; p++)
                if (*p == *point)
                    *p = '.';
    }
    return count;
}

/* The groups between separators, the first being the leftmost, against the grouping, whose first is the rightmost. */
bool grouping_fits(const string &grouping, const string &groups)
{
    size_t rule = 0;

    for (size_t i = groups.size(); i > 0; i--) {
        char wanted = grouping[rule];

        if (wanted > 0 && wanted < 127 && (i > 1 ? groups[i - 1] != wanted : groups[0] > wanted || !groups[0]))
            return false;
        if (rule + 1 < grouping.size())
            rule++;
    }
    return true;
}

unsigned long long parse_integer(const char *text, int base, unsigned long long maximum, bool is_signed, bool &failed)
{
    unsigned long long value = 0, limit = ~0ull;
    bool negative = *text == '-', overflow = false;

    if (*text == '-' || *text == '+')
        text++;
    if ((base == 0 || base == 16) && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    } else if (base == 0) {
        base = text[0] == '0' ? 8 : 10;
    }
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text >= 'a' ? *text - 'a' + 10 : *text >= 'A' ? *text - 'A' + 10 : *text - '0');

        if (digit >= (unsigned)base) { /* "08" */
            failed = true;
            break;
        }
        if (value > (limit - digit) / (unsigned)base)
            overflow = true;
        value = value * (unsigned)base + digit;
    }
    if (is_signed) {
        if (overflow || value > maximum + negative) {
            failed = true;
            value = maximum + negative;
        }
        return negative ? 0 - value : value;
    }
    if (overflow || value > maximum) {
        failed = true;
        return maximum;
    }
    return negative ? (0 - value) & (maximum == 1 ? ~0ull : maximum) : value;
}

} // namespace std
