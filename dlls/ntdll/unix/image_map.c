/* SPDX-License-Identifier: MIT */
/*
 * image_map.c: mapping an image section. What lies in the file at page boundaries is mapped and so shared between processes;
 * the rest is read. Programs of mingw-w64 have twenty small sections at multiples of 512 bytes: reading and protecting them
 * one by one would cost sixty Linux calls, so neighbours are read by one call and protections that agree are set together.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include "section.h"

#define IMAGE_SCN_MEM_EXECUTE 0x20000000
#define IMAGE_SCN_MEM_READ    0x40000000
#define IMAGE_SCN_MEM_WRITE   0x80000000u

/* A whole copy of a section this large is worth huge pages: a fault per 4 KB would cost more than the copying. */
#define HUGE_COPY (4u << 20)

#define SMALL_IMAGE (128u << 10)

#define MAX_SECTIONS 96 /* image_parse refuses more, as Windows does */

static ULONG section_protection(uint32_t characteristics)
{
    static const ULONG table[8] = {
        PAGE_NOACCESS,     PAGE_READONLY,     PAGE_WRITECOPY,         PAGE_WRITECOPY,
        PAGE_EXECUTE_READ, PAGE_EXECUTE_READ, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_WRITECOPY,
    };
    return table[(characteristics & IMAGE_SCN_MEM_READ ? 1 : 0) | (characteristics & IMAGE_SCN_MEM_WRITE ? 2 : 0) |
                 (characteristics & IMAGE_SCN_MEM_EXECUTE ? 4 : 0)];
}

/* Bytes of the file that have to be copied to `at`. */
struct piece {
    uint64_t at, size, offset;
};

/* Pages with one protection in the end. */
struct pages {
    uint64_t start, end;
    int prot, current;
};

struct layout {
    struct piece pieces[MAX_SECTIONS + 1];
    struct pages pages[2 * MAX_SECTIONS + 4];
    uint32_t piece_count, pages_count;
    int initial; /* the protection that all pages have at first */
};

/* Appends pages, as they are now, joined to their neighbours where nothing differs. */
static void add_pages(struct layout *layout, uint64_t start, uint64_t end, int prot)
{
    if (start >= end)
        return;
    struct pages *last = layout->pages_count ? &layout->pages[layout->pages_count - 1] : NULL;
    if (last && last->end == start && last->prot == prot)
        last->end = end;
    else
        layout->pages[layout->pages_count++] = (struct pages){ start, end, prot, layout->initial };
}

/* Lays `size` bytes of the file at `offset` and zeros up to `end` at `at`: maps what can be mapped, notes the rest. */
static bool lay(struct layout *layout, int fd, uint64_t at, uint64_t end, uint64_t size, uint64_t offset, int prot)
{
    uint64_t whole = offset & (NT_PAGE_SIZE - 1) ? 0 : ROUND_DOWN(size, NT_PAGE_SIZE);
    if (whole && mmap((void *)at, whole, prot, MAP_PRIVATE | MAP_FIXED, fd, (off_t)offset) == MAP_FAILED)
        return false;
    if (size > whole)
        layout->pieces[layout->piece_count++] = (struct piece){ at + whole, size - whole, offset + whole };
    add_pages(layout, at + whole, end, prot);
    return true;
}

