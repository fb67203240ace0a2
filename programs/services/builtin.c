/* SPDX-License-Identifier: MIT */
/*
 * builtin.c: Windows' own services, as far as programs ask for them or depend on them. They run if what they stand for is there (sockets, the
 * event log, RPC, accounts), though no process of theirs does it; all others are stopped, and cannot be started: their programs are not
 * there.
 */
#include "manager.h"

#define SVCHOST      L"%SystemRoot%\\system32\\svchost.exe -k "
#define LOCAL        L"NT AUTHORITY\\LocalService"
#define NETWORK      L"NT AUTHORITY\\NetworkService"
#define SYSTEM       L"LocalSystem"
#define SHARE        SERVICE_WIN32_SHARE_PROCESS
#define OWN          SERVICE_WIN32_OWN_PROCESS
#define KERNEL       SERVICE_KERNEL_DRIVER
#define MANUAL       SERVICE_DEMAND_START
#define AUTO         SERVICE_AUTO_START
#define SYSTEM_START SERVICE_SYSTEM_START
#define DISABLED     SERVICE_DISABLED

static const struct {
    const WCHAR *name, *display;
    DWORD type, start;
    const WCHAR *path, *account, *group, *depends; /* depends: a list */
    bool running;
    const WCHAR *description;
} builtins[] = {
    { L"AFD", L"Ancillary Function Driver for Winsock", KERNEL, SYSTEM_START,
      L"\\SystemRoot\\system32\\drivers\\afd.sys", NULL, L"PNP_TDI", NULL, true, NULL },
    { L"AppIDSvc", L"Application Identity", SHARE, MANUAL, SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, NULL,
      L"RpcSs\0", false, L"Determines and verifies the identity of an application." },
    { L"Appinfo", L"Application Information", SHARE, MANUAL, SVCHOST L"netsvcs -p", SYSTEM, NULL, L"RpcSs\0ProfSvc\0",
      false, L"Facilitates the running of interactive applications with additional administrative privileges." },
    { L"AudioEndpointBuilder", L"Windows Audio Endpoint Builder", SHARE, AUTO,
      SVCHOST L"LocalSystemNetworkRestricted -p", SYSTEM, NULL, L"PlugPlay\0", false,
      L"Manages audio devices for the Windows Audio service." },
    { L"Audiosrv", L"Windows Audio", OWN, AUTO, SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, L"AudioGroup",
      L"AudioEndpointBuilder\0RpcSs\0", false, L"Manages audio for Windows-based programs." },
    { L"BFE", L"Base Filtering Engine", SHARE, AUTO, SVCHOST L"LocalServiceNoNetworkFirewall -p", LOCAL,
      L"NetworkProvider", L"RpcSs\0", false, L"Manages firewall and Internet Protocol security policies." },
    { L"BITS", L"Background Intelligent Transfer Service", SHARE, MANUAL, SVCHOST L"netsvcs -p", SYSTEM, NULL,
      L"RpcSs\0", false, L"Transfers files in the background using idle network bandwidth." },
    { L"CryptSvc", L"Cryptographic Services", SHARE, AUTO, SVCHOST L"NetworkService -p", NETWORK, NULL, L"RpcSs\0",
      false, L"Provides catalog database and protected root services." },
    { L"DcomLaunch", L"DCOM Server Process Launcher", SHARE, AUTO, SVCHOST L"DcomLaunch -p", SYSTEM,
      L"COM Infrastructure", NULL, false, L"Launches COM and DCOM servers in response to object activation requests." },
    { L"Dhcp", L"DHCP Client", SHARE, AUTO, SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, L"TDI", L"NSI\0Afd\0",
      false, L"Registers and updates IP addresses and DNS records for this computer." },
    { L"Dnscache", L"DNS Client", SHARE, AUTO, SVCHOST L"NetworkService -p", NETWORK, L"TDI", L"nsi\0Afd\0", false,
      L"Caches Domain Name System (DNS) names." },
    { L"EventLog", L"Windows Event Log", SHARE, AUTO, SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, L"Event Log",
      NULL, true, L"Manages events and event logs." },
    { L"EventSystem", L"COM+ Event System", SHARE, AUTO, SVCHOST L"LocalService -p", LOCAL, NULL, L"rpcss\0", false,
      L"Supports System Event Notification Service (SENS)." },
    { L"gpsvc", L"Group Policy Client", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, L"ProfSvc_Group", L"RPCSS\0", false,
      L"Applies settings configured by administrators." },
    { L"HTTP", L"HTTP Service", KERNEL, MANUAL, L"system32\\drivers\\HTTP.sys", NULL, NULL, NULL, false, NULL },
    { L"iphlpsvc", L"IP Helper", SHARE, AUTO, SVCHOST L"NetSvcs -p", SYSTEM, NULL, L"RpcSS\0Tcpip\0nsi\0", false,
      L"Provides tunnel connectivity using IPv6 transition technologies." },
    { L"LanmanServer", L"Server", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, NULL, L"SamSS\0", false,
      L"Supports file, print, and named-pipe sharing over the network." },
    { L"LanmanWorkstation", L"Workstation", SHARE, AUTO, SVCHOST L"NetworkService -p", NETWORK, L"NetworkProvider",
      L"NSI\0", false, L"Creates and maintains client network connections to remote servers." },
    { L"lmhosts", L"TCP/IP NetBIOS Helper", SHARE, MANUAL, SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, L"TDI",
      L"Afd\0", false, L"Provides support for the NetBIOS over TCP/IP service." },
    { L"MpsSvc", L"Windows Defender Firewall", SHARE, AUTO, SVCHOST L"LocalServiceNoNetworkFirewall -p", LOCAL,
      L"NetworkProvider", L"bfe\0", false, L"Helps protect your computer by preventing unauthorized access." },
    { L"msiserver", L"Windows Installer", OWN, MANUAL, L"%systemroot%\\system32\\msiexec.exe /V", SYSTEM, NULL,
      L"rpcss\0", false, L"Adds, modifies, and removes applications provided as a Windows Installer package." },
    { L"Netlogon", L"Netlogon", SHARE, MANUAL, L"%systemroot%\\system32\\lsass.exe", SYSTEM,
      L"MS_WindowsRemoteValidation", L"LanmanWorkstation\0", false,
      L"Maintains a secure channel between this computer and the domain controller." },
    { L"Netman", L"Network Connections", SHARE, MANUAL, SVCHOST L"LocalSystemNetworkRestricted -p", SYSTEM, NULL,
      L"RpcSs\0nsi\0", false, L"Manages objects in the Network and Dial-Up Connections folder." },
    { L"netprofm", L"Network List Service", SHARE, MANUAL, SVCHOST L"LocalService -p", LOCAL, NULL, L"RpcSs\0nlasvc\0",
      false, L"Identifies the networks to which the computer has connected." },
    { L"NlaSvc", L"Network Location Awareness", SHARE, AUTO, SVCHOST L"NetworkService -p", NETWORK, NULL,
      L"NSI\0RpcSs\0Dhcp\0", false, L"Collects and stores configuration information for the network." },
    { L"nsi", L"Network Store Interface Service", SHARE, AUTO, SVCHOST L"LocalService -p", LOCAL, NULL, L"rpcss\0",
      true, L"This service delivers network notifications to user mode clients." },
    { L"PlugPlay", L"Plug and Play", SHARE, MANUAL, SVCHOST L"DcomLaunch -p", SYSTEM, L"PlugPlay", NULL, false,
      L"Enables a computer to recognize and adapt to hardware changes." },
    { L"ProfSvc", L"User Profile Service", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, L"profsvc_group", L"RpcSs\0",
      false, L"This service is responsible for loading and unloading user profiles." },
    { L"RemoteRegistry", L"Remote Registry", SHARE, DISABLED, SVCHOST L"localService -p", LOCAL, NULL, L"RPCSS\0",
      false, L"Enables remote users to modify registry settings on this computer." },
    { L"RpcEptMapper", L"RPC Endpoint Mapper", SHARE, AUTO, SVCHOST L"RPCSS -p", NETWORK, L"COM Infrastructure", NULL,
      true, L"Resolves RPC interfaces identifiers to transport endpoints." },
    { L"RpcSs", L"Remote Procedure Call (RPC)", SHARE, AUTO, SVCHOST L"rpcss -p", NETWORK, L"COM Infrastructure",
      L"RpcEptMapper\0", true, L"The RPCSS service is the Service Control Manager for COM and DCOM servers." },
    { L"SamSs", L"Security Accounts Manager", SHARE, AUTO, L"%SystemRoot%\\system32\\lsass.exe", SYSTEM,
      L"LocalValidation", L"RPCSS\0", true,
      L"The startup of this service signals other services that the Security Accounts Manager (SAM) is ready." },
    { L"Schedule", L"Task Scheduler", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, L"SchedulerGroup", L"RPCSS\0", false,
      L"Enables a user to configure and schedule automated tasks on this computer." },
    { L"SENS", L"System Event Notification Service", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, L"ProfSvc_Group",
      L"EventSystem\0", false, L"Monitors system events and notifies subscribers." },
    { L"Spooler", L"Print Spooler", OWN | SERVICE_INTERACTIVE_PROCESS, AUTO, L"%SystemRoot%\\System32\\spoolsv.exe",
      SYSTEM, L"SpoolerGroup", L"RPCSS\0http\0", false,
      L"This service spools print jobs and handles interaction with the printer." },
    { L"Tcpip", L"TCP/IP Protocol Driver", KERNEL, SERVICE_BOOT_START, L"System32\\drivers\\tcpip.sys", NULL,
      L"PNP_TDI", NULL, true, L"TCP/IP Protocol Driver" },
    { L"TermService", L"Remote Desktop Services", SHARE, MANUAL, SVCHOST L"NetworkService", NETWORK, NULL, L"RPCSS\0",
      false, L"Allows users to connect interactively to a remote computer." },
    { L"Themes", L"Themes", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, L"ProfSvc_Group", NULL, false,
      L"Provides user experience theme management." },
    { L"TrustedInstaller", L"Windows Modules Installer", OWN, MANUAL, L"%SystemRoot%\\servicing\\TrustedInstaller.exe",
      SYSTEM, L"ProfSvc_Group", NULL, false, L"Enables installation, modification, and removal of Windows updates." },
    { L"VSS", L"Volume Shadow Copy", OWN, MANUAL, L"%systemroot%\\system32\\vssvc.exe", SYSTEM, NULL, L"RPCSS\0", false,
      L"Manages and implements Volume Shadow Copies used for backup and other purposes." },
    { L"W32Time", L"Windows Time", SHARE, MANUAL, SVCHOST L"LocalService", LOCAL, NULL, NULL, false,
      L"Maintains date and time synchronization on all clients and servers in the network." },
    { L"WinDefend", L"Microsoft Defender Antivirus Service", OWN, DISABLED,
      L"\"%ProgramFiles%\\Windows Defender\\MsMpEng.exe\"", SYSTEM, NULL, L"RpcSs\0", false,
      L"Helps protect users from malware and other potentially unwanted software" },
    { L"WinHttpAutoProxySvc", L"WinHTTP Web Proxy Auto-Discovery Service", SHARE, MANUAL,
      SVCHOST L"LocalServiceNetworkRestricted -p", LOCAL, NULL, L"Dhcp\0", false,
      L"WinHTTP implements the client HTTP stack." },
    { L"Winmgmt", L"Windows Management Instrumentation", SHARE, AUTO, SVCHOST L"netsvcs -p", SYSTEM, NULL, L"RPCSS\0",
      false, L"Provides a common interface and object model to access management information." },
    { L"WinRM", L"Windows Remote Management (WS-Management)", SHARE, MANUAL, SVCHOST L"NetworkService -p", NETWORK,
      NULL, L"RPCSS\0HTTP\0", false, L"Implements the WS-Management protocol for remote management." },
    { L"WSearch", L"Windows Search", OWN, DISABLED, L"%systemroot%\\system32\\SearchIndexer.exe /Embedding", SYSTEM,
      NULL, L"RPCSS\0", false, L"Provides content indexing, property caching, and search results." },
    { L"wuauserv", L"Windows Update", SHARE, MANUAL, SVCHOST L"netsvcs -p", SYSTEM, NULL, L"rpcss\0", false,
      L"Enables the detection, download, and installation of updates." },
};

