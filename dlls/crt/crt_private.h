/* SPDX-License-Identifier: MIT */
/*
 * What the files of the C runtime share. One source makes two DLLs: ucrtbase.dll (CRT_UCRT) and msvcrt.dll (CRT_MSVCRT).
 * The mingw-w64 headers give structures, constants and prototypes in their msvcrt flavour for both; where the two
 * runtimes differ in layout (FILE, the public part of a locale) this header has both.
 */
#ifndef TRANSOM_CRT_PRIVATE_H
#define TRANSOM_CRT_PRIVATE_H

#if !defined(CRT_UCRT) && !defined(CRT_MSVCRT)
#error "CRT_UCRT or CRT_MSVCRT must be defined"
#endif

#ifndef _CRTIMP
#define _CRTIMP
#endif
#ifndef __CRT__NO_INLINE
#define __CRT__NO_INLINE 1
#endif
#ifndef MINGW_HAS_SECURE_API
#define MINGW_HAS_SECURE_API 1
#endif
#define _CTYPE_DISABLE_MACROS
#define __USE_MINGW_ANSI_STDIO 0
#define _WCTYPE_DISABLE_MACROS
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include "nt.h"
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <locale.h>
#include <share.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utime.h>
#include <time.h>
#include <wchar.h>

#ifdef CRT_UCRT
#define CRT_IS_UCRT 1
#else
#define CRT_IS_UCRT 0
#endif

/* Names that the headers define as macros but that are functions or variables here. */
#undef strtod
#undef __setusermatherr
#undef _environ
#undef _wenviron
#undef __argc
#undef __argv
#undef __wargv
#undef _acmdln
#undef _wcmdln
#undef _pgmptr
#undef _wpgmptr
#undef _fmode
#undef _commode
#undef _osplatform
#undef _osver
#undef _winver
#undef _winmajor
#undef _winminor
#undef _daylight
#undef _dstbias
#undef _timezone
#undef _tzname
#undef _sys_nerr
#undef _sys_errlist
#undef _iob
#undef __mb_cur_max
#undef _pctype
#undef _pwctype
#undef _HUGE
#undef stdin
#undef stdout
#undef stderr
#undef getc
#undef putc
#undef getchar
#undef putchar
#undef feof
#undef ferror
#undef _fileno
#undef getwc
#undef putwc
#undef getwchar
#undef putwchar
#undef _putwc_nolock
#undef _fgetc_nolock
#undef _fputc_nolock
#undef _getc_nolock
#undef _putc_nolock
#undef _fgetwc_nolock
#undef _fputwc_nolock
#undef _getwc_nolock
#undef _putwc_nolock

/* ---- threads (thread.c) ---- */

struct unix_libm_table;
struct locinfo;
struct mbcinfo;

/* struct __crt_locale_pointers / struct localeinfo_struct: what _locale_t points to. */
struct locale_ref {
    struct locinfo *locinfo;
    struct mbcinfo *mbcinfo;
};

typedef void(__cdecl *crt_invalid_handler)(const wchar_t *, const wchar_t *, const wchar_t *, unsigned, uintptr_t);
typedef void(__cdecl *crt_signal_handler)(int);

#define CRT_SIGNAL_SLOTS 3 /* SIGFPE, SIGILL, SIGSEGV are per thread */

struct thread_data {
    int err;
    unsigned long doserr;
    unsigned long rand_state;
    int fpecode;
    struct locale_ref locale;
    int locale_flags;
    char *strtok_next;
    wchar_t *wcstok_next;
    unsigned char *mbstok_next;
    char *strerror_buffer;
    wchar_t *wcserror_buffer;
    char *tmpnam_buffer;
    wchar_t *wtmpnam_buffer;
    struct tm tm;
    char asctime_buffer[26];
    wchar_t wasctime_buffer[26];
    char *cvt_buffer;
    void *exception_pointers; /* __pxcptinfoptrs */
    crt_signal_handler signal_actions[CRT_SIGNAL_SLOTS];
    crt_invalid_handler invalid_handler;
    /* _beginthread(ex) */
    void *thread_start;
    void *thread_argument;
    HANDLE thread_handle;
    HMODULE thread_module;
    int thread_ex;
    /* conversion states of the restartable functions called without one */
    unsigned __int64 mbrlen_state, mbrtowc_state, mbsrtowcs_state, wcrtomb_state, wcsrtombs_state;
    /* C++ exceptions (except_*.c) */
    void *terminate_handler;
    void *unexpected_handler;
    void *se_translator;
    void *current_exception;
    void *current_exception_context;
    int processing_throw;
    void *cxx_private[8];
};

