/* SPDX-License-Identifier: MIT */
/* config.c: creating and configuring services: which values there are, and what they must be like. */
#include "manager.h"

static const struct {
    const WCHAR *name;
    DWORD type;
} known[] = {
    { L"Type", REG_DWORD },
    { L"Start", REG_DWORD },
    { L"ErrorControl", REG_DWORD },
    { L"ImagePath", REG_EXPAND_SZ },
    { L"DisplayName", REG_SZ },
    { L"Group", REG_SZ },
    { L"DependOnService", REG_MULTI_SZ },
    { L"DependOnGroup", REG_MULTI_SZ },
    { L"ObjectName", REG_SZ },
    { L"Description", REG_SZ },
    { L"DelayedAutostart", REG_DWORD },
    { L"FailureActions", REG_BINARY },
    { L"FailureCommand", REG_SZ },
    { L"RebootMessage", REG_SZ },
    { L"FailureActionsOnNonCrashFailures", REG_DWORD },
    { L"ServiceSidType", REG_DWORD },
    { L"RequiredPrivileges", REG_MULTI_SZ },
    { L"PreshutdownTimeout", REG_DWORD },
    { L"PreferredNode", REG_DWORD },
    { L"TriggerInfo", REG_BINARY },
    { L"LaunchProtected", REG_DWORD },
};

/* A change: the values that a request gives, in its memory. */
struct change {
    const WCHAR *name;
    DWORD type, size;
    const void *data;
};

struct changes {
    struct change list[ARRAYSIZE(known)];
    DWORD count;
};

/* "a\0b\0\0" or as much of it as there is; both texts and lists end where the bytes end. */
static bool well_formed(DWORD type, const void *data, DWORD size)
{
    const WCHAR *text = data;

    if (type == REG_DWORD)
        return size == 4;
    if (type == REG_BINARY)
        return true;
    if (size < 2 || size & 1 || text[size / 2 - 1])
        return false;
    return type == REG_MULTI_SZ || wcslen(text) == size / 2 - 1;
}

static DWORD read_changes(struct packet *request, struct changes *changes)
{
    DWORD count = packet_get(request);

    changes->count = 0;
    if (count > ARRAYSIZE(known))
        return ERROR_INVALID_PARAMETER;
    for (DWORD i = 0; i < count; i++) {
        struct change *change = &changes->list[i];
        size_t which = 0;
        const WCHAR *name = packet_get_text(request);
        change->type = packet_get(request);
        change->data = packet_get_bytes(request, &change->size);
        while (name && which < ARRAYSIZE(known) && _wcsicmp(known[which].name, name))
            which++;
        if (!name || request->bad || which == ARRAYSIZE(known))
            return ERROR_INVALID_PARAMETER;
        change->name = known[which].name;
        if (change->type == SERVICES_REMOVE)
            continue;
        if (change->type != known[which].type || !well_formed(change->type, change->data, change->size))
            return ERROR_INVALID_PARAMETER;
    }
    changes->count = count;
    return 0;
}

static const struct change *find_change(const struct changes *changes, const WCHAR *name)
{
    for (DWORD i = 0; i < changes->count; i++)
        if (!wcscmp(changes->list[i].name, name))
            return &changes->list[i];
    return NULL;
}

/* What a value will be after the change. */
static DWORD number_then(const struct service *service, const struct changes *changes, const WCHAR *name,
                         DWORD fallback)
{
    const struct change *change = find_change(changes, name);

    if (change)
        return change->type == SERVICES_REMOVE ? fallback : *(const DWORD *)change->data;
    return service ? service_number(service, name, fallback) : fallback;
}

static const WCHAR *text_then(const struct service *service, const struct changes *changes, const WCHAR *name)
{
    const struct change *change = find_change(changes, name);

    if (change)
        return change->type == SERVICES_REMOVE ? L"" : change->data;
    return service ? service_text(service, name) : L"";
}

/* --- what is allowed --- */

