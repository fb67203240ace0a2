/* SPDX-License-Identifier: MIT */
/* minidump_private.h: what the files that write dumps share. */
#ifndef TRANSOM_MINIDUMP_PRIVATE_H
#define TRANSOM_MINIDUMP_PRIVATE_H

#include "dbghelp_private.h"
#include "ntrtl.h"

#define DUMP_SIGNATURE 0x504d444d /* "MDMP": MINIDUMP_SIGNATURE, which compilers do not agree on */

/* The documented layouts of what callbacks get and give; mingw-w64's lack members, or have them at other places. */
#include <pshpack4.h>
struct callback_thread {
    ULONG ThreadId;
    HANDLE ThreadHandle;
#ifdef _WIN64
    ULONG pad; /* CONTEXT is aligned, whatever the packing */
#endif
    BYTE Context[sizeof(CONTEXT)];
    ULONG SizeOfContext;
    ULONG64 StackBase;
    ULONG64 StackEnd;
    ULONG64 BackingStoreBase; /* ThreadExCallback's */
    ULONG64 BackingStoreEnd;
};

struct callback_input {
    ULONG ProcessId;
    HANDLE ProcessHandle;
    ULONG CallbackType;
    union {
        HRESULT Status;
        struct callback_thread Thread;
        MINIDUMP_MODULE_CALLBACK Module;
        MINIDUMP_INCLUDE_THREAD_CALLBACK IncludeThread;
        MINIDUMP_INCLUDE_MODULE_CALLBACK IncludeModule;
        struct {
            HANDLE Handle;
            ULONG64 Offset;
            PVOID Buffer;
            ULONG BufferBytes;
        } Io;
        struct {
            ULONG64 Offset;
            ULONG Bytes;
            HRESULT FailureStatus;
        } ReadMemoryFailure;
        ULONG SecondaryFlags;
    };
};

struct callback_output {
    union {
        ULONG ModuleWriteFlags;
        ULONG ThreadWriteFlags;
        ULONG SecondaryFlags;
        struct {
            ULONG64 MemoryBase;
            ULONG MemorySize;
        };
        struct {
            WINBOOL CheckCancel;
            WINBOOL Cancel;
        };
        HANDLE Handle;
        struct {
            MINIDUMP_MEMORY_INFO VmRegion;
            WINBOOL Continue;
        };
        HRESULT Status;
    };
};

struct misc_info_5 { /* MINIDUMP_MISC_INFO_5 */
    MINIDUMP_MISC_INFO_2 info;
    ULONG32 ProcessIntegrityLevel;
    ULONG32 ProcessExecuteFlags;
    ULONG32 ProtectedProcess;
    ULONG32 TimeZoneId;
    TIME_ZONE_INFORMATION TimeZone;
    WCHAR BuildString[MAX_PATH];
    WCHAR DbgBldStr[40];
    struct {
        ULONG32 SizeOfInfo;
        ULONG32 ContextSize;
        ULONG64 EnabledFeatures;
        struct {
            ULONG32 Offset;
            ULONG32 Size;
        } Features[64];
    } XStateData;
    ULONG32 ProcessCookie;
};
NT_STATIC_ASSERT(sizeof(struct misc_info_5) == 1364);

struct vm_counters { /* MINIDUMP_PROCESS_VM_COUNTERS_1 */
    USHORT Revision;
    ULONG PageFaultCount;
    ULONG64 sizes[9];
};

struct thread_name { /* MINIDUMP_THREAD_NAME */
    ULONG ThreadId;
    ULONG64 RvaOfThreadName;
};
#include <poppack.h>

struct dump_range {
    ULONG64 start, size;
    ULONG64 rva; /* in the file, once that is known */
};

struct dump_ranges {
    struct dump_range *list;
    SIZE_T count, room;
};

