/* SPDX-License-Identifier: MIT */
/* Message queues: posting, sending within and between threads, timers, waiting; message-only windows and their classes. */
#include "../test.h"

#define WM_ASK  (WM_APP + 1)
#define WM_SLOW (WM_APP + 2)

static DWORD main_thread, window_thread;
static HWND window;
static HANDLE ready;
static int created, destroyed, timer_calls;

static LRESULT CALLBACK proc(HWND hwnd, UINT message, WPARAM wparam, LPARAM lparam)
{
    switch (message) {
    case WM_CREATE:
        ok_wstr(((CREATESTRUCTW *)lparam)->lpszName, L"title");
        ok(((CREATESTRUCTW *)lparam)->lpCreateParams == &created, "another parameter");
        created++;
        return 0;
    case WM_ASK:
        ok_int(GetCurrentThreadId(), window_thread);
        if (wparam == 1) { /* back to the thread that waits for us */
            ok_int(InSendMessage(), TRUE);
            return SendMessageW((HWND)lparam, WM_ASK, 2, 0) + 1;
        }
        return wparam * 2;
    case WM_SLOW:
        Sleep(200);
        return 1;
    case WM_DESTROY:
        destroyed++;
        PostQuitMessage(7);
        return 0;
    }
    return DefWindowProcW(hwnd, message, wparam, lparam);
}

static LRESULT CALLBACK main_proc(HWND hwnd, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_ASK) {
        ok_int(GetCurrentThreadId(), main_thread);
        return 40;
    }
    return DefWindowProcW(hwnd, message, wparam, lparam);
}

static DWORD WINAPI run(void *unused)
{
    MSG msg;
    BOOL result;

    (void)unused;
    window_thread = GetCurrentThreadId();
    window = CreateWindowExW(0, L"transom test", L"title", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, GetModuleHandleW(NULL),
                             &created);
    ok(window != NULL, "error %lu", GetLastError());
    SetEvent(ready);
    while ((result = GetMessageW(&msg, NULL, 0, 0)) > 0)
        DispatchMessageW(&msg);
    ok_int(result, 0);
    ok_int(msg.message, WM_QUIT);
    return (DWORD)msg.wParam;
}

static void test_threads(void)
{
    WNDCLASSW wc = {
        .lpfnWndProc = proc, .hInstance = GetModuleHandleW(NULL), .lpszClassName = L"transom test", .cbWndExtra = 16
    };
    WNDCLASSW main_wc = { .lpfnWndProc = main_proc,
                          .hInstance = GetModuleHandleW(NULL),
                          .lpszClassName = L"transom main" };
    HWND main_window;
    HANDLE thread;
    DWORD code, process;
    DWORD_PTR answer;
    WCHAR text[64];
    char narrow[64];

    ok(RegisterClassW(&wc) != 0, "error %lu", GetLastError());
    ok_err(RegisterClassW(&wc), ERROR_CLASS_ALREADY_EXISTS);
    ok(RegisterClassW(&main_wc) != 0, "error %lu", GetLastError());
    main_window =
        CreateWindowExW(0, L"TRANSOM MAIN", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, GetModuleHandleW(NULL), NULL);
    ok(main_window != NULL, "error %lu", GetLastError());
    ok_err(CreateWindowExW(0, L"no such class", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL) != NULL,
           ERROR_CANNOT_FIND_WND_CLASS);
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, run, NULL, 0, NULL);
    ok_int(WaitForSingleObject(ready, 5000), WAIT_OBJECT_0);
    ok_int(created, 1);
    ok_int(SendMessageW(window, WM_ASK, 21, 0), 42);
    ok_int(SendMessageW(window, WM_ASK, 1, (LPARAM)main_window), 41);
    ok_int(GetWindowTextW(window, text, 64), 5);
    ok_wstr(text, L"title");
    ok_int(GetWindowTextA(window, narrow, 4), 3);
    ok_str(narrow, "tit");
    ok(SetWindowTextA(window, "other"), "set");
    ok_int(GetWindowTextLengthW(window), 5);
    ok_int(GetWindowThreadProcessId(window, &process), window_thread);
    ok_int(process, GetCurrentProcessId());
    ok(SetWindowLongPtrW(window, GWLP_USERDATA, 1234) == 0, "user data");
    ok_int(GetWindowLongPtrW(window, GWLP_USERDATA), 1234);
    SetWindowLongPtrW(window, 8, 77);
    ok_int(GetWindowLongPtrW(window, 8), 77);
    SetLastError(0);
    ok_int(GetWindowLongPtrW(window, 12), 0);
    ok_int(GetLastError(), ERROR_INVALID_INDEX);
    ok_int(GetClassNameA(window, narrow, 64), 12);
    ok_str(narrow, "transom test");
    ok(FindWindowExW(HWND_MESSAGE, NULL, L"transom test", NULL) == window, "not found");
    ok(FindWindowW(L"transom test", NULL) == window,
       "message-only windows are found, too (documented for FindWindowEx)");
    ok(!SendMessageTimeoutW(window, WM_SLOW, 0, 0, SMTO_NORMAL, 50, &answer), "too slow");
    ok_int(GetLastError(), ERROR_TIMEOUT);
    ok_err(DestroyWindow(window), ERROR_ACCESS_DENIED);
    ok_err(UnregisterClassW(L"transom test", GetModuleHandleW(NULL)), ERROR_CLASS_HAS_WINDOWS);
    ok(PostMessageW(window, WM_CLOSE, 0, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 7);
    ok_int(destroyed, 1);
    ok(!IsWindow(window), "still there");
    ok_err(PostMessageW(window, WM_NULL, 0, 0), ERROR_INVALID_WINDOW_HANDLE);
    ok(UnregisterClassW(L"transom test", GetModuleHandleW(NULL)), "error %lu", GetLastError());
    ok(DestroyWindow(main_window), "error %lu", GetLastError());
    CloseHandle(thread);
    CloseHandle(ready);
}

