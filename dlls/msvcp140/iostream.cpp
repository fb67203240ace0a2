/* SPDX-License-Identifier: MIT */
/*
 * iostream.cpp: the standard streams. Their buffers keep nothing: what there is to buffer is in the C runtime's FILE, so C
 * and C++ output mix in the order in which it was written.
 */
#include "streams.h"

namespace std
{

static int get(FILE *file, char)
{
    return fgetc(file);
}
static int unget(int c, FILE *file, char)
{
    return ungetc(c, file);
}
static int put(char c, FILE *file)
{
    return fputc((unsigned char)c, file);
}
template <class Elem> static unsigned short get(FILE *file, Elem)
{
    return fgetwc(file);
}
template <class Elem> static unsigned short unget(unsigned short c, FILE *file, Elem)
{
    return ungetwc(c, file);
}
template <class Elem> static unsigned short put(Elem c, FILE *file)
{
    return fputwc((wchar_t)c, file);
}

template <class Elem> class file_buffer : public basic_streambuf<Elem>
{
    typedef basic_streambuf<Elem> base;
    typedef char_traits<Elem> traits;
    typedef typename traits::int_type int_type;

  public:
    explicit file_buffer(unsigned index) : file(__acrt_iob_func(index)), last(traits::eof()) {}
    void _Lock() override
    {
        _lock_file(file);
    }
    void _Unlock() override
    {
        _unlock_file(file);
    }

  protected:
    int_type overflow(int_type c) override
    {
        if (c == traits::eof())
            return 0;
        return put((Elem)c, file) == traits::eof() ? traits::eof() : c;
    }
    int_type underflow() override
    {
        int_type c = get(file, Elem());

        return c == traits::eof() ? c : unget(c, file, Elem());
    }
    int_type uflow() override
    {
        return last = get(file, Elem());
    }
    int_type pbackfail(int_type c) override
    {
        if (c == traits::eof())
            c = last;
        last = traits::eof();
        return c == traits::eof() ? c : unget(c, file, Elem());
    }
    streamsize xsgetn(Elem *to, streamsize count) override
    {
        streamsize done = 0;

        if (sizeof(Elem) == 1)
            done = count > 0 ? (streamsize)fread(to, 1, (size_t)count, file) : 0;
        else
            for (int_type c; done < count && (c = get(file, Elem())) != traits::eof();)
                to[done++] = (Elem)c;
        if (done > 0)
            last = traits::to_int(to[done - 1]);
        return done;
    }
    streamsize xsputn(const Elem *from, streamsize count) override
    {
        streamsize done = 0;

        if (sizeof(Elem) == 1)
            return count > 0 ? (streamsize)fwrite(from, 1, (size_t)count, file) : 0;
        while (done < count && put(from[done], file) != traits::eof())
            done++;
        return done;
    }
    streampos seekoff(streamoff offset, ios_base::seekdir way, ios_base::openmode) override
    {
        fpos_t position;

        if (_fseeki64(file, offset, way) || fgetpos(file, &position))
            return streampos(-1);
        return streampos(position);
    }
    streampos seekpos(streampos wanted, ios_base::openmode) override
    {
        fpos_t position = wanted;

        return fsetpos(file, &position) ? streampos(-1) : wanted;
    }
    base *setbuf(Elem *buffer, streamsize count) override
    {
        return setvbuf(file, (char *)buffer, buffer || count ? 0 : 4, (size_t)count * sizeof(Elem)) ? nullptr : this;
    }
    int sync() override
    {
        return fflush(file) ? -1 : 0;
    }

  private:
    FILE *file;
    int_type last; /* read, for unget() */
};

/* In the order of their construction, which DllMain does. Nothing destroys them: programs' destructors may use them. */
static file_buffer<char> in_buffer(0), out_buffer(1), error_buffer(2), log_buffer(2);
basic_istream<char> cin(&in_buffer, true);
basic_ostream<char> cout(&out_buffer, true), cerr(&error_buffer, true), clog(&log_buffer, true);
basic_istream<char> *_Ptr_cin = &cin;
basic_ostream<char> *_Ptr_cout = &cout, *_Ptr_cerr = &cerr, *_Ptr_clog = &clog;

static file_buffer<wchar_t> wide_in(0), wide_out(1), wide_error(2), wide_log(2);
basic_istream<wchar_t> wcin(&wide_in, true);
basic_ostream<wchar_t> wcout(&wide_out, true), wcerr(&wide_error, true), wclog(&wide_log, true);
basic_istream<wchar_t> *_Ptr_wcin = &wcin;
basic_ostream<wchar_t> *_Ptr_wcout = &wcout, *_Ptr_wcerr = &wcerr, *_Ptr_wclog = &wclog;

static struct connect {
    connect()
    {
        cin.tie(&cout);
        cerr.tie(&cout);
        cerr.setf(ios_base::unitbuf);
        wcin.tie(&wcout);
        wcerr.tie(&wcout);
        wcerr.setf(ios_base::unitbuf);
    }
} connected;

/* ---- the objects in programs' files that keep the streams alive ---- */

int ios_base::Init::_Init_cnt;

int &ios_base::Init::_Init_cnt_func()
{
    return _Init_cnt;
}

void ios_base::Init::_Init_ctor(Init *)
{
    __atomic_add_fetch(&_Init_cnt, 1, __ATOMIC_RELAXED);
}

void ios_base::Init::_Init_dtor(Init *)
{
    if (__atomic_sub_fetch(&_Init_cnt, 1, __ATOMIC_RELAXED))
        return;
    cout.flush();
    cerr.flush();
    clog.flush();
}

class EXPORTED _Winit
{
  public:
    _Winit();
    ~_Winit() noexcept;

