/* SPDX-License-Identifier: MIT */
/*
 * winevt_xpath.c: the subset of XPath 1.0 that queries may use ("Consuming Events": XPath 1.0 limitations): paths of elements with predicates,
 * attributes at their end, comparisons, `and`, `or`, band(), timediff() and position(). An expression is evaluated as it is parsed; nesting is
 * limited.
 */
#include "wevtapi_private.h"

enum { DEPTH = 32 };

struct parser {
    const WCHAR *at;
    BOOL bad;
    int depth;
    int position; /* of the node that a predicate is asked of */
};

/* What an operand is: a number, a text, or what a path selects. For a comparison of a path, the texts are visited one by one. */
struct value {
    enum { VALUE_NONE, VALUE_NUMBER, VALUE_TEXT, VALUE_NODES } type;
    ULONGLONG number;
    WCHAR text[256];
    const WCHAR *path; /* VALUE_NODES: where it begins */
    BOOL exists;
};

typedef BOOL visit(const WCHAR *text, void *context);

static BOOL parse_or(struct parser *parser, const struct node *node);
static BOOL parse_path(struct parser *parser, const struct node *node, visit *visit, void *context);

static void skip(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\r' || *parser->at == '\n')
        parser->at++;
}

static BOOL take(struct parser *parser, const WCHAR *token)
{
    SIZE_T length = wcslen(token);

    skip(parser);
    if (wcsncmp(parser->at, token, length))
        return FALSE;
    parser->at += length;
    return TRUE;
}

