/* SPDX-License-Identifier: MIT */
/*
 * facets.h: the facets ctype and codecvt. The order of the virtual functions and the members' layout are ABI.
 */
#ifndef TRANSOM_MSVCP_FACETS_H
#define TRANSOM_MSVCP_FACETS_H

#include "locale.h"

namespace std
{

class EXPORTED ctype_base : public locale::facet
{
  public:
    typedef short mask;
    enum : short {
        upper = 0x01,
        lower = 0x02,
        digit = 0x04,
        space = 0x08,
        punct = 0x10,
        cntrl = 0x20,
        blank = 0x40,
        xdigit = 0x80,
        alpha = 0x103,
    };
    ctype_base(size_t references = 0) : locale::facet(references) {}
    ~ctype_base() noexcept override {}
};

template <class Elem> class ctype;

template <> class EXPORTED ctype<char> : public ctype_base
{
  public:
    static locale::id id;
    static const size_t table_size;

    bool is(mask wanted, char c) const
    {
        return (_Ctype._Table[(unsigned char)c] & wanted) != 0;
    }
    const char *is(const char *first, const char *last, mask *to) const;
    const char *scan_is(mask wanted, const char *first, const char *last) const;
    const char *scan_not(mask wanted, const char *first, const char *last) const;
    char tolower(char c) const
    {
        return do_tolower(c);
    }
    const char *tolower(char *first, const char *last) const
    {
        return do_tolower(first, last);
    }
    char toupper(char c) const
    {
        return do_toupper(c);
    }
    const char *toupper(char *first, const char *last) const
    {
        return do_toupper(first, last);
    }
    char widen(char c) const
    {
        return do_widen(c);
    }
    const char *widen(const char *first, const char *last, char *to) const
    {
        return do_widen(first, last, to);
    }
    char narrow(char c, char otherwise = 0) const
    {
        return do_narrow(c, otherwise);
    }
    const char *narrow(const char *first, const char *last, char otherwise, char *to) const
    {
        return do_narrow(first, last, otherwise, to);
    }

    explicit ctype(const mask *table = nullptr, bool owned = false, size_t references = 0);
    ctype(const _Locinfo &info, size_t references = 0) : ctype_base(references)
    {
        _Init(info);
    }
    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr);
    const mask *table() const noexcept
    {
        return _Ctype._Table;
    }
    static const mask *classic_table() noexcept;

  protected:
    ~ctype() noexcept override
    {
        _Tidy();
    }
    void _Init(const _Locinfo &info)
    {
        _Ctype = info._Getctype();
    }
    void _Tidy() noexcept;
    virtual char do_tolower(char c) const;
    virtual const char *do_tolower(char *first, const char *last) const;
    virtual char do_toupper(char c) const;
    virtual const char *do_toupper(char *first, const char *last) const;
    virtual char do_widen(char c) const
    {
        return c;
    }
    virtual const char *do_widen(const char *first, const char *last, char *to) const;
    virtual char do_narrow(char c, char) const
    {
        return c;
    }
    virtual const char *do_narrow(const char *first, const char *last, char otherwise, char *to) const;

  private:
    _Ctypevec _Ctype;
};

