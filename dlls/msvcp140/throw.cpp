/* SPDX-License-Identifier: MIT */
/*
 * throw.cpp: functions that throw, so that headers need not, and error categories and texts.
 */
#include "ios.h"

extern "C" int rand_s(unsigned *value);
extern "C" __declspec(dllimport) unsigned long __stdcall FormatMessageA(unsigned long flags, const void *source,
                                                                        unsigned long id, unsigned long language,
                                                                        char *to, unsigned long size, va_list *args);

namespace std
{

[[noreturn]] void _Xbad_alloc()
{
    throw bad_alloc();
}
[[noreturn]] void _Xbad_function_call()
{
    throw bad_function_call();
}
[[noreturn]] void _Xinvalid_argument(const char *text)
{
    throw invalid_argument(text);
}
[[noreturn]] void _Xlength_error(const char *text)
{
    throw length_error(text);
}
[[noreturn]] void _Xout_of_range(const char *text)
{
    throw out_of_range(text);
}
[[noreturn]] void _Xoverflow_error(const char *text)
{
    throw overflow_error(text);
}
[[noreturn]] void _Xruntime_error(const char *text)
{
    throw runtime_error(text);
}

namespace regex_constants
{
enum error_type {};
}

class regex_error : public runtime_error
{
  public:
    explicit regex_error(regex_constants::error_type c) : runtime_error(text(c)), code(c) {}

  private:
    static const char *text(int code)
    {
        static const char *const texts[] = { "collation",   "ctype",      "escape", "back reference", "brackets",
                                             "parenthesis", "braces",     "repeat", "range",          "out of memory",
                                             "bad repeat",  "complexity", "stack",  "parse",          "syntax" };

        return (unsigned)code < sizeof(texts) / sizeof(*texts) ? texts[code] : "regular expression error";
    }
    [[maybe_unused]] regex_constants::error_type code;
};

[[noreturn]] void _Xregex_error(regex_constants::error_type code)
{
    throw regex_error(code);
}

/* ---- error categories ---- */

const char *_Syserror_map(int number);

error_condition error_category::default_error_condition(int value) const noexcept
{
    return error_condition(value, *this);
}

bool error_category::equivalent(int value, const error_condition &condition) const noexcept
{
    error_condition own = default_error_condition(value);

    return *own.category == *condition.category && own.value == condition.value;
}

bool error_category::equivalent(const error_code &code, int value) const noexcept
{
    return *this == *code.category && code.value == value;
}

class named_category : public error_category
{
  public:
    constexpr named_category(uintptr_t id, const char *n) : error_category(id), name_text(n) {}
    const char *name() const noexcept override
    {
        return name_text;
    }
    string message(int value) const override;

  private:
    const char *name_text;
};

enum : uintptr_t { future_id = 1, generic_id = 3, iostream_id = 5 };

const char *_Future_error_map(int code)
{
    static const char *const texts[] = { "broken promise", "future already retrieved", "promise already satisfied",
                                         "no state" };

    return (unsigned)code - 1 < 4 ? texts[code - 1] : nullptr;
}

string named_category::message(int value) const
{
    const char *text = identity == iostream_id && value == 1 ? "iostream stream error" : nullptr;

    if (identity == future_id)
        text = _Future_error_map(value);
    return string(text ? text : _Syserror_map(value));
}

const error_category &generic_errors()
{
    static const named_category category(generic_id, "generic");

    return category;
}
const error_category &iostream_errors()
{
    static const named_category category(iostream_id, "iostream");

    return category;
}
const error_category &future_errors()
{
    static const named_category category(future_id, "future");

    return category;
}

class future_error : public logic_error
{
  public:
    explicit future_error(error_code c) : logic_error(""), code(c) {}
    const char *what() const override
    {
        return _Future_error_map(code.value);
    }

