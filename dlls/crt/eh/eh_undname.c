/* SPDX-License-Identifier: MIT */
/*
 * eh_undname.c: decorated names as C++ says them: types, for typeid(...).name(), and the functions that local types are in.
 */
#include "eh_private.h"
#include <string.h>

enum { UNDNAME_NO_MS_KEYWORDS = 0x0002, UNDNAME_NAME_ONLY = 0x1000, UNDNAME_TYPE_ONLY = 0x2000 };

struct piece {
    struct piece *next;
    char text[];
};

struct undecorator {
    const char *p;
    bool failed;
    bool no_keywords;
    bool name_only;
    unsigned depth;
    struct piece *pieces; /* all texts, freed at the end */
    void *(__cdecl *allocate)(size_t);
    const char *names[10], *types[10]; /* what digits refer back to */
    unsigned name_count, type_count;
};

static const char *fail(struct undecorator *u)
{
    u->failed = true;
    return "";
}

static const char *join(struct undecorator *u, const char *a, const char *b, const char *c, const char *d)
{
    size_t sizes[4] = { strlen(a), strlen(b), strlen(c), strlen(d) };
    struct piece *piece = u->allocate(sizeof(*piece) + sizes[0] + sizes[1] + sizes[2] + sizes[3] + 1);
    char *to;

    if (!piece)
        return fail(u);
    piece->next = u->pieces;
    u->pieces = piece;
    to = piece->text;
    memcpy(to, a, sizes[0]);
    memcpy(to += sizes[0], b, sizes[1]);
    memcpy(to += sizes[1], c, sizes[2]);
    memcpy(to += sizes[2], d, sizes[3] + 1);
    return piece->text;
}

static const char *copy(struct undecorator *u, const char *from, size_t size)
{
    struct piece *piece = u->allocate(sizeof(*piece) + size + 1);

    if (!piece)
        return fail(u);
    piece->next = u->pieces;
    u->pieces = piece;
    memcpy(piece->text, from, size);
    piece->text[size] = 0;
    return piece->text;
}

static const char *type(struct undecorator *u, const char *declarator);
static const char *qualified(struct undecorator *u);
static const char *symbol(struct undecorator *u);

static const char *with_space(struct undecorator *u, const char *base, const char *declarator)
{
    return *declarator ? join(u, base, " ", declarator, "") : base;
}

/* 0 to 9 are 1 to 10; anything else is hexadecimal with the digits A to P, ended by @. */
static long long number(struct undecorator *u)
{
    bool negative = *u->p == '?';
    unsigned long long value = 0;

    u->p += negative;
    if (*u->p >= '0' && *u->p <= '9') {
        value = (unsigned)(*u->p++ - '0') + 1;
    } else {
        while (*u->p >= 'A' && *u->p <= 'P')
            value = value << 4 | (unsigned)(*u->p++ - 'A');
        if (*u->p++ != '@') {
            u->p--;
            fail(u);
        }
    }
    return negative ? -(long long)value : (long long)value;
}

static const char *number_text(struct undecorator *u)
{
    long long value = number(u);
    unsigned long long rest = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;
    char text[24], *at = text + sizeof(text);

    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    return copy(u, at, (size_t)(text + sizeof(text) - at));
}

static const char *template_argument(struct undecorator *u)
{
    if (u->p[0] == '$' && u->p[1] == '0') {
        u->p += 2;
        return number_text(u);
    }
    if (u->p[0] == '$' && u->p[1] == '1') { /* the address of something */
        u->p += 2;
        if (*u->p++ != '?')
            return fail(u);
        return join(u, "&", symbol(u), "", "");
    }
    return type(u, "");
}