struct dump_thread {
    struct dump_thread *next;
    HANDLE handle;
    DWORD id, flags; /* THREAD_WRITE_FLAGS */
    DWORD priority_class;
    LONG priority;
    DWORD suspend_count; /* before this dump */
    BOOL suspended;      /* by this dump */
    BOOL writer;         /* the thread that runs here */
    BOOL have_context;
    ULONG64 teb, start_address;
    ULONG64 stack, stack_end;
    KERNEL_USER_TIMES times;
    ULONG64 affinity;
    NTSTATUS exit_status;
    CONTEXT *context;
    WCHAR *name;
};

struct dump_module {
    struct dump_module *next;
    DWORD flags; /* MODULE_WRITE_FLAGS */
    ULONG64 base;
    DWORD size, checksum, timestamp;
    BOOL have_headers;
    IMAGE_NT_HEADERS64 nt;
    DWORD first_section; /* where the section headers are */
    VS_FIXEDFILEINFO version;
    void *cv, *misc;
    DWORD cv_size, misc_size;
    WCHAR *path;
};

/* All that is known while a dump is written. Its memory is a heap of its own: suspended threads may hold the lock of any other. */
struct dump {
    HANDLE process, file, heap;
    DWORD pid;
    DWORD type; /* MINIDUMP_TYPE */
    BOOL own;
    BOOL custom_io; /* a callback writes the file */
    BOOL check_cancel;
    DWORD module_write_default;
    const MINIDUMP_CALLBACK_INFORMATION *callback;
    struct callback_input *input; /* for callbacks; too large for the stack of a thread in need */
    struct callback_output output;
    const MINIDUMP_USER_STREAM_INFORMATION *streams;
    HRESULT error; /* the first failure; nothing is done after that */

    struct dump_thread *threads, *last_thread;
    struct dump_module *modules;
    SIZE_T thread_count, module_count;
    struct dump_ranges memory;
    BOOL have_exception;
    DWORD exception_thread;
    EXCEPTION_RECORD exception;
    CONTEXT *exception_context;
    TIME_ZONE_INFORMATION zone;
    DWORD zone_id;

    BYTE *meta; /* the file up to the memory contents */
    SIZE_T meta_size, meta_room;
    MINIDUMP_DIRECTORY *directory;
    ULONG directory_count, directory_room;
    RVA thread_list, memory_list; /* what is completed once the place of memory contents is known */
};

/* minidumpapiset.c */
void *dump_alloc(struct dump *dump, SIZE_T size);
BOOL dump_fail(struct dump *dump, HRESULT error); /* FALSE */
BOOL dump_read(struct dump *dump, ULONG64 address, void *buffer, SIZE_T size);
BOOL dump_call(struct dump *dump, ULONG type); /* whether the callback was there and returned TRUE */

/* minidump_output.c */
RVA dump_put(struct dump *dump, const void *data, SIZE_T size); /* aligned to 4; 0 after a failure */
RVA dump_string(struct dump *dump, const WCHAR *text);
void dump_stream(struct dump *dump, ULONG type, RVA rva, ULONG size);
BOOL dump_write_file(struct dump *dump);

/* minidump_threads.c */
void dump_suspend_threads(struct dump *dump);
void dump_resume_threads(struct dump *dump);
void dump_collect_threads(struct dump *dump); /* their callbacks, and the memory that they bring */
void dump_thread_streams(struct dump *dump);
void dump_thread_locations(struct dump *dump);

/* minidump_modules.c */
void dump_find_modules(struct dump *dump);
void dump_module_callbacks(struct dump *dump);
void dump_module_streams(struct dump *dump);
struct dump_module *dump_module_at(struct dump *dump, ULONG64 address);

/* minidump_memory.c */
void dump_collect_memory(struct dump *dump);
BOOL dump_add_range(struct dump *dump, ULONG64 start, ULONG64 size);
const struct dump_range *dump_range_at(struct dump *dump, ULONG64 address);
void dump_memory_stream(struct dump *dump);
void dump_locate_memory(struct dump *dump); /* says where in the file the contents will be */

/* minidump_system.c */
void dump_prepare_system(struct dump *dump);
void dump_system_streams(struct dump *dump);

#endif
