/* SPDX-License-Identifier: MIT */
/*
 * child.c: creating processes.
 *
 * A child is a new `transom --start FD`. FD is a memfd that holds what the parent decided (struct child_start): image, parameters,
 * environment, inherited handles. It stays mapped in both, so that the child's 32-bit exit status comes back: Unix passes
 * on eight bits only. Native programs (ELF, scripts) are executed as they are, with the standard handles as 0, 1 and 2.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"
#include "client.h"
#include "file.h"
#include "job.h"
#include "path.h"
#include "object_private.h"
#include "process.h"
#include "section.h"
#include "security.h"
#include "shared.h"

extern char **environ;

bool child_gate_open(struct child_start *start)
{
    bool closed = __atomic_exchange_n(&start->gate, 0, __ATOMIC_ACQ_REL);
    if (closed)
        syscall(SYS_futex, &start->gate, FUTEX_WAKE, 1, NULL, NULL, 0);
    return closed;
}

bool child_resume(struct thread_object *thread)
{
    return thread->process && thread->process->start && thread->id == thread->process->id &&
           child_gate_open(thread->process->start);
}

/* --- what goes to the child --- */

struct packet {
    char *data;
    size_t used, capacity;
    bool failed;
};

static size_t append(struct packet *packet, const void *data, size_t size)
{
    size_t at = ROUND_UP(packet->used, 8);
    if (at + size > packet->capacity) {
        size_t capacity = (at + size) * 2;
        char *larger = realloc(packet->data, capacity);
        if (!larger) {
            packet->failed = true;
            return 0;
        }
        packet->data = larger;
        packet->capacity = capacity;
    }
    memset(packet->data + packet->used, 0, at - packet->used);
    memcpy(packet->data + at, data, size);
    packet->used = at + size;
    return at;
}

struct spawn {
    RTL_USER_PROCESS_PARAMETERS params;
    struct packet packet;
    HANDLE *list; /* PS_ATTRIBUTE_HANDLE_LIST, or NULL: all inheritable ones */
    size_t list_count;
    HANDLE *jobs; /* PS_ATTRIBUTE_JOB_LIST */
    size_t job_count;
    bool in_job;
    struct object *token; /* PS_ATTRIBUTE_TOKEN, referenced */
    bool inherit;
    char *image; /* Unix path */
    int std[3];  /* descriptors that become 0, 1 and 2, or -1 */
    struct child_handle *handles;
    size_t handle_count;
    struct child_shared *shared; /* inherited handles to other things than files */
    size_t shared_count, shared_capacity;
    int server_fd;
    struct object **referenced; /* what the descriptors of `handles` belong to */
    bool failed;
};

/* What cannot be shared is not inherited: the child finds an invalid handle. */
static bool add_shared(HANDLE handle, struct object *obj, ACCESS_MASK access, struct spawn *spawn)
{
    uint32_t number;
    if (obj->type != &process_type && !shared_can(obj->type))
        return true;
    if (spawn->shared_count == spawn->shared_capacity) {
        size_t capacity = spawn->shared_capacity ? spawn->shared_capacity * 2 : 8;
        struct child_shared *larger = realloc(spawn->shared, capacity * sizeof(*larger));
        if (!larger) {
            spawn->failed = true;
            return false;
        }
        spawn->shared = larger;
        spawn->shared_capacity = capacity;
    }
    if (!shared_export(obj, &number))
        spawn->shared[spawn->shared_count++] = (struct child_shared){ (uint64_t)handle, number, access };
    return true;
}

