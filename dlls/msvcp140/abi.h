/* SPDX-License-Identifier: MIT */
/*
 * abi.h: the C runtime's functions, and the library types that cross the border between a program and this DLL.
 */
#ifndef TRANSOM_MSVCP_ABI_H
#define TRANSOM_MSVCP_ABI_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Marks the classes whose members are exported, so that the compiler emits all of them, inlined ones and the functions that it
 * makes itself too. What is exported is up to the export list.
 */
#define EXPORTED __declspec(dllexport)

struct _iobuf;
typedef _iobuf FILE;
typedef long long fpos_t;
struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};
struct lconv;
struct _timespec64 {
    long long tv_sec;
    long tv_nsec;
};

/* The C runtime (ucrtbase) */
extern "C" {
void *malloc(size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);
[[noreturn]] void abort();
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *memory, int value, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
char *strchr(const char *text, int c);
size_t wcslen(const wchar_t *text);
int *_errno();
unsigned short *__pctype_func();
unsigned ___lc_codepage_func();
wchar_t **___lc_locale_name_func();
int ___mb_cur_max_func();
char *setlocale(int category, const char *name);
lconv *localeconv();
int __stdio_common_vsprintf(uint64_t options, char *to, size_t size, const char *format, void *locale, va_list args);
FILE *__acrt_iob_func(unsigned index);
int fputc(int c, FILE *file);
int fgetc(FILE *file);
int ungetc(int c, FILE *file);
unsigned short fputwc(wchar_t c, FILE *file);
unsigned short fgetwc(FILE *file);
unsigned short ungetwc(unsigned short c, FILE *file);
size_t fwrite(const void *data, size_t size, size_t count, FILE *file);
size_t fread(void *data, size_t size, size_t count, FILE *file);
int fflush(FILE *file);
int fclose(FILE *file);
int fsetpos(FILE *file, const fpos_t *position);
int fgetpos(FILE *file, fpos_t *position);
int _fseeki64(FILE *file, long long offset, int origin);
int setvbuf(FILE *file, char *buffer, int mode, size_t size);
FILE *_fsopen(const char *name, const char *mode, int sharing);
FILE *_wfsopen(const wchar_t *name, const wchar_t *mode, int sharing);
void _lock_file(FILE *file);
void _unlock_file(FILE *file);
double strtod(const char *text, char **end);
float strtof(const char *text, char **end);
size_t _Strftime(char *to, size_t size, const char *format, const tm *time, void *names);
size_t _Wcsftime(wchar_t *to, size_t size, const wchar_t *format, const tm *time, void *names);
char *_Getdays();
char *_Getmonths();
void *_Gettnames();
wchar_t *_W_Getdays();
wchar_t *_W_Getmonths();
void *_W_Gettnames();
int __crtDefaultMode();

/* The system */
typedef struct {
    void *value;
} srw_lock, condition_variable;
__declspec(dllimport) int __stdcall MultiByteToWideChar(unsigned page, unsigned long flags, const char *from, int size,
                                                        wchar_t *to, int room);
__declspec(dllimport) int __stdcall WideCharToMultiByte(unsigned page, unsigned long flags, const wchar_t *from,
                                                        int size, char *to, int room, const char *unknown, int *used);
__declspec(dllimport) int __stdcall IsDBCSLeadByteEx(unsigned page, unsigned char c);
__declspec(dllimport) int __stdcall LCMapStringEx(const wchar_t *locale, unsigned long flags, const wchar_t *from,
                                                  int size, wchar_t *to, int room, void *version, void *reserved,
                                                  intptr_t parameter);
__declspec(dllimport) int __stdcall CompareStringEx(const wchar_t *locale, unsigned long flags, const wchar_t *a,
                                                    int a_size, const wchar_t *b, int b_size, void *version,
                                                    void *reserved, intptr_t parameter);
__declspec(dllimport) int __stdcall GetStringTypeW(unsigned long type, const wchar_t *text, int size,
                                                   unsigned short *types);
}

void *operator new(size_t size);
void *operator new[](size_t size);
inline void *operator new(size_t, void *where) noexcept
{
    return where;
}
void operator delete(void *memory) noexcept;
void operator delete(void *memory, size_t size) noexcept;
void operator delete[](void *memory) noexcept;

struct __std_exception_data {
    const char *what;
    bool owned;
};
extern "C" void __std_exception_copy(const __std_exception_data *from, __std_exception_data *to);
extern "C" void __std_exception_destroy(__std_exception_data *data);

/* mbstate_t */
struct _Mbstatet {
    unsigned long _Wchar;
    unsigned short _Byte, _State;
};

