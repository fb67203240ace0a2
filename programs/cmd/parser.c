/* SPDX-License-Identifier: MIT */
/*
 * parser.c: a line, and those that continue it, as a tree. Variables (%VAR%) are already expanded; here escapes (^), quotation
 * marks, redirections, operators, parentheses, IF and FOR are understood. From loosest to tightest: & || && | command. The
 * commands of IF, ELSE and FOR extend over operators to the end of the line.
 */
#include "cmd.h"

struct parser {
    struct source *source;
    struct pool *pool;
    WCHAR *line;
    const WCHAR *p;
    int depth; /* of parentheses */
    bool failed;
};

static struct node *parse_sequence(struct parser *ps);

static struct node *new_node(struct parser *ps, enum node_kind kind, struct node *left, struct node *right)
{
    struct node *node = pool_alloc(ps->pool, sizeof(*node));
    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

/* An operator over commands; the @ of the first one counts for all. */
static struct node *join(struct parser *ps, enum node_kind kind, struct node *left, struct node *right)
{
    struct node *node = new_node(ps, kind, left, right);
    node->quiet = left->quiet;
    return node;
}

static WCHAR *keep(struct parser *ps, struct text *text)
{
    WCHAR *kept = pool_dup(ps->pool, text->data ? text->data : L"", text->length);
    free(text->data);
    memset(text, 0, sizeof(*text));
    return kept;
}

static bool next_line(struct parser *ps)
{
    WCHAR *line = ps->source->next(ps->source);
    if (!line)
        return false;
    free(ps->line);
    ps->line = line;
    ps->p = line;
    return true;
}

static bool is_operator(WCHAR c)
{
    return c == '&' || c == '|' || c == '<' || c == '>';
}

/* At the end of a command's text: of the line, at an operator, or at the parenthesis that closes its block. */
static bool at_end(const struct parser *ps)
{
    return !*ps->p || *ps->p == '&' || *ps->p == '|' || (*ps->p == ')' && ps->depth);
}

static void *syntax_error(struct parser *ps)
{
    if (ps->failed)
        return NULL;
    ps->failed = true;
    const WCHAR *p = skip_delimiters(ps->p), *end = p;
    while (*end && !is_delimiter(*end) && !is_operator(*end))
        end++;
    if (end == p && *end)
        end += end[1] == *end ? 2 : 1;
    if (end == p)
        err(L"The syntax of the command is incorrect.\r\n");
    else
        errf(L"%.*ls was unexpected at this time.\r\n", (int)(end - p), p);
    return NULL;
}

/* The character after a ^, at the end of a line the first of the next one. 0: there is none. */
static WCHAR escaped(struct parser *ps)
{
    ps->p++;
    if (!*ps->p && !next_line(ps))
        return 0;
    return *ps->p ? *ps->p++ : 0;
}

/* A word; escapes are removed, quotation marks kept. */
static WCHAR *parse_word(struct parser *ps)
{
    struct text word = { 0 };
    bool quoted = false;
    for (;;) {
        WCHAR c = *ps->p;
        if (!c || (!quoted && (is_delimiter(c) || is_operator(c) || (c == ')' && ps->depth))))
            break;
        if (c == '^' && !quoted) {
            if (!(c = escaped(ps)))
                continue;
        } else {
            quoted ^= c == '"';
            ps->p++;
        }
        text_char(&word, c);
    }
    return keep(ps, &word);
}

static void skip(struct parser *ps)
{
    ps->p = skip_delimiters(ps->p);
}

static bool accept_keyword(struct parser *ps, const WCHAR *keyword)
{
    size_t length = wcslen(keyword);
    const WCHAR *p = skip_delimiters(ps->p);
    if (_wcsnicmp(p, keyword, length) ||
        (p[length] && !is_delimiter(p[length]) && p[length] != '(' && p[length] != '"'))
        return false;
    ps->p = p + length;
    return true;
}

/* One redirection, at < or >; stream is what its digit said, or -1. */
static struct redirect *parse_redirect(struct parser *ps, int stream)
{
    struct redirect *redirect = pool_alloc(ps->pool, sizeof(*redirect));
    redirect->kind = *ps->p == '<' ? REDIRECT_IN : REDIRECT_OUT;
    redirect->stream = stream >= 0 ? stream : redirect->kind == REDIRECT_OUT;
    ps->p++;
    if (redirect->kind == REDIRECT_OUT && *ps->p == '>') {
        redirect->kind = REDIRECT_APPEND;
        ps->p++;
    }
    if (*ps->p == '&') {
        redirect->kind = REDIRECT_DUPLICATE;
        ps->p++;
    }
    skip(ps);
    if (redirect->kind == REDIRECT_DUPLICATE && (*ps->p < '0' || *ps->p > '9'))
        return syntax_error(ps);
    redirect->target = redirect->kind == REDIRECT_DUPLICATE ? pool_dup(ps->pool, ps->p++, 1) : parse_word(ps);
    if (!*redirect->target)
        return syntax_error(ps);
    return redirect;
}

static bool parse_redirects(struct parser *ps, struct redirect ***tail)
{
    for (;;) {
        const WCHAR *p = skip_delimiters(ps->p);
        bool digit = *p >= '0' && *p <= '9';
        if (p[digit] != '<' && p[digit] != '>')
            return true;
        int stream = digit ? *p - '0' : -1;
        ps->p = p + digit;
        if (!(**tail = parse_redirect(ps, stream)))
            return false;
        *tail = &(**tail)->next;
    }
}

/* Name and arguments up to the next operator, with the redirections taken out. */
static struct node *parse_simple(struct parser *ps, struct node *node, struct redirect **tail)
{
    struct text text = { 0 };
    bool quoted = false, digit = false; /* digit: the last character is one that may name a stream */
    while (quoted ? *ps->p != 0 : !at_end(ps)) {
        WCHAR c = *ps->p;
        if (!quoted && (c == '<' || c == '>')) {
            int stream = digit ? text.data[--text.length] - '0' : -1;
            if (digit)
                text.data[text.length] = 0;
            digit = false;
            if (!(*tail = parse_redirect(ps, stream))) {
                free(text.data);
                return NULL;
            }
            tail = &(*tail)->next;
            continue;
        }
        if (!quoted && c == '^') {
            digit = false;
            if ((c = escaped(ps)))
                text_char(&text, c);
            continue;
        }
        quoted ^= c == '"';
        digit = c >= '0' && c <= '9' &&
                (!text.length || is_delimiter(text.data[text.length - 1]) || wcschr(L"()", text.data[text.length - 1]));
        text_char(&text, c);
        ps->p++;
    }
    node->text = keep(ps, &text);
    return node;
}

/* REM: what follows is no command, except right after it. */
static struct node *parse_remark(struct parser *ps, struct node *node)
{
    const WCHAR *p = skip_delimiters(ps->p);
    node->kind = NODE_REM;
    if (*p == '&' || *p == '|' || (*p == ')' && ps->depth)) {
        node->text = pool_dup(ps->pool, L"", 0);
        ps->p = p;
    } else {
        node->text = pool_dup(ps->pool, ps->p, wcslen(ps->p));
        ps->p += wcslen(ps->p);
    }
    return node;
}

static struct node *parse_block(struct parser *ps, struct node *node)
{
    struct node **last = &node->left;
    node->kind = NODE_BLOCK;
    ps->p++;
    ps->depth++;
    for (;;) {
        skip(ps);
        if (*ps->p == ')')
            break;
        if (!*ps->p) {
            if (!next_line(ps))
                return syntax_error(ps);
            continue;
        }
        struct node *line = parse_sequence(ps);
        if (!line)
            return NULL;
        skip(ps);
        if (*ps->p && *ps->p != ')')
            return syntax_error(ps);
        /* Lines are a sequence too; the tree leans to the right. */
        if (*last) {
            *last = join(ps, NODE_SEQUENCE, *last, line);
            last = &(*last)->right;
        } else {
            *last = line;
        }
    }
    if (!node->left)
        return syntax_error(ps);
    ps->p++;
    ps->depth--;
    return node;
}

static bool parse_comparison(struct parser *ps, struct node *node)
{
    static const WCHAR *const operators[] = { L"EQU", L"NEQ", L"LSS", L"LEQ", L"GTR", L"GEQ" };
    node->test.kind = IF_COMPARE;
    node->test.a = parse_word(ps);
    while (*ps->p && *ps->p != '=' && is_delimiter(*ps->p))
        ps->p++;
    if (ps->p[0] == '=' && ps->p[1] == '=') {
        ps->p += 2;
        node->test.op = pool_dup(ps->pool, L"==", 2);
    } else if (!extensions) {
        return syntax_error(ps);
    } else {
        skip(ps);
        const WCHAR *start = ps->p;
        node->test.op = parse_word(ps);
        size_t i = 0;
        while (i < COUNT(operators) && _wcsicmp(node->test.op, operators[i]))
            i++;
        if (i == COUNT(operators)) {
            ps->p = start;
            return syntax_error(ps);
        }
    }
    skip(ps);
    node->test.b = parse_word(ps);
    return *node->test.a && *node->test.b ? true : syntax_error(ps) != NULL;
}

static struct node *parse_if(struct parser *ps, struct node *node)
{
    static const struct {
        const WCHAR *keyword;
        enum if_kind kind;
    } tests[] = { { L"exist", IF_EXIST },
                  { L"defined", IF_DEFINED },
                  { L"errorlevel", IF_ERRORLEVEL },
                  { L"cmdextversion", IF_CMDEXTVERSION } };
    size_t i = 0;
    node->kind = NODE_IF;
    for (;;) {
        if (extensions && accept_keyword(ps, L"/i"))
            node->test.ignore_case = true;
        else if (accept_keyword(ps, L"not"))
            node->test.negate = !node->test.negate;
        else
            break;
    }
    for (; i < COUNT(tests); i++) {
        const WCHAR *start = ps->p;
        if (!extensions && (tests[i].kind == IF_DEFINED || tests[i].kind == IF_CMDEXTVERSION))
            continue;
        if (!accept_keyword(ps, tests[i].keyword))
            continue;
        if (wcsncmp(skip_space(ps->p), L"==", 2))
            break;
        ps->p = start; /* if exist==... */
        i = COUNT(tests);
        break;
    }
    skip(ps);
    if (i < COUNT(tests)) {
        node->test.kind = tests[i].kind;
        node->test.a = parse_word(ps);
        if (!*node->test.a)
            return syntax_error(ps);
    } else if (!parse_comparison(ps, node)) {
        return syntax_error(ps);
    }
    if (!(node->left = parse_sequence(ps)))
        return syntax_error(ps);
    if (accept_keyword(ps, L"else") && !(node->right = parse_sequence(ps)))
        return syntax_error(ps);
    return node;
}

/* The words in the parentheses of FOR; lines are joined. */
static bool parse_set(struct parser *ps, struct node *node)
{
    struct text text = { 0 };
    bool quoted = false;
    skip(ps);
    if (*ps->p != '(')
        return syntax_error(ps);
    ps->p++;
    for (;;) {
        WCHAR c = *ps->p;
        if (!c) {
            quoted = false;
            if (!next_line(ps)) {
                free(text.data);
                return syntax_error(ps);
            }
            text_char(&text, ' ');
            continue;
        }
        if (c == ')' && !quoted)
            break;
        if (c == '^' && !quoted) {
            if (!(c = escaped(ps)))
                continue;
        } else {
            quoted ^= c == '"';
            ps->p++;
        }
        text_char(&text, c);
    }
    ps->p++;
    node->loop.set = keep(ps, &text);
    return true;
}

static struct node *parse_for(struct parser *ps, struct node *node)
{
    node->kind = NODE_FOR;
    node->loop.kind = FOR_SET;
    for (skip(ps); *ps->p == '/'; skip(ps)) {
        WCHAR letter = towlower(ps->p[1]);
        enum for_kind kind = letter == 'l'   ? FOR_NUMBERS
                             : letter == 'd' ? FOR_DIRECTORIES
                             : letter == 'r' ? FOR_RECURSIVE
                                             : FOR_FILE;
        if (!wcschr(L"ldrf", letter) || !letter || !extensions)
            return syntax_error(ps);
        node->loop.folders |= kind == FOR_DIRECTORIES;
        if (kind != FOR_DIRECTORIES || node->loop.kind != FOR_RECURSIVE) /* /d and /r together, either first */
            node->loop.kind = kind;
        ps->p += 2;
        skip(ps);
        if ((kind == FOR_RECURSIVE || kind == FOR_FILE) && *ps->p != '%' && *ps->p != '/')
            node->loop.option = parse_word(ps);
    }
    if (ps->p[0] != '%' || !ps->p[1] || !is_delimiter(ps->p[2]))
        return syntax_error(ps);
    node->loop.variable = ps->p[1];
    ps->p += 2;
    if (!accept_keyword(ps, L"in") || !parse_set(ps, node) || !accept_keyword(ps, L"do"))
        return syntax_error(ps);
    if (!(node->left = parse_sequence(ps)))
        return syntax_error(ps);
    return node;
}

static struct node *parse_command(struct parser *ps)
{
    struct node *node = new_node(ps, NODE_COMMAND, NULL, NULL);
    struct redirect **tail = &node->redirects;
    for (skip(ps); *ps->p == '@'; skip(ps)) {
        node->quiet = true;
        ps->p++;
    }
    if (!parse_redirects(ps, &tail))
        return NULL;
    skip(ps);
    if (*ps->p == ':' || (*ps->p == ')' && !ps->depth)) { /* a label, or what is taken for a remark */
        node->kind = NODE_REM;
        node->quiet = true;
        node->text = pool_dup(ps->pool, L"", 0);
        ps->p += wcslen(ps->p);
        return node;
    }
    if (*ps->p == '(') {
        if (!(node = parse_block(ps, node)))
            return NULL;
        return parse_redirects(ps, &tail) ? node : NULL;
    }
    if (at_end(ps))
        return node->redirects ? parse_simple(ps, node, tail) : syntax_error(ps);
    if (accept_keyword(ps, L"if"))
        return parse_if(ps, node);
    if (accept_keyword(ps, L"for"))
        return parse_for(ps, node);
    if (accept_keyword(ps, L"rem"))
        return parse_remark(ps, node);
    return parse_simple(ps, node, tail);
}

static struct node *parse_pipe(struct parser *ps)
{
    struct node *left = parse_command(ps), *right;
    skip(ps);
    if (!left || ps->p[0] != '|' || ps->p[1] == '|')
        return left;
    ps->p++;
    return (right = parse_pipe(ps)) ? join(ps, NODE_PIPE, left, right) : NULL;
}

static struct node *parse_and(struct parser *ps)
{
    struct node *left = parse_pipe(ps), *right;
    while (left && (skip(ps), ps->p[0] == '&' && ps->p[1] == '&')) {
        ps->p += 2;
        if (!(right = parse_pipe(ps)))
            return NULL;
        left = join(ps, NODE_AND, left, right);
    }
    return left;
}

static struct node *parse_or(struct parser *ps)
{
    struct node *left = parse_and(ps), *right;
    while (left && (skip(ps), ps->p[0] == '|' && ps->p[1] == '|')) {
        ps->p += 2;
        if (!(right = parse_and(ps)))
            return NULL;
        left = join(ps, NODE_OR, left, right);
    }
    return left;
}

static struct node *parse_sequence(struct parser *ps)
{
    struct node *left = parse_or(ps), *right;
    while (left && (skip(ps), *ps->p == '&')) {
        ps->p++;
        skip(ps);
        if (!*ps->p || (*ps->p == ')' && ps->depth))
            break; /* a & at the end is allowed */
        if (!(right = parse_or(ps)))
            return NULL;
        left = join(ps, NODE_SEQUENCE, left, right);
    }
    return left;
}

enum parse_result parse(struct source *source, struct pool *pool, struct node **result)
{
    struct parser ps = { .source = source, .pool = pool };
    enum parse_result status = PARSE_OK;
    if (!next_line(&ps))
        return PARSE_END;
    skip(&ps);
    if (!*ps.p) {
        status = PARSE_EMPTY;
    } else if (!(*result = parse_sequence(&ps)) || ps.failed) {
        status = PARSE_ERROR;
    } else {
        skip(&ps);
        if (*ps.p) {
            syntax_error(&ps);
            status = PARSE_ERROR;
        }
    }
    free(ps.line);
    return status;
}
