/* SPDX-License-Identifier: MIT */
/*
 * tasks.cpp: what std::async and Concurrency::task need below their headers: the thread pool, and hooks that mean something
 * to Windows Runtime programs only.
 */
#include "abi.h"

extern "C" {
__declspec(dllimport) void *__stdcall CreateThreadpoolWork(void(__stdcall *callback)(void *, void *, void *),
                                                           void *context, void *environment);
__declspec(dllimport) void __stdcall SubmitThreadpoolWork(void *work);
__declspec(dllimport) void __stdcall CloseThreadpoolWork(void *work);
__declspec(dllimport) void __stdcall FreeLibraryWhenCallbackReturns(void *instance, void *module);
__declspec(dllimport) int __stdcall GetModuleHandleExW(unsigned long flags, const wchar_t *name, void **module);
__declspec(dllimport) unsigned long __stdcall GetCurrentThreadId();
__declspec(dllimport) unsigned long __stdcall GetLastError();
__declspec(dllimport) unsigned short __stdcall RtlCaptureStackBackTrace(unsigned long skip, unsigned long count,
                                                                        void **trace, unsigned long *hash);
}

namespace std
{

/* As far as calling it and destroying it goes */
template <class Signature> class function;
template <class Result> class function<Result()>
{
  public:
    ~function()
    {
        if (target)
            target->_Delete_this((void *)target != (void *)this);
    }
    Result operator()() const
    {
        return target->_Do_call();
    }

  private:
    struct callable {
        virtual callable *_Copy(void *where) const = 0;
        virtual callable *_Move(void *where) noexcept = 0;
        virtual Result _Do_call() = 0;
        virtual const void *_Target_type() const noexcept = 0;
        virtual void _Delete_this(bool free) noexcept = 0;
    };
    void *storage[7];
    callable *target;
};

} // namespace std

namespace Concurrency
{
namespace details
{

struct _Threadpool_chore {
    void *work;
    void (*callback)(void *);
    void *data;
};

enum : unsigned long { module_from_address = 4, module_unchanged_count = 2 };

/* The module that the work is in must not be unloaded while it waits and runs. */
static void __stdcall run_chore(void *instance, void *context, void *)
{
    _Threadpool_chore *chore = static_cast<_Threadpool_chore *>(context);
    void *module;

    if (GetModuleHandleExW(module_from_address | module_unchanged_count, (const wchar_t *)chore->callback, &module))
        FreeLibraryWhenCallbackReturns(instance, module);
    chore->callback(chore->data);
}

int _Reschedule_chore(const _Threadpool_chore *chore)
{
    void *module;

    GetModuleHandleExW(module_from_address, (const wchar_t *)chore->callback, &module);
    SubmitThreadpoolWork(chore->work);
    return 0;
}

int _Schedule_chore(_Threadpool_chore *chore)
{
    chore->work = CreateThreadpoolWork(run_chore, chore, nullptr);
    return chore->work ? _Reschedule_chore(chore) : (int)GetLastError();
}

void _Release_chore(_Threadpool_chore *chore)
{
    if (chore->work)
        CloseThreadpoolWork(chore->work);
    chore->work = nullptr;
}

[[noreturn]] void _ReportUnobservedException()
{
    __asm__ volatile("int $0x29" ::"c"(5)); /* FAST_FAIL_INVALID_ARG */
    __builtin_unreachable();
}

namespace platform
{

long GetCurrentThreadId()
{
    return (long)::GetCurrentThreadId();
}

size_t CaptureCallstack(void **trace, size_t skip, size_t count)
{
    return RtlCaptureStackBackTrace((unsigned long)skip + 1, (unsigned long)count, trace, nullptr);
}

unsigned GetNextAsyncId()
{
    static unsigned last;

    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

} // namespace platform

/* Events for a debugger's task window */
struct EXPORTED _TaskEventLogger {
    void _LogScheduleTask(bool) {}
    void _LogTaskCompleted() {}
    void _LogCancelTask() {}
    void _LogTaskExecutionCompleted() {}
    void _LogWorkItemStarted() {}
    void _LogWorkItemCompleted() {}
};

/* Of the apartment that a continuation is to run in: without the Windows Runtime there is one kind of thread. */
class EXPORTED _ContextCallback
{
  public:
    void _CallInContext(std::function<void()> function, bool) const
    {
        function();
    }
    static bool _IsCurrentOriginSTA()
    {
        return false;
    }

  private:
    void _Capture() {}
    void _Reset() {}
    void _Assign(void *) {}
    [[maybe_unused]] size_t context;
};

struct EXPORTED _Task_impl_base {
    static bool _IsNonBlockingThread()
    {
        return false;
    }
};

} // namespace details
} // namespace Concurrency
