/* SPDX-License-Identifier: MIT */
/*
 * registry_tree.c: search trees whose nodes know the size of their subtree. The size keeps them balanced (weight-balanced
 * trees, Adams 1992, with the parameters <3, 2> of Hirai and Yamamoto 2011) and finds the node at a position, which is
 * what enumeration by index needs.
 */
#include "registry.h"

#define DELTA 3
#define RATIO 2

struct tree_node *tree_find(struct tree_node *root, const void *wanted, tree_compare *compare)
{
    while (root) {
        int order = compare(wanted, root);
        if (!order)
            break;
        root = order < 0 ? root->left : root->right;
    }
    return root;
}

struct tree_node *tree_at(struct tree_node *root, uint32_t index)
{
    while (root) {
        uint32_t left = tree_size(root->left);
        if (index == left)
            break;
        if (index < left) {
            root = root->left;
        } else {
            index -= left + 1;
            root = root->right;
        }
    }
    return root;
}

uint32_t tree_rank(struct tree_node *root, const void *wanted, tree_compare *compare)
{
    uint32_t rank = 0;
    while (root) {
        int order = compare(wanted, root);
        if (order > 0)
            rank += tree_size(root->left) + 1;
        else if (!order)
            return rank + tree_size(root->left);
        root = order < 0 ? root->left : root->right;
    }
    return rank;
}

static struct tree_node *update(struct tree_node *node)
{
    node->size = 1 + tree_size(node->left) + tree_size(node->right);
    return node;
}

static struct tree_node *rotate_left(struct tree_node *node)
{
    struct tree_node *top = node->right;
    node->right = top->left;
    top->left = update(node);
    return update(top);
}

static struct tree_node *rotate_right(struct tree_node *node)
{
    struct tree_node *top = node->left;
    node->left = top->right;
    top->right = update(node);
    return update(top);
}

/* Weights are sizes plus one. */
static bool heavier(const struct tree_node *a, const struct tree_node *b, uint32_t factor)
{
    return tree_size(a) + 1 > factor * (tree_size(b) + 1);
}

static struct tree_node *balance(struct tree_node *node)
{
    if (heavier(node->right, node->left, DELTA)) {
        struct tree_node *right = node->right;
        if (!heavier(right->right, right->left, 1) &&
            tree_size(right->left) + 1 >= RATIO * (tree_size(right->right) + 1))
            node->right = rotate_right(right);
        return rotate_left(node);
    }
    if (heavier(node->left, node->right, DELTA)) {
        struct tree_node *left = node->left;
        if (!heavier(left->left, left->right, 1) && tree_size(left->right) + 1 >= RATIO * (tree_size(left->left) + 1))
            node->left = rotate_left(left);
        return rotate_right(node);
    }
    return update(node);
}

void tree_insert(struct tree_node **root, struct tree_node *node, const void *wanted, tree_compare *compare)
{
    if (!*root) {
        *node = (struct tree_node){ NULL, NULL, 1 };
        *root = node;
        return;
    }
    tree_insert(compare(wanted, *root) < 0 ? &(*root)->left : &(*root)->right, node, wanted, compare);
    *root = balance(*root);
}

static struct tree_node *take_first(struct tree_node **root)
{
    struct tree_node *node = *root;
    if (!node->left) {
        *root = node->right;
        return node;
    }
    struct tree_node *first = take_first(&node->left);
    *root = balance(node);
    return first;
}

void tree_remove(struct tree_node **root, const void *wanted, tree_compare *compare)
{
    struct tree_node *node = *root;
    int order = compare(wanted, node);
    if (order) {
        tree_remove(order < 0 ? &node->left : &node->right, wanted, compare);
        *root = balance(node);
    } else if (!node->left || !node->right) {
        *root = node->left ? node->left : node->right;
    } else {
        struct tree_node *next = take_first(&node->right);
        next->left = node->left;
        next->right = node->right;
        *root = balance(next);
    }
}