/* A list of types up to @; in function types also up to Z after an ellipsis. */
static const char *list(struct undecorator *u, bool is_template)
{
    const char *text = "";

    if (!is_template && *u->p == 'X') {
        u->p++;
        return "void";
    }
    while (!u->failed && *u->p != '@') {
        const char *start = u->p, *argument;

        if (!*u->p)
            return fail(u);
        if (!is_template && *u->p == 'Z') {
            u->p++;
            return join(u, text, *text ? ",..." : "...", "", "");
        }
        if (is_template && (!strncmp(u->p, "$$V", 3) || !strncmp(u->p, "$$Z", 3) || !strncmp(u->p, "$S", 2))) {
            u->p += u->p[1] == '$' ? 3 : 2; /* an empty pack */
            continue;
        }
        if (*u->p >= '0' && *u->p <= '9') {
            unsigned index = (unsigned)(*u->p++ - '0');

            argument = index < u->type_count ? u->types[index] : fail(u);
        } else {
            argument = is_template ? template_argument(u) : type(u, "");
            if (u->p - start > 1 && u->type_count < 10)
                u->types[u->type_count++] = argument;
        }
        text = join(u, text, *text ? "," : "", argument, "");
    }
    u->p++;
    return text;
}

/* One part of a qualified name. Operators and other special names are not among those that types need. */
static const char *name_part(struct undecorator *u)
{
    const char *start = u->p, *name;

    if (*u->p >= '0' && *u->p <= '9') {
        unsigned index = (unsigned)(*u->p++ - '0');

        return index < u->name_count ? u->names[index] : fail(u);
    }
    if (u->p[0] == '?' && u->p[1] == '$') {
        const char *saved_names[10], *saved_types[10];
        unsigned name_count = u->name_count, type_count = u->type_count;

        /* A template's arguments have references of their own. */
        memcpy(saved_names, u->names, sizeof(saved_names));
        memcpy(saved_types, u->types, sizeof(saved_types));
        u->name_count = u->type_count = 0;
        u->p += 2;
        name = name_part(u);
        const char *arguments = list(u, true);

        name = join(u, name, "<", arguments, arguments[0] && arguments[strlen(arguments) - 1] == '>' ? " >" : ">");
        memcpy(u->names, saved_names, sizeof(saved_names));
        memcpy(u->types, saved_types, sizeof(saved_types));
        u->name_count = name_count;
        u->type_count = type_count;
    } else if (u->p[0] == '?' && u->p[1] == 'A') {
        while (*u->p && *u->p != '@')
            u->p++;
        u->p += *u->p == '@';
        name = "`anonymous namespace'";
    } else if (u->p[0] == '?' && u->p[1] == '?') {
        u->p += 2;
        name = join(u, "`", symbol(u), "'", "");
        if (*u->p == '@')
            u->p++;
        return name;
    } else if (*u->p == '?') { /* the number of a block in a function */
        u->p++;
        return join(u, "`", number_text(u), "'", "");
    } else {
        while (*u->p && *u->p != '@')
            u->p++;
        if (!*u->p || u->p == start)
            return fail(u);
        name = copy(u, start, (size_t)(u->p - start));
        u->p++;
    }
    if (u->name_count < 10)
        u->names[u->name_count++] = name;
    return name;
}

static const char *special_name(struct undecorator *u)
{
    static const struct {
        char code;
        const char *name;
    } operators[] = {
        { '2', "operator new" }, { '3', "operator delete" }, { '4', "operator=" },  { '5', "operator>>" },
        { '6', "operator<<" },   { '7', "operator!" },       { '8', "operator==" }, { '9', "operator!=" },
        { 'A', "operator[]" },   { 'C', "operator->" },      { 'D', "operator*" },  { 'E', "operator++" },
        { 'F', "operator--" },   { 'G', "operator-" },       { 'H', "operator+" },  { 'I', "operator&" },
        { 'J', "operator->*" },  { 'K', "operator/" },       { 'L', "operator%" },  { 'M', "operator<" },
        { 'N', "operator<=" },   { 'O', "operator>" },       { 'P', "operator>=" }, { 'Q', "operator," },
        { 'R', "operator()" },   { 'S', "operator~" },       { 'T', "operator^" },  { 'U', "operator|" },
        { 'V', "operator&&" },   { 'W', "operator||" },      { 'X', "operator*=" }, { 'Y', "operator+=" },
        { 'Z', "operator-=" },
    };

    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
        if (*u->p == operators[i].code) {
            u->p++;
            return operators[i].name;
        }
    return fail(u);
}

