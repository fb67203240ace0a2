/* SPDX-License-Identifier: MIT */
/*
 * time_get.cpp: the facet that reads dates and times. What it accepts is strptime's, as the C++ standard has it.
 */
#include "ios.h"
#include "facets.h"

namespace std
{

class EXPORTED time_base : public locale::facet
{
  public:
    enum dateorder { no_order, dmy, mdy, ymd, ydm };

    time_base(size_t references = 0) : locale::facet(references) {}
    ~time_base() noexcept override {}
};

template <class Elem, class In> class time_get : public time_base
{
  public:
    static locale::id id;
    typedef ios_base::iostate iostate;

    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new time_get(_Locinfo(from->name()));
        return 5; /* LC_TIME */
    }
    dateorder date_order() const
    {
        return do_date_order();
    }
    In get_time(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return do_get_time(first, last, stream, state, time);
    }
    In get_date(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return do_get_date(first, last, stream, state, time);
    }
    In get_weekday(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return do_get_weekday(first, last, stream, state, time);
    }
    In get_monthname(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return do_get_monthname(first, last, stream, state, time);
    }
    In get_year(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return do_get_year(first, last, stream, state, time);
    }
    In get(In first, In last, ios_base &stream, iostate &state, tm *time, char specifier, char modifier = 0) const
    {
        state = ios_base::goodbit;
        return do_get(first, last, stream, state, time, specifier, modifier);
    }
    In get(In first, In last, ios_base &stream, iostate &state, tm *time, const Elem *format, const Elem *end) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());

        state = ios_base::goodbit;
        for (; format != end && state == ios_base::goodbit; ++format) {
            if (chars.is(ctype_base::space, *format)) {
                skip_space(first, last, chars);
                continue;
            }
            if (chars.narrow(*format) != '%') {
                if (first == last)
                    state |= ios_base::eofbit | ios_base::failbit;
                else if (chars.tolower(*first) != chars.tolower(*format))
                    state |= ios_base::failbit;
                else
                    ++first;
                continue;
            }

            char specifier, modifier = 0;

            if (++format == end) {
                state |= ios_base::failbit;
                break;
            }
            specifier = chars.narrow(*format);
            if (specifier == 'E' || specifier == 'O' || specifier == '#') {
                if (++format == end) {
                    state |= ios_base::failbit;
                    break;
                }
                modifier = specifier;
                specifier = chars.narrow(*format);
            }
            first = do_get(first, last, stream, state, time, specifier, modifier);
        }
        if (first == last)
            state |= ios_base::eofbit;
        return first;
    }
    explicit time_get(size_t references = 0) : time_base(references)
    {
        _Init(_Locinfo());
    }
    time_get(const _Locinfo &info, size_t references = 0) : time_base(references)
    {
        _Init(info);
    }

  protected:
    ~time_get() noexcept override {}
    void _Init(const _Locinfo &info)
    {
        days = info._Getdays();
        months = info._Getmonths();
        order = (dateorder)info._Getdateorder();
    }
    virtual dateorder do_date_order() const
    {
        return order;
    }
    virtual In do_get_time(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return fields(first, last, stream, state, time, "H:M:S");
    }
    virtual In do_get_date(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());
        static const char orders[][4] = { "mdy", "dmy", "mdy", "ymd", "ydm" };
        const char *next = orders[date_order()];

        for (int i = 0; i < 3 && !(state & ios_base::failbit); i++, next++) {
            if (i) {
                char c = first == last ? 0 : chars.narrow(*first);

                if (c == '/' || c == '-' || c == ',' || c == '.' || c == ':')
                    ++first;
            }
            skip_space(first, last, chars);
            first = *next == 'm'   ? month(first, last, stream, state, time)
                    : *next == 'd' ? number(first, last, chars, state, 1, 31, 2, time->tm_mday)
                                   : do_get_year(first, last, stream, state, time);
        }
        return first;
    }
    virtual In do_get_weekday(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return name(first, last, use_facet<ctype<Elem>>(stream.getloc()), state, days.c_str(), time->tm_wday);
    }
    virtual In do_get_monthname(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        return name(first, last, use_facet<ctype<Elem>>(stream.getloc()), state, months.c_str(), time->tm_mon);
    }
    /* Two digits are of 1969 to 2068. */
    virtual In do_get_year(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        int year = 0, digits = 0;

        first = number(first, last, use_facet<ctype<Elem>>(stream.getloc()), state, 0, 9999, 4, year, &digits);
        if (!(state & ios_base::failbit))
            time->tm_year = digits > 2 ? year - 1900 : year < 69 ? year + 100 : year;
        return first;
    }
    virtual In do_get(In first, In last, ios_base &stream, iostate &state, tm *time, char specifier, char = 0) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());
        int value;

        if (specifier != '%' && specifier != 'n' && specifier != 't')
            skip_space(first, last, chars);
        switch (specifier) {
        case 'a':
        case 'A':
            return do_get_weekday(first, last, stream, state, time);
        case 'b':
        case 'B':
        case 'h':
            return do_get_monthname(first, last, stream, state, time);
        case 'c':
            return fields(first, last, stream, state, time, "b d H:M:S Y");
        case 'C':
            value = 0;
            first = number(first, last, chars, state, 0, 99, 2, value);
            if (!(state & ios_base::failbit))
                time->tm_year = value * 100 - 1900;
            return first;
        case 'd':
        case 'e':
            return number(first, last, chars, state, 1, 31, 2, time->tm_mday);
        case 'D':
            return fields(first, last, stream, state, time, "m/d/y");
        case 'F':
            return fields(first, last, stream, state, time, "Y-m-d");
        case 'H':
            return number(first, last, chars, state, 0, 23, 2, time->tm_hour);
        case 'I':
            value = 0;
            first = number(first, last, chars, state, 1, 12, 2, value);
            if (!(state & ios_base::failbit))
                time->tm_hour = value % 12;
            return first;
        case 'j':
            value = 1;
            first = number(first, last, chars, state, 1, 366, 3, value);
            if (!(state & ios_base::failbit))
                time->tm_yday = value - 1;
            return first;
        case 'm':
            value = 1;
            first = number(first, last, chars, state, 1, 12, 2, value);
            if (!(state & ios_base::failbit))
                time->tm_mon = value - 1;
            return first;
        case 'M':
            return number(first, last, chars, state, 0, 59, 2, time->tm_min);
        case 'n':
        case 't':
            skip_space(first, last, chars);
            return first;
        case 'p':
            value = 0;
            first = name(first, last, chars, state, ":AM:am:PM:pm", value);
            if (!(state & ios_base::failbit) && value && time->tm_hour < 12)
                time->tm_hour += 12;
            return first;
        case 'r':
            return fields(first, last, stream, state, time, "I:M:S p");
        case 'R':
            return fields(first, last, stream, state, time, "H:M");
        case 'S':
            return number(first, last, chars, state, 0, 60, 2, time->tm_sec);
        case 'T':
        case 'X':
            return fields(first, last, stream, state, time, "H:M:S");
        case 'u':
            value = 1;
            first = number(first, last, chars, state, 1, 7, 1, value);
            if (!(state & ios_base::failbit))
                time->tm_wday = value % 7;
            return first;
        case 'w':
            return number(first, last, chars, state, 0, 6, 1, time->tm_wday);
        case 'U':
        case 'W':
            value = 0;
            return number(first, last, chars, state, 0, 53, 2, value);
        case 'x':
            return do_get_date(first, last, stream, state, time);
        case 'y':
            value = 0;
            first = number(first, last, chars, state, 0, 99, 2, value);
            if (!(state & ios_base::failbit))
                time->tm_year = value < 69 ? value + 100 : value;
            return first;
        case 'Y':
            value = 0;
            first = number(first, last, chars, state, 0, 9999, 4, value);
            if (!(state & ios_base::failbit))
                time->tm_year = value - 1900;
            return first;
        case '%':
            if (first != last && chars.narrow(*first) == '%')
                ++first;
            else
                state |= ios_base::failbit;
            return first;
        }
        state |= ios_base::failbit;
        return first;
    }

  private:
    static void skip_space(In &first, const In &last, const ctype<Elem> &chars)
    {
        while (first != last && chars.is(ctype_base::space, *first))
            ++first;
    }
    /* Letters are specifiers here, all else is itself. */
    In fields(In first, In last, ios_base &stream, iostate &state, tm *time, const char *format) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());

        for (; *format && !(state & ios_base::failbit); format++) {
            if (*format == ' ')
                skip_space(first, last, chars);
            else if ((*format | 0x20) >= 'a' && (*format | 0x20) <= 'z')
                first = do_get(first, last, stream, state, time, *format);
            else if (first != last && chars.narrow(*first) == *format)
                ++first;
            else
                state |= first == last ? ios_base::eofbit | ios_base::failbit : ios_base::failbit;
        }
        return first;
    }
    static In number(In first, In last, const ctype<Elem> &chars, iostate &state, int low, int high, int most,
                     int &value, int *count = nullptr)
    {
        int read = 0, digits = 0;

        for (; digits < most && first != last && chars.is(ctype_base::digit, *first); ++first, digits++)
            read = read * 10 + (chars.narrow(*first) - '0');
        if (first == last)
            state |= ios_base::eofbit;
        if (!digits || read < low || read > high)
            state |= ios_base::failbit;
        else
            value = read;
        if (count)
            *count = digits;
        return first;
    }
    In month(In first, In last, ios_base &stream, iostate &state, tm *time) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());
        int value = 1;

        if (first != last && chars.is(ctype_base::alpha, *first))
            return do_get_monthname(first, last, stream, state, time);
        first = number(first, last, chars, state, 1, 12, 2, value);
        if (!(state & ios_base::failbit))
            time->tm_mon = value - 1;
        return first;
    }
    /* The longest of the names, which are short and long ones by turns, each behind a colon. */
    static In name(In first, In last, const ctype<Elem> &chars, iostate &state, const char *names, int &value)
    {
        char text[64];
        size_t length = 0;
        int found = -1, index = 0;
        bool partial = true;

        /* Reading goes on as long as some name begins with what has been read. */
        while (partial && length < sizeof(text) && first != last) {
            size_t with = length + 1;

            text[length] = chars.narrow(chars.tolower(*first));
            partial = false;
            index = 0;
            for (const char *p = names; *p == ':'; index++) {
                const char *end = ++p;
                size_t same = 0;

                while (*end && *end != ':')
                    end++;
                while (same < with && p + same < end && chars.narrow(chars.tolower(chars.widen(p[same]))) == text[same])
                    same++;
                if (same == with) {
                    partial = true;
                    if (p + same == end)
                        found = index / 2;
                    else if (found >= 0 && found != index / 2)
                        found = -1;
                }
                p = end;
            }
            if (partial) {
                length++;
                ++first;
            }
        }
        if (first == last)
            state |= ios_base::eofbit;
        if (found < 0)
            state |= ios_base::failbit;
        else
            value = found;
        return first;
    }
    _Yarn<char> days, months;
    dateorder order;
};

template <class Elem, class In> locale::id time_get<Elem, In>::id;

template class EXPORTED time_get<char, istreambuf_iterator<char>>;
template class EXPORTED time_get<wchar_t, istreambuf_iterator<wchar_t>>;
template class EXPORTED time_get<unsigned short, istreambuf_iterator<unsigned short>>;

} // namespace std
