# The first process of a guest, test/kit/guest.ts: makes the file system that
# programs expect, loads the modules, runs one command, and switches off. Its
# one argument is a file of JSON that says what to do.
import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import traceback

LIBC = ctypes.CDLL(None, use_errno=True)
# User-mode Linux is there for this processor only: x86-64.
FINIT_MODULE = 313
POWER_OFF = 0x4321FEDC
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
MODULES = f"/usr/lib/uml/modules/{os.uname().release}"


def check(call, result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def mount(kind, place, data=None):
    words = [kind, place, kind]
    source, target, name = [word.encode() for word in words]
    options = None if data is None else data.encode()
    check(f"mount {place}", LIBC.mount(source, target, name, 0, options))


def needs():
    """What each module needs, by its path."""
    with open(f"{MODULES}/modules.dep") as lines:
        rows = [line.split(":", 1) for line in lines]
    return {path: others.split() for path, others in rows}


def load(path, needed, loaded):
    if path in loaded:
        return
    loaded.add(path)
    for other in needed[path]:
        load(other, needed, loaded)
    fd = os.open(f"{MODULES}/{path}", os.O_RDONLY)
    check(f"load {path}", LIBC.syscall(FINIT_MODULE, fd, b"", 0))
    os.close(fd)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.pack("16sh22x", b"lo", IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, flags)


def main():
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    mount("proc", "/proc")
    mount("sysfs", "/sys")
    mount("tmpfs", "/run")
    # All else can only be read.
    folder = settings["folder"]
    mount("hostfs", folder, folder)
    raise_loopback()
    needed = needs()
    for module in settings["modules"]:
        load(module, needed, set())
    with open(f"{folder}/output", "wb") as output:
        done = subprocess.run(
            settings["command"],
            cwd=settings["cwd"],
            env=settings["environment"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=settings["seconds"],
        )
    with open(f"{folder}/code", "w") as code:
        code.write(str(done.returncode))


try:
    main()
except BaseException:
    traceback.print_exc()
sys.stdout.flush()
os.sync()
LIBC.reboot(POWER_OFF)