/* The parts come innermost first, ended by @. */
static const char *qualified(struct undecorator *u)
{
    const char *name, *inner;
    char special = 0;

    if (u->p[0] == '?' && (u->p[1] == '0' || u->p[1] == '1')) {
        special = u->p[1];
        u->p += 2;
        name = "";
    } else if (u->p[0] == '?' && u->p[1] != '$' && u->p[1] != 'A' && u->p[1] != '?') {
        u->p++;
        name = special_name(u);
    } else {
        name = name_part(u);
    }
    inner = name;
    while (!u->failed && *u->p != '@') {
        const char *scope;

        if (!*u->p)
            return fail(u);
        scope = name_part(u);
        if (special) { /* constructors and destructors have their class's name */
            inner = join(u, special == '1' ? "~" : "", scope, "", "");
            special = 0;
        }
        inner = join(u, scope, "::", inner, "");
    }
    u->p++;
    return inner;
}

static const char *calling_convention(struct undecorator *u)
{
    static const char *const names[] = { "__cdecl", "__pascal",  "__thiscall", "__stdcall",   "__fastcall",
                                         "",        "__clrcall", "",           "__vectorcall" };
    char c = *u->p++;

    if (c < 'A' || c > 'R')
        return fail(u);
    if (u->no_keywords)
        return "";
    return c == 'Q' ? names[8] : (c - 'A') / 2 < 7 ? names[(c - 'A') / 2] : "";
}

/* What is between `(` and the end of a function type; `what` is what it is the type of, e.g. "*". */
static const char *function(struct undecorator *u, const char *what, bool grouped, const char *suffix)
{
    const char *convention = calling_convention(u), *start, *result, *arguments, *declarator;
    bool has_result = *u->p != '@';

    /* The result is written first but its declarator has the rest in it: parse it twice. */
    start = u->p;
    if (!has_result) {
        u->p++;
    } else {
        struct undecorator before = *u;

        if (u->p[0] == '?')
            u->p += 2;
        type(u, "");
        before.p = u->p;
        before.failed = u->failed;
        before.pieces = u->pieces;
        before.name_count = u->name_count;
        memcpy(before.names, u->names, sizeof(u->names));
        before.type_count = u->type_count;
        memcpy(before.types, u->types, sizeof(u->types));
        *u = before;
    }
    arguments = list(u, false);
    if (*u->p == 'Z' || *u->p == '_') /* exception specification */
        u->p += *u->p == 'Z' ? 1 : 2;
    if (grouped)
        declarator = join(u, "(", convention, what, ")");
    else
        declarator = *what ? join(u, convention, *convention ? " " : "", what, "") : convention;
    declarator = join(u, declarator, "(", arguments, join(u, ")", suffix, "", ""));
    if (!has_result)
        return declarator;

    const char *end = u->p;
    unsigned name_count = u->name_count, type_count = u->type_count;

    u->p = start;
    if (u->p[0] == '?')
        u->p += 2;
    result = type(u, declarator);
    u->p = end;
    u->name_count = name_count;
    u->type_count = type_count;
    return result;
}

static const char *cv_text(char c)
{
    static const char *const texts[] = { "", " const", " volatile", " const volatile" };

    return texts[(c - 'A') & 3];
}

static const char *pointer(struct undecorator *u, const char *declarator)
{
    char kind = *u->p++;
    const char *mark = kind == 'A' || kind == 'B' ? "&" : "*";
    const char *own = kind == 'Q'                  ? " const"
                      : kind == 'R' || kind == 'B' ? " volatile"
                      : kind == 'S'                ? " const volatile"
                                                   : "";
    const char *width = "";
    char cv;

    if (kind == '$') { /* $$Q: && */
        mark = "&&";
        own = "";
        u->p += 2;
    }
    if (*u->p == '6') {
        u->p++;
        return function(u, join(u, mark, own, *declarator ? " " : "", declarator), true, "");
    }
    if (*u->p == '8') {
        const char *scope;

        u->p++;
        scope = qualified(u);
        while (*u->p == 'E' || *u->p == 'F' || *u->p == 'I') {
            if (*u->p == 'E' && !u->no_keywords)
                width = " __ptr64";
            u->p++;
        }
        cv = *u->p++;
        scope = join(u, u->no_keywords ? "" : " ", scope, "::", join(u, mark, own, *declarator ? " " : "", declarator));
        return function(u, scope, true, join(u, cv_text(cv), width, "", ""));
    }
    while (*u->p == 'E' || *u->p == 'F' || *u->p == 'I') {
        if (*u->p == 'E' && !u->no_keywords)
            width = " __ptr64";
        u->p++;
    }
    cv = *u->p++;
    if (cv >= 'Q' && cv <= 'T') { /* to a member */
        mark = join(u, qualified(u), "::", mark, "");
        cv = (char)(cv - 'Q' + 'A');
    } else if (cv < 'A' || cv > 'D') {
        return fail(u);
    }
    declarator = join(u, mark, width, own, *declarator ? join(u, " ", declarator, "", "") : "");
    if (*u->p == 'Y')
        declarator = join(u, "(", declarator, ")", "");
    if (cv != 'A') {
        declarator = join(u, cv_text(cv) + 1, " ", declarator, "");
    }
    return type(u, declarator);
}