static bool add_handle(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context)
{
    struct spawn *spawn = context;
    if (!(attributes & SEGMENT_HANDLE_INHERIT))
        return true;
    if (spawn->list) {
        size_t i = 0;
        while (i < spawn->list_count && spawn->list[i] != handle)
            i++;
        if (i == spawn->list_count)
            return true;
    }
    if (obj->type != &file_type)
        return add_shared(handle, obj, access, spawn);
    struct file_object *file = container_of(obj, struct file_object, obj);
    if (file->fd < 0 || file->fd_is_path)
        return true;
    if ((spawn->handle_count & (spawn->handle_count - 1)) == 0) {
        size_t capacity = spawn->handle_count ? spawn->handle_count * 2 : 1;
        struct child_handle *handles = realloc(spawn->handles, capacity * sizeof(*handles));
        if (handles)
            spawn->handles = handles;
        struct object **referenced = realloc(spawn->referenced, capacity * sizeof(*referenced));
        if (referenced)
            spawn->referenced = referenced;
        if (!handles || !referenced) {
            spawn->failed = true;
            return false;
        }
    }
    if (!file->os_position && file->kind == FILE_KIND_FILE) {
        /* From now on the position is shared with the child, as it is on Windows: the descriptor keeps it. */
        lseek(file->fd, file->position, SEEK_SET);
        file->os_position = true;
    }
    /* 0, 1 and 2 will be something else in the child. */
    int fd = file->fd > 2 ? file->fd : unix_fd_reserve(dup(file->fd));
    if (fd < 0) {
        spawn->failed = true;
        return false;
    }
    object_ref(obj);
    spawn->referenced[spawn->handle_count] = obj;
    spawn->handles[spawn->handle_count++] = (struct child_handle){
        .value = (uint64_t)handle,
        .fd = fd,
        .access = access,
        .options = file->options,
        .append = file->append_only,
    };
    return true;
}

/* A connection to the server that holds, for the child, what it inherits. */
static NTSTATUS give_shared(struct spawn *spawn)
{
    uint32_t *numbers = malloc(spawn->shared_count * sizeof(*numbers));
    if (!numbers)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < spawn->shared_count; i++)
        numbers[i] = spawn->shared[i].number;
    NTSTATUS status = client_adopt(numbers, spawn->shared_count, &spawn->server_fd);
    free(numbers);
    return status;
}

/* The descriptor of a standard handle of the child. */
static int std_descriptor(struct spawn *spawn, HANDLE handle)
{
    for (size_t i = 0; i < spawn->handle_count; i++)
        if (spawn->handles[i].value == (uint64_t)handle)
            return spawn->handles[i].fd;
    return -1;
}

static NTSTATUS copy_string(struct spawn *spawn, const UNICODE_STRING *string, uint32_t *at, uint32_t *size)
{
    WCHAR *text = NULL;
    size_t bytes = 0; /* RuntimeData is no text: it may have an odd number */
    if (string->Length) {
        NTSTATUS status;
        UNICODE_STRING copy = *string;
        text = malloc(copy.Length + 2u);
        if (!text)
            return STATUS_NO_MEMORY;
        status = user_copy_in(text, copy.Buffer, copy.Length) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
        if (status) {
            free(text);
            return status;
        }
        bytes = copy.Length;
    }
    *at = (uint32_t)append(&spawn->packet, text ? text : (WCHAR[]){ 0 }, bytes);
    *size = (uint32_t)bytes;
    free(text);
    return STATUS_SUCCESS;
}

/* An NT or DOS path of the program's as a Unix path; malloc'ed. */
static NTSTATUS to_unix_path(const WCHAR *text, size_t chars, char **result)
{
    struct nt_path path;
    WCHAR *nt = malloc((chars + 5) * sizeof(WCHAR));
    if (!nt)
        return STATUS_NO_MEMORY;
    size_t used = 0;
    if (!(chars > 4 && text[0] == '\\' && text[1] == '?' && text[2] == '?')) {
        memcpy(nt, u"\\??\\", 8);
        used = 4;
    }
    memcpy(nt + used, text, chars * 2);
    used += chars;
    NTSTATUS status = path_parse_text(NULL, nt, used, &path);
    free(nt);
    if (status)
        return status;
    *result = NULL;
    struct stat st;
    if (path.kind != PATH_FILE && path.kind != PATH_VOLUME) {
        status = STATUS_OBJECT_NAME_INVALID;
    } else {
        if (stat(path.name, &st))
            status = path_resolve(&path);
        if (!status && !(*result = strndup(path.name, path.len)))
            status = STATUS_NO_MEMORY;
    }
    path_free(&path);
    return status;
}

/* --- starting it --- */

