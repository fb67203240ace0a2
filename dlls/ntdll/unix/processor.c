/* SPDX-License-Identifier: MIT */
/* processor.c: what kind of processor this is, as the registry and the environment name it. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <sys/platform/x86.h>
#include "processor.h"

struct processor processor_identify(void)
{
    struct processor cpu = { 0 };
    unsigned a, b, c, d;

    __cpuid(0, a, b, c, d);
    memcpy(cpu.vendor, &b, 4);
    memcpy(cpu.vendor + 4, &d, 4);
    memcpy(cpu.vendor + 8, &c, 4);
    /* What the C library has asked already: the instruction costs microseconds under a hypervisor. */
    if (!(a = __x86_get_cpuid_feature_leaf(CPUID_INDEX_1)->cpuid_array[0]))
        __cpuid(1, a, b, c, d);
    cpu.stepping = a & 15;
    cpu.model = (a >> 4) & 15;
    cpu.family = (a >> 8) & 15;
    if (cpu.family == 6 || cpu.family == 15)
        cpu.model |= (a >> 12) & 0xf0;
    if (cpu.family == 15)
        cpu.family += (a >> 20) & 0xff;
    return cpu;
}

void processor_name(char name[PROCESSOR_NAME_SIZE])
{
    unsigned a, b, c, d, words[12] = { 0 };

    __cpuid(0x80000000u, a, b, c, d);
    for (unsigned i = 0; a >= 0x80000004u && i < 3; i++)
        __cpuid(0x80000002u + i, words[i * 4], words[i * 4 + 1], words[i * 4 + 2], words[i * 4 + 3]);
    memcpy(name, words, sizeof(words));
    name[PROCESSOR_NAME_SIZE - 1] = 0;
}

void processor_describe(const struct processor *cpu, char *text, size_t size)
{
    snprintf(text, size, "%s Family %u Model %u Stepping %u", strcmp(cpu->vendor, "GenuineIntel") ? "AMD64" : "Intel64",
             cpu->family, cpu->model, cpu->stepping);
}

void processor_variables(struct processor_variables *variables)
{
    struct processor cpu = processor_identify();
    char description[60];

    processor_describe(&cpu, description, sizeof(description));
    snprintf(variables->identifier, sizeof(variables->identifier), "%s, %s", description, cpu.vendor);
    snprintf(variables->level, sizeof(variables->level), "%u", cpu.family);
    snprintf(variables->revision, sizeof(variables->revision), "%02x%02x", cpu.model, cpu.stepping);
}
