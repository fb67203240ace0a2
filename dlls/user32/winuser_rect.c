/* SPDX-License-Identifier: MIT */
/* winuser_rect.c: arithmetic on rectangles. */
#include "user32_private.h"

WINBOOL WINAPI SetRect(LPRECT rect, int left, int top, int right, int bottom)
{
    if (!rect)
        return FALSE;
    *rect = (RECT){ left, top, right, bottom };
    return TRUE;
}

WINBOOL WINAPI SetRectEmpty(LPRECT rect)
{
    return SetRect(rect, 0, 0, 0, 0);
}

WINBOOL WINAPI CopyRect(LPRECT dst, const RECT *src)
{
    if (!dst || !src)
        return FALSE;
    *dst = *src;
    return TRUE;
}

WINBOOL WINAPI IsRectEmpty(const RECT *rect)
{
    return !rect || rect->left >= rect->right || rect->top >= rect->bottom;
}

WINBOOL WINAPI EqualRect(const RECT *a, const RECT *b)
{
    return a && b && a->left == b->left && a->top == b->top && a->right == b->right && a->bottom == b->bottom;
}

WINBOOL WINAPI PtInRect(const RECT *rect, POINT point)
{
    return rect && point.x >= rect->left && point.x < rect->right && point.y >= rect->top && point.y < rect->bottom;
}

WINBOOL WINAPI OffsetRect(LPRECT rect, int x, int y)
{
    if (!rect)
        return FALSE;
    rect->left += x;
    rect->right += x;
    rect->top += y;
    rect->bottom += y;
    return TRUE;
}

WINBOOL WINAPI InflateRect(LPRECT rect, int x, int y)
{
    if (!rect)
        return FALSE;
    rect->left -= x;
    rect->right += x;
    rect->top -= y;
    rect->bottom += y;
    return TRUE;
}

WINBOOL WINAPI IntersectRect(LPRECT dst, const RECT *a, const RECT *b)
{
    RECT r;

    if (!dst || !a || !b)
        return FALSE;
    if (IsRectEmpty(a) || IsRectEmpty(b)) {
        SetRectEmpty(dst);
        return FALSE;
    }
    r.left = a->left > b->left ? a->left : b->left;
    r.top = a->top > b->top ? a->top : b->top;
    r.right = a->right < b->right ? a->right : b->right;
    r.bottom = a->bottom < b->bottom ? a->bottom : b->bottom;
    if (IsRectEmpty(&r)) {
        SetRectEmpty(dst);
        return FALSE;
    }
    *dst = r;
    return TRUE;
}

/* The smallest rectangle around both; an empty one does not count. */
WINBOOL WINAPI UnionRect(LPRECT dst, const RECT *a, const RECT *b)
{
    RECT r;

    if (!dst || !a || !b)
        return FALSE;
    if (IsRectEmpty(a)) {
        if (IsRectEmpty(b)) {
            SetRectEmpty(dst);
            return FALSE;
        }
        *dst = *b;
        return TRUE;
    }
    if (IsRectEmpty(b)) {
        *dst = *a;
        return TRUE;
    }
    r.left = a->left < b->left ? a->left : b->left;
    r.top = a->top < b->top ? a->top : b->top;
    r.right = a->right > b->right ? a->right : b->right;
    r.bottom = a->bottom > b->bottom ? a->bottom : b->bottom;
    *dst = r;
    return TRUE;
}

/* What is left of `a` without `b`, where that is a rectangle; else `a`. */
WINBOOL WINAPI SubtractRect(LPRECT dst, const RECT *a, const RECT *b)
{
    RECT common, r;

    if (!dst || !a || !b)
        return FALSE;
    r = *a;
    if (IntersectRect(&common, a, b)) {
        if (EqualRect(&common, &r)) {
            SetRectEmpty(dst);
            return FALSE;
        }
        if (common.top == r.top && common.bottom == r.bottom) {
            if (common.left == r.left)
                r.left = common.right;
            else if (common.right == r.right)
                r.right = common.left;
        } else if (common.left == r.left && common.right == r.right) {
            if (common.top == r.top)
                r.top = common.bottom;
            else if (common.bottom == r.bottom)
                r.bottom = common.top;
        }
    }
    *dst = r;
    return !IsRectEmpty(dst);
}
