"""A world of its own for one job, inside the one that bubblewrap has made for its server (Linux only).

The job is the first process of its own process namespace: when it is killed, the system kills all that it has started.
It sees no process but its own, and cannot name, signal or trace the server. A fresh small folder in memory is all that
it can write to; it is gone with the job.
"""

import ctypes
import os
import signal
import struct
import sys
import traceback
from functools import cache
from pathlib import Path

ROOM = "/room"  # the one folder that can be written to
ROOM_SIZE = 256 * 1024**2  # bytes
ROOM_FILES = 4096
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")  # the machine's own: root could close them for all

# Of Linux.
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
CAPABILITY_VERSION = 0x20080522
CAPABILITIES = 64
KEYCTL = {"x86_64": 250, "aarch64": 219}  # the C library has no function for it
KEYCTL_JOIN_SESSION_KEYRING = 1


def enter() -> None:
    """Go on in a process that is alone in its world; the one that called waits for it, and ends as it does.

    Raises:
        OSError: The system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _write("/proc/sys/user/max_user_namespaces", "0")  # in another one, a job could mount what it likes
    child = os.fork()
    if child:
        _wait_for(child)
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    _furnish()
    if number := KEYCTL.get(os.uname().machine):  # what one job keeps in a keyring, the next one must not find
        ctypes.CDLL(None).syscall(number, KEYCTL_JOIN_SESSION_KEYRING, None)
    _give_up_rights()


def _wait_for(child: int) -> None:
    """End as a child ends; its streams are its alone."""
    os.closerange(0, 3)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(code)


def _furnish() -> None:
    """Cover what the job must not see by what it may write to."""
    _write("/proc/self/oom_score_adj", "1000")  # the system ends a job rather than its server
    options = f"size={ROOM_SIZE},nr_inodes={ROOM_FILES},mode=700"
    _mount("tmpfs", ROOM, "tmpfs", MS_NOSUID | MS_NODEV, options)
    _mount(ROOM, "/dev/shm", "", MS_BIND)
    for name in DEVICES:
        before = os.statvfs(f"/dev/{name}").f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        _mount("", f"/dev/{name}", "", MS_REMOUNT | MS_BIND | MS_RDONLY | before)
    known = machine()
    _mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,nr_inodes=16,mode=755")
    for name, text in known.items():
        _write(f"/proc/{name}", text)
    _mount("", "/proc", "", MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
    os.chdir(ROOM)


@cache
def machine() -> dict[str, str]:
    """Read what libraries ask of `/proc`: which processors and how much memory there are, and nothing of processes."""
    return {name: Path("/proc", name).read_text(encoding="utf-8") for name in ("cpuinfo", "meminfo", "stat")}


def _give_up_rights() -> None:
    """Keep no right to undo any of it."""
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(CAPABILITIES):
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # the system knows no more of them
    _call("capset", struct.pack("Ii", CAPABILITY_VERSION, 0), bytes(24))


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def _call(name: str, *arguments: object) -> None:
    """Call a function of the C library.

    Raises:
        OSError: It says no.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def prove() -> None:
    """Try it; says on standard error why it cannot be had."""
    try:
        enter()
    except OSError as error:
        print(error, file=sys.stderr)
        os._exit(1)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