struct launch {
    char **argv, **envp;
    char *cwd;
    const int *keep; /* descriptors that stay open over the exec */
    size_t keep_count;
    int std[3];
    int blocked; /* a signal that stays blocked, or 0 */
    bool new_session, new_group;
};

/* In the child, between vfork and exec: only system calls. */
static void launch_exec(const struct launch *launch, int *error)
{
    sigset_t none;
    int std[3];
    for (int i = 0; i < 3; i++) /* out of the way of one another first */
        std[i] = launch->std[i] >= 0 ? fcntl(launch->std[i], F_DUPFD_CLOEXEC, 64) : -1;
    for (int i = 0; i < 3; i++) {
        if (std[i] >= 0)
            dup2(std[i], i);
        else
            close(i);
    }
    for (size_t i = 0; i < launch->keep_count; i++)
        fcntl(launch->keep[i], F_SETFD, 0);
    if (launch->new_group)
        setpgid(0, 0);
    if (launch->cwd && chdir(launch->cwd)) {
        *error = errno;
        _exit(127);
    }
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    if (launch->blocked)
        sigaddset(&none, launch->blocked);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (process_original_nofile.rlim_max)
        setrlimit(RLIMIT_NOFILE, &process_original_nofile);
    execve(launch->argv[0], launch->argv, launch->envp);
    *error = errno;
    _exit(127);
}

static NTSTATUS launch_process(const struct launch *launch, pid_t *pid)
{
    volatile int error = 0;
    sigset_t all, old;
    /* A handler must not run in the child while it shares our memory. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    *pid = vfork();
    if (!*pid)
        launch_exec(launch, (int *)&error);
    int saved = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (*pid < 0)
        return saved == EAGAIN ? STATUS_QUOTA_EXCEEDED : STATUS_NO_MEMORY;
    if (error) {
        waitpid(*pid, NULL, 0);
        return error == ENOEXEC ? STATUS_INVALID_IMAGE_NOT_MZ : status_from_errno(error);
    }
    return STATUS_SUCCESS;
}

/* Splits a command line by the rules of the C run time; returns argv, malloc'ed in one piece with its strings. */
static char **split_command_line(const WCHAR *line, size_t chars)
{
    size_t size = chars * 3 + 2;
    char *text = malloc(size), *out;
    char **argv = malloc((chars / 2 + 3) * sizeof(*argv) + size);
    size_t argc = 0;
    if (!text || !argv) {
        free(text);
        free(argv);
        return NULL;
    }
    text[utf16_to_utf8(line, chars, text, size - 1)] = 0;
    out = (char *)(argv + chars / 2 + 3);
    for (const char *p = text; *p;) {
        bool quoted = false;
        while (*p == ' ' || *p == '\t')
            p++;
        if (!*p)
            break;
        argv[argc++] = out;
        for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
            size_t slashes = 0;
            while (p[slashes] == '\\')
                slashes++;
            if (slashes && p[slashes] == '"') {
                memset(out, '\\', slashes / 2);
                out += slashes / 2;
                p += slashes;
                if (slashes & 1)
                    *out++ = '"';
                else
                    quoted = !quoted;
            } else if (*p == '"') {
                if (quoted && p[1] == '"')
                    *out++ = *p++;
                else
                    quoted = !quoted;
            } else {
                *out++ = *p;
            }
        }
        *out++ = 0;
    }
    argv[argc] = NULL;
    free(text);
    return argv;
}

static int is_native_program(int fd)
{
    char magic[4] = { 0 };
    return pread(fd, magic, 4, 0) >= 2 && (!memcmp(magic, "\177ELF", 4) || !memcmp(magic, "#!", 2));
}