static BOOL is_name(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

static BOOL take_word(struct parser *parser, const WCHAR *word)
{
    const WCHAR *before = parser->at;

    if (take(parser, word) && !is_name(*parser->at))
        return TRUE;
    parser->at = before;
    return FALSE;
}

static SIZE_T name_length(struct parser *parser)
{
    SIZE_T length = 0;

    skip(parser);
    if (*parser->at == '*')
        return 1;
    while (is_name(parser->at[length]))
        length++;
    return length;
}

static BOOL same_name(const WCHAR *name, const WCHAR *token, SIZE_T length)
{
    return (length == 1 && *token == '*') || (!wcsncmp(name, token, length) && !name[length]);
}

/* Predicates behind a step: all must hold. Always parsed to their end. */
static BOOL parse_predicates(struct parser *parser, const struct node *node, int position)
{
    BOOL holds = TRUE;
    int outer = parser->position;

    parser->position = position;
    while (!parser->bad && take(parser, L"[")) {
        BOOL one = parse_or(parser, node);
        holds = holds && one;
        if (!take(parser, L"]"))
            parser->bad = TRUE;
    }
    parser->position = outer;
    return holds;
}

/* The rest of a path from `node`, which may be NULL: then it is only parsed. Stops when `visit` has said TRUE. */
static BOOL parse_steps(struct parser *parser, const struct node *node, visit *visit, void *context)
{
    BOOL found = FALSE;
    const WCHAR *start, *token, *end = NULL;
    SIZE_T length;
    int position = 0;

    if (++parser->depth > DEPTH)
        parser->bad = TRUE;
    if (parser->bad)
        return FALSE;
    if (take(parser, L"@")) {
        token = parser->at;
        length = name_length(parser);
        token = parser->at;
        parser->at += length;
        parser->bad |= !length;
        for (int i = 0; node && !found && i < node->attribute_count; i++)
            found = same_name(node->attributes[i].name, token, length) && visit(node->attributes[i].value, context);
        parser->depth--;
        return found;
    }
    length = name_length(parser);
    token = parser->at;
    parser->at += length;
    if (!length)
        parser->bad = TRUE;
    start = parser->at;
    /* Once for each child that has the name, and once for none, so that the text is always parsed. */
    for (const struct node *child = node ? node->first : NULL; !parser->bad; child = child->next) {
        if (child && !same_name(child->name, token, length))
            continue;
        parser->at = start;
        BOOL holds = parse_predicates(parser, child, ++position);
        if (take(parser, L"/")) {
            BOOL below = parse_steps(parser, holds ? child : NULL, visit, context);
            found |= below;
        } else if (child && holds && !found) {
            found = visit(child->text ? child->text : L"", context);
        }
        end = parser->at;
        if (!child || found)
            break;
        if (!child->next)
            break;
    }
    if (!end && !parser->bad) { /* no child had the name */
        parser->at = start;
        parse_predicates(parser, NULL, 1);
        if (take(parser, L"/"))
            parse_steps(parser, NULL, visit, context);
    }
    parser->depth--;
    return found;
}

static BOOL parse_path(struct parser *parser, const struct node *node, visit *visit, void *context)
{
    take(parser, L"./");
    return parse_steps(parser, node, visit, context);
}

/* --- comparisons --- */

struct first_text {
    WCHAR text[256];
    BOOL exists;
};

static BOOL keep_first(const WCHAR *text, void *context)
{
    struct first_text *first = context;

    lstrcpynW(first->text, text, ARRAY_SIZE(first->text));
    first->exists = TRUE;
    return TRUE;
}

static BOOL parse_number(const WCHAR *text, ULONGLONG *number)
{
    int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    BOOL any = FALSE;

    *number = 0;
    for (text += base == 16 ? 2 : 0; *text; text++, any = TRUE) {
        int digit = *text >= '0' && *text <= '9'   ? *text - '0'
                    : *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
                    : *text >= 'A' && *text <= 'F' ? *text - 'A' + 10
                                                   : 99;
        if (digit >= base)
            return FALSE;
        *number = *number * base + digit;
    }
    return any;
}

/* "2026-11-21T22:15:00.000000000Z" */
static BOOL parse_time(const WCHAR *text, ULONGLONG *milliseconds)
{
    SYSTEMTIME date = { 0 };
    WORD *const fields[] = { &date.wYear, &date.wMonth, &date.wDay, &date.wHour, &date.wMinute, &date.wSecond };
    FILETIME time;

    for (int i = 0; i < 6; i++, text += *text != 0) {
        while (*text >= '0' && *text <= '9')
            *fields[i] = *fields[i] * 10 + (*text++ - '0');
    }
    if (!SystemTimeToFileTime(&date, &time))
        return FALSE;
    *milliseconds = (((ULONGLONG)time.dwHighDateTime << 32) | time.dwLowDateTime) / 10000;
    return TRUE;
}

static void parse_timediff(struct parser *parser, const struct node *node, struct value *value)
{
    struct first_text first = { 0 }, second = { 0 };
    ULONGLONG a = 0, b;
    FILETIME now;

    parse_path(parser, node, keep_first, &first);
    GetSystemTimeAsFileTime(&now);
    b = (((ULONGLONG)now.dwHighDateTime << 32) | now.dwLowDateTime) / 10000;
    if (take(parser, L",")) {
        parse_path(parser, node, keep_first, &second);
        if (second.exists)
            parse_time(second.text, &b);
    }
    value->type = VALUE_NUMBER;
    value->exists = first.exists && parse_time(first.text, &a);
    value->number = b > a ? b - a : 0;
}

static void parse_operand(struct parser *parser, const struct node *node, struct value *value)
{
    struct first_text first = { 0 };
    WCHAR quote;
    SIZE_T length;

    memset(value, 0, sizeof(*value));
    skip(parser);
    quote = *parser->at;
    if (quote == '\'' || quote == '"') {
        const WCHAR *end = wcschr(parser->at + 1, quote);
        parser->bad |= !end || end - parser->at >= (int)ARRAY_SIZE(value->text);
        if (parser->bad)
            return;
        value->type = VALUE_TEXT;
        value->exists = TRUE;
        memcpy(value->text, parser->at + 1, (end - parser->at - 1) * sizeof(WCHAR));
        parser->at = end + 1;
    } else if (quote >= '0' && quote <= '9') {
        length = name_length(parser);
        lstrcpynW(value->text, parser->at, (int)min(length + 1, ARRAY_SIZE(value->text)));
        parser->at += length;
        value->type = VALUE_NUMBER;
        value->exists = TRUE;
        parser->bad |= !parse_number(value->text, &value->number);
    } else if (take_word(parser, L"position") && take(parser, L"(")) {
        value->type = VALUE_NUMBER;
        value->exists = TRUE;
        value->number = parser->position;
        parser->bad |= !take(parser, L")");
    } else if (take(parser, L"timediff(")) {
        parse_timediff(parser, node, value);
        parser->bad |= !take(parser, L")");
    } else if (take(parser, L"band(")) {
        struct value mask;
        parse_path(parser, node, keep_first, &first);
        parser->bad |= !take(parser, L",");
        parse_operand(parser, node, &mask);
        parser->bad |= !take(parser, L")");
        value->type = VALUE_NUMBER;
        value->exists = first.exists && parse_number(first.text, &value->number);
        value->number &= mask.number;
    } else {
        value->type = VALUE_NODES;
        value->path = parser->at;
        value->exists = parse_path(parser, node, keep_first, &first);
    }
}

enum operator{ NONE, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL };

static enum operator parse_operator(struct parser *parser)
{
    static const struct {
        const WCHAR *token;
        enum operator operator;
    } operators[] = {
        { L"!=", NOT_EQUAL },     { L"<=", LESS_EQUAL }, { L">=", MORE_EQUAL }, { L"&lt;=", LESS_EQUAL },
        { L"&gt;=", MORE_EQUAL }, { L"=", EQUAL },       { L"<", LESS },        { L">", MORE },
        { L"&lt;", LESS },        { L"&gt;", MORE },
    };

    for (SIZE_T i = 0; i < ARRAY_SIZE(operators); i++)
        if (take(parser, operators[i].token))
            return operators[i].operator;
    return NONE;
}

static BOOL decide(int order, enum operator operator)
{
    switch (operator) {
    case EQUAL:
        return order == 0;
    case NOT_EQUAL:
        return order != 0;
    case LESS:
        return order < 0;
    case LESS_EQUAL:
        return order <= 0;
    case MORE:
        return order > 0;
    default:
        return order >= 0;
    }
}

struct comparison {
    const struct value *right;
    enum operator operator;
};

/* One node's text. Numbers compare as such, texts (and times) as texts. */
static BOOL compare_text(const WCHAR *text, void *context)
{
    const struct comparison *comparison = context;
    const struct value *right = comparison->right;
    ULONGLONG a, b = right->number;

    if ((right->type == VALUE_NUMBER || parse_number(right->text, &b)) && parse_number(text, &a))
        return decide(a < b ? -1 : a > b, comparison->operator);
    return right->type == VALUE_TEXT && decide(wcscmp(text, right->text), comparison->operator);
}

static BOOL parse_comparison(struct parser *parser, const struct node *node)
{
    struct comparison comparison;
    struct value left, right;
    struct parser again;

    parse_operand(parser, node, &left);
    if (parser->bad)
        return FALSE;
    comparison.operator= parse_operator(parser);
    if (comparison.operator== NONE)
        return left.type == VALUE_NUMBER ? left.exists && left.number : left.exists;
    parse_operand(parser, node, &right);
    if (parser->bad || right.type == VALUE_NODES) {
        parser->bad = TRUE; /* paths stand on the left */
        return FALSE;
    }
    comparison.right = &right;
    if (!left.exists || !node)
        return FALSE;
    if (left.type == VALUE_NUMBER)
        return decide(left.number < right.number ? -1 : left.number > right.number, comparison.operator);
    if (left.type == VALUE_TEXT)
        return compare_text(left.text, &comparison);
    again = *parser;
    again.at = left.path;
    return parse_path(&again, node, compare_text, &comparison);
}

static BOOL parse_primary(struct parser *parser, const struct node *node)
{
    BOOL holds;

    if (++parser->depth > DEPTH)
        parser->bad = TRUE;
    if (!parser->bad && take(parser, L"(")) {
        holds = parse_or(parser, node);
        parser->bad |= !take(parser, L")");
    } else {
        holds = !parser->bad && parse_comparison(parser, node);
    }
    parser->depth--;
    return holds;
}

static BOOL parse_and(struct parser *parser, const struct node *node)
{
    BOOL holds = parse_primary(parser, node);

    while (!parser->bad && take_word(parser, L"and")) {
        BOOL other = parse_primary(parser, node);
        holds = holds && other;
    }
    return holds;
}

static BOOL parse_or(struct parser *parser, const struct node *node)
{
    BOOL holds = parse_and(parser, node);

    while (!parser->bad && take_word(parser, L"or")) {
        BOOL other = parse_and(parser, node);
        holds = holds || other;
    }
    return holds;
}

static BOOL always(const WCHAR *text, void *context)
{
    (void)text, (void)context;
    return TRUE;
}

/* A query selects events: its first step is the event itself, by name or as "*". */
BOOL xpath_match(const WCHAR *expression, const struct node *root)
{
    struct node document = { .name = L"", .first = (struct node *)root, .last = (struct node *)root };
    struct parser parser = { .at = expression };
    BOOL found;

    take(&parser, L"/");
    found = parse_path(&parser, root ? &document : NULL, always, NULL);
    skip(&parser);
    if (parser.bad || (*parser.at && (!root || !found)))
        return FALSE;
    return root ? found : TRUE;
}

struct wanted {
    const WCHAR *text;
};

static BOOL keep_pointer(const WCHAR *text, void *context)
{
    ((struct wanted *)context)->text = text;
    return TRUE;
}

const WCHAR *xpath_value(const WCHAR *path, const struct node *root)
{
    struct node document = { .name = L"", .first = (struct node *)root, .last = (struct node *)root };
    struct parser parser = { .at = path };
    struct wanted wanted = { NULL };

    take(&parser, L"/");
    parse_path(&parser, &document, keep_pointer, &wanted);
    return parser.bad ? NULL : wanted.text;
}