static bool read_pieces(int fd, const struct piece *pieces, uint32_t count, uint64_t total)
{
    struct iovec vectors[MAX_SECTIONS + 1];
    for (uint32_t i = 0; i < count; i++)
        vectors[i] = (struct iovec){ (void *)pieces[i].at, pieces[i].size };
    struct iovec *next = vectors;
    uint64_t offset = pieces[0].offset;
    while (total) {
        ssize_t n = preadv(fd, next, (int)(vectors + count - next), (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        offset += (uint64_t)n;
        total -= (uint64_t)n;
        for (; n && (size_t)n >= next->iov_len; next++)
            n -= (ssize_t)next->iov_len;
        if (n) {
            next->iov_base = (char *)next->iov_base + n;
            next->iov_len -= (size_t)n;
        }
    }
    return true;
}

/* Copies the pieces: those that follow each other in the file at once, their pages writable meanwhile. */
static bool copy_pieces(struct layout *layout, int fd)
{
    for (uint32_t first = 0, last; first < layout->piece_count; first = last + 1) {
        const struct piece *p = layout->pieces;
        uint64_t total = p[first].size;
        bool writable = true;
        for (last = first; last + 1 < layout->piece_count && p[last].offset + p[last].size == p[last + 1].offset &&
                           ROUND_UP(p[last].at + p[last].size, NT_PAGE_SIZE) <= p[last + 1].at;
             last++)
            total += p[last + 1].size;
        uint64_t start = p[first].at, end = ROUND_UP(p[last].at + p[last].size, NT_PAGE_SIZE);
        for (uint32_t i = 0; i < layout->pages_count; i++) {
            struct pages *pages = &layout->pages[i];
            if (pages->start >= end || pages->end <= start)
                continue;
            if (pages->start < start)
                start = pages->start;
            if (pages->end > end)
                end = pages->end;
            writable &= pages->current == (PROT_READ | PROT_WRITE);
            pages->current = PROT_READ | PROT_WRITE;
        }
        if (total >= HUGE_COPY)
            madvise((void *)start, end - start, MADV_HUGEPAGE);
        if ((!writable && mprotect((void *)start, end - start, PROT_READ | PROT_WRITE)) ||
            !read_pieces(fd, p + first, last - first + 1, total))
            return false;
    }
    return true;
}

static bool protect_pages(const struct layout *layout)
{
    for (uint32_t i = 0; i < layout->pages_count; i++) {
        const struct pages *p = &layout->pages[i];
        if (p->prot != p->current && mprotect((void *)p->start, p->end - p->start, p->prot))
            return false;
    }
    return true;
}

static bool map_sections(const struct image *image, int fd, struct view *view, uint64_t base, uint64_t size,
                         int initial)
{
    struct layout layout;
    layout.piece_count = layout.pages_count = 0;
    layout.initial = initial;
    uint64_t covered = base + ROUND_UP((uint64_t)image->headers_size, NT_PAGE_SIZE);
    if (!lay(&layout, fd, base, covered, image->headers_size, 0, PROT_READ) ||
        !view_set_range(view, base, covered, MEM_COMMIT, PAGE_READONLY))
        return false;
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        uint64_t start = base + s->address, end = start + ROUND_UP((uint64_t)s->virtual_size, NT_PAGE_SIZE);
        ULONG protection = section_protection(s->characteristics);
        if (start > covered) { /* what alignment leaves between sections is reserved, not accessible */
            add_pages(&layout, covered, start, PROT_NONE);
            if (!view_set_range(view, covered, start, MEM_RESERVE, 0))
                return false;
        }
        if (!lay(&layout, fd, start, end, s->raw_size, s->raw_offset, unix_protection(protection)) ||
            !view_set_range(view, start, end, MEM_COMMIT, protection))
            return false;
        covered = end;
    }
    add_pages(&layout, covered, base + size, PROT_NONE);
    if (covered < base + size && !view_set_range(view, covered, base + size, MEM_RESERVE, 0))
        return false;
    return copy_pieces(&layout, fd) && protect_pages(&layout);
}

/*
 * Whether every page of the image is a page of the file at the same distance from the beginning, without gaps or zeros between:
 * our own DLLs (build-aux/dll.ld). One mapping makes such an image, and protections are changed for code and data.
 */
static bool lies_as_in_file(const struct image *image)
{
    uint64_t covered = image->headers_size;
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        if (s->address != covered || s->raw_offset != covered || s->raw_size & (NT_PAGE_SIZE - 1) ||
            s->raw_size != ROUND_UP((uint64_t)s->virtual_size, NT_PAGE_SIZE))
            return false;
        covered += s->raw_size;
    }
    return image->section_count && !(image->headers_size & (NT_PAGE_SIZE - 1)) && covered == image->size;
}

