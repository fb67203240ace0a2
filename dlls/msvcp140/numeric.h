/* SPDX-License-Identifier: MIT */
/*
 * numeric.h: the facets numpunct, num_get, num_put and time_put.
 */
#ifndef TRANSOM_MSVCP_NUMERIC_H
#define TRANSOM_MSVCP_NUMERIC_H

#include "facets.h"
#include "ios.h"

namespace std
{

/* numeric.cpp: the parts that do not depend on the character type */
int format_text(char *to, size_t size, const char *format, ...);
bool grouping_fits(const string &grouping, const string &groups);
unsigned long long parse_integer(const char *text, int base, unsigned long long maximum, bool is_signed, bool &failed);

/* Not in the DLL on Windows, where programs have it inlined; locales contain it all the same. */
template <class Elem> class numpunct : public locale::facet
{
  public:
    typedef basic_string<Elem, char_traits<Elem>, allocator<Elem>> string_type;
    static locale::id id;

    Elem decimal_point() const
    {
        return do_decimal_point();
    }
    Elem thousands_sep() const
    {
        return do_thousands_sep();
    }
    string grouping() const
    {
        return do_grouping();
    }
    string_type falsename() const
    {
        return do_falsename();
    }
    string_type truename() const
    {
        return do_truename();
    }

    numpunct(const _Locinfo &info, size_t references = 0) : locale::facet(references)
    {
        const lconv *conv = info._Getlconv();

        _Grouping = conv->grouping;
        _Dp = widened(conv->decimal_point[0]);
        _Kseparator = widened(conv->thousands_sep[0]);
        _Falsename = info._Getfalse();
        _Truename = info._Gettrue();
    }
    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new numpunct(_Locinfo(from->name()));
        return 4; /* LC_NUMERIC */
    }

  protected:
    ~numpunct() noexcept override {}
    virtual Elem do_decimal_point() const
    {
        return _Dp;
    }
    virtual Elem do_thousands_sep() const
    {
        return _Kseparator;
    }
    virtual string do_grouping() const
    {
        return string(_Grouping.c_str());
    }
    virtual string_type do_falsename() const
    {
        return widened(_Falsename.c_str());
    }
    virtual string_type do_truename() const
    {
        return widened(_Truename.c_str());
    }

  private:
    static Elem widened(char c)
    {
        _Mbstatet state = {};
        _Cvtvec vector = _Getcvt();
        wchar_t wide = 0;

        if (sizeof(Elem) == 1)
            return (Elem)c;
        _Mbrtowc(&wide, &c, 1, &state, &vector);
        return (Elem)wide;
    }
    static string_type widened(const char *text)
    {
        string_type wide;

        while (*text)
            wide.push_back((Elem)(unsigned char)*text++);
        return wide;
    }
    _Yarn<char> _Grouping;
    Elem _Dp, _Kseparator;
    _Yarn<char> _Falsename, _Truename;
};

/* ---- numbers to text ---- */

