"""`python -m tests.clamd`: fetches Debian's own clamd for the tests of the virus scanner, where apt-get can give one.

Its packages are unpacked beside the Python environment; nothing is installed on the machine, no service starts, and no
signatures are downloaded: the tests write the one that they need. Where there is none, the strict counterpart of the
protocol (tests/bot/enclosures/test_virus_scan.py) is all there is, and the tests with the real one say that they were
left out.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.debian import unpack

UNPACKED = Path(sys.prefix) / "clamd"
# A file that the tests' own signature finds.
FOUND = b"a file that the tests call harmful\n"
LARGEST = 1_000_000


def clamd() -> Path | None:
    """The program, of the machine or unpacked."""
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    unpacked = UNPACKED / "usr/sbin/clamd"
    return Path(found) if found else unpacked if unpacked.exists() else None


def environment() -> dict[str, str]:
    """What it finds its libraries by, where it was unpacked."""
    libraries = sorted({str(one.parent) for one in UNPACKED.rglob("*.so.*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else dict(os.environ)


def configure(folder: Path) -> tuple[Path, Path]:
    """A configuration with the one signature, in this folder; the socket and the configuration file."""
    database = folder / "database"
    database.mkdir()
    digest = hashlib.md5(FOUND, usedforsecurity=False).hexdigest()
    (database / "own.hdb").write_text(f"{digest}:{len(FOUND)}:Maatje.Test\n")
    socket, file = folder / "clamd.sock", folder / "clamd.conf"
    file.write_text(
        f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {database}\nStreamMaxLength {LARGEST}\nMaxThreads 2\n"
    )
    return socket, file


def _unpack() -> bool:
    """Fetch and unpack it; whether that went well."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return False
    asked = subprocess.run(
        ["apt-get", "-s", "-qq", "--no-install-recommends", "install", "clamav-daemon"],
        check=False,
        capture_output=True,
        text=True,
    )
    names = [line.split()[1] for line in asked.stdout.splitlines() if line.startswith("Inst ")]
    wanted = [name for name in names if name.startswith(("clamav-daemon", "lib"))]
    return bool(wanted) and unpack(tuple(wanted), UNPACKED)


def main() -> int:
    """Fetch it where there is none; it is no fault when there is none to be had."""
    if clamd() is None and not _unpack():
        print("!! No clamd can be had here: the virus scanner is tested with its counterpart alone.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
