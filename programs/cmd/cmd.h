/* SPDX-License-Identifier: MIT */
/*
 * cmd.h: what the parts of the command interpreter share. A line goes through expand.c (%VAR%), parser.c (a tree), run.c
 * (redirections, pipes, operators) and ends in a built-in command or in program.c; batch.c supplies the lines of batch files.
 */
#ifndef TRANSOM_CMD_H
#define TRANSOM_CMD_H

#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#include <windows.h>
#include <shellapi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- memory and text (text.c) --- */

void *xalloc(size_t size);
void *xrealloc(void *memory, size_t size);
WCHAR *xdup(const WCHAR *text);
WCHAR *xdup_n(const WCHAR *text, size_t length);

/* A growing string, always terminated once something was added. */
struct text {
    WCHAR *data;
    size_t length, capacity;
};

void text_char(struct text *text, WCHAR c);
void text_add(struct text *text, const WCHAR *more);
void text_add_n(struct text *text, const WCHAR *more, size_t length);
void text_format(struct text *text, const WCHAR *format, ...);
WCHAR *text_take(struct text *text); /* never NULL; free() it */

/* Memory that is freed all at once: a parsed line. */
struct pool {
    struct pool_block *blocks;
};

void *pool_alloc(struct pool *pool, size_t size);
WCHAR *pool_dup(struct pool *pool, const WCHAR *text, size_t length);
void pool_free(struct pool *pool);

bool is_space(WCHAR c);     /* space and tab */
bool is_delimiter(WCHAR c); /* what separates a command from its arguments: space tab , ; = */
WCHAR *skip_space(const WCHAR *p);
WCHAR *skip_delimiters(const WCHAR *p);
WCHAR *strip_quotes(WCHAR *text); /* removes every quotation mark, in place */

/* The words of an argument line; quotation marks are kept. */
struct words {
    WCHAR **items;
    size_t count;
};

WCHAR *next_word(const WCHAR **p);
void words_add(struct words *words, WCHAR *word);
void words_free(struct words *words);

/* --- standard streams and messages (output.c, input.c) --- */

#define STREAMS 10
extern HANDLE streams[STREAMS]; /* 0 to 9; 0 to 2 are what programs get */

void out(const WCHAR *text);
void out_n(const WCHAR *text, size_t length);
void outf(const WCHAR *format, ...);
void err(const WCHAR *text);
void errf(const WCHAR *format, ...);
void err_system(DWORD error); /* the system's text for an error */
int fail_system(DWORD error); /* the same, and returns 1 */
int fail_syntax(void);
bool is_console(HANDLE handle);
UINT text_code_page(void);
WCHAR *decode(const char *bytes, size_t size);

WCHAR *read_line(HANDLE handle);               /* without its line end; NULL at the end */
extern WCHAR complete_files, complete_folders; /* the characters that complete names, 0: none (complete.c) */
WCHAR *read_command_line(void);                /* the same for a prompt, from standard input */
bool ask(const WCHAR *question);               /* Y or N */
void wait_key(void);

/* --- the tree of a line (parser.c, format.c) --- */

enum redirect_kind { REDIRECT_IN, REDIRECT_OUT, REDIRECT_APPEND, REDIRECT_DUPLICATE };

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    int stream;
    WCHAR *target; /* a file, or the digit of another stream */
};

enum node_kind { NODE_COMMAND, NODE_BLOCK, NODE_SEQUENCE, NODE_OR, NODE_AND, NODE_PIPE, NODE_IF, NODE_FOR, NODE_REM };
enum for_kind { FOR_SET, FOR_NUMBERS, FOR_DIRECTORIES, FOR_RECURSIVE, FOR_FILE };
enum if_kind { IF_COMPARE, IF_EXIST, IF_DEFINED, IF_ERRORLEVEL, IF_CMDEXTVERSION };

struct node {
    enum node_kind kind;
    bool quiet;                 /* @ */
    struct redirect *redirects; /* in their order */
    struct node *left, *right;  /* operands; the commands of IF and ELSE; the body of a block or FOR is left */
    WCHAR *text;                /* NODE_COMMAND: name and arguments, escapes removed; NODE_REM: the remark */
    struct {
        enum if_kind kind;
        bool negate, ignore_case;
        WCHAR *a, *op, *b;
    } test;
    struct {
        enum for_kind kind;
        bool folders; /* /d, which /r may have as well */
        WCHAR variable;
        WCHAR *option; /* the folder of /r, the options of /f */
        WCHAR *set;
    } loop;
};

/* Supplies the lines of a command: further ones are asked for inside parentheses and after a ^ at the end. */
struct source {
    WCHAR *(*next)(struct source *source); /* an expanded line, to be freed; NULL at the end */
    void *context;
};

enum parse_result { PARSE_OK, PARSE_EMPTY, PARSE_END, PARSE_ERROR };
enum parse_result parse(struct source *source, struct pool *pool, struct node **result);
void format_node(struct text *text, const struct node *node);

/* --- expansion (expand.c, modifiers.c) --- */

struct batch;
WCHAR *expand_percent(const WCHAR *line, struct batch *batch);
WCHAR *expand_for(const WCHAR *text); /* FOR variables */
WCHAR *expand_run(const WCHAR *text); /* FOR variables, then !VAR! if it is on */
WCHAR *get_variable(const WCHAR *name, size_t length);
void set_variable(const WCHAR *name, const WCHAR *value);

/* %~...: letters says which parts of the name; NULL if they are none. search is a variable with folders, or NULL. */
WCHAR *apply_modifiers(const WCHAR *value, const WCHAR *letters, size_t count, const WCHAR *search,
                       size_t search_length);