static void set_text(struct service *service, const WCHAR *name, DWORD type, const WCHAR *text)
{
    const WCHAR *end = text;

    if (!text)
        return;
    while (*end && (type == REG_MULTI_SZ || end == text))
        end += wcslen(end) + 1;
    service_set(service, name, type, text,
                (DWORD)((type == REG_MULTI_SZ ? (size_t)(end + 1 - text) : wcslen(text) + 1) * sizeof(WCHAR)));
}

void builtin_add(void)
{
    for (size_t i = 0; i < ARRAYSIZE(builtins); i++) {
        struct service *service = service_add(builtins[i].name);
        WCHAR path[MAX_PATH];
        if (!service)
            return;
        service_set_number(service, L"Type", builtins[i].type);
        service_set_number(service, L"Start", builtins[i].start);
        service_set_number(service, L"ErrorControl", SERVICE_ERROR_NORMAL);
        ExpandEnvironmentStringsW(builtins[i].path, path, ARRAYSIZE(path));
        set_text(service, L"ImagePath", REG_EXPAND_SZ, path);
        set_text(service, L"DisplayName", REG_SZ, builtins[i].display);
        set_text(service, L"Description", REG_SZ, builtins[i].description);
        set_text(service, L"ObjectName", REG_SZ, builtins[i].account);
        set_text(service, L"Group", REG_SZ, builtins[i].group);
        set_text(service, L"DependOnService", REG_MULTI_SZ, builtins[i].depends);
        service->status.dwServiceType = builtins[i].type;
        if (builtins[i].running) {
            service->status.dwCurrentState = SERVICE_RUNNING;
            service->status.dwWin32ExitCode = 0;
        }
        service->builtin = true;
        service->changed = false;
    }
}
