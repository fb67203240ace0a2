/* SPDX-License-Identifier: MIT */
/* process.c: the start of a program (PEB, parameters, images, first thread) and the end of the process. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "process.h"
#include "section.h"
#include "shared_data.h"
#include "child.h"
#include "debug.h"
#include "job.h"
#include "file.h"
#include "pipe_ring.h"
#include "nt_console.h"

struct transom_options options = { .trace_fd = -1 };
PEB *process_peb;
ULONG process_id;
struct thread *process_main_thread;
volatile int process_last_control_signal;
char *program_name = "transom";
struct ntdll_entries ntdll_entries;
struct process_object *process_current;

static struct section *program_section;
static uint64_t program_base;

void transom_fatal(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    unix_error_line("transom: %s", text);
    process_before_exit();
    _exit(127);
}

struct object *process_current_object(void)
{
    return &process_current->header;
}

bool process_is_current(HANDLE handle)
{
    if (handle == NT_CURRENT_PROCESS)
        return true;
    struct object *obj;
    if (handle_lookup(handle, &process_type, 0, &obj))
        return false;
    bool same = obj == &process_current->header;
    object_unref(obj);
    return same;
}

const SECTION_IMAGE_INFORMATION *process_image_information(void)
{
    return &program_section->image->info;
}

KAFFINITY process_affinity(void)
{
    static KAFFINITY mask;
    if (!mask) {
        cpu_set_t set;
        KAFFINITY m = 0;
        if (!sched_getaffinity(0, sizeof(set), &set))
            for (unsigned i = 0; i < 64; i++)
                m |= CPU_ISSET(i, &set) ? 1ull << i : 0;
        mask = m ? m : 1;
    }
    return mask;
}

/* --- exports of mapped images --- */

