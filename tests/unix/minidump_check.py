#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""minidump_check.py FILE: reads a minidump as its documentation (minidumpapiset.h) says and checks that all that it points to is
there, that what it says twice is the same, and that stacks and contexts fit. Prints what it found; exits with 1 on a fault."""
import struct
import sys

data = open(sys.argv[1], 'rb').read()
faults = []


def check(good, text):
    if not good:
        faults.append(text)


def get(form, at):
    size = struct.calcsize('<' + form)
    if at + size > len(data):
        raise SystemExit(f'{at:#x}: behind the end of the file')
    return struct.unpack_from('<' + form, data, at)


def string(rva):
    (length,) = get('I', rva)
    check(length % 2 == 0 and rva + 4 + length + 2 <= len(data), f'string at {rva:#x}')
    return data[rva + 4:rva + 4 + length].decode('utf-16le')


signature, version, count, directory, checksum, stamp, flags = get('4sIIIIIQ', 0)
check(signature == b'MDMP' and version & 0xffff == 42899, 'header')
streams = {}
for i in range(count):
    kind, size, rva = get('III', directory + 12 * i)
    check(rva + size <= len(data), f'stream {kind} lies behind the end')
    check(kind not in streams or kind > 0xffff, f'two streams {kind}')
    streams[kind] = (rva, size)

ranges = []  # address, size, place in the file
if 5 in streams:
    rva, size = streams[5]
    (n,) = get('I', rva)
    check(size == 4 + 16 * n, 'MemoryList: size')
    ranges = [(a, s, r) for a, s, r in (get('QII', rva + 4 + 16 * i) for i in range(n))]
if 9 in streams:
    rva, size = streams[9]
    n, place = get('QQ', rva)
    check(size == 16 + 16 * n, 'Memory64List: size')
    for i in range(n):
        address, length = get('QQ', rva + 16 + 16 * i)
        ranges.append((address, length, place))
        place += length
check(5 in streams or 9 in streams, 'no memory')
ends = 0
for address, length, place in sorted(ranges):
    check(place + length <= len(data), f'memory {address:#x} lies behind the end')
    check(address >= ends, f'memory {address:#x} is there twice')
    ends = address + length


def memory(address, size):
    for a, s, r in ranges:
        if a <= address and address + size <= a + s:
            return data[r + address - a:r + address - a + size]
    return None


def thread(at):
    tid, suspended, pclass, priority, teb, start, length, place, csize, context = get('IIIIQQIIII', at)
    check(csize == 1232 and context + csize <= len(data), f'thread {tid}: context')
    rsp, rip = get('Q', context + 0x98)[0], get('Q', context + 0xf8)[0]
    if length:
        check(start <= rsp < start + length, f'thread {tid}: the stack pointer is outside of the stack')
        check(memory(start, length) == data[place:place + length], f'thread {tid}: the stack is not in the list of memory')
    check(memory(rsp, 8) is not None, f'thread {tid}: no stack')
    return tid, rip


rva, size = streams[3]
(n,) = get('I', rva)
check(size == 4 + 48 * n and n, 'ThreadList: size')
threads = dict(thread(rva + 4 + 48 * i) for i in range(n))
rva, size = streams[4]
(n,) = get('I', rva)
check(size == 4 + 108 * n and n, 'ModuleList: size')
modules = {}
for i in range(n):
    base, length, checksum, stamp, name = get('QIIII', rva + 4 + 108 * i)
    modules[base] = (length, string(name))
    csize, place = get('II', rva + 4 + 108 * i + 76)
    check(place + csize <= len(data) and (not csize or data[place:place + 4] in (b'RSDS', b'NB10')), f'{modules[base]}: CodeView')
for tid, rip in threads.items():
    check(any(base <= rip < base + length for base, (length, name) in modules.items()), f'thread {tid} is at {rip:#x}, in no module')
rva, size = streams[7]
arch, level, revision, processors, product, major, minor, build, platform, csd = get('HHHBBIIIII', rva)
check(arch == 9 and processors > 0 and platform == 2 and size == 56, 'SystemInfo')
string(csd)
rva, size = streams[15]
misc, = get('I', rva)
check(misc == size and size in (24, 44, 232, 832, 1364), 'MiscInfo: size')
if 6 in streams:
    rva, size = streams[6]
    check(size == 168, 'Exception: size')
    tid, pad, code, xflags, record, address, parameters = get('IIIIQQI', rva)
    check(tid in threads, f'the exception is of thread {tid}, which is not there')
if 16 in streams:
    rva, size = streams[16]
    head, entry, n = get('IIQ', rva)
    check(size == head + entry * n and entry == 48, 'MemoryInfoList: size')
    last = 0
    for i in range(n):
        base, = get('Q', rva + head + entry * i)
        check(base >= last, 'MemoryInfoList: order')
        last = base + get('Q', rva + head + entry * i + 24)[0]
if 17 in streams:
    rva, size = streams[17]
    head, entry, n = get('III', rva)
    check(size == head + entry * n and entry == 64, 'ThreadInfoList: size')
if 24 in streams:
    rva, size = streams[24]
    (n,) = get('I', rva)
    for i in range(n):
        tid, name = get('IQ', rva + 4 + 12 * i)
        check(tid in threads and string(name), 'ThreadNames')
if 12 in streams:
    rva, size = streams[12]
    head, entry, n, pad = get('IIII', rva)
    check(size == head + entry * n and entry in (32, 40), 'HandleData: size')
    for i in range(n):
        handle, kind, name = get('QII', rva + head + entry * i)
        if kind:
            string(kind)
        if name:
            string(name)
if 14 in streams:
    rva, size = streams[14]
    head, entry, n = get('III', rva)
    check(size == head + entry * n and entry == 24, 'UnloadedModuleList: size')
    for i in range(n):
        string(get('QIIII', rva + head + entry * i)[4])
print(f'{len(threads)} threads, {len(modules)} modules, {len(ranges)} ranges of memory, streams {sorted(streams)}')
for fault in faults:
    print('fault:', fault)
sys.exit(bool(faults))
