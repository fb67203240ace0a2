/* SPDX-License-Identifier: MIT */
/*
 * services_builtin.h: Windows' own services, as far as programs ask for them or depend on them: for services.exe, which lists them, and for
 * the registry, which has their keys. They run if what they stand for is there (sockets, the event log, RPC, accounts), though no process of
 * theirs does it; all others are stopped, and cannot be started: their programs are not there.
 *
 * X(name, display name, type, start, image path, account, group, list of what it depends on, running, description); "" is none.
 */
#ifndef TRANSOM_SERVICES_BUILTIN_H
#define TRANSOM_SERVICES_BUILTIN_H

#define BUILTIN_SVCHOST      "%SystemRoot%\\system32\\svchost.exe -k "
#define BUILTIN_LOCAL        "NT AUTHORITY\\LocalService"
#define BUILTIN_NETWORK      "NT AUTHORITY\\NetworkService"
#define BUILTIN_KERNEL       0x01 /* SERVICE_KERNEL_DRIVER and so on: the native half has no winsvc.h */
#define BUILTIN_OWN          0x10
#define BUILTIN_SHARE        0x20
#define BUILTIN_INTERACTIVE  0x100
#define BUILTIN_BOOT_START   0
#define BUILTIN_SYSTEM_START 1
#define BUILTIN_AUTO         2
#define BUILTIN_MANUAL       3
#define BUILTIN_DISABLED     4

