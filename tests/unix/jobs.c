/* SPDX-License-Identifier: MIT */
/*
 * jobs: a Windows program with a job of native programs, for jobs.sh.
 *
 *   run PROGRAM FILE   starts a program in a job that ends with this one; when the file is there, says how many are in the job
 *   inside             says whether it is in a job
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static int run(char *program, const char *file)
{
    union {
        JOBOBJECT_BASIC_PROCESS_ID_LIST list;
        char room[1024];
    } ids;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    HANDLE job = CreateJobObjectA(NULL, NULL);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)) ||
        !CreateProcessA(NULL, program, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &info) ||
        !AssignProcessToJobObject(job, info.hProcess)) {
        printf("error %lu\n", GetLastError());
        return 1;
    }
    ResumeThread(info.hThread);
    for (int i = 0; i < 500 && GetFileAttributesA(file) == INVALID_FILE_ATTRIBUTES; i++)
        Sleep(10);
    if (!QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, sizeof(ids), NULL))
        printf("error %lu\n", GetLastError());
    printf("%lu\n", ids.list.NumberOfAssignedProcesses);
    return 0;
}

int main(int argc, char **argv)
{
    BOOL in_job = FALSE;
    if (argc > 3 && !strcmp(argv[1], "run"))
        return run(argv[2], argv[3]);
    IsProcessInJob(GetCurrentProcess(), NULL, &in_job);
    puts(in_job ? "in a job" : "in no job");
    return 0;
}