struct thread_data *crt_thread(void);
bool crt_thread_init(void);
void crt_thread_exit(struct thread_data *td);
struct thread_data *crt_thread_alloc(void);
void crt_thread_attach(struct thread_data *td);
/* For when the DLL is unloaded: takes back what would call into it. */
void crt_thread_unload(void);
void crt_signal_unload(void);

/* ---- errors (errno.c) ---- */

#undef errno
#define errno (crt_thread()->err)

void crt_map_error(DWORD oserror);
int crt_errno_from_os(DWORD oserror);
void crt_invalid_parameter(void);
void __cdecl _invalid_parameter_noinfo(void);
DECLSPEC_NORETURN void __cdecl _invoke_watson(const wchar_t *, const wchar_t *, const wchar_t *, unsigned, uintptr_t);

/* Parameter validation as documented: errno is set, the invalid parameter handler runs, then the function returns. */
#define CRT_VALIDATE(cond, error, ...)                                                                                 \
    do {                                                                                                               \
        if (__builtin_expect(!(cond), 0)) {                                                                            \
            errno = (error);                                                                                           \
            crt_invalid_parameter();                                                                                   \
            return __VA_ARGS__;                                                                                        \
        }                                                                                                              \
    } while (0)

/* ---- locks (lock.c) ---- */

enum crt_lock {
    LOCK_SIGNAL = 0,
    LOCK_IOB_SCAN = 1,
    LOCK_TMPNAM = 2,
    LOCK_CONIO = 3,
    LOCK_HEAP = 4,
    LOCK_POPEN = 6,
    LOCK_TIME = 6 + 1,
    LOCK_ENV = 8,
    LOCK_EXIT = 9,
    LOCK_FDTABLE = 11,
    LOCK_LOCALE = 12,
    LOCK_MBCP = 13,
    LOCK_COUNT = 36,
};

void crt_locks_init(void);
void crt_lock(enum crt_lock which);
void crt_unlock(enum crt_lock which);
void __cdecl _lock(int which);
void __cdecl _unlock(int which);

/* ---- locales (locale.c) ---- */

struct locinfo {
#ifdef CRT_UCRT
    const unsigned short *pctype;
    int mb_cur_max;
    unsigned int codepage;
    LONG refcount;
#else
    LONG refcount;
    unsigned int codepage;
    unsigned int collate_cp_public;
    unsigned long handle[6];
    LC_ID id[6];
    struct {
        char *locale;
        wchar_t *wlocale;
        int *refcount;
        int *wrefcount;
    } category[6];
    int clike;
    int mb_cur_max;
    int *lconv_intl_refcount;
    int *lconv_num_refcount;
    int *lconv_mon_refcount;
    struct lconv *lconv_public;
    int *ctype1_refcount;
    unsigned short *ctype1_public;
    const unsigned short *pctype;
    const unsigned char *pclmap_public;
    const unsigned char *pcumap_public;
    void *lc_time_curr;
#endif
    const unsigned char *lower; /* 256 entries */
    const unsigned char *upper;
    unsigned int collate_cp, time_cp;
    char *name[6];       /* as setlocale returns it; "C" for the C locale */
    wchar_t *sysname[6]; /* for the NLS functions; NULL for the C locale */
    struct lconv lconv;
    wchar_t *wide_decimal, *wide_thousands;
    unsigned short *ctype_table;
    unsigned char *case_tables;
    wchar_t *time_strings[43]; /* CRT_TIME_*; NULL: those of the C locale */
    char *lconv_strings;
    bool has_time;
};

/* struct mbcinfo: the multibyte code page (_setmbcp) of the _mbs* functions. */
struct mbcinfo {
    LONG refcount;
    int codepage; /* 0: single byte */
    bool is_mbcs;
    LCID lcid;
    unsigned char type[257]; /* _mbctype: bits _M1, _M2, _SBUP, _SBLOW */
    unsigned char casemap[256];
};