/* clang-format off */
#define SERVICES_BUILTIN(X) \
    X("AFD", "Ancillary Function Driver for Winsock", BUILTIN_KERNEL, BUILTIN_SYSTEM_START, \
      "\\SystemRoot\\system32\\drivers\\afd.sys", "", "PNP_TDI", "", true, "") \
    X("AppIDSvc", "Application Identity", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", BUILTIN_LOCAL, "", "RpcSs\0", false, \
      "Determines and verifies the identity of an application.") \
    X("Appinfo", "Application Information", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "netsvcs -p", \
      "LocalSystem", "", "RpcSs\0ProfSvc\0", false, \
      "Facilitates the running of interactive applications with additional administrative privileges.") \
    X("AudioEndpointBuilder", "Windows Audio Endpoint Builder", BUILTIN_SHARE, BUILTIN_AUTO, \
      BUILTIN_SVCHOST "LocalSystemNetworkRestricted -p", "LocalSystem", "", "PlugPlay\0", false, \
      "Manages audio devices for the Windows Audio service.") \
    X("Audiosrv", "Windows Audio", BUILTIN_OWN, BUILTIN_AUTO, BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", \
      BUILTIN_LOCAL, "AudioGroup", "AudioEndpointBuilder\0RpcSs\0", false, \
      "Manages audio for Windows-based programs.") \
    X("BFE", "Base Filtering Engine", BUILTIN_SHARE, BUILTIN_AUTO, \
      BUILTIN_SVCHOST "LocalServiceNoNetworkFirewall -p", BUILTIN_LOCAL, "NetworkProvider", "RpcSs\0", false, \
      "Manages firewall and Internet Protocol security policies.") \
    X("BITS", "Background Intelligent Transfer Service", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", "", "RpcSs\0", false, \
      "Transfers files in the background using idle network bandwidth.") \
    X("CryptSvc", "Cryptographic Services", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "NetworkService -p", \
      BUILTIN_NETWORK, "", "RpcSs\0", false, "Provides catalog database and protected root services.") \
    X("DcomLaunch", "DCOM Server Process Launcher", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "DcomLaunch -p", \
      "LocalSystem", "COM Infrastructure", "", false, \
      "Launches COM and DCOM servers in response to object activation requests.") \
    X("Dhcp", "DHCP Client", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", \
      BUILTIN_LOCAL, "TDI", "NSI\0Afd\0", false, \
      "Registers and updates IP addresses and DNS records for this computer.") \
    X("Dnscache", "DNS Client", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "NetworkService -p", BUILTIN_NETWORK, \
      "TDI", "nsi\0Afd\0", false, "Caches Domain Name System (DNS) names.") \
    X("EventLog", "Windows Event Log", BUILTIN_SHARE, BUILTIN_AUTO, \
      BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", BUILTIN_LOCAL, "Event Log", "", true, \
      "Manages events and event logs.") \
    X("EventSystem", "COM+ Event System", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "LocalService -p", \
      BUILTIN_LOCAL, "", "rpcss\0", false, "Supports System Event Notification Service (SENS).") \
    X("gpsvc", "Group Policy Client", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", \
      "ProfSvc_Group", "RPCSS\0", false, "Applies settings configured by administrators.") \
    X("HTTP", "HTTP Service", BUILTIN_KERNEL, BUILTIN_MANUAL, "system32\\drivers\\HTTP.sys", "", "", "", false, "") \
    X("iphlpsvc", "IP Helper", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "NetSvcs -p", "LocalSystem", "", \
      "RpcSS\0Tcpip\0nsi\0", false, "Provides tunnel connectivity using IPv6 transition technologies.") \
    X("LanmanServer", "Server", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", "", \
      "SamSS\0", false, "Supports file, print, and named-pipe sharing over the network.") \
    X("LanmanWorkstation", "Workstation", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "NetworkService -p", \
      BUILTIN_NETWORK, "NetworkProvider", "NSI\0", false, \
      "Creates and maintains client network connections to remote servers.") \
    X("lmhosts", "TCP/IP NetBIOS Helper", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", BUILTIN_LOCAL, "TDI", "Afd\0", false, \
      "Provides support for the NetBIOS over TCP/IP service.") \
    X("MpsSvc", "Windows Defender Firewall", BUILTIN_SHARE, BUILTIN_AUTO, \
      BUILTIN_SVCHOST "LocalServiceNoNetworkFirewall -p", BUILTIN_LOCAL, "NetworkProvider", "bfe\0", false, \
      "Helps protect your computer by preventing unauthorized access.") \
    X("msiserver", "Windows Installer", BUILTIN_OWN, BUILTIN_MANUAL, "%systemroot%\\system32\\msiexec.exe /V", \
      "LocalSystem", "", "rpcss\0", false, \
      "Adds, modifies, and removes applications provided as a Windows Installer package.") \
    X("Netlogon", "Netlogon", BUILTIN_SHARE, BUILTIN_MANUAL, "%systemroot%\\system32\\lsass.exe", "LocalSystem", \
      "MS_WindowsRemoteValidation", "LanmanWorkstation\0", false, \
      "Maintains a secure channel between this computer and the domain controller.") \
    X("Netman", "Network Connections", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "LocalSystemNetworkRestricted -p", "LocalSystem", "", "RpcSs\0nsi\0", false, \
      "Manages objects in the Network and Dial-Up Connections folder.") \
    X("netprofm", "Network List Service", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "LocalService -p", \
      BUILTIN_LOCAL, "", "RpcSs\0nlasvc\0", false, "Identifies the networks to which the computer has connected.") \
    X("NlaSvc", "Network Location Awareness", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "NetworkService -p", \
      BUILTIN_NETWORK, "", "NSI\0RpcSs\0Dhcp\0", false, \
      "Collects and stores configuration information for the network.") \
    X("nsi", "Network Store Interface Service", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "LocalService -p", \
      BUILTIN_LOCAL, "", "rpcss\0", true, "This service delivers network notifications to user mode clients.") \
    X("PlugPlay", "Plug and Play", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "DcomLaunch -p", "LocalSystem", \
      "PlugPlay", "", false, "Enables a computer to recognize and adapt to hardware changes.") \
    X("ProfSvc", "User Profile Service", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", \
      "profsvc_group", "RpcSs\0", false, "This service is responsible for loading and unloading user profiles.") \
    X("RemoteRegistry", "Remote Registry", BUILTIN_SHARE, BUILTIN_DISABLED, BUILTIN_SVCHOST "localService -p", \
      BUILTIN_LOCAL, "", "RPCSS\0", false, "Enables remote users to modify registry settings on this computer.") \
    X("RpcEptMapper", "RPC Endpoint Mapper", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "RPCSS -p", \
      BUILTIN_NETWORK, "COM Infrastructure", "", true, \
      "Resolves RPC interfaces identifiers to transport endpoints.") \
    X("RpcSs", "Remote Procedure Call (RPC)", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "rpcss -p", \
      BUILTIN_NETWORK, "COM Infrastructure", "RpcEptMapper\0", true, \
      "The RPCSS service is the Service Control Manager for COM and DCOM servers.") \
    X("SamSs", "Security Accounts Manager", BUILTIN_SHARE, BUILTIN_AUTO, "%SystemRoot%\\system32\\lsass.exe", \
      "LocalSystem", "LocalValidation", "RPCSS\0", true, \
      "The startup of this service signals other services that the Security Accounts Manager (SAM) is ready.") \
    X("Schedule", "Task Scheduler", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", \
      "SchedulerGroup", "RPCSS\0", false, \
      "Enables a user to configure and schedule automated tasks on this computer.") \
    X("SENS", "System Event Notification Service", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", \
      "LocalSystem", "ProfSvc_Group", "EventSystem\0", false, "Monitors system events and notifies subscribers.") \
    X("Spooler", "Print Spooler", BUILTIN_OWN | BUILTIN_INTERACTIVE, BUILTIN_AUTO, \
      "%SystemRoot%\\System32\\spoolsv.exe", "LocalSystem", "SpoolerGroup", "RPCSS\0http\0", false, \
      "This service spools print jobs and handles interaction with the printer.") \
    X("Tcpip", "TCP/IP Protocol Driver", BUILTIN_KERNEL, BUILTIN_BOOT_START, "System32\\drivers\\tcpip.sys", "", \
      "PNP_TDI", "", true, "TCP/IP Protocol Driver") \
    X("TermService", "Remote Desktop Services", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "NetworkService", \
      BUILTIN_NETWORK, "", "RPCSS\0", false, "Allows users to connect interactively to a remote computer.") \
    X("Themes", "Themes", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", "ProfSvc_Group", \
      "", false, "Provides user experience theme management.") \
    X("TrustedInstaller", "Windows Modules Installer", BUILTIN_OWN, BUILTIN_MANUAL, \
      "%SystemRoot%\\servicing\\TrustedInstaller.exe", "LocalSystem", "ProfSvc_Group", "", false, \
      "Enables installation, modification, and removal of Windows updates.") \
    X("VSS", "Volume Shadow Copy", BUILTIN_OWN, BUILTIN_MANUAL, "%systemroot%\\system32\\vssvc.exe", "LocalSystem", \
      "", "RPCSS\0", false, "Manages and implements Volume Shadow Copies used for backup and other purposes.") \
    X("W32Time", "Windows Time", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "LocalService", BUILTIN_LOCAL, "", \
      "", false, "Maintains date and time synchronization on all clients and servers in the network.") \
    X("WinDefend", "Microsoft Defender Antivirus Service", BUILTIN_OWN, BUILTIN_DISABLED, \
      "\"%ProgramFiles%\\Windows Defender\\MsMpEng.exe\"", "LocalSystem", "", "RpcSs\0", false, \
      "Helps protect users from malware and other potentially unwanted software") \
    X("WinHttpAutoProxySvc", "WinHTTP Web Proxy Auto-Discovery Service", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "LocalServiceNetworkRestricted -p", BUILTIN_LOCAL, "", "Dhcp\0", false, \
      "WinHTTP implements the client HTTP stack.") \
    X("Winmgmt", "Windows Management Instrumentation", BUILTIN_SHARE, BUILTIN_AUTO, BUILTIN_SVCHOST "netsvcs -p", \
      "LocalSystem", "", "RPCSS\0", false, \
      "Provides a common interface and object model to access management information.") \
    X("WinRM", "Windows Remote Management (WS-Management)", BUILTIN_SHARE, BUILTIN_MANUAL, \
      BUILTIN_SVCHOST "NetworkService -p", BUILTIN_NETWORK, "", "RPCSS\0HTTP\0", false, \
      "Implements the WS-Management protocol for remote management.") \
    X("WSearch", "Windows Search", BUILTIN_OWN, BUILTIN_DISABLED, \
      "%systemroot%\\system32\\SearchIndexer.exe /Embedding", "LocalSystem", "", "RPCSS\0", false, \
      "Provides content indexing, property caching, and search results.") \
    X("wuauserv", "Windows Update", BUILTIN_SHARE, BUILTIN_MANUAL, BUILTIN_SVCHOST "netsvcs -p", "LocalSystem", "", \
      "rpcss\0", false, "Enables the detection, download, and installation of updates.")
/* clang-format on */

#endif
