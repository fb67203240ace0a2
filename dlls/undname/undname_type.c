/* SPDX-License-Identifier: MIT */
/* undname_type.c: types, functions and template arguments in decorated names (learn.microsoft.com, "Decorated names"). */
#include "undname_private.h"

static struct type plain(const char *text)
{
    return (struct type){ text, "", "", false, NULL, NULL };
}

const char *und_keyword(struct undname *u, const char *word)
{
    if (u->flags & NO_MS_KEYWORDS)
        return "";
    return u->flags & NO_UNDERSCORES ? word : und_cat(u, "__", word, "");
}

const char *und_convention(struct undname *u)
{
    static const char *const names[] = { "cdecl", "pascal", "thiscall", "stdcall", "fastcall", "", "clrcall", "eabi" };
    char c = *u->at;

    if (c == 'Q' || c == 'w') {
        u->at++;
        return u->flags & NO_LANGUAGE ? "" : und_keyword(u, c == 'Q' ? "vectorcall" : "regcall");
    }
    if (c < 'A' || c > 'P')
        return und_fail(u);
    u->at++;
    return u->flags & NO_LANGUAGE || !names[(c - 'A') / 2][0] ? "" : und_keyword(u, names[(c - 'A') / 2]);
}

/* E: __ptr64, F: __unaligned, I: __restrict; in any number. */
static const char *extended_marks(struct undname *u)
{
    const char *marks = "";

    for (;; u->at++) {
        const char *word = *u->at == 'E' ? "ptr64" : *u->at == 'F' ? "unaligned" : *u->at == 'I' ? "restrict" : NULL;
        if (!word)
            return marks;
        word = und_keyword(u, word);
        if (word[0])
            marks = und_cat(u, marks, " ", word);
    }
}

static const char *const cv_marks[4] = { "", " const", " volatile", " const volatile" };

const char *und_storage(struct undname *u)
{
    const char *extended = extended_marks(u);
    char c = *u->at;

    if (c >= 'A' && c <= 'D') {
        u->at++;
        return und_cat(u, cv_marks[c - 'A'], extended, "");
    }
    if (c >= 'Q' && c <= 'T') { /* of a member: the class follows */
        u->at++;
        und_qualified(u);
        return und_cat(u, cv_marks[c - 'Q'], extended, "");
    }
    return und_fail(u);
}

const char *und_this_marks(struct undname *u)
{
    const char *extended = extended_marks(u), *reference = "";
    char c;

    if (und_take(u, 'G'))
        reference = " &";
    else if (und_take(u, 'H'))
        reference = " &&";
    c = *u->at;
    if (c < 'A' || c > 'D')
        return und_fail(u);
    u->at++;
    extended = u->flags & NO_MS_THIS ? "" : extended;
    if (c == 'A' || (u->flags & NO_CV_THIS))
        return und_cat(u, extended, reference, "");
    /* "const ", the space being there whatever follows */
    return und_cat(u, und_cat(u, cv_marks[c - 'A'] + 1, " ", ""), extended[0] ? extended + 1 : "", reference);
}

const char *und_render(struct undname *u, const struct type *type)
{
    return und_cat(u, type->left, type->right[0] == '[' ? " " : "", type->right); /* "int [3]" */
}

const char *und_marked(struct undname *u, const struct type *type, const char *marks)
{
    bool said = type->own && strstr(marks, type->own);

    return und_cat(u, said ? type->bare : type->left, marks, "");
}

/* Arguments up to @ or Z; a type that is not one letter can be meant again by its number. */
static const char *arguments(struct undname *u)
{
    const char *text = "";

    if (und_take(u, 'X'))
        return "void";
    while (!u->failed && !und_take(u, '@')) {
        const char *start = u->at, *argument;
        if (und_take(u, 'Z'))
            return und_cat(u, text, text[0] ? "," : "", "...");
        if (*start >= '0' && *start <= '9') {
            u->at++;
            if (*start - '0' >= u->type_count)
                return und_fail(u);
            argument = und_cat(u, u->types[*start - '0'][0], u->types[*start - '0'][1], "");
        } else {
            struct type type = und_type(u);
            argument = und_render(u, &type);
            if (u->at - start > 1 && u->type_count < 10) {
                u->types[u->type_count][0] = type.left;
                u->types[u->type_count++][1] = type.right;
            }
        }
        text = text[0] ? und_cat(u, text, ",", argument) : argument;
    }
    return text;
}

struct type und_function(struct undname *u, const char *this_marks, bool *no_return)
{
    struct type result = { "", "", "", true, NULL, NULL }, returned = plain("");
    const char *list, *throws = "";