static NTSTATUS read_attributes(struct spawn *spawn, PVOID user_list, UNICODE_STRING *image, ULONG *priority)
{
    SIZE_T total = 0;
    PS_ATTRIBUTE attribute, *at;
    if (!user_list)
        return STATUS_SUCCESS;
    if (!user_copy_in(&total, user_list, sizeof(total)))
        return STATUS_ACCESS_VIOLATION;
    at = ((PS_ATTRIBUTE_LIST *)user_list)->Attributes;
    for (SIZE_T used = sizeof(total); used + sizeof(*at) <= total; used += sizeof(*at), at++) {
        if (!user_copy_in(&attribute, at, sizeof(attribute)))
            return STATUS_ACCESS_VIOLATION;
        if (attribute.Attribute == PS_ATTRIBUTE_IMAGE_NAME && attribute.Size <= 0xfffe) {
            image->Length = image->MaximumLength = (USHORT)attribute.Size;
            image->Buffer = attribute.ValuePtr;
        } else if (attribute.Attribute == PS_ATTRIBUTE_HANDLE_LIST && attribute.Size <= 1 << 20) {
            free(spawn->list);
            spawn->list = malloc(attribute.Size + 1);
            spawn->list_count = attribute.Size / sizeof(HANDLE);
            if (!spawn->list)
                return STATUS_NO_MEMORY;
            if (!user_copy_in(spawn->list, attribute.ValuePtr, attribute.Size))
                return STATUS_ACCESS_VIOLATION;
        } else if (attribute.Attribute == PS_ATTRIBUTE_JOB_LIST && attribute.Size <= 1 << 20) {
            free(spawn->jobs);
            spawn->jobs = malloc(attribute.Size + 1);
            spawn->job_count = attribute.Size / sizeof(HANDLE);
            if (!spawn->jobs)
                return STATUS_NO_MEMORY;
            if (!user_copy_in(spawn->jobs, attribute.ValuePtr, attribute.Size))
                return STATUS_ACCESS_VIOLATION;
        } else if (attribute.Attribute == PS_ATTRIBUTE_TOKEN) {
            if (spawn->token)
                return STATUS_INVALID_PARAMETER;
            NTSTATUS status = handle_lookup(attribute.ValuePtr, &token_type,
                                            TOKEN_ASSIGN_PRIMARY | TOKEN_QUERY | TOKEN_DUPLICATE, &spawn->token);
            if (status)
                return status;
            if (((struct token *)spawn->token)->type != TokenPrimary)
                return STATUS_BAD_TOKEN_TYPE;
        } else if (attribute.Attribute == PS_ATTRIBUTE_PRIORITY_CLASS) {
            UCHAR class;
            if (!user_copy_in(&class, attribute.ValuePtr, 1))
                return STATUS_ACCESS_VIOLATION;
            *priority = class;
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS write_attributes(PVOID user_list, const CLIENT_ID *id, const SECTION_IMAGE_INFORMATION *info)
{
    SIZE_T total = 0;
    PS_ATTRIBUTE attribute, *at;
    if (!user_list || !user_copy_in(&total, user_list, sizeof(total)))
        return STATUS_SUCCESS;
    at = ((PS_ATTRIBUTE_LIST *)user_list)->Attributes;
    for (SIZE_T used = sizeof(total); used + sizeof(*at) <= total; used += sizeof(*at), at++) {
        if (!user_copy_in(&attribute, at, sizeof(attribute)))
            return STATUS_ACCESS_VIOLATION;
        if (attribute.Attribute == PS_ATTRIBUTE_CLIENT_ID && attribute.Size >= sizeof(*id))
            user_copy_out(attribute.ValuePtr, id, sizeof(*id));
        else if (attribute.Attribute == PS_ATTRIBUTE_IMAGE_INFO && attribute.Size >= sizeof(*info))
            user_copy_out(attribute.ValuePtr, info, sizeof(*info));
    }
    return STATUS_SUCCESS;
}

/* Fills spawn->packet: struct child_start and what it refers to. */
static NTSTATUS build_packet(struct spawn *spawn)
{
    const RTL_USER_PROCESS_PARAMETERS *p = &spawn->params;
    struct child_start start = { .magic = CHILD_START_MAGIC };
    NTSTATUS status;
    append(&spawn->packet, &start, sizeof(start));
    const struct {
        const UNICODE_STRING *string;
        struct child_blob *blob;
    } strings[] = {
        { &p->CommandLine, &start.command_line }, { &p->WindowTitle, &start.title },
        { &p->DesktopInfo, &start.desktop },      { &p->ShellInfo, &start.shell },
        { &p->RuntimeData, &start.runtime },
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        status = copy_string(spawn, strings[i].string, &strings[i].blob->offset, &strings[i].blob->size);
        if (status)
            return status;
    }
    if (p->Environment) {
        WCHAR *env = p->Environment;
        size_t chars = 0, limit = p->EnvironmentSize ? p->EnvironmentSize / 2 : SIZE_MAX / 2;
        if (p->EnvironmentSize) {
            chars = limit;
        } else {
            while (env[chars] || env[chars + 1])
                chars++;
            chars += 2;
        }
        WCHAR *copy = malloc(chars * 2);
        if (!copy)
            return STATUS_NO_MEMORY;
        if (!user_copy_in(copy, env, chars * 2)) {
            free(copy);
            return STATUS_ACCESS_VIOLATION;
        }
        start.environment.offset = (uint32_t)append(&spawn->packet, copy, chars * 2);
        start.environment.size = (uint32_t)(chars * 2);
        free(copy);
    }
    start.image.size = (uint32_t)strlen(spawn->image) + 1;
    start.image.offset = (uint32_t)append(&spawn->packet, spawn->image, start.image.size);
    start.handles.offset =
        (uint32_t)append(&spawn->packet, spawn->handles, spawn->handle_count * sizeof(*spawn->handles));
    start.handles.size = (uint32_t)(spawn->handle_count * sizeof(*spawn->handles));
    start.shared.size = (uint32_t)(spawn->shared_count * sizeof(*spawn->shared));
    start.shared.offset = (uint32_t)append(&spawn->packet, spawn->shared, start.shared.size);
    start.server_fd = spawn->server_fd;
    /* A child starts with a copy of its creator's token, as that is now. */
    if (spawn->token || child_start_token(&(size_t){ 0 }) || token_process_known()) {
        size_t size;
        void *token = token_save(spawn->token ? spawn->token : token_process(), &size);
        if (!token)
            return STATUS_NO_MEMORY;
        start.token.offset = (uint32_t)append(&spawn->packet, token, size);
        start.token.size = (uint32_t)size;
        free(token);
    }
    const uint32_t numbers[CHILD_NUMBERS] = { p->StartingX,     p->StartingY,   p->CountX,
                                              p->CountY,        p->CountCharsX, p->CountCharsY,
                                              p->FillAttribute, p->WindowFlags, p->ShowWindowFlags };
    memcpy(start.numbers, numbers, sizeof(numbers));
    start.std[0] = (uint64_t)p->StandardInput;
    start.std[1] = (uint64_t)p->StandardOutput;
    start.std[2] = (uint64_t)p->StandardError;
    start.console = (uint64_t)p->ConsoleHandle;
    start.in_job = spawn->in_job || spawn->job_count;
    if (spawn->packet.failed)
        return STATUS_NO_MEMORY;
    memcpy(spawn->packet.data, &start, sizeof(start));
    return STATUS_SUCCESS;
}

/* Runs the child from the packet. On success *process has one reference. */
static NTSTATUS start_windows(struct spawn *spawn, struct launch *launch, bool suspended,
                              struct process_object **result)
{
    NTSTATUS status = STATUS_NO_MEMORY;
    char number[16];
    /* The image's path is for those who look at the list of processes, system_process.c among them. */
    char *argv[] = { "/proc/self/exe", "--start", number, spawn->image, NULL };
    char exe[PATH_MAX];
    struct child_start *start = MAP_FAILED;
    int *keep = calloc(spawn->handle_count + 5, sizeof(*keep));
    int fd = unix_fd_reserve(memfd_create("start", MFD_CLOEXEC));
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (fd < 0 || !keep || n <= 0 || ftruncate(fd, (off_t)spawn->packet.used))
        goto done;
    exe[n] = 0;
    argv[0] = exe;
    start = mmap(NULL, spawn->packet.used, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (start == MAP_FAILED)
        goto done;
    memcpy(start, spawn->packet.data, spawn->packet.used);
    start->gate = suspended;
    for (size_t i = 0; i < spawn->handle_count; i++)
        keep[launch->keep_count++] = spawn->handles[i].fd;
    keep[launch->keep_count++] = fd;
    if (spawn->server_fd >= 0)
        keep[launch->keep_count++] = spawn->server_fd;
    launch->blocked = JOIN_SIGNAL; /* until it catches it */
    launch->keep = keep;
    snprintf(number, sizeof(number), "%d", fd);
    launch->argv = argv;
    launch->envp = environ;
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    pid_t pid;
    status = launch_process(launch, &pid);
    if (status)
        goto done;
    struct process_object *process = process_alloc((ULONG)pid, unix_fd_reserve((int)syscall(SYS_pidfd_open, pid, 0)));
    if (!process) {
        kill(pid, SIGKILL);
        status = STATUS_NO_MEMORY;
        goto done;
    }
    process->is_child = true;
    process->start = start;
    process->start_size = spawn->packet.used;
    start = MAP_FAILED;
    *result = process;
done:
    free(keep);
    if (start != MAP_FAILED)
        munmap(start, spawn->packet.used);
    if (fd >= 0)
        close(fd);
    return status;
}

static NTSTATUS start_native(struct spawn *spawn, struct launch *launch, struct process_object **result)
{
    struct child_start *start = (struct child_start *)spawn->packet.data;
    char **argv =
        split_command_line((WCHAR *)(spawn->packet.data + start->command_line.offset), start->command_line.size / 2);
    pid_t pid;
    if (!argv)
        return STATUS_NO_MEMORY;
    argv[0] = spawn->image;
    launch->argv = argv;
    launch->envp = environ;
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    NTSTATUS status = launch_process(launch, &pid);
    free(argv);
    if (status)
        return status;
    struct process_object *process = process_alloc((ULONG)pid, unix_fd_reserve((int)syscall(SYS_pidfd_open, pid, 0)));
    if (!process)
        return STATUS_NO_MEMORY;
    process->is_child = true;
    *result = process;
    return STATUS_SUCCESS;
}

/* A thread object that stands for the first thread of another process. */
static struct thread_object *remote_thread(struct process_object *process)
{
    struct thread_object *thread = calloc(1, sizeof(*thread));
    if (!thread)
        return NULL;
    object_init(&thread->header, &thread_type);
    object_cell_alloc(&thread->header, CELL_NOTIFICATION, 0, 0);
    thread->id = process->id;
    thread->exit_status = STATUS_PENDING;
    thread->create_time = process->create_time;
    thread->is_remote = true;
    thread->process = process; /* until it ends: process_object.c */
    object_ref(&process->header);
    return thread;
}

NTSTATUS NtCreateUserProcess(HANDLE *process_handle, HANDLE *thread_handle, ACCESS_MASK process_access,
                             ACCESS_MASK thread_access, OBJECT_ATTRIBUTES *process_attributes,
                             OBJECT_ATTRIBUTES *thread_attributes, ULONG process_flags, ULONG thread_flags,
                             RTL_USER_PROCESS_PARAMETERS *user_params, PVOID create_info, PVOID attribute_list)
{
    struct spawn spawn = { .std = { -1, -1, -1 }, .server_fd = -1 };
    struct launch launch = { 0 };
    struct image *image = NULL;
    struct process_object *process = NULL;
    UNICODE_STRING name = { 0 };
    WCHAR *text = NULL;
    ULONG priority = 0;
    size_t chars;
    int fd = -1;
    (void)create_info;

    if (!user_copy_in(&spawn.params, user_params, sizeof(spawn.params)))
        return STATUS_ACCESS_VIOLATION;
    if (!(spawn.params.Flags & RTL_USER_PROC_PARAMS_NORMALIZED))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = read_attributes(&spawn, attribute_list, &name, &priority);
    if (!status)
        status = job_may_create(process_flags);
    if (status)
        goto done;
    status = user_string_in(name.Length ? &name : &user_params->ImagePathName, &text, &chars);
    if (status == STATUS_ACCESS_VIOLATION && name.Length) { /* `name` lies on our stack */
        text = malloc(name.Length + 2u);
        chars = name.Length / 2;
        status = !text ? STATUS_NO_MEMORY : user_copy_in(text, name.Buffer, name.Length) ? 0 : STATUS_ACCESS_VIOLATION;
    }
    if (!status)
        status = to_unix_path(text, chars, &spawn.image);
    free(text);
    if (status)
        goto done;
    fd = open(spawn.image, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        status = status_from_errno(errno);
        goto done;
    }
    bool native = is_native_program(fd);
    if (!native) {
        status = image_parse(fd, &image);
        if (!status && image->is_dll)
            status = STATUS_INVALID_IMAGE_FORMAT;
        else if (!status && image->machine != IMAGE_FILE_MACHINE_AMD64)
            status = STATUS_IMAGE_MACHINE_TYPE_MISMATCH;
        if (status)
            goto done;
    }
    if (spawn.params.CurrentDirectory.DosPath.Length) {
        status = user_string_in(&user_params->CurrentDirectory.DosPath, &text, &chars);
        if (!status)
            status = to_unix_path(text, chars, &launch.cwd);
        free(text);
        if (status)
            goto done;
    }
    spawn.inherit = process_flags & PROCESS_CREATE_FLAGS_INHERIT_HANDLES;
    if (spawn.inherit)
        handle_enumerate(add_handle, &spawn);
    const HANDLE std[3] = { spawn.params.StandardInput, spawn.params.StandardOutput, spawn.params.StandardError };
    for (int i = 0; i < 3; i++) {
        spawn.std[i] = std_descriptor(&spawn, std[i]);
        if (spawn.std[i] < 0 && std[i]) { /* a console program gets its parent's even if it inherits nothing else */
            struct object *obj;
            if (!handle_lookup(std[i], &file_type, 0, &obj)) {
                size_t before = spawn.handle_count;
                HANDLE *list = spawn.list;
                spawn.list = NULL;
                add_handle(std[i], obj, container_of(obj, struct file_object, obj)->access, SEGMENT_HANDLE_INHERIT,
                           &spawn);
                spawn.list = list;
                if (spawn.handle_count > before)
                    spawn.std[i] = spawn.handles[before].fd;
                object_unref(obj);
            }
        }
    }
    if (spawn.failed) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    spawn.in_job = job_child_inherits(process_flags);
    status = spawn.shared_count && !native ? give_shared(&spawn) : STATUS_SUCCESS;
    if (!status)
        status = build_packet(&spawn);
    if (status)
        goto done;
    bool suspended =
        (thread_flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) || (process_flags & PROCESS_CREATE_FLAGS_SUSPENDED);
    launch.new_group = spawn.params.ProcessGroupId == 0 && false;
    status = native ? start_native(&spawn, &launch, &process) : start_windows(&spawn, &launch, suspended, &process);
    if (status)
        goto done;

    struct thread_object *thread = remote_thread(process);
    CLIENT_ID id = { (HANDLE)(ULONG_PTR)process->id, (HANDLE)(ULONG_PTR)process->id };
    status = STATUS_NO_MEMORY;
    if (thread) {
        process->main_thread = thread;
        object_ref(&thread->header);
        object_ref(&process->header);
        status = job_child_created(process, process_flags, spawn.jobs, spawn.job_count);
        if (status)
            process_terminate_other(process, status);
        process_watch(process);
        if (status)
            object_unref(&process->header); /* the handle's */
        else
            status = object_create_handle(&process->header, process_access, process_attributes, process_handle);
        if (!status)
            status = object_create_handle(&thread->header, thread_access, thread_attributes, thread_handle);
        if (!status)
            status = write_attributes(attribute_list, &id,
                                      image ? &image->info : &(SECTION_IMAGE_INFORMATION){ .SubSystemType = 3 });
        object_unref(&process->header);
    }
done:
    for (size_t i = 0; i < spawn.handle_count; i++) {
        if (spawn.handles[i].fd != container_of(spawn.referenced[i], struct file_object, obj)->fd)
            close(spawn.handles[i].fd);
        object_unref(spawn.referenced[i]);
    }
    free(spawn.referenced);
    free(spawn.handles);
    free(spawn.shared);
    if (spawn.server_fd >= 0)
        close(spawn.server_fd);
    free(spawn.list);
    free(spawn.jobs);
    if (spawn.token)
        object_unref(spawn.token);
    free(spawn.image);
    free(spawn.packet.data);
    free(launch.cwd);
    free(image);
    if (fd >= 0)
        close(fd);
    return status;
}
