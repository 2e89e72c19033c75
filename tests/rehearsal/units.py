"""systemctl for a machine without systemd: starts and stops the units that we ship, as their files say."""

import fnmatch
import os
import shlex
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

_SYSTEM = Path("/etc/systemd/system")
_RUNNING = Path(os.environ.get("UNITS", "/run/units"))
_STOPS_WITHIN = 60.0


def _read(unit: str) -> Mapping[str, Sequence[str]]:
    """A unit's lines by their names."""
    name, _, instance = unit.removesuffix(".service").partition("@")
    file = _SYSTEM / (f"{name}@.service" if instance else f"{name}.service")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in file.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key].append(value.replace("%i", instance).replace("%%", "%").replace("$$", "$"))
    return found


def _start(unit: str) -> None:
    lines = _read(unit)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "SSL_CERT_FILE": os.environ.get("SSL_CERT_FILE", "")}
    for file in lines["EnvironmentFile"]:
        settings = (line.partition("=") for line in Path(file).read_text().splitlines() if "=" in line)
        environment |= {name: " ".join(shlex.split(value)) for name, _, value in settings}
    for line in lines["Environment"]:
        environment |= dict(one.split("=", 1) for one in shlex.split(line))
    _RUNNING.mkdir(exist_ok=True)
    for command in (*lines["ExecStart"], *lines["ExecStartPost"]):
        with (_RUNNING / f"{unit}.journal").open("ab") as journal:
            process = subprocess.Popen(
                shlex.split(command), user=lines["User"][0], group=lines["Group"][0], cwd=lines["WorkingDirectory"][0],
                env=environment, stdin=subprocess.DEVNULL, stdout=journal, stderr=journal, start_new_session=True,
            )  # fmt: skip
        if lines["Type"] != ["oneshot"]:
            (_RUNNING / f"{unit}.pid").write_text(str(process.pid))
        elif process.wait() != 0:
            raise SystemExit(f"{unit} ended with {process.returncode}")


def _stop(pattern: str) -> None:
    for file in _RUNNING.glob("*.pid"):
        if fnmatch.fnmatch(file.stem, pattern):
            pid = int(file.read_text())
            file.unlink()
            try:
                os.kill(pid, signal.SIGTERM)
                until = time.monotonic() + _STOPS_WITHIN
                while time.monotonic() < until:
                    os.kill(pid, 0)
                    time.sleep(0.1)
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def main(command: str, *units: str) -> None:
    """`systemctl COMMAND UNIT …`, as far as docs/operations.md types it."""
    for unit in units:
        if unit.startswith("-") or unit.endswith(".timer"):
            continue
        if unit == "nginx":
            subprocess.run(["nginx", "-s", "reload"] if command == "reload" else ["nginx"], check=True)
        elif command in ("start", "enable"):
            _start(unit)
        elif command == "stop":
            _stop(unit)
        else:
            raise SystemExit(f"systemctl {command}: not here")


if __name__ == "__main__":
    main(*sys.argv[1:])