namespace std
{

typedef long long streamoff;
typedef long long streamsize;
enum _Uninitialized { _Noinit };

/* ---- exceptions: exact, as programs catch them ---- */

class exception
{
  public:
    exception() noexcept : data() {}
    explicit exception(const char *text) noexcept : data()
    {
        __std_exception_data given = { text, true };

        __std_exception_copy(&given, &data);
    }
    exception(const char *text, int) noexcept : data{ text, false } {}
    exception(const exception &other) noexcept : data()
    {
        __std_exception_copy(&other.data, &data);
    }
    exception &operator=(const exception &other) noexcept
    {
        if (this != &other) {
            __std_exception_destroy(&data);
            __std_exception_copy(&other.data, &data);
        }
        return *this;
    }
    virtual ~exception() noexcept
    {
        __std_exception_destroy(&data);
    }
    virtual const char *what() const
    {
        return data.what ? data.what : "Unknown exception";
    }

  private:
    __std_exception_data data;
};

class bad_alloc : public exception
{
  public:
    bad_alloc() noexcept : exception("bad allocation", 1) {}
};
class bad_cast : public exception
{
  public:
    bad_cast() noexcept : exception("bad cast", 1) {}
};
class bad_exception : public exception
{
  public:
    bad_exception() noexcept : exception("bad exception", 1) {}
};
class bad_function_call : public exception
{
  public:
    bad_function_call() noexcept {}
    const char *what() const override
    {
        return "bad function call";
    }
};
class logic_error : public exception
{
  public:
    explicit logic_error(const char *text) : exception(text) {}
};
class domain_error : public logic_error
{
  public:
    explicit domain_error(const char *text) : logic_error(text) {}
};
class invalid_argument : public logic_error
{
  public:
    explicit invalid_argument(const char *text) : logic_error(text) {}
};
class length_error : public logic_error
{
  public:
    explicit length_error(const char *text) : logic_error(text) {}
};
class out_of_range : public logic_error
{
  public:
    explicit out_of_range(const char *text) : logic_error(text) {}
};
class runtime_error : public exception
{
  public:
    explicit runtime_error(const char *text) : exception(text) {}
};
class overflow_error : public runtime_error
{
  public:
    explicit overflow_error(const char *text) : runtime_error(text) {}
};

[[noreturn]] void _Xbad_alloc();
[[noreturn]] void _Xlength_error(const char *text);
[[noreturn]] void _Xout_of_range(const char *text);
[[noreturn]] void _Xruntime_error(const char *text);

/* ---- strings ---- */

template <class Elem> struct char_traits;
template <> struct char_traits<char> {
    typedef int int_type;
    static int to_int(char c)
    {
        return (unsigned char)c;
    }
    static int eof()
    {
        return -1;
    }
};
template <> struct char_traits<wchar_t> {
    typedef unsigned short int_type;
    static unsigned short to_int(wchar_t c)
    {
        return c;
    }
    static unsigned short eof()
    {
        return 0xffff;
    }
};
template <> struct char_traits<unsigned short> {
    typedef unsigned short int_type;
    static unsigned short to_int(unsigned short c)
    {
        return c;
    }
    static unsigned short eof()
    {
        return 0xffff;
    }
};

template <class T> class allocator
{
};

/* Short texts are in the object. The other side may destroy what this one made, so memory comes from malloc. */
template <class Elem, class Traits = char_traits<Elem>, class Alloc = allocator<Elem>> class basic_string
{
  public:
    basic_string() : length(0), capacity(short_room - 1)
    {
        text.here[0] = 0;
    }
    basic_string(const Elem *from) : basic_string()
    {
        append(from, size_of(from));
    }
    basic_string(const Elem *from, size_t size) : basic_string()
    {
        append(from, size);
    }
    basic_string(const basic_string &other) : basic_string()
    {
        append(other.data(), other.length);
    }
    basic_string &operator=(const basic_string &other)
    {
        if (this != &other) {
            length = 0;
            append(other.data(), other.length);
        }
        return *this;
    }
    ~basic_string()
    {
        if (capacity >= short_room)
            free(text.elsewhere);
    }
    const Elem *data() const
    {
        return capacity >= short_room ? text.elsewhere : text.here;
    }
    Elem *data()
    {
        return capacity >= short_room ? text.elsewhere : text.here;
    }
    const Elem *c_str() const
    {
        return data();
    }
    size_t size() const
    {
        return length;
    }
    bool empty() const
    {
        return !length;
    }
    Elem &operator[](size_t index)
    {
        return data()[index];
    }
    const Elem &operator[](size_t index) const
    {
        return data()[index];
    }
    void append(const Elem *from, size_t count)
    {
        if (capacity - length < count)
            grow(length + count);
        memcpy(data() + length, from, count * sizeof(Elem));
        length += count;
        data()[length] = 0;
    }
    void push_back(Elem c)
    {
        append(&c, 1);
    }
    void insert(size_t at, size_t count, Elem c)
    {
        if (capacity - length < count)
            grow(length + count);
        memmove(data() + at + count, data() + at, (length - at + 1) * sizeof(Elem));
        for (size_t i = 0; i < count; i++)
            data()[at + i] = c;
        length += count;
    }

  private:
    static constexpr size_t short_room = 16 / sizeof(Elem);

    static size_t size_of(const Elem *from)
    {
        size_t size = 0;

        while (from[size])
            size++;
        return size;
    }
    void grow(size_t needed)
    {
        size_t wanted = (needed > capacity * 2 ? needed : capacity * 2) | (short_room - 1);
        Elem *larger = static_cast<Elem *>(malloc((wanted + 1) * sizeof(Elem)));

        if (!larger)
            _Xbad_alloc();
        memcpy(larger, data(), (length + 1) * sizeof(Elem));
        if (capacity >= short_room)
            free(text.elsewhere);
        text.elsewhere = larger;
        capacity = wanted;
    }

    union {
        Elem here[short_room];
        Elem *elsewhere;
    } text;
    size_t length, capacity;
};
typedef basic_string<char> string;

/* ---- error codes ---- */

class error_code;
class error_condition;
class error_category
{
  public:
    virtual ~error_category() noexcept {}
    virtual const char *name() const noexcept = 0;
    virtual string message(int value) const = 0;
    virtual error_condition default_error_condition(int value) const noexcept;
    virtual bool equivalent(int value, const error_condition &condition) const noexcept;
    virtual bool equivalent(const error_code &code, int value) const noexcept;
    bool operator==(const error_category &other) const
    {
        return identity == other.identity;
    }