static bool protect_run(uint64_t start, uint64_t end, int prot)
{
    return start == end || prot == PROT_READ || !mprotect((void *)start, end - start, prot);
}

static bool map_as_in_file(const struct image *image, struct view *view, uint64_t base)
{
    uint64_t run = base, end = base + image->headers_size;
    int run_prot = PROT_READ;
    if (!view_set_range(view, base, end, MEM_COMMIT, PAGE_READONLY))
        return false;
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        ULONG protection = section_protection(s->characteristics);
        int prot = unix_protection(protection);
        if (prot != run_prot) {
            if (!protect_run(run, end, run_prot))
                return false;
            run = end;
            run_prot = prot;
        }
        end += s->raw_size;
        if (!view_set_range(view, end - s->raw_size, end, MEM_COMMIT, protection))
            return false;
    }
    return protect_run(run, end, run_prot);
}

/* An image whose alignment is below a page lies in memory as in the file, all of it writable and executable. */
static bool map_flat(const struct image *image, int fd, uint64_t base, uint64_t size, int initial)
{
    struct layout layout;
    layout.piece_count = layout.pages_count = 0;
    layout.initial = initial;
    uint64_t length = image->file_size < size ? image->file_size : size;
    return lay(&layout, fd, base, base + size, length, 0, PROT_READ | PROT_WRITE | PROT_EXEC) &&
           copy_pieces(&layout, fd) && protect_pages(&layout);
}

NTSTATUS image_map(struct section *section, uint64_t *result, const struct placement *placement, uint64_t *result_size)
{
    const struct image *image = section->image;
    uint64_t size = ROUND_UP((uint64_t)image->size, NT_PAGE_SIZE);
    uint64_t base = *result ? *result : image->base;
    NTSTATUS status = STATUS_CONFLICTING_ADDRESSES;
    const bool as_in_file = !image->flat && lies_as_in_file(image);
    /* Most of a small image is copied: its pages are made at once, instead of by a fault each. */
    const bool small = !as_in_file && size <= SMALL_IMAGE;
    const struct backing backing = {
        .prot = as_in_file ? PROT_READ
                : small    ? PROT_READ | PROT_WRITE
                           : PROT_NONE,
        .flags = as_in_file ? 0 : MAP_ANONYMOUS | MAP_NORESERVE | (small ? MAP_POPULATE : 0),
        .fd = as_in_file ? section->fd : -1,
    };

    pthread_mutex_lock(&virtual_lock);
    bool fits = !placement || !placement->high || base + size <= placement->high;
    if (base && fits && base + size <= NT_USER_SPACE_LIMIT)
        status = address_map(&base, size, NULL, &backing);
    if (status) {
        base = 0;
        status = address_map(&base, size, placement, &backing);
    }
    if (status) {
        pthread_mutex_unlock(&virtual_lock);
        return status;
    }
    struct view *view = view_create(base, size, MEM_IMAGE, PAGE_EXECUTE_WRITECOPY, MEM_COMMIT);
    bool ok = view && (as_in_file    ? map_as_in_file(image, view, base)
                       : image->flat ? map_flat(image, section->fd, base, size, backing.prot)
                                     : map_sections(image, section->fd, view, base, size, backing.prot));
    if (!ok) {
        if (view)
            view_delete(view);
        address_release(base, size);
        pthread_mutex_unlock(&virtual_lock);
        return STATUS_NO_MEMORY;
    }
    view->section = section;
    object_ref(&section->header);
    pthread_mutex_unlock(&virtual_lock);
    *result = base;
    if (result_size)
        *result_size = size;
    return base == image->base ? STATUS_SUCCESS : STATUS_IMAGE_NOT_AT_BASE;
}