extern struct locale_ref crt_global_locale;
extern struct locinfo crt_c_locinfo;
extern LONG crt_thread_locales; /* some thread has a locale of its own */
struct locale_ref *crt_thread_locale(void);
extern const unsigned short crt_c_ctype[257];

static inline struct locale_ref *crt_locale_ref(_locale_t locale)
{
    if (locale)
        return (struct locale_ref *)locale;
    if (__builtin_expect(!crt_thread_locales, 1))
        return &crt_global_locale;
    return crt_thread_locale();
}

static inline struct locinfo *crt_loc(_locale_t locale)
{
    return crt_locale_ref(locale)->locinfo;
}

static inline struct mbcinfo *crt_mbc(_locale_t locale)
{
    return crt_locale_ref(locale)->mbcinfo;
}

void crt_locale_init(void);
void crt_locinfo_release(struct locinfo *info);
void crt_mbcinfo_release(struct mbcinfo *info);

/* Multibyte conversion of one locale (mbconv.c). Results as of mbrtowc/wcrtomb; UTF-8 in ucrt keeps state in *state. */
#define CRT_CP_C 0 /* codepage of the C locale: bytes are the first 256 characters */
int crt_mbtowc(wchar_t *out, const char *s, size_t n, const struct locinfo *loc);
int crt_wctomb(char *out, wchar_t c, const struct locinfo *loc); /* -1: EILSEQ */

/* Strings of file names and the like: the code page narrow Win32 functions use. malloc'ed. */
wchar_t *crt_widen_path(const char *s);
char *crt_narrow_path(const wchar_t *s);
UINT crt_path_codepage(void);

/* ---- lowio (lowio_*.c) ---- */

#define FOPEN      0x01
#define FEOFLAG    0x02
#define FCRLF      0x04
#define FPIPE      0x08
#define FNOINHERIT 0x10
#define FAPPEND    0x20
#define FDEV       0x40
#define FTEXT      0x80

enum { TEXTMODE_ANSI, TEXTMODE_UTF8, TEXTMODE_UTF16 };

/* msvcrt exports the table as __pioinfo: programs compute the size of an element with _msize(). */
struct ioinfo {
    intptr_t osfhnd;
    unsigned char osfile;
    char pipech;
    int lockinitflag;
    CRITICAL_SECTION lock;
    char textmode : 7;
    char unicode : 1;
    char pipech2[2];
    unsigned char lookahead_count; /* of pipech, pipech2 */
    unsigned char utf8_pending_count;
    char utf8_pending[4];
    wchar_t wide_pending;
    int last_raw; /* bytes of the file that the last translated read stands for; ftell needs it */
};

#define IOINFO_ELTS   32
#define IOINFO_ARRAYS 256 /* 8192 descriptors, as _setmaxstdio allows at most */
#define CRT_MAX_FDS   (IOINFO_ELTS * IOINFO_ARRAYS)

extern struct ioinfo *__pioinfo[IOINFO_ARRAYS];
extern int crt_fd_limit; /* descriptors below it have an ioinfo */

static inline struct ioinfo *crt_fd(int fd)
{
    return &__pioinfo[fd / IOINFO_ELTS][fd % IOINFO_ELTS];
}

static inline bool crt_fd_valid(int fd)
{
    return (unsigned)fd < (unsigned)crt_fd_limit && (crt_fd(fd)->osfile & FOPEN);
}

bool crt_lowio_init(void);
int crt_fd_alloc(void); /* locked */
void crt_fd_set_handle(int fd, HANDLE handle);
void crt_fd_free(int fd);
void crt_fd_lock(int fd);
void crt_fd_unlock(int fd);
bool crt_fd_lock_valid(int fd); /* sets EBADF */
int crt_close_nolock(int fd);
int crt_read_nolock(int fd, void *buf, unsigned count);
int crt_write_nolock(int fd, const void *buf, unsigned count);
__int64 crt_lseek_nolock(int fd, __int64 pos, int whence);
errno_t crt_wopen(int *fd, const wchar_t *path, int oflag, int shflag, int pmode, bool secure);
unsigned char *crt_inherit_block(DWORD *size); /* for lpReserved2 */
extern int crt_umask;

/* ---- streams (stdio_*.c) ---- */