  protected:
    explicit constexpr error_category(uintptr_t id) : identity(id) {}
    uintptr_t identity; /* each module has its own objects for the same category */
};
class error_code
{
  public:
    error_code(int v, const error_category &c) : value(v), category(&c) {}
    int value;
    const error_category *category;
};
class error_condition
{
  public:
    error_condition(int v, const error_category &c) : value(v), category(&c) {}
    int value;
    const error_category *category;
};
const error_category &generic_errors();
const error_category &iostream_errors();
const error_category &future_errors();

class _System_error : public runtime_error
{
  protected:
    _System_error(const char *text, error_code c) : runtime_error(text), code(c) {}
    error_code code;
};
class system_error : public _System_error
{
  public:
    system_error(error_code code, const char *text) : _System_error(text, code) {}
};

/* ---- locks ---- */

enum { _LOCK_LOCALE, _LOCK_MALLOC, _LOCK_STREAM, _LOCK_DEBUG, _LOCK_AT_THREAD_EXIT, lock_count = 8 };

class EXPORTED _Lockit
{
  public:
    _Lockit();
    explicit _Lockit(int kind);
    ~_Lockit() noexcept;

    static void _Lockit_ctor(int kind);
    static void _Lockit_dtor(int kind);

  private:
    static void _Lockit_ctor(_Lockit *lock);
    static void _Lockit_ctor(_Lockit *lock, int kind);
    static void _Lockit_dtor(_Lockit *lock);
    int _Locktype;
};

class EXPORTED _Init_locks
{
  public:
    _Init_locks();
    ~_Init_locks() noexcept;

  private:
    static void _Init_locks_ctor(_Init_locks *locks);
    static void _Init_locks_dtor(_Init_locks *locks);
};

/* A C string or nothing */
template <class Elem> class _Yarn
{
  public:
    _Yarn() noexcept : text(nullptr), none(0) {}
    _Yarn(const _Yarn &other) noexcept : text(nullptr), none(0)
    {
        *this = other.text;
    }
    _Yarn(const Elem *other) noexcept : text(nullptr), none(0)
    {
        *this = other;
    }
    _Yarn &operator=(const _Yarn &other) noexcept
    {
        return *this = other.text;
    }
    _Yarn &operator=(const Elem *other) noexcept
    {
        size_t size = 0;

        if (text == other)
            return *this;
        _Tidy();
        if (!other)
            return *this;
        while (other[size++])
            ;
        text = static_cast<Elem *>(malloc(size * sizeof(Elem)));
        if (text)
            memcpy(text, other, size * sizeof(Elem));
        return *this;
    }
    ~_Yarn() noexcept
    {
        _Tidy();
    }
    bool empty() const noexcept
    {
        return !text;
    }
    bool _Empty() const noexcept
    {
        return !text;
    }
    const Elem *c_str() const noexcept
    {
        return text ? text : &none;
    }
    const Elem *_C_str() const noexcept
    {
        return text ? text : &none;
    }

  private:
    void _Tidy() noexcept
    {
        free(text);
        text = nullptr;
    }
    Elem *text;
    Elem none;
};

/* ---- positions ---- */

template <class State> class fpos
{
  public:
    fpos(streamoff position = 0) : offset(position), file(0), state() {}
    operator streamoff() const
    {
        return offset + file;
    }

  private:
    streamoff offset;
    fpos_t file;
    State state;
};
typedef fpos<_Mbstatet> streampos;

} // namespace std

#endif