template <class Elem, class Out> class num_put : public locale::facet
{
  public:
    static locale::id id;
    typedef Out iter_type;

    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new num_put(_Locinfo(from->name()));
        return 4; /* LC_NUMERIC */
    }
    Out put(Out to, ios_base &stream, Elem fill, bool value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, long value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, unsigned long value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, long long value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, unsigned long long value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, double value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, long double value) const
    {
        return do_put(to, stream, fill, value);
    }
    Out put(Out to, ios_base &stream, Elem fill, const void *value) const
    {
        return do_put(to, stream, fill, value);
    }

    explicit num_put(size_t references = 0) : locale::facet(references) {}
    num_put(const _Locinfo &info, size_t references = 0) : locale::facet(references)
    {
        _Init(info);
    }

  protected:
    ~num_put() noexcept override {}
    void _Init(const _Locinfo &) {}
    virtual Out do_put(Out to, ios_base &stream, Elem fill, bool value) const
    {
        if (!(stream.flags() & ios_base::boolalpha))
            return do_put(to, stream, fill, (long)value);

        const numpunct<Elem> &names = use_facet<numpunct<Elem>>(stream.getloc());
        basic_string<Elem> text = value ? names.truename() : names.falsename();

        return padded(to, stream, fill, text, 0);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, long value) const
    {
        /* In octal and hexadecimal, the number of digits shows the type's size. */
        return integer(to, stream, fill, is_decimal(stream) ? (unsigned long long)value : (unsigned long)value, true,
                       value < 0);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, unsigned long value) const
    {
        return integer(to, stream, fill, value, false, false);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, long long value) const
    {
        return integer(to, stream, fill, (unsigned long long)value, true, value < 0);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, unsigned long long value) const
    {
        return integer(to, stream, fill, value, false, false);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, double value) const
    {
        ios_base::fmtflags flags = stream.flags(), field = flags & ios_base::floatfield;
        int precision = stream.precision() < 0 ? 6 : (int)stream.precision(), size;
        char format[8], *f = format, room[128], *text = room;

        *f++ = '%';
        if (flags & ios_base::showpos)
            *f++ = '+';
        if (flags & ios_base::showpoint)
            *f++ = '#';
        if (field != ios_base::floatfield) {
            *f++ = '.';
            *f++ = '*';
        }
        *f++ = (char)((field == ios_base::fixed        ? 'f'
                       : field == ios_base::scientific ? 'e'
                       : field                         ? 'a'
                                                       : 'g') -
                      (flags & ios_base::uppercase ? 'a' - 'A' : 0));
        *f = 0;
        size = print(text, sizeof(room), format, field, precision, value);
        if (size >= (int)sizeof(room)) {
            text = static_cast<char *>(malloc((size_t)size + 1));
            if (!text)
                _Xbad_alloc();
            print(text, (size_t)size + 1, format, field, precision, value);
        }

        Out end = number(to, stream, fill, text, true);

        if (text != room)
            free(text);
        return end;
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, long double value) const
    {
        return do_put(to, stream, fill, (double)value);
    }
    virtual Out do_put(Out to, ios_base &stream, Elem fill, const void *value) const
    {
        char text[24];

        format_text(text, sizeof(text), "%p", value);
        return padded(to, stream, fill, widened(stream, text), 0);
    }

  private:
    static bool is_decimal(const ios_base &stream)
    {
        ios_base::fmtflags base = stream.flags() & ios_base::basefield;

        return base != ios_base::oct && base != ios_base::hex;
    }
    static int print(char *to, size_t size, const char *format, ios_base::fmtflags field, int precision, double value)
    {
        return field == ios_base::floatfield ? format_text(to, size, format, value)
                                             : format_text(to, size, format, precision, value);
    }
    static basic_string<Elem> widened(const ios_base &stream, const char *text)
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());
        basic_string<Elem> wide;

        while (*text)
            wide.push_back(chars.widen(*text++));
        return wide;
    }
    Out integer(Out to, ios_base &stream, Elem fill, unsigned long long value, bool is_signed, bool negative) const
    {
        ios_base::fmtflags flags = stream.flags(), base = flags & ios_base::basefield;
        unsigned radix = base == ios_base::oct ? 8 : base == ios_base::hex ? 16 : 10;
        const char *digits = flags & ios_base::uppercase ? "0123456789ABCDEF" : "0123456789abcdef";
        char text[32], *p = text + sizeof(text);
        unsigned long long rest = radix == 10 && negative ? 0 - value : value;

        *--p = 0;
        do
            *--p = digits[rest % radix];
        while (rest /= radix);
        if (flags & ios_base::showbase && value) {
            if (radix == 8) {
                *--p = '0';
            } else if (radix == 16) {
                *--p = flags & ios_base::uppercase ? 'X' : 'x';
                *--p = '0';
            }
        }
        if (radix == 10 && negative)
            *--p = '-';
        else if (radix == 10 && is_signed && (flags & ios_base::showpos))
            *--p = '+';
        return number(to, stream, fill, p, false);
    }
    /* Puts a number in the "C" locale's notation as the stream's locale has it. */
    Out number(Out to, ios_base &stream, Elem fill, const char *text, bool is_float) const
    {
        const numpunct<Elem> &marks = use_facet<numpunct<Elem>>(stream.getloc());
        basic_string<Elem> wide = widened(stream, text);
        string groups = marks.grouping();
        size_t start = text[0] == '+' || text[0] == '-', end;

        if (text[start] == '0' && (text[start + 1] == 'x' || text[start + 1] == 'X'))
            start += 2;
        for (end = start; text[end] >= '0' && text[end] <= '9'; end++)
            ;
        if (!is_float)
            end = strlen(text);
        else if (text[end] == '.')
            wide[end] = marks.decimal_point();
        if (groups.size() && groups[0] > 0 && groups[0] < 127) {
            size_t group = 0, at = end;

            while (groups[group] > 0 && groups[group] < 127 && at - start > (size_t)groups[group]) {
                at -= (size_t)groups[group];
                wide.insert(at, 1, marks.thousands_sep());
                if (group + 1 < groups.size())
                    group++;
            }
        }
        return padded(to, stream, fill, wide, start);
    }
    Out padded(Out to, ios_base &stream, Elem fill, const basic_string<Elem> &text, size_t start) const
    {
        ios_base::fmtflags adjust = stream.flags() & ios_base::adjustfield;
        streamsize wanted = stream.width(0);
        size_t count = wanted > (streamsize)text.size() ? (size_t)wanted - text.size() : 0;
        size_t before = adjust == ios_base::left ? text.size() : adjust == ios_base::internal ? start : 0;

        to.put(text.data(), before);
        for (; count; count--)
            to.put(fill);
        to.put(text.data() + before, text.size() - before);
        return to;
    }
};

