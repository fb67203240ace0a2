/* SPDX-License-Identifier: MIT */
/* job_form.h: a job as processes and the server tell each other (requests job_query and object_create). */
#ifndef TRANSOM_JOB_FORM_H
#define TRANSOM_JOB_FORM_H

#include "nt.h"

/* What a program sets. */
struct job_settings {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    uint32_t ui_restrictions, end_of_time_action;
};

struct job_form {
    struct job_settings settings;
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION account;
};

#endif
