/* SPDX-License-Identifier: MIT */
/*
 * undname.c: the names that Microsoft's C++ compilers decorate symbols with, made readable: qualified names, operators, templates, and
 * what kind of symbol it is. The encoding: learn.microsoft.com "Decorated names", and what compilers write.
 */
#include "undname_private.h"

struct und_block {
    struct und_block *next;
    size_t used, size;
    char bytes[];
};

/* Characters that live until the name is done; NULL without memory. */
static char *text_room(struct undname *u, size_t size)
{
    struct und_block *block = u->blocks;
    size_t room = size > 1000 ? size : 2000;
    char *p;

    if (!block || block->size - block->used < size) {
        if (!(block = u->memory->allocate(sizeof(*block) + room)))
            return NULL;
        block->next = u->blocks;
        block->used = 0;
        block->size = room;
        u->blocks = block;
    }
    p = block->bytes + block->used;
    block->used += size;
    return p;
}

static const char *part_of(struct undname *u, const char *text, size_t length)
{
    char *copy = text_room(u, length + 1);

    if (!copy)
        return und_fail(u);
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

const char *und_fail(struct undname *u)
{
    u->failed = true;
    return "";
}

bool und_take(struct undname *u, char c)
{
    if (*u->at != c)
        return false;
    u->at++;
    return true;
}

const char *und_cat(struct undname *u, const char *a, const char *b, const char *c)
{
    size_t la = strlen(a), lb = strlen(b), lc = strlen(c);
    char *text;

    u->used += la + lb + lc + 1;
    if (u->failed || la + lb + lc > MAX_TEXT || u->used > MAX_MEMORY || !(text = text_room(u, la + lb + lc + 1)))
        return und_fail(u);
    memcpy(text, a, la);
    memcpy(text + la, b, lb);
    memcpy(text + la + lb, c, lc + 1);
    return text;
}

/* Digits are 1 to 10; else hexadecimal digits A to P up to an @; ? is a minus. */
const char *und_number(struct undname *u)
{
    bool minus = und_take(u, '?');
    char text[24];
    size_t n = sizeof(text);
    uint64_t value = 0;

    if (*u->at >= '0' && *u->at <= '9') {
        value = (uint64_t)(*u->at++ - '0') + 1;
    } else {
        for (; *u->at >= 'A' && *u->at <= 'P'; u->at++)
            value = value * 16 + (uint64_t)(*u->at - 'A');
        if (!und_take(u, '@'))
            return und_fail(u);
    }
    text[--n] = 0;
    do
        text[--n] = (char)('0' + value % 10);
    while (value /= 10);
    return und_cat(u, minus ? "-" : "", text + n, "");
}

static const char *remember(struct undname *u, const char *name)
{
    if (u->name_count < 10)
        u->names[u->name_count++] = name;
    return name;
}

/* Up to an @. */
static const char *simple_name(struct undname *u)
{
    const char *start = u->at, *end = strchr(start, '@');
    const char *name;

    if (!end || end == start || end - start > MAX_TEXT)
        return und_fail(u);
    u->at = end + 1;
    name = part_of(u, start, (size_t)(end - start));
    u->used += (size_t)(end - start);
    return name;
}

static const char *operator_name(struct undname *u, bool *structor, bool *destructor, bool *conversion);

/* Behind ?$. What it refers back to is its own. */
static const char *template_name(struct undname *u)
{
    struct undname saved = *u;
    bool structor = false, destructor = false, conversion = false;
    const char *name, *list;

    u->name_count = u->type_count = 0;
    if (u->depth > MAX_DEPTH)
        return und_fail(u);
    u->depth++;
    name = und_take(u, '?') ? operator_name(u, &structor, &destructor, &conversion) : remember(u, simple_name(u));
    list = und_template_arguments(u);
    u->depth--;
    memcpy(u->names, saved.names, sizeof(u->names));
    memcpy(u->types, saved.types, sizeof(u->types));
    u->name_count = saved.name_count;
    u->type_count = saved.type_count;
    /* "> >", as compilers of old wanted it */
    return und_cat(u, und_cat(u, name, "<", list), list[0] && list[strlen(list) - 1] == '>' ? " " : "", ">");
}

/* A part of a qualified name that is no operator. */
static const char *name_part(struct undname *u)
{
    const char *number;

    if (*u->at >= '0' && *u->at <= '9') {
        int back = *u->at++ - '0';
        return back < u->name_count ? u->names[back] : und_fail(u);
    }
    if (!und_take(u, '?'))
        return remember(u, simple_name(u));
    if (und_take(u, '$')) {
        const char *name = template_name(u);
        return remember(u, name);
    }
    if (*u->at == 'A') { /* ?A0x12345678@ */
        simple_name(u);
        return remember(u, "`anonymous namespace'");
    }
    if (und_take(u, '?')) /* a symbol that others are in */
        return u->at -= 1, und_cat(u, "`", und_symbol(u), "'");
    if (*u->at == 'Q') { /* an interface */
        u->at++;
        return simple_name(u);
    }
    number = und_number(u); /* a block of a function, which follows */
    return und_cat(u, "`", number, "'");
}

/* The scopes behind a name, innermost first, up to an @; "a::b::". */
static const char *scopes(struct undname *u)
{
    const char *text = "";

    while (!u->failed && !und_take(u, '@')) {
        const char *part;
        if (!*u->at)
            return und_fail(u);
        part = name_part(u);
        text = und_cat(u, part, "::", text);
    }
    return text;
}

const char *und_qualified(struct undname *u)
{
    const char *name, *front;

    if (u->failed || ++u->depth > MAX_DEPTH)
        return und_fail(u);
    name = name_part(u);
    front = scopes(u);
    u->depth--;
    return und_cat(u, front, name, "");
}

/* Behind ?_. */
static const char *special_name(struct undname *u)
{
    static const char *const letters['Z' - 'A' + 1] = {
        ['A' - 'A'] = "`typeof'",
        ['B' - 'A'] = "`local static guard'",
        ['D' - 'A'] = "`vbase destructor'",
        ['E' - 'A'] = "`vector deleting destructor'",
        ['F' - 'A'] = "`default constructor closure'",
        ['G' - 'A'] = "`scalar deleting destructor'",
        ['H' - 'A'] = "`vector constructor iterator'",
        ['I' - 'A'] = "`vector destructor iterator'",
        ['J' - 'A'] = "`vector vbase constructor iterator'",
        ['K' - 'A'] = "`virtual displacement map'",
        ['L' - 'A'] = "`eh vector constructor iterator'",
        ['M' - 'A'] = "`eh vector destructor iterator'",
        ['N' - 'A'] = "`eh vector vbase constructor iterator'",
        ['O' - 'A'] = "`copy constructor closure'",
        ['S' - 'A'] = "`local vftable'",
        ['T' - 'A'] = "`local vftable constructor closure'",
        ['U' - 'A'] = "operator new[]",
        ['V' - 'A'] = "operator delete[]",
        ['X' - 'A'] = "`placement delete closure'",
        ['Y' - 'A'] = "`placement delete[] closure'",
    };
    static const char *const digits[] = { "operator/=", "operator%=", "operator>>=", "operator<<=", "operator&=",
                                          "operator|=", "operator^=", "`vftable'",   "`vbtable'",   "`vcall'" };
    static const char *const rtti[] = { "`RTTI Type Descriptor'", "`RTTI Base Class Descriptor at (",
                                        "`RTTI Base Class Array'", "`RTTI Class Hierarchy Descriptor'",
                                        "`RTTI Complete Object Locator'" };
    char c = *u->at++;
    const char *text;

    if (c >= '0' && c <= '9')
        return digits[c - '0'];
    if (c == 'R' && *u->at >= '0' && *u->at <= '4') {
        c = *u->at++;
        if (c == '0') { /* the type comes before the scopes, of which there are none */
            struct type type = und_type(u);
            return und_cat(u, und_render(u, &type), " ", rtti[0]);
        }
        if (c != '1')
            return rtti[c - '0'];
        text = rtti[1];
        for (int i = 0; i < 4; i++)
            text = und_cat(u, text, und_number(u), i < 3 ? "," : ")'");
        return text;
    }
    if (c == '_') {
        c = *u->at++;
        switch (c) {
        case 'E':
        case 'F': /* of a variable, whose name follows, or its whole symbol */
            if (*u->at == '?' && u->at[1] != '$') {
                text = und_symbol(u);
                und_take(u, '@');
            } else {
                text = und_qualified(u);
                u->at -= !u->failed; /* its end is that of the scopes, which are part of it */
            }
            return und_cat(u, c == 'E' ? "`dynamic initializer for '" : "`dynamic atexit destructor for '", text, "''");
        case 'J':
            return "`local static thread guard'";
        case 'K':
            text = simple_name(u);
            return und_cat(u, "operator \"\" ", text, "");
        case 'L':
            return "operator co_await";
        case 'M':
            return "operator<=>";
        case 'A':
            return "`managed vector constructor iterator'";
        case 'B':
            return "`managed vector destructor iterator'";
        case 'C':
            return "`eh vector copy constructor iterator'";
        case 'D':
            return "`eh vector vbase copy constructor iterator'";
        case 'G':
            return "`vector copy constructor iterator'";
        case 'H':
            return "`vector vbase copy constructor iterator'";
        case 'I':
            return "`managed vector copy constructor iterator'";
        }
    }
    if (c >= 'A' && c <= 'Z' && letters[c - 'A'])
        return letters[c - 'A'];
    u->at--;
    return und_fail(u);
}

static const char *operator_name(struct undname *u, bool *structor, bool *destructor, bool *conversion)
{
    static const char *const digits[] = { "",           "",           "operator new", "operator delete", "operator=",
                                          "operator>>", "operator<<", "operator!",    "operator==",      "operator!=" };
    static const char *const letters[] = { "operator[]", "operator ",  "operator->", "operator*",  "operator++",
                                           "operator--", "operator-",  "operator+",  "operator&",  "operator->*",
                                           "operator/",  "operator%",  "operator<",  "operator<=", "operator>",
                                           "operator>=", "operator,",  "operator()", "operator~",  "operator^",
                                           "operator|",  "operator&&", "operator||", "operator*=", "operator+=",
                                           "operator-=" };
    char c = *u->at++;

    if (c == '0' || c == '1') {
        *structor = true;
        *destructor = c == '1';
        return "";
    }
    if (c >= '2' && c <= '9')
        return digits[c - '0'];
    if (c == '_')
        return special_name(u);
    if (c >= 'A' && c <= 'Z') {
        *conversion = c == 'B';
        return letters[c - 'A'];
    }
    u->at--;
    return und_fail(u);
}

/* --- kinds of symbols --- */

static const char *with_access(struct undname *u, char kind, const char *text)
{
    static const char *const access[] = { "private: ", "protected: ", "public: " };
    unsigned number = (unsigned)(kind - 'A') / 8, what = (unsigned)(kind - 'A') % 8 / 2;

    if (number > 2)
        return text;
    if (!(u->flags & NO_MEMBER_TYPE))
        text = und_cat(u, what == 1 ? "static " : what == 2 || what == 3 ? "virtual " : "", text, "");
    return u->flags & NO_ACCESS ? text : und_cat(u, access[number], text, "");
}

static const char *function_symbol(struct undname *u, const char *name, bool conversion)
{
    char kind = *u->at++;
    unsigned what = (unsigned)(kind - 'A') % 8 / 2;
    const char *marks = "", *adjust = "", *text;
    struct type type;
    bool no_return;

    if (kind == '$') { /* a thunk that adjusts by what is in the object */
        const char *list = "";
        char which = *u->at++;
        if (which == 'R')
            which = *u->at++;
        if (which < '0' || which > '5')
            return und_fail(u);
        for (int i = 0; i < (u->at[-2] == 'R' ? 4 : 2); i++)
            list = und_cat(u, list, list[0] ? "," : "", und_number(u));
        adjust = und_cat(u, "`vtordisp{", list, "}' ");
        kind = (char)("EMU"[(which - '0') / 2]);
        what = 2;
    } else if (kind < 'Y' && what == 3) {
        adjust = und_cat(u, "`adjustor{", und_number(u), "}' ");
    }
    if (kind < 'Y' && what != 1)
        marks = und_this_marks(u);
    type = und_function(u, marks, &no_return);
    if (u->failed)
        return "";
    if (conversion) {
        name = und_cat(u, name, type.left, "");
        no_return = true;
    }
    text = und_cat(u, name, adjust, u->flags & NO_ARGUMENTS ? "" : type.right);
    if (type.convention[0])
        text = und_cat(u, type.convention, " ", text);
    if (!no_return && !(u->flags & NO_RETURNS))
        text = und_cat(u, type.left, " ", text);
    text = with_access(u, kind, text);
    return adjust[0] ? und_cat(u, "[thunk]:", text, "") : text;
}

static const char *data_symbol(struct undname *u, const char *name)
{
    static const char *const access[] = { "private: ", "protected: ", "public: " };
    char kind = *u->at++;
    struct type type = und_type(u);
    const char *marks = u->failed ? "" : und_storage(u), *text;

    text = und_cat(u, und_cat(u, und_marked(u, &type, marks), " ", name), type.right, "");
    if (kind > '2')
        return text;
    if (!(u->flags & NO_MEMBER_TYPE))
        text = und_cat(u, "static ", text, "");
    return u->flags & NO_ACCESS ? text : und_cat(u, access[kind - '0'], text, "");
}

static const char *table_symbol(struct undname *u, const char *name)
{
    const char *marks, *list = "";

    u->at++;
    marks = und_storage(u);
    while (!u->failed && *u->at && !und_take(u, '@'))
        list = und_cat(u, und_cat(u, list, list[0] ? "s " : "", "`"), und_qualified(u), "'");
    if (list[0])
        list = und_cat(u, "{for ", list, "}");
    return und_cat(u, und_cat(u, marks[0] ? marks + 1 : "", marks[0] ? " " : "", name), list, "");
}

/* Behind the first ?: a name and what it is of. */
static const char *symbol_body(struct undname *u)
{
    bool structor = false, destructor = false, conversion = false, special = false;
    const char *name, *front, *text;

    if (u->at[0] == '?' && u->at[1] == '_' && u->at[2] == 'C' && u->at[3] == '@') {
        u->at += strlen(u->at);
        return "`string'";
    }
    if (u->at[0] == '?' && u->at[1] == '$') {
        u->at += 2;
        name = template_name(u);
        if (name[0] == '<') /* of a constructor: its name is the class's */
            structor = true;
    } else if (und_take(u, '?')) {
        special = *u->at == '_';
        name = operator_name(u, &structor, &destructor, &conversion);
    } else {
        name = name_part(u);
    }
    if (special && u->at[-1] == '8' && u->at[0] == 0) /* ??_R0...@8 */
        return name;
    front = scopes(u);
    if (u->failed)
        return "";
    if (structor && front[0]) { /* the class's name without those around it, but for template arguments */
        size_t end = strlen(front) - 2, start = end;
        int depth = 0;
        while (start && (depth || front[start - 1] != ':')) {
            depth += front[start - 1] == '>' ? 1 : front[start - 1] == '<' ? -1 : 0;
            start--;
        }
        text = part_of(u, front + start, end - start);
        name = und_cat(u, destructor ? "~" : "", text, name);
    }
    name = und_cat(u, front, name, "");
    if ((u->flags & NAME_ONLY) && u->depth <= 1 && !conversion) {
        u->at += strlen(u->at);
        return name;
    }
    if (!*u->at) /* a name, and nothing on what it is */
        return name;
    if (*u->at >= '0' && *u->at <= '4')
        return data_symbol(u, name);
    if (*u->at == '5') { /* a guard: its number */
        u->at++;
        return und_cat(u, name, "{", und_cat(u, und_number(u), "}'", ""));
    }
    if (*u->at == '6' || *u->at == '7')
        return table_symbol(u, name);
    if (*u->at == '8' || *u->at == '9')
        return u->at++, name;
    if (u->at[0] == '$' && u->at[1] == 'B') { /* a thunk that calls a virtual function */
        u->at += 2;
        text = und_number(u);
        und_take(u, 'A');
        front = und_convention(u);
        name = und_cat(u, "[thunk]: ", und_cat(u, front, front[0] ? " " : "", name), "{");
        return und_cat(u, name, text, ",{flat}}' }'");
    }
    if ((*u->at >= 'A' && *u->at <= 'Z') || *u->at == '$') {
        bool only = (u->flags & NAME_ONLY) && u->depth <= 1;
        text = function_symbol(u, name, conversion);
        if (only && !u->failed) { /* a conversion's name has its type */
            char *paren = strstr(text, "operator ");
            paren = paren ? strchr(paren, '(') : NULL;
            name = strstr(text, front);
            if (paren && name && front[0])
                return part_of(u, name, (size_t)(paren - name));
        }
        return text;
    }
    return und_fail(u);
}

const char *und_symbol(struct undname *u)
{
    const char *text;

    if (u->failed || ++u->depth > MAX_DEPTH || !und_take(u, '?'))
        return und_fail(u);
    text = symbol_body(u);
    u->depth--;
    return text;
}

char *undecorate(const char *name, unsigned flags, bool is_type, const struct undname_memory *memory)
{
    struct undname u = { .at = name, .flags = flags, .memory = memory };
    const char *text = "";
    char *result = NULL;

    if (is_type) {
        struct type type = und_type(&u);
        text = und_render(&u, &type);
    } else if (name[0] == '?' && name[1] != '@') { /* ??@ and a hash is a name that was too long */
        text = und_symbol(&u);
    }
    if (!u.failed && text[0] && (result = memory->allocate(strlen(text) + 1)))
        strcpy(result, text);
    while (u.blocks) {
        struct und_block *next = u.blocks->next;
        memory->release(u.blocks);
        u.blocks = next;
    }
    return result;
}
