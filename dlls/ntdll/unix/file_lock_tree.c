/* SPDX-License-Identifier: MIT */
/*
 * file_lock_tree.c: ranges by where they begin, in treaps (a random heap keeps each shallow) whose nodes know the largest end below
 * them, so that what overlaps a range is found without looking at what does not.
 */
#include "file_lock.h"

static uint32_t next_priority(void)
{
    static uint32_t state = 0x9e3779b9;

    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static int compare(const struct file_lock *a, const struct file_lock *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static void update(struct file_lock *node)
{
    node->top = node->end;
    if (node->left && node->left->top > node->top)
        node->top = node->left->top;
    if (node->right && node->right->top > node->top)
        node->top = node->right->top;
}

/* Divides a tree into what comes before the lock and what comes after it. */
static void split(struct file_lock *tree, const struct file_lock *at, struct file_lock **before,
                  struct file_lock **after)
{
    if (!tree) {
        *before = *after = NULL;
        return;
    }
    if (compare(tree, at) < 0) {
        split(tree->right, at, &tree->right, after);
        *before = tree;
    } else {
        split(tree->left, at, before, &tree->left);
        *after = tree;
    }
    update(tree);
}

static struct file_lock *merge(struct file_lock *before, struct file_lock *after)
{
    if (!before || !after)
        return before ? before : after;
    if (before->priority > after->priority) {
        before->right = merge(before->right, after);
        update(before);
        return before;
    }
    after->left = merge(before, after->left);
    update(after);
    return after;
}

static struct file_lock *insert(struct file_lock *tree, struct file_lock *lock)
{
    if (!tree || lock->priority > tree->priority) {
        split(tree, lock, &lock->left, &lock->right);
        update(lock);
        return lock;
    }
    if (compare(lock, tree) < 0)
        tree->left = insert(tree->left, lock);
    else
        tree->right = insert(tree->right, lock);
    update(tree);
    return tree;
}

static struct file_lock *take_out(struct file_lock *tree, const struct file_lock *lock)
{
    if (tree == lock)
        return merge(tree->left, tree->right);
    if (compare(lock, tree) < 0)
        tree->left = take_out(tree->left, lock);
    else
        tree->right = take_out(tree->right, lock);
    update(tree);
    return tree;
}

void lock_tree_add(struct file_lock **tree, struct file_lock *lock)
{
    lock->priority = next_priority();
    *tree = insert(*tree, lock);
}

void lock_tree_remove(struct file_lock **tree, struct file_lock *lock)
{
    *tree = take_out(*tree, lock);
}

struct file_lock *lock_tree_find(struct file_lock *tree, uint64_t start, uint64_t end, struct file_object *owner,
                                 ULONG key)
{
    struct file_lock first = { .start = start, .end = end, .owner = owner, .key = key }, *found = NULL;

    while (tree) {
        if (compare(tree, &first) < 0) {
            tree = tree->right;
        } else {
            found = tree;
            tree = tree->left;
        }
    }
    if (found && (found->start != start || found->end != end || found->owner != owner || found->key != key))
        return NULL;
    return found;
}

struct file_lock *lock_tree_visit(struct file_lock *tree, uint64_t start, uint64_t end,
                                  bool (*stop)(struct file_lock *lock, void *context), void *context)
{
    struct file_lock *found;

    while (tree && tree->top > start) {
        if ((found = lock_tree_visit(tree->left, start, end, stop, context)))
            return found;
        if (tree->start >= end)
            return NULL;
        if (tree->end > start && stop(tree, context))
            return tree;
        tree = tree->right;
    }
    return NULL;
}

uint64_t lock_tree_next(const struct file_lock *tree, uint64_t after)
{
    uint64_t next = UINT64_MAX;

    while (tree) {
        if (tree->start > after) {
            next = tree->start;
            tree = tree->left;
        } else {
            tree = tree->right;
        }
    }
    return next;
}
