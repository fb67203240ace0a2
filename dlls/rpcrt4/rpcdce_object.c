/* SPDX-License-Identifier: MIT */
/* rpcdce_object.c: objects and their types, which select the manager routines of a call. */
#include "rpcrt4_private.h"

struct object {
    LIST_ENTRY entry;
    UUID object, type;
};

static SRWLOCK lock = SRWLOCK_INIT;
static LIST_ENTRY buckets[256];
static RPC_OBJECT_INQ_FN *inquire;

/* Under the lock. */
static LIST_ENTRY *bucket(const UUID *object)
{
    RPC_STATUS status;
    LIST_ENTRY *list = &buckets[UuidHash((UUID *)object, &status) & 255];

    if (!list->Flink)
        list_init(list);
    return list;
}

static struct object *find(const UUID *object)
{
    LIST_ENTRY *list = bucket(object);

    for (LIST_ENTRY *e = list->Flink; e != list; e = e->Flink) {
        struct object *found = CONTAINING_RECORD(e, struct object, entry);
        if (!memcmp(&found->object, object, sizeof(*object)))
            return found;
    }
    return NULL;
}

/* The type of an object, if it has one other than nil. */
bool object_type(const UUID *object, UUID *type)
{
    RPC_OBJECT_INQ_FN *function;
    struct object *found;
    RPC_STATUS status;

    AcquireSRWLockExclusive(&lock);
    found = find(object);
    if (found)
        *type = found->type;
    function = inquire;
    ReleaseSRWLockExclusive(&lock);
    if (found || !function)
        return found;
    status = RPC_S_OBJECT_NOT_FOUND;
    function((UUID *)object, type, &status);
    return !status;
}

RPC_STATUS RPC_ENTRY RpcObjectSetType(UUID *object, UUID *type)
{
    static const UUID nil;
    RPC_STATUS status = RPC_S_OK;
    struct object *found;

    if (!object || !memcmp(object, &nil, sizeof(nil)))
        return RPC_S_INVALID_OBJECT;
    AcquireSRWLockExclusive(&lock);
    found = find(object);
    if (!type || !memcmp(type, &nil, sizeof(nil))) {
        if (found) {
            list_remove(&found->entry);
            rpc_free(found);
        }
    } else if (found) {
        status = RPC_S_ALREADY_REGISTERED;
    } else if ((found = rpc_alloc(sizeof(*found)))) {
        found->object = *object;
        found->type = *type;
        list_add_tail(bucket(object), &found->entry);
    } else {
        status = RPC_S_OUT_OF_MEMORY;
    }
    ReleaseSRWLockExclusive(&lock);
    return status;
}

RPC_STATUS RPC_ENTRY RpcObjectInqType(UUID *object, UUID *type)
{
    UUID found;

    if (!object || !object_type(object, &found))
        return RPC_S_OBJECT_NOT_FOUND;
    if (type)
        *type = found;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcObjectSetInqFn(RPC_OBJECT_INQ_FN *function)
{
    AcquireSRWLockExclusive(&lock);
    inquire = function;
    ReleaseSRWLockExclusive(&lock);
    return RPC_S_OK;
}