/* ---- text to numbers ---- */

template <class Elem, class In> class num_get : public locale::facet
{
  public:
    static locale::id id;
    typedef In iter_type;
    typedef ios_base::iostate iostate;

    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new num_get(_Locinfo(from->name()));
        return 4; /* LC_NUMERIC */
    }
    In get(In from, In end, ios_base &s, iostate &state, bool &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, unsigned short &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, unsigned &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, long &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, unsigned long &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, long long &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, unsigned long long &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, float &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, double &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, long double &v) const
    {
        return do_get(from, end, s, state, v);
    }
    In get(In from, In end, ios_base &s, iostate &state, void *&v) const
    {
        return do_get(from, end, s, state, v);
    }

    explicit num_get(size_t references = 0) : locale::facet(references) {}
    num_get(const _Locinfo &info, size_t references = 0) : locale::facet(references)
    {
        _Init(info);
    }

  protected:
    ~num_get() noexcept override {}
    void _Init(const _Locinfo &) {}
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, bool &value) const
    {
        if (!(stream.flags() & ios_base::boolalpha)) {
            unsigned long long number = 0;

            from = integer(from, end, stream, state, number, stream.flags(), 1, false);
            value = number != 0;
            return from;
        }

        const numpunct<Elem> &names = use_facet<numpunct<Elem>>(stream.getloc());
        basic_string<Elem> text[2] = { names.falsename(), names.truename() };
        bool possible[2] = { true, true };
        int found = -1;

        state = ios_base::goodbit;
        for (size_t i = 0;; i++, ++from) {
            for (int k = 0; k < 2; k++)
                if (possible[k] && i == text[k].size()) {
                    found = k;
                    possible[k] = false;
                }
            if (!possible[0] && !possible[1])
                break;
            if (from == end)
                break;
            for (int k = 0; k < 2; k++)
                possible[k] = possible[k] && text[k][i] == *from;
            if (!possible[0] && !possible[1])
                break;
        }
        if (from == end)
            state |= ios_base::eofbit;
        if (found < 0)
            state |= ios_base::failbit;
        value = found == 1;
        return from;
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, unsigned short &value) const
    {
        return unsigned_integer(from, end, stream, state, value, 0xffff);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, unsigned &value) const
    {
        return unsigned_integer(from, end, stream, state, value, 0xffffffff);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, long &value) const
    {
        unsigned long long number = 0;

        from = integer(from, end, stream, state, number, stream.flags(), 0x7fffffff, true);
        value = (long)number;
        return from;
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, unsigned long &value) const
    {
        return unsigned_integer(from, end, stream, state, value, 0xffffffff);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, long long &value) const
    {
        unsigned long long number = 0;

        from = integer(from, end, stream, state, number, stream.flags(), 0x7fffffffffffffff, true);
        value = (long long)number;
        return from;
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, unsigned long long &value) const
    {
        return unsigned_integer(from, end, stream, state, value, ~0ull);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, float &value) const
    {
        string text;
        char *stop;

        from = collect(from, end, stream, state, text, true, 10);
        if (text.empty()) {
            value = 0;
            return from;
        }
        value = strtof(text.c_str(), &stop);
        return finish_float(from, state, text, stop, value - value != 0, value);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, double &value) const
    {
        string text;
        char *stop;

        from = collect(from, end, stream, state, text, true, 10);
        if (text.empty()) {
            value = 0;
            return from;
        }
        value = strtod(text.c_str(), &stop);
        return finish_float(from, state, text, stop, value - value != 0, value);
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, long double &value) const
    {
        double number = 0;

        from = do_get(from, end, stream, state, number);
        value = number;
        return from;
    }
    virtual In do_get(In from, In end, ios_base &stream, iostate &state, void *&value) const
    {
        unsigned long long number = 0;

        from = integer(from, end, stream, state, number, (stream.flags() & ~ios_base::basefield) | ios_base::hex, ~0ull,
                       false);
        value = (void *)number;
        return from;
    }

  private:
    template <class T>
    In unsigned_integer(In from, In end, ios_base &stream, iostate &state, T &value, unsigned long long maximum) const
    {
        unsigned long long number = 0;

        from = integer(from, end, stream, state, number, stream.flags(), maximum, false);
        value = (T)number;
        return from;
    }
    In integer(In from, In end, ios_base &stream, iostate &state, unsigned long long &value, ios_base::fmtflags flags,
               unsigned long long maximum, bool is_signed) const
    {
        ios_base::fmtflags field = flags & ios_base::basefield;
        int base = field == ios_base::oct ? 8 : field == ios_base::hex ? 16 : field == ios_base::dec ? 10 : 0;
        bool failed = false;
        string text;

        from = collect(from, end, stream, state, text, false, base);
        if (text.empty()) {
            value = 0;
            return from;
        }
        value = parse_integer(text.c_str(), base, maximum, is_signed, failed);
        if (failed)
            state |= ios_base::failbit;
        return from;
    }
    template <class T>
    In finish_float(In from, iostate &state, const string &text, const char *stop, bool infinite, T &value) const
    {
        if (*stop || stop == text.c_str()) {
            value = 0;
            state |= ios_base::failbit;
        } else if (infinite) { /* too large, as the text has digits only */
            value = value > 0 ? largest(value) : -largest(value);
            state |= ios_base::failbit;
        }
        return from;
    }
    static float largest(float)
    {
        return 3.402823466e+38f;
    }
    static double largest(double)
    {
        return 1.7976931348623157e+308;
    }

    /* Reads the longest text that can be a number, in the "C" locale's notation. Empty, and failbit set, if there is none. */
    In collect(In from, In end, ios_base &stream, iostate &state, string &text, bool is_float, int base) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());
        const numpunct<Elem> &marks = use_facet<numpunct<Elem>>(stream.getloc());
        string grouping = marks.grouping(), groups;
        Elem separator = grouping.size() ? marks.thousands_sep() : Elem();
        bool digits = false, point = false, exponent = false, after_exponent = false, grouped = false;
        char group = 0;

        state = ios_base::goodbit;
        for (; from != end; ++from) {
            Elem wide = *from;
            char c = wide == marks.decimal_point() && is_float ? '.' : chars.narrow(wide, 0);

            if (separator && wide == separator && digits && !point && !exponent) {
                grouped = true;
                groups.push_back(group);
                group = 0;
                continue;
            }
            if ((c == '+' || c == '-') && (text.empty() || after_exponent)) {
                after_exponent = false;
            } else if (c >= '0' && c <= (base == 8 ? '7' : '9')) {
                digits = true;
                after_exponent = false;
                if (!point && !exponent && group < 127)
                    group++;
            } else if (!is_float && (base == 16 || base == 0) && (c == 'x' || c == 'X') && only_zero(text)) {
                base = 16;
                digits = false;
                group = 0;
            } else if (!is_float && base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
                digits = true;
                if (group < 127)
                    group++;
            } else if (is_float && c == '.' && !point && !exponent) {
                point = true;
            } else if (is_float && (c == 'e' || c == 'E') && digits && !exponent) {
                exponent = after_exponent = true;
            } else {
                break;
            }
            text.push_back(c);
        }
        if (from == end)
            state |= ios_base::eofbit;
        if (grouped) {
            groups.push_back(group);
            if (!grouping_fits(grouping, groups))
                state |= ios_base::failbit;
        }
        if (!digits || after_exponent) {
            state |= ios_base::failbit;
            text = string();
        }
        return from;
    }
    static bool only_zero(const string &text)
    {
        size_t start = text.size() && (text[0] == '+' || text[0] == '-');

        return text.size() == start + 1 && text[start] == '0';
    }
};

