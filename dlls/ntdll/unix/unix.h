/* SPDX-License-Identifier: MIT */
/*
 * unix.h: what the files of ntdll's native half share. Each group names the file that defines it.
 */
#ifndef TRANSOM_UNIX_H
#define TRANSOM_UNIX_H

#include <pthread.h>
#include <sys/types.h>
#include "nt.h"

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define ROUND_UP(x, n)                  (((x) + (n)-1) & ~((__typeof__(x))(n)-1))
#define ROUND_DOWN(x, n)                ((x) & ~((__typeof__(x))(n)-1))
#define NT_CURRENT_PROCESS              ((HANDLE)(intptr_t)-1)
#define NT_CURRENT_THREAD               ((HANDLE)(intptr_t)-2)

struct object;
struct thread;

/* --- process.c: the process and where its parts are --- */

struct transom_options {
    const char *system_dir; /* folder of the system DLLs, absolute */
    const char *prefix_dir; /* the prefix; may not exist yet: whoever writes below it first makes it (prefix_create) */
    const char *program;    /* Unix path of the program */
    int trace_fd;           /* where `transom trace` writes, or -1 */
    bool ephemeral;
};
extern struct transom_options options;
extern PEB *process_peb;
extern ULONG process_id; /* NT id of this process: its Unix pid */

/* Makes the prefix's folder (atomically; safe when many processes do it at once). Returns a status. */
NTSTATUS prefix_create(void);

/* Ends the process with `status` at once, after restoring the terminal. Never returns. */
void process_exit(NTSTATUS status) __attribute__((noreturn));

/* --- thread.c --- */

/* The calling thread; never NULL on a thread that Windows code runs on. */
static inline TEB *unix_teb(void)
{
    TEB *teb;
    __asm__("movq %%gs:0x30,%0" : "=r"(teb));
    return teb;
}
struct thread *thread_current(void);

/* --- fault.c: memory that belongs to the program --- */

/*
 * Guarded copies: each returns false, with part of the copy possibly done, when the program's memory at `user` cannot be
 * read or written; the caller then returns STATUS_ACCESS_VIOLATION. user_read_ok / user_write_ok touch every page.
 */
bool user_copy_in(void *dst, const void *user, size_t size);
bool user_copy_out(void *user, const void *src, size_t size);
bool user_read_ok(const void *user, size_t size);
bool user_write_ok(void *user, size_t size);

/* Copies a UNICODE_STRING's text in: *text is malloc'ed, zero-terminated, to be freed; *length in characters. */
NTSTATUS user_string_in(const UNICODE_STRING *user, WCHAR **text, size_t *length);

/* --- fd.c: descriptors of our own --- */

/* Moves `fd` above the range programs and shells use (256 and up), close-on-exec; closes the old one. -1 on error. */
int unix_fd_reserve(int fd);

/* --- status.c --- */

/* The NTSTATUS that Windows gives where Linux gives this errno. */
NTSTATUS status_from_errno(int err);

/* --- unicode.c --- */

/* UTF-8 to UTF-16 and back; invalid bytes and lone surrogates are kept by a reversible mapping (bytes 0x80-0xff that are
 * no UTF-8 become U+DC80..U+DCFF). Both return the number of units written, or needed if dst is NULL. */
size_t utf8_to_utf16(const char *src, size_t len, WCHAR *dst, size_t cap);
size_t utf16_to_utf8(const WCHAR *src, size_t len, char *dst, size_t cap);
WCHAR unicode_upcase(WCHAR c);

/* --- path.c: Unix paths and NT paths (file names) --- */

/*
 * The Unix file an NT path names (`\??\C:\x`, `\??\UNC\..`, `\Device\..`): see path.h.
 * unix_path_to_dos: the DOS path (`Z:\usr`, or `C:\x` inside the prefix) of an absolute Unix path; malloc'ed.
 */
WCHAR *unix_path_to_dos(const char *unix_path);

/* --- virtual.c: the address space --- */

/* Called once, before anything else maps memory. */
void virtual_init(void);
/* Adds a mapping made by `mmap` elsewhere (e.g. a section view) is not needed: views are made by these. */
struct section;
NTSTATUS virtual_map_view(struct section *section, void **base, ULONG_PTR zero_bits_limit, uint64_t offset,
                          size_t *size, ULONG allocation_type, ULONG protect);
/* Gives the first fd of a mapped file for NtQueryVirtualMemory(MemoryMappedFilenameInformation); see section.c. */

/* --- trace.c --- */
extern bool trace_enabled;

/* --- misc --- */

/* pipe_share.c: our own messages, for standard error: descriptor 2, or the named pipe that is in its place. */
void unix_error_text(const char *text, size_t size);
void unix_error_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A message to stderr in the form "transom: ...\n": only for what ends the program. */
void transom_fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#include "object.h"

#endif