static const char *basic(char c)
{
    switch (c) {
    case 'C':
        return "signed char";
    case 'D':
        return "char";
    case 'E':
        return "unsigned char";
    case 'F':
        return "short";
    case 'G':
        return "unsigned short";
    case 'H':
        return "int";
    case 'I':
        return "unsigned int";
    case 'J':
        return "long";
    case 'K':
        return "unsigned long";
    case 'M':
        return "float";
    case 'N':
        return "double";
    case 'O':
        return "long double";
    case 'X':
        return "void";
    }
    return NULL;
}

static const char *extended(char c)
{
    switch (c) {
    case 'D':
        return "__int8";
    case 'E':
        return "unsigned __int8";
    case 'F':
        return "__int16";
    case 'G':
        return "unsigned __int16";
    case 'H':
        return "__int32";
    case 'I':
        return "unsigned __int32";
    case 'J':
        return "__int64";
    case 'K':
        return "unsigned __int64";
    case 'L':
        return "__int128";
    case 'M':
        return "unsigned __int128";
    case 'N':
        return "bool";
    case 'Q':
        return "char8_t";
    case 'S':
        return "char16_t";
    case 'U':
        return "char32_t";
    case 'W':
        return "wchar_t";
    }
    return NULL;
}

static const char *type_inner(struct undecorator *u, const char *declarator)
{
    const char *keyword = NULL, *text;
    char c = *u->p;

    switch (c) {
    case 'T':
        keyword = "union ";
        break;
    case 'U':
        keyword = "struct ";
        break;
    case 'V':
        keyword = "class ";
        break;
    case 'W':
        keyword = "enum ";
        if (!*++u->p)
            return fail(u);
        break;
    case 'A':
    case 'B':
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return pointer(u, declarator);
    case 'Y': {
        const char *bounds = "";
        long long count;

        u->p++;
        for (count = number(u); count > 0 && !u->failed; count--)
            bounds = join(u, bounds, "[", number_text(u), "]");
        return type(u, join(u, declarator, bounds, "", ""));
    }
    case '?': { /* what a type is qualified by where it is no pointer's target */
        char cv = u->p[1];

        if (cv < 'A' || cv > 'D')
            return fail(u);
        u->p += 2;
        return type(u, cv == 'A'     ? declarator
                       : *declarator ? join(u, cv_text(cv) + 1, " ", declarator, "")
                                     : cv_text(cv) + 1);
    }
    case '$':
        if (!strncmp(u->p, "$$A6", 4)) {
            u->p += 4;
            return function(u, declarator, *declarator != 0, "");
        }
        if (!strncmp(u->p, "$$Q", 3) || !strncmp(u->p, "$$R", 3))
            return pointer(u, declarator);
        if (!strncmp(u->p, "$$B", 3)) {
            u->p += 3;
            return type(u, declarator);
        }
        if (!strncmp(u->p, "$$C", 3)) {
            char cv = u->p[3];

            if (cv < 'A' || cv > 'D')
                return fail(u);
            u->p += 4;
            return type(u, cv == 'A'     ? declarator
                           : *declarator ? join(u, cv_text(cv) + 1, " ", declarator, "")
                                         : cv_text(cv) + 1);
        }
        if (!strncmp(u->p, "$$T", 3)) {
            u->p += 3;
            return with_space(u, "std::nullptr_t", declarator);
        }
        return fail(u);
    case '_':
        text = extended(u->p[1]);
        if (!text)
            return fail(u);
        u->p += 2;
        return with_space(u, text, declarator);
    }
    if (keyword) {
        u->p++;
        return with_space(u, join(u, u->name_only ? "" : keyword, qualified(u), "", ""), declarator);
    }
    text = basic(c);
    if (!text)
        return fail(u);
    u->p++;
    return with_space(u, text, declarator);
}

