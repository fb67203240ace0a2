/* SPDX-License-Identifier: MIT */
/*
 * eh_private.h: what the files of the C++ exception runtime share. One source makes the same functions in vcruntime140,
 * ucrtbase and msvcrt, each with its own state, as on Windows.
 *
 * The structures are the compiler's output: everything that ends in _rva is an offset from the image's base; in 32-bit
 * images it is an address, and the base is taken as 0. Functions' own tables, and what is done by them, are x64's.
 */
#ifndef TRANSOM_EH_PRIVATE_H
#define TRANSOM_EH_PRIVATE_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include "nt.h"
#include <stdbool.h>
#include <stdint.h>

#define EH_CODE        0xe06d7363u /* 0xe0000000 + 'msc' */
#define EH_MAGIC       0x19930520u
#define EH_MAGIC_ES    0x19930521u /* FuncInfo has exception specifications */
#define EH_MAGIC_FLAGS 0x19930522u /* FuncInfo has flags */
#define EH_MAGIC_PURE  0x01994000u

#define EH_UNWINDING        0x02
#define EH_EXIT_UNWIND      0x04
#define EH_TARGET_UNWIND    0x20
#define EH_IS_UNWIND(flags) ((flags) & (EH_UNWINDING | EH_EXIT_UNWIND))

#ifndef STATUS_LONGJUMP
#define STATUS_LONGJUMP ((NTSTATUS)0x80000026)
#endif
#ifndef STATUS_UNWIND_CONSOLIDATE
#define STATUS_UNWIND_CONSOLIDATE ((NTSTATUS)0x80000029)
#endif

typedef struct {
    const void *vtable;
    char *undecorated; /* cached by __std_type_info_name */
    char name[];       /* decorated, ".?AVname@@" */
} type_descriptor;

/* Where a base is in an object: at mdisp, or, for virtual bases, where the table at pdisp says in its entry at vdisp. */
typedef struct {
    int mdisp, pdisp, vdisp;
} member_displacement;

enum { CT_SIMPLE = 1, CT_REFERENCE_ONLY = 2, CT_VIRTUAL_BASE = 4, CT_WINRT_HANDLE = 8, CT_BAD_ALLOC = 16 };
typedef struct {
    unsigned properties;
    int type_rva;
    member_displacement displacement;
    int size;
    int copy_rva;
} catchable_type;

typedef struct {
    int count;
    int type_rva[];
} catchable_type_array;

enum { TI_CONST = 1, TI_VOLATILE = 2, TI_UNALIGNED = 4, TI_PURE = 8, TI_WINRT = 16 };
typedef struct {
    unsigned attributes;
    int destructor_rva;
    int forward_rva; /* handler for older runtimes */
    int types_rva;
} throw_info;

/* ExceptionInformation of a thrown object */
#ifdef _WIN64
enum { EI_MAGIC, EI_OBJECT, EI_THROW_INFO, EI_IMAGE_BASE, EI_COUNT };
#else
enum { EI_MAGIC, EI_OBJECT, EI_THROW_INFO, EI_COUNT };
#endif

enum { HT_CONST = 1, HT_VOLATILE = 2, HT_UNALIGNED = 4, HT_REFERENCE = 8, HT_STD_DOTDOT = 0x40, HT_BAD_ALLOC = 0x80 };
typedef struct {
    unsigned adjectives;
    int type_rva;
    int object_offset;
    int handler_rva;
    int frame_offset;
} handler_type;

/* What handlers of both table formats have, see eh_tables*.c. */
struct eh_handler {
    unsigned adjectives;
    const type_descriptor *type; /* NULL: catches everything */
    int object_offset;           /* of the catch object in the frame, 0 if it has no name */
    ULONG handler_rva;
    int frame_offset;            /* where the handler's frame has its function's frame, format 3 */
    unsigned continuation_count; /* format 4: the handler returns an index into these instead of an address */
    ULONG continuation_rva[2];
};

struct eh_try {
    int low, high;     /* the states of the block */
    int catch_high;    /* those of its handlers are above `high` up to here */
    unsigned handlers; /* format 3: their number */
    const void *handler_data;
};

struct eh_unwind {
    int to_state;
    ULONG action_rva; /* 0: none */
    enum { EH_ACTION_FUNCLET, EH_ACTION_OBJECT, EH_ACTION_POINTER } kind;
    int offset; /* of the object, or of the pointer to it, in the frame */
};

