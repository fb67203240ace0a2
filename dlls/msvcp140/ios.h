/* SPDX-License-Identifier: MIT */
/*
 * ios.h: ios_base, stream buffers and the iterators over them.
 */
#ifndef TRANSOM_MSVCP_IOS_H
#define TRANSOM_MSVCP_IOS_H

#include "locale.h"

namespace std
{

template <class T> class _Iosb
{ /* an empty base */
};

class EXPORTED ios_base : public _Iosb<int>
{
  public:
    typedef int fmtflags, iostate, openmode, seekdir;
    enum : int {
        skipws = 0x0001,
        unitbuf = 0x0002,
        uppercase = 0x0004,
        showbase = 0x0008,
        showpoint = 0x0010,
        showpos = 0x0020,
        left = 0x0040,
        right = 0x0080,
        internal = 0x0100,
        dec = 0x0200,
        oct = 0x0400,
        hex = 0x0800,
        scientific = 0x1000,
        fixed = 0x2000,
        boolalpha = 0x4000,
        stdio = 0x8000,
        adjustfield = left | right | internal,
        basefield = dec | oct | hex,
        floatfield = scientific | fixed,
        all_flags = 0xffff,

        goodbit = 0,
        eofbit = 1,
        failbit = 2,
        badbit = 4,
        state_mask = 0x17,

        in = 1,
        out = 2,

        beg = 0,
        cur = 1,
        end = 2,
    };
    enum event { erase_event, imbue_event, copyfmt_event };
    typedef void (*event_callback)(event, ios_base &, int);

    class failure : public system_error
    {
      public:
        explicit failure(const char *text) : system_error(error_code(1, iostream_errors()), text) {}
    };

    /* One in each file that includes <iostream>: the standard streams exist before their users. */
    class EXPORTED Init
    {
      public:
        Init()
        {
            _Init_ctor(this);
        }
        ~Init() noexcept
        {
            _Init_dtor(this);
        }

      private:
        static void _Init_ctor(Init *init);
        static void _Init_dtor(Init *init);
        static int &_Init_cnt_func();
        static int _Init_cnt;
    };

    virtual ~ios_base() noexcept
    {
        _Ios_base_dtor(this);
    }
    operator bool() const
    {
        return !fail();
    }
    bool operator!() const
    {
        return fail();
    }
    void clear(iostate state, bool reraise);
    void clear(iostate state = goodbit)
    {
        clear(state, false);
    }
    void clear(unsigned state)
    {
        clear((iostate)state, false);
    }
    iostate rdstate() const
    {
        return _Mystate;
    }
    void setstate(iostate state, bool reraise)
    {
        clear(_Mystate | state, reraise);
    }
    void setstate(iostate state)
    {
        clear(_Mystate | state, false);
    }
    void setstate(unsigned state)
    {
        setstate((iostate)state);
    }
    bool good() const
    {
        return _Mystate == goodbit;
    }
    bool eof() const
    {
        return (_Mystate & eofbit) != 0;
    }
    bool fail() const
    {
        return (_Mystate & (badbit | failbit)) != 0;
    }
    bool bad() const
    {
        return (_Mystate & badbit) != 0;
    }
    iostate exceptions() const
    {
        return _Except;
    }
    void exceptions(iostate state)
    {
        _Except = state & state_mask;
        clear(_Mystate);
    }
    void exceptions(unsigned state)
    {
        exceptions((iostate)state);
    }
    fmtflags flags() const
    {
        return _Fmtfl;
    }
    fmtflags flags(fmtflags flags)
    {
        fmtflags old = _Fmtfl;

        _Fmtfl = flags & all_flags;
        return old;
    }
    fmtflags setf(fmtflags flags)
    {
        fmtflags old = _Fmtfl;

        _Fmtfl |= flags & all_flags;
        return old;
    }
    fmtflags setf(fmtflags flags, fmtflags mask)
    {
        fmtflags old = _Fmtfl;

        _Fmtfl = (_Fmtfl & ~mask) | (flags & mask & all_flags);
        return old;
    }
    void unsetf(fmtflags mask)
    {
        _Fmtfl &= ~mask;
    }
    streamsize precision() const
    {
        return _Prec;
    }
    streamsize precision(streamsize precision)
    {
        streamsize old = _Prec;

        _Prec = precision;
        return old;
    }
    streamsize width() const
    {
        return _Wide;
    }
    streamsize width(streamsize width)
    {
        streamsize old = _Wide;

        _Wide = width;
        return old;
    }
    locale getloc() const
    {
        return *_Ploc;
    }
    locale imbue(const locale &next);
    static int xalloc();
    long &iword(int index)
    {
        return _Findarr(index)._Lo;
    }
    void *&pword(int index)
    {
        return _Findarr(index)._Vp;
    }
    void register_callback(event_callback callback, int index);
    ios_base &copyfmt(const ios_base &other);
    void swap(ios_base &other);
    static bool sync_with_stdio(bool synchronised = true);
    static void _Addstd(ios_base *stream);

