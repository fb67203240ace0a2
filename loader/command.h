/* SPDX-License-Identifier: MIT */
/* command.h: the commands of `transom`. Each takes its own name as argv[0] and returns the exit code. */
#ifndef TRANSOM_COMMAND_H
#define TRANSOM_COMMAND_H

#include <stdbool.h>

int command_check(int argc, char **argv);
int command_trace(int argc, char **argv);
int command_path(int argc, char **argv);
int command_info(int argc, char **argv);
int command_kill(int argc, char **argv);
int command_wait(int argc, char **argv);
int command_prefix(int argc, char **argv);
int xdg_list(void); /* `transom prefix xdg` */
int xdg_on(void);
int xdg_off(void);
int command_run(int argc, char **argv); /* argv[0] is the program; returns only on failure */
int command_run_ephemeral(int argc, char **argv);

/* Batch files are run by cmd.exe, whose command line has rules of its own (batchfile.c). */
struct process_start;
bool command_use_interpreter(struct process_start *start);

/* The absolute Unix path of a program as a user may name it; malloc'ed, NULL if there is none. */
char *command_find_program(const char *name);
/* Unix path of a Windows path (absolute, or relative to the working directory); malloc'ed or NULL. */
char *command_unix_path(const char *windows_path);

/* Ends all processes of the prefix, and waits until they have. */
void command_kill_prefix(void);

#endif