void *image_export(const void *base, const char *name)
{
    const char *image = base;
    uint32_t header, directory, size;
    memcpy(&header, image + 0x3c, 4);
    memcpy(&directory, image + header + 24 + 112, 4);
    memcpy(&size, image + header + 24 + 116, 4);
    if (!directory)
        return NULL;
    const uint32_t *exports = (const uint32_t *)(image + directory);
    uint32_t names = exports[6];
    const uint32_t *functions = (const uint32_t *)(image + exports[7]);
    const uint32_t *name_table = (const uint32_t *)(image + exports[8]);
    const uint16_t *ordinals = (const uint16_t *)(image + exports[9]);
    uint32_t low = 0, high = names;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(name, image + name_table[middle]);
        if (!order) {
            uint32_t rva = functions[ordinals[middle]];
            return rva - directory < size ? NULL : (void *)(image + rva);
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* --- the program's image --- */

const char *image_refusal(NTSTATUS status, const struct image *image)
{
    if (image) {
        if (image->is_dotnet)
            return "is a .NET program: it needs the .NET runtime, which Transom does not provide";
        if (image->machine == IMAGE_FILE_MACHINE_I386)
            return "is a 32-bit program: this version of Transom runs 64-bit (x86-64) programs only";
        if (image->machine == IMAGE_FILE_MACHINE_ARM64 || image->machine == 0x1c4)
            return "is a program for ARM processors: Transom runs x86-64 programs";
        if (image->machine != IMAGE_FILE_MACHINE_AMD64)
            return "is a program for another kind of processor: Transom runs x86-64 programs";
        if (image->is_dll)
            return "is a DLL, not a program";
        if (image->info.SubSystemType == 1)
            return "is a Windows driver or native program, not an application";
        if (image->info.SubSystemType != 2 && image->info.SubSystemType != 3)
            return "is a program for another environment than Windows (EFI, POSIX, OS/2, Xbox, ...)";
        return NULL;
    }
    switch ((uint32_t)status) {
    case (uint32_t)STATUS_INVALID_IMAGE_NOT_MZ:
        return "is not a Windows program";
    case (uint32_t)STATUS_INVALID_IMAGE_PROTECT:
        return "is a DOS program";
    case (uint32_t)STATUS_INVALID_IMAGE_WIN_16:
        return "is a 16-bit Windows program";
    case (uint32_t)STATUS_INVALID_IMAGE_LE_FORMAT:
        return "is a driver for old versions of Windows or OS/2";
    case (uint32_t)STATUS_INVALID_IMAGE_FORMAT:
        return "is damaged: its headers contradict each other or the file is cut short";
    case (uint32_t)STATUS_INVALID_FILE_FOR_SECTION:
    case (uint32_t)STATUS_FILE_IS_A_DIRECTORY:
        return "is not a file";
    case (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND:
    case (uint32_t)STATUS_OBJECT_PATH_NOT_FOUND:
        return "does not exist";
    case (uint32_t)STATUS_ACCESS_DENIED:
        return "cannot be read: permission denied";
    default:
        return "cannot be loaded";
    }
}

static bool map_program(const char *path)
{
    NTSTATUS status = section_from_image(path, false, &program_section);
    const char *why = image_refusal(status, status ? NULL : program_section->image);
    if (status || why) {
        unix_error_line("transom: %s: %s", path, why);
        return false;
    }
    status = image_map(program_section, &program_base, NULL, NULL);
    if (NT_SUCCESS(status) && status == STATUS_IMAGE_NOT_AT_BASE && program_section->image->relocs_stripped) {
        unix_error_line("transom: %s: its address %#llx is taken and it cannot be moved", path,
                        (unsigned long long)program_section->image->base);
        return false;
    }
    if (!NT_SUCCESS(status))
        unix_error_line("transom: %s: not enough memory to load it", path);
    return NT_SUCCESS(status);
}

static bool map_ntdll(void)
{
    char path[PATH_MAX];
    struct section *section;
    uint64_t base = 0;
    static const struct {
        const char *name;
        void **where;
    } entries[] = {
        { "LdrInitializeThunk", &ntdll_entries.LdrInitializeThunk },
        { "RtlUserThreadStart", &ntdll_entries.RtlUserThreadStart },
        { "KiUserExceptionDispatcher", &ntdll_entries.KiUserExceptionDispatcher },
        { "KiUserApcDispatcher", &ntdll_entries.KiUserApcDispatcher },
        { "KiUserCallbackDispatcher", &ntdll_entries.KiUserCallbackDispatcher },
        { "KiRaiseUserExceptionDispatcher", &ntdll_entries.KiRaiseUserExceptionDispatcher },
    };
    snprintf(path, sizeof(path), "%s/ntdll.dll", options.system_dir);
    NTSTATUS status = section_from_image(path, true, &section);
    if (!status)
        status = image_map(section, &base, NULL, NULL);
    if (status) { /* not at its base would need relocation before its first instruction: nothing else can be there yet */
        unix_error_line("transom: %s cannot be loaded (status %08x): the installation is incomplete", path, status);
        return false;
    }
    ntdll_entries.base = (void *)base;
    for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
        *entries[i].where = image_export((void *)base, entries[i].name);
        if (!*entries[i].where) {
            unix_error_line("transom: %s has no %s: it does not belong to this transom", path, entries[i].name);
            return false;
        }
    }
    return true;
}

/* Looked up each time: events are rare. The loader's list may be changing, so a name that cannot be read ends the search. */
void *process_control_routine(void)
{
    static const WCHAR name[] = u"kernelbase.dll";
    PEB_LDR_DATA *ldr = process_peb ? process_peb->Ldr : NULL;
    LIST_ENTRY *head = ldr ? &ldr->InLoadOrderModuleList : NULL, *at = NULL;
    if (!head || !user_copy_in(&at, &head->Flink, sizeof(at)))
        return NULL;
    while (at != head) {
        LDR_DATA_TABLE_ENTRY entry;
        WCHAR text[16];
        if (!user_copy_in(&entry, at, sizeof(entry)))
            return NULL;
        if (entry.BaseDllName.Length == sizeof(name) - 2 &&
            user_copy_in(text, entry.BaseDllName.Buffer, sizeof(name) - 2)) {
            size_t i = 0;
            while (i < sizeof(name) / 2 - 1 && unicode_upcase(text[i]) == unicode_upcase(name[i]))
                i++;
            if (i == sizeof(name) / 2 - 1)
                return image_export(entry.DllBase, "CtrlRoutine");
        }
        at = entry.InLoadOrderLinks.Flink;
    }
    return NULL;
}

/* --- PEB and parameters --- */

struct buffer {
    char *at, *end;
};

/* Puts a string into the parameter block and describes it. */
static void put_string(struct buffer *buffer, UNICODE_STRING *out, const WCHAR *text, size_t chars, size_t max_chars)
{
    if (max_chars < chars + 1)
        max_chars = chars + 1;
    out->Buffer = (PWSTR)buffer->at;
    out->Length = (USHORT)(chars * sizeof(WCHAR));
    out->MaximumLength = (USHORT)(max_chars * sizeof(WCHAR) > 0xfffe ? 0xfffe : max_chars * sizeof(WCHAR));
    memcpy(out->Buffer, text, chars * sizeof(WCHAR));
    buffer->at += ROUND_UP(max_chars * sizeof(WCHAR), 8);
}

static size_t length16(const WCHAR *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

/* One argument in the form that CommandLineToArgvW and the C run times take apart again. */
static size_t quote_argument(const char *arg, char *out)
{
    size_t n = 0, slashes = 0;
    bool quote = !*arg || strpbrk(arg, " \t\n\v\"");
    if (quote)
        out[n++] = '"';
    for (const char *p = arg; *p; p++) {
        if (*p == '\\') {
            slashes++;
        } else {
            if (*p == '"') { /* backslashes before a quote are doubled, and the quote gets one */
                while (slashes--)
                    out[n++] = '\\';
                out[n++] = '\\';
            }
            slashes = 0;
        }
        out[n++] = *p;
    }
    if (quote) {
        while (slashes--)
            out[n++] = '\\';
        out[n++] = '"';
    }
    return n;
}

static WCHAR *make_command_line(const struct process_start *start, const WCHAR *image, size_t *chars)
{
    char *text;
    size_t size = 4, used;
    if (start->command_line_wide) {
        WCHAR *copy = malloc((start->command_line_chars + 1) * sizeof(WCHAR));
        if (copy) {
            memcpy(copy, start->command_line_wide, start->command_line_chars * sizeof(WCHAR));
            copy[ *chars = start->command_line_chars] = 0;
        }
        return copy;
    } else {
        size_t image_len = length16(image);
        size += image_len * 3 + 4;
        for (int i = 0; i < start->argc; i++)
            size += strlen(start->argv[i]) * 2 + 4;
        text = malloc(size);
        char *name = malloc(image_len * 3 + 1);
        if (!text || !name)
            return NULL;
        name[utf16_to_utf8(image, image_len, name, image_len * 3)] = 0;
        used = quote_argument(name, text);
        free(name);
        for (int i = 0; i < start->argc; i++) {
            text[used++] = ' ';
            used += quote_argument(start->argv[i], text + used);
        }
    }
    if (!text)
        return NULL;
    WCHAR *line = malloc((used + 1) * sizeof(WCHAR));
    if (line) {
        *chars = utf8_to_utf16(text, used, line, used);
        line[*chars] = 0;
    }
    free(text);
    return line;
}

/* The name that the creator gave, or NULL. */
static WCHAR *given_directory(void)
{
    const struct child_start *start = child_own_start();
    WCHAR *dos = start && start->directory.size ? malloc(start->directory.size + sizeof(WCHAR)) : NULL;
    if (!dos)
        return NULL;
    memcpy(dos, (const char *)start + start->directory.offset, start->directory.size);
    dos[start->directory.size / sizeof(WCHAR)] = 0;
    return dos;
}

/* Our own working directory as a DOS path that ends with a backslash. */
static WCHAR *current_directory(void)
{
    char path[PATH_MAX];
    WCHAR *dos = given_directory();
    if (!dos) {
        if (!getcwd(path, sizeof(path)) || path[0] != '/')
            strcpy(path, "/");
        dos = unix_path_to_dos(path);
    }
    if (!dos)
        return NULL;
    size_t n = length16(dos);
    WCHAR *with = realloc(dos, (n + 2) * sizeof(WCHAR));
    if (!with)
        return dos;
    if (n && with[n - 1] != '\\') {
        with[n] = '\\';
        with[n + 1] = 0;
    }
    return with;
}

extern char **environ;

static bool make_parameters(const struct process_start *start)
{
    static const WCHAR desktop[] = u"WinSta0\\Default";
    size_t env_chars, line_chars = 0;
    WCHAR *image = unix_path_to_dos(start->program);
    WCHAR *cwd = current_directory();
    WCHAR *line = image ? make_command_line(start, image, &line_chars) : NULL;
    WCHAR *env = start->environment ? start->environment : environment_create(environ, &env_chars);
    if (start->environment)
        env_chars = start->environment_chars;
    if (!image || !cwd || !line || !env)
        return false;
    if (line_chars > 32766) {
        unix_error_line(
            "transom: the command line is longer than the 32,766 characters a Windows program can be given");
        return false;
    }
    size_t image_len = length16(image), cwd_len = length16(cwd);
    size_t size = sizeof(RTL_USER_PROCESS_PARAMETERS) + 64 +
                  2 * (image_len * 2 + line_chars + 260 + cwd_len + 32 + (sizeof(desktop) / 2)) + 64;
    size_t total = ROUND_UP(size, 16) + env_chars * sizeof(WCHAR);
    PVOID base = NULL;
    SIZE_T region = total;
    if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &region, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE))
        return false;
    RTL_USER_PROCESS_PARAMETERS *params = base;
    struct buffer buffer = { (char *)(params + 1), (char *)base + region };
    HANDLE std[3] = { 0 };
    params->MaximumLength = params->Length = (ULONG)ROUND_UP(size, 16);
    params->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
    put_string(&buffer, &params->CurrentDirectory.DosPath, cwd, cwd_len, 260);
    put_string(&buffer, &params->ImagePathName, image, image_len, 0);
    put_string(&buffer, &params->CommandLine, line, line_chars, 0);
    put_string(&buffer, &params->WindowTitle, image, image_len, 0);
    put_string(&buffer, &params->DesktopInfo, desktop, sizeof(desktop) / 2 - 1, 0);
    params->Environment = (PWSTR)((char *)base + ROUND_UP(size, 16));
    params->EnvironmentSize = env_chars * sizeof(WCHAR);
    memcpy(params->Environment, env, env_chars * sizeof(WCHAR));
    if (!child_is_one())
        file_create_std_handles(std);
    params->StandardInput = std[0];
    params->StandardOutput = std[1];
    params->StandardError = std[2];
    params->ConsoleHandle = process_console_handle();
    params->ShowWindowFlags = 1;
    params->ProcessGroupId = process_id;
    if (start->adjust)
        start->adjust(start, params);
    process_peb->ProcessParameters = params;
    free(image);
    free(cwd);
    free(line);
    if (!start->environment)
        free(env);
    return true;
}

HANDLE process_console_handle(void)
{
    /* A program has a console if it was started on a terminal; CONOUT$ opens it by name. Any non-null value says so. */
    return console_attached() ? (HANDLE)(ULONG_PTR)0x3 : NULL;
}

static bool make_peb(void)
{
    PVOID base = NULL;
    SIZE_T size = NT_PAGE_SIZE;
    const struct image *image = program_section->image;
    if (NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE))
        return false;
    PEB *peb = process_peb = base;
    peb->ImageBaseAddress = (PVOID)program_base;
    peb->BitField = 0x04 | (program_base != image->base ? 0x04 : 0);
    peb->BitField = program_base != image->base ? 0x04 : 0; /* IsImageDynamicallyRelocated */
    peb->Mutant = (HANDLE)(intptr_t)-1;
    peb->NumberOfProcessors = (ULONG)__builtin_popcountll(process_affinity());
    peb->CriticalSectionTimeout.QuadPart = -2592000ll * 10000000;
    peb->HeapSegmentReserve = 0x100000;
    peb->HeapSegmentCommit = 0x2000;
    peb->HeapDeCommitTotalFreeThreshold = 0x10000;
    peb->HeapDeCommitFreeBlockThreshold = 0x1000;
    peb->OSMajorVersion = NT_MAJOR_VERSION;
    peb->OSMinorVersion = NT_MINOR_VERSION;
    peb->OSBuildNumber = NT_BUILD_NUMBER;
    peb->OSPlatformId = 2; /* VER_PLATFORM_WIN32_NT */
    peb->ImageSubsystem = image->info.SubSystemType;
    peb->ImageSubsystemMajorVersion = image->info.SubSystemMajorVersion;
    peb->ImageSubsystemMinorVersion = image->info.SubSystemMinorVersion;
    peb->ActiveProcessAffinityMask = process_affinity();
    peb->SessionId = 1;
    peb->BeingDebugged = debug_active;
    peb->MinimumStackCommit = 0;
    peb->MaximumNumberOfHeaps = 16;
    return true;
}

