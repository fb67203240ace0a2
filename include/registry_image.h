/* SPDX-License-Identifier: MIT */
/*
 * registry_image.h: the base registry as tools/mkregistry compiles it from share/registry.txt: a read-only image that is
 * linked into `transom` and used where it lies. Numbers are in the machine's byte order, texts in UTF-16, every offset
 * is from the image's start. A key's children are neighbours in ascending order of their upper-cased names, so that one is
 * found by halving; its values are neighbours in the order in which the text has them.
 */
#ifndef TRANSOM_REGISTRY_IMAGE_H
#define TRANSOM_REGISTRY_IMAGE_H

#include <stdint.h>

#define REGISTRY_IMAGE_MAGIC 0x31474552u /* "REG1" */

struct registry_image {
    uint32_t magic, size;
    uint64_t time; /* LastWriteTime of every key */
    uint32_t keys, key_count;
    uint32_t values, value_count;
};

/* The first key is \Registry, the second one the template of a user's hive. */
#define REGISTRY_IMAGE_ROOT 0
#define REGISTRY_IMAGE_USER 1

struct registry_image_key {
    uint32_t name;
    uint16_t name_length; /* characters */
    uint8_t flags;        /* REGISTRY_* */
    uint8_t fill;         /* enum registry_fill: content that is computed when the key is first looked into */
    uint32_t first_child, child_count;
    uint32_t first_value, value_count;
};

#define REGISTRY_VOLATILE 0x01
#define REGISTRY_LINK     0x02
#define REGISTRY_FIXED    0x04 /* programs cannot create keys right below */
/* 32-bit view: keys below a REDIRECT key are those of its Wow6432Node, except SHARED ones; a REDIRECTED one always is. */
#define REGISTRY_REDIRECT   0x08
#define REGISTRY_SHARED     0x10
#define REGISTRY_REDIRECTED 0x20

/* X(name in the text, function) */
#define REGISTRY_FILLS(X)                                                                                              \
    X(users)                                                                                                           \
    X(profiles)                                                                                                        \
    X(processors)                                                                                                      \
    X(serial_ports)                                                                                                    \
    X(time_zone)                                                                                                       \
    X(environment)                                                                                                     \
    X(volatile_environment)                                                                                            \
    X(services)

enum registry_fill {
    REGISTRY_FILL_NONE,
#define X(name) REGISTRY_FILL_##name,
    REGISTRY_FILLS(X)
#undef X
};

struct registry_image_value {
    uint32_t name;
    uint16_t name_length;
    uint16_t flags; /* REGISTRY_TEMPLATE */
    uint32_t type;
    uint32_t data, size;
};

#define REGISTRY_TEMPLATE 0x01 /* a text with {words} to be replaced */

/* X(word): what may stand in braces in a text */
#define REGISTRY_WORDS(X)                                                                                              \
    X(user)                                                                                                            \
    X(computer)                                                                                                        \
    X(sid)

#endif