/* ---- times ---- */

template <class Elem, class Out> class time_put : public locale::facet
{
  public:
    static locale::id id;
    typedef Out iter_type;

    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new time_put(_Locinfo(from->name()));
        return 5; /* LC_TIME */
    }
    Out put(Out to, ios_base &stream, Elem fill, const tm *time, const Elem *first, const Elem *last) const
    {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());

        while (first != last) {
            char specifier, modifier = 0;

            if (chars.narrow(*first) != '%') {
                to.put(*first++);
                continue;
            }
            if (++first == last) {
                to.put(chars.widen('%'));
                break;
            }
            specifier = chars.narrow(*first++);
            if ((specifier == 'E' || specifier == 'O' || specifier == '#') && first != last) {
                modifier = specifier;
                specifier = chars.narrow(*first++);
            }
            to = do_put(to, stream, fill, time, specifier, modifier);
        }
        return to;
    }
    Out put(Out to, ios_base &stream, Elem fill, const tm *time, char specifier, char modifier = 0) const
    {
        return do_put(to, stream, fill, time, specifier, modifier);
    }
    explicit time_put(size_t references = 0) : locale::facet(references)
    {
        _Init(_Locinfo());
    }
    time_put(const _Locinfo &info, size_t references = 0) : locale::facet(references)
    {
        _Init(info);
    }

  protected:
    ~time_put() noexcept override {}
    void _Init(const _Locinfo &info)
    {
        _Tnames = sizeof(Elem) == 1 ? info._Gettnames() : info._W_Gettnames();
    }
    virtual Out do_put(Out to, ios_base &, Elem, const tm *time, char specifier, char modifier = 0) const
    {
        Elem format[6] = { '!', '%' }, room[256], *text = room;
        size_t at = 2, size = sizeof(room) / sizeof(Elem), count;

        if (modifier)
            format[at++] = (Elem)modifier;
        format[at++] = (Elem)specifier;
        /* The mark makes the empty result different from one that does not fit. */
        while (!(count = expand(text, size, format, time)) && size < 0x10000) {
            Elem *larger = static_cast<Elem *>(realloc(text == room ? nullptr : text, (size *= 4) * sizeof(Elem)));

            if (!larger)
                break;
            text = larger;
        }
        if (count)
            to.put(text + 1, count - 1);
        if (text != room)
            free(text);
        return to;
    }

  private:
    size_t expand(char *to, size_t size, const char *format, const tm *time) const
    {
        return _Strftime(to, size, format, time, _Tnames._Getptr());
    }
    size_t expand(wchar_t *to, size_t size, const wchar_t *format, const tm *time) const
    {
        return _Wcsftime(to, size, format, time, _Tnames._Getptr());
    }
    size_t expand(unsigned short *to, size_t size, const unsigned short *format, const tm *time) const
    {
        return _Wcsftime((wchar_t *)to, size, (const wchar_t *)format, time, _Tnames._Getptr());
    }
    _Timevec _Tnames;
};

template <class Elem> locale::id numpunct<Elem>::id;
template <class Elem, class Out> locale::id num_put<Elem, Out>::id;
template <class Elem, class In> locale::id num_get<Elem, In>::id;
template <class Elem, class Out> locale::id time_put<Elem, Out>::id;

} // namespace std

#endif