/* Descriptors: programs may open many (64-bit Windows has no limit), so take what the system grants. */
struct rlimit process_original_nofile;

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    process_original_nofile = limit;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int process_run(const struct process_start *start)
{
    const char *slash = strrchr(start->program, '/');
    program_name = strdup(slash ? slash + 1 : start->program);
    options.program = start->program;
    process_id = (ULONG)getpid();
    raise_descriptor_limit();
    if (!child_is_one()) /* its creator has */
        delete_sweep();
    shared_data_init();
    object_init_process();
    if (child_is_one())
        child_make_handles(NULL);
    process_current = calloc(1, sizeof(*process_current));
    if (!process_current)
        transom_fatal("out of memory");
    process_init(process_current, process_id, -1);
    object_cell_alloc(&process_current->header, CELL_NOTIFICATION, 0, 0);
    if (child_is_one()) {
        process_current->priority_class = child_own_start()->priority_class;
        process_set_error_mode(child_own_start()->error_mode);
        child_make_shared_handles();
    }
    job_process_starts();

    if (!map_program(start->program))
        return 126;
    if (!map_ntdll())
        return 127;
    if (!make_peb())
        transom_fatal("out of memory");
    struct thread *thread = thread_init_main();
    if (!thread)
        transom_fatal("this system does not let a program set its GS base, which Windows programs need");
    signal_init();
    if (thread_make_stack(thread->teb, 0, 0) || !make_parameters(start))
        transom_fatal("out of memory");
    shared_clock_start();
    thread->start_routine = (void *)(program_base + program_section->image->entry);
    thread->start_argument = process_peb;
    thread->object->start_address = thread->start_routine;
    thread_run(thread);
}

/* --- the end --- */

void process_before_exit(void)
{
    delete_before_exit();
    pipe_links_close_all();
    console_restore();
}

void process_exit(NTSTATUS status)
{
    if (debug_active)
        debug_process_ends(status);
    async_before_exit();
    child_report_exit(status);
    job_before_exit(status);
    process_before_exit();
    if (process_last_control_signal && (uint32_t)status == 0xc000013a) /* STATUS_CONTROL_C_EXIT: tell the shell so */
        signal_default(process_last_control_signal);
    _exit(status & 0xff);
}

NTSTATUS NtTerminateProcess(HANDLE handle, NTSTATUS exit_status)
{
    if (!handle) { /* the first half of ExitProcess: all threads but the caller */
        thread_no_more();
        if (thread_count() > 1)
            thread_stop_others();
        if (debug_active)
            debug_others_end();
        return STATUS_SUCCESS;
    }
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &process_type, 0x0001, &obj);
    if (status)
        return status;
    if (obj == &process_current->header)
        process_exit(exit_status);
    status = process_terminate_other(container_of(obj, struct process_object, header), exit_status);
    object_unref(obj);
    return status;
}
