/* SPDX-License-Identifier: MIT */
/*
 * section.c: section objects (backed by memory, a file or an image) and their views. A data view is a shared mapping of
 * the file, so it is coherent with reads and writes; writecopy views are private mappings.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "section.h"
#include "debug.h"
#include "file.h"
#include "job.h"
#include "shared.h"
#include "remote.h"

static void section_destroy(struct object *obj)
{
    struct section *section = container_of(obj, struct section, header);
    if (section->file) {
        if (section->size)
            file_section_closed(container_of(section->file, struct file_object, obj), section->image != NULL);
        object_unref(section->file);
    } else if (section->fd >= 0)
        close(section->fd);
    free(section->image);
    section_reserve_free(section);
    free(section);
}

/* How a section travels to other processes, with a descriptor. */
struct section_form {
    uint64_t size;
    uint32_t attributes, protect;
};

static NTSTATUS section_share(struct object *obj, struct shared_form *form)
{
    const struct section *section = container_of(obj, struct section, header);
    struct section_form *data = malloc(sizeof(*data));
    if (!data)
        return STATUS_NO_MEMORY;
    *data = (struct section_form){ section->size, section->attributes, section->protect };
    form->data = data;
    form->size = sizeof(*data);
    form->fd = section->fd;
    return STATUS_SUCCESS;
}

static struct section *section_alloc(void);

static NTSTATUS section_adopt(struct shared_form *form, struct object **obj)
{
    struct section_form data;
    if (form->size != sizeof(data) || form->fd < 0)
        return STATUS_INVALID_PARAMETER;
    memcpy(&data, form->data, sizeof(data));
    struct section *section = section_alloc();
    if (!section)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_SUCCESS;
    section->attributes = data.attributes;
    section->protect = data.protect;
    section->fd = form->fd;
    form->fd = -1;
    if (data.attributes & SEC_FILE) {
        ACCESS_MASK access = FILE_READ_DATA | FILE_EXECUTE | (data.protect & 0x44 ? FILE_WRITE_DATA : 0);
        struct file_object *file = file_wrap(section->fd, access, 0, false);
        if (file)
            section->file = &file->obj;
        else
            status = STATUS_NO_MEMORY;
    }
    if (!status && data.attributes & SEC_IMAGE)
        status = image_parse(section->fd, &section->image);
    if (status) {
        object_unref(&section->header);
        return status;
    }
    section->size = data.size;
    if (section->file)
        file_section_opened(container_of(section->file, struct file_object, obj), section->image != NULL);
    *obj = &section->header;
    return STATUS_SUCCESS;
}

const struct object_type section_type = {
    .name = "Section",
    .index = OBJECT_TYPE_SECTION,
    .valid_access = SECTION_ALL_ACCESS | SYNCHRONIZE,
    .generic_mapping = { STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ,
                         STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE, STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE,
                         SECTION_ALL_ACCESS },
    .destroy = section_destroy,
    .share = section_share,
    .adopt = section_adopt,
};

static struct section *section_alloc(void)
{
    struct section *section = calloc(1, sizeof(*section));
    if (!section)
        return NULL;
    object_init(&section->header, &section_type);
    section->fd = -1;
    return section;
}

NTSTATUS section_from_image(const char *path, bool installed, struct section **result)
{
    struct file_object *file;
    struct section *section = section_alloc();
    if (!section)
        return STATUS_NO_MEMORY;
    NTSTATUS status = file_open_unix(path, FILE_READ_DATA | FILE_EXECUTE, installed, &file);
    if (!status) {
        section->file = &file->obj;
        section->attributes = SEC_IMAGE | SEC_FILE;
        section->protect = PAGE_EXECUTE_WRITECOPY;
        status = file_get_fd(section->file, 0, &section->fd);
    }
    if (!status)
        status = image_parse(section->fd, &section->image);
    if (status) {
        object_unref(&section->header);
        return status;
    }
    file_section_opened(file, true);
    section->size = section->image->size;
    *result = section;
    return STATUS_SUCCESS;
}

static bool writable(ULONG protect)
{
    return (protect & 0xff) == PAGE_READWRITE || (protect & 0xff) == PAGE_EXECUTE_READWRITE;
}