#ifdef CRT_UCRT
struct stream {
    char *ptr;
    char *base;
    int cnt;
    int flag;
    int file;
    int charbuf;
    int bufsiz;
    char *tmpfname;
    CRITICAL_SECTION lock;
};
#define SF_READ    0x0001
#define SF_WRITE   0x0002
#define SF_UPDATE  0x0004
#define SF_EOF     0x0008
#define SF_ERROR   0x0010
#define SF_CTRLZ   0x0020
#define SF_MYBUF   0x0040
#define SF_USERBUF 0x0080
#define SF_SETVBUF 0x0100
#define SF_STBUF   0x0200
#define SF_NBF     0x0400
#define SF_COMMIT  0x0800
#define SF_STRING  0x1000
#define SF_INUSE   0x2000
#else
/* The layout that msvcrt's getc() and putc() macros know. */
struct stream {
    char *ptr;
    int cnt;
    char *base;
    int flag;
    int file;
    int charbuf;
    int bufsiz;
    char *tmpfname;
};
#define SF_READ    0x0001
#define SF_WRITE   0x0002
#define SF_NBF     0x0004
#define SF_MYBUF   0x0008
#define SF_EOF     0x0010
#define SF_ERROR   0x0020
#define SF_STRING  0x0040
#define SF_UPDATE  0x0080
#define SF_USERBUF 0x0100
#define SF_SETVBUF 0x0400
#define SF_STBUF   0x1000
#define SF_CTRLZ   0x2000
#define SF_COMMIT  0x4000
#define SF_INUSE   0x0800 /* a stream opened but neither read nor written yet */
#endif

#define SF_ANYBUF   (SF_MYBUF | SF_USERBUF | SF_NBF)
#define CRT_BUFSIZE 4096

static inline struct stream *crt_stream(FILE *file)
{
    return (struct stream *)file;
}

FILE *crt_std_stream(int n);
bool crt_stdio_init(void);
void crt_stdio_flush_at_exit(void);
void crt_lock_stream(struct stream *s);
void crt_unlock_stream(struct stream *s);
struct stream *crt_stream_alloc(void); /* locked, zeroed */
void crt_stream_release(struct stream *s);
int crt_stream_fill(struct stream *s);            /* refill; next byte or EOF */
int crt_stream_overflow(int c, struct stream *s); /* flush and put one byte */
int crt_stream_flush(struct stream *s);
void crt_stream_getbuf(struct stream *s);
bool crt_stream_tempbuf(struct stream *s); /* buffer an unbuffered console stream for one call */
void crt_stream_endtempbuf(struct stream *s, bool on);
bool crt_parse_mode(const wchar_t *mode, int *oflag, int *sflag);
size_t crt_fwrite(const void *buf, size_t size, size_t count, struct stream *s);
size_t crt_fread(void *buf, size_t bufsize, size_t size, size_t count, struct stream *s);
wint_t crt_fputwc(wchar_t c, struct stream *s);
wint_t crt_fgetwc(struct stream *s);
wint_t crt_ungetwc(wint_t c, struct stream *s);
int crt_ungetc(int c, struct stream *s);
int crt_fclose_nolock(struct stream *s);

static inline int crt_getc(struct stream *s)
{
    return --s->cnt >= 0 ? (unsigned char)*s->ptr++ : crt_stream_fill(s);
}

static inline int crt_putc(int c, struct stream *s)
{
    return --s->cnt >= 0 ? (unsigned char)(*s->ptr++ = (char)c) : crt_stream_overflow(c, s);
}

/* ---- formatted output and input ---- */

/* _CRT_INTERNAL_PRINTF_* of Microsoft's corecrt_stdio_config.h, plus our own above them. */
#define PF_LEGACY_NUL        0x0001ull
#define PF_STANDARD_SNPRINTF 0x0002ull
#define PF_LEGACY_WIDE       0x0004ull
#define PF_LEGACY_MSVCRT     0x0008ull
#define PF_THREE_DIGIT_EXP   0x0010ull
#define PF_STANDARD_ROUNDING 0x0020ull
#define PF_POSITIONAL        0x10000ull
#define PF_SECURE            0x20000ull
#ifdef CRT_UCRT
#define PF_DEFAULT (PF_LEGACY_WIDE)
#else
#define PF_DEFAULT (PF_LEGACY_WIDE | PF_LEGACY_MSVCRT | PF_THREE_DIGIT_EXP)
#endif

