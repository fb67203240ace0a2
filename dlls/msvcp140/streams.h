/* SPDX-License-Identifier: MIT */
/*
 * streams.h: basic_ios, basic_istream, basic_ostream, basic_iostream.
 */
#ifndef TRANSOM_MSVCP_STREAMS_H
#define TRANSOM_MSVCP_STREAMS_H

#include "numeric.h"

namespace std
{

template <class Elem, class Traits> class basic_ostream;
template <class Elem, class Traits> class basic_istream;

template <class Elem, class Traits = char_traits<Elem>> class basic_ios : public ios_base
{
  public:
    typedef basic_streambuf<Elem, Traits> buffer;
    typedef basic_ostream<Elem, Traits> ostream;

    virtual ~basic_ios() noexcept {}
    void clear(iostate state = goodbit, bool reraise = false)
    {
        ios_base::clear(_Mystrbuf ? state : state | badbit, reraise);
    }
    void clear(unsigned state)
    {
        clear((iostate)state);
    }
    void setstate(iostate state, bool reraise = false)
    {
        if (state != goodbit)
            clear(rdstate() | state, reraise);
    }
    void setstate(unsigned state)
    {
        setstate((iostate)state);
    }
    basic_ios &copyfmt(const basic_ios &other)
    {
        _Tiestr = other._Tiestr;
        _Fillch = other._Fillch;
        ios_base::copyfmt(other);
        return *this;
    }
    ostream *tie() const
    {
        return _Tiestr;
    }
    ostream *tie(ostream *next)
    {
        ostream *old = _Tiestr;

        _Tiestr = next;
        return old;
    }
    buffer *rdbuf() const
    {
        return _Mystrbuf;
    }
    buffer *rdbuf(buffer *next)
    {
        buffer *old = _Mystrbuf;

        _Mystrbuf = next;
        clear();
        return old;
    }
    locale imbue(const locale &next)
    {
        locale old = ios_base::imbue(next);

        if (_Mystrbuf)
            _Mystrbuf->pubimbue(next);
        return old;
    }
    Elem fill() const
    {
        return _Fillch;
    }
    Elem fill(Elem next)
    {
        Elem old = _Fillch;

        _Fillch = next;
        return old;
    }
    char narrow(Elem c, char otherwise = 0) const
    {
        return use_facet<ctype<Elem>>(getloc()).narrow(c, otherwise);
    }
    Elem widen(char c) const
    {
        return use_facet<ctype<Elem>>(getloc()).widen(c);
    }
    void move(basic_ios &other)
    {
        if (this == &other)
            return;
        _Mystrbuf = nullptr;
        _Tiestr = nullptr;
        swap(other);
    }
    void move(basic_ios &&other)
    {
        move(other);
    }
    void swap(basic_ios &other)
    {
        ios_base::swap(other);
        exchange(_Fillch, other._Fillch);
        exchange(_Tiestr, other._Tiestr);
    }
    void set_rdbuf(buffer *next)
    {
        _Mystrbuf = next;
    }

  protected:
    basic_ios() {} /* init() comes */
    void init(buffer *next = nullptr, bool standard = false)
    {
        _Init();
        _Mystrbuf = next;
        _Tiestr = nullptr;
        _Fillch = widen(' ');
        if (!_Mystrbuf)
            setstate(badbit);
        if (standard)
            _Addstd(this);
        else
            _Stdstr = 0;
    }

  private:
    template <class T> static void exchange(T &a, T &b)
    {
        T saved = a;

        a = b;
        b = saved;
    }
    buffer *_Mystrbuf;
    ostream *_Tiestr;
    Elem _Fillch;
};

/* Holds the buffer's lock while a formatted or unformatted operation runs. */
template <class Elem> class buffer_lock
{
  public:
    explicit buffer_lock(basic_streambuf<Elem> *buffer) : locked(buffer)
    {
        if (locked)
            locked->_Lock();
    }
    ~buffer_lock()
    {
        if (locked)
            locked->_Unlock();
    }

  private:
    basic_streambuf<Elem> *locked;
};

template <class Elem, class Traits = char_traits<Elem>> class basic_ostream : virtual public basic_ios<Elem, Traits>
{
  public:
    typedef basic_ios<Elem, Traits> base;
    typedef basic_streambuf<Elem, Traits> buffer;
    typedef num_put<Elem, ostreambuf_iterator<Elem, Traits>> number_facet;
    typedef ios_base::iostate iostate;

    explicit basic_ostream(buffer *to, bool standard = false)
    {
        base::init(to, standard);
    }
    basic_ostream(_Uninitialized, bool add = true)
    {
        if (add)
            ios_base::_Addstd(this);
    }
    virtual ~basic_ostream() noexcept {}

    bool opfx()
    {
        if (base::good() && base::tie())
            base::tie()->flush();
        return base::good();
    }
    void osfx()
    {
        _Osfx();
    }
    void _Osfx()
    {
        try {
            if (base::good() && (base::flags() & ios_base::unitbuf) && base::rdbuf()->pubsync() == -1)
                base::setstate(ios_base::badbit);
        } catch (...) {
        }
    }
    basic_ostream &operator<<(basic_ostream &(*manipulator)(basic_ostream &))
    {
        return manipulator(*this);
    }
    basic_ostream &operator<<(base &(*manipulator)(base &))
    {
        manipulator(*this);
        return *this;
    }
    basic_ostream &operator<<(ios_base &(*manipulator)(ios_base &))
    {
        manipulator(*this);
        return *this;
    }
    basic_ostream &operator<<(bool value)
    {
        return number(value);
    }
    basic_ostream &operator<<(short value)
    {
        ios_base::fmtflags field = base::flags() & ios_base::basefield;

        return number(field == ios_base::oct || field == ios_base::hex ? (long)(unsigned short)value : (long)value);
    }
    basic_ostream &operator<<(unsigned short value)
    {
        return number((unsigned long)value);
    }
    basic_ostream &operator<<(int value)
    {
        return number((long)value);
    }
    basic_ostream &operator<<(unsigned value)
    {
        return number((unsigned long)value);
    }
    basic_ostream &operator<<(long value)
    {
        return number(value);
    }
    basic_ostream &operator<<(unsigned long value)
    {
        return number(value);
    }
    basic_ostream &operator<<(long long value)
    {
        return number(value);
    }
    basic_ostream &operator<<(unsigned long long value)
    {
        return number(value);
    }
    basic_ostream &operator<<(float value)
    {
        return number((double)value);
    }
    basic_ostream &operator<<(double value)
    {
        return number(value);
    }
    basic_ostream &operator<<(long double value)
    {
        return number(value);
    }
    basic_ostream &operator<<(const void *value)
    {
        return number(value);
    }
    basic_ostream &operator<<(buffer *from)
    {
        return unformatted([&]() -> iostate {
            bool copied = false;

            if (!from)
                return ios_base::badbit;
            for (typename Traits::int_type c = from->sgetc(); c != Traits::eof(); c = from->snextc()) {
                if (base::rdbuf()->sputc((Elem)c) == Traits::eof())
                    break;
                copied = true;
            }
            base::width(0);
            return copied ? ios_base::goodbit : ios_base::failbit;
        });
    }
    basic_ostream &put(Elem c)
    {
        return unformatted([&]() -> iostate {
            return base::rdbuf()->sputc(c) == Traits::eof() ? ios_base::badbit : ios_base::goodbit;
        });
    }
    basic_ostream &write(const Elem *text, streamsize count)
    {
        return unformatted([&]() -> iostate {
            return base::rdbuf()->sputn(text, count) != count ? ios_base::badbit : ios_base::goodbit;
        });
    }
    basic_ostream &flush()
    {
        if (base::rdbuf())
            unformatted(
                [&]() -> iostate { return base::rdbuf()->pubsync() == -1 ? ios_base::badbit : ios_base::goodbit; });
        return *this;
    }
    basic_ostream &seekp(streampos position)
    {
        if (!base::fail() && (streamoff)base::rdbuf()->pubseekpos(position, ios_base::out) == -1)
            base::setstate(ios_base::failbit);
        return *this;
    }
    basic_ostream &seekp(streamoff offset, ios_base::seekdir way)
    {
        if (!base::fail() && (streamoff)base::rdbuf()->pubseekoff(offset, way, ios_base::out) == -1)
            base::setstate(ios_base::failbit);
        return *this;
    }
    streampos tellp()
    {
        return base::fail() ? streampos(-1) : base::rdbuf()->pubseekoff(0, ios_base::cur, ios_base::out);
    }

  protected:
    basic_ostream(basic_ostream &&other)
    {
        base::init();
        base::move(static_cast<base &&>(other));
    }
    basic_ostream &operator=(basic_ostream &&other)
    {
        swap(other);
        return *this;
    }
    void swap(basic_ostream &other)
    {
        if (this != &other)
            base::swap(other);
    }

  private:
    template <class Action> basic_ostream &unformatted(Action action)
    {
        buffer_lock<Elem> lock(base::rdbuf());
        iostate state = ios_base::goodbit;

        if (!opfx()) {
            state = ios_base::badbit;
        } else {
            try {
                state = action();
            } catch (...) {
                base::setstate(ios_base::badbit, true);
            }
        }
        base::setstate(state);
        _Osfx();
        return *this;
    }
    template <class T> basic_ostream &number(T value)
    {
        buffer_lock<Elem> lock(base::rdbuf());
        iostate state = ios_base::goodbit;

        if (opfx()) {
            try {
                const number_facet &facet = use_facet<number_facet>(base::getloc());

                if (facet.put(ostreambuf_iterator<Elem, Traits>(base::rdbuf()), *this, base::fill(), value).failed())
                    state = ios_base::badbit;
            } catch (...) {
                base::setstate(ios_base::badbit, true);
            }
        }
        base::setstate(state);
        _Osfx();
        return *this;
    }
};

template <class Elem, class Traits = char_traits<Elem>> class basic_istream : virtual public basic_ios<Elem, Traits>
{
  public:
    typedef basic_ios<Elem, Traits> base;
    typedef basic_streambuf<Elem, Traits> buffer;
    typedef num_get<Elem, istreambuf_iterator<Elem, Traits>> number_facet;
    typedef typename Traits::int_type int_type;
    typedef ios_base::iostate iostate;

    explicit basic_istream(buffer *from, bool standard = false) : _Chcount(0)
    {
        base::init(from, standard);
    }
    basic_istream(buffer *from, bool standard, bool no_init) : _Chcount(0)
    {
        if (!no_init)
            base::init(from, standard);
    }
    basic_istream(_Uninitialized)
    {
        ios_base::_Addstd(this);
    }
    virtual ~basic_istream() noexcept {}

    bool _Ipfx(bool keep_space = false)
    {
        if (!base::good()) {
            base::setstate(ios_base::failbit);
            return false;
        }
        if (base::tie())
            base::tie()->flush();
        if (!keep_space && (base::flags() & ios_base::skipws)) {
            const ctype<Elem> &chars = use_facet<ctype<Elem>>(base::getloc());

            try {
                for (int_type c = base::rdbuf()->sgetc();; c = base::rdbuf()->snextc()) {
                    if (c == Traits::eof()) {
                        base::setstate(ios_base::eofbit);
                        break;
                    }
                    if (!chars.is(ctype_base::space, (Elem)c))
                        break;
                }
            } catch (...) {
                base::setstate(ios_base::badbit, true);
            }
        }
        if (base::good())
            return true;
        base::setstate(ios_base::failbit);
        return false;
    }
    bool ipfx(bool keep_space = false)
    {
        return _Ipfx(keep_space);
    }
    void isfx() {}
    basic_istream &operator>>(basic_istream &(*manipulator)(basic_istream &))
    {
        return manipulator(*this);
    }
    basic_istream &operator>>(base &(*manipulator)(base &))
    {
        manipulator(*this);
        return *this;
    }
    basic_istream &operator>>(ios_base &(*manipulator)(ios_base &))
    {
        manipulator(*this);
        return *this;
    }
    basic_istream &operator>>(bool &value)
    {
        return number(value);
    }
    basic_istream &operator>>(short &value)
    {
        return narrower(value, -0x8000, 0x7fff);
    }
    basic_istream &operator>>(unsigned short &value)
    {
        return number(value);
    }
    basic_istream &operator>>(int &value)
    {
        return narrower(value, -0x7fffffffL - 1, 0x7fffffffL);
    }
    basic_istream &operator>>(unsigned &value)
    {
        return number(value);
    }
    basic_istream &operator>>(long &value)
    {
        return number(value);
    }
    basic_istream &operator>>(unsigned long &value)
    {
        return number(value);
    }
    basic_istream &operator>>(long long &value)
    {
        return number(value);
    }
    basic_istream &operator>>(unsigned long long &value)
    {
        return number(value);
    }
    basic_istream &operator>>(float &value)
    {
        return number(value);
    }
    basic_istream &operator>>(double &value)
    {
        return number(value);
    }
    basic_istream &operator>>(long double &value)
    {
        return number(value);
    }
    basic_istream &operator>>(void *&value)
    {
        return number(value);
    }
    basic_istream &operator>>(buffer *to)
    {
        return guarded(false, [&]() -> iostate {
            bool copied = false;

            for (int_type c = base::rdbuf()->sgetc(); to; c = base::rdbuf()->snextc()) {
                if (c == Traits::eof())
                    return copied ? ios_base::eofbit : ios_base::eofbit | ios_base::failbit;
                if (to->sputc((Elem)c) == Traits::eof())
                    break;
                copied = true;
            }
            return copied ? ios_base::goodbit : ios_base::failbit;
        });
    }
    int_type get()
    {
        int_type c = Traits::eof();

        unformatted([&]() -> iostate {
            c = base::rdbuf()->sbumpc();
            if (c == Traits::eof())
                return ios_base::eofbit | ios_base::failbit;
            _Chcount++;
            return ios_base::goodbit;
        });
        return c;
    }
    basic_istream &get(Elem &c)
    {
        int_type got = get();

        if (got != Traits::eof())
            c = (Elem)got;
        return *this;
    }
    basic_istream &get(Elem *text, streamsize count)
    {
        return get(text, count, base::widen('\n'));
    }
    basic_istream &get(Elem *text, streamsize count, Elem delimiter)
    {
        unformatted([&]() -> iostate { return read_until(text, count, delimiter, false); });
        if (count > 0)
            text[_Chcount] = Elem();
        return *this;
    }
    basic_istream &get(buffer &to)
    {
        return get(to, base::widen('\n'));
    }
    basic_istream &get(buffer &to, Elem delimiter)
    {
        return unformatted([&]() -> iostate {
            for (int_type c = base::rdbuf()->sgetc(); c != Traits::to_int(delimiter); c = base::rdbuf()->snextc()) {
                if (c == Traits::eof())
                    return ios_base::eofbit | (_Chcount ? 0 : ios_base::failbit);
                if (to.sputc((Elem)c) == Traits::eof())
                    break;
                _Chcount++;
            }
            return _Chcount ? ios_base::goodbit : ios_base::failbit;
        });
    }
    basic_istream &getline(Elem *text, streamsize count)
    {
        return getline(text, count, base::widen('\n'));
    }
    basic_istream &getline(Elem *text, streamsize count, Elem delimiter)
    {
        streamsize stored = 0;

        unformatted([&]() -> iostate {
            iostate state = read_until(text, count, delimiter, true);

            stored = _Chcount;
            if (state & took_delimiter) {
                stored--;
                state &= ~took_delimiter;
            }
            return state;
        });
        if (count > 0)
            text[stored] = Elem();
        return *this;
    }
    basic_istream &ignore(streamsize count = 1, int_type delimiter = Traits::eof())
    {
        return unformatted([&]() -> iostate {
            while (count == 0x7fffffffffffffff || count-- > 0) {
                int_type c = base::rdbuf()->sbumpc();

                if (c == Traits::eof())
                    return ios_base::eofbit;
                _Chcount++;
                if (c == delimiter)
                    break;
            }
            return ios_base::goodbit;
        });
    }
    basic_istream &read(Elem *text, streamsize count)
    {
        return unformatted([&]() -> iostate {
            _Chcount = base::rdbuf()->sgetn(text, count);
            return _Chcount == count ? ios_base::goodbit : ios_base::eofbit | ios_base::failbit;
        });
    }
    streamsize readsome(Elem *text, streamsize count)
    {
        streamsize got = 0;

        unformatted([&]() -> iostate {
            streamsize ready = base::rdbuf()->in_avail();

            if (ready < 0)
                return ios_base::eofbit;
            if (ready > 0)
                got = _Chcount = base::rdbuf()->sgetn(text, ready < count ? ready : count);
            return ios_base::goodbit;
        });
        return got;
    }
    int_type peek()
    {
        int_type c = Traits::eof();

        unformatted([&]() -> iostate {
            c = base::rdbuf()->sgetc();
            return c == Traits::eof() ? ios_base::eofbit : ios_base::goodbit;
        });
        return c;
    }
    basic_istream &putback(Elem c)
    {
        base::clear(base::rdstate() & ~ios_base::eofbit);
        return unformatted([&]() -> iostate {
            return base::rdbuf()->sputbackc(c) == Traits::eof() ? ios_base::badbit : ios_base::goodbit;
        });
    }
    basic_istream &unget()
    {
        base::clear(base::rdstate() & ~ios_base::eofbit);
        return unformatted([&]() -> iostate {
            return base::rdbuf()->sungetc() == Traits::eof() ? ios_base::badbit : ios_base::goodbit;
        });
    }
    streamsize gcount() const
    {
        return _Chcount;
    }
    int sync()
    {
        int result = -1;

        if (!base::rdbuf())
            return -1;
        keeping_count([&]() -> iostate {
            result = base::rdbuf()->pubsync();
            return result == -1 ? ios_base::badbit : ios_base::goodbit;
        });
        return result;
    }
    basic_istream &seekg(streampos position)
    {
        base::clear(base::rdstate() & ~ios_base::eofbit);
        keeping_count([&]() -> iostate {
            return (streamoff)base::rdbuf()->pubseekpos(position, ios_base::in) == -1 ? ios_base::failbit
                                                                                      : ios_base::goodbit;
        });
        return *this;
    }
    basic_istream &seekg(streamoff offset, ios_base::seekdir way)
    {
        base::clear(base::rdstate() & ~ios_base::eofbit);
        keeping_count([&]() -> iostate {
            return (streamoff)base::rdbuf()->pubseekoff(offset, way, ios_base::in) == -1 ? ios_base::failbit
                                                                                         : ios_base::goodbit;
        });
        return *this;
    }
    streampos tellg()
    {
        streampos position(-1);

        keeping_count([&]() -> iostate {
            position = base::rdbuf()->pubseekoff(0, ios_base::cur, ios_base::in);
            return ios_base::goodbit;
        });
        return position;
    }

  protected:
    basic_istream(basic_istream &&other) : _Chcount(other._Chcount)
    {
        base::init();
        base::move(static_cast<base &&>(other));
        other._Chcount = 0;
    }
    basic_istream &operator=(basic_istream &&other)
    {
        swap(other);
        return *this;
    }
    void swap(basic_istream &other)
    {
        streamsize count = _Chcount;

        if (this == &other)
            return;
        base::swap(other);
        _Chcount = other._Chcount;
        other._Chcount = count;
    }

  private:
    enum : iostate { took_delimiter = 0x100 };

    template <class Action> basic_istream &guarded(bool keep_space, Action action)
    {
        buffer_lock<Elem> lock(base::rdbuf());
        iostate state = ios_base::goodbit;

        if (_Ipfx(keep_space)) {
            try {
                state = action();
            } catch (...) {
                base::setstate(ios_base::badbit, true);
            }
        }
        base::setstate(state);
        return *this;
    }
    template <class Action> basic_istream &unformatted(Action action)
    {
        _Chcount = 0;
        return guarded(true, action);
    }
    template <class Action> void keeping_count(Action action)
    {
        guarded(true, action);
    }
    template <class T> basic_istream &number(T &value)
    {
        return guarded(false, [&]() -> iostate {
            iostate state = ios_base::goodbit;

            use_facet<number_facet>(base::getloc())
                .get(istreambuf_iterator<Elem, Traits>(base::rdbuf()), istreambuf_iterator<Elem, Traits>(), *this,
                     state, value);
            return state;
        });
    }
    template <class T> basic_istream &narrower(T &value, long low, long high)
    {
        return guarded(false, [&]() -> iostate {
            iostate state = ios_base::goodbit;
            long wide = 0;

            use_facet<number_facet>(base::getloc())
                .get(istreambuf_iterator<Elem, Traits>(base::rdbuf()), istreambuf_iterator<Elem, Traits>(), *this,
                     state, wide);
            if (wide < low || wide > high) {
                state |= ios_base::failbit;
                wide = wide < low ? low : high;
            }
            value = (T)wide;
            return state;
        });
    }
    /* get() leaves the delimiter, getline() takes it, counts it and fails if the text does not fit. */
    iostate read_until(Elem *text, streamsize count, Elem delimiter, bool line)
    {
        int_type c = base::rdbuf()->sgetc();

        for (; count > 0; c = base::rdbuf()->snextc()) {
            if (c == Traits::eof())
                return ios_base::eofbit | (_Chcount ? 0 : ios_base::failbit);
            if (c == Traits::to_int(delimiter)) {
                if (!line)
                    return _Chcount ? ios_base::goodbit : ios_base::failbit;
                _Chcount++;
                base::rdbuf()->sbumpc();
                return took_delimiter;
            }
            if (--count <= 0)
                break;
            text[_Chcount++] = (Elem)c;
        }
        return line || !_Chcount ? ios_base::failbit : ios_base::goodbit;
    }

    streamsize _Chcount;
};

template <class Elem, class Traits = char_traits<Elem>>
class basic_iostream : public basic_istream<Elem, Traits>, public basic_ostream<Elem, Traits>
{
  public:
    typedef basic_istream<Elem, Traits> input;
    typedef basic_ostream<Elem, Traits> output;

    explicit basic_iostream(basic_streambuf<Elem, Traits> *buffer) : input(buffer, false), output(_Noinit, false) {}
    virtual ~basic_iostream() noexcept {}

  protected:
    basic_iostream(basic_iostream &&other) : input(nullptr, false, true), output(_Noinit, false)
    {
        basic_ios<Elem, Traits>::init();
        input::swap(other);
    }
    basic_iostream &operator=(basic_iostream &&other)
    {
        swap(other);
        return *this;
    }
    void swap(basic_iostream &other)
    {
        if (this != &other)
            input::swap(other);
    }
};

} // namespace std

#endif