static void CALLBACK on_timer(HWND hwnd, UINT message, UINT_PTR id, DWORD time)
{
    (void)hwnd, (void)id, (void)time;
    ok_int(message, WM_TIMER);
    timer_calls++;
}

static void test_queue(void)
{
    MSG msg;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    UINT_PTR timer;
    DWORD start;

    ok(!PeekMessageW(&msg, NULL, 0, 0, PM_REMOVE), "empty");
    ok_int(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_ALLINPUT), WAIT_TIMEOUT);
    ok(PostThreadMessageW(GetCurrentThreadId(), WM_APP, 1, 2), "error %lu", GetLastError());
    ok(PostThreadMessageW(GetCurrentThreadId(), WM_APP + 5, 3, 4), "error %lu", GetLastError());
    ok_int(MsgWaitForMultipleObjects(1, &event, FALSE, 1000, QS_ALLINPUT), WAIT_OBJECT_0 + 1);
    ok(PeekMessageW(&msg, NULL, WM_APP + 5, WM_APP + 5, PM_NOREMOVE) && msg.wParam == 3, "by filter");
    /* Both are old now, as they have been looked at. */
    ok_int(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_ALLINPUT), WAIT_TIMEOUT);
    ok_int(MsgWaitForMultipleObjectsEx(1, &event, 0, QS_ALLINPUT, MWMO_INPUTAVAILABLE), WAIT_OBJECT_0 + 1);
    ok(GetMessageW(&msg, NULL, 0, 0) == TRUE && msg.message == WM_APP && msg.lParam == 2, "in order");
    ok(PeekMessageW(&msg, NULL, 0, 0, PM_REMOVE) && msg.message == WM_APP + 5, "second");
    SetEvent(event);
    ok_int(MsgWaitForMultipleObjects(1, &event, FALSE, 1000, QS_ALLINPUT), WAIT_OBJECT_0);
    ok_err(PostThreadMessageW(0x7ffffff0, WM_APP, 0, 0), ERROR_INVALID_THREAD_ID);

    timer = SetTimer(NULL, 0, 20, on_timer);
    ok(timer != 0, "error %lu", GetLastError());
    start = GetTickCount();
    while (timer_calls < 3 && GetTickCount() - start < 5000 && GetMessageW(&msg, NULL, 0, 0) > 0)
        DispatchMessageW(&msg);
    ok_int(timer_calls, 3);
    ok(GetTickCount() - start >= 45, "too early");
    ok(KillTimer(NULL, timer), "error %lu", GetLastError());
    ok(!KillTimer(NULL, timer), "twice");
    PostQuitMessage(3);
    ok_int(GetMessageW(&msg, NULL, 0, 0), 0);
    ok_int(msg.wParam, 3);
    CloseHandle(event);
}

static void test_text(void)
{
    char text[1100];
    WCHAR wide[64];

    ok_int(wsprintfA(text, "%d|%5d|%-5d|%05d|%x|%#X|%c|%s|%S", -1, 42, 42, 42, 255, 255, 'a', "b", L"c"), 34);
    ok_str(text, "-1|   42|42   |00042|ff|0XFF|a|b|c");
    ok_int(wsprintfW(wide, L"%s %S %hs %ls %I64d %.2s", L"a", "b", "c", L"d", 1ll << 40, L"xyz"), 24);
    ok_wstr(wide, L"a b c d 1099511627776 xy");
    ok_int(wsprintfA(text, "%p", (void *)0x1234), sizeof(void *) * 2);
}

TESTS
{
    main_thread = GetCurrentThreadId();
    test_queue();
    test_threads();
    test_text();
}