static NTSTATUS open_memory(struct section *section, uint64_t size)
{
    if (!size)
        return STATUS_INVALID_PARAMETER_4;
    if (size > NT_USER_SPACE_LIMIT)
        return STATUS_SECTION_TOO_BIG;
    bool reserve = section->attributes & SEC_RESERVE;
    int fd = unix_fd_reserve(memfd_create("section", MFD_CLOEXEC | (reserve ? MFD_ALLOW_SEALING : 0)));
    if (fd < 0)
        return status_from_errno(errno);
    section->fd = fd;
    section->size = ROUND_UP(size, NT_PAGE_SIZE);
    if (ftruncate(fd, (off_t)(reserve ? section_reserve_file_size(section->size) : section->size)))
        return errno == EFBIG || errno == EINVAL ? STATUS_SECTION_TOO_BIG : status_from_errno(errno);
    if (reserve) /* what is behind the pages is ours, and must not go */
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL);
    return STATUS_SUCCESS;
}

/* A section of a file larger than the file makes the file grow, if it may be written. */
static NTSTATUS open_file(struct section *section, HANDLE file, uint64_t size, ULONG protect)
{
    ACCESS_MASK need = writable(protect) ? FILE_READ_DATA | FILE_WRITE_DATA : FILE_READ_DATA;
    if (section->attributes & SEC_IMAGE || (protect & 0xf0 && !writable(protect)))
        need = FILE_EXECUTE;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(file, &file_type, 0, &section->file, &granted);
    if (status)
        return status;
    if ((granted & need) != need && !(need == FILE_EXECUTE && granted & FILE_READ_DATA))
        return STATUS_ACCESS_DENIED;
    status = file_get_fd(section->file, 0, &section->fd);
    if (status)
        return status;
    if (section->attributes & SEC_IMAGE) {
        status = image_parse(section->fd, &section->image);
        if (!status) {
            section->size = section->image->size;
            file_section_opened(container_of(section->file, struct file_object, obj), true);
        }
        return status;
    }
    struct stat st;
    if (fstat(section->fd, &st))
        return status_from_errno(errno);
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (!size)
        size = (uint64_t)st.st_size;
    if (!size)
        return STATUS_MAPPED_FILE_SIZE_ZERO;
    if (size > (uint64_t)st.st_size) {
        if (!writable(protect))
            return STATUS_SECTION_TOO_BIG;
        if (ftruncate(section->fd, (off_t)size))
            return status_from_errno(errno);
    }
    section->size = size;
    file_section_opened(container_of(section->file, struct file_object, obj), false);
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateSection(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, LARGE_INTEGER *max_size,
                         ULONG protect, ULONG section_attributes, HANDLE file)
{
    const ULONG allowed =
        SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES;
    ULONG kind = section_attributes & (SEC_IMAGE | SEC_RESERVE | SEC_COMMIT);
    NTSTATUS status;

    if (section_attributes & ~allowed || !kind || (kind & (kind - 1)))
        return STATUS_INVALID_PARAMETER_6;
    if (section_attributes & SEC_LARGE_PAGES)
        return STATUS_PRIVILEGE_NOT_HELD;
    if (!protection_valid(protect) || (protect & (PAGE_GUARD | PAGE_NOACCESS)))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (kind == SEC_IMAGE && !file)
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (max_size && max_size->QuadPart < 0)
        return STATUS_SECTION_TOO_BIG;

    struct section *section = section_alloc();
    if (!section)
        return STATUS_NO_MEMORY;
    section->attributes = section_attributes | (file ? SEC_FILE : 0);
    section->protect = protect;
    uint64_t size = max_size ? (uint64_t)max_size->QuadPart : 0;
    status = file ? open_file(section, file, size, protect) : open_memory(section, size);
    if (status) {
        object_unref(&section->header);
        return status;
    }
    return object_create_handle(&section->header, access, attributes, handle);
}

NTSTATUS NtCreateSectionEx(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, LARGE_INTEGER *max_size,
                           ULONG protect, ULONG section_attributes, HANDLE file, PVOID params, ULONG count)
{
    struct placement placement; /* only node preferences make sense here, and have no effect on the result */
    NTSTATUS status = placement_from(0, params, count, &placement);
    if (status)
        return status;
    if (placement.low || placement.high || placement.alignment)
        return STATUS_INVALID_PARAMETER;
    return NtCreateSection(handle, access, attributes, max_size, protect, section_attributes, file);
}

NTSTATUS NtOpenSection(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes)
{
    return object_open_handle(&section_type, access, attributes, handle);
}

NTSTATUS NtQuerySection(HANDLE handle, ULONG class, PVOID buffer, SIZE_T length, SIZE_T *returned)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &section_type, SECTION_QUERY, &obj);
    if (status)
        return status;
    struct section *section = container_of(obj, struct section, header);
    size_t size = 0;
    if (class == SectionBasicInformation) {
        SECTION_BASIC_INFORMATION basic = { .AllocationAttributes = section->attributes };
        basic.MaximumSize.QuadPart = (LONGLONG)section->size;
        size = sizeof(basic);
        status = length < size ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
        if (!status && !user_copy_out(buffer, &basic, size))
            status = STATUS_ACCESS_VIOLATION;
    } else if (class == SectionImageInformation) {
        size = sizeof(SECTION_IMAGE_INFORMATION);
        if (!section->image)
            status = STATUS_SECTION_NOT_IMAGE;
        else if (length < size)
            status = STATUS_INFO_LENGTH_MISMATCH;
        else if (!user_copy_out(buffer, &section->image->info, size))
            status = STATUS_ACCESS_VIOLATION;
    } else {
        status = STATUS_INVALID_INFO_CLASS;
    }
    object_unref(obj);
    if (!status && returned)
        *returned = size;
    return status;
}

