/* SPDX-License-Identifier: MIT */
/* processor.h: what kind of processor this is, as the registry and the environment name it. */
#ifndef TRANSOM_PROCESSOR_H
#define TRANSOM_PROCESSOR_H

#include <stddef.h>

struct processor {
    unsigned family, model, stepping;
    char vendor[13];
};

#define PROCESSOR_NAME_SIZE 49

/* PROCESSOR_* of the environment */
struct processor_variables {
    char identifier[80], level[12], revision[16];
};

struct processor processor_identify(void);
void processor_name(char name[PROCESSOR_NAME_SIZE]);
void processor_variables(struct processor_variables *variables);
/* "Intel64 Family 6 Model 158 Stepping 10" */
void processor_describe(const struct processor *cpu, char *text, size_t size);

#endif