struct sink {
    bool (*write)(struct sink *sink, const void *chars, size_t count); /* false: error */
    void *target;
    size_t room;
    size_t total;
};

int crt_format(struct sink *sink, unsigned __int64 options, const char *format, _locale_t locale, va_list args);
int crt_wformat(struct sink *sink, unsigned __int64 options, const wchar_t *format, _locale_t locale, va_list args);

struct source {
    int (*get)(struct source *source); /* next character or -1 */
    void (*unget)(struct source *source, int c);
    __int64 mark; /* characters consumed when a number was last complete */
    const void *next, *end;
    struct stream *stream;
};

#define SC_SECURE        0x0001ull
#define SC_LEGACY_WIDE   0x0002ull
#define SC_LEGACY_MSVCRT 0x0004ull

int crt_scan(struct source *source, unsigned __int64 options, const char *format, _locale_t locale, va_list args);
int crt_wscan(struct source *source, unsigned __int64 options, const wchar_t *format, _locale_t locale, va_list args);

/* ---- decimal <-> binary (fpconv.c, strtod.c) ---- */

enum { FP_FINITE, FP_INF, FP_QNAN, FP_SNAN, FP_IND };
enum { FP_ROUND_HALF_AWAY, FP_ROUND_EXACT };
#define FP_DIGITS_MAX 1100

struct fp_decimal {
    int kind;
    bool negative;
    int point; /* the value is 0.DIGITS * 10^point */
    int count;
    char digits[FP_DIGITS_MAX + 4];
};

/* ndigits significant digits, or (fixed) ndigits after the decimal point. Trailing zeros are not stored. */
bool crt_fp_special(double value, struct fp_decimal *out);
void crt_fp_decimal(double value, bool fixed, int ndigits, int rounding, struct fp_decimal *out);

/* A decimal number being collected: digits without point, exponent applying to an integer. */
struct fp_number {
    bool negative;
    bool hex;
    bool sticky; /* nonzero digits beyond those kept */
    int kind;
    int count;
    long exponent;
    char digits[800];
};
double crt_fp_double(const struct fp_number *n, int *range); /* range: -1 underflow, 1 overflow, 0 */
float crt_fp_float(const struct fp_number *n, int *range);
/* Scans with next(ctx) until the number ends; returns false if there is none. Used by strtod and scanf alike. */
struct fp_scan {
    int (*peek)(void *ctx);
    void (*advance)(void *ctx);
    void *ctx;
    int decimal_point;
};
bool crt_fp_scan(struct fp_scan *scan, struct fp_number *n, void (*mark)(void *ctx));

/* ---- start-up, exit ---- */

extern char **_environ;
extern wchar_t **_wenviron;
extern int __argc;
extern char **__argv;
extern wchar_t **__wargv;
extern char *_acmdln;
extern wchar_t *_wcmdln;
extern char *_pgmptr;
extern wchar_t *_wpgmptr;
extern int _fmode;
extern int _commode;
extern char **__initenv;
extern wchar_t **__winitenv;
void crt_args_init(void);
bool crt_env_init_narrow(void);
bool crt_env_init_wide(void);
wchar_t *crt_getenv_wide(const wchar_t *name); /* caller holds LOCK_ENV; in the Win32-independent environment */
DECLSPEC_NORETURN void crt_terminate_process(UINT code);
int crt_raise_exception_signal(int sig);
extern int crt_app_type;
extern bool crt_quick_exit;
extern int crt_error_mode;

/* ---- time ---- */

void crt_tz_init(void);
const wchar_t *crt_time_string(const struct locinfo *loc, int index);
enum {
    CRT_TIME_WDAY_ABBR = 0,
    CRT_TIME_WDAY = 7,
    CRT_TIME_MONTH_ABBR = 14,
    CRT_TIME_MONTH = 26,
    CRT_TIME_AM = 38,
    CRT_TIME_PM,
    CRT_TIME_SHORT_DATE,
    CRT_TIME_LONG_DATE,
    CRT_TIME_TIME,
};

/* ---- maths ---- */

const struct unix_libm_table *crt_libm(void);

#define CRT_COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

#endif