/* A section of a file becomes that long at least, and the file with it. */
static NTSTATUS grow(struct section *section, uint64_t size)
{
    struct stat st;
    if (size <= __atomic_load_n(&section->size, __ATOMIC_RELAXED))
        return STATUS_SUCCESS;
    if (size > INT64_MAX || fstat(section->fd, &st))
        return STATUS_SECTION_NOT_EXTENDED;
    /* Unlike ftruncate, this cannot cut off what somebody else appends just now. */
    if ((uint64_t)st.st_size < size && fallocate(section->fd, 0, st.st_size, (off_t)size - st.st_size) &&
        (errno != EOPNOTSUPP || ftruncate(section->fd, (off_t)size)))
        return status_from_errno(errno);
    __atomic_store_n(&section->size, size, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS section_view_grow(struct view *view, uint64_t end)
{
    return grow(view->section, view->offset + (end - view->base));
}

NTSTATUS NtExtendSection(HANDLE handle, LARGE_INTEGER *new_size)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &section_type, SECTION_EXTEND_SIZE, &obj);
    if (status)
        return status;
    struct section *section = container_of(obj, struct section, header);
    if (!section->file || section->image)
        status = STATUS_SECTION_NOT_EXTENDED;
    else
        status = grow(section, (uint64_t)new_size->QuadPart);
    if (!status)
        new_size->QuadPart = (LONGLONG)section->size;
    object_unref(obj);
    return status;
}

/* May a view with `view` protection be made of a section with `section` protection? Copying needs only reading. */
static bool protection_compatible(ULONG section, ULONG view)
{
    bool sec_write = writable(section), sec_exec = section & 0xf0;
    switch (view & 0xff) {
    case PAGE_NOACCESS:
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
        return true;
    case PAGE_READWRITE:
        return sec_write;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return sec_exec;
    case PAGE_EXECUTE_READWRITE:
        return sec_write && sec_exec;
    default:
        return false;
    }
}

static ACCESS_MASK view_access(ULONG protect)
{
    switch (protect & 0xff) {
    case PAGE_READWRITE:
        return SECTION_MAP_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return SECTION_MAP_READ | SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
    case PAGE_NOACCESS:
        return 0;
    default:
        return SECTION_MAP_READ;
    }
}

