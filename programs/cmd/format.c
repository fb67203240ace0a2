/* SPDX-License-Identifier: MIT */
/* format.c: a tree as text again: for the echo of batch files, and for the interpreter that runs one side of a pipe. */
#include "cmd.h"

static void format_redirects(struct text *text, const struct redirect *redirect)
{
    static const WCHAR *const signs[] = { L"<", L">", L">>" };
    for (; redirect; redirect = redirect->next) {
        if (redirect->kind == REDIRECT_DUPLICATE)
            text_format(text, L" %d>&%ls", redirect->stream, redirect->target);
        else
            text_format(text, L" %d%ls%ls", redirect->stream, signs[redirect->kind], redirect->target);
    }
}

static void format_test(struct text *text, const struct node *node)
{
    static const WCHAR *const keywords[] = { L"", L"EXIST", L"DEFINED", L"ERRORLEVEL", L"CMDEXTVERSION" };
    text_add(text, L"if ");
    if (node->test.ignore_case)
        text_add(text, L"/I ");
    if (node->test.negate)
        text_add(text, L"NOT ");
    if (node->test.kind == IF_COMPARE)
        text_format(text, L"%ls %ls %ls ", node->test.a, node->test.op, node->test.b);
    else
        text_format(text, L"%ls %ls ", keywords[node->test.kind], node->test.a);
}

static void format_loop(struct text *text, const struct node *node)
{
    static const WCHAR *const switches[] = { L"", L"/L ", L"/D ", L"/R ", L"/F " };
    text_format(text, L"for %ls", switches[node->loop.kind]);
    if (node->loop.option)
        text_format(text, L"%ls ", node->loop.option);
    text_format(text, L"%%%lc in (%ls) do ", node->loop.variable, node->loop.set);
}

static void format_pair(struct text *text, const struct node *node, const WCHAR *between)
{
    format_node(text, node->left);
    text_add(text, between);
    format_node(text, node->right);
}

/* An operator has the @ of its first command. */
static bool has_mark(const struct node *node)
{
    return node->quiet &&
           (node->kind == NODE_COMMAND || node->kind == NODE_BLOCK || node->kind == NODE_IF || node->kind == NODE_FOR);
}

void format_node(struct text *text, const struct node *node)
{
    if (has_mark(node))
        text_char(text, '@');
    switch (node->kind) {
    case NODE_COMMAND:
        text_add(text, node->text);
        if (!text->length || text->data[text->length - 1] != ' ')
            text_char(text, ' ');
        break;
    case NODE_REM:
        text_format(text, L"rem%ls ", node->text);
        break;
    case NODE_BLOCK:
        text_char(text, '(');
        format_node(text, node->left);
        text_char(text, ')');
        break;
    case NODE_SEQUENCE:
        format_pair(text, node, L"& ");
        break;
    case NODE_OR:
        format_pair(text, node, L"|| ");
        break;
    case NODE_AND:
        format_pair(text, node, L"&& ");
        break;
    case NODE_PIPE:
        format_pair(text, node, L"| ");
        break;
    case NODE_IF:
        format_test(text, node);
        format_node(text, node->left);
        if (node->right) {
            text_add(text, L" else ");
            format_node(text, node->right);
        }
        break;
    case NODE_FOR:
        format_loop(text, node);
        format_node(text, node->left);
        break;
    }
    format_redirects(text, node->redirects);
}