static bool types_are_valid(DWORD type, DWORD start, const WCHAR *account)
{
    DWORD base = type & ~(DWORD)SERVICE_INTERACTIVE_PROCESS;
    bool driver = base == SERVICE_KERNEL_DRIVER || base == SERVICE_FILE_SYSTEM_DRIVER;

    if (!driver && base != SERVICE_WIN32_OWN_PROCESS && base != SERVICE_WIN32_SHARE_PROCESS)
        return false;
    if (type & SERVICE_INTERACTIVE_PROCESS && (driver || (*account && _wcsicmp(account, L"LocalSystem"))))
        return false;
    if (start > SERVICE_DISABLED)
        return false;
    return driver || start >= SERVICE_AUTO_START;
}

static bool account_exists(const WCHAR *account)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR domain[256];
    DWORD size = sizeof(sid), domain_size = ARRAYSIZE(domain);
    SID_NAME_USE use;

    if (!*account || !_wcsicmp(account, L"LocalSystem") || !_wcsicmp(account, L".\\LocalSystem") ||
        !_wcsnicmp(account, L"NT SERVICE\\", 11) || !_wcsnicmp(account, L"NT AUTHORITY\\", 13))
        return true;
    if (!wcsncmp(account, L".\\", 2))
        account += 2;
    return LookupAccountNameW(NULL, account, sid, &size, domain, &domain_size, &use) && use == SidTypeUser;
}

/* Whether `service` is reached from one of those that `from` depends on: names, then groups. Services are few, and chains short; a
 * list of those visited keeps a diamond from being walked twice. */
struct walk {
    const WCHAR *target, *target_group;
    const struct service **visited;
    size_t count, capacity;
};

static bool reaches(struct walk *walk, const WCHAR *names, const WCHAR *groups);

static bool reaches_from(struct walk *walk, const struct service *service)
{
    for (size_t i = 0; i < walk->count; i++)
        if (walk->visited[i] == service)
            return false;
    if (walk->count == walk->capacity) {
        size_t capacity = walk->capacity ? walk->capacity * 2 : 16;
        const struct service **list = realloc(walk->visited, capacity * sizeof(*list));
        if (!list)
            return true;
        walk->visited = list;
        walk->capacity = capacity;
    }
    walk->visited[walk->count++] = service;
    return reaches(walk, service_text(service, L"DependOnService"), service_text(service, L"DependOnGroup"));
}

static bool reaches(struct walk *walk, const WCHAR *names, const WCHAR *groups)
{
    struct service *service;

    for (; *names; names += wcslen(names) + 1) {
        if (!_wcsicmp(names, walk->target))
            return true;
        if ((service = service_find(names)) && reaches_from(walk, service))
            return true;
    }
    for (; *groups; groups += wcslen(groups) + 1) {
        if (*walk->target_group && !_wcsicmp(groups, walk->target_group))
            return true;
        for (size_t i = 0; (service = service_at(i)); i++)
            if (service_in_group(service, groups) && reaches_from(walk, service))
                return true;
    }
    return false;
}

static bool circular(const WCHAR *name, const struct service *service, const struct changes *changes)
{
    struct walk walk = { .target = name, .target_group = text_then(service, changes, L"Group") };
    bool result =
        reaches(&walk, text_then(service, changes, L"DependOnService"), text_then(service, changes, L"DependOnGroup"));

    free(walk.visited);
    return result;
}

/* "This name must be unique": among display names, and among the names of other services. */
static bool display_is_taken(const WCHAR *name, const WCHAR *display)
{
    struct service *other;

    if (!*display)
        return false;
    other = service_find(display);
    if (other && _wcsicmp(other->name, name))
        return true;
    other = service_find_display(display);
    return other && _wcsicmp(other->name, name);
}

