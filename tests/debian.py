"""Debian's own programs for the tests, where apt-get can give them: unpacked beside the Python environment.

Nothing is installed on the machine and no service starts. `python -m tests.debian` fetches what the suite uses; where
it cannot, the tests that need a program say that they were left out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.prefix) / "debian"


def program(name: str) -> Path | None:
    """A program, of the machine or unpacked."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    unpacked = [folder / name for folder in (ROOT / "usr/sbin", ROOT / "usr/bin") if (folder / name).exists()]
    return Path(found) if found else unpacked[0] if unpacked else None


def unpack(packages: tuple[str, ...], target: Path) -> bool:
    """Fetch and unpack packages; whether that went well."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            ["apt-get", "download", "-qq", *packages], check=False, cwd=folder, capture_output=True
        )
        if fetched.returncode != 0:
            return False
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(target)], check=True)
    return True


def main() -> int:
    """Fetch nginx where there is none; it is no fault when there is none to be had."""
    if program("nginx") is None and not unpack(("nginx", "nginx-common"), ROOT):
        print("!! No nginx can be had here: the tests behind it are left out.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