/* With virtual_lock held. The address range is reserved by us, or is a placeholder. */
static NTSTATUS map_data(struct section *section, uint64_t base, uint64_t offset, uint64_t size, ULONG protect,
                         bool reserve, struct view *placeholder)
{
    bool copy = (protect & 0xff) == PAGE_WRITECOPY || (protect & 0xff) == PAGE_EXECUTE_WRITECOPY;
    int prot = reserve ? PROT_NONE : unix_protection(protect);
    void *p = mmap((void *)base, size, prot, (copy ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED, section->fd, (off_t)offset);
    if (p == MAP_FAILED)
        return errno == EACCES ? STATUS_SECTION_PROTECTION : status_from_errno(errno);
    if (placeholder)
        view_delete(placeholder);
    struct view *view = view_create(base, size, MEM_MAPPED, protect, reserve ? MEM_RESERVE : MEM_COMMIT);
    if (!view) {
        munmap((void *)base, size);
        return STATUS_NO_MEMORY;
    }
    view->flags = copy ? 0 : VIEW_SHARED;
    view->section = section;
    view->offset = offset;
    object_ref(&section->header);
    NTSTATUS status = reserve ? section_reserve_mapped(section, view) : STATUS_SUCCESS;
    uint64_t there = ROUND_UP(section->size - offset, NT_PAGE_SIZE);
    if (there < size) { /* accessible as soon as the file is longer, for whatever reason */
        view->flags |= VIEW_GROWS;
        status = view_set_range(view, base + there, base + size, MEM_RESERVE, 0) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (status) {
        view_delete(view);
        object_unref(&section->header);
    }
    return status;
}

static NTSTATUS map_view(HANDLE handle, HANDLE process, PVOID *user_base, LARGE_INTEGER *user_offset, SIZE_T *user_size,
                         ULONG type, ULONG protect, const struct placement *placement)
{
    uint64_t base = (uint64_t)*user_base, size = *user_size;
    uint64_t offset = user_offset ? (uint64_t)user_offset->QuadPart : 0;
    struct object *obj;

    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    if (type & ~(MEM_RESERVE | MEM_TOP_DOWN | MEM_REPLACE_PLACEHOLDER | SEC_NOCACHE))
        return STATUS_INVALID_PARAMETER_9;
    if (!protection_valid(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    NTSTATUS status = handle_lookup(handle, &section_type, view_access(protect), &obj);
    if (status)
        return status;
    struct section *section = container_of(obj, struct section, header);
    if (section->image) {
        status = image_map(section, &base, placement, &size);
        if (job_lends_after(status, section->image->info.ImageFileSize))
            status = image_map(section, &base, placement, &size);
        if (debug_active && NT_SUCCESS(status))
            debug_image_mapped(base);
        goto done;
    }
    status = STATUS_SECTION_PROTECTION;
    if (!protection_compatible(section->protect, protect))
        goto done;
    bool replace = type & MEM_REPLACE_PLACEHOLDER;
    uint64_t granularity = replace ? NT_PAGE_SIZE : ALLOCATION_GRANULARITY;
    status = STATUS_MAPPED_ALIGNMENT;
    if (offset & (granularity - 1) || (base & (granularity - 1)))
        goto done;
    status = STATUS_INVALID_VIEW_SIZE;
    if (offset >= section->size)
        goto done;
    if (!size)
        size = section->size - offset;
    /* A reserved view of a file may be larger: the file grows into it (databases map once what they may ever need). */
    if (size > section->size - offset && (!(type & MEM_RESERVE) || !section->file || size > NT_USER_SPACE_LIMIT))
        goto done;
    size = ROUND_UP(size, NT_PAGE_SIZE);

    pthread_mutex_lock(&virtual_lock);
    bool reserve = section->attributes & SEC_RESERVE && !section->file;
    if (replace) {
        struct view *old = view_find(base);
        if (!old || !(old->flags & VIEW_PLACEHOLDER) || old->base != base || old->size != size)
            status = STATUS_CONFLICTING_ADDRESSES;
        else
            status = map_data(section, base, offset, size, protect, reserve, old);
    } else {
        status = address_reserve(&base, size, placement);
        if (!status) {
            status = map_data(section, base, offset, size, protect, reserve, NULL);
            if (status)
                address_release(base, size);
        }
    }
    pthread_mutex_unlock(&virtual_lock);
done:
    object_unref(obj);
    if (!NT_SUCCESS(status))
        return status;
    *user_base = (PVOID)base;
    *user_size = size;
    if (user_offset)
        user_offset->QuadPart = (LONGLONG)offset;
    return status;
}

NTSTATUS NtMapViewOfSection(HANDLE handle, HANDLE process, PVOID *base, ULONG_PTR zero_bits, SIZE_T commit_size,
                            LARGE_INTEGER *offset, SIZE_T *size, ULONG inherit, ULONG type, ULONG protect)
{
    struct placement placement;
    NTSTATUS status = placement_from(zero_bits, NULL, 0, &placement);
    (void)commit_size; /* pages are committed as they are touched */
    if (status)
        return status == STATUS_INVALID_PARAMETER_3 ? STATUS_INVALID_PARAMETER_4 : status;
    if (inherit != ViewShare && inherit != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    if (!process_is_current(process))
        return remote_map(handle, process, base, zero_bits, offset, size, type, protect);
    placement.top_down = type & MEM_TOP_DOWN;
    return map_view(handle, process, base, offset, size, type, protect, &placement);
}

NTSTATUS NtMapViewOfSectionEx(HANDLE handle, HANDLE process, PVOID *base, LARGE_INTEGER *offset, SIZE_T *size,
                              ULONG type, ULONG protect, PVOID params, ULONG count)
{
    struct placement placement;
    NTSTATUS status = placement_from(0, params, count, &placement);
    if (status)
        return status;
    if (!count && !process_is_current(process))
        return remote_map(handle, process, base, 0, offset, size, type, protect);
    placement.top_down = type & MEM_TOP_DOWN;
    return map_view(handle, process, base, offset, size, type, protect, &placement);
}

NTSTATUS NtUnmapViewOfSectionEx(HANDLE process, PVOID address, ULONG flags)
{
    if (!process_is_current(process))
        return remote_unmap(process, address, flags);
    if (flags & ~(MEM_UNMAP_WITH_TRANSIENT_BOOST | MEM_PRESERVE_PLACEHOLDER))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = STATUS_SUCCESS;
    struct section *section = NULL;
    uint64_t image = 0;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find((uint64_t)address);
    if (!view || view->type == MEM_PRIVATE) {
        status = STATUS_NOT_MAPPED_VIEW;
    } else {
        uint64_t base = view->base, size = view->size;
        if (view->type == MEM_IMAGE)
            image = base;
        section = view->section;
        if (flags & MEM_PRESERVE_PLACEHOLDER) {
            mmap((void *)base, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
            view_delete(view);
            view = view_create(base, size, MEM_PRIVATE, PAGE_NOACCESS, MEM_RESERVE);
            if (view)
                view->flags |= VIEW_PLACEHOLDER;
        } else {
            view_delete(view);
            address_release(base, size);
        }
    }
    pthread_mutex_unlock(&virtual_lock);
    if (section)
        object_unref(&section->header);
    if (debug_active && image)
        debug_image_unmapped(image);
    return status;
}

NTSTATUS NtUnmapViewOfSection(HANDLE process, PVOID address)
{
    return NtUnmapViewOfSectionEx(process, address, 0);
}

NTSTATUS NtFlushVirtualMemory(HANDLE process, PVOID *user_base, SIZE_T *user_size, IO_STATUS_BLOCK *iosb)
{
    uint64_t base = ROUND_DOWN((uint64_t)*user_base, NT_PAGE_SIZE);
    uint64_t end = ROUND_UP((uint64_t)*user_base + *user_size, NT_PAGE_SIZE);
    NTSTATUS status = STATUS_SUCCESS;
    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(base);
    if (!view)
        status = STATUS_NOT_MAPPED_VIEW;
    else if (!*user_size)
        end = view->base + view->size;
    if (!status && end > view->base + view->size)
        status = STATUS_NOT_MAPPED_VIEW;
    else if (!status && view->flags & VIEW_SHARED && msync((void *)base, end - base, MS_ASYNC))
        status = status_from_errno(errno);
    pthread_mutex_unlock(&virtual_lock);
    if (status)
        return status;
    *user_base = (PVOID)base;
    *user_size = end - base;
    iosb->Status = STATUS_SUCCESS;
    iosb->Information = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NtAreMappedFilesTheSame(PVOID address1, PVOID address2)
{
    NTSTATUS status = STATUS_NOT_SAME_DEVICE;
    pthread_mutex_lock(&virtual_lock);
    struct view *v1 = view_find((uint64_t)address1), *v2 = view_find((uint64_t)address2);
    if (!v1 || !v2) {
        status = STATUS_INVALID_ADDRESS;
    } else if (v1->type == MEM_PRIVATE || v2->type == MEM_PRIVATE) {
        status = STATUS_CONFLICTING_ADDRESSES;
    } else if (v1 == v2 || v1->section == v2->section) {
        status = STATUS_SUCCESS;
    } else {
        struct stat a, b;
        if (!fstat(v1->section->fd, &a) && !fstat(v2->section->fd, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
            status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&virtual_lock);
    return status;
}