  private:
    static int _Init_cnt;
};
int _Winit::_Init_cnt;

_Winit::_Winit()
{
    __atomic_add_fetch(&_Init_cnt, 1, __ATOMIC_RELAXED);
}

_Winit::~_Winit() noexcept
{
    if (__atomic_sub_fetch(&_Init_cnt, 1, __ATOMIC_RELAXED))
        return;
    wcout.flush();
    wcerr.flush();
    wclog.flush();
}

/* ---- opening files for basic_filebuf, which is in the programs ---- */

enum { app = 8, ate = 4, trunc = 16, binary = 32, no_create = 64, no_replace = 128 };

template <class Elem>
static FILE *open_file(const Elem *name, ios_base::openmode mode, int sharing,
                       FILE *(*open)(const Elem *, const Elem *, int), const Elem *reading)
{
    static const struct {
        int mode;
        char text[4];
    } modes[] = {
        { ios_base::in, "r" },
        { ios_base::out, "w" },
        { ios_base::out | trunc, "w" },
        { ios_base::out | app, "a" },
        { app, "a" },
        { ios_base::in | ios_base::out, "r+" },
        { ios_base::in | ios_base::out | trunc, "w+" },
        { ios_base::in | ios_base::out | app, "a+" },
        { ios_base::in | app, "a+" },
    };
    FILE *file;
    Elem text[8];
    size_t i = 0, at = 0;

    if (mode & no_create)
        mode |= ios_base::in; /* which does not create either */
    for (; i < sizeof(modes) / sizeof(*modes); i++)
        if (modes[i].mode == (mode & (ios_base::in | ios_base::out | trunc | app)))
            break;
    if (i == sizeof(modes) / sizeof(*modes))
        return nullptr;
    if ((mode & no_replace) && (mode & (ios_base::out | app))) {
        file = open(name, reading, sharing);
        if (file) {
            fclose(file);
            return nullptr;
        }
    }
    for (const char *p = modes[i].text; *p; p++)
        text[at++] = (Elem)*p;
    if (mode & binary)
        text[at++] = 'b';
    text[at] = 0;
    file = open(name, text, sharing);
    if (file && (mode & ate) && _fseeki64(file, 0, 2)) {
        fclose(file);
        return nullptr;
    }
    return file;
}

FILE *_Fiopen(const char *name, int mode, int sharing)
{
    return open_file<char>(name, mode, sharing, _fsopen, "r");
}
FILE *_Fiopen(const wchar_t *name, int mode, int sharing)
{
    return open_file<wchar_t>(name, mode, sharing, _wfsopen, L"r");
}
FILE *_Fiopen(const unsigned short *name, int mode, int sharing)
{
    return open_file<wchar_t>((const wchar_t *)name, mode, sharing, _wfsopen, L"r");
}

} // namespace std
