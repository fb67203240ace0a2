/* SPDX-License-Identifier: MIT */
/*
 * streams.cpp: streams over a buffer of the program's own, as any program has them that includes <ostream>: the classes are
 * declared with their layout and virtual functions, the code is the DLL's.
 */
#include "cxxtest.h"

struct _Mbstatet;

namespace std {

typedef long long streamsize;
template <class Elem> struct char_traits;
class locale;
template <class State> class fpos {
  public:
    fpos(const fpos &other);

  private:
    long long offset, file, state;
};
class exception
{
  public:
    virtual ~exception();
    virtual const char *what() const;
};
class logic_error : public exception
{
};
class length_error : public logic_error
{
};
class runtime_error : public exception
{
};


class ios_base
{
  public:
    virtual ~ios_base();
    int flags() const;
    int flags(int flags);
    int setf(int flags, int mask);
    streamsize width(streamsize width);
    streamsize precision(streamsize precision);
    int rdstate() const;
    bool good() const;
    bool eof() const;
    bool fail() const;
    void exceptions(int mask);
    long &iword(int index);
    static int xalloc();

  private:
    char members[64];
};

template <class Elem, class Traits> class basic_streambuf
{
  public:
    virtual ~basic_streambuf();
    virtual void _Lock();
    virtual void _Unlock();
    int sputc(Elem c);
    int sgetc();
    int snextc();

  protected:
    basic_streambuf();
    void setg(Elem *first, Elem *next, Elem *last);
    void setp(Elem *first, Elem *last);
    Elem *pptr() const;
    Elem *pbase() const;
    virtual int overflow(int c);
    virtual int pbackfail(int c);
    virtual streamsize showmanyc();
    virtual int underflow();
    virtual int uflow();
    virtual streamsize xsgetn(Elem *to, streamsize count);
    virtual streamsize xsputn(const Elem *from, streamsize count);
    virtual fpos<_Mbstatet> seekoff(long long offset, int way, int which);
    virtual fpos<_Mbstatet> seekpos(fpos<_Mbstatet> to, int which);
    virtual basic_streambuf *setbuf(Elem *buffer, streamsize size);
    virtual int sync();
    virtual void imbue(const locale &next);

  private:
    char members[96];
};

template <class Elem, class Traits> class basic_ios : public ios_base
{
  public:
    virtual ~basic_ios();
    void clear(int state, bool reraise);
    Elem fill(Elem c);
    Elem widen(char c) const;
    basic_streambuf<Elem, Traits> *rdbuf() const;

  protected:
    basic_ios();

  private:
    char members[24];
};

template <class Elem, class Traits> class basic_ostream : virtual public basic_ios<Elem, Traits>
{
  public:
    explicit basic_ostream(basic_streambuf<Elem, Traits> *buffer, bool standard);
    virtual ~basic_ostream();
    basic_ostream &operator<<(bool value);
    basic_ostream &operator<<(short value);
    basic_ostream &operator<<(int value);
    basic_ostream &operator<<(unsigned value);
    basic_ostream &operator<<(long long value);
    basic_ostream &operator<<(unsigned long long value);
    basic_ostream &operator<<(double value);
    basic_ostream &operator<<(const void *value);
    basic_ostream &put(Elem c);
    basic_ostream &write(const Elem *text, streamsize count);
    basic_ostream &flush();
};

template <class Elem, class Traits> class basic_istream : virtual public basic_ios<Elem, Traits>
{
  public:
    explicit basic_istream(basic_streambuf<Elem, Traits> *buffer, bool standard);
    virtual ~basic_istream();
    basic_istream &operator>>(bool &value);
    basic_istream &operator>>(short &value);
    basic_istream &operator>>(int &value);
    basic_istream &operator>>(unsigned long long &value);
    basic_istream &operator>>(double &value);
    int get();
    int peek();
    basic_istream &getline(Elem *text, streamsize count);
    basic_istream &read(Elem *text, streamsize count);
    basic_istream &ignore(streamsize count, int delimiter);
    basic_istream &unget();
    streamsize gcount() const;

  private:
    streamsize count;
};

typedef basic_streambuf<char, char_traits<char>> streambuf;
typedef basic_ostream<char, char_traits<char>> ostream;
typedef basic_istream<char, char_traits<char>> istream;

[[noreturn]] void _Xlength_error(const char *text);
[[noreturn]] void _Xruntime_error(const char *text);

} // namespace std

void __ExceptionPtrCreate(void *p);
void __ExceptionPtrDestroy(void *p);
void __ExceptionPtrCopy(void *to, const void *from);
void __ExceptionPtrCurrentException(void *p);
bool __ExceptionPtrToBool(const void *p);
[[noreturn]] void __ExceptionPtrRethrow(const void *p);

enum {
    hex = 0x800,
    oct = 0x400,
    dec = 0x200,
    base_mask = 0xe00,
    show_base = 8,
    show_pos = 0x20,
    upper = 4,
    left = 0x40,
    internal = 0x100,
    adjust_mask = 0x1c0,
    fixed = 0x2000,
    scientific = 0x1000,
    float_mask = 0x3000,
    bool_alpha = 0x4000,
    eof_bit = 1,
    fail_bit = 2,
};

class text_buffer : public std::streambuf
{
  public:
    explicit text_buffer(const char *input = "")
    {
        setg((char *)input, (char *)input, (char *)input + strlen(input));
    }
    char text[512] = {};
    size_t used = 0;

  protected:
    int overflow(int c) override
    {
        text[used++] = (char)c;
        return c;
    }
};

