/* SPDX-License-Identifier: MIT */
/*
 * arithmetic.c: the expressions of SET /A: 32-bit numbers, operators with the documented precedence, variables by name alone,
 * assignments.
 */
#include "cmd.h"

struct evaluation {
    const WCHAR *p;
    const WCHAR *error;
    int code; /* of the error: what ERRORLEVEL is then */
};

/* What cmd's messages are numbered as; scripts compare ERRORLEVEL with these. */
enum { UNBALANCED = 1073750988, MISSING_OPERAND, MISSING_OPERATOR, INVALID_NUMBER, LARGE_NUMBER, DIVISION_BY_ZERO };

static int parse_list(struct evaluation *e);

static int fail(struct evaluation *e, int code, const WCHAR *error)
{
    if (!e->error) {
        e->error = error;
        e->code = code;
    }
    return 0;
}

static void skip_blank(struct evaluation *e)
{
    e->p = skip_space(e->p);
}

static bool name_char(WCHAR c)
{
    return c && !is_space(c) && !wcschr(L"()!~-*/%+<>&^|=,'", c);
}

/* A decimal, 0x or 0 number that is in the way documented, or an error. */
static int to_number(struct evaluation *e, const WCHAR *text)
{
    WCHAR *end;
    bool negative = *text == '-';
    const WCHAR *digits = text + negative;
    unsigned long long value = wcstoull(digits, &end, 0);
    if (end == digits || *end)
        return fail(e, INVALID_NUMBER,
                    L"Invalid number.  Numeric constants are either decimal (17),\r\n"
                    L"hexadecimal (0x11), or octal (021).\r\n");
    if (value > 0xffffffffull || (value > 0x80000000ull - !negative && digits[0] != '0'))
        return fail(e, LARGE_NUMBER, L"Invalid number.  Numbers are limited to 32-bits of precision.\r\n");
    return (int)(negative ? 0 - (unsigned)value : (unsigned)value);
}

/* A variable's value: the number that it begins with, 0 if none. */
static int variable_value(const WCHAR *name, size_t length)
{
    WCHAR *value = get_variable(name, length);
    int number = value ? (int)wcstoll(value, NULL, 0) : 0;
    free(value);
    return number;
}

static int parse_primary(struct evaluation *e)
{
    skip_blank(e);
    const WCHAR *start = e->p;
    if (*e->p == '(') {
        e->p++;
        int value = parse_list(e);
        skip_blank(e);
        if (*e->p != ')')
            return fail(e, UNBALANCED, L"Unbalanced parenthesis.\r\n");
        e->p++;
        return value;
    }
    while (name_char(*e->p))
        e->p++;
    if (e->p == start)
        return fail(e, MISSING_OPERAND, L"Missing operand.\r\n");
    if (iswdigit(*start)) {
        WCHAR *text = xdup_n(start, e->p - start);
        int value = to_number(e, text);
        free(text);
        return value;
    }
    return variable_value(start, e->p - start);
}

static int parse_unary(struct evaluation *e)
{
    skip_blank(e);
    switch (*e->p) {
    case '-':
        e->p++;
        return (int)(0u - (unsigned)parse_unary(e));
    case '+':
        e->p++;
        return parse_unary(e);
    case '~':
        e->p++;
        return ~parse_unary(e);
    case '!':
        e->p++;
        return !parse_unary(e);
    }
    return parse_primary(e);
}

static int apply(struct evaluation *e, WCHAR op, int a, int b)
{
    switch (op) {
    case '*':
        return (int)((unsigned)a * (unsigned)b);
    case '/':
    case '%':
        if (!b)
            return fail(e, DIVISION_BY_ZERO, L"Divide by zero error.\r\n");
        if (b == -1) /* the smallest number has no positive */
            return op == '/' ? (int)(0u - (unsigned)a) : 0;
        return op == '/' ? a / b : a % b;
    case '+':
        return (int)((unsigned)a + (unsigned)b);
    case '-':
        return (int)((unsigned)a - (unsigned)b);
    case '<':
        return b < 0 || b > 31 ? 0 : (int)((unsigned)a << b);
    case '>':
        return b < 0 || b > 31 ? -(a < 0) : a >> b;
    case '&':
        return a & b;
    case '^':
        return a ^ b;
    case '|':
        return a | b;
    }
    return b;
}

/* The operator at p by its first character and its length; 0 if there is none. */
static WCHAR operator_at(const WCHAR *p, size_t *length)
{
    *length = (*p == '<' || *p == '>') ? (p[1] == *p ? 2 : 0) : 1;
    return *p && *length && wcschr(L"*/%+-<>&^|", *p) ? *p : 0;
}

static int parse_binary(struct evaluation *e, int level)
{
    static const WCHAR *const levels[] = { L"|", L"^", L"&", L"<>", L"+-", L"*/%" };
    if (level == COUNT(levels))
        return parse_unary(e);
    int value = parse_binary(e, level + 1);
    for (;;) {
        size_t length;
        skip_blank(e);
        WCHAR op = operator_at(e->p, &length);
        if (e->error || !op || !wcschr(levels[level], op) || e->p[length] == '=')
            return value;
        e->p += length;
        value = apply(e, op, value, parse_binary(e, level + 1));
    }
}

/* NAME op= expression, to the right; or an expression. */
static int parse_assignment(struct evaluation *e)
{
    skip_blank(e);
    const WCHAR *name = e->p, *end = name;
    size_t length = 0;
    while (name_char(*end))
        end++;
    const WCHAR *sign = skip_space(end);
    WCHAR op = operator_at(sign, &length);
    if (!op)
        length = 0;
    if (end == name || iswdigit(*name) || sign[length] != '=')
        return parse_binary(e, 0);
    e->p = sign + length + 1;
    int value = parse_assignment(e);
    if (op)
        value = apply(e, op, variable_value(name, end - name), value);
    if (!e->error) {
        WCHAR *copy = xdup_n(name, end - name), number[16];
        _snwprintf(number, COUNT(number), L"%d", value);
        set_variable(copy, number);
        free(copy);
    }
    return value;
}

static int parse_list(struct evaluation *e)
{
    int value = parse_assignment(e);
    for (skip_blank(e); *e->p == ',' && !e->error; skip_blank(e)) {
        e->p++;
        value = parse_assignment(e);
    }
    return value;
}

int evaluate(const WCHAR *expression, int *result)
{
    struct evaluation e = { .p = expression };
    *result = parse_list(&e);
    if (!e.error && *skip_space(e.p))
        *skip_space(e.p) == ')' ? fail(&e, UNBALANCED, L"Unbalanced parenthesis.\r\n")
                                : fail(&e, MISSING_OPERATOR, L"Missing operator.\r\n");
    if (e.error)
        err(e.error);
    return e.code;
}
