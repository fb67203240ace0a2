# SPDX-License-Identifier: MIT
"""
gdb on a Transom process: `source .../transom.py` (docs/debugging.md).

- Symbols of the mapped PE modules (DWARF, COFF symbols, export names) are loaded whenever the process stops.
- Frames of PE code are unwound by .pdata, and the boundary of a system call is crossed: native code's backtrace goes on in
  the Windows code that made the call; a signal handler's goes on in the Windows code that was interrupted.
- `transom modules` lists the modules, `transom symbols` loads what is new, `transom teb` shows the thread's TEB.

Everything is read from the process's memory: TEB (at GS base), PEB, the loader's list, headers and unwind information.
"""

import bisect
import os
import re
import struct

import gdb
from gdb.unwinder import Unwinder

# dlls/ntdll/unix/dispatch.h: struct syscall_frame
FRAME_XMM6 = 0x00
FRAME_REGISTERS = (("rbx", 0xA0), ("rbp", 0xA8), ("rdi", 0xB0), ("rsi", 0xB8), ("r12", 0xC0), ("r13", 0xC8), ("r14", 0xD0), ("r15", 0xD8))
FRAME_RSP = 0xE0
FRAME_RIP = 0xE8

REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")

# x64 unwind operations ("x64 exception handling" in Microsoft's C++ documentation)
(PUSH_NONVOL, ALLOC_LARGE, ALLOC_SMALL, SET_FPREG, SAVE_NONVOL, SAVE_NONVOL_FAR, EPILOG, SPARE, SAVE_XMM128, SAVE_XMM128_FAR,
 PUSH_MACHFRAME) = range(11)
CHAINED = 4


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_u16(address):
    return struct.unpack("<H", read(address, 2))[0]


def read_u32(address):
    return struct.unpack("<I", read(address, 4))[0]


def read_u64(address):
    return struct.unpack("<Q", read(address, 8))[0]


def read_string(address):
    """A UNICODE_STRING."""
    length, buffer = read_u16(address), read_u64(address + 8)
    return read(buffer, length).decode("utf-16-le", "replace") if length else ""


# --- the process's modules ---