    result.convention = und_convention(u);
    *no_return = und_take(u, '@');
    if (!*no_return) {
        const char *marks = "";
        if (und_take(u, '?'))
            marks = und_storage(u);
        returned = und_type(u);
        returned.left = und_marked(u, &returned, marks);
    }
    list = arguments(u);
    if (u->at[0] == '_' && u->at[1] == 'E') {
        u->at += 2;
        throws = " noexcept";
    } else if (!und_take(u, 'Z')) {
        und_fail(u);
    }
    result.left = returned.left;
    result.right = und_cat(u, und_cat(u, "(", list, ")"), this_marks,
                           und_cat(u, u->flags & NO_THROW ? "" : throws, returned.right, ""));
    return result;
}

static const char *pointer_left(struct undname *u, const struct type *target, const char *class_name, const char *sign)
{
    const char *inner = und_cat(u, class_name, sign, "");

    if (!target->compound)
        return und_cat(u, target->left, " ", inner);
    if (target->convention[0])
        inner = und_cat(u, target->convention, class_name[0] ? " " : "", inner);
    return und_cat(u, target->left, target->left[0] ? " (" : "(", inner);
}

/* What a pointer or reference points to; `sign` is "*", "&" or "&&", `own` its marks. */
static struct type pointer(struct undname *u, const char *sign, const char *own)
{
    const char *extended = extended_marks(u), *class_name = "", *marks = "", *bare = NULL;
    struct type target;
    bool no_return;
    char c = *u->at;

    if (c == '6' || c == '7') {
        u->at++;
        target = und_function(u, "", &no_return);
    } else if (c == '8' || c == '9') {
        u->at++;
        class_name = und_cat(u, und_qualified(u), "::", "");
        marks = und_this_marks(u);
        target = und_function(u, marks, &no_return);
    } else {
        if (c >= 'Q' && c <= 'T') {
            u->at++;
            marks = cv_marks[c - 'Q'];
            class_name = und_cat(u, und_qualified(u), "::", "");
        } else if (c >= 'A' && c <= 'D') {
            u->at++;
            marks = cv_marks[c - 'A'];
        } else {
            und_fail(u);
            return plain("");
        }
        target = und_type(u);
        target.left = und_marked(u, &target, marks);
    }
    if (own[0])
        bare = pointer_left(u, &target, class_name, und_cat(u, sign, extended, ""));
    return (struct type){ pointer_left(u, &target, class_name, und_cat(u, sign, own, extended)),
                          target.compound ? und_cat(u, ")", target.right, "") : target.right,
                          "",
                          false,
                          bare ? own : NULL,
                          bare };
}

static struct type array(struct undname *u)
{
    const char *bounds = "", *count = und_number(u);
    struct type element;
    int dimensions = 0;

    for (const char *p = count; *p >= '0' && *p <= '9' && dimensions < 100; p++)
        dimensions = dimensions * 10 + (*p - '0');
    if (dimensions < 1 || dimensions > 100)
        und_fail(u);
    for (int i = 0; i < dimensions && !u->failed; i++)
        bounds = und_cat(u, bounds, und_cat(u, "[", und_number(u), "]"), "");
    if (u->at[0] == '$' && u->at[1] == '$' && u->at[2] == 'C') {
        const char *marks;
        u->at += 3;
        marks = und_storage(u);
        element = und_type(u);
        element.left = und_marked(u, &element, marks);
    } else {
        element = und_type(u);
    }
    return (struct type){ element.left, und_cat(u, bounds, element.right, ""), "", true, NULL, NULL };
}

static const char *extended_type(char c)
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
    case 'P':
        return "auto";
    case 'Q':
        return "char8_t";
    case 'S':
        return "char16_t";
    case 'T':
        return "decltype(auto)";
    case 'U':
        return "char32_t";
    case 'W':
        return "wchar_t";
    }
    return NULL;
}

static struct type dollar_type(struct undname *u)
{
    struct type type;
    const char *marks;
    bool no_return;

    if (*u->at++ != '$')
        return plain(und_fail(u));
    switch (*u->at++) {
    case 'Q':
        return pointer(u, "&&", "");
    case 'R':
        return pointer(u, "&&", " volatile");
    case 'T':
        return plain("std::nullptr_t");
    case 'B':
        return und_type(u);
    case 'C':
        marks = und_storage(u);
        type = und_type(u);
        type.left = und_marked(u, &type, marks);
        return type;
    case 'A': /* a function type as such */
        if (und_take(u, '6')) {
            type = und_function(u, "", &no_return);
        } else if (und_take(u, '8') && und_take(u, '@') && und_take(u, '@')) {
            marks = und_this_marks(u);
            type = und_function(u, marks, &no_return);
        } else {
            break;
        }
        type.left = und_cat(u, type.left, type.convention[0] ? " " : "", type.convention);
        return type;
    }
    return plain(und_fail(u));
}

static struct type any_type(struct undname *u)
{
    static const char *const simple['Z' - 'A' + 1] = {
        ['C' - 'A'] = "signed char",    ['D' - 'A'] = "char",
        ['E' - 'A'] = "unsigned char",  ['F' - 'A'] = "short",
        ['G' - 'A'] = "unsigned short", ['H' - 'A'] = "int",
        ['I' - 'A'] = "unsigned int",   ['J' - 'A'] = "long",
        ['K' - 'A'] = "unsigned long",  ['M' - 'A'] = "float",
        ['N' - 'A'] = "double",         ['O' - 'A'] = "long double",
        ['X' - 'A'] = "void",           ['Z' - 'A'] = "...",
    };
    char c = *u->at++;
    const char *marks;
    struct type type;

