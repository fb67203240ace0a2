/* SPDX-License-Identifier: MIT */
/* object_private.h: what the files of the object manager tell each other (object.c, handle.c, namespace.c, token.c). */
#ifndef TRANSOM_OBJECT_PRIVATE_H
#define TRANSOM_OBJECT_PRIVATE_H

#include "object.h"

/* struct object's flags */
#define OBJECT_PERMANENT       0x1u /* its name stays when the last handle is closed */
#define OBJECT_EXCLUSIVE       0x2u
#define OBJECT_ASK_BEFORE_WAIT 0x4u /* its cell is only right after console_about_to_wait() */

/* console_input.c */
void console_about_to_wait(struct object *obj);
static inline void object_before_wait(struct object *obj)
{
    if (__builtin_expect(obj->flags & OBJECT_ASK_BEFORE_WAIT, 0))
        console_about_to_wait(obj);
}

/* handle.c */
void handle_table_init(void);
ULONG handle_table_count(void);
void handle_enumerate_after(HANDLE after, bool (*callback)(HANDLE, struct object *, ACCESS_MASK, ULONG, void *),
                            void *context);
void handle_enumerate(bool (*callback)(HANDLE, struct object *, ACCESS_MASK, ULONG, void *), void *context);
NTSTATUS handle_get_attributes(HANDLE handle, ULONG *attributes);
NTSTATUS handle_set_attributes(HANDLE handle, ULONG attributes);

/* namespace.c */
extern const struct object_type directory_type, symbolic_link_type, window_station_type, desktop_type;
void namespace_init(void);
void object_name_last_handle(struct object *obj);
void object_name_free(struct object *obj);
/* What the server calls an object of the tree that is there from the start, or 0; and the object, never NULL if there is one. */
uint32_t object_fixed_number(const struct object *obj);
struct object *object_fixed(uint32_t number);
void object_set_permanent(struct object *obj, bool permanent);
/* Absolute name, malloc'ed and zero-terminated, or NULL if the object has none. */
WCHAR *object_full_name(struct object *obj, size_t *length);

/* station.c: a desktop's name is told without its station, as on Windows. */
NTSTATUS desktop_name(struct object *obj, WCHAR **name, size_t *length);

/* token.c */
struct object *token_pseudo_object(HANDLE handle); /* NULL: the thread does not impersonate */
/* security.c: copies a descriptor of the program's, absolute or self-relative, to a self-relative one, malloc'ed. */
NTSTATUS security_descriptor_in(const void *user, void **descriptor);

/* Small helpers for query functions: copies a fixed structure out with the documented length rules. */
#define QUERY_FIXED(info, length, return_length, value)                                                                \
    ({                                                                                                                 \
        NTSTATUS query_status_ = STATUS_INFO_LENGTH_MISMATCH;                                                          \
        if ((length) == sizeof(value)) {                                                                               \
            memcpy((info), &(value), sizeof(value));                                                                   \
            query_status_ = STATUS_SUCCESS;                                                                            \
        }                                                                                                              \
        if (return_length)                                                                                             \
            *(return_length) = sizeof(value);                                                                          \
        query_status_;                                                                                                 \
    })

#endif