/* A function's tables. The compiler makes one or the other format. */
struct eh_function;
struct eh_format {
    int (*state_from_pc)(const struct eh_function *function, ULONG rva);
    /* Blocks and handlers one after the other: *position is NULL before the first. */
    bool (*next_try)(const struct eh_function *function, const void **position, unsigned *index, struct eh_try *block);
    bool (*next_handler)(const struct eh_function *function, const struct eh_try *block, const void **position,
                         unsigned *index, struct eh_handler *handler);
    void (*unwind_entry)(const struct eh_function *function, int state, struct eh_unwind *entry);
};
struct eh_function {
    const struct eh_format *format;
    const char *image;
    const void *tables; /* FuncInfo, or behind the header of FuncInfo4 */
    ULONG begin_rva;    /* the function's or the funclet's first instruction */
    ULONG part_rva;     /* format 4: of the part of it that ip_map is about */
    bool synchronous;   /* /EHs: only thrown objects are exceptions */
    bool is_noexcept;
    bool has_own_states; /* format 4: a handler's funclet has tables of its own, in which it looks like a function, */
    bool is_catch;       /* this is such, */
    int frame_offset;    /* and its frame has its function's frame here */
    int max_state;
    const char *unwind_map, *try_map, *ip_map; /* format 4 */
};

#ifdef _WIN64
EXCEPTION_DISPOSITION eh_frame_handler(EXCEPTION_RECORD *record, char *frame, CONTEXT *context,
                                       DISPATCHER_CONTEXT *dispatcher, struct eh_function *function);
ULONG eh_function_begin(const DISPATCHER_CONTEXT *dispatcher);
#endif

/* eh_types.c */
static inline bool eh_is_cxx(const EXCEPTION_RECORD *record)
{
    return record->ExceptionCode == EH_CODE && record->NumberParameters >= EI_COUNT &&
           (ULONG)record->ExceptionInformation[EI_MAGIC] - EH_MAGIC <= 2;
}
static inline const throw_info *eh_throw_info(const EXCEPTION_RECORD *record)
{
    return (const throw_info *)record->ExceptionInformation[EI_THROW_INFO];
}
/* What the thrown object's tables are relative to. */
static inline const char *eh_throw_image(const EXCEPTION_RECORD *record)
{
#ifdef _WIN64
    return (const char *)record->ExceptionInformation[EI_IMAGE_BASE];
#else
    (void)record;
    return NULL;
#endif
}
/* What tables at an address are relative to. */
static inline const char *eh_image_of(const void *address)
{
    void *image = NULL;

#ifdef _WIN64
    RtlPcToFileHeader((void *)address, &image);
#else
    (void)address;
#endif
    return image;
}
bool eh_handler_takes(const struct eh_handler *handler, const catchable_type *type, const throw_info *info,
                      const char *image);
bool eh_build_catch_object(const EXCEPTION_RECORD *record, char *frame, const struct eh_handler *handler,
                           const catchable_type *type);
void eh_destroy_object(const EXCEPTION_RECORD *record);

/* A handler (catch block) that is running. It lives in eh_catch's stack frame. */
struct eh_catch {
    ULONG magic;
    enum { EH_CATCH_NEW, EH_CATCH_RUNNING, EH_CATCH_LEFT } phase;
    bool rethrown;
    struct eh_catch *outer;
    EXCEPTION_RECORD *record, *outer_record;
    CONTEXT *context, *outer_context;
    char *handler;      /* the funclet */
    char *frame;        /* its function's frame */
    char *target_frame; /* the frame that contains the try block: that, or another handler's */
    int state;          /* the try block's */
    unsigned continuation_count;
    char *continuation[2];
};

/* eh_thread.c. Of each fiber, in fact. */
typedef void(__cdecl *eh_translator)(unsigned code, EXCEPTION_POINTERS *pointers);
typedef void(__cdecl *eh_void_function)(void);
struct frame_info;
struct eh_thread {
    EXCEPTION_RECORD *record; /* what the innermost running handler has caught */
    CONTEXT *context;
    struct eh_catch *catches; /* running handlers, innermost first */
    struct frame_info *frames;
    int unwinding; /* functions that are being called while unwinding */
    /* A frame that a running handler has been put on is in another state than its instruction pointer says. */
    const char *resumed_frame;
    int resumed_state;
    eh_translator translator;
    eh_void_function unexpected;
};
struct eh_thread *eh_thread(void);
struct eh_thread *eh_thread_if_any(void); /* does not make one */
void eh_thread_unload(void);              /* frees those of all threads: the DLL is being unloaded */
struct eh_catch *eh_live_catches(struct eh_thread *thread);

/* The C runtime's */
DECLSPEC_NORETURN void __cdecl terminate(void);
void *__cdecl malloc(size_t size);
void __cdecl free(void *memory);

/* eh_frame_x64.S. eh_guarded calls a function with up to three arguments; an object thrown out of it ends the program. */
void *eh_guarded(void *function, void *a, void *b, void *c);
void *eh_catch(EXCEPTION_RECORD *record);

#endif