/* wchar_t and unsigned short are the same but for their names. */
template <class Elem> class ctype : public ctype_base
{
  public:
    static locale::id id;

    bool is(mask wanted, Elem c) const
    {
        return do_is(wanted, c);
    }
    const Elem *is(const Elem *first, const Elem *last, mask *to) const
    {
        return do_is(first, last, to);
    }
    const Elem *scan_is(mask wanted, const Elem *first, const Elem *last) const
    {
        return do_scan_is(wanted, first, last);
    }
    const Elem *scan_not(mask wanted, const Elem *first, const Elem *last) const
    {
        return do_scan_not(wanted, first, last);
    }
    Elem tolower(Elem c) const
    {
        return do_tolower(c);
    }
    const Elem *tolower(Elem *first, const Elem *last) const
    {
        return do_tolower(first, last);
    }
    Elem toupper(Elem c) const
    {
        return do_toupper(c);
    }
    const Elem *toupper(Elem *first, const Elem *last) const
    {
        return do_toupper(first, last);
    }
    Elem widen(char c) const
    {
        return do_widen(c);
    }
    const char *widen(const char *first, const char *last, Elem *to) const
    {
        return do_widen(first, last, to);
    }
    char narrow(Elem c, char otherwise = 0) const
    {
        return do_narrow(c, otherwise);
    }
    const Elem *narrow(const Elem *first, const Elem *last, char otherwise, char *to) const
    {
        return do_narrow(first, last, otherwise, to);
    }

    explicit ctype(size_t references = 0) : ctype_base(references)
    {
        _Init(_Locinfo());
    }
    ctype(const _Locinfo &info, size_t references = 0) : ctype_base(references)
    {
        _Init(info);
    }
    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new ctype(_Locinfo(from->name()));
        return 2; /* LC_CTYPE */
    }

  protected:
    ~ctype() noexcept override
    {
        if (_Ctype._Delfl > 0)
            free(const_cast<short *>(_Ctype._Table));
        else if (_Ctype._Delfl < 0)
            delete[] _Ctype._Table;
        free(_Ctype._LocaleName);
    }
    void _Init(const _Locinfo &info)
    {
        _Ctype = info._Getctype();
        _Cvt = info._Getcvt();
    }
    virtual bool do_is(mask wanted, Elem c) const
    {
        return (_Getwctype(c, &_Ctype) & wanted) != 0;
    }
    virtual const Elem *do_is(const Elem *first, const Elem *last, mask *to) const
    {
        return (const Elem *)_Getwctypes((const wchar_t *)first, (const wchar_t *)last, to, &_Ctype);
    }
    virtual const Elem *do_scan_is(mask wanted, const Elem *first, const Elem *last) const
    {
        while (first != last && !is(wanted, *first))
            ++first;
        return first;
    }
    virtual const Elem *do_scan_not(mask wanted, const Elem *first, const Elem *last) const
    {
        while (first != last && is(wanted, *first))
            ++first;
        return first;
    }
    virtual Elem do_tolower(Elem c) const
    {
        return _Towlower(c, &_Ctype);
    }
    virtual const Elem *do_tolower(Elem *first, const Elem *last) const
    {
        for (; first != last; ++first)
            *first = _Towlower(*first, &_Ctype);
        return first;
    }
    virtual Elem do_toupper(Elem c) const
    {
        return _Towupper(c, &_Ctype);
    }
    virtual const Elem *do_toupper(Elem *first, const Elem *last) const
    {
        for (; first != last; ++first)
            *first = _Towupper(*first, &_Ctype);
        return first;
    }
    virtual Elem do_widen(char c) const
    {
        _Mbstatet state = {};
        wchar_t wide = 0;

        return _Mbrtowc(&wide, &c, 1, &state, &_Cvt) < 0 ? (Elem)0xffff : (Elem)wide;
    }
    virtual const char *do_widen(const char *first, const char *last, Elem *to) const
    {
        for (; first != last; ++first, ++to)
            *to = widen(*first);
        return first;
    }
    virtual char do_narrow(Elem c, char otherwise) const
    {
        _Mbstatet state = {};
        char bytes[8];

        return _Wcrtomb(bytes, c, &state, &_Cvt) == 1 ? bytes[0] : otherwise;
    }
    virtual const Elem *do_narrow(const Elem *first, const Elem *last, char otherwise, char *to) const
    {
        for (; first != last; ++first, ++to)
            *to = narrow(*first, otherwise);
        return first;
    }

  private:
    _Ctypevec _Ctype;
    _Cvtvec _Cvt;
};

class EXPORTED codecvt_base : public locale::facet
{
  public:
    enum { ok, partial, error, noconv };
    typedef int result;

    codecvt_base(size_t references = 0) : locale::facet(references) {}
    ~codecvt_base() noexcept override {}
    bool always_noconv() const noexcept
    {
        return do_always_noconv();
    }
    int max_length() const noexcept
    {
        return do_max_length();
    }
    int encoding() const noexcept
    {
        return do_encoding();
    }

  protected:
    virtual bool do_always_noconv() const noexcept
    {
        return false;
    }
    virtual int do_max_length() const noexcept
    {
        return 1;
    }
    virtual int do_encoding() const noexcept
    {
        return 1;
    }
};