  protected:
    ios_base();
    void _Init();

    size_t _Stdstr; /* number of the standard stream, 0 if it is none */

  private:
    struct _Iosarray {
        _Iosarray *_Next;
        int _Index;
        long _Lo;
        void *_Vp;
    };
    struct _Fnarray {
        _Fnarray *_Next;
        int _Index;
        event_callback _Pfn;
    };
    void _Callfns(event what);
    _Iosarray &_Findarr(int index);
    void _Tidy() noexcept;
    static void _Ios_base_dtor(ios_base *stream);

    iostate _Mystate, _Except;
    fmtflags _Fmtfl;
    streamsize _Prec, _Wide;
    _Iosarray *_Arr;
    _Fnarray *_Calls;
    locale *_Ploc;
    static int _Index;
    static bool _Sync;
};

/* ---- buffers: they have areas of their own, or use those of somebody else (a FILE, in Microsoft's filebuf) ---- */

template <class Elem, class Traits = char_traits<Elem>> class basic_streambuf
{
  public:
    typedef typename Traits::int_type int_type;
    typedef streampos pos_type;
    typedef streamoff off_type;

    virtual ~basic_streambuf() noexcept
    {
        delete _Plocale;
    }
    pos_type pubseekoff(off_type offset, ios_base::seekdir way, ios_base::openmode which = 3)
    {
        return seekoff(offset, way, which);
    }
    pos_type pubseekoff(off_type offset, unsigned way, unsigned which)
    {
        return pubseekoff(offset, (ios_base::seekdir)way, (ios_base::openmode)which);
    }
    pos_type pubseekpos(pos_type position, ios_base::openmode which = 3)
    {
        return seekpos(position, which);
    }
    pos_type pubseekpos(pos_type position, unsigned which)
    {
        return seekpos(position, (ios_base::openmode)which);
    }
    basic_streambuf *pubsetbuf(Elem *buffer, streamsize size)
    {
        return setbuf(buffer, size);
    }
    locale pubimbue(const locale &next)
    {
        locale old = *_Plocale;

        imbue(next);
        *_Plocale = next;
        return old;
    }
    locale getloc() const
    {
        return *_Plocale;
    }
    streamsize in_avail()
    {
        streamsize count = _Gnavail();

        return count > 0 ? count : showmanyc();
    }
    int pubsync()
    {
        return sync();
    }
    int_type sbumpc()
    {
        return _Gnavail() > 0 ? Traits::to_int(*_Gninc()) : uflow();
    }
    int_type sgetc()
    {
        return _Gnavail() > 0 ? Traits::to_int(*gptr()) : underflow();
    }
    streamsize sgetn(Elem *to, streamsize count)
    {
        return xsgetn(to, count);
    }
    int_type snextc()
    {
        if (_Gnavail() > 1)
            return Traits::to_int(*_Gnpreinc());
        return sbumpc() == Traits::eof() ? Traits::eof() : sgetc();
    }
    int_type sputbackc(Elem c)
    {
        return gptr() && eback() < gptr() && c == gptr()[-1] ? Traits::to_int(*_Gndec()) : pbackfail(Traits::to_int(c));
    }
    void stossc()
    {
        if (_Gnavail() > 0)
            _Gninc();
        else
            uflow();
    }
    int_type sungetc()
    {
        return gptr() && eback() < gptr() ? Traits::to_int(*_Gndec()) : pbackfail(Traits::eof());
    }
    int_type sputc(Elem c)
    {
        return _Pnavail() > 0 ? Traits::to_int(*_Pninc() = c) : overflow(Traits::to_int(c));
    }
    streamsize sputn(const Elem *from, streamsize count)
    {
        return xsputn(from, count);
    }
    virtual void _Lock() {}
    virtual void _Unlock() {}

  protected:
    basic_streambuf() : _Plocale(new locale)
    {
        _Init();
    }
    explicit basic_streambuf(_Uninitialized) noexcept {}
    basic_streambuf(const basic_streambuf &other) : _Plocale(new locale(other.getloc()))
    {
        _Init();
        copy_areas(other);
    }
    basic_streambuf &operator=(const basic_streambuf &other)
    {
        if (this != &other) {
            copy_areas(other);
            pubimbue(other.getloc());
        }
        return *this;
    }
    void swap(basic_streambuf &other)
    {
        if (this == &other)
            return;

        basic_streambuf saved(other);
        locale *place = _Plocale;

        other.copy_areas(*this);
        copy_areas(saved);
        _Plocale = other._Plocale;
        other._Plocale = place;
    }
    Elem *eback() const
    {
        return *_IGfirst;
    }
    Elem *gptr() const
    {
        return *_IGnext;
    }
    Elem *pbase() const
    {
        return *_IPfirst;
    }
    Elem *pptr() const
    {
        return *_IPnext;
    }
    Elem *egptr() const
    {
        return *_IGnext + *_IGcount;
    }
    void gbump(int offset)
    {
        *_IGcount -= offset;
        *_IGnext += offset;
    }
    void setg(Elem *first, Elem *next, Elem *last)
    {
        *_IGfirst = first;
        *_IGnext = next;
        *_IGcount = (int)(last - next);
    }
    Elem *epptr() const
    {
        return *_IPnext + *_IPcount;
    }
    Elem *_Gndec()
    {
        ++*_IGcount;
        return --*_IGnext;
    }
    Elem *_Gninc()
    {
        --*_IGcount;
        return (*_IGnext)++;
    }
    Elem *_Gnpreinc()
    {
        --*_IGcount;
        return ++*_IGnext;
    }
    streamsize _Gnavail() const
    {
        return *_IGnext ? *_IGcount : 0;
    }
    void pbump(int offset)
    {
        *_IPcount -= offset;
        *_IPnext += offset;
    }
    void setp(Elem *first, Elem *last)
    {
        *_IPfirst = first;
        *_IPnext = first;
        *_IPcount = (int)(last - first);
    }
    void setp(Elem *first, Elem *next, Elem *last)
    {
        *_IPfirst = first;
        *_IPnext = next;
        *_IPcount = (int)(last - next);
    }
    Elem *_Pninc()
    {
        --*_IPcount;
        return (*_IPnext)++;
    }
    streamsize _Pnavail() const
    {
        return *_IPnext ? *_IPcount : 0;
    }
    void _Init()
    {
        _IGfirst = &_Gfirst;
        _IPfirst = &_Pfirst;
        _IGnext = &_Gnext;
        _IPnext = &_Pnext;
        _IGcount = &_Gcount;
        _IPcount = &_Pcount;
        setp(nullptr, nullptr);
        setg(nullptr, nullptr, nullptr);
    }
    void _Init(Elem **read_first, Elem **read_next, int *read_count, Elem **write_first, Elem **write_next,
               int *write_count)
    {
        _IGfirst = read_first;
        _IPfirst = write_first;
        _IGnext = read_next;
        _IPnext = write_next;
        _IGcount = read_count;
        _IPcount = write_count;
    }

    virtual int_type overflow(int_type = Traits::eof())
    {
        return Traits::eof();
    }
    virtual int_type pbackfail(int_type = Traits::eof())
    {
        return Traits::eof();
    }
    virtual streamsize showmanyc()
    {
        return 0;
    }
    virtual int_type underflow()
    {
        return Traits::eof();
    }
    virtual int_type uflow()
    {
        return underflow() == Traits::eof() ? Traits::eof() : Traits::to_int(*_Gninc());
    }
    virtual streamsize xsgetn(Elem *to, streamsize count)
    {
        streamsize done = 0;

        while (done < count) {
            streamsize ready = _Gnavail();

            if (ready > 0) {
                if (ready > count - done)
                    ready = count - done;
                memcpy(to + done, gptr(), (size_t)ready * sizeof(Elem));
                done += ready;
                gbump((int)ready);
            } else {
                int_type c = uflow();

                if (c == Traits::eof())
                    break;
                to[done++] = (Elem)c;
            }
        }
        return done;
    }
    virtual streamsize xsputn(const Elem *from, streamsize count)
    {
        streamsize done = 0;

        while (done < count) {
            streamsize room = _Pnavail();

            if (room > 0) {
                if (room > count - done)
                    room = count - done;
                memcpy(pptr(), from + done, (size_t)room * sizeof(Elem));
                done += room;
                pbump((int)room);
            } else if (overflow(Traits::to_int(from[done])) == Traits::eof()) {
                break;
            } else {
                done++;
            }
        }
        return done;
    }
    virtual pos_type seekoff(off_type, ios_base::seekdir, ios_base::openmode = 3)
    {
        return pos_type(-1);
    }
    virtual pos_type seekpos(pos_type, ios_base::openmode = 3)
    {
        return pos_type(-1);
    }
    virtual basic_streambuf *setbuf(Elem *, streamsize)
    {
        return this;
    }
    virtual int sync()
    {
        return 0;
    }
    virtual void imbue(const locale &) {}

  private:
    /* Areas of one's own stay relative to what they point to; the other's indirections are not taken over. */
    void copy_areas(const basic_streambuf &other)
    {
        setp(other.pbase(), other.pptr(), other.epptr());
        setg(other.eback(), other.gptr(), other.egptr());
    }

    Elem *_Gfirst, *_Pfirst;
    Elem **_IGfirst, **_IPfirst;
    Elem *_Gnext, *_Pnext;
    Elem **_IGnext, **_IPnext;
    int _Gcount, _Pcount;
    int *_IGcount, *_IPcount;

  protected:
    locale *_Plocale;
};

template <class Elem, class Traits = char_traits<Elem>> class istreambuf_iterator
{
  public:
    istreambuf_iterator(basic_streambuf<Elem, Traits> *buffer = nullptr) noexcept
        : _Strbuf(buffer), _Got(!buffer), _Val()
    {
    }
    bool at_end() const
    {
        peek();
        return !_Strbuf;
    }
    Elem operator*() const
    {
        peek();
        return _Val;
    }
    istreambuf_iterator &operator++()
    {
        if (_Strbuf && _Strbuf->sbumpc() == Traits::eof()) {
            _Strbuf = nullptr;
            _Got = true;
        } else {
            _Got = false;
        }
        return *this;
    }
    bool operator==(const istreambuf_iterator &other) const
    {
        return at_end() == other.at_end();
    }
    bool operator!=(const istreambuf_iterator &other) const
    {
        return !(*this == other);
    }

  private:
    void peek() const
    {
        if (_Got)
            return;

        typename Traits::int_type c = _Strbuf ? _Strbuf->sgetc() : Traits::eof();

        if (c == Traits::eof())
            _Strbuf = nullptr;
        else
            _Val = (Elem)c;
        _Got = true;
    }
    mutable basic_streambuf<Elem, Traits> *_Strbuf;
    mutable bool _Got;
    mutable Elem _Val;
};

template <class Elem, class Traits = char_traits<Elem>> class ostreambuf_iterator
{
  public:
    ostreambuf_iterator(basic_streambuf<Elem, Traits> *buffer) noexcept : _Failed(false), _Strbuf(buffer) {}
    void put(Elem c)
    {
        if (!_Strbuf || _Strbuf->sputc(c) == Traits::eof())
            _Failed = true;
    }
    void put(const Elem *text, size_t count)
    {
        if (!_Strbuf || _Strbuf->sputn(text, (streamsize)count) != (streamsize)count)
            _Failed = true;
    }
    bool failed() const noexcept
    {
        return _Failed;
    }

  private:
    bool _Failed;
    basic_streambuf<Elem, Traits> *_Strbuf;
};

} // namespace std

#endif
