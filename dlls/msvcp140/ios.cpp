/* SPDX-License-Identifier: MIT */
/*
 * ios.cpp: ios_base, and the instantiations of the stream templates.
 */
#include "streams.h"

namespace std
{

int ios_base::_Index;
bool ios_base::_Sync = true;

/* Standard streams have a number, by which the one that several DLLs' Init objects share is destroyed once. */
enum { standard_streams = 8 };
static ios_base *standard_stream[standard_streams];
static char standard_count[standard_streams];

ios_base::ios_base() : _Stdstr(0), _Arr(nullptr), _Calls(nullptr), _Ploc(nullptr) {}

void ios_base::_Init()
{
    _Ploc = nullptr;
    _Stdstr = 0;
    _Except = goodbit;
    _Fmtfl = skipws | dec;
    _Prec = 6;
    _Wide = 0;
    _Arr = nullptr;
    _Calls = nullptr;
    clear(goodbit);
    _Ploc = new locale;
}

void ios_base::_Addstd(ios_base *stream)
{
    _Lockit lock(_LOCK_STREAM);
    size_t number = 1;

    while (number < standard_streams - 1 && standard_stream[number] && standard_stream[number] != stream)
        number++;
    stream->_Stdstr = number;
    standard_stream[number] = stream;
    standard_count[number]++;
}

void ios_base::_Ios_base_dtor(ios_base *stream)
{
    if (stream->_Stdstr && --standard_count[stream->_Stdstr] > 0)
        return;
    stream->_Tidy();
    delete stream->_Ploc;
}

/* What is set in the exception mask is thrown; `reraise` says that the cause is being handled and goes on. */
void ios_base::clear(iostate state, bool reraise)
{
    _Mystate = state & state_mask;
    if (!(_Mystate & _Except))
        return;
    if (reraise)
        throw;
    if (_Mystate & _Except & badbit)
        throw failure("ios_base::badbit set: iostream stream error");
    if (_Mystate & _Except & failbit)
        throw failure("ios_base::failbit set: iostream stream error");
    throw failure("ios_base::eofbit set: iostream stream error");
}

locale ios_base::imbue(const locale &next)
{
    locale old = *_Ploc;

    *_Ploc = next;
    _Callfns(imbue_event);
    return old;
}

int ios_base::xalloc()
{
    return __atomic_fetch_add(&_Index, 1, __ATOMIC_RELAXED);
}

void ios_base::register_callback(event_callback callback, int index)
{
    _Calls = new _Fnarray{ _Calls, index, callback };
}

void ios_base::_Callfns(event what)
{
    for (_Fnarray *call = _Calls; call; call = call->_Next)
        call->_Pfn(what, *this, call->_Index);
}

ios_base::_Iosarray &ios_base::_Findarr(int index)
{
    _Iosarray *unused = nullptr;

    for (_Iosarray *entry = _Arr; entry; entry = entry->_Next) {
        if (entry->_Index == index)
            return *entry;
        if (!unused && !entry->_Lo && !entry->_Vp)
            unused = entry;
    }
    if (unused)
        unused->_Index = index;
    else
        unused = _Arr = new _Iosarray{ _Arr, index, 0, nullptr };
    return *unused;
}

void ios_base::_Tidy() noexcept
{
    _Callfns(erase_event);
    while (_Arr) {
        _Iosarray *next = _Arr->_Next;

        delete _Arr;
        _Arr = next;
    }
    while (_Calls) {
        _Fnarray *next = _Calls->_Next;

        delete _Calls;
        _Calls = next;
    }
}

ios_base &ios_base::copyfmt(const ios_base &other)
{
    if (this == &other)
        return *this;
    _Tidy();
    *_Ploc = *other._Ploc;
    _Fmtfl = other._Fmtfl;
    _Prec = other._Prec;
    _Wide = other._Wide;
    for (_Iosarray *entry = other._Arr; entry; entry = entry->_Next)
        if (entry->_Lo || entry->_Vp) {
            iword(entry->_Index) = entry->_Lo;
            pword(entry->_Index) = entry->_Vp;
        }
    for (_Fnarray *call = other._Calls; call; call = call->_Next)
        register_callback(call->_Pfn, call->_Index);
    _Callfns(copyfmt_event);
    exceptions(other._Except);
    return *this;
}

template <class T> static void exchange(T &a, T &b)
{
    T saved = a;

    a = b;
    b = saved;
}

void ios_base::swap(ios_base &other)
{
    if (this == &other)
        return;
    exchange(_Mystate, other._Mystate);
    exchange(_Except, other._Except);
    exchange(_Fmtfl, other._Fmtfl);
    exchange(_Prec, other._Prec);
    exchange(_Wide, other._Wide);
    exchange(_Arr, other._Arr);
    exchange(_Calls, other._Calls);
    exchange(_Ploc, other._Ploc);
}

bool ios_base::sync_with_stdio(bool synchronised)
{
    _Lockit lock(_LOCK_STREAM);
    bool old = _Sync;

    _Sync = synchronised;
    return old;
}

/* ---- manipulators that are not templates ---- */

template <class T> struct _Smanip {
    _Smanip(void (*f)(ios_base &, T), T a) : function(f), argument(a) {}
    void (*function)(ios_base &, T);
    T argument;
};

static void reset_flags(ios_base &stream, int mask)
{
    stream.setf(0, mask);
}
static void set_flags(ios_base &stream, int mask)
{
    stream.setf(ios_base::all_flags, mask);
}
static void set_base(ios_base &stream, int base)
{
    stream.setf(base == 8    ? ios_base::oct
                : base == 10 ? ios_base::dec
                : base == 16 ? ios_base::hex
                             : 0,
                ios_base::basefield);
}
static void set_precision(ios_base &stream, streamsize precision)
{
    stream.precision(precision);
}
static void set_width(ios_base &stream, streamsize width)
{
    stream.width(width);
}

_Smanip<int> resetiosflags(int mask)
{
    return _Smanip<int>(reset_flags, mask);
}
_Smanip<int> setiosflags(int mask)
{
    return _Smanip<int>(set_flags, mask);
}
_Smanip<int> setbase(int base)
{
    return _Smanip<int>(set_base, base);
}
_Smanip<streamsize> setprecision(streamsize precision)
{
    return _Smanip<streamsize>(set_precision, precision);
}
_Smanip<streamsize> setw(streamsize width)
{
    return _Smanip<streamsize>(set_width, width);
}

template <class Elem> static basic_istream<Elem> &skip_space(basic_istream<Elem> &stream)
{
    ios_base::fmtflags flags = stream.flags();

    if (!stream.eof()) {
        const ctype<Elem> &chars = use_facet<ctype<Elem>>(stream.getloc());

        for (auto c = stream.rdbuf()->sgetc();; c = stream.rdbuf()->snextc()) {
            if (c == char_traits<Elem>::eof()) {
                stream.setstate(ios_base::eofbit);
                break;
            }
            if (!chars.is(ctype_base::space, (Elem)c))
                break;
        }
    }
    stream.flags(flags);
    return stream;
}

basic_istream<char> &ws(basic_istream<char> &stream)
{
    return skip_space(stream);
}
basic_istream<wchar_t> &ws(basic_istream<wchar_t> &stream)
{
    return skip_space(stream);
}
basic_istream<unsigned short> &ws(basic_istream<unsigned short> &stream)
{
    return skip_space(stream);
}

#define INSTANTIATE(Elem)                                                                                              \
    template class EXPORTED basic_streambuf<Elem>;                                                                     \
    template class EXPORTED basic_ios<Elem>;                                                                           \
    template class EXPORTED basic_ostream<Elem>;                                                                       \
    template class EXPORTED basic_istream<Elem>;                                                                       \
    template class EXPORTED basic_iostream<Elem>;                                                                      \
    template class EXPORTED num_put<Elem, ostreambuf_iterator<Elem>>;                                                  \
    template class EXPORTED num_get<Elem, istreambuf_iterator<Elem>>;                                                  \
    template class EXPORTED time_put<Elem, ostreambuf_iterator<Elem>>;                                                 \
    template class numpunct<Elem>;

INSTANTIATE(char)
INSTANTIATE(wchar_t)
INSTANTIATE(unsigned short)

} // namespace std
