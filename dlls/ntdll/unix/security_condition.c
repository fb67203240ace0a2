/* SPDX-License-Identifier: MIT */
/*
 * security_condition.c: conditional entries of access lists ([MS-DTYP] 2.4.4.17): an expression in postfix order, over the
 * token's memberships and attributes. Tokens have no claims here, so attributes are known not to exist.
 */
#include <string.h>
#include "security.h"

enum {
    TOKEN_INT8 = 0x01,
    TOKEN_INT64 = 0x04,
    TOKEN_STRING = 0x10,
    TOKEN_OCTETS = 0x18,
    TOKEN_COMPOSITE = 0x50,
    TOKEN_SID = 0x51,
    TOKEN_EQUAL = 0x80,
    TOKEN_NOT_EQUAL = 0x81,
    TOKEN_LESS = 0x82,
    TOKEN_LESS_EQUAL = 0x83,
    TOKEN_GREATER = 0x84,
    TOKEN_GREATER_EQUAL = 0x85,
    TOKEN_CONTAINS = 0x86,
    TOKEN_EXISTS = 0x87,
    TOKEN_ANY_OF = 0x88,
    TOKEN_MEMBER_OF = 0x89,
    TOKEN_DEVICE_MEMBER_OF = 0x8a,
    TOKEN_MEMBER_OF_ANY = 0x8b,
    TOKEN_DEVICE_MEMBER_OF_ANY = 0x8c,
    TOKEN_NOT_EXISTS = 0x8d,
    TOKEN_NOT_CONTAINS = 0x8e,
    TOKEN_NOT_ANY_OF = 0x8f,
    TOKEN_NOT_MEMBER_OF = 0x90,
    TOKEN_NOT_DEVICE_MEMBER_OF = 0x91,
    TOKEN_NOT_MEMBER_OF_ANY = 0x92,
    TOKEN_NOT_DEVICE_MEMBER_OF_ANY = 0x93,
    TOKEN_AND = 0xa0,
    TOKEN_OR = 0xa1,
    TOKEN_NOT = 0xa2,
    TOKEN_ATTRIBUTE_LOCAL = 0xf8,
    TOKEN_ATTRIBUTE_DEVICE = 0xfb,
};

/* "The maximum depth of the stack is 1024" elements; a list is at most 64 KB, which limits expressions in practice. */
#define STACK_SIZE 256

struct value {
    enum { VALUE_TRUTH, VALUE_LITERAL, VALUE_ATTRIBUTE } kind;
    enum truth truth;
    uint8_t token;
    const uint8_t *data; /* of a literal, after its head */
    uint32_t size;
};

/* Reads the literal or attribute name at *at; false if it does not end before `end`. */
static bool read_operand(uint8_t token, const uint8_t **at, const uint8_t *end, struct value *value)
{
    uint32_t size = 10; /* 8 bytes, sign and base */
    if (token > TOKEN_INT64) {
        if (end - *at < 4)
            return false;
        memcpy(&size, *at, 4);
        *at += 4;
    }
    if (size > (size_t)(end - *at))
        return false;
    *value = (struct value){ token >= TOKEN_ATTRIBUTE_LOCAL ? VALUE_ATTRIBUTE : VALUE_LITERAL, TRUTH_UNKNOWN, token,
                             *at, size };
    *at += size;
    return true;
}

static bool is_operand(uint8_t token)
{
    return (token >= TOKEN_INT8 && token <= TOKEN_INT64) || token == TOKEN_STRING || token == TOKEN_OCTETS ||
           token == TOKEN_COMPOSITE || token == TOKEN_SID ||
           (token >= TOKEN_ATTRIBUTE_LOCAL && token <= TOKEN_ATTRIBUTE_DEVICE);
}

/* Membership in one SID, or in all or any of a composite's. */
static enum truth member_of(const struct token *token, const struct value *list, bool any)
{
    const uint8_t *at = list->data, *end = at + list->size;
    struct value one = *list;
    bool found = false, missing = false;