class Module:
    """A PE image in memory: its functions are looked up as they are needed."""

    def __init__(self, base, size, name, path):
        self.base, self.size, self.name, self.path = base, size, name, path
        self.symbols = False
        self._functions = None
        self._starts = None
        header = base + read_u32(base + 0x3C)
        self.preferred = read_u64(header + 24 + 24)
        directories = header + 24 + 112
        self.pdata = struct.unpack("<II", read(directories + 3 * 8, 8))

    def contains(self, address):
        return self.base <= address < self.base + self.size

    def function(self, address):
        """The RUNTIME_FUNCTION (begin, end, unwind) of an address, or None: it is a leaf."""
        if self._functions is None:
            offset, size = self.pdata
            table = read(self.base + offset, size) if size else b""
            self._functions = [f for f in struct.iter_unpack("<III", table[: len(table) // 12 * 12]) if f[0]]
            self._starts = [f[0] for f in self._functions]
        rva = address - self.base
        i = bisect.bisect_right(self._starts, rva) - 1
        if i < 0 or rva >= self._functions[i][1]:
            return None
        return self._functions[i]


def find_teb():
    """Of the selected thread; 0 if it has none."""
    try:
        teb = int(gdb.selected_frame().read_register("gs_base"))
        return teb if teb and read_u64(teb + 0x30) == teb else 0
    except (gdb.error, gdb.MemoryError, ValueError):
        return 0


def find_peb():
    """By any thread that has a TEB: native threads have none."""
    teb = find_teb()
    if not teb:
        selected = gdb.selected_thread()
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            teb = find_teb()
            if teb:
                break
        if selected and selected.is_valid():
            selected.switch()
    return read_u64(teb + 0x60) if teb else 0


def mapped_files():
    """Where files are mapped in the process: lowest address by path."""
    files = {}
    pid = gdb.selected_inferior().pid
    try:
        with open("/proc/%d/maps" % pid) as maps:
            for line in maps:
                parts = line.rstrip("\n").split(None, 5)
                if len(parts) == 6 and parts[5].startswith("/"):
                    files.setdefault(int(parts[0].split("-")[0], 16), parts[5])
    except OSError:
        try:  # a core file
            for line in gdb.execute("info proc mappings", to_string=True).splitlines():
                parts = line.split(None, 4)
                if len(parts) == 5 and parts[0].startswith("0x") and parts[4].startswith("/"):
                    files.setdefault(int(parts[0], 16), parts[4])
        except gdb.error:
            pass
    return files


def fold(directory, name):
    """The file of a folder by a name in any case."""
    path = os.path.join(directory, name)
    if os.path.exists(path):
        return path
    try:
        for entry in os.listdir(directory):
            if entry.lower() == name.lower():
                return os.path.join(directory, entry)
    except OSError:
        pass
    return None


def walk(root, parts):
    for part in parts:
        if not part:
            continue
        root = fold(root, part)
        if not root:
            return None
    return root


def native_option(name):
    try:
        return gdb.parse_and_eval("(char *)options.%s" % name).string()
    except (gdb.error, gdb.MemoryError):
        return None


def is_native_half(objfile):
    return os.path.basename(objfile.filename or "") in ("transom", "transom-ubsan")


def system_folder():
    folder = native_option("system_dir")
    if folder:
        return folder
    program = next((f.filename for f in gdb.objfiles() if is_native_half(f)), None)
    for place in ("x86_64-windows", "../lib/transom/x86_64-windows", "../lib/transom"):
        path = program and os.path.join(os.path.dirname(program), place)
        if path and os.path.exists(os.path.join(path, "ntdll.dll")):
            return path
    return None


def symbol_file(path):
    """A build tree keeps debug information in a DLL of its own."""
    name = os.path.basename(path)
    folder = os.path.dirname(os.path.dirname(path))
    full = os.path.join(folder, "obj", "x86_64", os.path.splitext(name)[0], name)
    return full if os.path.exists(full) else path


def unix_path(name):
    """Of a DOS path as the loader's list has it; None: not found."""
    match = re.match(r"^(?:\\\\\?\\)?([A-Za-z]):\\(.*)$", name)
    if not match:
        return None
    drive, parts = match.group(1).upper(), match.group(2).split("\\")
    if drive == "Z":
        return walk("/", parts)
    prefix = native_option("prefix_dir")
    path = walk(os.path.join(prefix, "drive_" + drive.lower()), parts) if prefix else None
    if not path and [p.lower() for p in parts[:2]] == ["windows", "system32"]:
        folder = system_folder()
        path = walk(folder, parts[2:]) if folder else None
    return path


class Modules:
    def __init__(self):
        self.clear()

    def clear(self):
        self.by_base = {}
        self.bases = []

    def find(self, address):
        i = bisect.bisect_right(self.bases, address) - 1
        if i >= 0:
            module = self.by_base[self.bases[i]]
            if module.contains(address):
                return module
        return None

    def list(self):
        """(base, size, DOS path) of each: from the loader's list, and before there is one the program's and ntdll's."""
        peb = find_peb()
        if not peb:
            return
        ldr = read_u64(peb + 0x18)
        if not ldr:
            base = read_u64(peb + 0x10)
            parameters = read_u64(peb + 0x20)
            yield base, self.image_size(base), read_string(parameters + 0x60) if parameters else "?"
            return
        head = ldr + 0x10
        entry = read_u64(head)
        for _ in range(0x10000):
            if entry == head:
                break
            yield read_u64(entry + 0x30), read_u32(entry + 0x40), read_string(entry + 0x48)
            entry = read_u64(entry)

    @staticmethod
    def image_size(base):
        return read_u32(base + read_u32(base + 0x3C) + 24 + 56)

    def refresh(self):
        found = {}
        files = None
        try:
            for base, size, name in self.list():
                known = self.by_base.get(base)
                if known and known.name == name:
                    found[base] = known
                    continue
                if files is None:
                    files = mapped_files()
                found[base] = Module(base, size, name, files.get(base) or unix_path(name))
        except gdb.MemoryError:
            pass  # in the middle of a change: next time
        gone = [m for base, m in self.by_base.items() if found.get(base) is not m]
        self.by_base = found
        self.bases = sorted(found)
        return gone

    def load_symbols(self):
        for module in self.refresh():
            if module.symbols:
                try:
                    gdb.execute("remove-symbol-file -a %#x" % module.base, to_string=True)
                except gdb.error:
                    pass
        count = 0
        for module in self.by_base.values():
            if module.symbols or not module.path:
                continue
            module.symbols = True  # once, whatever comes of it
            offset = module.base - module.preferred
            path = symbol_file(module.path).replace("\\", "\\\\").replace('"', '\\"')
            try:
                gdb.execute('add-symbol-file "%s" -o %d' % (path, offset), to_string=True)
                count += 1
            except gdb.error as error:
                gdb.write("transom: %s: %s\n" % (module.path, error), gdb.STDERR)
        return count


modules = Modules()


# --- unwinding ---


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class State:
    """The registers of a frame, of which unwinding changes some."""

    def __init__(self, pending):
        self.values = {}
        self.pending = pending

    def __getitem__(self, name):
        if name not in self.values:
            self.values[name] = int(self.pending.read_register(name)) & 0xFFFFFFFFFFFFFFFF
        return self.values[name]

    def __setitem__(self, name, value):
        self.values[name] = value


def unwind_codes(module, info):
    """(offset in the prologue, operation, info, operand) of each code; and the header's fields."""
    version_flags, prologue, count, frame = struct.unpack("<BBBB", read(info, 4))
    raw = struct.unpack("<%dH" % count, read(info + 4, count * 2))
    codes, i = [], 0
    while i < count:
        at, operation, argument = raw[i] & 0xFF, raw[i] >> 8 & 15, raw[i] >> 12
        operand, used = 0, 1
        if operation in (SAVE_NONVOL, SAVE_XMM128) or (operation == ALLOC_LARGE and argument == 0):
            operand, used = raw[i + 1], 2
        elif operation in (SAVE_NONVOL_FAR, SAVE_XMM128_FAR) or operation == ALLOC_LARGE:
            operand, used = raw[i + 1] | raw[i + 2] << 16, 3
        codes.append((at, operation, argument, operand))
        i += used
    chained = None
    if version_flags >> 3 & CHAINED:
        chained = struct.unpack("<III", read(info + 4 + (count + 1 & ~1) * 2, 12))
    return codes, prologue, frame & 15, frame >> 4, chained


def epilogue(state, code):
    """Runs an epilogue from its present instruction on; False: this is none. (lea/add rsp, pops, ret or jmp)"""
    trial = {}
    sp = state["rsp"]
    i = 0

    def register(name):
        return trial[name] if name in trial else state[name]

    if code[:3] in (b"\x48\x83\xc4", b"\x48\x81\xc4"):
        short = code[1] == 0x83
        sp += struct.unpack_from("<b" if short else "<i", code, 3)[0]
        i = 4 if short else 7
    elif len(code) > 7 and code[0] & 0xFE == 0x48 and code[1] == 0x8D and code[2] >> 3 & 7 == 4:
        base = REGISTERS[(code[2] & 7) + 8 * (code[0] & 1)]
        mode = code[2] >> 6
        if code[2] & 7 == 4 or mode not in (1, 2):
            return False
        sp = register(base) + struct.unpack_from("<b" if mode == 1 else "<i", code, 3)[0]
        i = 4 if mode == 1 else 7
    while i < len(code) - 2:
        high = 0
        if code[i] & 0xF0 == 0x40 and code[i + 1] & 0xF8 == 0x58:
            high = 8 * (code[i] & 1)
            i += 1
        if code[i] & 0xF8 != 0x58:
            break
        trial[REGISTERS[(code[i] & 7) + high]] = read_u64(sp)
        sp += 8
        i += 1
    rest = code[i:]
    if not (rest[:1] in (b"\xc3", b"\xc2") or rest[:2] == b"\xf3\xc3"):
        return False
    for name, value in trial.items():
        state[name] = value
    state["rsp"] = sp
    return True


def unwind(module, state, pc):
    """To the caller of the PE function at pc: the registers that were saved, `state` changed; where they were, or None."""
    function = module.function(pc)
    machine = False
    saved = {}
    if function:
        code = read(pc, 24) if module.contains(pc + 24) else b""
        codes, prologue, frame, frame_offset, chained = unwind_codes(module, module.base + (function[2] & ~1))
        offset = pc - module.base - function[0]
        if offset > prologue and code and epilogue(state, code):
            codes, chained, frame = [], None, 0
        first = True
        while True:
            # The frame register is as good as the stack pointer was when it was set.
            applicable = [c for c in codes if not first or offset >= c[0]]
            if frame and any(c[1] == SET_FPREG for c in applicable):
                base = state[REGISTERS[frame]] - frame_offset * 16
            else:
                base = state["rsp"]
            for at, operation, argument, operand in applicable:
                if operation == PUSH_NONVOL:
                    saved[REGISTERS[argument]] = state["rsp"]
                    state[REGISTERS[argument]] = read_u64(state["rsp"])
                    state["rsp"] += 8
                elif operation == ALLOC_LARGE:
                    state["rsp"] += operand if argument else operand * 8
                elif operation == ALLOC_SMALL:
                    state["rsp"] += argument * 8 + 8
                elif operation == SET_FPREG:
                    state["rsp"] = state[REGISTERS[frame]] - frame_offset * 16
                elif operation in (SAVE_NONVOL, SAVE_NONVOL_FAR):
                    place = base + (operand * 8 if operation == SAVE_NONVOL else operand)
                    saved[REGISTERS[argument]] = place
                    state[REGISTERS[argument]] = read_u64(place)
                elif operation == PUSH_MACHFRAME:
                    at_rip = state["rsp"] + (8 if argument else 0)
                    state["rip"] = read_u64(at_rip)
                    state["rsp"] = read_u64(at_rip + 24)
                    machine = True
            if not chained:
                break
            codes, prologue, frame, frame_offset, chained = unwind_codes(module, module.base + (chained[2] & ~1))
            first = False
    if not machine:
        state["rip"] = read_u64(state["rsp"])
        state["rsp"] += 8
    return saved


def symbol_range(first, last):
    try:
        return (int(gdb.parse_and_eval("(unsigned long)&%s" % first)), int(gdb.parse_and_eval("(unsigned long)&%s" % last)))
    except gdb.error:
        return None


class TransomUnwinder(Unwinder):
    """Frames of PE code, and of the boundary."""

    KEPT = ("rbx", "rbp", "rsi", "rdi", "r12", "r13", "r14", "r15")

    def __init__(self):
        super().__init__("transom")
        self.boundary = None

    def boundary_range(self):
        if not self.boundary:
            self.boundary = symbol_range("syscall_dispatcher", "syscall_dispatcher_end")
        return self.boundary

    def __call__(self, pending):
        try:
            pc = int(pending.read_register("rip")) & 0xFFFFFFFFFFFFFFFF
            module = modules.find(pc)
            if module:
                return self.pe_frame(pending, module, pc)
            boundary = self.boundary_range()
            if boundary and boundary[0] <= pc < boundary[1]:
                return self.boundary_frame(pending, pc)
        except (gdb.error, gdb.MemoryError, struct.error, IndexError):
            pass
        return None

    def pe_frame(self, pending, module, pc):
        state = State(pending)
        # A call may be its function's last instruction: the return address then is the next function's.
        unwind(module, state, pc)
        if state["rip"] == 0:
            return None if state["rsp"] == 0 else self.finish(pending, state, pc, 0)
        return self.finish(pending, state, pc, state["rsp"])

    def boundary_frame(self, pending, pc):
        sp = int(pending.read_register("rsp")) & 0xFFFFFFFFFFFFFFFF
        state = State(pending)
        for name, offset in FRAME_REGISTERS:
            state[name] = read_u64(sp + offset)
        state["rsp"] = read_u64(sp + FRAME_RSP)
        state["rip"] = read_u64(sp + FRAME_RIP)
        # What a thread has that never was in Windows code, or whose call was not made by a stub.
        if not modules.find(state["rip"]):
            modules.refresh()
        return self.finish(pending, state, pc, sp)

    def finish(self, pending, state, pc, identity):
        frame = FrameId(gdb.Value(identity or state["rsp"]), gdb.Value(pc))
        info = pending.create_unwind_info(frame)
        kind = pending.read_register("rip").type
        plain = pending.read_register("rbx").type
        for name in self.KEPT:
            info.add_saved_register(name, gdb.Value(state[name]).cast(plain))
        info.add_saved_register("rsp", gdb.Value(state["rsp"]).cast(pending.read_register("rsp").type))
        info.add_saved_register("rip", gdb.Value(state["rip"]).cast(kind) if state["rip"] else gdb.Value(0).cast(kind))
        return info


# --- commands and hooks ---


class Transom(gdb.Command):
    """Commands for processes of Transom."""

    def __init__(self):
        super().__init__("transom", gdb.COMMAND_STATUS, prefix=True)


class TransomModules(gdb.Command):
    """Lists the PE modules of the process."""

    def __init__(self):
        super().__init__("transom modules", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        modules.refresh()
        for base in modules.bases:
            module = modules.by_base[base]
            print("%#014x-%#014x %s (%s)" % (base, base + module.size, module.name, module.path or "file not found"))


class TransomSymbols(gdb.Command):
    """Loads the symbols of modules that have been loaded since the process last stopped."""

    def __init__(self):
        super().__init__("transom symbols", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print("%d symbol files loaded" % modules.load_symbols())
        gdb.execute("maintenance flush register-cache" if gdb.VERSION >= "12" else "flushregs", to_string=True)


class TransomTeb(gdb.Command):
    """Shows where the thread's TEB, PEB and Windows stack are."""

    def __init__(self):
        super().__init__("transom teb", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        teb = find_teb()
        if not teb:
            print("this thread has no TEB: it is a native one")
            return
        print("TEB %#x, PEB %#x, stack %#x-%#x, last error %d" % (teb, read_u64(teb + 0x60), read_u64(teb + 0x10),
                                                                  read_u64(teb + 8), read_u32(teb + 0x68)))


def is_transom():
    return any(is_native_half(f) for f in gdb.objfiles())


def on_stop(event):
    if is_transom() and modules.load_symbols():
        gdb.invalidate_cached_frames()


def on_exit(event):
    modules.clear()
    unwinder.boundary = None


class Start(gdb.Breakpoint):
    """The first thread begins: the program is mapped, so that breakpoints in it can be set from here on."""

    def __init__(self):
        super().__init__("thread_run", internal=True)
        self.silent = True

    def stop(self):
        modules.load_symbols()
        return False


unwinder = TransomUnwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)
Transom()
TransomModules()
TransomSymbols()
TransomTeb()
gdb.events.stop.connect(on_stop)
gdb.events.exited.connect(on_exit)
try:
    Start()
except gdb.error:
    pass  # no symbol: stripped
# Faults are part of how Transom works (guard pages, bad pointers); what nobody handles comes to process_crash.
for signal in ("SIGSEGV", "SIGBUS", "SIGUSR1", "SIG60", "SIG61", "SIG62", "SIG63", "SIG64"):
    gdb.execute("handle %s nostop noprint pass" % signal, to_string=True)
if gdb.selected_inferior().pid and is_transom():
    modules.load_symbols()