static void check_text(int line, text_buffer &buffer, const char *expected)
{
    test_check(__FILE__, line, !strcmp(buffer.text, expected), "got \"%s\", expected \"%s\"", buffer.text, expected);
    memset(buffer.text, 0, sizeof(buffer.text));
    buffer.used = 0;
}
#define TEXT(expected) check_text(__LINE__, buffer, expected)

static void test_output()
{
    text_buffer buffer;
    std::ostream out(&buffer, false);

    out << 42 << -7 << 0u << (short)-3;
    TEXT("42-70-3");
    out.setf(hex, base_mask);
    out << 255 << (short)-1 << 0xfedcba9876543210ull;
    TEXT("fffffffedcba9876543210");
    out.flags(out.flags() | show_base | upper);
    out << 255 << 0;
    TEXT("0XFF0");
    out.flags(show_base | oct);
    out << 8 << 0;
    TEXT("0100");
    out.flags(dec | show_pos);
    out << 5 << -5 << 5u;
    TEXT("+5-55");
    out.flags(dec);
    out.fill('*');
    out.width(6);
    out << 42;
    out << 42;
    TEXT("****4242");
    out.flags(dec | left);
    out.width(5);
    out << -1;
    TEXT("-1***");
    out.flags(dec | internal);
    out.width(5);
    out << -1;
    TEXT("-***1");
    out.flags(dec);
    out << 3.14159265 << ' ' << 1e100 << 0.1;
    TEXT("3.14159321e+1000.1");
    out.flags(dec | fixed);
    out.precision(2);
    out << 2.5 << 1e15;
    TEXT("2.501000000000000000.00");
    out.flags(dec | scientific);
    out << 12345.678;
    TEXT("1.23e+04");
    out.flags(dec | bool_alpha);
    out << true << false;
    TEXT("truefalse");
    out.flags(dec);
    out << true << (const void *)0x1234;
    TEXT("10000000000001234");
    out.put('x').write("yz", 2).flush();
    TEXT("xyz");
    ok(out.good(), "state %d", out.rdstate());
}

static void test_input()
{
    text_buffer buffer("12 -34 70000 0x1f 3.5e2 99999999999 word line\nnext");
    std::istream in(&buffer, false);
    int a = 0, b = 0;
    short s = 0;
    double d = 0;
    char text[20];

    in >> a >> b;
    ok(a == 12 && b == -34, "%d %d", a, b);
    in >> s;
    ok(in.fail() && s == 32767, "too large for a short: %d", s);
    in.clear(0, false);
    in.setf(hex, base_mask);
    in >> a;
    ok(a == 31, "%d", a);
    in.setf(dec, base_mask);
    in >> d;
    ok(d == 350, "%d", (int)d);
    in >> a;
    ok(in.fail() && a == 0x7fffffff, "too large for an int: %d", a);
    in.clear(0, false);
    in >> a;
    ok(in.fail() && a == 0, "no number: %d", a);
    in.clear(0, false);
    ok(in.peek() == 'w' && in.get() == 'w', "peek and get");
    in.unget();
    in.read(text, 4);
    ok(in.gcount() == 4 && !strcmp((text[4] = 0, text), "word"), "read %d", (int)in.gcount());
    in.getline(text, sizeof(text));
    ok(!strcmp(text, " line") && in.gcount() == 6, "\"%s\" %d", text, (int)in.gcount());
    in.getline(text, 3);
    ok(in.fail() && !strcmp(text, "ne"), "a line longer than the room: \"%s\"", text);
    in.clear(0, false);
    in.ignore(100, '\n');
    ok(in.eof() && in.gcount() == 2, "ignored %d", (int)in.gcount());
    ok(in.get() == -1 && in.fail(), "at the end");
}

static void test_exceptions()
{
    text_buffer buffer("x");
    std::istream in(&buffer, false);
    int a;

    in.exceptions(fail_bit);
    try {
        in >> a;
    } catch (std::runtime_error &error) {
        note(error.what());
    }
    noted("ios_base::failbit set: iostream stream error");
    try {
        std::_Xlength_error("too long");
    } catch (std::length_error &error) {
        note(error.what());
    }
    noted("too long");
    try {
        std::_Xlength_error("too long");
    } catch (std::exception &error) {
        note(error.what());
    }
    noted("too long");
}

static void test_exception_ptr()
{
    void *first[2], *second[2], *none[2];

    __ExceptionPtrCreate(none);
    ok(!__ExceptionPtrToBool(none), "none");
    try {
        throw tracked(10);
    } catch (...) {
        __ExceptionPtrCurrentException(first);
    }
    noted("copy11 ~10");
    __ExceptionPtrCopy(second, first);
    __ExceptionPtrDestroy(first);
    noted("");
    try {
        __ExceptionPtrRethrow(second);
    } catch (tracked &t) {
        note("caught%d", t.id);
    }
    noted("copy12 caught12 ~12");
    __ExceptionPtrDestroy(second);
    noted("~11");
}

static void test_other()
{
    text_buffer buffer;
    std::ostream out(&buffer, false);
    int index = std::ios_base::xalloc();

    ok(std::ios_base::xalloc() == index + 1, "another index");
    out.iword(index) = 77;
    ok(out.iword(index) == 77 && out.iword(index + 1) == 0, "words of the program's own");
    ok(out.widen('a') == 'a' && out.rdbuf() == &buffer, "");
}

TESTS
{
    test_output();
    test_input();
    test_exceptions();
    test_exception_ptr();
    test_other();
}