static DWORD check(const WCHAR *name, const struct service *service, const struct changes *changes)
{
    DWORD type = number_then(service, changes, L"Type", 0);
    DWORD start = number_then(service, changes, L"Start", SERVICE_DEMAND_START);
    const WCHAR *account = text_then(service, changes, L"ObjectName");
    const WCHAR *display = text_then(service, changes, L"DisplayName");

    if (!types_are_valid(type, start, account) ||
        number_then(service, changes, L"ErrorControl", 0) > SERVICE_ERROR_CRITICAL)
        return ERROR_INVALID_PARAMETER;
    if (number_then(service, changes, L"ServiceSidType", 0) > SERVICE_SID_TYPE_RESTRICTED ||
        number_then(service, changes, L"ServiceSidType", 0) == 2)
        return ERROR_INVALID_PARAMETER;
    /* "can be set only on auto-start services" */
    const struct change *delayed = find_change(changes, L"DelayedAutostart");
    if (delayed && delayed->type == REG_DWORD && *(const DWORD *)delayed->data && start != SERVICE_AUTO_START)
        return ERROR_INVALID_PARAMETER;
    if (wcslen(display) > SERVICE_NAME_MAX)
        return ERROR_INVALID_NAME;
    if (display_is_taken(name, display))
        return ERROR_DUPLICATE_SERVICE_NAME;
    if (find_change(changes, L"ObjectName") && !account_exists(account))
        return ERROR_INVALID_SERVICE_ACCOUNT;
    if (circular(name, service, changes))
        return ERROR_CIRCULAR_DEPENDENCY;
    return 0;
}

/* --- doing it --- */

/* A number that none of the group has. */
static DWORD new_tag(const struct service *own, const WCHAR *group)
{
    struct service *service;
    DWORD tag = 0;

    for (size_t i = 0; (service = service_at(i)); i++)
        if (service != own && service_in_group(service, group))
            tag = max(tag, service_number(service, L"Tag", 0));
    return tag + 1;
}

static bool apply(struct service *service, const struct changes *changes, bool want_tag, DWORD *tag)
{
    const struct change *group = find_change(changes, L"Group");
    bool ok = true;

    for (DWORD i = 0; i < changes->count; i++) {
        const struct change *change = &changes->list[i];
        bool empty = change->type != REG_DWORD && change->type != REG_BINARY && change->type != SERVICES_REMOVE &&
                     !*(const WCHAR *)change->data;
        ok &= service_set(service, change->name, empty ? SERVICES_REMOVE : change->type, change->data, change->size);
    }
    if (want_tag && *service_text(service, L"Group")) {
        *tag = new_tag(service, service_text(service, L"Group"));
        ok &= service_set_number(service, L"Tag", *tag);
    } else if (group) {
        ok &= service_set(service, L"Tag", SERVICES_REMOVE, NULL, 0);
    }
    if (service->status.dwCurrentState == SERVICE_STOPPED)
        service->status.dwServiceType = service_number(service, L"Type", 0);
    return ok;
}

static bool name_is_valid(const WCHAR *name)
{
    return *name && wcslen(name) <= SERVICE_NAME_MAX && !wcspbrk(name, L"\\/\r\n");
}

DWORD config_create(struct packet *request, bool want_tag, const WCHAR *name, struct service **service, DWORD *tag)
{
    struct changes changes;
    struct service *old = service_find(name);
    DWORD error = read_changes(request, &changes);

    if (!name_is_valid(name))
        return ERROR_INVALID_NAME;
    if (error)
        return error;
    if (old)
        return old->deleted ? ERROR_SERVICE_MARKED_FOR_DELETE : ERROR_SERVICE_EXISTS;
    if (!*text_then(NULL, &changes, L"ImagePath") || (want_tag && !*text_then(NULL, &changes, L"Group")))
        return ERROR_INVALID_PARAMETER;
    if (service_find_display(name))
        return ERROR_DUPLICATE_SERVICE_NAME;
    if ((error = check(name, NULL, &changes)))
        return error;
    if (!(*service = service_add(name)))
        return ERROR_NOT_ENOUGH_MEMORY;
    (*service)->changed = true;
    apply(*service, &changes, want_tag, tag);
    database_save();
    notify_manager(*service, SERVICE_NOTIFY_CREATED);
    return 0;
}

DWORD config_change(struct service *service, struct packet *request, bool want_tag, DWORD *tag)
{
    struct changes changes;
    DWORD error = read_changes(request, &changes);

    if (error)
        return error;
    if (service->deleted)
        return ERROR_SERVICE_MARKED_FOR_DELETE;
    if (want_tag && !*text_then(service, &changes, L"Group"))
        return ERROR_INVALID_PARAMETER;
    if ((error = check(service->name, service, &changes)))
        return error;
    if (!apply(service, &changes, want_tag, tag))
        return ERROR_NOT_ENOUGH_MEMORY;
    database_save();
    return 0;
}
