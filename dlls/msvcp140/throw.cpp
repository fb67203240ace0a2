/* SPDX-License-Identifier: MIT */
/*
 * throw.cpp: functions that throw, so that headers need not, and error categories and texts.
 */
#include "ios.h"

extern "C" int rand_s(unsigned *value);
extern "C" __declspec(dllimport) unsigned long FormatMessageA(unsigned long flags, const void *source, unsigned long id,
                                                              unsigned long language, char *to, unsigned long size,
                                                              va_list *args);

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

static const char *thrown_text(int error)
{
    switch (error) {
    case 1:
        return "operation not permitted";
    case 3:
        return "no such process";
    case 11:
        return "resource unavailable try again";
    case 16:
        return "device or resource busy";
    case 22:
        return "invalid argument";
    case 36:
        return "resource deadlock would occur";
    }
    return "unknown error";
}

/* Codes of <thread> and <mutex> */
[[noreturn]] void _Throw_Cpp_error(int code)
{
    static const int errors[] = { 16, 22, 3, 1, 36, 11 };
    int error = (unsigned)code < sizeof(errors) / sizeof(*errors) ? errors[code] : 22;

    throw system_error(error_code(error, generic_errors()), thrown_text(error));
}

/* Results of the functions for threads */
[[noreturn]] void _Throw_C_error(int code)
{
    throw system_error(error_code(code == 1 || code == 4 ? 11 : 16, generic_errors()),
                       thrown_text(code == 1 || code == 4 ? 11 : 16));
}

/* ---- texts of errors ---- */

/* As strerror's, in small letters. */
const char *_Syserror_map(int number)
{
    static char *texts[160];
    char *text, *known = nullptr;
    const char *original;

    if ((unsigned)number >= sizeof(texts) / sizeof(*texts))
        return "unknown error";
    text = __atomic_load_n(&texts[number], __ATOMIC_ACQUIRE);
    if (text)
        return text;
    original = number ? strerror(number) : "success";
    if (!original || !strcmp(original, "Unknown error"))
        return "unknown error";
    text = static_cast<char *>(malloc(strlen(original) + 1));
    if (!text)
        return "unknown error";
    memcpy(text, original, strlen(original) + 1);
    if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
        text[0] += 'a' - 'A';
    if (__atomic_compare_exchange_n(&texts[number], &known, text, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
        return text;
    free(text);
    return known;
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
