/* SPDX-License-Identifier: MIT */
/*
 * exception_ptr.cpp: std::exception_ptr: a copy of what was thrown, with a count of references. The two words of the
 * program's object are ours.
 */
#include "abi.h"

namespace
{

constexpr unsigned cxx_code = 0xe06d7363;

struct throw_info {
    unsigned attributes;
    int destructor, forward, types;
};
struct catchable_type {
    unsigned properties;
    int type, mdisp, pdisp, vdisp;
    int size, copy;
};
struct catchable_types {
    int count;
    int types[1];
};

struct exception_record {
    unsigned code, flags;
    exception_record *nested;
    void *address;
    unsigned count;
    uintptr_t information[15];
};

enum { magic, object, info, image };

struct stored {
    long references;
    exception_record record;
    alignas(16) char copy[];
};

struct pointer {
    stored *exception;
    void *unused;
};

extern "C" {
__declspec(dllimport) void __stdcall RaiseException(unsigned long code, unsigned long flags, unsigned long count,
                                                    const uintptr_t *arguments);
__declspec(dllimport) void *__stdcall RtlPcToFileHeader(void *address, void **image);
void **__current_exception();
}

bool is_cxx(const exception_record &record)
{
    return record.code == cxx_code && record.count >= 4 && record.information[info];
}

const throw_info *info_of(const exception_record &record)
{
    return (const throw_info *)record.information[info];
}

const catchable_type *type_of(const exception_record &record)
{
    const char *base = (const char *)record.information[image];
    const catchable_types *types = (const catchable_types *)(base + info_of(record)->types);

    return (const catchable_type *)(base + types->types[0]);
}

void copy_object(const exception_record &record, void *to)
{
    const catchable_type *type = type_of(record);
    const void *from = (const void *)record.information[object];

    if (!type->copy)
        memcpy(to, from, (size_t)type->size);
    else /* the flag is for classes with virtual bases, whose constructors construct them */
        ((void (*)(void *, const void *, int))(record.information[image] + type->copy))(to, from, 1);
}

void destroy_object(const exception_record &record)
{
    if (info_of(record)->destructor)
        ((void (*)(void *))(record.information[image] + info_of(record)->destructor))(
            (void *)record.information[object]);
}

stored *store(const exception_record &record)
{
    size_t size = is_cxx(record) ? (size_t)type_of(record)->size : 0;
    stored *made = static_cast<stored *>(malloc(sizeof(*made) + size));

    if (!made)
        throw std::bad_alloc();
    made->references = 1;
    made->record = record;
    made->record.nested = nullptr;
    if (is_cxx(record)) {
        try {
            copy_object(record, made->copy);
        } catch (...) {
            free(made);
            throw;
        }
        made->record.information[object] = (uintptr_t)made->copy;
    }
    return made;
}

/* Of the exception that is being handled. Copying it may throw, and then that is it. */
stored *store_current(int depth)
{
    const exception_record *record = (const exception_record *)*__current_exception();

    if (!record)
        return nullptr;
    try {
        return store(*record);
    } catch (...) {
        if (depth > 1)
            abort();
        return store_current(depth + 1);
    }
}

void release(stored *exception)
{
    if (!exception || __atomic_sub_fetch(&exception->references, 1, __ATOMIC_ACQ_REL))
        return;
    if (is_cxx(exception->record))
        destroy_object(exception->record);
    free(exception);
}

stored *add_reference(stored *exception)
{
    if (exception)
        __atomic_add_fetch(&exception->references, 1, __ATOMIC_RELAXED);
    return exception;
}

} // namespace

void __ExceptionPtrCreate(void *p) noexcept
{
    *(pointer *)p = pointer{ nullptr, nullptr };
}

void __ExceptionPtrDestroy(void *p) noexcept
{
    release(((pointer *)p)->exception);
}

void __ExceptionPtrCopy(void *to, const void *from) noexcept
{
    *(pointer *)to = pointer{ add_reference(((const pointer *)from)->exception), nullptr };
}

void __ExceptionPtrAssign(void *to, const void *from) noexcept
{
    stored *old = ((pointer *)to)->exception;

    ((pointer *)to)->exception = add_reference(((const pointer *)from)->exception);
    release(old);
}

bool __ExceptionPtrCompare(const void *a, const void *b) noexcept
{
    return ((const pointer *)a)->exception == ((const pointer *)b)->exception;
}

bool __ExceptionPtrToBool(const void *p) noexcept
{
    return ((const pointer *)p)->exception != nullptr;
}

void __ExceptionPtrSwap(void *a, void *b) noexcept
{
    pointer saved = *(pointer *)a;

    *(pointer *)a = *(pointer *)b;
    *(pointer *)b = saved;
}

void __ExceptionPtrCurrentException(void *p) noexcept
{
    *(pointer *)p = pointer{ store_current(0), nullptr };
}

[[noreturn]] void __ExceptionPtrRethrow(const void *p)
{
    const stored *exception = ((const pointer *)p)->exception;

    if (!exception)
        throw std::bad_exception();
    if (!is_cxx(exception->record)) {
        RaiseException(exception->record.code, exception->record.flags, exception->record.count,
                       exception->record.information);
        abort();
    }

    /* Handlers get an object of their own; it lives in this frame, as a thrown one does in the thrower's. */
    size_t size = (size_t)type_of(exception->record)->size;
    char *room = (char *)__builtin_alloca(size + 15);
    exception_record record = exception->record;
    char *copy = (char *)(((uintptr_t)room + 15) & ~(uintptr_t)15);

    copy_object(exception->record, copy);
    record.information[object] = (uintptr_t)copy;
    RaiseException(record.code, record.flags, record.count, record.information);
    abort();
}

void __ExceptionPtrCopyException(void *p, const void *thrown, const void *type) noexcept
{
    exception_record record = {};
    void *base = nullptr;

    record.code = cxx_code;
    record.flags = 1;
    record.count = 4;
    record.information[magic] = 0x19930520;
    record.information[object] = (uintptr_t)thrown;
    record.information[info] = (uintptr_t)type;
    RtlPcToFileHeader(const_cast<void *>(type), &base);
    record.information[image] = (uintptr_t)base;
    try {
        *(pointer *)p = pointer{ store(record), nullptr };
    } catch (...) {
        *(pointer *)p = pointer{ store_current(0), nullptr };
    }
}

namespace std
{

class exception_ptr
{
  public:
    exception_ptr(const exception_ptr &other)
    {
        __ExceptionPtrCopy(this, &other);
    }
    ~exception_ptr()
    {
        __ExceptionPtrDestroy(this);
    }

  private:
    [[maybe_unused]] void *words[2];
};

[[noreturn]] void _Rethrow_future_exception(exception_ptr exception)
{
    __ExceptionPtrRethrow(&exception);
}

} // namespace std