  private:
    error_code code;
};

[[noreturn]] void _Throw_future_error(const error_code &code)
{
    throw future_error(code);
}

/* system_error's text is the thrower's and the code's: here they are the same. */
[[noreturn]] static void throw_system_error(int number)
{
    const char *text = _Syserror_map(number);
    string twice(text);

    twice.append(": ", 2);
    twice.append(text, strlen(text));
    throw system_error(error_code(number, generic_errors()), twice.c_str());
}

/* Codes of <thread> and <mutex> */
[[noreturn]] void _Throw_Cpp_error(int code)
{
    static const int errors[] = { 16, 22, 3, 1, 36, 11 };

    throw_system_error((unsigned)code < sizeof(errors) / sizeof(*errors) ? errors[code] : 22);
}

/* Results of the functions for threads: out of memory or failed, else busy or timed out */
[[noreturn]] void _Throw_C_error(int code)
{
    throw_system_error(code == 1 || code == 4 ? 11 : 16);
}

/* ---- texts of errors ---- */

/* The names in std::errc, as words. */
const char *_Syserror_map(int number)
{
    static const struct {
        int number;
        const char *text;
    } texts[] = { { 0, "success" },
                  { 1, "operation not permitted" },
                  { 2, "no such file or directory" },
                  { 3, "no such process" },
                  { 4, "interrupted" },
                  { 5, "io error" },
                  { 6, "no such device or address" },
                  { 7, "argument list too long" },
                  { 8, "executable format error" },
                  { 9, "bad file descriptor" },
                  { 10, "no child process" },
                  { 11, "resource unavailable try again" },
                  { 12, "not enough memory" },
                  { 13, "permission denied" },
                  { 14, "bad address" },
                  { 16, "device or resource busy" },
                  { 17, "file exists" },
                  { 18, "cross device link" },
                  { 19, "no such device" },
                  { 20, "not a directory" },
                  { 21, "is a directory" },
                  { 22, "invalid argument" },
                  { 23, "too many files open in system" },
                  { 24, "too many files open" },
                  { 25, "inappropriate io control operation" },
                  { 27, "file too large" },
                  { 28, "no space on device" },
                  { 29, "invalid seek" },
                  { 30, "read only file system" },
                  { 31, "too many links" },
                  { 32, "broken pipe" },
                  { 33, "argument out of domain" },
                  { 34, "result out of range" },
                  { 36, "resource deadlock would occur" },
                  { 38, "filename too long" },
                  { 39, "no lock available" },
                  { 40, "function not supported" },
                  { 41, "directory not empty" },
                  { 42, "illegal byte sequence" },
                  { 100, "address in use" },
                  { 101, "address not available" },
                  { 102, "address family not supported" },
                  { 103, "connection already in progress" },
                  { 104, "bad message" },
                  { 105, "operation canceled" },
                  { 106, "connection aborted" },
                  { 107, "connection refused" },
                  { 108, "connection reset" },
                  { 109, "destination address required" },
                  { 110, "host unreachable" },
                  { 111, "identifier removed" },
                  { 112, "operation in progress" },
                  { 113, "already connected" },
                  { 114, "too many symbolic link levels" },
                  { 115, "message size" },
                  { 116, "network down" },
                  { 117, "network reset" },
                  { 118, "network unreachable" },
                  { 119, "no buffer space" },
                  { 120, "no message available" },
                  { 121, "no link" },
                  { 122, "no message" },
                  { 123, "no protocol option" },
                  { 124, "no stream resources" },
                  { 125, "not a stream" },
                  { 126, "not connected" },
                  { 127, "state not recoverable" },
                  { 128, "not a socket" },
                  { 129, "not supported" },
                  { 130, "operation not supported" },
                  { 132, "value too large" },
                  { 133, "owner dead" },
                  { 134, "protocol error" },
                  { 135, "protocol not supported" },
                  { 136, "wrong protocol type" },
                  { 137, "stream timeout" },
                  { 138, "timed out" },
                  { 139, "text file busy" },
                  { 140, "operation would block" } };
    size_t low = 0, high = sizeof(texts) / sizeof(*texts);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (texts[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof(texts) / sizeof(*texts) && texts[low].number == number ? texts[low].text : "unknown error";
}

/* System error codes as errno values, 0 if there is none that fits. */
int _Winerror_map(int error)
{
    static const struct {
        unsigned short error, number;
    } map[] = {
        { 1, 40 },     { 2, 2 },       { 3, 2 },       { 4, 24 },      { 5, 13 },      { 6, 22 },      { 8, 12 },
        { 12, 13 },    { 14, 12 },     { 15, 19 },     { 16, 13 },     { 17, 18 },     { 19, 13 },     { 20, 19 },
        { 21, 11 },    { 25, 5 },      { 29, 5 },      { 30, 5 },      { 32, 13 },     { 33, 37 },     { 39, 28 },
        { 50, 129 },   { 53, 2 },      { 55, 19 },     { 67, 2 },      { 80, 17 },     { 82, 13 },     { 87, 22 },
        { 103, 5 },    { 110, 5 },     { 111, 38 },    { 112, 28 },    { 123, 22 },    { 145, 41 },    { 161, 2 },
        { 170, 16 },   { 183, 17 },    { 206, 38 },    { 223, 27 },    { 267, 20 },    { 282, 22 },    { 995, 105 },
        { 997, 112 },  { 998, 13 },    { 1003, 13 },   { 1005, 5 },    { 1009, 22 },   { 1223, 105 },  { 1314, 13 },
        { 1392, 5 },   { 2401, 16 },   { 2404, 16 },   { 10004, 4 },   { 10013, 13 },  { 10014, 14 },  { 10022, 22 },
        { 10024, 24 }, { 10035, 140 }, { 10036, 112 }, { 10054, 108 }, { 10060, 138 }, { 10061, 107 },
    };
    size_t low = 0, high = sizeof(map) / sizeof(*map);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (map[middle].error < error)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof(map) / sizeof(*map) && map[low].error == error ? map[low].number : 0;
}

unsigned long _Winerror_message(unsigned long error, char *to, unsigned long size)
{
    return FormatMessageA(0x1200, nullptr, error, 0, to, size, nullptr); /* from the system, inserts ignored */
}

/* ---- randomness ---- */

[[noreturn]] void _Rng_abort(const char *)
{
    abort();
}

unsigned _Random_device()
{
    unsigned value;

    if (rand_s(&value))
        _Xruntime_error("invalid random_device value");
    return value;
}

/* ---- exceptions under way ---- */

} // namespace std

extern "C" int __uncaught_exceptions();

namespace std
{

bool uncaught_exception() noexcept
{
    return __uncaught_exceptions() != 0;
}

int uncaught_exceptions() noexcept
{
    return __uncaught_exceptions();
}

} // namespace std

namespace stdext
{
class exception;
}
namespace std
{
void (*_Raise_handler)(const stdext::exception &);
}