struct for_variable {
    struct for_variable *outer;
    WCHAR name;
    WCHAR *value;
};
extern struct for_variable *for_variables;
extern int for_depth; /* FOR loops around the command, within this batch file */
struct for_variable *find_for_variable(WCHAR name);

/* --- running (run.c, program.c, for.c) --- */

/* GOTO continues elsewhere, BATCH ends the batch file or subroutine, ABORT every one, EXIT the interpreter. */
enum unwind { UNWIND_NONE, UNWIND_GOTO, UNWIND_BATCH, UNWIND_ABORT, UNWIND_EXIT };

extern enum unwind unwind; /* why the commands that remain of a line are not run */
extern int errorlevel, last_result;
extern bool echo_on, delayed_expansion, extensions, interactive, unicode_output;
extern volatile LONG interrupted;
/* Ctrl-C has ended a child, and the event for ourselves, which is no other one, has not come yet. */
extern volatile LONG told_by_child;
extern struct batch *current_batch;

int run_node(struct node *node);
int run_text(const WCHAR *text, bool called); /* a command whose expansion is done */
int run_for(struct node *node);
int run_line(WCHAR *line); /* a line of the user's: expands, parses, runs */

struct program {
    WCHAR *path; /* full */
    bool batch;
};
bool find_program(const WCHAR *name, struct program *program);
/* Splits a command into its name and what follows; where a built-in command is meant, returns it. */
struct builtin;
const struct builtin *find_builtin(const WCHAR *text, const WCHAR **arguments);
WCHAR *command_name(const WCHAR *text, const WCHAR **rest, struct program *program);
HANDLE start_program(const WCHAR *path, WCHAR *line, const WCHAR *folder, DWORD flags, STARTUPINFOW *startup);
HANDLE start_interpreter(const WCHAR *command);
int wait_program(HANDLE process);
int run_program(const WCHAR *path, WCHAR *line);
WCHAR *capture(const WCHAR *command); /* the output of cmd /c command */

/* --- the registry (registry.c) --- */

void read_defaults(void); /* of extensions and delayed expansion */
void run_autorun(void);

/* --- batch files (batch.c) --- */

struct batch {
    struct batch *caller;
    struct batch_text *file;
    size_t position;
    WCHAR *path;               /* full name */
    struct words arguments;    /* %0 is the first */
    WCHAR *tail;               /* %* */
    struct saved_state *saved; /* by SETLOCAL */
    struct for_variable *for_variables;
    int for_depth;
    bool is_label; /* CALL :label */
};

int run_batch(const WCHAR *path, const WCHAR *name, const WCHAR *tail, bool called);
int call_label(const WCHAR *label, const WCHAR *tail);
bool go_to_label(const WCHAR *label);
const WCHAR *batch_argument(const struct batch *batch, int number);
void show_prompt(void);

/* --- built-in commands --- */

/* What a command does to ERRORLEVEL: nothing; 1 when it fails; and 0 when it succeeds too. */
enum { LEVEL_KEEP, LEVEL_FAILURE, LEVEL_ALWAYS };

struct builtin {
    const WCHAR *name;
    int (*run)(const WCHAR *arguments);
    int level;
};
extern const struct builtin builtins[];

#define BUILTIN(name) int builtin_##name(const WCHAR *arguments)
BUILTIN(assoc);
BUILTIN(call);
BUILTIN(cd);
BUILTIN(cls);
BUILTIN(color);
BUILTIN(copy);
BUILTIN(date);
BUILTIN(del);
BUILTIN(dir);
BUILTIN(dpath);
BUILTIN(echo);
BUILTIN(endlocal);
BUILTIN(exit);
BUILTIN(ftype);
BUILTIN(goto);
BUILTIN(md);
BUILTIN(mklink);
BUILTIN(move);
BUILTIN(nothing);
BUILTIN(path);
BUILTIN(pause);
BUILTIN(popd);
BUILTIN(prompt);
BUILTIN(pushd);
BUILTIN(rd);
BUILTIN(ren);
BUILTIN(set);
BUILTIN(setlocal);
BUILTIN(shift);
BUILTIN(start);
BUILTIN(time);
BUILTIN(title);
BUILTIN(type);
BUILTIN(ver);
BUILTIN(verify);
BUILTIN(vol);

int evaluate(const WCHAR *expression, int *result);
WCHAR *current_folder(void);
WCHAR *date_text(void);
WCHAR *time_text(void);
void version_text(WCHAR *buffer, size_t capacity);

/* --- files (files.c) --- */

/* Switches (/x or /x:value) taken out of an argument line; the rest are names without quotation marks. */
struct arguments {
    struct words names, switches; /* a switch without its slash */
};
void parse_arguments(const WCHAR *line, struct arguments *arguments);
const WCHAR *find_switch(const struct arguments *arguments, WCHAR letter);   /* what follows the letter, or NULL */
bool only_switches(const struct arguments *arguments, const WCHAR *letters); /* complains about others */
void free_arguments(struct arguments *arguments);
bool is_directory(const WCHAR *path);
bool is_existing(const WCHAR *path);
bool has_wildcard(const WCHAR *path);
WCHAR *full_path(const WCHAR *path);
WCHAR *join_path(const WCHAR *folder, size_t length, const WCHAR *name);
size_t folder_length(const WCHAR *path); /* of the part before the last name, its backslash included */
WCHAR *link_target(const WCHAR *path);   /* links.c */
/* The files that match a path, sorted as the file system gives them. */
struct words match_files(const WCHAR *pattern, bool directories, bool files);
/* The name that a name gets by a pattern such as *.bak. */
WCHAR *rename_by(const WCHAR *name, const WCHAR *pattern);

#endif