template <class Elem, class Byte, class State> class codecvt : public codecvt_base
{
  public:
    static locale::id id;

    result in(State &state, const Byte *first, const Byte *last, const Byte *&middle, Elem *to, Elem *to_last,
              Elem *&to_middle) const
    {
        return do_in(state, first, last, middle, to, to_last, to_middle);
    }
    result out(State &state, const Elem *first, const Elem *last, const Elem *&middle, Byte *to, Byte *to_last,
               Byte *&to_middle) const
    {
        return do_out(state, first, last, middle, to, to_last, to_middle);
    }
    result unshift(State &state, Byte *to, Byte *to_last, Byte *&to_middle) const
    {
        return do_unshift(state, to, to_last, to_middle);
    }
    int length(State &state, const Byte *first, const Byte *last, size_t count) const
    {
        return do_length(state, first, last, count);
    }
    explicit codecvt(size_t references = 0) : codecvt_base(references)
    {
        _Init(_Locinfo());
    }
    codecvt(const _Locinfo &info, size_t references = 0) : codecvt_base(references)
    {
        _Init(info);
    }
    static size_t _Getcat(const locale::facet **made = nullptr, const locale *from = nullptr)
    {
        if (made && !*made)
            *made = new codecvt(_Locinfo(from->name()));
        return 2; /* LC_CTYPE */
    }

  protected:
    ~codecvt() noexcept override {}
    void _Init(const _Locinfo &info)
    {
        _Cvt = info._Getcvt();
    }
    bool do_always_noconv() const noexcept override
    {
        return false;
    }
    int do_max_length() const noexcept override
    {
        return 5;
    }
    int do_encoding() const noexcept override
    {
        return 0;
    }
    virtual result do_in(State &state, const Byte *first, const Byte *last, const Byte *&middle, Elem *to,
                         Elem *to_last, Elem *&to_middle) const
    {
        for (middle = first, to_middle = to; middle != last;) {
            wchar_t wide;
            int size;

            if (to_middle == to_last)
                return partial;
            size = _Mbrtowc(&wide, middle, (size_t)(last - middle), &state, &_Cvt);
            if (size == -2) { /* the state has what is there */
                middle = last;
                return ok;
            }
            if (size == -1)
                return error;
            middle += size ? size : 1;
            *to_middle++ = wide;
        }
        return ok;
    }
    virtual result do_out(State &state, const Elem *first, const Elem *last, const Elem *&middle, Byte *to,
                          Byte *to_last, Byte *&to_middle) const
    {
        for (middle = first, to_middle = to; middle != last; ++middle) {
            char bytes[8];
            State before = state;
            int size = _Wcrtomb(bytes, *middle, &state, &_Cvt);

            if (size < 0)
                return error;
            if (to_last - to_middle < size) {
                state = before;
                return partial;
            }
            memcpy(to_middle, bytes, (size_t)size);
            to_middle += size;
        }
        return ok;
    }
    virtual result do_unshift(State &, Byte *to, Byte *, Byte *&to_middle) const
    {
        to_middle = to; /* no encoding of the C runtime has shift states */
        return ok;
    }
    virtual int do_length(State &state, const Byte *first, const Byte *last, size_t count) const
    {
        const Byte *at = first;

        for (; count && at != last; count--) {
            wchar_t wide;
            int size = _Mbrtowc(&wide, at, (size_t)(last - at), &state, &_Cvt);

            if (size < 0)
                break;
            at += size ? size : 1;
        }
        return (int)(at - first);
    }

  private:
    _Cvtvec _Cvt;
};

/* Nothing is to be converted. There is no member here. */
template <class State> class codecvt<char, char, State> : public codecvt_base
{
  public:
    static locale::id id;

    result in(State &state, const char *first, const char *last, const char *&middle, char *to, char *to_last,
              char *&to_middle) const
    {
        return do_in(state, first, last, middle, to, to_last, to_middle);
    }
    result out(State &state, const char *first, const char *last, const char *&middle, char *to, char *to_last,
               char *&to_middle) const
    {
        return do_out(state, first, last, middle, to, to_last, to_middle);
    }
    result unshift(State &state, char *to, char *to_last, char *&to_middle) const
    {
        return do_unshift(state, to, to_last, to_middle);
    }
    int length(State &state, const char *first, const char *last, size_t count) const
    {
        return do_length(state, first, last, count);
    }
    explicit codecvt(size_t references = 0) : codecvt_base(references) {}
    codecvt(const _Locinfo &, size_t references = 0) : codecvt_base(references) {}
    static size_t _Getcat(const locale::facet **made = nullptr, const locale * = nullptr)
    {
        if (made && !*made)
            *made = new codecvt();
        return 2;
    }

  protected:
    ~codecvt() noexcept override {}
    void _Init(const _Locinfo &) {}
    bool do_always_noconv() const noexcept override
    {
        return true;
    }
    virtual result do_in(State &, const char *first, const char *, const char *&middle, char *to, char *,
                         char *&to_middle) const
    {
        middle = first;
        to_middle = to;
        return noconv;
    }
    virtual result do_out(State &, const char *first, const char *, const char *&middle, char *to, char *,
                          char *&to_middle) const
    {
        middle = first;
        to_middle = to;
        return noconv;
    }
    virtual result do_unshift(State &, char *to, char *, char *&to_middle) const
    {
        to_middle = to;
        return noconv;
    }
    virtual int do_length(State &, const char *first, const char *last, size_t count) const
    {
        return (int)(count < (size_t)(last - first) ? count : (size_t)(last - first));
    }
};

template <class Elem> locale::id ctype<Elem>::id;
template <class Elem, class Byte, class State> locale::id codecvt<Elem, Byte, State>::id;
template <class State> locale::id codecvt<char, char, State>::id;

} // namespace std

#endif