    switch (c) {
    case 'A':
        return pointer(u, "&", "");
    case 'B':
        return pointer(u, "&", " volatile");
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return pointer(u, "*", cv_marks[c - 'P']);
    case 'T':
        return plain(und_cat(u, "union ", und_qualified(u), ""));
    case 'U':
        return plain(und_cat(u, "struct ", und_qualified(u), ""));
    case 'V':
        return plain(und_cat(u, "class ", und_qualified(u), ""));
    case 'W':
        if (*u->at < '0' || *u->at > '7')
            return plain(und_fail(u));
        u->at++;
        return plain(und_cat(u, "enum ", und_qualified(u), ""));
    case 'Y':
        return array(u);
    case '?': /* with marks in front */
        marks = und_storage(u);
        type = und_type(u);
        type.left = und_marked(u, &type, marks);
        return type;
    case '$':
        return dollar_type(u);
    case '_':
        if (*u->at && extended_type(*u->at))
            return plain(extended_type(*u->at++));
        break;
    default:
        if (c >= 'A' && c <= 'Z' && simple[c - 'A'])
            return plain(simple[c - 'A']);
    }
    u->at--;
    return plain(und_fail(u));
}

struct type und_type(struct undname *u)
{
    struct type type = { "", "", "", false, NULL, NULL };

    if (u->failed || ++u->depth > MAX_DEPTH) {
        und_fail(u);
        return type;
    }
    type = any_type(u);
    u->depth--;
    return type;
}

/* An argument that is a value: behind the $. */
static const char *value_argument(struct undname *u)
{
    const char *text, *other;

    switch (*u->at++) {
    case '0':
        return und_number(u);
    case '1':
        return *u->at == '@' ? (u->at++, "0") : und_cat(u, "&", und_symbol(u), "");
    case 'E':
        return und_symbol(u);
    case 'D':
        return und_cat(u, "`template-parameter", und_number(u), "'");
    case 'Q':
        return und_cat(u, "`non-type-template-parameter", und_number(u), "'");
    case 'H': /* pointers to members: with what is to be added */
        text = und_symbol(u);
        return und_cat(u, und_cat(u, "{", text, ","), und_number(u), "}");
    case 'F':
    case 'G':
    case 'I':
    case 'J': {
        char kind = u->at[-1];
        text = kind == 'I' || kind == 'J' ? und_symbol(u) : und_number(u);
        other = und_number(u);
        text = und_cat(u, text, ",", other);
        if (kind == 'G' || kind == 'J')
            text = und_cat(u, text, ",", und_number(u));
        if (kind == 'J')
            text = und_cat(u, text, ",", und_number(u));
        return und_cat(u, "{", text, "}");
    }
    case 'M': /* of a deduced type, which comes first */
        (void)und_type(u);
        if (u->failed || ++u->depth > MAX_DEPTH)
            return und_fail(u);
        text = value_argument(u);
        u->depth--;
        return text;
    case '2': /* floating point: mantissa and exponent */
        text = und_number(u);
        return und_cat(u, text, "e", und_number(u));
    }
    u->at--;
    return und_fail(u);
}

const char *und_template_arguments(struct undname *u)
{
    const char *text = "";
    bool first = true;

    while (!u->failed && !und_take(u, '@')) {
        const char *argument, *start = u->at;
        if (u->at[0] == '$' && u->at[1] == '$' &&
            (u->at[2] == 'V' || u->at[2] == 'Z')) { /* packs: empty, and where they end */
            u->at += 3;
            continue;
        }
        if (u->at[0] == '$' && u->at[1] == '$' && u->at[2] == '$' && u->at[3] == 'V') {
            u->at += 4;
            continue;
        }
        if (u->at[0] == '$' && u->at[1] == 'S') {
            u->at += 2;
            continue;
        }
        if (u->at[0] == '$' && u->at[1] == '$' && u->at[2] == 'Y') { /* a template */
            u->at += 3;
            argument = und_qualified(u);
        } else if (u->at[0] == '$' && u->at[1] != '$') {
            u->at++;
            argument = value_argument(u);
        } else if (*u->at >= '0' && *u->at <= '9') {
            int number = *u->at++ - '0';
            if (number >= u->type_count)
                return und_fail(u);
            argument = und_cat(u, u->types[number][0], u->types[number][1], "");
        } else {
            struct type type = und_type(u);
            argument = und_render(u, &type);
            if (u->at - start > 1 && u->type_count < 10) {
                u->types[u->type_count][0] = type.left;
                u->types[u->type_count++][1] = type.right;
            }
        }
        text = first ? argument : und_cat(u, text, ",", argument);
        first = false;
    }
    return text;
}
