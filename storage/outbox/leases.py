"""Who holds a lease: a worker's name says host, process and the process's start, so that its death can be seen.

A dead worker's leases on the same host are freed at once by whoever looks; those of other hosts when they run out.
"""

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def worker_name() -> str:
    """This process's name as the owner of leases, at most 80 characters: "host/pid/start"."""
    pid = os.getpid()
    return f"{_host()}/{pid}/{_started(pid) or 0}"


def is_dead(owner: str) -> bool:
    """Whether a lease's owner is a process of this host that does not live any more. In doubt: no."""
    parts = owner.split("/")
    if len(parts) != 3 or parts[0] != _host() or not parts[1].isdecimal():
        return False
    started = _started(int(parts[1]))
    if started is None:
        return not _exists(int(parts[1]))
    # Another process may have been given the number of a dead one.
    return str(started) != parts[2]


def _host() -> str:
    # Two containers may have one host name; their process numbers then mean different things.
    try:
        namespace = os.readlink("/proc/self/ns/pid").rpartition("[")[2].rstrip("]")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()[:40]}.{namespace}"


def _started(pid: int) -> int | None:
    """When a process began, in ticks since boot; None when it is not there (or the system does not tell)."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    # A zombie has died; its parent has not looked yet.
    return None if fields[0] in ("Z", "X") else int(fields[19])


def _exists(pid: int) -> bool:
    if _PROC.is_dir():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