    if (list->kind != VALUE_LITERAL || (list->token != TOKEN_SID && list->token != TOKEN_COMPOSITE))
        return TRUTH_UNKNOWN;
    for (;;) {
        if (list->token == TOKEN_COMPOSITE) {
            if (at == end)
                break;
            uint8_t kind = *at++;
            if (kind != TOKEN_SID || !read_operand(kind, &at, end, &one))
                return TRUTH_UNKNOWN;
        }
        const SID *sid = (const SID *)one.data;
        if (one.size < 8 || sid->SubAuthorityCount > SID_MAX_SUB_AUTHORITIES || one.size < sid_size(sid))
            return TRUTH_UNKNOWN;
        if (token_has(token, sid, false))
            found = true;
        else
            missing = true;
        if (list->token == TOKEN_SID)
            break;
    }
    return (any ? found : !missing) ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth truth_not(enum truth a)
{
    return a == TRUTH_UNKNOWN ? a : a == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static enum truth truth_and(enum truth a, enum truth b)
{
    if (a == TRUTH_FALSE || b == TRUTH_FALSE)
        return TRUTH_FALSE;
    return a == TRUTH_TRUE && b == TRUTH_TRUE ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

/* What counts as a condition: an attribute that does not exist is unknown, a literal alone is no condition at all. */
static enum truth truth_of(const struct value *value)
{
    return value->kind == VALUE_TRUTH ? value->truth : TRUTH_UNKNOWN;
}

static enum truth unary(const struct token *token, uint8_t operator, const struct value * a)
{
    switch (operator) {
    case TOKEN_EXISTS:
        return a->kind == VALUE_ATTRIBUTE ? TRUTH_FALSE : TRUTH_UNKNOWN;
    case TOKEN_NOT_EXISTS:
        return a->kind == VALUE_ATTRIBUTE ? TRUTH_TRUE : TRUTH_UNKNOWN;
    case TOKEN_MEMBER_OF:
        return member_of(token, a, false);
    case TOKEN_MEMBER_OF_ANY:
        return member_of(token, a, true);
    case TOKEN_NOT_MEMBER_OF:
        return truth_not(member_of(token, a, false));
    case TOKEN_NOT_MEMBER_OF_ANY:
        return truth_not(member_of(token, a, true));
    case TOKEN_DEVICE_MEMBER_OF: /* devices have no groups */
    case TOKEN_DEVICE_MEMBER_OF_ANY:
        return TRUTH_FALSE;
    case TOKEN_NOT_DEVICE_MEMBER_OF:
    case TOKEN_NOT_DEVICE_MEMBER_OF_ANY:
        return TRUTH_TRUE;
    default:
        return truth_not(truth_of(a));
    }
}

enum truth condition_evaluate(const struct token *token, const void *condition, size_t size)
{
    const uint8_t *at = condition, *end = at + size;
    struct value stack[STACK_SIZE];
    unsigned depth = 0;

    if (size < 4 || memcmp(at, "artx", 4))
        return TRUTH_UNKNOWN;
    for (at += 4; at < end;) {
        uint8_t code = *at++;
        if (!code) /* padding */
            continue;
        if (is_operand(code)) {
            if (depth == STACK_SIZE || !read_operand(code, &at, end, &stack[depth++]))
                return TRUTH_UNKNOWN;
            continue;
        }
        bool binary = code == TOKEN_AND || code == TOKEN_OR || (code >= TOKEN_EQUAL && code <= TOKEN_CONTAINS) ||
                      code == TOKEN_ANY_OF || code == TOKEN_NOT_CONTAINS || code == TOKEN_NOT_ANY_OF;
        bool known = binary || code == TOKEN_NOT || (code >= TOKEN_EXISTS && code <= TOKEN_NOT_DEVICE_MEMBER_OF_ANY);
        if (!known || depth < 1u + binary)
            return TRUTH_UNKNOWN;
        enum truth result;
        struct value *a = &stack[depth - 1 - binary], *b = &stack[depth - 1];
        if (code == TOKEN_AND)
            result = truth_and(truth_of(a), truth_of(b));
        else if (code == TOKEN_OR)
            result = truth_not(truth_and(truth_not(truth_of(a)), truth_not(truth_of(b))));
        else if (binary) /* relations have an attribute on the left, and that does not exist */
            result = TRUTH_UNKNOWN;
        else
            result = unary(token, code, a);
        depth -= binary;
        stack[depth - 1] = (struct value){ .kind = VALUE_TRUTH, .truth = result };
    }
    return depth == 1 ? truth_of(&stack[0]) : TRUTH_UNKNOWN;
}
