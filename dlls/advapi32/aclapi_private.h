/* SPDX-License-Identifier: MIT */
/* aclapi_private.h: objects' security by handle and by name (aclapi_object.c), and through trees of them (aclapi_tree.c). */
#ifndef TRANSOM_ACLAPI_PRIVATE_H
#define TRANSOM_ACLAPI_PRIVATE_H

#include "advapi32_private.h"
#include <aclapi.h>

#ifndef SE_REGISTRY_WOW64_64KEY
#define SE_REGISTRY_WOW64_64KEY ((SE_OBJECT_TYPE)13)
#endif

struct object_security {
    PSID owner, group;
    PACL dacl, sacl;
};

/* Opens and closes what functions name; all return an error. */
DWORD file_open_with(const WCHAR *name, DWORD access, ULONG options, HANDLE *handle);
DWORD object_open(const WCHAR *name, SE_OBJECT_TYPE type, DWORD access, HANDLE *handle);
void object_close(HANDLE handle, SE_OBJECT_TYPE type);
/* An object's descriptor (LocalFree it). And a new one, as it is given: nothing is inherited. */
DWORD object_descriptor(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR *result);
DWORD object_set(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, const struct object_security *to);
DWORD access_to_set(SECURITY_INFORMATION info);

/* The name of an object that is in a tree, a file or a key; heap_free it. NULL: it is in none. */
WCHAR *tree_name_of(HANDLE handle, SE_OBJECT_TYPE type);
/* object_set() with what the object inherits, and what it hands down to those below it. */
DWORD tree_set(HANDLE handle, const WCHAR *name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info,
               const struct object_security *to);

#endif