static const char *type(struct undecorator *u, const char *declarator)
{
    const char *text;

    if (u->failed || ++u->depth > 200)
        return fail(u);
    text = type_inner(u, declarator);
    u->depth--;
    return text;
}

/* A whole decorated name, behind its first question mark. */
static const char *symbol(struct undecorator *u)
{
    static const char *const access[] = { "private: ", "protected: ", "public: " };
    const char *name, *text, *prefix = "";
    char c;

    if (u->failed || ++u->depth > 200)
        return fail(u);
    name = qualified(u);
    c = *u->p++;
    u->depth--;
    if (c >= '0' && c <= '9') { /* a variable */
        text = type(u, name);
        if (*u->p == 'E')
            u->p++;
        if (*u->p >= 'A' && *u->p <= 'D')
            u->p++;
        if (u->name_only)
            return name;
        return c <= '2' ? join(u, access[c - '0'], "static ", text, "") : text;
    }
    if (c >= 'A' && c <= 'X') { /* a member function: three groups of eight by access */
        unsigned kind = (unsigned)(c - 'A') & 7;
        const char *suffix = "";

        prefix = access[(c - 'A') >> 3];
        if (kind == 2 || kind == 3)
            prefix = join(u, prefix, "static ", "", "");
        else if (kind == 4 || kind == 5)
            prefix = join(u, prefix, "virtual ", "", "");
        if (kind != 2 && kind != 3) {
            const char *width = "";

            while (*u->p == 'E' || *u->p == 'F' || *u->p == 'I' || *u->p == 'G' || *u->p == 'H') {
                if (*u->p == 'E' && !u->no_keywords)
                    width = " __ptr64";
                u->p++;
            }
            suffix = join(u, *u->p ? cv_text(*u->p) + (*u->p != 'A') : "", width, "", "");
            if (*u->p)
                u->p++;
        }
        text = function(u, name, false, suffix);
    } else if (c == 'Y' || c == 'Z') {
        text = function(u, name, false, "");
    } else {
        return fail(u);
    }
    return u->name_only ? name : join(u, prefix, text, "", "");
}

char *__cdecl __unDName(char *buffer, const char *decorated, int length, void *(__cdecl *allocate)(size_t),
                        void(__cdecl *release)(void *), unsigned short flags)
{
    struct undecorator u = { .p = decorated,
                             .allocate = allocate ? allocate : malloc,
                             .no_keywords = flags & UNDNAME_NO_MS_KEYWORDS,
                             .name_only = flags & UNDNAME_NAME_ONLY };
    const char *text;
    size_t size;

    if (flags & UNDNAME_TYPE_ONLY) {
        text = type(&u, "");
    } else if (*u.p == '?') {
        u.p++;
        text = symbol(&u);
    } else {
        text = decorated;
    }
    if (u.failed)
        text = decorated;
    size = strlen(text);
    if (!buffer) {
        buffer = u.allocate(size + 1);
        length = (int)size + 1;
    }
    if (buffer && length > 0) {
        if (size >= (size_t)length)
            size = (size_t)length - 1;
        memcpy(buffer, text, size);
        buffer[size] = 0;
    }
    while (u.pieces) {
        struct piece *next = u.pieces->next;

        (release ? release : free)(u.pieces);
        u.pieces = next;
    }
    return buffer;
}

char *__cdecl __unDNameEx(char *buffer, const char *decorated, int length, void *(__cdecl *allocate)(size_t),
                          void(__cdecl *release)(void *), char *(__cdecl *parameter)(long), unsigned long flags)
{
    (void)parameter; /* the names of template parameters, which no decorated name of today has */
    return __unDName(buffer, decorated, length, allocate, release, (unsigned short)flags);
}
