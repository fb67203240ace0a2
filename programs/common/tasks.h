/* SPDX-License-Identifier: MIT */
/* tasks.h: the processes that there are, and the filters (/fi) of tasklist and taskkill. */
#ifndef PROGRAMS_TASKS_H
#define PROGRAMS_TASKS_H

#include "text.h"

struct task {
    DWORD id, parent, session;
    WCHAR *name;
};

struct task_list {
    struct task *tasks; /* in the order of their ids */
    size_t count;
};

/* All processes; on failure false, and GetLastError() says why. */
bool tasks_take(struct task_list *list);
void tasks_free(struct task_list *list);
/* The task with an id, or NULL. */
struct task *task_by_id(const struct task_list *list, DWORD id);

/* What a task is asked for; 0, "N/A" or "Unknown" where it cannot be known. Strings are to be freed. */
ULONGLONG task_memory(const struct task *task);  /* the working set, in KB */
ULONGLONG task_seconds(const struct task *task); /* of processor time */
WCHAR *task_user(const struct task *task);       /* DOMAIN\user */
WCHAR *task_modules(const struct task *task,
                    const WCHAR *pattern);     /* a.dll, b.dll: those that match, or all; NULL if none */
WCHAR *task_services(const struct task *task); /* likewise its services; NULL if none */
const WCHAR *task_session_name(const struct task *task);

struct filter {
    int field, operation;
    ULONGLONG number;
    const WCHAR *text;
};

/* "NAME OPERATOR VALUE" as a filter; false (nothing is said) if it is none. Keeps pointers into text. */
bool filter_parse(const WCHAR *text, struct filter *filter);
bool filter_passes(const struct filter *filter, const struct task *task);

#endif
